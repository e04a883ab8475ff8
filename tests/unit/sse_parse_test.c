/* sse_parse_test.c - events out of a stream, in every split, and what is not a stream. */
#include "backends/serve/sse_parse.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What was told, as "name|data;" an event. */
struct heard {
    struct buf text;
    unsigned stop_after, count; /* 0: never */
};

static bool on_event(void *arg, const char *name, const char *data, size_t len)
{
    struct heard *h = arg;
    assert_int_equal(data[len], '\0');
    buf_printf(&h->text, "%s|", name);
    buf_add(&h->text, data, len);
    buf_char(&h->text, ';');
    return ++h->count != h->stop_after;
}

static void stream_is(const char *stream, size_t len, const char *want)
{
    for (size_t piece = 1; piece <= len; piece++) {
        struct heard h = {.count = 0};
        struct sse s;
        buf_init(&h.text, 65536);
        sse_init(&s);
        for (size_t at = 0; at < len; at += piece)
            assert_int_equal(sse_feed(&s, stream + at, piece < len - at ? piece : len - at, on_event, &h), ERR_OK);
        if (strcmp(buf_text(&h.text), want) != 0) fail_msg("in pieces of %zu: %s", piece, buf_text(&h.text));
        buf_done(&h.text);
        sse_done(&s);
    }
}
#define TOLD(stream, want) stream_is(stream, sizeof(stream) - 1, want)

static void test_events(void **state)
{
    (void)state;
    TOLD("data: {\"a\":1}\n\ndata: [DONE]\n\n", "|{\"a\":1};|[DONE];");
    TOLD("data: one\r\n\r\ndata: two\r\n\r\n", "|one;|two;");
    TOLD("data: one\r\rdata: two\r\r", "|one;|two;");
    TOLD("data:one\n\ndata:  two\n\n", "|one;| two;"); /* one blank is the format's */
    TOLD("data: a\ndata: b\ndata\ndata:\n\n", "|a\nb\n\n;");
    TOLD(": ping\n\n: ping\r\n\r\ndata: x\n\n", "|x;");
    TOLD("event: error\ndata: {}\nid: 7\nretry: 10\n\ndata: y\n\n", "error|{};|y;");
    TOLD("\xEF\xBB\xBF"
         "data: bom\n\n\xEF\xBB\xBF"
         "data: not one\n\n",
         "|bom;");
    TOLD("data: \xE2\x80\xA8 \xF0\x9F\x99\x82\n\n", "|\xE2\x80\xA8 \xF0\x9F\x99\x82;");
    TOLD("\n\n\r\n\r\n", "");
    TOLD("data: cut within its event\n", "");
    TOLD("data: cut within its line", "");
    TOLD("<html>502 Bad Gateway</html>\n\n", "");
}

static bool on_nul(void *arg, const char *name, const char *data, size_t len)
{
    assert_string_equal(name, "");
    assert_int_equal(len, 3);
    assert_memory_equal(data, "a\0b", 3);
    *(unsigned *)arg += 1;
    return true;
}

static void test_nul(void **state)
{
    struct sse s;
    unsigned count = 0;
    (void)state;
    sse_init(&s);
    assert_int_equal(sse_feed(&s, "data:a\0b\n\n", 10, on_nul, &count), ERR_OK);
    assert_int_equal(count, 1);
    sse_done(&s);
}

static void test_stop(void **state)
{
    struct heard h = {.stop_after = 2};
    struct sse s;
    (void)state;
    buf_init(&h.text, 100);
    sse_init(&s);
    const char *stream = "data: 1\n\ndata: 2\n\ndata: 3\n\n";
    assert_int_equal(sse_feed(&s, stream, strlen(stream), on_event, &h), ERR_CANCELLED);
    assert_string_equal(buf_text(&h.text), "|1;|2;");
    buf_done(&h.text);
    sse_done(&s);
}

static enum err feed_endless(const char *line, size_t times)
{
    struct heard h = {.count = 0};
    struct sse s;
    enum err err = ERR_OK;
    buf_init(&h.text, 100);
    sse_init(&s);
    for (size_t i = 0; !err && i < times; i++) err = sse_feed(&s, line, strlen(line), on_event, &h);
    assert_int_equal(h.count, 0);
    assert_true(s.line.cap <= 2 * SSE_EVENT_MAX && s.data.cap <= 2 * SSE_EVENT_MAX);
    buf_done(&h.text);
    sse_done(&s);
    return err;
}

static void test_bounds(void **state)
{
    (void)state;
    assert_int_equal(feed_endless("xxxxxxxxxxxxxxxx", SSE_EVENT_MAX / 16), ERR_OK);
    assert_int_equal(feed_endless("xxxxxxxxxxxxxxxx", SSE_EVENT_MAX / 16 + 1), ERR_LIMIT);
    assert_int_equal(feed_endless("data: 0123456789\n", SSE_EVENT_MAX / 8), ERR_LIMIT);
    assert_int_equal(
        feed_endless(": 0123456789\nevent: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
                     100000),
        ERR_OK); /* what is skipped is not kept */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
