/* storm_redis_test.c - a Redis whose answers would make a storm of connections, commands or bytes: what is asked of it
 * stays bounded, and what waits because of that says so. Each case counts what came within STORM_MS; a busy machine can
 * only lower it. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/cursor_guard.h"
#include "backends/redis/scan.h"
#include "tests/support/fake_redis.h"
#include "tests/support/redis_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    STORM_MS = 4000,
    DIALS_MOST = 14 /* two connections each time: the main one and the one that changes come on */
};

static struct redis_harness harness;
static struct fake_redis *fake;

static void redis_begin(fake_redis_answer *answer)
{
    struct loop *loop = loop_new();
    fake = fake_redis_start(loop, answer, NULL);
    const struct redis_open conf = {.url = fake_redis_url(fake)};
    harness_open_on(&harness, loop, &conf);
}

static void storm_redis(void)
{
    const uint64_t until = loop_now_ms() + STORM_MS;
    while (loop_now_ms() < until) loop_step(harness.loop, 20);
    printf("connections %u, commands %u, bytes %llu\n", fake_redis_connections(fake), fake_redis_commands(fake, ""),
           (unsigned long long)fake_redis_sent(fake));
}

static int redis_end(void **state)
{
    (void)state;
    if (fake) fake_redis_stop(fake);
    fake = NULL;
    if (harness.link) harness_close(&harness);
    memset(&harness, 0, sizeof harness);
    return 0;
}

static bool nothing_special(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    (void)command;
    (void)reply;
    return false;
}

static bool source_throttled(struct redis_harness *r, const void *words)
{
    const struct source *s = harness_source(r);
    return s && source_is_throttled(s) && text_has(s->why, "throttled: ") && text_has(s->why, words);
}

/* ---- more clients than can be listed ---- */

enum { CLIENTS = 40000, CLIENT_LINE = 350 };

static bool many_clients(void *arg, const char *command, struct buf *reply)
{
    const bool *silent = arg;
    static const char info[] = "redis_version:7.2.4\r\nconnected_clients:40000\r\n";
    if (strcmp(command, "INFO") == 0 && !silent) {
        buf_printf(reply, "$%zu\r\n%s\r\n", sizeof info - 1, info);
        return true;
    }
    if (strcmp(command, "INFO") == 0) {
        buf_str(reply, "-NOPERM this user has no permissions to run the 'info' command\r\n");
        return true;
    }
    if (strcmp(command, "CLIENT LIST") != 0) return false;
    buf_printf(reply, "$%d\r\n", CLIENTS * CLIENT_LINE);
    for (int i = 0; i < CLIENTS; i++)
        buf_printf(reply, "%-*s\n", CLIENT_LINE - 1, "id=9 addr=10.0.0.1:7 flags=N cmd=get");
    buf_str(reply, "\r\n");
    return true;
}

static bool has_clients(struct redis_harness *r, const void *unused)
{
    (void)unused;
    return harness_redis(r) && harness_redis(r)->ray_why;
}

static void more_clients_than_a_reply_may_hold(void **state)
{
    (void)state;
    redis_begin(many_clients);
    HARNESS_UNTIL(&harness, has_clients, NULL);
    storm_redis();
    assert_string_equal(harness_redis(&harness)->ray_why, "40000 clients are too many to list");
    assert_false(harness_redis(&harness)->ray_connections.known);
    assert_int_equal(harness_redis(&harness)->clients.value, CLIENTS);
    assert_int_equal(harness_source(&harness)->state, SOURCE_LIVE);
    assert_int_equal(fake_redis_connections(fake), 2);
    assert_true(fake_redis_sent(fake) < 1024 * 1024);
}

static bool silent_clients(void *arg, const char *command, struct buf *reply)
{
    bool silent = true;
    (void)arg;
    return many_clients(&silent, command, reply);
}

/* INFO is refused: it is found out about once. */
static void the_same_where_info_is_refused(void **state)
{
    (void)state;
    redis_begin(silent_clients);
    HARNESS_UNTIL(&harness, has_clients, NULL);
    storm_redis();
    assert_string_equal(harness_redis(&harness)->ray_why, "the clients are too many to list");
    assert_true(fake_redis_connections(fake) <= 4);
    assert_true(fake_redis_sent(fake) < (uint64_t)2 * CLIENTS * CLIENT_LINE);
    HARNESS_UNTIL(&harness, harness_live, NULL);
}

/* ---- a hash whose changes are pushed ---- */

static bool one_actor_table(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    if (strncmp(command, "DBSIZE", 6) == 0 || strncmp(command, "HLEN", 4) == 0)
        buf_str(reply, ":1\r\n");
    else if (strncmp(command, "SCAN", 4) == 0)
        buf_str(reply, "*2\r\n$1\r\n0\r\n*1\r\n$10\r\nRAYa@ACTOR\r\n");
    else
        return false;
    return true;
}

#define MESSAGE "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"
#define ACTOR_KEY "*1\r\n$10\r\nRAYa@ACTOR\r\n"

static bool read_again(struct redis_harness *h, const void *reads)
{
    (void)h;
    return fake_redis_commands(fake, "HLEN") > *(const unsigned *)reads;
}

/* Once when it is found, and once more for what changed before tracking began: then only when Redis says so. */
static void a_tracked_hash_is_not_polled(void **state)
{
    (void)state;
    redis_begin(one_actor_table);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    storm_redis();
    storm_redis(); /* more than twice SCAN_POLL_MS */
    const unsigned reads = fake_redis_commands(fake, "HLEN");
    assert_in_range(reads, 1, 2);
    /* what is pushed of something else, or says nothing, reads nothing */
    static const char *const others[] = {
        "*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n" ACTOR_KEY,
        "*3\r\n$7\r\nmessage\r\n$-1\r\n" ACTOR_KEY,
        "*3\r\n$7\r\nmessage\r\n:12\r\n" ACTOR_KEY,
        MESSAGE "$10\r\nRAYa@ACTOR\r\n",
        MESSAGE "*1\r\n:12\r\n",
        MESSAGE "*0\r\n",
        "*2\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n",
        "*1\r\n$7\r\nmessage\r\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) fake_redis_push(fake, others[i]);
    storm_redis();
    assert_int_equal(fake_redis_commands(fake, "HLEN"), reads);
    assert_int_equal(harness_source(&harness)->state, SOURCE_LIVE);
    fake_redis_push(fake, MESSAGE ACTOR_KEY);
    HARNESS_UNTIL(&harness, read_again, &reads);
}

/* ---- errors that end each connection ---- */

static const char *error_said;

static bool always_error(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    static const char *const keyed[] = {"SCAN", "DBSIZE", "HLEN", "HGET", "HSCAN", "HKEYS", "HSTRLEN"};
    for (size_t i = 0; i < ARRAY_LEN(keyed); i++)
        if (strncmp(command, keyed[i], strlen(keyed[i])) == 0) {
            buf_printf(reply, "-%s\r\n", error_said);
            return true;
        }
    return false;
}

static void errors_after_a_fine_greeting(void **state)
{
    (void)state;
    static const char *const errors[] = {"CLUSTERDOWN Hash slot not served", "MOVED 3999 127.0.0.1:6381",
                                         "LOADING Redis is loading the dataset in memory"};
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        error_said = errors[i];
        redis_begin(always_error);
        storm_redis();
        assert_true(fake_redis_connections(fake) >= 2 && fake_redis_connections(fake) <= DIALS_MOST);
        HARNESS_UNTIL(&harness, harness_down, NULL);
        redis_end(NULL);
    }
}

/* ---- cursors that never come to 0 ---- */

static unsigned step;

static bool hash_loops(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    static const char key[] = "RAYx@ACTOR";
    if (strncmp(command, "SCAN", 4) == 0)
        buf_printf(reply, "*2\r\n$1\r\n0\r\n*1\r\n$%zu\r\n%s\r\n", sizeof key - 1, key);
    else if (strncmp(command, "HLEN", 4) == 0)
        buf_str(reply, ":1000000\r\n");
    else if (strncmp(command, "HSCAN", 5) == 0)
        step++, buf_printf(reply, "*2\r\n$1\r\n%u\r\n*2\r\n$4\r\nid%02u\r\n$1\r\nx\r\n", 1 + step % 5, step % 5);
    else
        return false;
    return true;
}

static void an_hscan_cursor_that_loops(void **state)
{
    (void)state;
    step = 0;
    redis_begin(hash_loops);
    HARNESS_UNTIL(&harness, harness_listed, NULL); /* the rest of the list does not wait for it */
    storm_redis();
    assert_in_range(fake_redis_commands(fake, "HSCAN"), 5, 40);
    assert_int_equal(fake_redis_connections(fake), 2);
    HARNESS_UNTIL(&harness, source_throttled, "HSCAN RAYx@ACTOR does not end");
}

static bool hash_is_endless(void *arg, const char *command, struct buf *reply)
{
    char cursor[16];
    if (strncmp(command, "HSCAN", 5) != 0) return hash_loops(arg, command, reply);
    int len = snprintf(cursor, sizeof cursor, "%u", ++step);
    buf_printf(reply, "*2\r\n$%d\r\n%s\r\n*0\r\n", len, cursor);
    return true;
}

static void an_hscan_that_brings_nothing_for_ever(void **state)
{
    (void)state;
    step = 0;
    redis_begin(hash_is_endless);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    storm_redis();
    assert_in_range(fake_redis_commands(fake, "HSCAN"), 5, 2 * CURSOR_PAGES_FREE);
    HARNESS_UNTIL(&harness, source_throttled, "HSCAN RAYx@ACTOR does not end");
}

static bool keys_loop(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    if (strncmp(command, "SCAN", 4) != 0) return false;
    buf_printf(reply, "*2\r\n$2\r\n%u\r\n*0\r\n", 10 + step++ % 3);
    return true;
}

static void a_scan_cursor_that_loops(void **state)
{
    (void)state;
    step = 0;
    redis_begin(keys_loop);
    storm_redis();
    assert_in_range(fake_redis_commands(fake, "SCAN"), 3, 40);
    HARNESS_UNTIL(&harness, source_throttled, "SCAN does not end");
}

/* ---- messages without end ---- */

#define MESSAGE "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"
enum { TOLD_A_SECOND = SCAN_PUSHED_RATE, TOLD_AT_ONCE = SCAN_PUSHED_BURST };

/* Each millisecond brings a message; format has a %u of ever another name, or none. */
static void __attribute__((format(printf, 1, 0))) told_for_ever(const char *format)
{
    redis_begin(nothing_special);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    uint64_t last = loop_now_ms();
    const uint64_t until = last + STORM_MS;
    while (last < until) {
        char message[128];
        loop_step(harness.loop, 1);
        if (loop_now_ms() == last) continue; /* a thousand a second */
        last = loop_now_ms();
        snprintf(message, sizeof message, format, 10000 + step++ % 80000);
        fake_redis_push(fake, message);
    }
    printf("messages %u, commands %u\n", step, fake_redis_commands(fake, ""));
}

static unsigned told_most(void)
{
    return TOLD_AT_ONCE + TOLD_A_SECOND * (STORM_MS / 1000 + 5);
}

/* Names that nobody knew, each of which would be looked up. */
static void a_flood_of_new_names(void **state)
{
    (void)state;
    step = 0;
    told_for_ever(MESSAGE "*1\r\n$14\r\nRAY%u@ACTOR\r\n");
    assert_in_range(fake_redis_commands(fake, "HLEN"), TOLD_AT_ONCE / 2, told_most());
    assert_true(fake_redis_commands(fake, "SCAN") <= 3);
}

/* FLUSHALL, of which each would have everything read anew. */
static void a_flood_of_flushes(void **state)
{
    (void)state;
    step = 0;
    told_for_ever(MESSAGE "*-1\r\n");
    assert_in_range(fake_redis_commands(fake, "SCAN"), 2, told_most());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(more_clients_than_a_reply_may_hold, redis_end),
        cmocka_unit_test_teardown(the_same_where_info_is_refused, redis_end),
        cmocka_unit_test_teardown(a_tracked_hash_is_not_polled, redis_end),
        cmocka_unit_test_teardown(errors_after_a_fine_greeting, redis_end),
        cmocka_unit_test_teardown(an_hscan_cursor_that_loops, redis_end),
        cmocka_unit_test_teardown(an_hscan_that_brings_nothing_for_ever, redis_end),
        cmocka_unit_test_teardown(a_scan_cursor_that_loops, redis_end),
        cmocka_unit_test_teardown(a_flood_of_new_names, redis_end),
        cmocka_unit_test_teardown(a_flood_of_flushes, redis_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
