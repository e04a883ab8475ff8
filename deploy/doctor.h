/*
 * doctor.h - the HA rules on what is running: D1 to D22, and those of the manifest's rules that can be seen there (L9,
 * L12, L25, L28, L29, L37). Pure: out of the world alone, no I/O, no clock.
 *
 * A satisfied rule has no finding. Missing data (denied, not yet listed, stale) makes its rules "unknown", with the
 * reason, and never satisfied. Rules about Redis are skipped if fault tolerance is off and no Redis is configured.
 */
#ifndef RAYDECK_DEPLOY_DOCTOR_H
#define RAYDECK_DEPLOY_DOCTOR_H

#include "backends/world/joins.h"
#include "deploy/finding.h"

/* AWS's data about the Redis (deploy/redis_from.h), for what Redis itself refuses to report. */
struct doctor_aws {
    const char *id, *host; /* host NULL: not found; the rest is unknown */
    const char *policy;    /* the parameter group's maxmemory-policy; NULL unknown */
    const char *why;       /* "", or why something is unknown */
    struct known_u64 timeout_s, replicas;
    enum tri failover;
    const char *service;     /* "ElastiCache" */
    struct known_u64 shards; /* MemoryDB's, which is in cluster mode with one too */
};

struct doctor_ask {
    uint64_t now_ms, wall_ms;
    enum tri may_delete;          /* pods, in the service's namespace; what only the session knows */
    const char *may_why;          /* NULL: nothing to add */
    const struct doctor_aws *aws; /* NULL: not asked */
};

/* Appends to `out` and sorts it by severity, rule, object. */
void doctor_of(const struct world *w, const struct focus *f, const struct doctor_ask *ask, struct findings *out);

/* Sets focus.errors and focus.warnings to the numbers of findings of doctor_check. */
void doctor_count(const struct world *w, struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* Grouped by severity: rule and title, then where, what, why and fix; the totals last. */
void doctor_text(const struct findings *f, struct buf *out);

#endif
