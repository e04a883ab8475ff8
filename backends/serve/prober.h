/*
 * prober.h - is it answering? A GET /-/healthz of each worker's Serve proxy at a fixed rate.
 *
 * Open loop: a probe is due every interval whatever became of the ones before it; its latency counts from when it was
 * due; nothing is sent twice. Each probe is a REQUEST record of kind "probe", put once when it is sent (phase
 * "waiting") and once when it ended (ok, slow, failed). At most PROBER_IN_FLIGHT are open a target: one due beyond that
 * is recorded as failed ("timeout"), so that no silence is ever a pass.
 *
 * The prober is the source "probe": live while it can ask, off without targets, denied where the API server's proxy is
 * forbidden. That a worker does not answer is what it reports, not a failure of the source.
 */
#ifndef RAYDECK_SERVE_PROBER_H
#define RAYDECK_SERVE_PROBER_H

#include "backends/backend.h"

enum {
    PROBER_TARGETS = 256, /* more are not probed; the source's detail says so */
    PROBER_IN_FLIGHT = 64,
    PROBER_INTERVAL_MS = 1000,
    PROBER_TIMEOUT_MS = 5000,
    PROBER_SLOW_MS = 1000
};
#define PROBER_SOURCE "probe"

/* A worker's proxy. All is copied. */
struct probe_target {
    const char *pod;        /* the pod's name: the record's `pod` */
    struct serve_path path; /* up to, not including, "/-/healthz" */
};
struct prober_conf {
    uint64_t interval_ms, timeout_ms, slow_ms; /* 0: the defaults above */
};
struct prober;

/* conf may be NULL. Begins without targets. `how` is copied; what it points to must outlive the prober. */
struct prober *prober_new(struct loop *l, const struct serve_open *how, const struct prober_conf *conf,
                          const struct sink *sink);
/* The targets from now on; those that stay (same pod and base) keep their probes in flight, those of others are
 * cancelled. */
void prober_set_targets(struct prober *p, const struct probe_target *targets, size_t count);
void prober_set_interval(struct prober *p, uint64_t interval_ms);
void prober_free(struct prober *p); /* cancels what is in flight, without a record; NULL is fine */

#endif
