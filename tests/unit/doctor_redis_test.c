/* doctor_redis_test.c - the doctor's rules about Redis: worlds that trip each, that do not, and where it is unknown. */
#include "backends/base/mem.h"
#include "tests/support/faulty_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CHANGE(name) static void name(struct faulty_world *w)

CHANGE(well)
{
    (void)w;
}

CHANGE(redis_denied)
{
    faulty_source(w, "redis", SOURCE_DENIED, ERR_AUTH, "WRONGPASS");
}

CHANGE(secret_denied)
{
    faulty_source(w, "redis", SOURCE_DENIED, ERR_FORBIDDEN, "not permitted to read secrets");
    faulty_source(w, "kube/secrets", SOURCE_DENIED, ERR_FORBIDDEN, "secrets is forbidden");
}

CHANGE(redis_down)
{
    faulty_source(w, "redis", SOURCE_DOWN, ERR_REFUSED, "refused");
}

CHANGE(redis_never)
{
    small_apply(&w->s, change_gone("redis", WORLD_REDIS, TABLE_REDIS, "redis"));
    redis_down(w);
}

CHANGE(redis_off)
{
    faulty_source(w, "redis", SOURCE_OFF, ERR_OK, NULL);
}

CHANGE(redis_without_head)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->ray_connections = known_u64(0);
                r->heartbeat = known_u64(SMALL_WALL - SMALL_DAY));
}

CHANGE(redis_clients_refused)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->ray_connections = UNKNOWN_U64; r->heartbeat = UNKNOWN_U64);
}

CHANGE(redis_clients_many)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->ray_connections = UNKNOWN_U64; r->heartbeat = UNKNOWN_U64;
                record_set(&r->ray_why, "40000 clients are too many to list"));
}

CHANGE(redis_loading)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->loading = known_u64(1));
}

CHANGE(cluster_mode)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->cluster = TRI_YES);
}

CHANGE(serverless)
{
    FAULTY_EDIT(redis, faulty_redis(w),
                record_set(&r->address, "rediss://gcs-1a2b.serverless.usw2.cache.amazonaws.com:6379"));
}

CHANGE(cluster_refused)
{
    small_apply(&w->s, change_gone("redis", WORLD_REDIS, TABLE_REDIS, "redis"));
    faulty_source(w, "redis", SOURCE_DOWN, ERR_UNSUPPORTED, "Redis runs in cluster mode");
}

CHANGE(info_refused)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->cluster = TRI_UNKNOWN; record_set(&r->mode, NULL);
                record_set(&r->role, NULL); record_set(&r->aof, NULL); record_set(&r->policy, NULL);
                r->replicas = r->used_memory = UNKNOWN_U64);
}

CHANGE(no_replica)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->replicas = known_u64(0));
}

CHANGE(a_replica)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->role, "slave"));
}

CHANGE(old_ray)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, "2.49.1"));
}

CHANGE(ray_of_the_fix)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, "2.56.0"));
}

CHANGE(ray_unknown)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, NULL));
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->namespaces[0].value, NULL));
}

CHANGE(new_ray)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, "2.57.0"));
}

CHANGE(no_persistence)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"); record_set(&r->save, "");
                r->replicas = known_u64(0));
}

CHANGE(replicas_only)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"); record_set(&r->save, ""));
}

CHANGE(snapshot_failed)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"); record_set(&r->rdb_last, "err"));
}

CHANGE(snapshots)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"));
}

CHANGE(alone)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"); r->replicas = known_u64(0));
}

CHANGE(no_persistence_without_ft)
{
    no_persistence(w);
    FAULTY_EDIT(rayservice, faulty_service(w), r->ft = TRI_NO);
}

CHANGE(no_persistence_ft_unknown)
{
    no_persistence(w);
    FAULTY_EDIT(rayservice, faulty_service(w), r->ft = TRI_UNKNOWN);
}

CHANGE(snapshot_failed_alone)
{
    alone(w);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->rdb_last, "err"));
}

CHANGE(append_only_alone)
{
    alone(w);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "on"); record_set(&r->save, ""));
}

/* The guide's: one node, which refuses CONFIG. */
CHANGE(elasticache_alone)
{
    alone(w);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->save, NULL);
                record_set(&r->address, "rediss://gcs.a1.0001.usw2.cache.amazonaws.com:6379"));
}

CHANGE(elasticache_replicas_unknown)
{
    elasticache_alone(w);
    FAULTY_EDIT(redis, faulty_redis(w), r->replicas = UNKNOWN_U64);
}

CHANGE(save_refused_alone)
{
    alone(w);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->save, NULL));
}

CHANGE(save_refused)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"); record_set(&r->save, NULL));
}

CHANGE(evicts)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->policy, "allkeys-lru"); r->evicted = known_u64(17));
}

CHANGE(evicts_volatile)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->policy, "volatile-lru"));
}

CHANGE(full)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->used_memory = known_u64(950000000));
}

CHANGE(unlimited)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->max_memory = known_u64(0));
}

CHANGE(times_out)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->timeout_s = known_u64(300));
}

CHANGE(timeout_refused)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->timeout_s = UNKNOWN_U64);
}

CHANGE(elasticache_timeout)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->timeout_s = UNKNOWN_U64;
                record_set(&r->address, "rediss://master.gcs.a1.usw2.cache.amazonaws.com:6379"));
}

/* ElastiCache, as AWS reports it: a finding of the Redis in use, or of another. */
#define MEMORYDB "clustercfg.gcs.a1.memorydb.us-west-2.amazonaws.com"
#define GCS "master.gcs.a1.usw2.cache.amazonaws.com"
static const struct doctor_aws
    aws_fine =
        {"gcs",         GCS, "volatile-lru", "", {.known = true, .value = 0}, {.known = true, .value = 1}, TRI_YES,
         "ElastiCache", {0}},
    aws_bad =
        {"gcs",         GCS, "allkeys-lru", "", {.known = true, .value = 300}, {.known = true, .value = 0}, TRI_NO,
         "ElastiCache", {0}},
    aws_manual =
        {"gcs",  GCS,           NULL, "may not describe parameters", {.known = false}, {.known = true, .value = 2},
         TRI_NO, "ElastiCache", {0}},
    aws_other = {"other",
                 "master.other.a1.usw2.cache.amazonaws.com",
                 "volatile-lru",
                 "",
                 {.known = true, .value = 0},
                 {.known = true, .value = 1},
                 TRI_YES,
                 "ElastiCache",
                 {0}},
    aws_denied = {"", NULL, NULL, "AccessDenied", {.known = false}, {.known = false}, TRI_UNKNOWN, "ElastiCache", {0}},
    aws_memorydb = {.id = "gcs",
                    .host = MEMORYDB,
                    .policy = "noeviction",
                    .why = "",
                    .timeout_s = {.known = true, .value = 300},
                    .replicas = {.known = true, .value = 0},
                    .service = "MemoryDB",
                    .shards = {.known = true, .value = 1}};

static void with_aws(struct faulty_world *w, const struct doctor_aws *aws)
{
    w->ask.aws = aws;
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_address, "rediss://" GCS ":6379"));
    FAULTY_EDIT(redis, faulty_redis(w), r->timeout_s = UNKNOWN_U64; r->replicas = UNKNOWN_U64;
                record_set(&r->policy, NULL); record_set(&r->address, "rediss://" GCS ":6379"));
}

CHANGE(asked_fine)
{
    with_aws(w, &aws_fine);
}

CHANGE(asked_bad)
{
    with_aws(w, &aws_bad);
}

CHANGE(asked_manual)
{
    with_aws(w, &aws_manual);
}

CHANGE(asked_other)
{
    with_aws(w, &aws_other);
}

CHANGE(asked_denied)
{
    with_aws(w, &aws_denied);
}

static void at_memorydb(struct faulty_world *w)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_address, "rediss://" MEMORYDB ":6379"));
    FAULTY_EDIT(redis, faulty_redis(w), r->timeout_s = UNKNOWN_U64; r->replicas = UNKNOWN_U64; r->cluster = TRI_YES;
                record_set(&r->address, "rediss://" MEMORYDB ":6379"));
}

CHANGE(memorydb_not_asked)
{
    at_memorydb(w);
}

CHANGE(memorydb_asked)
{
    w->ask.aws = &aws_memorydb;
    at_memorydb(w);
}

CHANGE(elasticache_alone_by_aws)
{
    with_aws(w, &aws_bad);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->aof, "off"); record_set(&r->save, NULL);
                r->replicas = UNKNOWN_U64);
}

CHANGE(asked_and_down)
{
    with_aws(w, &aws_fine);
    redis_down(w);
}

CHANGE(asked_bad_and_down)
{
    with_aws(w, &aws_bad);
    redis_down(w);
}

CHANGE(slow_keys)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->slow_count = known_u64(3); r->slow_keys = known_u64(2);
                r->slow_us = known_u64(20000));
}

CHANGE(slow_call)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->slow_count = known_u64(1); r->slow_us = known_u64(250113);
                r->slow_at = known_u64(SMALL_WALL); record_set(&r->slow_command, "HGETALL"));
}

CHANGE(a_little_slow)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->slow_count = known_u64(1); r->slow_us = known_u64(12000));
}

CHANGE(slowlog_refused)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->slow_count = r->slow_keys = UNKNOWN_U64);
}

CHANGE(slowlog_off)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->slow_off = TRI_YES);
}

static void put_namespace(struct faulty_world *w, const char *name, struct known_u64 beat)
{
    struct redis *r = faulty_redis(w);
    struct pair *p = RECORD_APPEND(r, namespaces);
    record_set(&p->name, name);
    struct beat *b = RECORD_APPEND(r, beats);
    record_set(&b->name, name);
    b->last = beat;
    faulty_put(w, r);
}

CHANGE(orphan)
{
    put_namespace(w, "0ld-uid", known_u64(SMALL_WALL + SMALL_T0 - 3 * SMALL_DAY));
}

CHANGE(orphan_unbeaten)
{
    put_namespace(w, "0ld-uid", UNKNOWN_U64);
}

CHANGE(anothers)
{
    put_namespace(w, "0ther-uid", known_u64(SMALL_WALL + SMALL_T0));
}

CHANGE(orphan_clusters_denied)
{
    orphan(w);
    faulty_deny(w, "kube/rayclusters");
}

CHANGE(info_forbidden)
{
    info_refused(w);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->info_why, "Redis: NOPERM"));
}

CHANGE(commands_forbidden)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->acl_denied, "DEL, HSET"));
}

CHANGE(commands_forbidden_without_gcs)
{
    commands_forbidden(w);
    redis_without_head(w);
}

CHANGE(rights_unknown)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->acl_why, "Redis: NOPERM"));
}

CHANGE(rights_unknown_of_a_user)
{
    rights_unknown(w);
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_user, "ray"));
}

CHANGE(info_forbidden_without_gcs)
{
    info_forbidden(w);
    redis_without_head(w);
}

CHANGE(user_on_redis_5)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_user, "ray"));
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->version, "5.0.14"));
}

CHANGE(user_on_redis_7)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_user, "ray"));
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->version, "7.0.15"));
}

CHANGE(address_without_port)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_address, "rediss://gcs.cache"));
}

CHANGE(three_shards)
{
    cluster_mode(w);
    FAULTY_EDIT(redis, faulty_redis(w), r->shards = known_u64(3));
}

CHANGE(one_shard)
{
    cluster_mode(w);
    FAULTY_EDIT(redis, faulty_redis(w), r->shards = known_u64(1));
}

CHANGE(by_a_sentinel)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->sentinel, "redis://s:26379"); r->replicas = known_u64(0));
}

CHANGE(by_a_sentinel_with_a_replica)
{
    by_a_sentinel(w);
    FAULTY_EDIT(redis, faulty_redis(w), r->replicas = known_u64(1));
}

CHANGE(redis_without_password)
{
    faulty_source(w, "redis", SOURCE_DENIED, ERR_AUTH, "NOAUTH Authentication required.");
}

CHANGE(address_in_full)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_address, "rediss://gcs.cache:6379"));
}

static const struct faulty_case cases[] = {
    {RULE_D5, info_forbidden, FINDING_WARNING, "Redis", "INFO is refused (Redis: NOPERM)"},
    {RULE_D5, info_forbidden_without_gcs, FINDING_ERROR, "Redis", "a head that starts with this user ends"},
    {RULE_D5, commands_forbidden, FINDING_WARNING, "Redis", "its user may not run DEL, HSET: a head that starts"},
    {RULE_D5, commands_forbidden_without_gcs, FINDING_ERROR, "Redis", "its user may not run DEL, HSET"},
    {RULE_D5, rights_unknown, FAULTY_NOTHING, NULL, NULL}, /* the default user has them all */
    {RULE_D5, rights_unknown_of_a_user, FINDING_UNKNOWN, "Redis", "ACL DRYRUN, of Redis 7, is refused (Redis: NOPERM)"},
    {RULE_D5, user_on_redis_5, FINDING_ERROR, "Redis", "Redis 5.0.14 takes no user name"},
    {RULE_D5, user_on_redis_7, FAULTY_NOTHING, NULL, NULL},
    {RULE_L29, address_without_port, FINDING_ERROR, "RayService", "it has no port"},
    {RULE_L29, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D6, three_shards, FINDING_ERROR, "Redis", "cluster mode with 3 shards"},
    {RULE_D6, one_shard, FINDING_WARNING, "Redis", "cluster mode with one shard"},
    {RULE_D7, by_a_sentinel, FINDING_WARNING, "master by the sentinel redis://s:26379", "it has no replica"},
    {RULE_D7, by_a_sentinel_with_a_replica, FAULTY_NOTHING, NULL, NULL},
    {RULE_D5, redis_without_password, FINDING_ERROR, "Redis rediss://gcs.cache:6379", "NOAUTH"},
    {RULE_D14, redis_without_password, FAULTY_NOTHING, NULL, NULL},
    {RULE_L29, address_in_full, FAULTY_NOTHING, NULL, NULL},
    {RULE_D14, redis_denied, FAULTY_NOTHING, NULL, NULL}, /* no role grants it: D5 */
    {RULE_D5, redis_denied, FINDING_ERROR, "Redis rediss://gcs.cache:6379", "WRONGPASS"},
    {RULE_D5, secret_denied, FINDING_UNKNOWN, "Redis rediss://gcs.cache:6379", "not permitted to read secrets"},
    {RULE_D5, redis_down, FINDING_ERROR, "Redis", "it was reachable before"},
    {RULE_D5, redis_without_head, FINDING_ERROR, "Redis", "neither connections"},
    {RULE_D5, redis_loading, FINDING_ERROR, "Redis", "loading"},
    {RULE_D5, redis_never, FINDING_UNKNOWN, "Redis rediss://gcs.cache:6379", "may still reach it"},
    {RULE_D5, redis_off, FINDING_UNKNOWN, "Redis", "not configured"},
    {RULE_D5, redis_clients_refused, FINDING_UNKNOWN, "Redis", "CLIENT LIST is denied"},
    {RULE_D5, redis_clients_many, FINDING_UNKNOWN, "Redis", "40000 clients are too many to list"},
    {RULE_D6, cluster_mode, FINDING_ERROR, "Redis", "cluster mode is on"},
    {RULE_D6, serverless, FINDING_ERROR, "Redis", "serverless"},
    {RULE_D6, cluster_refused, FINDING_ERROR, "Redis", "cluster mode"},
    {RULE_D6, info_refused, FINDING_UNKNOWN, "Redis", "INFO does not report"},
    {RULE_D6, redis_never, FINDING_UNKNOWN, "Redis", "down: refused"},
    {RULE_D5, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D6, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D7, no_replica, FINDING_WARNING, "Redis", "it has no replica"},
    {RULE_D7, a_replica, FINDING_WARNING, "Redis", "rejects writes"},
    {RULE_D7, old_ray, FINDING_WARNING, "RayService", "Ray 2.49.1"},
    {RULE_D7, ray_of_the_fix, FINDING_UNKNOWN, "RayService", "Ray 2.56.0: it may lack the fix"},
    {RULE_D7, ray_unknown, FINDING_UNKNOWN, "RayService", "version is unknown"},
    {RULE_D7, new_ray, FAULTY_NOTHING, NULL, NULL},
    {RULE_D7, info_refused, FINDING_UNKNOWN, "Redis", "replicas"},
    {RULE_D7, redis_off, FINDING_UNKNOWN, "Redis", "not configured"},
    {RULE_D8, no_persistence, FINDING_ERROR, "Redis", "neither persistence nor a replica: it comes back empty"},
    {RULE_D8, no_persistence_without_ft, FINDING_WARNING, "Redis", "neither persistence nor a replica"},
    {RULE_D8, no_persistence_ft_unknown, FINDING_WARNING, "Redis", "neither persistence nor a replica"},
    {RULE_D8, elasticache_alone, FINDING_ERROR, "Redis", "neither persistence nor a replica"},
    {RULE_D8, elasticache_replicas_unknown, FINDING_UNKNOWN, "Redis", "INFO does not report its replicas"},
    {RULE_D8, alone, FINDING_INFO, "Redis", "snapshots alone: what the GCS wrote since the last one is lost"},
    {RULE_D8, snapshot_failed_alone, FINDING_ERROR, "Redis", "the last one failed (err): it comes back empty"},
    {RULE_D8, append_only_alone, FAULTY_NOTHING, NULL, NULL},
    {RULE_D8, save_refused_alone, FINDING_UNKNOWN, "Redis", "CONFIG does not report"},
    {RULE_D8, a_replica, FINDING_UNKNOWN, "Redis", "this address is a replica's"},
    {RULE_D8, replicas_only, FINDING_INFO, "Redis", "only its replicas"},
    {RULE_D8, snapshot_failed, FINDING_WARNING, "Redis", "last snapshot failed (err)"},
    {RULE_D8, snapshots, FAULTY_NOTHING, NULL, NULL},
    {RULE_D8, save_refused, FAULTY_NOTHING, NULL, NULL},
    {RULE_D8, info_refused, FINDING_UNKNOWN, "Redis", "neither INFO nor CONFIG"},
    {RULE_D8, redis_down, FINDING_UNKNOWN, "Redis", "down: refused"},
    {RULE_D9, evicts, FINDING_WARNING, "Redis", "allkeys-lru; 17 keys evicted"},
    {RULE_D9, full, FINDING_WARNING, "Redis", "95 % of its memory"},
    {RULE_D9, evicts_volatile, FAULTY_NOTHING, NULL, NULL},
    {RULE_D9, unlimited, FAULTY_NOTHING, NULL, NULL},
    {RULE_D9, info_refused, FINDING_UNKNOWN, "Redis", "maxmemory-policy is unknown"},
    {RULE_D9, redis_down, FINDING_UNKNOWN, "Redis", "down"},
    {RULE_D10, times_out, FINDING_WARNING, "Redis", "timeout 300"},
    {RULE_D10, timeout_refused, FINDING_UNKNOWN, "Redis", "CONFIG GET timeout has no reply"},
    {RULE_D10, elasticache_timeout, FINDING_UNKNOWN, "Redis", "parameter group"},
    {RULE_D10, redis_denied, FINDING_UNKNOWN, "Redis", "denied"},
    {RULE_D8, elasticache_alone_by_aws, FINDING_ERROR, "Redis", "neither persistence nor a replica"},
    {RULE_D8, memorydb_asked, FAULTY_NOTHING, NULL, NULL},
    {RULE_D8, memorydb_not_asked, FAULTY_NOTHING, NULL, NULL},
    {RULE_D7, asked_fine, FAULTY_NOTHING, NULL, NULL},
    {RULE_D9, asked_fine, FAULTY_NOTHING, NULL, NULL},
    {RULE_D10, asked_fine, FAULTY_NOTHING, NULL, NULL},
    {RULE_D7, asked_bad, FINDING_WARNING, "Redis", "no replica (ElastiCache gcs)"},
    {RULE_D9, asked_bad, FINDING_WARNING, "Redis", "maxmemory-policy allkeys-lru in the parameter group"},
    {RULE_D10, asked_bad, FINDING_WARNING, "Redis", "timeout 300 in the parameter group of ElastiCache gcs"},
    {RULE_D7, asked_manual, FINDING_WARNING, "Redis", "automatic failover is off"},
    {RULE_D9, asked_manual, FINDING_UNKNOWN, "Redis", "its maxmemory-policy is unknown"},
    {RULE_D10, asked_manual, FINDING_UNKNOWN, "Redis", "may not describe parameters"},
    {RULE_D7, asked_other, FINDING_UNKNOWN, "Redis", "INFO does not report its replicas"},
    {RULE_D10, asked_other, FINDING_UNKNOWN, "Redis", "another Redis"},
    {RULE_D7, asked_denied, FINDING_UNKNOWN, "Redis", "INFO does not report its replicas"},
    {RULE_D10, asked_denied, FINDING_UNKNOWN, "Redis", "AccessDenied"},
    {RULE_D6, memorydb_not_asked, FINDING_ERROR, "Redis", "cluster mode is on"},
    {RULE_D10, memorydb_not_asked, FINDING_UNKNOWN, "Redis", "--redis-from memorydb"},
    {RULE_D6, memorydb_asked, FINDING_WARNING, "Redis", "one shard (MemoryDB gcs)"},
    {RULE_D7, memorydb_asked, FINDING_WARNING, "Redis", "no replica (MemoryDB gcs)"},
    {RULE_D10, memorydb_asked, FINDING_WARNING, "Redis", "timeout 300 in the parameter group of MemoryDB gcs"},
    {RULE_D7, asked_and_down, FAULTY_NOTHING, NULL, NULL},
    {RULE_D9, asked_bad_and_down, FINDING_WARNING, "Redis", "maxmemory-policy allkeys-lru in the parameter group"},
    {RULE_D9, asked_and_down, FINDING_UNKNOWN, "Redis", "down"},
    {RULE_D10, asked_and_down, FAULTY_NOTHING, NULL, NULL},
    {RULE_D11, asked_and_down, FINDING_UNKNOWN, "Redis", "down"},
    {RULE_D11, slow_keys, FINDING_WARNING, "Redis", "KEYS is in its slow log 2 times"},
    {RULE_D11, slow_call, FINDING_WARNING, "Redis", "HGETALL took 250 ms, 16 min ago"},
    {RULE_D11, a_little_slow, FAULTY_NOTHING, NULL, NULL},
    {RULE_D11, slowlog_refused, FINDING_UNKNOWN, "Redis", "SLOWLOG GET has no reply"},
    {RULE_D11, slowlog_off, FINDING_UNKNOWN, "Redis", "slow log is off"},
    {RULE_D11, redis_off, FINDING_UNKNOWN, "Redis", "not configured"},
    {RULE_D12, orphan, FINDING_INFO, "Redis storage namespace 0ld-uid", "last heartbeat 72 h ago"},
    {RULE_D12, orphan_unbeaten, FINDING_INFO, "Redis storage namespace 0ld-uid", "no heartbeat"},
    {RULE_D12, anothers, FAULTY_NOTHING, NULL, NULL},
    {RULE_D12, orphan_clusters_denied, FINDING_UNKNOWN, "Redis storage namespace", "kube/rayclusters: denied"},
    {RULE_D12, redis_never, FINDING_UNKNOWN, "Redis", "down"},
};

static void test_each_rule(void **state)
{
    (void)state;
    faulty_try(cases, ARRAY_LEN(cases));
}

static void test_every_rule_is_tried(void **state)
{
    (void)state;
    faulty_complete(cases, ARRAY_LEN(cases), RULE_D5, RULE_D12);
}

/* What rules.def shows is what a person reads. */
static void test_examples_are_said(void **state)
{
    (void)state;
    faulty_examples(cases, ARRAY_LEN(cases), RULE_D5, RULE_D12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_rule), cmocka_unit_test(test_every_rule_is_tried),
                                       cmocka_unit_test(test_examples_are_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
