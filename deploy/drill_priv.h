/* drill_priv.h - the state of a drill, for the files of drill.c. */
#ifndef RAYDECK_DEPLOY_DRILL_PRIV_H
#define RAYDECK_DEPLOY_DRILL_PRIV_H

#include "deploy/drill.h"
#include "deploy/drill_lease.h"

enum { DRILL_OVERRIDES = 8, DRILL_OVERRIDE_MAX = 120, DRILL_POLL_MS = 250 };

/* The Lease of drill_lock.c. */
struct drill_lock {
    char *ns, *service, *service_uid;
    char holder[LEASE_HOLDER_MAX];
    struct drill_lease_seen seen; /* as of the last answer */
    bool barred;                  /* it may not be read or written, and `force` overrode that: none is taken */
    bool held, left;              /* left: it was not given back */
    uint64_t acquired_ms;
    struct object_call *call; /* in flight */
    struct alarm *renew;
    void (*taken)(struct drill *d);
    void (*released)(struct drill *d); /* NULL: nobody waits */
};

struct drill {
    struct drill_conf conf;
    struct step_engine engine;
    char fault[DRILL_FAULT_TEXT_MAX];
    char *head, *head_uid; /* of the guards: the fault is of this one and no other */
    bool has_redis, has_neuron;
    char overrides[DRILL_OVERRIDES][DRILL_OVERRIDE_MAX]; /* guards that `force` overrode */
    size_t overridden;
    struct buf *again; /* not NULL while the guards are asked again: what refuses now is written there, a line each */

    struct drill_lock lock;

    struct load *load;
    struct load_series series[LOAD_SERIES_MAX]; /* of the load, as asked for; what they point to is borrowed */
    enum tally_series series_of[LOAD_SERIES_MAX];
    size_t series_count;
    struct drill_load_now ended[TALLY_SERIES]; /* of the load that has ended last */
    bool stopped, aborted;
    uint64_t begun_ms;
    double prompts_per_s; /* 0: none */

    bool injected; /* the fault was sent */
    uint64_t injected_ms;
    uint64_t earlier_ms; /* T0 of the outage before it; 0: none */
    bool logged[RUNG_COUNT];
    bool tallying;
    struct request_tally tally;

    bool judged;
    struct outage outage;
    struct drill_verdict verdict;
    char *ray_version, *kuberay;
    struct drill_report report;
};

void drill_guards(void *arg); /* the step */
/* Asks again what can have changed since that step: the fault may be confirmed long after it. False: a guard refuses,
 * which is an error of the running step. */
bool drill_guards_hold(struct drill *d);
/* A guard that refuses: an error of the step, or with `force` a warning that the scope names. */
void drill_refuse(struct drill *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void drill_outage(const struct drill *d, struct outage *ret); /* as of now */
uint64_t drill_now_ms(const struct drill *d);
uint64_t drill_wall_ms(const struct drill *d);

/* drill_lock.c */
void drill_lock_check(struct drill *d); /* the last guard: ends the step */
/* Takes the Lease, or fails the step. */
void drill_lock_take(struct drill *d, void (*taken)(struct drill *d));
/* Gives it back, if it is held, with the cool-down where the fault was injected; calls released, at once or within
 * seconds. NULL: nobody waits. */
void drill_lock_release(struct drill *d, void (*released)(struct drill *d));
void drill_lock_cancel(struct drill *d); /* what is in flight */
void drill_lock_done(struct drill *d);

/* drill_load.c */
void drill_baseline(void *arg); /* the step */
/* prompts_per_s 0: no prompts. */
enum err drill_load_start(struct drill *d, double prompts_per_s, struct why *why);
void drill_load_end(struct drill *d);
enum drill_step drill_phase(const struct drill *d);

#endif
