/*
 * doctor.h - the HA rules on what is running: D1 to D20, and those of the manifest's rules that can be seen there (L9,
 * L12, L25, L28). Pure: out of the world alone, no I/O, no clock.
 *
 * A rule that holds says nothing. What could not be read (denied, not listed yet, too old) makes its rules "unknown",
 * with the reason; nothing that was not read is ever taken for fine. Rules about Redis are not asked where fault
 * tolerance is known to be off and no Redis is looked at.
 */
#ifndef RAYDECK_DEPLOY_DOCTOR_H
#define RAYDECK_DEPLOY_DOCTOR_H

#include "backends/world/joins.h"
#include "deploy/finding.h"

/* What AWS says of the Redis (deploy/redis_from.h): it answers where Redis itself refuses to. */
struct doctor_aws {
    const char *id, *host; /* host NULL: it was not found, and the rest is unknown */
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

/* Adds to `out`, and orders it: by severity, then rule, then object. */
void doctor_of(const struct world *w, const struct focus *f, const struct doctor_ask *ask, struct findings *out);

/* Sets focus.errors and focus.warnings to how many that would be, so that what counts them and what lists them agree.
 */
void doctor_count(const struct world *w, struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* Grouped by severity: rule and title, then where, what, why and fix; the totals last. */
void doctor_text(const struct findings *f, struct buf *out);

#endif
