/* redis_rest_test.c - what a GCS at rest costs its Redis: its heartbeats change KV each second, and KV is not read for
 * them. */
#include "backends/base/mem.h"
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"

#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KV "RAY" HARNESS_NS "@KV"

enum { BEATS = 10, FIRST_BEAT = 1800000000 };

static struct redis_harness harness;
static struct redis_server *server;

static int redis_end(void **state)
{
    (void)state;
    if (harness.link) harness_close(&harness);
    redis_server_free(server);
    return 0;
}

static unsigned command_calls(const char *name)
{
    redisContext *c = redisConnect("127.0.0.1", (int)redis_server_port(server));
    redisReply *r = redisCommand(c, "INFO commandstats");
    char *key = mem_printf("cmdstat_%s:calls=", name);
    const char *found = strstr(r->str, key);
    unsigned calls = found ? (unsigned)strtoul(found + strlen(key), NULL, 10) : 0;
    free(key);
    freeReplyObject(r);
    redisFree(c);
    return calls;
}

static const struct gcstable *kv_table(const struct redis_harness *r)
{
    return (const void *)harness_find(r, TABLE_GCSTABLE, HARNESS_NS "/KV");
}

static bool beat_seen(struct redis_harness *r, const void *at)
{
    return harness_redis(r) && harness_redis(r)->heartbeat.value / 1000 == *(const uint64_t *)at;
}

static bool fields_are(struct redis_harness *r, const void *count)
{
    return kv_table(r) && kv_table(r)->fields.value == *(const uint64_t *)count;
}

static bool was_changed_after(struct redis_harness *r, const void *wall_ms)
{
    return kv_table(r)->changed.known && kv_table(r)->changed.value > *(const uint64_t *)wall_ms;
}

static void heartbeat_write(uint64_t at)
{
    redis_say(server, "HSET " KV " @namespace_healthcheck:ray_client_server {\"time\":%llu.5}", (unsigned long long)at);
    HARNESS_UNTIL(&harness, beat_seen, &at);
}

static void heartbeats_do_not_read_kv(void **state)
{
    (void)state;
    server = redis_server_start("tests/fixtures/redis/ray-2.60-running.rdb", NULL);
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    uint64_t at = FIRST_BEAT;
    for (int i = 0; i < 4; i++) heartbeat_write(at++); /* KV was read again after tracking began */
    const uint64_t fields = kv_table(&harness)->fields.value, changed = kv_table(&harness)->changed.value;
    const unsigned hstrlen = command_calls("hstrlen"), hget = command_calls("hget"),
                   clients = command_calls("client|list");
    for (int i = 0; i < BEATS; i++) heartbeat_write(at++);
    /* It was read five times; now at most once, when a heartbeat came late. */
    assert_true(command_calls("hstrlen") - hstrlen <= fields);
    assert_true(command_calls("hget") - hget <= BEATS + BEATS / 2 + 2); /* heartbeats; the metadata each five seconds */
    /* A heartbeat that moves shows a GCS that is connected: who is, is asked each five seconds, or when one came late.
     */
    assert_true(command_calls("client|list") - clients <= BEATS / 2);
    HARNESS_UNTIL(&harness, was_changed_after, &changed); /* and is said to have changed all the same */
    assert_int_equal(kv_table(&harness)->list_count, fields);
    /* Another field, written between two beats, is seen. */
    const uint64_t more = fields + 1;
    redis_say(server, "HSET " KV " @namespace_x:new 1");
    heartbeat_write(at);
    HARNESS_UNTIL(&harness, fields_are, &more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(heartbeats_do_not_read_kv, redis_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
