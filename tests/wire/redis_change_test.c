/* redis_change_test.c - what changes in a Redis while the backend looks at it: told by the server, and followed. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"

#include <hiredis/hiredis.h>
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

static bool worker_dead(struct redis_harness *r, const void *key)
{
    const struct raynode *n = (const void *)harness_find(r, TABLE_RAYNODE, key);
    return n && strcmp(n->state, "DEAD") == 0;
}

static bool is_gone(struct redis_harness *r, const void *key)
{
    return !harness_find(r, TABLE_ACTOR, key);
}

/* A node dies, an actor goes: told by the server, in both layouts. */
static void test_changes_newer(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    const unsigned jobs = harness.put_of[TABLE_JOB];
    const char id[] = "\x5c\xab\xc3\xe8\x5f\x2a\x70\x65\x6d\x70\xc4\x43\xc1\xe0\xc3\xb7\xfc\x00\xe3\x11\x05\xcf\x7c\x38"
                      "\xe0\x77\x00\x8b";
    redis_say(server, "HSET RAY" HARNESS_NS "@NODE %b %b", id, (size_t)28, "\x38\x01", (size_t)2);
    redis_say(server, "HDEL RAY" HARNESS_NS "@ACTOR %b",
              "\x01\xa7\xb3\xb3\x7b\x00\x3c\xbc\x49\xfe\x09\x04\x01\x00\x00\x00", (size_t)16);
    HARNESS_UNTIL(&harness, worker_dead, HARNESS_NS "/" HEAD);
    HARNESS_UNTIL(&harness, is_gone, HARNESS_NS "/01a7b3b37b003cbc49fe090401000000");
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 5);
    assert_true(table_of(HARNESS_NS "/NODE")->changed.known);
    assert_int_equal(harness.put_of[TABLE_JOB], jobs); /* what did not change is not told again */
}

static void test_changes_older(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.22-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    char field[128];
    const char name[] = HARNESS_NS "@NODE:\x01\x02";
    memcpy(field, name, sizeof name - 1);
    redis_say(server, "HSET " HARNESS_NS " %b %b", field, sizeof name - 1, "\x38\x01", (size_t)2);
    HARNESS_UNTIL(&harness, worker_dead, HARNESS_NS "/0102");
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 3);
}

/* Polled from now on, and it is said why: on the second try, when the server refuses. */
static bool refused_tracking(struct redis_harness *r, const void *unused)
{
    (void)unused;
    const struct redis *now = harness_redis(r);
    return now && now->tracking == TRI_NO && now->tracking_why && strstr(now->tracking_why, "NOPERM");
}

/* Messages that are not sent any more, for good: what changes from then on is read all the same. */
static void test_tracking_is_lost(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    redis_say(server, "ACL SETUSER default -subscribe");
    redis_say(server, "CLIENT KILL TYPE pubsub");
    HARNESS_UNTIL(&harness, refused_tracking, NULL);
    const char id[] = "\x5c\xab\xc3\xe8\x5f\x2a\x70\x65\x6d\x70\xc4\x43\xc1\xe0\xc3\xb7\xfc\x00\xe3\x11\x05\xcf\x7c\x38"
                      "\xe0\x77\x00\x8b";
    redis_say(server, "HSET RAY" HARNESS_NS "@NODE %b %b", id, (size_t)28, "\x38\x01", (size_t)2);
    HARNESS_UNTIL(&harness, worker_dead, HARNESS_NS "/" HEAD);
}

/* "tracking_total_prefixes:2" of INFO: of all clients, of which we alone have any. */
static bool prefixes_are(struct redis_harness *r, const void *want)
{
    redisContext *client = redisConnect("127.0.0.1", (int)redis_server_port(server));
    redisReply *info = redisCommand(client, "INFO stats");
    const char *at = info && info->str ? strstr(info->str, "tracking_total_prefixes:") : NULL;
    const bool are = at && strtoul(strchr(at, ':') + 1, NULL, 10) == *(const unsigned long *)want;
    freeReplyObject(info);
    redisFree(client);
    (void)r;
    return are;
}

static void put_older_gcs(const char *name)
{
    char field[64];
    snprintf(field, sizeof field, "%s@KV:@namespace_session:session_name", name);
    redis_say(server, "HSET %s %s 1", name, field);
    snprintf(field, sizeof field, "%s@NODE:x", name);
    redis_say(server, "HSET %s %s %b", name, field, "\x38\x01", (size_t)2);
}

/* GCSs of the older layout are tracked each by its name, of which one may begin with another; what is none is not. */
static void test_older_layouts_that_come_later(void **state)
{
    (void)state;
    static const unsigned long two = 2;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    redis_say(server, "HSET plain-hash field 1");
    put_older_gcs("m-x");
    put_older_gcs("m");
    put_older_gcs("m-y");
    redis_kinds[0]->refresh(harness.link);
    HARNESS_UNTIL(&harness, worker_dead, "m-x/78");
    HARNESS_UNTIL(&harness, worker_dead, "m/78");
    HARNESS_UNTIL(&harness, worker_dead, "m-y/78");
    HARNESS_UNTIL(&harness, prefixes_are, &two); /* RAY and m */
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
}

static bool no_tables(struct redis_harness *r, const void *unused)
{
    (void)unused;
    return world_count(r->world, TABLE_GCSTABLE) == 0 && world_count(r->world, TABLE_ACTOR) == 0;
}

static void test_flush(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    redis_say(server, "FLUSHALL");
    HARNESS_UNTIL(&harness, no_tables, NULL);
    assert_int_equal(world_count(harness.world, TABLE_CHECKPOINT), 0);
    /* and a new GCS, of which nobody knew */
    redis_say(server, "HSET RAYother@NODE %b %b", "\x01", (size_t)1, "\x38\x01", (size_t)2);
    HARNESS_UNTIL(&harness, worker_dead, "other/01");
}

struct count {
    uint64_t ray;
    const char *from;
};

static bool connections_are(struct redis_harness *r, const void *arg)
{
    const struct count *want = arg;
    const struct redis *now = harness_redis(r);
    return now && now->ray_connections.known && now->ray_connections.value == want->ray &&
           strcmp(now->ray_from ? now->ray_from : "", want->from) == 0;
}

/* Two connections as the GCS holds them; ours come from the same address. */
static void test_ray_connections(void **state)
{
    (void)state;
    static const char *const here[] = {"127.0.0.1"}, *const elsewhere[] = {"10.9.9.9"};
    redisContext *gcs[2];
    redis_begin(RDB("ray-2.60-running"));
    for (int i = 0; i < 2; i++) {
        gcs[i] = redisConnect("127.0.0.1", (int)redis_server_port(server));
        freeReplyObject(redisCommand(gcs[i], "PING"));
    }
    HARNESS_UNTIL(&harness, connections_are, (&(struct count){2, "127.0.0.1"}));
    redis_kinds[0]->set_head_addresses(harness.link, elsewhere, 1);
    HARNESS_UNTIL(&harness, connections_are, (&(struct count){0, ""}));
    redis_kinds[0]->set_head_addresses(harness.link, here, 1);
    HARNESS_UNTIL(&harness, connections_are, (&(struct count){2, "127.0.0.1"}));
    for (int i = 0; i < 2; i++) redisFree(gcs[i]);
    HARNESS_UNTIL(&harness, connections_are, (&(struct count){0, ""}));
}

static bool heartbeat_is(struct redis_harness *r, const void *want)
{
    const struct redis *now = harness_redis(r);
    return now && now->heartbeat.known && now->heartbeat.value == *(const uint64_t *)want;
}

static bool kv_changed(struct redis_harness *r, const void *unused)
{
    (void)unused;
    const struct gcstable *kv = (const void *)harness_find(r, TABLE_GCSTABLE, HARNESS_NS "/KV");
    return kv && kv->changed.known;
}

static void test_heartbeat(void **state)
{
    (void)state;
    static const uint64_t first = 1795434726663, next = 1795434727500;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, heartbeat_is, &first);
    redis_say(server, "HSET RAY" HARNESS_NS "@KV @namespace_healthcheck:ray_client_server %s",
              "{\"time\": 1795434727.5}");
    HARNESS_UNTIL(&harness, heartbeat_is, &next);
    HARNESS_UNTIL(&harness, kv_changed, NULL);
}

/* ---- the owner does as it likes from within the sink ---- */

struct owner {
    struct redis_link *link;
    unsigned heard, after;
    bool closes, renames, over;
};

static void on_change(void *arg, struct change *c)
{
    struct owner *o = arg;
    const bool actor = c->type == CHANGE_PUT && c->table == TABLE_ACTOR;
    change_free(c);
    o->heard++;
    if (o->over) o->after++;
    if (!actor) return;
    if (o->renames) redis_kinds[0]->set_namespace(o->link, o->heard % 2 ? HARNESS_NS : NULL);
    if (o->renames && o->heard < 60) return;
    if (!o->closes || o->over) return;
    o->over = true;
    redis_kinds[0]->close(o->link);
}

static void closed_by_owner(bool renames)
{
    struct owner o = {.closes = true, .renames = renames};
    const struct sink sink = {on_change, &o};
    struct loop *loop = loop_new();
    server = redis_server_start(RDB("ray-2.60-running"), NULL);
    const struct redis_open conf = {.url = redis_server_url(server)};
    assert_int_equal(redis_kinds[0]->open(loop, &conf, &sink, &o.link, NULL), ERR_OK);
    STEP_UNTIL(loop, o.over);
    assert_true(o.over);
    loop_free(loop);
    assert_int_equal(o.after, 0);
}

static void test_closed_within(void **state)
{
    (void)state;
    closed_by_owner(false);
}

static void test_renamed_within(void **state)
{
    (void)state;
    closed_by_owner(true);
}

/* Closed before anything was heard at all. */
static void test_closed_at_once(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
}

static void test_refresh(void **state)
{
    (void)state;
    redis_begin(RDB("ray-2.60-running"));
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    redis_say(server, "HSET plain-hash %s 1", "plain-hash@INTERNAL_CONFIG:\xff");
    redis_say(server, "HSET older %s 1", "older@KV:@namespace_session:session_name");
    redis_say(server, "HSET older %b %b", "older@NODE:\x01", (size_t)12, "\x38\x01", (size_t)2);
    redis_kinds[0]->refresh(harness.link);
    HARNESS_UNTIL(&harness, worker_dead, "older/01");
    assert_null(harness_find(&harness, TABLE_GCSTABLE, "plain-hash/INTERNAL_CONFIG"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_changes_newer, redis_end),
        cmocka_unit_test_teardown(test_changes_older, redis_end),
        cmocka_unit_test_teardown(test_tracking_is_lost, redis_end),
        cmocka_unit_test_teardown(test_older_layouts_that_come_later, redis_end),
        cmocka_unit_test_teardown(test_flush, redis_end),
        cmocka_unit_test_teardown(test_ray_connections, redis_end),
        cmocka_unit_test_teardown(test_heartbeat, redis_end),
        cmocka_unit_test_teardown(test_refresh, redis_end),
        cmocka_unit_test_teardown(test_closed_within, redis_end),
        cmocka_unit_test_teardown(test_renamed_within, redis_end),
        cmocka_unit_test_teardown(test_closed_at_once, redis_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
