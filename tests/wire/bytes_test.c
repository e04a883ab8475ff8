/* bytes_test.c - Byte links, over sockets and commands. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/bytes.h"
#include "tests/support/deadline.h"
#include "tests/support/tiny_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    struct tiny_server *server;
    struct tiny_reply reply;
    struct bytes *link;
    unsigned opened, closed;
    struct buf in;
    enum err err;
    char *why;
    bool free_in_received, free_in_closed;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    (void)request;
    return ((struct fixture *)arg)->reply;
}

static void link_free(struct fixture *s)
{
    bytes_free(s->link);
    s->link = NULL;
}

static void on_opened(void *arg)
{
    ((struct fixture *)arg)->opened++;
}

static void on_received(void *arg, const char *bytes, size_t len)
{
    struct fixture *s = arg;
    buf_add(&s->in, bytes, len);
    if (s->free_in_received) link_free(s);
}

static void on_closed(void *arg, enum err err, const char *why)
{
    struct fixture *s = arg;
    s->closed++;
    s->err = err;
    if (s->free_in_closed) link_free(s);
    free(s->why);
    s->why = mem_str(why); /* which outlives the link */
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = tiny_start(s->loop, server_answer, s);
    buf_init(&s->in, 16 * 1024 * 1024);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    bytes_free(s->link);
    if (s->server) tiny_stop(s->server);
    loop_free(s->loop);
    buf_done(&s->in);
    free(s->why);
    free(s);
    return 0;
}

static struct bytes_calls calls_of(struct fixture *s)
{
    return (struct bytes_calls){.opened = on_opened, .received = on_received, .closed = on_closed, .arg = s};
}

#define WAIT_FOR(s, condition)                                                                                         \
    do {                                                                                                               \
        uint64_t limit_ = loop_now_ms() + DEADLINE_MS;                                                                 \
        while (!(condition) && loop_now_ms() < limit_) loop_step((s)->loop, 20);                                       \
        assert_true(condition);                                                                                        \
    } while (0)

static void open_tcp(struct fixture *s)
{
    struct bytes_calls calls = calls_of(s);
    s->link = bytes_tcp(s->loop, "127.0.0.1", tiny_port(s->server), 3000, &calls);
    assert_int_equal(bytes_write(s->link, "x", 1), ERR_RESET);
    WAIT_FOR(s, s->opened == 1);
}

static void tcp_carries_bytes_both_ways(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = "+PONG\r\n\0tail", .len = 12};
    open_tcp(s);
    assert_int_equal(bytes_write(s->link, "PING\r\n\r\n", 8), ERR_OK);
    WAIT_FOR(s, s->in.len == 12);
    assert_memory_equal(s->in.data, "+PONG\r\n\0tail", 12);
    assert_string_equal(tiny_last(s->server), "PING\r\n\r\n");
}

static void the_end_of_the_other_side_is_reset(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = "bye", .hang_up = true};
    s->free_in_closed = true;
    open_tcp(s);
    bytes_write(s->link, "\r\n\r\n", 4);
    WAIT_FOR(s, s->closed == 1);
    assert_string_equal(buf_text(&s->in), "bye");
    assert_int_equal(s->err, ERR_RESET);
    assert_non_null(strstr(s->why, "127.0.0.1:"));
}

static void a_link_may_be_freed_while_it_receives(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){.bytes = "one", .then = "two", .then_ms = 30};
    s->free_in_received = true;
    open_tcp(s);
    bytes_write(s->link, "\r\n\r\n", 4);
    WAIT_FOR(s, s->in.len > 0);
    for (int i = 0; i < 5; i++) loop_step(s->loop, 20);
    assert_string_equal(buf_text(&s->in), "one");
    assert_int_equal(s->closed, 0);
}

static void nobody_there_is_refused(void **state)
{
    struct fixture *s = *state;
    struct bytes_calls calls = calls_of(s);
    unsigned port = tiny_port(s->server);
    tiny_stop(s->server);
    s->server = NULL;
    loop_step(s->loop, 0);
    s->link = bytes_tcp(s->loop, "127.0.0.1", port, 3000, &calls);
    WAIT_FOR(s, s->closed == 1);
    assert_int_equal(s->err, ERR_REFUSED);
    link_free(s);
    s->link = bytes_tcp(s->loop, "no-such-host.invalid", 1, 6000, &calls);
    WAIT_FOR(s, s->closed == 2);
    assert_int_equal(s->err, ERR_DNS);
    link_free(s);
    s->free_in_closed = true; /* nothing of it is left then, and its reason is still read */
    s->link = bytes_tcp(s->loop, "no-such-host.invalid", 1, 6000, &calls);
    WAIT_FOR(s, s->closed == 3);
    assert_true(strncmp(s->why, "no-such-host.invalid:1: ", 24) == 0);
    s->free_in_closed = false;
    s->link = bytes_unix(s->loop, "/nonexistent/socket", &calls);
    WAIT_FOR(s, s->closed == 4);
    assert_int_equal(s->err, ERR_REFUSED);
}

static void a_link_may_be_freed_while_it_connects(void **state)
{
    struct fixture *s = *state;
    struct bytes_calls calls = calls_of(s);
    s->link = bytes_tcp(s->loop, "127.0.0.1", tiny_port(s->server), 3000, &calls);
    link_free(s);
    struct bytes *b = bytes_tcp(s->loop, "127.0.0.1", tiny_port(s->server), 3000, &calls);
    loop_step(s->loop, 5);
    bytes_free(b);
    for (int i = 0; i < 5; i++) loop_step(s->loop, 5);
    assert_int_equal(s->closed, 0);
}

static void a_full_queue_is_a_limit(void **state)
{
    struct fixture *s = *state;
    struct bytes_calls calls = calls_of(s);
    char *block = mem_zero(1, 256 * 1024);
    enum err err = ERR_OK;
    s->link = bytes_command(s->loop, "sleep 30", &calls);
    WAIT_FOR(s, s->opened == 1);
    for (int i = 0; i < 16 && !err; i++) err = bytes_write(s->link, block, 256 * 1024);
    assert_int_equal(err, ERR_LIMIT);
    free(block);
}

static void a_command_carries_bytes_both_ways(void **state)
{
    struct fixture *s = *state;
    struct bytes_calls calls = calls_of(s);
    s->link = bytes_command(s->loop, "while read -r line; do echo \"got $line\"; done", &calls);
    WAIT_FOR(s, s->opened == 1);
    assert_int_equal(bytes_write(s->link, "one\ntwo\n", 8), ERR_OK);
    WAIT_FOR(s, s->in.len == 16);
    assert_string_equal(buf_text(&s->in), "got one\ngot two\n");
}

static void a_command_that_fails_says_why(void **state)
{
    struct fixture *s = *state;
    struct bytes_calls calls = calls_of(s);
    s->link = bytes_command(s->loop, "echo last; echo 'no route to host' >&2; exit 255", &calls);
    WAIT_FOR(s, s->closed == 1);
    assert_int_equal(s->err, ERR_CHILD);
    assert_non_null(strstr(s->why, "no route to host"));
    assert_string_equal(buf_text(&s->in), "last\n");
    link_free(s);
    s->link = bytes_command(s->loop, "no-such-program-at-all", &calls);
    WAIT_FOR(s, s->closed == 2);
    assert_int_equal(s->err, ERR_NOT_FOUND);
    link_free(s);
    s->link = bytes_command(s->loop, "true", &calls);
    WAIT_FOR(s, s->closed == 3);
    assert_int_equal(s->err, ERR_RESET);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(tcp_carries_bytes_both_ways),           T(the_end_of_the_other_side_is_reset),
        T(a_link_may_be_freed_while_it_receives), T(nobody_there_is_refused),
        T(a_link_may_be_freed_while_it_connects), T(a_full_queue_is_a_limit),
        T(a_command_carries_bytes_both_ways),     T(a_command_that_fails_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
