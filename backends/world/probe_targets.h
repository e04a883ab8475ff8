/*
 * probe_targets.h - summarises the newest probe of each Serve proxy, with its age.
 *
 * A probe is current for PROBE_OLD_MS. Where the prober's rate limit makes a round longer than its interval
 * (request.round_ms, in each record), it is current until its proxy's next probe is overdue by that time.
 */
#ifndef RAYDECK_WORLD_PROBE_TARGETS_H
#define RAYDECK_WORLD_PROBE_TARGETS_H

#include "backends/world/joins.h"

enum { PROBE_OLD_MS = 10000 };

struct probe_targets {
    size_t asked, failing; /* proxies with a probe that counts, and those of them whose newest failed */
    size_t endpoints_asked, endpoints_failing; /* those of them that are ready endpoints of the service */
    bool endpoints_known;
    size_t expected;                      /* proxies to probe if the round is long, else equal to asked */
    const struct request *failed;         /* the newest of those that failed; borrowed from the world; NULL: none */
    const struct request *last, *last_ok; /* the newest that counts; the newest that was answered, by an endpoint where
                                             those are known */
    const struct request *unseen; /* the newest that proves nothing about Serve; NULL: none within PROBE_OLD_MS */
    uint64_t last_done_ms;        /* wall; the newest end of any probe, however old; 0: none */
    uint64_t oldest_age_ms;       /* age of the oldest of those that count */
    struct known_u64 round_ms;    /* known where it is longer than the normal interval */
    size_t waiting;               /* probes in flight */
};
struct probe_targets probe_targets_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* Whether a failed request says something about Serve. Not if it was not sent or was forbidden, or if a hop before
 * Serve (the API server, the network) did not respond. A timeout through the API server's proxy says something about
 * Serve if the API server has answered another request meanwhile. */
bool request_is_evidence(const struct world *w, const struct request *q, uint64_t now_ms, uint64_t wall_ms);

#endif
