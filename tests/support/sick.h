/*
 * sick.h - the small cluster in perfect health, so that the doctor finds nothing; tests make it ill, and see what is
 * found.
 */
#ifndef RAYDECK_TESTS_SICK_H
#define RAYDECK_TESTS_SICK_H

#include "deploy/doctor.h"
#include "tests/support/small_cluster.h"

#define SICK_HEAD "9c1e0000-head"
#define SICK_WORKER "mistral/mistral-44qn2-inf2-worker-q5rdw" /* of the pod "w1" */

struct sick {
    struct small s;
    struct doctor_ask ask;
};

void sick_begin(struct sick *w);
void sick_end(struct sick *w);
void sick_examine(struct sick *w, struct findings *out); /* caller: findings_done */

/* Copies, to change and to put back with sick_put. */
struct rayservice *sick_service(const struct sick *w);
struct raycluster *sick_cluster(const struct sick *w);
struct pod *sick_pod(const struct sick *w, const char *uid); /* "w1", "w2", SICK_HEAD */
struct redis *sick_redis(const struct sick *w);
void sick_put(struct sick *w, void *record);

/* SICK_EDIT(pod, sick_pod(w, "w1"), r->is_ready = TRI_NO) in a function of `w`. */
#define SICK_EDIT(type, copy, ...)                                                                                     \
    do {                                                                                                               \
        struct type *r = copy;                                                                                         \
        __VA_ARGS__;                                                                                                   \
        sick_put(w, r);                                                                                                \
    } while (0)

void sick_source(struct sick *w, const char *id, enum source_state state, enum err err, const char *why);
void sick_deny(struct sick *w, const char *id);
void sick_zone(struct sick *w, const char *node, const char *name);
void sick_event(struct sick *w, const char *reason, const char *about, const char *message);

/* One illness, and what its rule must say of it; severity SICK_NOTHING: nothing. object and message are parts. */
#define SICK_NOTHING ((enum finding_severity)FINDING_SEVERITIES)
struct sick_case {
    enum rule_id rule;
    void (*change)(struct sick *w);
    enum finding_severity severity;
    const char *object, *message;
};
/* Tries them all, each on a healthy cluster; fails at the first that is not as expected. */
void sick_try(const struct sick_case *cases, size_t count);
/* Each rule from first to last is both tripped and unknown somewhere in the cases. */
void sick_complete(const struct sick_case *cases, size_t count, enum rule_id first, enum rule_id last);

const struct finding *sick_first(const struct findings *f, enum rule_id rule); /* NULL: none */

#endif
