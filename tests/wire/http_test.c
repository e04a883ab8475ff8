/* http_test.c - the HTTP client, against a server that plays a script. */
#include "backends/base/mem.h"
#include "backends/link/http.h"
#include "tests/support/deadline.h"
#include "tests/support/faulty_curl.h"
#include "tests/support/tiny_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A loop, a server whose answer is set by the test, a client, and what the last request came to. */
struct fixture {
    struct loop *loop;
    struct tiny_server *server;
    struct http_client *client;
    struct tiny_reply reply;
    struct http_request *request;
    unsigned heads, dones, chunks;
    long head_status;
    struct buf streamed;
    enum err err;
    long status;
    char *body, *why, *type;
    uint64_t total_us, first_byte_us, new_connections, retry_after_s;
    enum { PLAY_ON, PLAY_STOP, PLAY_CANCEL, PLAY_FREE_CLIENT, PLAY_SEND_AGAIN } in_bytes, in_done;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *s = arg;
    (void)request;
    return s->reply;
}

static void send_get(struct fixture *s, const char *path);

static void on_head(void *arg, long status)
{
    struct fixture *s = arg;
    s->heads++;
    s->head_status = status;
}

static void drop_client(struct fixture *s)
{
    struct http_client *c = s->client;
    s->client = NULL;
    http_client_free(c);
}

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct fixture *s = arg;
    s->chunks++;
    buf_add(&s->streamed, bytes, len);
    if (s->in_bytes == PLAY_CANCEL) http_cancel(s->request);
    if (s->in_bytes == PLAY_FREE_CLIENT) drop_client(s);
    return s->in_bytes != PLAY_STOP;
}

static void on_done(void *arg, const struct http_answer *a)
{
    struct fixture *s = arg;
    s->dones++;
    s->err = a->err;
    s->status = a->status;
    free(s->body);
    free(s->why);
    free(s->type);
    s->body = mem_strn(a->body, a->body_len);
    s->why = mem_str(a->why);
    s->type = mem_str(a->content_type);
    s->total_us = a->total_us;
    s->first_byte_us = a->first_byte_us;
    s->new_connections = a->new_connections;
    s->retry_after_s = a->retry_after_s;
    int play = (int)s->in_done;
    s->in_done = PLAY_ON;
    if (play == PLAY_CANCEL) http_cancel(s->request);
    if (play == PLAY_FREE_CLIENT) drop_client(s);
    if (play == PLAY_SEND_AGAIN) send_get(s, "/again");
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = tiny_start(s->loop, server_answer, s);
    s->client = http_client_new(s->loop, &(struct http_client_conf){.proxy = ""});
    buf_init(&s->streamed, 1024 * 1024);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    http_client_free(s->client);
    tiny_stop(s->server);
    loop_free(s->loop);
    buf_done(&s->streamed);
    free(s->body);
    free(s->why);
    free(s->type);
    free(s);
    return 0;
}

static void wait_done(struct fixture *s, unsigned dones)
{
    STEP_UNTIL(s->loop, s->dones >= dones);
    assert_int_equal(s->dones, dones);
}

static void send_ask(struct fixture *s, struct http_ask ask, bool stream)
{
    struct http_calls calls = {.done = on_done, .arg = s};
    if (stream) {
        calls.head = on_head;
        calls.bytes = on_bytes;
    }
    s->request = http_send(s->client, &ask, &calls);
}

static void send_get(struct fixture *s, const char *path)
{
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, path)}, false);
}

static void an_answer_comes_whole(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    send_get(s, "/one?x=1");
    assert_int_equal(s->dones, 0);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_OK);
    assert_string_equal(s->why, "");
    assert_int_equal(s->status, 200);
    assert_string_equal(s->body, "hello");
    assert_string_equal(s->type, "text/plain");
    assert_int_equal(s->new_connections, 1);
    assert_true(s->first_byte_us > 0 && s->total_us >= s->first_byte_us);
    const char *asked = tiny_last(s->server);
    assert_ptr_equal(strstr(asked, "GET /one?x=1 HTTP/1.1\r\n"), asked);
    assert_non_null(strstr(asked, "User-Agent: raydeck/" RAYDECK_VERSION "\r\n"));
    assert_non_null(strstr(asked, "Accept-Encoding: "));
}

static void a_connection_is_kept(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    send_get(s, "/");
    wait_done(s, 1);
    send_get(s, "/");
    wait_done(s, 2);
    assert_int_equal(s->new_connections, 0);
    assert_int_equal(tiny_connections(s->server), 1);
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .fresh = true}, false);
    wait_done(s, 3);
    assert_int_equal(s->new_connections, 1);
    assert_int_equal(tiny_connections(s->server), 2);
}

static void a_body_and_headers_are_sent(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 409 Conflict\r\nRetry-After: 7\r\nContent-Length: 3\r\n\r\nno!";
    send_ask(s,
             (struct http_ask){.method = "DELETE",
                               .url = tiny_url(s->server, "/pod"),
                               .header = {{"Content-Type", "application/json"}, {"Authorization", "Bearer t"}},
                               .body = "{\"a\":1}",
                               .body_len = 7},
             false);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_OK);
    assert_int_equal(s->status, 409);
    assert_string_equal(s->body, "no!");
    assert_int_equal(s->retry_after_s, 7);
    const char *asked = tiny_last(s->server);
    assert_ptr_equal(strstr(asked, "DELETE /pod HTTP/1.1\r\n"), asked);
    assert_non_null(strstr(asked, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(asked, "\r\nAuthorization: Bearer t\r\n"));
    assert_non_null(strstr(asked, "\r\nContent-Length: 7\r\n"));
    assert_null(strstr(asked, "Expect"));
    assert_null(strstr(asked, "urlencoded"));
}

/* libcurl takes no transfer any more once a socket of its own could not be polled. */
static void a_request_that_libcurl_refuses_ends(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    faulty_curl.add = CURLM_ABORTED_BY_CALLBACK;
    send_get(s, "/");
    faulty_curl.add = CURLM_OK;
    assert_int_equal(s->dones, 0);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_IO);
    assert_string_equal(s->why, curl_multi_strerror(CURLM_ABORTED_BY_CALLBACK));
    send_get(s, "/");
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_OK);
}

/* Such as libcurl 7.88 after one of its sockets could not be polled: its timers are set no more. */
static void a_request_ends_in_time_whatever_libcurl_does(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    faulty_curl.deaf = true;
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .timeout_ms = 50}, false);
    wait_done(s, 1);
    faulty_curl.deaf = false;
    assert_int_equal(s->err, ERR_TIMEOUT);
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .timeout_ms = 600000}, false);
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_OK);
}

/* Cancelling the only other transfer leaves libcurl without a timer. */
static void a_request_that_cannot_be_sent_ends_beside_a_cancelled_one(void **state)
{
    struct fixture *s = *state;
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .timeout_ms = 600000}, false);
    struct http_request *first = s->request;
    loop_step(s->loop, 20);
    faulty_curl.add = CURLM_ABORTED_BY_CALLBACK;
    send_get(s, "/");
    faulty_curl.add = CURLM_OK;
    http_cancel(first);
    assert_int_equal(s->dones, 1);
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_IO);
}

static void a_stream_is_told_as_it_comes(void **state)
{
    struct fixture *s = *state;
    s->reply = (struct tiny_reply){
        .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n",
        .then = "4\r\ntwo\n\r\n0\r\n\r\n",
        .then_ms = 80,
    };
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/watch"), .silence_ms = 5000}, true);
    STEP_UNTIL(s->loop, s->chunks >= 1);
    assert_int_equal(s->heads, 1);
    assert_int_equal(s->head_status, 200);
    assert_int_equal(s->dones, 0);
    assert_string_equal(buf_text(&s->streamed), "one\n");
    wait_done(s, 1);
    assert_string_equal(buf_text(&s->streamed), "one\ntwo\n");
    assert_int_equal(s->err, ERR_OK);
    assert_string_equal(s->body, "");
}

static void a_failed_stream_keeps_its_body(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone";
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/watch")}, true);
    wait_done(s, 1);
    assert_int_equal(s->status, 410);
    assert_int_equal(s->chunks, 0);
    assert_string_equal(s->body, "gone");
    assert_int_equal(http_status_err(s->status), ERR_GONE);
}

static void silence_ends_a_stream(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n";
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/watch"), .silence_ms = 150}, true);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_TIMEOUT);
    assert_int_equal(s->status, 200);
    assert_string_equal(buf_text(&s->streamed), "one\n");
}

static void a_server_that_says_nothing_times_out(void **state)
{
    struct fixture *s = *state;
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .timeout_ms = 120}, false);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_TIMEOUT);
    assert_int_equal(s->status, 0);
    assert_true(s->total_us >= 100000);
}

static void every_bad_end_has_its_name(void **state)
{
    struct fixture *s = *state;
    static const struct {
        struct tiny_reply reply;
        enum err err;
    } cases[] = {
        {{.hang_up = true}, ERR_RESET},
        {{.reset = true}, ERR_RESET},
        {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", .reset = true}, ERR_RESET},
        {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", .hang_up = true}, ERR_RESET},
        {{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .hang_up = true}, ERR_RESET},
        {{.bytes = "SSH-2.0-OpenSSH_9.2p1\r\n", .hang_up = true}, ERR_PROTOCOL},
        {{.bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"}, ERR_PROTOCOL},
        {{.bytes = "HTTP/1.1 abc\r\n\r\n", .hang_up = true}, ERR_PROTOCOL},
    };
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        s->reply = cases[i].reply;
        send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .timeout_ms = 3000, .fresh = true}, false);
        wait_done(s, i + 1);
        if (s->err != cases[i].err) print_message("case %u: %s: %s\n", i, err_word(s->err), s->why);
        assert_int_equal(s->err, cases[i].err);
        assert_true(*s->why);
        assert_null(strstr(s->why, "poll"));
        if (cases[i].reply.reset) assert_non_null(strstr(s->why, "onnection reset by peer"));
    }
}

static void nobody_there_is_refused(void **state)
{
    struct fixture *s = *state;
    struct tiny_server *gone = tiny_start(s->loop, server_answer, s);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", tiny_port(gone));
    tiny_stop(gone);
    loop_step(s->loop, 0);
    send_ask(s, (struct http_ask){.url = url}, false);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_REFUSED);
    send_ask(s, (struct http_ask){.url = "http://no-such-host.invalid/", .timeout_ms = 5000}, false);
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_DNS);
}

static void what_cannot_be_asked_is_usage(void **state)
{
    struct fixture *s = *state;
    send_ask(s, (struct http_ask){.url = "file:///etc/passwd"}, false);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_USAGE);
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .header = {{"X", "a\r\nY: b"}}}, false);
    assert_int_equal(s->dones, 1);
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_USAGE);
    assert_int_equal(tiny_connections(s->server), 0);
}

static void a_body_too_long_is_a_limit(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .body_max = 9}, false);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_LIMIT);
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .body_max = 10}, false);
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_OK);
    assert_string_equal(s->body, "0123456789");
}

/* A thousand zeros in 29 bytes: the limit counts what comes out. */
static void a_compressed_bomb_is_a_limit(void **state)
{
    static const unsigned char gzip_of_1000_zeros[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                                       0x63, 0x60, 0x18, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00,
                                                       0x00, 0x80, 0x17, 0x0b, 0x06, 0xe8, 0x03, 0x00, 0x00};
    struct fixture *s = *state;
    struct buf b;
    buf_init(&b, 1024);
    buf_printf(&b, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
               sizeof gzip_of_1000_zeros);
    buf_add(&b, gzip_of_1000_zeros, sizeof gzip_of_1000_zeros);
    s->reply = (struct tiny_reply){.bytes = b.data, .len = b.len};
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .body_max = 500}, false);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_LIMIT);
    buf_done(&b);
}

static void cancelling_tells_at_once(void **state)
{
    struct fixture *s = *state;
    send_get(s, "/");
    loop_step(s->loop, 20);
    http_cancel(s->request);
    assert_int_equal(s->dones, 1);
    assert_int_equal(s->err, ERR_CANCELLED);
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    send_get(s, "/");
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_OK);
}

static void callbacks_may_do_anything(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
    s->in_bytes = PLAY_CANCEL;
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/")}, true);
    wait_done(s, 1);
    assert_int_equal(s->err, ERR_CANCELLED);

    s->in_bytes = PLAY_STOP;
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/")}, true);
    wait_done(s, 2);
    assert_int_equal(s->err, ERR_CANCELLED);

    s->in_bytes = PLAY_ON;
    s->in_done = PLAY_CANCEL;
    send_get(s, "/");
    wait_done(s, 3);
    assert_int_equal(s->err, ERR_OK);

    s->in_done = PLAY_SEND_AGAIN;
    send_get(s, "/");
    wait_done(s, 5);
    assert_ptr_equal(strstr(tiny_last(s->server), "GET /again "), tiny_last(s->server));

    s->in_done = PLAY_FREE_CLIENT;
    send_get(s, "/");
    wait_done(s, 6);
    assert_null(s->client);
    assert_int_equal(s->err, ERR_OK);
}

static void a_client_may_go_in_the_middle_of_a_stream(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nbody";
    s->in_bytes = PLAY_FREE_CLIENT;
    struct http_calls calls = {.done = on_done, .arg = s};
    http_send(s->client, &(struct http_ask){.url = tiny_url(s->server, "/other")}, &calls);
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/")}, true);
    wait_done(s, 2);
    assert_null(s->client);
    assert_int_equal(s->err, ERR_CANCELLED);
}

static void redirects_are_not_followed(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    send_get(s, "/");
    wait_done(s, 1);
    assert_int_equal(s->status, 302);
    assert_int_equal(tiny_connections(s->server), 1);
    assert_int_equal(http_status_err(302), ERR_PROTOCOL);
}

/* Only the server whose stamps are shown sets the clock: two with other clocks would pull it back and forth. */
static void the_date_of_one_server_is_heard(void **state)
{
    struct fixture *s = *state;
    const uint64_t then = UINT64_C(2145916800000); /* 2038-01-01 */
    s->reply.bytes = "HTTP/1.1 200 OK\r\nDate: Fri, 01 Jan 2038 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n";
    send_get(s, "/");
    wait_done(s, 1);
    assert_true(loop_wall_ms(s->loop) < then);
    http_client_free(s->client);
    s->client = http_client_new(s->loop, &(struct http_client_conf){.proxy = "", .sync_clock = true});
    send_ask(s, (struct http_ask){.url = tiny_url(s->server, "/"), .proxied = true}, false);
    wait_done(s, 2);
    assert_true(loop_wall_ms(s->loop) < then); /* passed on for another one */
    send_get(s, "/");
    wait_done(s, 3);
    uint64_t wall = loop_wall_ms(s->loop);
    assert_true(wall >= then && wall < then + 10000);
}

static void a_hundred_at_once(void **state)
{
    struct fixture *s = *state;
    s->reply.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for (int i = 0; i < 100; i++) send_get(s, "/");
    wait_done(s, 100);
    assert_string_equal(s->body, "ok");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(an_answer_comes_whole),
        T(a_connection_is_kept),
        T(a_request_that_libcurl_refuses_ends),
        T(a_request_ends_in_time_whatever_libcurl_does),
        T(a_request_that_cannot_be_sent_ends_beside_a_cancelled_one),
        T(a_body_and_headers_are_sent),
        T(a_stream_is_told_as_it_comes),
        T(a_failed_stream_keeps_its_body),
        T(silence_ends_a_stream),
        T(a_server_that_says_nothing_times_out),
        T(every_bad_end_has_its_name),
        T(nobody_there_is_refused),
        T(what_cannot_be_asked_is_usage),
        T(a_body_too_long_is_a_limit),
        T(a_compressed_bomb_is_a_limit),
        T(cancelling_tells_at_once),
        T(callbacks_may_do_anything),
        T(a_client_may_go_in_the_middle_of_a_stream),
        T(redirects_are_not_followed),
        T(the_date_of_one_server_is_heard),
        T(a_hundred_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
