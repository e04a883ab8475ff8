/*
 * prober.h - is it answering? A GET /-/healthz of each worker's Serve proxy at a fixed rate.
 *
 * The rate is bounded for all workers together, through the API server more tightly, for it serves others: beyond that
 * a round of all of them takes longer than the interval, they are asked one by one, the longest unasked first, and each
 * record says how long the round is (round_ms). An API server that keeps no connection is asked still more seldom, and
 * the source says so (ERR_THROTTLED).
 *
 * Open loop: a probe is due every interval whatever became of the ones before it; its latency counts from when it was
 * due; nothing is sent twice. Each probe is a REQUEST record of kind "probe", put once when it is sent (phase
 * "waiting") and once when it ended (ok, slow, failed). At most PROBER_IN_FLIGHT are open a target: one due beyond that
 * is recorded as failed ("timeout"), so that no silence is ever a pass.
 *
 * One prober asks the workers' proxies (kind "probe"), another the users' way to the service, which is one target
 * without a pod (kind "way").
 *
 * What tells nothing of Serve (a probe that was not sent, or an API server's proxy that forbids it or is not reached)
 * ends as "cancelled", with the reason.
 *
 * The prober is a source, "probe" or "probe/way": live while it can ask, off without targets, denied where the API
 * server's proxy is forbidden. That a worker does not answer is what it reports, not a failure of the source.
 */
#ifndef RAYDECK_SERVE_PROBER_H
#define RAYDECK_SERVE_PROBER_H

#include "backends/backend.h"

enum {
    PROBER_TARGETS = 1024,     /* more are not probed; the source's detail says so */
    PROBER_PROXIED_PER_S = 10, /* probes of all workers through the API server */
    PROBER_DIRECT_PER_S = 250, /* and to the workers themselves */
    PROBER_DIALS_PER_S = 2,    /* connections to an API server that keeps none, after PROBER_DIALS of them */
    PROBER_DIALS = 30,
    PROBER_IN_FLIGHT = 64,
    PROBER_INTERVAL_MS = 1000,
    PROBER_TIMEOUT_MS = 5000,
    PROBER_SLOW_MS = 1000
};
#define PROBER_SOURCE "probe"
#define PROBER_WAY_SOURCE "probe/way"

/* A worker's proxy, or the way to the service. All is copied. */
struct probe_target {
    const char *pod;        /* the pod's name: the record's `pod`; NULL: of the way */
    struct serve_path path; /* up to, not including, "/-/healthz" */
};
struct prober_conf {
    uint64_t interval_ms, timeout_ms, slow_ms; /* 0: the defaults above */
    bool way;                                  /* of the users' way */
};
struct prober;

/* conf may be NULL. Begins without targets. `how` is copied; what it points to must outlive the prober. */
struct prober *prober_new(struct loop *l, const struct serve_open *how, const struct prober_conf *conf,
                          const struct sink *sink);
/* The targets from now on, and how many more there are that are not probed; those that stay (same pod and base) keep
 * their probes in flight, those of others are cancelled. */
void prober_set_targets(struct prober *p, const struct probe_target *targets, size_t count, size_t beyond);
/* How many probes a first round sends at once. */
size_t prober_at_once(const struct prober *p);
void prober_set_interval(struct prober *p, uint64_t interval_ms);
void prober_free(struct prober *p); /* cancels what is in flight, without a record; NULL is fine */

#endif
