/* doctor_redis.c - the doctor's checks of the connection to Redis, and of its replicas. */
#include "backends/base/text.h"
#include "backends/world/redis_loss.h"
#include "deploy/deploy_parts.h"
#include "deploy/doctor_priv.h"
#include "deploy/ray_address.h"

#include <stdio.h>
#include <string.h>

enum { BEAT_OLD_MS = 30000 /* the heartbeat is stamped by the head's clock */ };

static const struct source *redis_source(const struct doctor *d)
{
    for (size_t i = 0; i < world_sources(d->w); i++)
        if (world_source(d->w, i)->world == WORLD_REDIS) return world_source(d->w, i);
    return NULL;
}

/* ---- D5: reached, by us and by the head ---- */

static void check_unreached(struct doctor *d)
{
    const struct source *s = redis_source(d);
    const enum freshness fresh = s ? source_freshness(s, d->ask->now_ms, NULL) : FRESH_OFF;
    if (fresh == FRESH_DENIED && !doctor_secret_denied(d))
        doctor_say(d, RULE_D5, FINDING_ERROR, d->redis, "%s", d->redis_why);
    else if (fresh == FRESH_DOWN && d->f->redis)
        doctor_say(d, RULE_D5, FINDING_ERROR, d->redis, "%s; it was reachable before", d->redis_why);
    else if (fresh == FRESH_DOWN) /* security groups often admit only the cluster's nodes */
        doctor_say(d, RULE_D5, FINDING_UNKNOWN, d->redis, "%s; the head may still reach it", d->redis_why);
    else
        doctor_say(d, RULE_D5, FINDING_UNKNOWN, d->redis, "%s", d->redis_why);
}

static bool gcs_beats(const struct doctor *d)
{
    const struct redis *r = d->f->redis;
    return r->heartbeat.known && d->ask->wall_ms < r->heartbeat.value + BEAT_OLD_MS;
}

/* Ray's GCS sends INFO when it connects, and ends where that is refused. A GCS that beats may have started before. */
static void check_rights(struct doctor *d)
{
    const char *why = d->f->redis->info_why;
    if (why && gcs_beats(d))
        doctor_say(d, RULE_D5, FINDING_WARNING, d->redis,
                   "INFO is refused (%s): a head that starts with this user ends", why);
    else if (why)
        doctor_say(d, RULE_D5, FINDING_ERROR, d->redis, "INFO is refused (%s): a head that starts with this user ends",
                   why);
}

/* What its start and its store run besides INFO. A user of its own is one that somebody has restricted. */
static void check_commands(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    const struct rayservice *rs = d->f->rayservice;
    if (r->acl_denied)
        doctor_say(d, RULE_D5, gcs_beats(d) ? FINDING_WARNING : FINDING_ERROR, d->redis,
                   "its user may not run %s: a head that starts with it ends, or loses what it writes", r->acl_denied);
    else if (r->acl_why && rs && (rs->redis_user || rs->redis_user_secret_name))
        doctor_say(d, RULE_D5, FINDING_UNKNOWN, d->redis,
                   "it is unknown whether its user may run what Ray does: ACL DRYRUN, of Redis 7, is refused (%s)",
                   r->acl_why);
}

/* Redis 6 has users; before, AUTH takes a password alone. */
static void check_user(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct redis *r = d->f->redis;
    if (rs && (rs->redis_user || rs->redis_user_secret_name) && doctor_version_from(r->version, 6, 0) == TRI_NO)
        doctor_say(d, RULE_D5, FINDING_ERROR, d->redis, "Redis %s takes no user name, and redisUsername is set",
                   r->version);
}

static void check_reached(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    const struct pod *head = d->f->head;
    if (!r) return;
    if (d->redis_why[0]) {
        check_unreached(d);
        return;
    }
    if (r->tls == TRI_NO && r->address && strncmp(r->address, "unix:", 5) != 0)
        doctor_say(d, RULE_L25, FINDING_INFO, d->redis, "connected without TLS: passwords and data can be intercepted");
    if (r->loading.known && r->loading.value)
        doctor_say(d, RULE_D5, FINDING_ERROR, d->redis, "it is loading its data and rejects commands until done");
    check_rights(d);
    check_commands(d);
    check_user(d);
    if (!head || head->is_ready != TRI_YES || gcs_beats(d)) return;
    if (!r->ray_connections.known && !r->heartbeat.known)
        doctor_say(d, RULE_D5, FINDING_UNKNOWN, d->redis,
                   "it is unknown whether the head reaches it: %s and there is no heartbeat",
                   r->ray_why ? r->ray_why : "CLIENT LIST is denied");
    else if (r->ray_connections.known && !r->ray_connections.value)
        doctor_say(d, RULE_D5, FINDING_ERROR, d->redis,
                   "the head is ready, but its GCS has neither connections nor a heartbeat here");
}

/* ---- D6: one shard ---- */

static bool address_has(const struct doctor *d, const char *word)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct redis *r = d->f->redis;
    return (r && r->address && text_has(r->address, word)) ||
           (rs && rs->redis_address && text_has(rs->redis_address, word));
}

/* True where the number of shards is known, by Redis itself or by AWS. */
static bool shards_told(struct doctor *d)
{
    static const char one[] = "Ray finds its primary, and the GCS crashes when that changes";
    const struct redis *r = d->f->redis;
    const struct doctor_aws *aws = doctor_aws(d);
    if (r && r->shards.known && r->shards.value == 1)
        doctor_say(d, RULE_D6, FINDING_WARNING, d->redis, "cluster mode with one shard: %s", one);
    else if (r && r->shards.known)
        doctor_say(d, RULE_D6, FINDING_ERROR, d->redis, "cluster mode with %llu shard%s",
                   (unsigned long long)r->shards.value, text_plural(r->shards.value));
    else if (aws && aws->shards.known && aws->shards.value == 1)
        doctor_say(d, RULE_D6, FINDING_WARNING, d->redis, "cluster mode with one shard (%s %s): %s", aws->service,
                   aws->id, one);
    else
        return false;
    return true;
}

static void check_shards(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    const struct source *s = redis_source(d);
    if (address_has(d, ".serverless.")) {
        doctor_say(d, RULE_D6, FINDING_ERROR, d->redis, "a serverless cache, by its name");
        return;
    }
    if (shards_told(d)) return;
    if (address_has(d, "clustercfg.") || (r && (r->cluster == TRI_YES || text_eq(r->mode, "cluster"))))
        doctor_say(d, RULE_D6, FINDING_ERROR, d->redis, "cluster mode is on");
    else if (s && s->state != SOURCE_LIVE && s->err == ERR_UNSUPPORTED)
        doctor_say(d, RULE_D6, FINDING_ERROR, d->redis, "%s", s->why ? s->why : "cluster mode");
    else if (d->redis_why[0] || (r->cluster == TRI_UNKNOWN && !r->mode))
        doctor_say(d, RULE_D6, FINDING_UNKNOWN, d->redis, "%s",
                   d->redis_why[0] ? d->redis_why : "INFO does not report its mode");
}

/* ---- D7: what its loss takes ---- */

/* True where AWS has answered in Redis's stead. */
static bool replicas_by_aws(struct doctor *d)
{
    const struct doctor_aws *aws = doctor_aws(d);
    if (!aws || !aws->replicas.known || (aws->replicas.value && aws->failover == TRI_UNKNOWN)) return false;
    if (!aws->replicas.value)
        doctor_say(d, RULE_D7, FINDING_WARNING, d->redis, "it has no replica (%s %s)", aws->service, aws->id);
    else if (aws->failover == TRI_NO)
        doctor_say(d, RULE_D7, FINDING_WARNING, d->redis, "automatic failover is off (%s %s)", aws->service, aws->id);
    return true;
}

static void check_replicas(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    const char *ray = doctor_ray_version(d);
    if (d->redis_why[0]) {
        if (!replicas_by_aws(d)) doctor_say(d, RULE_D7, FINDING_UNKNOWN, d->redis, "%s", d->redis_why);
        return;
    }
    if (text_eq(r->role, "slave") || text_eq(r->role, "replica"))
        doctor_say(d, RULE_D7, FINDING_WARNING, d->redis, "this address is a replica: it rejects writes");
    else if (!r->replicas.known && !replicas_by_aws(d))
        doctor_say(d, RULE_D7, FINDING_UNKNOWN, d->redis, "INFO does not report its replicas");
    else if (r->replicas.known && !r->replicas.value)
        doctor_say(d, RULE_D7, FINDING_WARNING, d->redis, "it has no replica");
    else if (r->replicas.known)
        replicas_by_aws(d); /* INFO never reports failover */
    /* Fixed on 24 June 2026 (ray #64204): 2.55 is from April, 2.56 from about then, 2.57 later. */
    const char *word = ray && text_has(ray, "Ray") ? "" : "Ray ";
    const enum tri late = doctor_version_from(ray, 2, 56);
    if (late == TRI_NO)
        doctor_say(d, RULE_D7, FINDING_WARNING, d->service, "%s%s: its GCS crashes when Redis fails over", word, ray);
    else if (late == TRI_UNKNOWN)
        doctor_say(d, RULE_D7, FINDING_UNKNOWN, d->service,
                   "Ray's version is unknown: before 2.56 its GCS crashes when Redis fails over");
    else if (doctor_version_from(ray, 2, 57) == TRI_NO)
        doctor_say(d, RULE_D7, FINDING_UNKNOWN, d->service,
                   "%s%s: it may lack the fix for a GCS that crashes when Redis fails over", word, ray);
}

/* ---- L39: the Redis for development ---- */

static void check_production(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct redis *r = d->f->redis;
    if ((rs && rs->redis_address && part_is_redis_dev_address(rs->redis_address)) ||
        (r && r->address && part_is_redis_dev_address(r->address)))
        doctor_say(d, RULE_L39, FINDING_WARNING, d->redis,
                   REDIS_DEV " is not for production: one pod in the cluster, for development");
}

/* ---- D8: what a restart of it leaves ---- */

/* A failed snapshot also makes Redis refuse writes (stop-writes-on-bgsave-error). */
static void check_snapshots(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    if (text_eq(r->aof, "on")) return;
    if (r->rdb_last && r->save && *r->save && !text_eq(r->rdb_last, "ok"))
        doctor_say(d, RULE_D8, FINDING_WARNING, d->redis, "its last snapshot failed (%s)", r->rdb_last);
    else if (r->save && !*r->save)
        doctor_say(d, RULE_D8, FINDING_INFO, d->redis,
                   "neither append-only file nor snapshots: only its replicas keep the state");
}

/* Judged as by the answer; an error if the GCS's fault tolerance depends on it. */
static void check_persistence(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct doctor_aws *aws = doctor_aws(d);
    const struct redis_loss l = redis_loss_of(d->f, aws ? aws->replicas : UNKNOWN_U64);
    if (redis_is_memorydb(d->f)) return;
    if (d->redis_why[0]) {
        doctor_say(d, RULE_D8, FINDING_UNKNOWN, d->redis, "%s", d->redis_why);
        return;
    }
    switch (l.verdict) {
    case VERDICT_OK: check_snapshots(d); break;
    case VERDICT_WARN:
        doctor_say(d, RULE_D8, FINDING_INFO, d->redis, "%s: what the GCS wrote since the last one is lost", l.kept);
        break;
    case VERDICT_NO:
        doctor_say(d, RULE_D8, rs && rs->ft == TRI_YES ? FINDING_ERROR : FINDING_WARNING, d->redis,
                   "%s: it comes back empty", l.kept);
        break;
    default: doctor_say(d, RULE_D8, FINDING_UNKNOWN, d->redis, "%s", l.kept); break;
    }
}

/* raydeck has a default port and takes more than Ray does. The record has neither user nor password of it. */
static void check_address(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const char *refusal = rs && rs->redis_address ? ray_address_refusal(rs->redis_address) : NULL;
    if (refusal) doctor_say(d, RULE_L29, FINDING_ERROR, d->service, "Ray does not take the Redis address: %s", refusal);
}

void doctor_redis(struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    if (rs && rs->ft == TRI_NO && !d->f->redis) return;
    check_address(d);
    if (d->f->redis)
        check_reached(d);
    else
        check_unreached(d);
    check_shards(d);
    check_replicas(d);
    check_production(d);
    check_persistence(d);
}
