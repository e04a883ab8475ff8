/*
 * prober.h - health probes: GET /-/healthz of each worker's Serve proxy at a fixed rate.
 *
 * The rate is limited over all workers, and over all probers that share it (prober_share), more tightly through the API
 * server, which others use too. Beyond the limit a
 * round of all targets takes longer than the interval: targets are probed one at a time, the least recently probed
 * first, and each record holds the duration of a round (round_ms). An API server that does not keep connections alive
 * is probed at an even lower rate, which the source reports as ERR_THROTTLED.
 *
 * Open loop: a probe is due every interval, whether or not earlier ones were answered; its latency counts from its due
 * time; it is never retried. Each probe is a REQUEST record of kind "probe", emitted when it is sent (phase "waiting")
 * and when it has ended (ok, slow, failed). At most PROBER_IN_FLIGHT are in flight per target: one due beyond that is
 * recorded as failed ("timeout"), so that silence never counts as success.
 *
 * One prober probes the workers' proxies (kind "probe"), another the users' route to the service, a single target
 * without a pod (REQUEST_ROUTE).
 *
 * A probe that proves nothing about Serve (not sent, or the API server's proxy is forbidden or unreachable) ends as
 * "cancelled", with the reason.
 *
 * The prober is a source, "probe", "probe/way" or "probe/page": LIVE while it can send, OFF without targets, DENIED
 * where the API server's proxy is forbidden. A worker that does not respond is its data, not a failure of the source.
 */
#ifndef RAYDECK_SERVE_PROBER_H
#define RAYDECK_SERVE_PROBER_H

#include "backends/backend.h"

enum {
    PROBER_TARGETS = 1024,     /* more are not probed; the source's detail says so */
    PROBER_PROXIED_PER_S = 10, /* probes a second through the API server, over all workers */
    PROBER_DIRECT_PER_S = 250, /* probes a second directly to workers */
    PROBER_DIALS_PER_S = 2,    /* connections a second to an API server that keeps none alive, after a burst of: */
    PROBER_DIALS = 30,
    PROBER_IN_FLIGHT = 64,
    PROBER_INTERVAL_MS = 1000,
    PROBER_TIMEOUT_MS = 5000,
    PROBER_SLOW_MS = 1000
};

/* A worker's Serve proxy, or the users' route to the service. Everything is copied. */
struct probe_target {
    const char *pod;        /* the pod's name, the record's `pod`; NULL for the users' route */
    struct serve_path path; /* up to, not including, "/-/healthz" */
};
/* The limits a second are split evenly over the probers that have targets, so that none waits for another's thousands.
 * Zeroed at first. */
struct prober_share {
    size_t probers;
};
struct prober_conf {
    uint64_t interval_ms, timeout_ms, slow_ms; /* 0: the defaults above */
    bool users_route;                          /* probes the users' route: records of kind REQUEST_ROUTE */
    /* Probes the chat page: GET /, which any 2xx answers. No records: its source is LIVE while it answers, DOWN while
     * it does not, CONNECTING where the response is not the page's. It is the console's, so that no world lacks it. */
    bool page;
    uint64_t *probes; /* probes sent so far by all probers of one world: numbers the records' keys; borrowed until
                       * prober_free. NULL: this one's own */
    struct prober_share *share; /* borrowed until prober_free; NULL: this one's own */
};
struct prober;

/* conf may be NULL. Starts without targets, and OFF. `how` is copied; what it points to must outlive the prober. */
struct prober *prober_new(struct loop *l, const struct serve_open *how, const struct prober_conf *conf,
                          const struct sink *sink);
/* Replaces the targets; beyond: how many more exist that are not probed. Targets that stay (same pod and base) keep
 * their probes in flight; those of removed targets are cancelled. */
void prober_set_targets(struct prober *p, const struct probe_target *targets, size_t count, size_t beyond);
/* As many probes have ended as the first round sends at once, or none can be sent. */
bool prober_is_settled(const struct prober *p);
void prober_set_interval(struct prober *p, uint64_t interval_ms);
void prober_free(struct prober *p); /* cancels all in flight, without records; NULL is fine */

#endif
