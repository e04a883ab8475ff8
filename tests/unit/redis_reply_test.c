/* redis_reply_test.c - RESP in whole and in pieces, and everything that is beyond a limit. */
#include "backends/base/mem.h"
#include "backends/redis/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct reply *reply_of(const char *bytes, size_t len, size_t piece)
{
    struct reply_reader *rr = reply_reader_new();
    struct reply *r = NULL;
    for (size_t at = 0; at < len && !r; at += piece) {
        assert_int_equal(reply_feed(rr, bytes + at, len - at < piece ? len - at : piece, NULL), ERR_OK);
        assert_int_equal(reply_next(rr, &r, NULL), ERR_OK);
    }
    reply_reader_free(rr);
    return r;
}

#define ONE(bytes) reply_of(bytes, sizeof(bytes) - 1, REPLY_FEED_MAX)

static void test_kinds(void **state)
{
    (void)state;
    struct reply *r = ONE("+PONG\r\n");
    assert_int_equal(r->type, REPLY_STATUS);
    assert_string_equal(r->text, "PONG");
    assert_true(reply_is_text(r));
    reply_free(r);
    r = ONE("-NOAUTH Authentication required.\r\n");
    assert_true(reply_error_is(r, "NOAUTH"));
    assert_false(reply_error_is(r, "NO"));
    assert_false(reply_error_is(r, "NOAUTHX"));
    assert_false(reply_is_text(r));
    reply_free(r);
    r = ONE(":-5\r\n");
    assert_int_equal(r->type, REPLY_INTEGER);
    assert_int_equal(r->number, -5);
    reply_free(r);
    r = ONE("$-1\r\n");
    assert_int_equal(r->type, REPLY_NIL);
    reply_free(r);
    r = ONE("$4\r\n\0\r\n\xff\r\n");
    assert_int_equal(r->type, REPLY_STRING);
    assert_int_equal(r->len, 4);
    assert_memory_equal(r->text, "\0\r\n\xff", 5);
    reply_free(r);
    r = ONE("*0\r\n");
    assert_int_equal(r->type, REPLY_ARRAY);
    assert_int_equal(r->count, 0);
    reply_free(r);
    assert_null(reply_item(NULL, 0));
    assert_false(reply_is_text(NULL));
    assert_false(reply_error_is(NULL, "ERR"));
}

/* An HSCAN's answer, cut at every place there is. */
static void test_pieces(void **state)
{
    (void)state;
    static const char scan[] = "*2\r\n$2\r\n17\r\n*4\r\n$1\r\na\r\n$3\r\n\r\n:\r\n$1\r\nb\r\n$0\r\n\r\n";
    for (size_t piece = 1; piece < sizeof scan; piece++) {
        struct reply *r = reply_of(scan, sizeof scan - 1, piece);
        assert_non_null(r);
        assert_string_equal(reply_item(r, 0)->text, "17");
        const struct reply *page = reply_item(r, 1);
        assert_int_equal(page->count, 4);
        assert_memory_equal(page->items[1]->text, "\r\n:", 3);
        assert_int_equal(page->items[3]->len, 0);
        assert_null(reply_item(page, 4));
        reply_free(r);
    }
}

static void test_pipeline(void **state)
{
    (void)state;
    static const char three[] = ":1\r\n:2\r\n:3\r\n:";
    struct reply_reader *rr = reply_reader_new();
    struct reply *r = NULL;
    assert_int_equal(reply_feed(rr, three, sizeof three - 1, NULL), ERR_OK);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(reply_next(rr, &r, NULL), ERR_OK);
        assert_int_equal(r->number, i);
        reply_free(r);
    }
    assert_int_equal(reply_next(rr, &r, NULL), ERR_OK);
    assert_null(r);
    reply_reader_free(rr);
    reply_reader_free(NULL);
}

/* Feeds `bytes`, then `more` again and again until it is refused; fed is how much was taken. */
static enum err feed_refused(const char *bytes, const char *more, size_t *ret_fed)
{
    struct reply_reader *rr = reply_reader_new();
    struct why why = {0};
    size_t fed = 0;
    const char *next = bytes;
    enum err err = ERR_OK;
    while (!err && fed < 64u * 1024 * 1024) {
        struct reply *r = NULL;
        err = reply_feed(rr, next, strlen(next), &why);
        if (!err) err = reply_next(rr, &r, &why);
        if (!err) assert_null(r);
        fed += strlen(next);
        next = more;
    }
    assert_int_equal(err, why.code);
    reply_reader_free(rr);
    *ret_fed = fed;
    return err;
}

static void test_limits(void **state)
{
    (void)state;
    size_t fed;
    char *x = mem_zero(1, REPLY_FEED_MAX + 1), *nils = mem_zero(1, REPLY_FEED_MAX + 1);
    memset(x, 'x', REPLY_FEED_MAX);
    for (size_t i = 0; i + 5 <= REPLY_FEED_MAX; i += 5) memcpy(nils + i, "$-1\r\n", 5);
    assert_int_equal(feed_refused("*100000000\r\n", x, &fed), ERR_LIMIT);
    assert_int_equal(feed_refused("*100001\r\n", x, &fed), ERR_LIMIT);
    assert_true(fed < 64);
    assert_int_equal(feed_refused("$400000000\r\n", x, &fed), ERR_LIMIT);
    assert_in_range(fed, REPLY_BULK_MAX, REPLY_BULK_MAX + 4 * REPLY_FEED_MAX);
    assert_int_equal(feed_refused("+", x, &fed), ERR_PROTOCOL);
    assert_in_range(fed, REPLY_LINE_MAX, REPLY_LINE_MAX + 4 * REPLY_FEED_MAX);
    /* arrays within arrays: none too large, all together are */
    assert_int_equal(feed_refused("*100000\r\n*90000\r\n*90000\r\n", nils, &fed), ERR_LIMIT);
    assert_int_equal(feed_refused("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", x, &fed),
                     ERR_PROTOCOL);
    assert_int_equal(feed_refused("HTTP/1.1 200 OK\r\n", x, &fed), ERR_PROTOCOL);
    free(x);
    free(nils);
}

/* Many values, none too large, until the whole is. */
static void test_bytes_of_one_reply(void **state)
{
    (void)state;
    struct reply_reader *rr = reply_reader_new();
    struct reply *r = NULL;
    char *value = mem_zero(1, REPLY_FEED_MAX);
    memcpy(value, "$16000\r\n", 8);
    memset(value + 8, 'v', 16000);
    memcpy(value + 16008, "\r\n", 2);
    assert_int_equal(reply_feed(rr, "*2000\r\n", 7, NULL), ERR_OK);
    enum err err = ERR_OK;
    size_t fed = 0;
    for (; !err && fed < 2000; fed++) {
        err = reply_feed(rr, value, 16010, NULL);
        if (!err) assert_int_equal(reply_next(rr, &r, NULL), ERR_OK);
        assert_null(r);
    }
    assert_int_equal(err, ERR_LIMIT);
    assert_in_range(fed, REPLY_BYTES_MAX / 16010, REPLY_BYTES_MAX / 16010 + 2);
    free(value);
    reply_reader_free(rr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_pipeline),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bytes_of_one_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
