/* text_test.c - Text made safe, widths, numbers, words. */
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_safe(const char *foreign, size_t len, enum text_keep keep, size_t max, const char *expected)
{
    char *safe = text_safe(foreign, len, keep, max);
    assert_string_equal(safe, expected);
    if (max >= 4 * len) assert_true(text_is_safe(safe, strlen(safe), keep));
    free(safe);
}
#define ONE(foreign, expected) expect_safe(foreign, sizeof(foreign) - 1, TEXT_ONE_LINE, 1000, expected)
#define LINES(foreign, expected) expect_safe(foreign, sizeof(foreign) - 1, TEXT_KEEP_LINES, 1000, expected)

static void plain_text_stays(void **state)
{
    (void)state;
    ONE("", "");
    ONE("mistral-44qn2-head-d4544", "mistral-44qn2-head-d4544");
    ONE("\xE6\x97\xA5\xE6\x9C\xAC \xC3\xA9 \xF0\x9F\x9A\x80", "\xE6\x97\xA5\xE6\x9C\xAC \xC3\xA9 \xF0\x9F\x9A\x80");
    ONE("cafe\xCC\x81", "cafe\xCC\x81");
}

static void control_characters_are_shown(void **state)
{
    (void)state;
    ONE("a\x1b[31mred\x1b]0;title\x07", "a\\x1b[31mred\\x1b]0;title\\x07");
    ONE("nul\0in", "nul\\x00in");
    ONE("\x7f", "\\x7f");
    ONE("\xC2\x9B"
        "31m",
        "\\x9b31m");
    ONE("two\nlines\tand\r", "two\\x0alines\\x09and\\x0d");
    LINES("two\nlines\tand\r\nmore\r", "two\nlines\tand\nmore\\x0d");
}

static void what_is_not_utf8_is_shown(void **state)
{
    (void)state;
    ONE("\xff\xfe", "\\xff\\xfe");
    ONE("\xC0\xAF", "\\xc0\\xaf");                   /* overlong '/' */
    ONE("\xED\xA0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    ONE("\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
    ONE("\xE2\x82", "\\xe2\\x82");                   /* cut */
    ONE("\xEF\xBF\xBF", "\\xef\\xbf\\xbf");          /* a noncharacter */
    ONE("\x80ok", "\\x80ok");
}

static void invisible_characters_go(void **state)
{
    (void)state;
    ONE("a\xE2\x80\xAE"
        "b\xE2\x81\xA6"
        "c\xD8\x9C"
        "d\xE2\x80\x8F"
        "e",
        "abcde");
    ONE("z\xE2\x80\x8D\xE2\x80\x8B\xEF\xBB\xBFw\xEF\xB8\x8F", "zw");
    ONE("one\xE2\x80\xA8two", "one two");
    LINES("one\xE2\x80\xA9two", "one\ntwo");
}

static void marks_cannot_be_heaped_up(void **state)
{
    (void)state;
    ONE("\xCC\x81 first", " first");
    ONE("a\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86", "a\xCC\x81\xCC\x82\xCC\x83\xCC\x84");
    LINES("x\n\xCC\x81y", "x\ny");
}

static void long_text_is_cut(void **state)
{
    (void)state;
    expect_safe("0123456789", 10, TEXT_ONE_LINE, 10, "0123456789");
    expect_safe("0123456789", 10, TEXT_ONE_LINE, 9, "012345\xE2\x80\xA6");
    expect_safe("\xE6\x97\xA5\xE6\x9C\xAC", 6, TEXT_ONE_LINE, 5, "\xE2\x80\xA6");
    expect_safe("\x01\x02\x03", 3, TEXT_ONE_LINE, 8, "\\x01\xE2\x80\xA6");
    expect_safe("abcdef", 6, TEXT_ONE_LINE, 2, "");
    expect_safe("abcdef", 6, TEXT_ONE_LINE, 0, "");
    char out[6];
    text_safe_into(out, sizeof out, "abcdefgh", 8);
    assert_string_equal(out, "ab\xE2\x80\xA6");
    text_safe_into(out, 1, "abc", 3);
    assert_string_equal(out, "");
}

static void safety_is_recognised(void **state)
{
    (void)state;
    assert_true(text_is_safe("a\nb", 3, TEXT_KEEP_LINES));
    assert_false(text_is_safe("a\nb", 3, TEXT_ONE_LINE));
    assert_false(text_is_safe("\xE2\x80\xAE", 3, TEXT_ONE_LINE));
    assert_false(text_is_safe("a\0b", 3, TEXT_ONE_LINE));
    assert_true(text_is_safe("", 0, TEXT_ONE_LINE));
}

static void every_character_survives_the_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char bytes[4];
        uint32_t back;
        size_t n = text_encode(cp, bytes);
        bool scalar = cp <= 0x10FFFF && !(cp >= 0xD800 && cp <= 0xDFFF);
        assert_int_equal(n > 0, scalar);
        if (!n) continue;
        assert_int_equal(text_decode(bytes, n, &back), n);
        assert_int_equal(back, cp);
        int width = text_cp_width(cp);
        assert_true(width >= -1 && width <= 2);
        assert_int_equal(text_is_safe(bytes, n, TEXT_ONE_LINE), width > 0);
    }
}

static void columns_are_counted(void **state)
{
    (void)state;
    static const struct {
        uint32_t cp;
        int width;
    } known[] = {{'a', 1},      {' ', 1},      {0xE9, 1},    {0xA0, 1},    {0x300, 0},   {0x36F, 0},   {0x370, 1},
                 {0x5D0, 1},    {0x5B0, 0},    {0xE31, 0},   {0x1100, 2},  {0x1160, 0},  {0x2014, 1},  {0x2588, 1},
                 {0x3000, 2},   {0x3042, 2},   {0x4E2D, 2},  {0xAC00, 2},  {0xFF21, 2},  {0xFF71, 1},  {0x1F680, 2},
                 {0x2713, 1},   {0x20D0, 0},   {0x1F1E6, 1}, {0x20000, 2}, {0xE000, 1},  {0x1F, -1},   {0x9F, -1},
                 {0xAD, -1},    {0x200D, -1},  {0x202E, -1}, {0xFEFF, -1}, {0xD800, -1}, {0xFFFE, -1}, {0x10FFFF, -1},
                 {0xE0001, -1}, {0x110000, -1}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) assert_int_equal(text_cp_width(known[i].cp), known[i].width);
    assert_int_equal(text_width("a\xE6\x97\xA5"
                                "e\xCC\x81"),
                     4);
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_widthn("a\xE6\x97\xA5!", 4), 3);
}

static void secrets_are_recognised(void **state)
{
    (void)state;
    assert_true(text_looks_secret("HF_TOKEN", NULL));
    assert_true(text_looks_secret("redis_password", "x"));
    assert_true(text_looks_secret("AWS_ACCESS_KEY", ""));
    assert_true(text_looks_secret("x", "hf_AbCdEfGhIjKlMnOpQrSt"));
    assert_true(text_looks_secret("x", "id=AKIAIOSFODNN7EXAMPLE"));
    assert_true(text_looks_secret("x", "Authorization: Bearer abc"));
    assert_true(text_looks_secret(NULL, "-----BEGIN RSA PRIVATE KEY-----"));
    assert_true(text_looks_secret("MYPASS", "x"));
    assert_true(text_looks_secret("FOO_PWD", "x"));
    assert_true(text_looks_secret("redisAuth", "x"));
    assert_false(text_looks_secret("RAY_AUTH_MODE", "x"));
    assert_false(text_looks_secret("SERVICE_NAME", "http://mistral-serve-svc:8000"));
    assert_false(text_looks_secret("keyboard", "shelf_1"));
    assert_false(text_looks_secret(NULL, NULL));
}

static void encodings_are_recognised(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    char *hex = text_hex("\x00\xff\x10", 3);
    assert_string_equal(hex, "00ff10");
    free(hex);

    assert_int_equal(text_base64_encode("hello\0", 6, &b), ERR_OK);
    assert_string_equal(buf_text(&b), "aGVsbG8A");
    buf_clear(&b);
    assert_int_equal(text_base64_encode("hi", 2, &b), ERR_OK);
    assert_string_equal(buf_text(&b), "aGk=");
    buf_clear(&b);
    assert_int_equal(text_base64_decode("aGVs\r\nbG8=", 10, &b), ERR_OK);
    assert_string_equal(buf_text(&b), "hello");
    static const char *const bad[] = {"a", "aGk", "aG=k", "aGk=aGk=", "a===", "====", "aGk!", "a\x80k="};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(text_base64_decode(bad[i], strlen(bad[i]), &b), ERR_PARSE);
        assert_string_equal(buf_text(&b), "hello");
    }
    buf_done(&b);
    buf_init(&b, 2);
    assert_int_equal(text_base64_decode("aGVs", 4, &b), ERR_LIMIT);
    buf_done(&b);

    buf_init(&b, 100);
    assert_int_equal(text_url_encode("a b&c/\xC3\xA9~", 9, &b), ERR_OK);
    assert_string_equal(buf_text(&b), "a%20b%26c%2F%C3%A9~");
    buf_clear(&b);
    assert_int_equal(text_url_encode("\0", 1, &b), ERR_OK);
    assert_string_equal(buf_text(&b), "%00");
    buf_done(&b);
}

static void numbers_are_read(void **state)
{
    (void)state;
    uint64_t v = 7;
    assert_int_equal(text_u64("0", 1, 10, &v), ERR_OK);
    assert_int_equal(v, 0);
    assert_int_equal(text_u64("18446744073709551615", 20, UINT64_MAX, &v), ERR_OK);
    assert_true(v == UINT64_MAX);
    v = 7;
    assert_int_equal(text_u64("18446744073709551616", 20, UINT64_MAX, &v), ERR_LIMIT);
    assert_int_equal(text_u64("11", 2, 10, &v), ERR_LIMIT);
    assert_int_equal(text_u64("9", 1, 5, &v), ERR_LIMIT);
    assert_int_equal(text_u64("", 0, 10, &v), ERR_PARSE);
    assert_int_equal(text_u64("-1", 2, 10, &v), ERR_PARSE);
    assert_int_equal(text_u64("1 ", 2, 10, &v), ERR_PARSE);
    assert_int_equal(v, 7);
}

static void sizes_are_worded(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *words;
    } cases[] = {{0, "0 B"},           {812, "812 B"},        {1023, "1023 B"},    {1024, "1.0 KiB"},
                 {5120, "5.0 KiB"},    {10189, "10 KiB"},     {770048, "752 KiB"}, {1048064, "1.0 MiB"},
                 {6396314, "6.1 MiB"}, {UINT64_MAX, "16 EiB"}};
    char out[TEXT_NUM_MAX];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(text_bytes(out, known_u64(cases[i].bytes)), cases[i].words);
    assert_string_equal(text_bytes(out, UNKNOWN_U64), "\xE2\x80\x93");
}

/* The cases are those of HumanDuration's own table of steps. */
static void durations_are_kubectls(void **state)
{
    (void)state;
    const uint64_t s = 1000, m = 60 * s, h = 60 * m, d = 24 * h, y = 365 * d;
    const struct {
        uint64_t ms;
        const char *words;
    } cases[] = {{0, "0s"},
                 {999, "0s"},
                 {5 * s, "5s"},
                 {119 * s, "119s"},
                 {2 * m, "2m"},
                 {4 * m + 10 * s, "4m10s"},
                 {9 * m + 59 * s, "9m59s"},
                 {10 * m, "10m"},
                 {10 * m + 59 * s, "10m"},
                 {179 * m + 59 * s, "179m"},
                 {3 * h, "3h"},
                 {3 * h + 1 * m, "3h1m"},
                 {8 * h - 1 * s, "7h59m"},
                 {8 * h + 59 * m, "8h"},
                 {48 * h - 1 * s, "47h"},
                 {48 * h, "2d"},
                 {4 * d + 2 * h, "4d2h"},
                 {8 * d - 1 * s, "7d23h"},
                 {9 * d + 5 * h, "9d"},
                 {2 * y - 1 * s, "729d"},
                 {2 * y, "2y"},
                 {2 * y + 1 * d, "2y1d"},
                 {8 * y + 300 * d, "8y"}};
    char out[TEXT_NUM_MAX];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_string_equal(text_duration(out, cases[i].ms), cases[i].words);
    text_duration(out, UINT64_MAX);
}

static void the_stop_watch(void **state)
{
    (void)state;
    char out[TEXT_NUM_MAX];
    assert_string_equal(text_seconds(out, 0), "0.0s");
    assert_string_equal(text_seconds(out, 5499), "5.4s");
    assert_string_equal(text_seconds(out, 59999), "59.9s");
    assert_string_equal(text_seconds(out, 60000), "1:00");
    assert_string_equal(text_seconds(out, 81000), "1:21");
    assert_string_equal(text_seconds(out, 594000), "9:54");
    assert_string_equal(text_seconds(out, 3723000), "1:02:03");
    /* Both are cut: one length is one number, whoever prints it. */
    assert_string_equal(text_latency(out, known_u64(1569999)), "1.5 s");
    assert_string_equal(text_seconds(out, 1569), "1.5s");
    assert_string_equal(text_latency(out, known_u64(999999)), "999 ms");
    assert_string_equal(text_latency(out, UNKNOWN_U64), "–");
}

static void texts_are_compared(void **state)
{
    (void)state;
    assert_false(text_eq(NULL, NULL)); /* one unknown is not another */
    assert_false(text_eq(NULL, ""));
    assert_false(text_eq("", ""));
    assert_true(text_unchanged(NULL, NULL));
    assert_true(text_unchanged(NULL, ""));
    assert_true(text_unchanged("a", "a"));
    assert_false(text_unchanged("a", NULL));
    assert_true(text_eq("a", "a"));
    assert_true(text_begins("demo-x", "demo") && text_begins("demo", "demo"));
    assert_false(text_begins("Demo", "demo") || text_begins("de", "demo") || text_begins("a", "") ||
                 text_begins(NULL, "a") || text_begins("a", NULL));
    assert_true(text_ends("a.yaml", ".yaml") && text_ends(".yaml", ".yaml"));
    assert_false(text_ends("a.YAML", ".yaml") || text_ends("yaml", ".yaml") || text_ends("a", "") ||
                 text_ends(NULL, "a"));
    assert_true(text_has_suffix("mistral-chat", "-chat"));
    assert_false(text_has_suffix("-chat", "-chat") || text_has_suffix("chat", "-chat") ||
                 text_has_suffix(NULL, "-chat"));
    assert_true(text_ends_nocase("DB_PASSWORD", "password"));
    assert_false(text_ends_nocase("word", "password") || text_ends_nocase("a", NULL));
    assert_false(text_eq("a", NULL));
    assert_true(text_has("Mistral-Head", "head"));
    assert_false(text_has("Mistral", "head"));
    assert_false(text_has(NULL, ""));
    assert_true(text_has("x", ""));
}

/* However a stream is cut, what comes out is the same. */
static void a_stream_is_made_safe_piece_by_piece(void **state)
{
    (void)state;
    static const char foreign[] =
        "a\x1b[1m\xE6\x97\xA5\xff e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81 \xC2\x9b\r\n\tb\rc"
        "\xE2\x80\xAE \xF0\x9F\x9A\x80\xF0\x9F";
    const size_t len = sizeof foreign - 1;
    char *whole = text_safe(foreign, len, TEXT_KEEP_LINES, 1000);
    for (size_t piece = 1; piece <= len; piece++) {
        struct buf in, out;
        unsigned marks = 0;
        buf_init(&in, 1000);
        buf_init(&out, 1000);
        for (size_t at = 0; at < len; at += piece) {
            buf_add(&in, foreign + at, len - at < piece ? len - at : piece);
            buf_drop(&in, text_safe_piece(&out, in.data, in.len, at + piece >= len, &marks));
            assert_true(in.len < 4);
        }
        assert_int_equal(in.len, 0);
        assert_string_equal(buf_text(&out), whole);
        buf_done(&in);
        buf_done(&out);
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(control_characters_are_shown),
        cmocka_unit_test(a_stream_is_made_safe_piece_by_piece),
        cmocka_unit_test(what_is_not_utf8_is_shown),
        cmocka_unit_test(invisible_characters_go),
        cmocka_unit_test(marks_cannot_be_heaped_up),
        cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(safety_is_recognised),
        cmocka_unit_test(every_character_survives_the_round_trip),
        cmocka_unit_test(columns_are_counted),
        cmocka_unit_test(secrets_are_recognised),
        cmocka_unit_test(encodings_are_recognised),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(sizes_are_worded),
        cmocka_unit_test(durations_are_kubectls),
        cmocka_unit_test(the_stop_watch),
        cmocka_unit_test(texts_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
