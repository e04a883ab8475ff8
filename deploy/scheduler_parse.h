/*
 * scheduler_parse.h - parses the Kubernetes scheduler's reason why a pod cannot be scheduled: "0/3 nodes are available:
 * 1 Insufficient aws.amazon.com/neuron, 2 node(s) had untolerated taint {a: b}. preemption: …". No I/O.
 */
#ifndef RAYDECK_DEPLOY_SCHEDULER_PARSE_H
#define RAYDECK_DEPLOY_SCHEDULER_PARSE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCHEDULER_WORDS_MAX = 240 };

/* Lists are separated by ", "; "": none. */
struct scheduler_words {
    char resources[SCHEDULER_WORDS_MAX]; /* insufficient resources */
    char taints[SCHEDULER_WORDS_MAX];    /* untolerated taints, if named */
    char others[SCHEDULER_WORDS_MAX];    /* the other reasons, verbatim, without counts */
    bool selector;                       /* node selector or affinity match no node */
    bool tainted;                        /* there are untolerated taints, named or not */
    bool volume;                         /* a volume's node affinity or binding */
    bool neuron;                         /* resources include Neuron devices or cores */
};

/* The sentence must be safe text. False: not the scheduler's. */
bool scheduler_parse(const char *message, struct scheduler_words *ret);

#endif
