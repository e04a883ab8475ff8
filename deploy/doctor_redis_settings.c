/* doctor_redis_settings.c - the doctor's checks of Redis' settings. */
#include "backends/base/text.h"
#include "backends/world/redis_loss.h"
#include "deploy/doctor_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    SLOW_US = 100 * 1000, /* Ray's own commands take well under a millisecond */
    BEAT_ALIVE_MS = 60 * 1000,
    MEMORY_TENTHS = 9 /* as in the answers */
};

/* ---- D9: eviction and headroom ---- */

static void eviction_by_aws(struct doctor *d, const struct doctor_aws *aws)
{
    if (text_has(aws->policy, "allkeys"))
        doctor_say(d, RULE_D9, FINDING_WARNING, d->redis, "maxmemory-policy %s in the parameter group of %s %s",
                   aws->policy, aws->service, aws->id);
}

static void check_eviction(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    const struct doctor_aws *aws = doctor_aws(d);
    if (!r->policy && aws && aws->policy)
        eviction_by_aws(d, aws);
    else if (!r->policy)
        doctor_say(d, RULE_D9, FINDING_UNKNOWN, d->redis, "its maxmemory-policy is unknown");
    else if (text_has(r->policy, "allkeys"))
        doctor_say(d, RULE_D9, FINDING_WARNING, d->redis, "maxmemory-policy %s; %llu key%s evicted so far", r->policy,
                   (unsigned long long)r->evicted.value, text_plural(r->evicted.value));
    if (!r->max_memory.known || !r->used_memory.known)
        doctor_say(d, RULE_D9, FINDING_UNKNOWN, d->redis, "its memory limit or use is unknown");
    else if (r->max_memory.value && r->used_memory.value > r->max_memory.value / 10 * MEMORY_TENTHS)
        doctor_say(d, RULE_D9, FINDING_WARNING, d->redis, "%llu %% of its memory is used",
                   (unsigned long long)((double)r->used_memory.value * 100 / (double)r->max_memory.value));
}

/* ---- D10: idle connections ---- */

/* ElastiCache refuses CONFIG: uses the parameter group, or the reason why it is unknown. */
static void idle_by_aws(struct doctor *d, const char *not_answered)
{
    const struct doctor_aws *asked = d->ask->aws, *aws = doctor_aws(d);
    if (aws && aws->timeout_s.known) {
        if (aws->timeout_s.value)
            doctor_say(d, RULE_D10, FINDING_WARNING, d->redis,
                       "timeout %llu in the parameter group of %s %s: connections idle that many seconds are "
                       "closed",
                       (unsigned long long)aws->timeout_s.value, aws->service, aws->id);
    } else if (asked) {
        const bool other = asked->host && !aws;
        doctor_say(d, RULE_D10, FINDING_UNKNOWN, d->redis, "%s; %s%s%s", not_answered,
                   other           ? "what was found in "
                   : asked->why[0] ? asked->why
                                   : "the parameter group does not have it either",
                   other ? asked->service : "", other ? " is another Redis, by its address" : "");
    } else {
        doctor_say(d, RULE_D10, FINDING_UNKNOWN, d->redis, "%s%s", not_answered,
                   redis_is_memorydb(d->f)      ? "; MemoryDB's parameter group has it: --redis-from memorydb"
                   : redis_is_elasticache(d->f) ? "; ElastiCache's parameter group has it: --redis-from elasticache"
                                                : "");
    }
}

static void check_idle_timeout(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    if (r->timeout_s.known && r->timeout_s.value)
        doctor_say(d, RULE_D10, FINDING_WARNING, d->redis,
                   "timeout %llu: connections idle that many seconds are closed",
                   (unsigned long long)r->timeout_s.value);
    if (!r->timeout_s.known) idle_by_aws(d, "CONFIG GET timeout has no reply");
}

/* ---- D11: slow commands ---- */

static void check_slow_log(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    char ago[32];
    if (!r->slow_count.known) {
        doctor_say(d, RULE_D11, FINDING_UNKNOWN, d->redis, "SLOWLOG GET has no reply");
        return;
    }
    if (r->slow_keys.value)
        doctor_say(d, RULE_D11, FINDING_WARNING, d->redis, "KEYS is in its slow log %llu time%s",
                   (unsigned long long)r->slow_keys.value, text_plural(r->slow_keys.value));
    if (r->slow_us.known && r->slow_us.value >= SLOW_US) {
        const bool dated = r->slow_at.known && d->ask->wall_ms >= r->slow_at.value;
        doctor_say(d, RULE_D11, FINDING_WARNING, d->redis, "%s took %llu ms%s%s%s",
                   r->slow_command ? r->slow_command : "a command", (unsigned long long)(r->slow_us.value / 1000),
                   dated ? ", " : "", dated ? doctor_seconds(ago, d->ask->wall_ms - r->slow_at.value) : "",
                   dated ? " ago" : "");
    }
    if (!r->slow_count.value && r->slow_off == TRI_YES)
        doctor_say(d, RULE_D11, FINDING_UNKNOWN, d->redis, "its slow log is off (slowlog-log-slower-than -1)");
}

/* ---- D12: whose state ---- */

static bool namespace_is_owned(const struct doctor *d, const char *ns)
{
    WORLD_EACH (row, d->w, TABLE_RAYCLUSTER) {
        if (!row->gone_ms && text_eq(row->record->key, ns)) return true;
    }
    WORLD_EACH (row, d->w, TABLE_RAYSERVICE) {
        if (!row->gone_ms && text_eq(ROW(row, rayservice)->storage_ns, ns)) return true;
    }
    WORLD_EACH (row, d->w, TABLE_POD) {
        if (!row->gone_ms && text_eq(ROW(row, pod)->storage_ns, ns)) return true;
    }
    return text_eq(ns, d->f->gcs_ns);
}

static struct known_u64 beat_of(const struct redis *r, const char *ns)
{
    for (size_t i = 0; i < r->beats_count; i++)
        if (text_eq(r->beats[i].name, ns)) return r->beats[i].last;
    return UNKNOWN_U64;
}

static void check_orphans(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    char why[DOCTOR_WHY_MAX] = "", object[DOCTOR_OBJECT_MAX], ago[32];
    const bool known = doctor_reads(d, "kube/rayclusters", TABLE_RAYCLUSTER, why);
    for (size_t i = 0; i < r->namespaces_count; i++) {
        const char *ns = r->namespaces[i].name;
        const struct known_u64 beat = beat_of(r, ns);
        if (namespace_is_owned(d, ns) || (beat.known && d->ask->wall_ms < beat.value + BEAT_ALIVE_MS)) continue;
        snprintf(object, sizeof object, "Redis storage namespace %.200s", ns ? ns : "?");
        if (!known)
            doctor_say(d, RULE_D12, FINDING_UNKNOWN, object, "its owner is unknown: %s", why);
        else if (beat.known)
            doctor_say(d, RULE_D12, FINDING_INFO, object, "no visible RayCluster owns it; last heartbeat %s ago",
                       doctor_seconds(ago, d->ask->wall_ms - beat.value));
        else
            doctor_say(d, RULE_D12, FINDING_INFO, object, "no visible RayCluster owns it; it has no heartbeat");
    }
    if (!known && !r->namespaces_count) doctor_say(d, RULE_D12, FINDING_UNKNOWN, d->redis, "%s", why);
}

void doctor_redis_settings(struct doctor *d)
{
    static const enum rule_id rules[] = {RULE_D9, RULE_D10, RULE_D11, RULE_D12};
    const struct rayservice *rs = d->f->rayservice;
    if (rs && rs->ft == TRI_NO && !d->f->redis) return;
    if (d->redis_why[0]) {
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
            if (rules[i] == RULE_D10 && d->ask->aws)
                idle_by_aws(d, d->redis_why);
            else if (rules[i] == RULE_D9 && doctor_aws(d) && text_has(doctor_aws(d)->policy, "allkeys"))
                eviction_by_aws(d, doctor_aws(d));
            else
                doctor_say(d, rules[i], FINDING_UNKNOWN, d->redis, "%s", d->redis_why);
        return;
    }
    check_eviction(d);
    check_idle_timeout(d);
    check_slow_log(d);
    check_orphans(d);
}
