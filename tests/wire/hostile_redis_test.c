/* hostile_redis_test.c - Servers at the end of a Redis URL that are none, or lie: each reply that no Redis sends, as
 * the answer to everything. The connection ends with its reason, nothing of it is shown as data, and nothing is kept in
 * memory. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/redis_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

/* Says the same to whatever is said to it, and then hangs up, or the rest for ever. */
struct lie {
    const char *bytes;
    size_t len;
    const char *rest; /* NULL: none */
    bool hangs_up;
};
struct liar {
    uv_tcp_t listener;
    struct redis_harness harness;
    struct lie lie;
};
struct guest {
    uv_tcp_t tcp;
    struct liar *liar;
    char room[4096];
};

static void guest_closed(uv_handle_t *h)
{
    free(h->data);
}

static void guest_close(struct guest *g)
{
    if (!uv_is_closing((uv_handle_t *)&g->tcp)) uv_close((uv_handle_t *)&g->tcp, guest_closed);
}

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
    struct guest *g = h->data;
    (void)wanted;
    *out = uv_buf_init(g->room, sizeof g->room);
}

static void on_written(uv_write_t *w, int status);

static void guest_write(struct guest *g, const char *bytes, size_t len)
{
    uv_write_t *w = mem_zero(1, sizeof *w);
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)len);
    if (uv_write(w, (uv_stream_t *)&g->tcp, &out, 1, on_written) != 0) free(w);
}

static void on_written(uv_write_t *w, int status)
{
    struct guest *g = w->handle->data;
    const struct lie *lie = &g->liar->lie;
    free(w);
    if (status) return;
    if (lie->hangs_up) guest_close(g);
    if (lie->rest) guest_write(g, lie->rest, strlen(lie->rest));
}

static void on_heard(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct guest *g = s->data;
    (void)b;
    if (n < 0) {
        guest_close(g);
        return;
    }
    guest_write(g, g->liar->lie.bytes, g->liar->lie.len);
}

static void on_guest(uv_stream_t *s, int status)
{
    struct guest *g = mem_zero(1, sizeof *g);
    g->liar = s->data;
    g->tcp.data = g;
    uv_tcp_init(s->loop, &g->tcp);
    if (status || uv_accept(s, (uv_stream_t *)&g->tcp) != 0)
        guest_close(g);
    else
        uv_read_start((uv_stream_t *)&g->tcp, on_room, on_heard);
}

static void close_guest(uv_handle_t *h, void *arg)
{
    struct liar *l = arg;
    if (h->type == UV_TCP && h != (uv_handle_t *)&l->listener && !uv_is_closing(h) && h->data) guest_close(h->data);
}

static void liar_open(struct liar *l, const struct lie *lie)
{
    struct sockaddr_in at;
    int at_len = sizeof at;
    char url[64];
    struct loop *loop = loop_new();
    *l = (struct liar){.lie = *lie};
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop_uv(loop), &l->listener);
    l->listener.data = l;
    assert_int_equal(uv_tcp_bind(&l->listener, (const struct sockaddr *)&at, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&l->listener, 16, on_guest), 0);
    uv_tcp_getsockname(&l->listener, (struct sockaddr *)&at, &at_len);
    snprintf(url, sizeof url, "redis://127.0.0.1:%u", (unsigned)(at.sin_port >> 8 | (at.sin_port & 0xFF) << 8));
    harness_open_on(&l->harness, loop, &(struct redis_open){.url = url});
}

static void liar_close(struct liar *l)
{
    struct loop *loop = l->harness.loop;
    redis_kinds[0]->close(l->harness.link);
    l->harness.closed = true;
    for (int i = 0; i < 5; i++) loop_step(loop, 0); /* the backend's own sockets are closed by then */
    uv_walk(loop_uv(loop), close_guest, l);
    uv_close((uv_handle_t *)&l->listener, NULL);
    loop_free(loop);
    world_free(l->harness.world);
}

static void redis_lies(const char *name, struct lie lie, enum err want)
{
    static struct liar l;
    if (!lie.len) lie.len = strlen(lie.bytes);
    liar_open(&l, &lie);
    harness_until(&l.harness, harness_down, NULL, name);
    const struct source *s = harness_source(&l.harness);
    if (s->err != want) fail_msg("%s: %s: %s", name, err_word(s->err), s->why);
    assert_true(text_is_safe(s->why, strlen(s->why), TEXT_ONE_LINE));
    assert_int_equal(world_count(l.harness.world, TABLE_GCSTABLE), 0);
    assert_int_equal(world_count(l.harness.world, TABLE_RAYNODE), 0);
    liar_close(&l);
}

#define LOADING "-LOADING a\0b\xff\x1b[31m\r\n"

static void every_lie_has_its_name(void **state)
{
    (void)state;
    static char long_text[65536];
    memset(long_text, 'x', sizeof long_text - 1);
    static const struct {
        const char *name;
        struct lie lie;
        enum err err;
    } cases[] = {
        {"an array of 100,000,000", {.bytes = "*100000000\r\n"}, ERR_LIMIT},
        {"an array of 2^63", {.bytes = "*9223372036854775808\r\n"}, ERR_PROTOCOL},
        {"an array of -5", {.bytes = "*-5\r\n"}, ERR_PROTOCOL},
        {"a string of 5 GB", {.bytes = "$5000000000\r\n", .rest = long_text}, ERR_LIMIT},
        {"a string of -7", {.bytes = "$-7\r\nabc"}, ERR_PROTOCOL},
        {"a string of 2^64", {.bytes = "$18446744073709551616\r\n"}, ERR_PROTOCOL},
        {"a length that is none", {.bytes = "$x\r\n"}, ERR_PROTOCOL},
        {"a number that is none", {.bytes = ":12a\r\n"}, ERR_PROTOCOL},
        {"a number of 30 digits", {.bytes = ":123456789012345678901234567890\r\n"}, ERR_PROTOCOL},
        {"zero bytes", {.bytes = "\0\0\0\0\r\n", .len = 6}, ERR_PROTOCOL},
        {"escapes", {.bytes = "\x1b[2J\x1b]0;x\x07\r\n"}, ERR_PROTOCOL},
        {"another protocol", {.bytes = "HTTP/1.0 200 OK\r\n\r\n"}, ERR_PROTOCOL},
        {"an error with zero bytes and bytes that are no text",
         {.bytes = LOADING LOADING LOADING, .len = 3 * (sizeof LOADING - 1)},
         ERR_SERVER},
        {"a reset in the middle of a string", {.bytes = "$100\r\nabc", .hangs_up = true}, ERR_RESET},
        {"the first byte of a reply", {.bytes = "$", .hangs_up = true}, ERR_RESET},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) redis_lies(cases[i].name, cases[i].lie, cases[i].err);
}

/* Arrays in arrays, each cheap: refused by their depth. */
static void what_is_nested_without_end_is_refused(void **state)
{
    (void)state;
    struct buf deep;
    buf_init(&deep, 4 * 1024 * 1024);
    for (int i = 0; i < 500000; i++) buf_str(&deep, "*1\r\n");
    redis_lies("arrays in arrays", (struct lie){.bytes = deep.data, .len = deep.len}, ERR_PROTOCOL);
    buf_clear(&deep);
    for (int i = 0; i < 7; i++) buf_str(&deep, "*99999\r\n");
    redis_lies("large arrays in large arrays",
               (struct lie){.bytes = deep.data, .len = deep.len, .rest = ":1\r\n:1\r\n:1\r\n:1\r\n"}, ERR_LIMIT);
    buf_done(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lie_has_its_name),
        cmocka_unit_test(what_is_nested_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
