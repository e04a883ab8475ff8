/* redis_test.c - the Redis backend against a real redis-server that holds what real Ray wrote. */
#include "backends/base/mem.h"
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RDB(name) "tests/fixtures/redis/" name ".rdb"
#define HEAD "5cabc3e85f2a70656d70c443c1e0c3b7fc00e31105cf7c38e077008b"

static struct redis_harness harness;
static struct redis_server *server;

static void redis_begin(const char *rdb)
{
    server = redis_server_start(rdb, NULL);
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
}

static int redis_end(void **state)
{
    (void)state;
    if (harness.link) harness_close(&harness);
    redis_server_free(server);
    server = NULL;
    memset(&harness, 0, sizeof harness);
    return 0;
}

static const struct gcstable *table_of(const char *key)
{
    return (const void *)harness_find(&harness, TABLE_GCSTABLE, key);
}

static const struct actor *actor_of(const char *key)
{
    return (const void *)harness_find(&harness, TABLE_ACTOR, key);
}

static void assert_u64(struct known_u64 got, uint64_t want)
{
    assert_true(got.known);
    assert_int_equal(got.value, want);
}

static void test_newer_layout(void **state)
{
    (void)state;
    char text[32];
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 2);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_int_equal(world_count(harness.world, TABLE_JOB), 1);
    assert_int_equal(world_count(harness.world, TABLE_RAYWORKER), 8);
    assert_int_equal(world_count(harness.world, TABLE_CHECKPOINT), 5);
    const struct raynode *head = (const void *)harness_find(&harness, TABLE_RAYNODE, HARNESS_NS "/" HEAD);
    assert_non_null(head);
    assert_string_equal(head->pod, HARNESS_NS "-head-9q01r");
    assert_string_equal(head->state, "ALIVE");
    const struct actor *replica = actor_of(HARNESS_NS "/01a7b3b37b003cbc49fe090401000000");
    assert_non_null(replica);
    assert_string_equal(replica->class_name, "ServeReplica:mistral-deployment:mistral-7b");
    assert_string_equal(replica->state, "ALIVE");
    assert_string_equal(coreset_text(&replica->cores, text, sizeof text), "2,3");
    assert_string_equal(table_of(HARNESS_NS "/KV")->redis_key, "RAY" HARNESS_NS "@KV");
    /* the sizes that redis-cli tells of the same file */
    assert_u64(table_of(HARNESS_NS "/KV")->fields, 47);
    assert_u64(table_of(HARNESS_NS "/KV")->bytes, 924549);
    assert_u64(table_of(HARNESS_NS "/ACTOR")->bytes, 3451);
    assert_u64(table_of(HARNESS_NS "/ACTOR_TASK_SPEC")->fields, 6);
    assert_u64(table_of(HARNESS_NS "/ACTOR_TASK_SPEC")->bytes, 68046);
    assert_u64(table_of(HARNESS_NS "/NODE")->bytes, 1206);
    assert_string_equal(table_of(HARNESS_NS "/NODE")->list[0].name, HEAD);
    const struct checkpoint *c =
        (const void *)harness_find(&harness, TABLE_CHECKPOINT, HARNESS_NS "/application-state");
    assert_non_null(c);
    assert_u64(c->bytes, 494221);
    const struct kvspace *kv = (const void *)harness_find(&harness, TABLE_KVSPACE, HARNESS_NS "/serve");
    assert_u64(kv->fields, 5);
}

static void test_record(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_heard, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    const struct redis *r = harness_redis(&harness);
    assert_string_equal(r->address, redis_server_url(server));
    assert_int_equal(r->tls, TRI_NO);
    assert_non_null(r->version);
    assert_string_equal(r->mode, "standalone");
    assert_string_equal(r->role, "master");
    assert_string_equal(r->policy, "noeviction");
    assert_string_equal(r->aof, "off");
    assert_u64(r->keys, 7);
    assert_u64(r->timeout_s, 0);
    assert_u64(r->ray_connections, 0); /* we are not Ray, and neither is the test */
    assert_u64(r->heartbeat, 1795434726663);
    assert_true(r->rtt_us.known);
    assert_int_equal(r->tracking, TRI_YES);
    assert_string_equal(r->namespace_, HARNESS_NS);
    assert_string_equal(r->layout, "a hash a table");
    assert_int_equal(r->namespaces_count, 1);
    assert_string_equal(r->namespaces[0].value, "Ray 2.60.0");
}

static bool config_polled(struct redis_harness *r, const void *unused)
{
    (void)unused;
    return harness_redis(r) && harness_redis(r)->slow_count.known && harness_redis(r)->timeout_s.known;
}

/* What a minute's look tells of a server that is set badly; our own calls are slow here too, and do not count. */
static void test_checkup(void **state)
{
    (void)state;
    static const char *const config[] = {
        "--timeout", "300", "--maxmemory-policy", "allkeys-lru", "--slowlog-log-slower-than", "0", "--save", "", NULL};
    server = redis_server_start(RDB("ray-2.60-running"), config);
    redis_say(server, "SLOWLOG RESET");
    redis_say(server, "KEYS %s", "no-such-key-of-mine");
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, config_polled, NULL);
    const struct redis *r = harness_redis(&harness);
    assert_u64(r->timeout_s, 300);
    assert_string_equal(r->policy, "allkeys-lru");
    assert_string_equal(r->save, "");
    assert_string_equal(r->aof, "off");
    assert_int_equal(r->cluster, TRI_NO);
    assert_non_null(r->os);
    assert_int_equal(r->slow_off, TRI_NO);
    assert_u64(r->slow_from_us, 0);
    assert_u64(r->slow_keys, 1);
    assert_true(r->slow_count.value >= 1 && r->slow_count.value <= 3); /* the test's own, on their way in or not */
    assert_true(r->slow_us.known && r->slow_at.known);
    assert_non_null(r->slow_command);
    HARNESS_UNTIL(&harness, harness_heard, NULL);
    assert_int_equal(harness_redis(&harness)->beats_count, 1);
    assert_string_equal(harness_redis(&harness)->beats[0].name, HARNESS_NS);
    assert_u64(harness_redis(&harness)->beats[0].last, 1795434726663);
}

static void test_older_layout(void **state)
{
    (void)state;
    char text[32];
    redis_begin(RDB("ray-2.22-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_heard, NULL);
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 2);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_int_equal(world_count(harness.world, TABLE_JOB), 1);
    assert_int_equal(world_count(harness.world, TABLE_CHECKPOINT), 5);
    const struct actor *replica = actor_of(HARNESS_NS "/6fc8620e29b86f6ce47fc97e01000000");
    assert_non_null(replica);
    assert_string_equal(coreset_text(&replica->cores, text, sizeof text), "0,1");
    assert_string_equal(harness_redis(&harness)->layout, "one hash");
    assert_u64(harness_redis(&harness)->heartbeat, 1795436995473);
    assert_non_null(table_of(HARNESS_NS "/INTERNAL_CONFIG"));
    assert_string_equal(table_of(HARNESS_NS "/KV")->redis_key, HARNESS_NS);
    /* every field but the counter belongs to a table */
    uint64_t fields = 0;
    WORLD_EACH (row, harness.world, TABLE_GCSTABLE) fields += ROW(row, gcstable)->fields.value;
    assert_int_equal(fields + 1, redis_ask_number(server, "HLEN %s", HARNESS_NS));
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
}

static bool worker_dead(struct redis_harness *r, const void *key)
{
    const struct raynode *n = (const void *)harness_find(r, TABLE_RAYNODE, key);
    return n && strcmp(n->state, "DEAD") == 0;
}

static void test_unix_socket(void **state)
{
    (void)state;
    char url[256];
    server = redis_server_start(RDB("ray-2.60-running"), NULL);
    snprintf(url, sizeof url, "unix://%s", redis_server_path(server));
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
}

static void test_one_namespace(void **state)
{
    (void)state;
    server = redis_server_start(RDB("ray-2.60-running"), NULL);
    redis_say(server, "HSET RAYother@NODE %b %b", "\x01", (size_t)1, "\x38\x01", (size_t)2);
    const struct redis_open conf = {.url = redis_server_url(server), .ns = "other"};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, worker_dead, "other/01");
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 1);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 0);
    redis_kinds[0]->set_namespace(harness.link, HARNESS_NS);
    HARNESS_UNTIL(&harness, worker_dead, "other/01"); /* until it is swept below */
    harness.relisted = 0;
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 2);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    redis_kinds[0]->set_namespace(harness.link, NULL);
    harness.relisted = 0;
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 3);
}

static void test_death_and_return(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    redis_server_kill(server);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    assert_non_null(harness_source(&harness)->why);
    /* what was known stays, drawn old; nothing is taken for gone */
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    harness.relisted = 0;
    redis_server_revive(server);
    HARNESS_UNTIL(&harness, harness_live, NULL);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_int_equal(harness.gone, 0);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
}

/* What has no SELECT has no database 2, and its only one is not shown for it. */
static void test_no_databases(void **state)
{
    (void)state;
    const char *const config[] = {"--rename-command", "SELECT", "", NULL};
    server = redis_server_start(RDB("ray-2.60-running"), config);
    char *url = mem_printf("%s/2", redis_server_url(server));
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    assert_non_null(strstr(harness_source(&harness)->why, "unknown command"));
    assert_int_equal(world_count(harness.world, TABLE_GCSTABLE), 0);
    free(url);
}

static void test_nobody_there(void **state)
{
    (void)state;
    redis_begin(NULL);
    redis_server_kill(server);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    assert_int_equal(harness_source(&harness)->err, ERR_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_newer_layout, redis_end),
        cmocka_unit_test_teardown(test_record, redis_end),
        cmocka_unit_test_teardown(test_checkup, redis_end),
        cmocka_unit_test_teardown(test_older_layout, redis_end),
        cmocka_unit_test_teardown(test_unix_socket, redis_end),
        cmocka_unit_test_teardown(test_one_namespace, redis_end),
        cmocka_unit_test_teardown(test_death_and_return, redis_end),
        cmocka_unit_test_teardown(test_no_databases, redis_end),
        cmocka_unit_test_teardown(test_nobody_there, redis_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
