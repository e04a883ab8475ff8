/* heartbeat_poll_test.c - what is asked of a Redis every second, and what not: heartbeats, the list of clients, and
 * what a server refuses. Counts commands of whole polls by a clock that is held while one is under way, so that a busy
 * machine changes nothing. */
#include "backends/base/mem.h"
#include "tests/support/fake_redis.h"
#include "tests/support/redis_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NAMESPACES = 20, LONG_LINES = 1000 };

static struct redis_harness harness;
static struct fake_redis *fake;

/* A Redis of `namespaces` GCSs, a, b, c …; what it does differently. */
static struct server {
    unsigned namespaces;
    bool stands_still, long_list, no_info, no_clients;
    const char *ping, *info; /* info: NULL: none is told */
    /* Asked for so far: the heartbeat and the metadata of each namespace, and what is of the whole server. */
    unsigned beats[NAMESPACES], metadata[NAMESPACES], lists, infos, pings;
} server;

static void bulk_add(struct buf *reply, const char *text)
{
    buf_printf(reply, "$%zu\r\n%s\r\n", strlen(text), text);
}

static void keys_add(struct buf *reply)
{
    buf_printf(reply, "*2\r\n$1\r\n0\r\n*%u\r\n", server.namespaces);
    for (unsigned i = 0; i < server.namespaces; i++) {
        char key[32];
        snprintf(key, sizeof key, "RAY%c@KV", 'a' + (int)i);
        bulk_add(reply, key);
    }
}

static void clients_add(struct buf *reply)
{
    static const char line[] =
        "id=9 addr=10.0.0.1:7 laddr=10.0.0.2:6379 flags=N cmd=get user=default lib-name=none x\n";
    const size_t lines = server.long_list ? LONG_LINES : 1;
    buf_printf(reply, "$%zu\r\n", lines * (sizeof line - 1));
    for (size_t i = 0; i < lines; i++) buf_str(reply, line);
    buf_str(reply, "\r\n");
}

static bool server_answer(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    char text[64], ns = 'a', field = '\0';
    server.infos += strcmp(command, "INFO") == 0;
    server.pings += strcmp(command, "PING") == 0;
    if (strncmp(command, "SCAN", 4) == 0) {
        keys_add(reply);
    } else if (strncmp(command, "HLEN", 4) == 0) {
        buf_str(reply, ":1\r\n");
    } else if (sscanf(command, "HGET RAY%c@KV @namespace_%c", &ns, &field) == 2 && field == 'h') {
        const unsigned beat = server.beats[ns - 'a']++;
        snprintf(text, sizeof text, "{\"time\": %u.5}", 1795440000 + (server.stands_still ? 0 : beat));
        bulk_add(reply, text);
    } else if (strncmp(command, "HGET", 4) == 0) {
        server.metadata[ns - 'a']++;
        bulk_add(reply, "{\"ray_version\": \"2.60.0\"}");
    } else if (strcmp(command, "CLIENT LIST") == 0) {
        server.lists++;
        if (server.no_clients)
            buf_str(reply, "-NOPERM no\r\n");
        else
            clients_add(reply);
    } else if (strcmp(command, "INFO") == 0 && server.no_info) {
        buf_str(reply, "-NOPERM no\r\n");
    } else if (strcmp(command, "INFO") == 0 && server.info) {
        bulk_add(reply, server.info);
    } else if (strcmp(command, "PING") == 0 && server.ping) {
        buf_str(reply, server.ping);
    } else {
        return false;
    }
    return true;
}

static void redis_begin(const struct server *is, const char *ns)
{
    struct loop *loop = loop_new();
    server = *is;
    fake = fake_redis_start(loop, server_answer, NULL);
    harness_open_on(&harness, loop, &(struct redis_open){.url = fake_redis_url(fake), .ns = ns});
    harness_hold_clock(&harness);
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

static bool heartbeats_were_asked(struct redis_harness *h, const void *times)
{
    (void)h;
    return server.beats[0] >= *(const unsigned *)times;
}

/* Until so many more polls have asked for the heartbeat of a. */
static void polls_pass(unsigned more)
{
    const unsigned want = server.beats[0] + more;
    HARNESS_UNTIL(&harness, heartbeats_were_asked, &want);
}

/* How many lists of clients were asked for in so many polls, after the first ones. */
static unsigned lists_in(unsigned polls)
{
    polls_pass(2);
    const unsigned before = server.lists;
    polls_pass(polls);
    return server.lists - before;
}

/* A heartbeat that moves says that its GCS is connected: who is, is asked with PING and INFO only. */
static void clients_are_listed_while_a_heartbeat_stands_still(void **state)
{
    (void)state;
    redis_begin(&(struct server){.namespaces = 1}, NULL);
    assert_true(lists_in(3) <= 1);
    server.stands_still = true;
    assert_true(lists_in(3) >= 2);
    /* A long list is not asked for each second, whatever the heartbeat does. */
    server.long_list = true;
    assert_true(lists_in(3) <= 1);
    assert_int_equal(fake_redis_connections(fake), 2);
}

/* During a head's loss each poll lists them: a GCS may come and go between two heartbeats. */
static void in_fast_poll_mode_clients_are_always_listed(void **state)
{
    (void)state;
    redis_begin(&(struct server){.namespaces = 1}, NULL);
    redis_kinds[0]->set_fast_poll(harness.link, true);
    assert_true(lists_in(8) >= 7);
    server.long_list = true;
    polls_pass(2);
    assert_true(lists_in(8) <= 2);
}

/* One record a poll, when its last reply is there: none of half a poll. */
static void a_poll_is_told_once(void **state)
{
    (void)state;
    redis_begin(&(struct server){.namespaces = 1}, NULL);
    redis_kinds[0]->set_fast_poll(harness.link, true);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    polls_pass(2);
    const unsigned puts = harness.put_of[TABLE_REDIS], beats = server.beats[0];
    polls_pass(8);
    const unsigned told = harness.put_of[TABLE_REDIS] - puts, polls = server.beats[0] - beats;
    if (told < polls - 2 || told > polls + 2) fail_msg("%u records of %u polls", told, polls);
}

/* Some 2 MB of a reply are the most: beyond that many clients nobody is listed. */
static void so_many_clients_are_listed_and_no_more(void **state)
{
    (void)state;
    static const char *const infos[] = {"redis_version:7.2.4\r\nconnected_clients:5000\r\n",
                                        "redis_version:7.2.4\r\nconnected_clients:5001\r\n"};
    for (size_t i = 0; i < 2; i++) {
        redis_begin(&(struct server){.namespaces = 1, .stands_still = true, .info = infos[i]}, NULL);
        redis_kinds[0]->set_fast_poll(harness.link, true);
        polls_pass(4);
        const struct redis *now = harness_redis(&harness);
        assert_int_equal(now->clients.value, 5000 + i);
        if (i)
            assert_string_equal(now->ray_why, "5001 clients are too many to list");
        else
            assert_null(now->ray_why);
        assert_int_equal(now->ray_connections.known, i == 0);
        redis_end(NULL);
    }
}

static void of_many_namespaces_the_first_are_asked(void **state)
{
    (void)state;
    redis_begin(&(struct server){.namespaces = NAMESPACES}, NULL);
    redis_kinds[0]->set_fast_poll(harness.link, true);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    polls_pass(4);
    unsigned asked = 0;
    for (unsigned i = 0; i < NAMESPACES; i++) asked += server.beats[i] > 0;
    assert_int_equal(asked, 16);
}

/* The heartbeats of other GCSs say whether they are in use: that need not be known each second. */
static void another_namespace_is_asked_with_info_only(void **state)
{
    (void)state;
    redis_begin(&(struct server){.namespaces = 2}, NULL);
    redis_kinds[0]->set_namespace(harness.link, "a");
    redis_kinds[0]->set_fast_poll(harness.link, true);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    polls_pass(2);
    const unsigned before = server.beats[1], info = server.infos;
    const unsigned metadata = server.metadata[0];
    polls_pass(8);
    const unsigned slow = server.infos - info;
    assert_true(slow <= 1);
    assert_true(server.beats[1] - before <= slow);
    assert_true(server.metadata[0] - metadata <= slow);
    assert_true(metadata >= 1);
}

static void what_is_refused_is_not_asked_again(void **state)
{
    (void)state;
    redis_begin(&(struct server){.namespaces = 1, .no_info = true, .no_clients = true, .stands_still = true}, NULL);
    polls_pass(2);
    const unsigned infos = server.infos, pings = server.pings;
    while (server.pings < pings + 1) polls_pass(1); /* INFO's turn would be with it */
    polls_pass(1);
    assert_int_equal(server.infos, infos);
    assert_int_equal(server.lists, 1);
    assert_false(harness_redis(&harness)->ray_connections.known);
    assert_null(harness_redis(&harness)->ray_from);
}

/* It reads its file, or has been given a password meanwhile: the connection is begun anew, and why is said. */
static void a_ping_that_is_refused_ends_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *ping;
        bool ends;
    } cases[] = {{"-LOADING Redis is loading the dataset in memory\r\n", true},
                 {"-NOAUTH Authentication required.\r\n", true},
                 {"-NOPERM no\r\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redis_begin(&(struct server){.namespaces = 1, .ping = cases[i].ping}, NULL);
        if (cases[i].ends) {
            const struct source *s;
            do {
                loop_step(harness.loop, 20);
                s = harness_source(&harness);
            } while (!s || s->state == SOURCE_LIVE || s->state == SOURCE_CONNECTING);
            assert_non_null(s->why);
        } else {
            polls_pass(2);
            assert_int_equal(harness_source(&harness)->state, SOURCE_LIVE);
        }
        redis_end(NULL);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_teardown(name, redis_end)
    const struct CMUnitTest tests[] = {
        T(clients_are_listed_while_a_heartbeat_stands_still),
        T(in_fast_poll_mode_clients_are_always_listed),
        T(a_poll_is_told_once),
        T(so_many_clients_are_listed_and_no_more),
        T(of_many_namespaces_the_first_are_asked),
        T(another_namespace_is_asked_with_info_only),
        T(what_is_refused_is_not_asked_again),
        T(a_ping_that_is_refused_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
