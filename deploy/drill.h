/*
 * drill.h - the failover drill: puts a load on the service, injects a fault into the head (drill_fault.h), watches the
 * recovery to its end and judges it. A run of the step engine.
 *
 *   guards    refuses where a loss would prove nothing, or cost more than it is to prove (see below)
 *   baseline  a load for a while: it must be answered; later prompts go at half the rate that it sustains
 *   confirm   the hypothesis, in numbers
 *   fault     the guards are asked again, since a person may have taken long to confirm; the load begins, and the
 *             fault is injected into the head pod: that UID and no other
 *   observe   until the loss is seen
 *   recover   until every rung that can be seen holds
 *   settle    until the report is final: workers restart half a minute after a loss that they do not live through
 *   verdict   in any case
 *
 * The guards refuse: no GCS fault tolerance, no head pod that is ready, Redis not read or not live, no Serve endpoint
 * but the head's, a worker pod that is not ready, an upgrade, an outage that is not over. `force` overrides them, and
 * the verdict's scope names which.
 *
 * Once the fault is injected the run is not given up: drill_stop ends the load and nothing else, so that what happens
 * is still seen and judged, though not PASS any more. A run that is cancelled all the same is ABORTED.
 */
#ifndef RAYDECK_DEPLOY_DRILL_H
#define RAYDECK_DEPLOY_DRILL_H

#include "backends/session/session.h"
#include "deploy/drill_fault.h"
#include "deploy/drill_report.h"
#include "deploy/step_engine.h"

/* The prompt that is sent where none is given. */
#define DRILL_QUESTION "In one sentence: what does the GCS of a Ray cluster do?"

enum drill_step {
    DRILL_GUARDS,
    DRILL_BASELINE,
    DRILL_CONFIRM,
    DRILL_FAULT,
    DRILL_OBSERVE,
    DRILL_RECOVER,
    DRILL_SETTLE,
    DRILL_VERDICT,
    DRILL_STEPS
};
enum {
    DRILL_BASELINE_MS = 10 * 1000,
    DRILL_OBSERVE_MS = 120 * 1000,   /* beyond the grace */
    DRILL_RECOVER_MS = 90 * 1000,    /* at least; or twice the limit of the criterion */
    DRILL_SETTLE_MS = 3 * 60 * 1000, /* at most */
};

/* Everything is borrowed until drill_free. */
struct drill_conf {
    struct loop *loop;
    struct session *session;
    const struct criteria *limits;
    double per_s;         /* requests by the users' route; 0: LOAD_PER_S */
    const char *question; /* the prompt; NULL: none are sent */
    enum drill_fault fault;
    int64_t grace_s; /* of a delete; -1: the pod's own */
    bool force;
    uint64_t baseline_ms; /* 0: DRILL_BASELINE_MS */
    const char *raydeck;  /* the version, for the report */
};

struct drill;
struct drill *drill_start(const struct drill_conf *conf, const struct step_observer *observer);
void drill_free(struct drill *d); /* NULL is fine */
struct step_engine *drill_engine(struct drill *d);

/* Each change, once the session's world has taken it (struct session_calls, applied). */
void drill_applied(struct drill *d, const struct change *c);
enum drill_fault drill_fault_of(const struct drill *d);
bool drill_has_injected(const struct drill *d); /* the fault was sent */
void drill_stop(struct drill *d);               /* ends the load; what follows is watched and judged */

bool drill_load_runs(const struct drill *d); /* requests are due still */
/* What a person can do where the drill left something behind, or ended before the head was back: lines; none: nothing.
 */
void drill_by_hand(const struct drill *d, struct buf *out);

/* The load as it stands, of all requests of a series since its load began; false: there is none. */
struct drill_load_now {
    double per_s;
    uint64_t planned, ok, failed;
    uint64_t unknown;   /* ended otherwise, and say nothing of Serve: the way there was down. Judged from T0 on */
    uint64_t in_flight; /* of a load that has ended: cancelled by that */
};
/* What a report calls the series: the API server's proxy is no users' route. */
const char *drill_series_name(const struct drill *d, enum tally_series of);
bool drill_load_has_ended(const struct drill *d); /* what was in flight was waited for, or cancelled */
bool drill_load_now(const struct drill *d, enum tally_series series, struct drill_load_now *ret);

/* What refuses now, of what the guards let pass: a line each, none where all holds. */
void drill_guards_now(struct drill *d, struct buf *out);
/* What the drill is going to do and expects, for the confirmation: lines. */
void drill_hypothesis(const struct drill *d, struct buf *out);
/* NULL before the step DRILL_VERDICT, and where the fault was not injected. Borrowed until drill_free. */
const struct drill_report *drill_report(const struct drill *d);

#endif
