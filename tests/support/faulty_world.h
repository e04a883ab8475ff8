/*
 * faulty_world.h - the small cluster in perfect health, so that the doctor finds nothing; tests make it ill, and see
 * what is found.
 */
#ifndef RAYDECK_TESTS_FAULTY_WORLD_H
#define RAYDECK_TESTS_FAULTY_WORLD_H

#include "deploy/doctor.h"
#include "tests/support/small_cluster.h"

#define FAULTY_HEAD "9c1e0000-head"
#define FAULTY_WORKER "mistral/mistral-44qn2-inf2-worker-q5rdw" /* of the pod "w1" */

struct faulty_world {
    struct small s;
    struct doctor_ask ask;
};

void faulty_begin(struct faulty_world *w);
void faulty_end(struct faulty_world *w);
void faulty_examine(struct faulty_world *w, struct findings *out); /* caller: findings_done */

/* Copies, to change and to put back with faulty_put. */
struct rayservice *faulty_service(const struct faulty_world *w);
struct raycluster *faulty_cluster(const struct faulty_world *w);
struct pod *faulty_pod(const struct faulty_world *w, const char *uid); /* "w1", "w2", FAULTY_HEAD */
struct redis *faulty_redis(const struct faulty_world *w);
void faulty_put(struct faulty_world *w, void *record);

/* FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->is_ready = TRI_NO) in a function of `w`. */
#define FAULTY_EDIT(type, copy, ...)                                                                                   \
    do {                                                                                                               \
        struct type *r = copy;                                                                                         \
        __VA_ARGS__;                                                                                                   \
        faulty_put(w, r);                                                                                              \
    } while (0)

void faulty_source(struct faulty_world *w, const char *id, enum source_state state, enum err err, const char *why);
void faulty_deny(struct faulty_world *w, const char *id);
void faulty_zone(struct faulty_world *w, const char *node, const char *name);
void faulty_event(struct faulty_world *w, const char *reason, const char *about, const char *message);

/* One illness, and what its rule must say of it; severity FAULTY_NOTHING: nothing. object and message are parts. */
#define FAULTY_NOTHING ((enum finding_severity)FINDING_SEVERITIES)
struct faulty_case {
    enum rule_id rule;
    void (*change)(struct faulty_world *w);
    enum finding_severity severity;
    const char *object, *message;
};
/* Tries them all, each on a healthy cluster; fails at the first that is not as expected. */
void faulty_try(const struct faulty_case *cases, size_t count);
/* The bad example of each rule from first to last ends with what the doctor says of one of the cases:
 * "doctor: OBJECT: MESSAGE". */
void faulty_examples(const struct faulty_case *cases, size_t count, enum rule_id first, enum rule_id last);
/* Each rule from first to last is both tripped and unknown somewhere in the cases. */
void faulty_complete(const struct faulty_case *cases, size_t count, enum rule_id first, enum rule_id last);

const struct finding *faulty_first(const struct findings *f, enum rule_id rule); /* NULL: none */

#endif
