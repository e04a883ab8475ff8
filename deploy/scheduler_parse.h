/*
 * scheduler_parse.h - why a pod cannot be placed, out of the Kubernetes scheduler's sentence: "0/3 nodes are available:
 * 1 Insufficient aws.amazon.com/neuron, 2 node(s) had untolerated taint {a: b}. preemption: …". No I/O.
 */
#ifndef RAYDECK_DEPLOY_SCHEDULER_PARSE_H
#define RAYDECK_DEPLOY_SCHEDULER_PARSE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCHEDULER_WORDS_MAX = 240 };

/* Names one after the other, ", " between them; "" where none is the reason. */
struct scheduler_words {
    char resources[SCHEDULER_WORDS_MAX]; /* what there is not enough of */
    char taints[SCHEDULER_WORDS_MAX];    /* those not tolerated, where they are named */
    char others[SCHEDULER_WORDS_MAX];    /* the other reasons, as they are worded, without their counts */
    bool selector;                       /* node selector or affinity match no node */
    bool tainted;                        /* there are taints in the way, named or not */
    bool volume;                         /* a volume's place or binding */
    bool neuron;                         /* Neuron devices or cores are among the resources */
};

/* The sentence must be safe text. False where it is not the scheduler's. */
bool scheduler_parse(const char *message, struct scheduler_words *ret);

#endif
