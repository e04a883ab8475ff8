/* storm_redis_test.c - a Redis whose answers would make a storm of connections, commands or bytes: what is asked of it
 * stays bounded, and what waits because of that says so. Each case goes on for STORM_MS at least, and for as long as it
 * takes to see anything at all; what may be asked is reckoned from the time that has passed. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/backoff.h"
#include "backends/redis/cursor_guard.h"
#include "backends/redis/redis_link.h"
#include "backends/redis/scan.h"
#include "tests/support/fake_redis.h"
#include "tests/support/redis_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STORM_MS = 4000, ENDS = 12 /* HSCANs of a cursor that loops, at most, until that is noticed */ };

static struct redis_harness harness;
static struct fake_redis *fake;
static uint64_t began_ms;

/* How often it is tried in the time since it began, one to spare included, where what is waited doubles. */
static unsigned tries_most(uint64_t first_ms, uint64_t most_ms)
{
    const uint64_t ms = loop_now_ms() - began_ms;
    unsigned tries = 2;
    uint64_t delay = first_ms;
    for (uint64_t at = delay; at <= ms; at += delay) {
        tries++;
        delay = delay * 2 > most_ms ? most_ms : delay * 2;
    }
    return tries;
}

static void redis_begin(fake_redis_answer *answer)
{
    struct loop *loop = loop_new();
    began_ms = loop_now_ms();
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

static unsigned scans_most(unsigned pages)
{
    return pages * tries_most(SCAN_REFUSED_MS, SCAN_ENDLESS_MS);
}

struct sent {
    const char *command;
    unsigned times;
};

static bool was_sent(struct redis_harness *h, const void *arg)
{
    const struct sent *s = arg;
    (void)h;
    return fake_redis_commands(fake, s->command) >= s->times;
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

/* Once when it is found, and once more for what changed before tracking began: then only when Redis says so. */
static void a_tracked_hash_is_not_polled(void **state)
{
    (void)state;
    redis_begin(one_actor_table);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    storm_redis();
    storm_redis(); /* more than twice SCAN_POLL_MS */
    HARNESS_UNTIL(&harness, was_sent, (&(struct sent){"HLEN", 1}));
    const unsigned reads = fake_redis_commands(fake, "HLEN");
    assert_true(reads <= 2);
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
    HARNESS_UNTIL(&harness, was_sent, (&(struct sent){"HLEN", reads + 1}));
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

static bool dialled_again(struct redis_harness *h, const void *unused)
{
    (void)h;
    (void)unused;
    return fake_redis_connections(fake) >= 2;
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
        HARNESS_UNTIL(&harness, dialled_again, NULL);
        /* two connections each time: the main one and the one that changes come on */
        assert_true(fake_redis_connections(fake) <= 2 * tries_most(LINK_RETRY_FIRST_MS / 2, BACKOFF_LINK_MOST_MS / 2));
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
    HARNESS_UNTIL(&harness, source_throttled, "HSCAN RAYx@ACTOR does not end");
    assert_true(fake_redis_commands(fake, "HSCAN") <= scans_most(ENDS));
    assert_int_equal(fake_redis_connections(fake), 2);
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
    HARNESS_UNTIL(&harness, source_throttled, "HSCAN RAYx@ACTOR does not end");
    assert_true(fake_redis_commands(fake, "HSCAN") <= scans_most(CURSOR_PAGES_FREE + 1));
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
    HARNESS_UNTIL(&harness, source_throttled, "SCAN does not end");
    assert_true(fake_redis_commands(fake, "SCAN") <= scans_most(ENDS));
}

/* ---- messages without end ---- */

#define MESSAGE "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"
enum { TOLD_A_SECOND = SCAN_PUSHED_RATE, TOLD_AT_ONCE = SCAN_PUSHED_BURST, TOLD_LEAST = 10 * TOLD_AT_ONCE };

/* Each millisecond brings a message; format has a %u of ever another name, or none. */
static void __attribute__((format(printf, 1, 0))) told_for_ever(const char *format)
{
    redis_begin(nothing_special);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    uint64_t last = loop_now_ms();
    const uint64_t until = last + STORM_MS;
    while (last < until || step < TOLD_LEAST) {
        char message[128];
        loop_step(harness.loop, 1);
        if (loop_now_ms() == last) continue; /* a thousand a second, at most */
        last = loop_now_ms();
        snprintf(message, sizeof message, format, 10000 + step++ % 80000);
        fake_redis_push(fake, message);
    }
    printf("messages %u, commands %u\n", step, fake_redis_commands(fake, ""));
}

static unsigned told_most(void)
{
    return TOLD_AT_ONCE + TOLD_A_SECOND * (unsigned)((loop_now_ms() - began_ms) / 1000 + 2);
}

/* Names that nobody knew, each of which would be looked up. */
static void a_flood_of_new_names(void **state)
{
    (void)state;
    step = 0;
    told_for_ever(MESSAGE "*1\r\n$14\r\nRAY%u@ACTOR\r\n");
    HARNESS_UNTIL(&harness, was_sent, (&(struct sent){"HLEN", TOLD_AT_ONCE / 2}));
    assert_true(fake_redis_commands(fake, "HLEN") <= told_most());
    assert_true(fake_redis_commands(fake, "SCAN") <= 3);
}

/* FLUSHALL, of which each would have everything read anew. */
static void a_flood_of_flushes(void **state)
{
    (void)state;
    step = 0;
    told_for_ever(MESSAGE "*-1\r\n");
    HARNESS_UNTIL(&harness, was_sent, (&(struct sent){"SCAN", 2}));
    assert_true(fake_redis_commands(fake, "SCAN") <= told_most());
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
