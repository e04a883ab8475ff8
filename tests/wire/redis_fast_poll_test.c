/* redis_fast_poll_test.c - fast polling of the Redis backend during a head loss, and what it leaves at the normal rate.
 */
#include "backends/base/mem.h"
#include "backends/link/clock.h"
#include "backends/redis/redis_link.h"
#include "tests/support/deadline.h"
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"

#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A change is seen with the next poll. By the polls' own clock, which is held while one is under way. */
enum { CHANGES = 8, SLOW_LEAST_MS = POLL_MS * 9 / 10, QUICK_MOST_MS = 2 * POLL_FAST_MS };

static struct redis_harness harness;
static struct redis_server *server;
static redisContext *control; /* the test's own, from the head's address too */

static int redis_end(void **state)
{
    (void)state;
    if (harness.link) harness_close(&harness);
    if (control) redisFree(control);
    redis_server_free(server);
    return 0;
}

static bool connections_are(struct redis_harness *r, const void *want)
{
    const struct redis *now = harness_redis(r);
    return now && now->ray_connections.known && now->ray_connections.value == *(const uint64_t *)want;
}

static uint64_t polls_now_ms(void)
{
    return clock_now_ms(loop_clock(harness.loop));
}

static bool gcs_is_connected(void)
{
    redisReply *r = redisCommand(control, "CLIENT LIST");
    const bool connected = strstr(r->str, " name=gcs ") != NULL;
    freeReplyObject(r);
    return connected;
}

/* A connection from the head's address comes, or goes; until that was seen. Returns how long it took. */
static uint64_t gcs_toggle(redisContext **gcs)
{
    const uint64_t began = polls_now_ms(), want = *gcs ? 1 : 2;
    if (*gcs) redisFree(*gcs);
    *gcs = want == 2 ? redisConnect("127.0.0.1", (int)redis_server_port(server)) : NULL;
    if (*gcs) freeReplyObject(redisCommand(*gcs, "CLIENT SETNAME gcs"));
    ASSERT_UNTIL(harness.loop, gcs_is_connected() == (want == 2)); /* the server itself takes its time to see an end */
    HARNESS_UNTIL(&harness, connections_are, &want);
    return polls_now_ms() - began;
}

static bool was_told(struct redis_harness *r, const void *times)
{
    return r->put_of[TABLE_REDIS] >= *(const unsigned *)times;
}

/* Of the server's own count; the test's question is not in it yet. */
static unsigned asked_info(void)
{
    redisReply *r = redisCommand(control, "INFO commandstats");
    const char *found = strstr(r->str, "cmdstat_info:calls=");
    unsigned calls = found ? (unsigned)strtoul(found + strlen("cmdstat_info:calls="), NULL, 10) : 0;
    freeReplyObject(r);
    return calls;
}

static void a_short_change_is_seen_by_fast_polling_alone(void **state)
{
    (void)state;
    static const char *const here[] = {"127.0.0.1"};
    const struct redis_ops *ops = redis_kinds[0];
    redisContext *gcs = NULL;
    server = redis_server_start("tests/fixtures/redis/ray-2.60-running.rdb", NULL);
    const struct redis_open conf = {.url = redis_server_url(server)};
    control = redisConnect("127.0.0.1", (int)redis_server_port(server));
    harness_open(&harness, &conf);
    harness_hold_clock(&harness);
    ops->set_fast_poll(harness.link, true); /* before it is connected */
    ops->set_fast_poll(harness.link, false);
    ops->set_head_addresses(harness.link, here, 1);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    gcs_toggle(&gcs);
    assert_true(gcs_toggle(&gcs) > SLOW_LEAST_MS);

    ops->set_fast_poll(harness.link, true);
    ops->set_fast_poll(harness.link, true);
    unsigned told = harness.put_of[TABLE_REDIS] + 4;
    HARNESS_UNTIL(&harness, was_told, &told); /* with nothing changed */
    const uint64_t began = polls_now_ms();
    unsigned info = asked_info();
    for (int i = 0; i < CHANGES; i++) gcs_toggle(&gcs);
    const uint64_t took = polls_now_ms() - began;
    if (took > CHANGES * QUICK_MOST_MS) fail_msg("%d changes took %llu ms", CHANGES, (unsigned long long)took);
    assert_true(asked_info() - info - 1 <= 1 + took / 4000); /* INFO keeps its five seconds */

    ops->set_fast_poll(harness.link, false);
    gcs_toggle(&gcs);
    assert_true(gcs_toggle(&gcs) > SLOW_LEAST_MS);
    if (gcs) redisFree(gcs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_short_change_is_seen_by_fast_polling_alone, redis_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
