/* hostile_http_test.c - Servers that send what no server should, against the HTTP client: none holds the loop, none
 * fills the memory, and each end has its name. */
#include "backends/base/mem.h"
#include "backends/link/http.h"
#include "tests/support/deadline.h"
#include "tests/support/gzip_zeros.h"
#include "tests/support/tiny_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { MIB = 1024 * 1024 };
/* READ_MOST: what curl reads in a turn, asked by its socket and by its timer, and some more. */
enum { CHUNK_BYTES = 6, FLOOD_TEXT = 16 * 1024 * CHUNK_BYTES, FLOOD_BODY = 8 * MIB, READ_MOST = 6 * MIB };
#define ANY SIZE_MAX
#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

struct flood {
    int listener;
    char text[FLOOD_TEXT];
};

struct fixture {
    struct loop *loop;
    struct tiny_server *server;
    struct http_client *client;
    struct tiny_reply reply;
    struct buf text; /* of reply */
    uv_check_t check;
    uint64_t turn;                                                 /* of the loop */
    uint64_t told_turn, told_of_turn, largest_of_turn, told_total; /* bytes handed on */
    size_t largest_piece;
    unsigned dones;
    enum err err;
    long status;
    size_t body_len;
    char why[ERR_TEXT_MAX];
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *f = arg;
    (void)request;
    return f->reply;
}

static void on_turn(uv_check_t *handle)
{
    struct fixture *f = handle->data;
    f->turn++;
}

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->loop = loop_new();
    f->server = tiny_start(f->loop, server_answer, f);
    f->client = http_client_new(f->loop, &(struct http_client_conf){.proxy = ""});
    buf_init(&f->text, 64 * MIB);
    uv_check_init(loop_uv(f->loop), &f->check);
    f->check.data = f;
    uv_check_start(&f->check, on_turn);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    http_client_free(f->client);
    tiny_stop(f->server);
    uv_close((uv_handle_t *)&f->check, NULL);
    loop_free(f->loop);
    buf_done(&f->text);
    free(f);
    return 0;
}

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct fixture *f = arg;
    (void)bytes;
    if (f->told_turn != f->turn) f->told_of_turn = 0;
    f->told_turn = f->turn;
    f->told_of_turn += len;
    f->told_total += len;
    if (f->told_of_turn > f->largest_of_turn) f->largest_of_turn = f->told_of_turn;
    if (len > f->largest_piece) f->largest_piece = len;
    return true;
}

static void on_done(void *arg, const struct http_answer *a)
{
    struct fixture *f = arg;
    f->dones++;
    f->err = a->err;
    f->status = a->status;
    f->body_len = a->body_len;
    snprintf(f->why, sizeof f->why, "%s", a->why);
}

/* What is in f->text is the answer. */
static void reply_with_text(struct fixture *f)
{
    f->reply = (struct tiny_reply){.bytes = f->text.data, .len = f->text.len};
}

static void get_url(struct fixture *f, struct http_ask ask, bool stream)
{
    unsigned before = f->dones;
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    ask.fresh = true;
    http_send(f->client, &ask, &(struct http_calls){.bytes = stream ? on_bytes : NULL, .done = on_done, .arg = f});
    while (f->dones == before && loop_now_ms() < limit) loop_step(f->loop, 50);
    assert_int_equal(f->dones, before + 1);
}

/* Sends a GET and waits for its end. */
static void http_get(struct fixture *f, struct http_ask ask, bool stream)
{
    ask.url = tiny_url(f->server, "/");
    get_url(f, ask, stream);
}

static void assert_end(const struct fixture *f, enum err err, const char *why)
{
    if (f->err != err || !strstr(f->why, why)) fail_msg("%s: \"%s\", not \"%s\"", err_word(f->err), f->why, why);
}

/* Between two pieces of a flood the loop turns, and the keyboard is read. */
static void a_flood_is_handed_on_piece_by_piece(void **state)
{
    struct fixture *f = *state;
    static char line[4096];
    memset(line, 'x', sizeof line);
    buf_printf(&f->text, OK "Content-Length: %d\r\n\r\n", 8 * MIB);
    for (int i = 0; i < 8 * MIB / 4096; i++) buf_add(&f->text, line, sizeof line);
    reply_with_text(f);
    http_get(f, (struct http_ask){0}, true);
    assert_end(f, ERR_OK, "");
    assert_int_equal(f->told_total, 8 * MIB);
    http_get(f, (struct http_ask){.body_max = 9}, true); /* the limit of an answer that is an error */
    assert_end(f, ERR_OK, "");
    assert_true(f->largest_piece <= HTTP_PIECE);
    assert_true(f->largest_of_turn <= HTTP_PIECE);
}

static void a_stream_is_bounded_as_a_whole(void **state)
{
    struct fixture *f = *state;
    static char chunk[65536];
    memset(chunk, 'x', sizeof chunk);
    buf_str(&f->text, CHUNKED);
    for (int i = 0; i < 64; i++) {
        buf_str(&f->text, "10000\r\n");
        buf_add(&f->text, chunk, sizeof chunk);
        buf_str(&f->text, "\r\n");
    }
    reply_with_text(f); /* and never the last chunk */
    http_get(f, (struct http_ask){.stream_max = 2 * MIB}, true);
    assert_end(f, ERR_LIMIT, "the stream is too large");
    assert_true(f->told_total <= 2 * MIB);
    http_get(f, (struct http_ask){.body_max = 2 * MIB}, false);
    assert_end(f, ERR_LIMIT, "the response is too large");
}

/* Listens, and answers the first request with the text again and again until nobody takes it. */
static void *flood_begin(void *arg)
{
    struct flood *flood = arg;
    char request[4096];
    int fd = accept(flood->listener, NULL, NULL);
    if (fd < 0 || read(fd, request, sizeof request) <= 0) return NULL;
    ssize_t sent = send(fd, CHUNKED, strlen(CHUNKED), MSG_NOSIGNAL);
    while (sent > 0) sent = send(fd, flood->text, sizeof flood->text, MSG_NOSIGNAL);
    close(fd);
    return NULL;
}

/* Chunks of a byte keep curl busy, which then asks to be called at once, again and again: each time in a turn of its
 * own. The server is no part of our loop and is always ahead. */
static void a_flood_of_small_chunks_leaves_the_loop_its_turns(void **state)
{
    struct fixture *f = *state;
    struct flood flood = {.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    pthread_t thread;
    char url[64];
    for (size_t i = 0; i < sizeof flood.text; i++) flood.text[i] = "1\r\nx\r\n"[i % CHUNK_BYTES];
    assert_int_equal(bind(flood.listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(flood.listener, 1), 0);
    assert_int_equal(getsockname(flood.listener, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(pthread_create(&thread, NULL, flood_begin, &flood), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(at.sin_port));
    const uint64_t before = f->turn;
    get_url(f, (struct http_ask){.url = url, .body_max = FLOOD_BODY}, false);
    assert_end(f, ERR_LIMIT, "the response is too large");
    assert_true(f->turn - before >= FLOOD_BODY * CHUNK_BYTES / READ_MOST);
    pthread_join(thread, NULL);
    close(flood.listener);
}

/* 64 MiB of zeros in 420 KB. */
static void a_gzip_bomb_goes_off_nowhere(void **state)
{
    struct fixture *f = *state;
    struct buf bomb;
    buf_init(&bomb, MIB);
    gzip_zeros(&bomb, 64 * MIB);
    buf_printf(&f->text, OK "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", bomb.len);
    buf_add(&f->text, bomb.data, bomb.len);
    buf_done(&bomb);
    reply_with_text(f);
    http_get(f, (struct http_ask){.body_max = MIB}, false);
    assert_end(f, ERR_LIMIT, "the response is too large");
    http_get(f, (struct http_ask){0}, true);
    assert_null(strstr(tiny_last(f->server), "Accept-Encoding"));
    assert_end(f, ERR_PROTOCOL, "the stream is compressed");
    assert_int_equal(f->told_total, 0);
}

/* The answer is taken where the word says that nothing was compressed. */
static void an_identical_encoding_is_none(void **state)
{
    struct fixture *f = *state;
    f->reply = (struct tiny_reply){.bytes = OK "content-encoding:  Identity \r\nContent-Length: 4\r\n\r\nbody"};
    http_get(f, (struct http_ask){0}, true);
    assert_end(f, ERR_OK, "");
    assert_int_equal(f->told_total, 4);
}

static void a_header_without_an_end_is_a_limit(void **state)
{
    struct fixture *f = *state;
    buf_str(&f->text, OK);
    for (int i = 0; i < 40000; i++) buf_printf(&f->text, "X-%d: %060d\r\n", i, i);
    reply_with_text(f);
    http_get(f, (struct http_ask){0}, false);
    assert_end(f, ERR_LIMIT, "header is too large");
    buf_clear(&f->text);
    for (int i = 0; i < 40000; i++) buf_str(&f->text, "HTTP/1.1 100 Continue\r\n\r\n");
    reply_with_text(f);
    http_get(f, (struct http_ask){0}, false);
    assert_end(f, ERR_LIMIT, "header is too large");
}

static void a_header_line_without_an_end_ends_the_answer(void **state)
{
    struct fixture *f = *state;
    static char x[65536];
    memset(x, 'x', sizeof x);
    buf_str(&f->text, OK "X: ");
    for (int i = 0; i < 64; i++) buf_add(&f->text, x, sizeof x);
    reply_with_text(f);
    http_get(f, (struct http_ask){0}, false);
    assert_true(f->err != ERR_OK);
    assert_int_equal(f->dones, 1);
}

static void trailers_without_an_end_are_a_limit(void **state)
{
    struct fixture *f = *state;
    buf_str(&f->text, CHUNKED "2\r\nok\r\n0\r\n");
    for (int i = 0; i < 40000; i++) buf_printf(&f->text, "X-%d: %060d\r\n", i, i);
    reply_with_text(f);
    http_get(f, (struct http_ask){0}, false);
    assert_end(f, ERR_LIMIT, "header is too large");
}

/* A body that drips is bounded by the time of the whole request. */
static void a_body_that_never_comes_whole_times_out(void **state)
{
    struct fixture *f = *state;
    f->reply = (struct tiny_reply){.bytes = OK "Content-Length: 1000000\r\n\r\nx", .then = "y", .then_ms = 30};
    http_get(f, (struct http_ask){.timeout_ms = 200}, false);
    assert_end(f, ERR_TIMEOUT, "");
}

/* What a cut or a lie about its length comes to; those that are fine are taken. */
static void every_end_has_its_name(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct tiny_reply reply;
        enum err err;
        long status;
        size_t body_len;
    } cases[] = {
        {{.bytes = CHUNKED "ffff\r\ncut", .hang_up = true}, ERR_RESET, 200, 3},
        {{.bytes = CHUNKED "ffffffffffffffffffff\r\nx", .hang_up = true}, ERR_RESET, 200, 0},
        {{.bytes = CHUNKED "-1\r\nx", .hang_up = true}, ERR_RESET, 200, 0},
        {{.bytes = OK "Content-Length: 10\r\n\r\ncut", .then = "x", .then_ms = 10, .reset = true}, ERR_RESET, 200, ANY},
        {{.bytes = OK "Content-Length: 2\r\n\r\nokand more", .hang_up = true}, ERR_OK, 200, 2},
        {{.bytes = OK "Content-Length: -5\r\n\r\nok", .hang_up = true}, ERR_PROTOCOL, 0, 0},
        {{.bytes = OK "Content-Length: 99999999999999999999\r\n\r\nok", .hang_up = true}, ERR_OK, 200, 2},
        {{.bytes = "HTTP/1.0 200 OK\r\n\r\nold", .hang_up = true}, ERR_OK, 200, 3},
        {{.bytes = "HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno", .hang_up = true}, ERR_OK, 404, 2},
        {{.bytes = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"}, ERR_OK, 302, 0},
        {{.bytes = "HTTP/0.9\r\n\r\nhello", .hang_up = true}, ERR_PROTOCOL, 0, 0},
        {{.bytes = "\0\0\0\0\0\0\0\0", .len = 8, .hang_up = true}, ERR_PROTOCOL, 0, 0},
        {{.bytes = "HTTP/1.1 200 OK\r\nA\0B: c\r\nContent-Length: 0\r\n\r\n", .len = 46}, ERR_PROTOCOL, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        f->reply = cases[i].reply;
        http_get(f, (struct http_ask){.timeout_ms = 3000}, false);
        if (f->err != cases[i].err || f->status != cases[i].status ||
            (cases[i].body_len != ANY && f->body_len != cases[i].body_len))
            fail_msg("case %zu: %s: %s, status %ld, %zu bytes\n", i, err_word(f->err), f->why, f->status, f->body_len);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(a_flood_is_handed_on_piece_by_piece),
        T(a_flood_of_small_chunks_leaves_the_loop_its_turns),
        T(a_stream_is_bounded_as_a_whole),
        T(a_gzip_bomb_goes_off_nowhere),
        T(an_identical_encoding_is_none),
        T(a_header_without_an_end_is_a_limit),
        T(a_header_line_without_an_end_ends_the_answer),
        T(trailers_without_an_end_are_a_limit),
        T(a_body_that_never_comes_whole_times_out),
        T(every_end_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
