/* stamp_test.c - Dates. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void stamps_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-23T12:43:12Z", UINT64_C(1795437792000)},
        {"2026-11-23T12:43:12.5Z", UINT64_C(1795437792500)},
        {"2026-11-23T12:43:12.123456789Z", UINT64_C(1795437792123)},
        {"2026-11-23T13:43:12+01:00", UINT64_C(1795437792000)},
        {"2026-11-23t07:13:12-05:30", UINT64_C(1795437792000)},
        {"2024-02-29T00:00:00Z", UINT64_C(1709164800000)},
        {"2000-02-29T23:59:59Z", UINT64_C(951868799000)},
        {"2016-12-31T23:59:60Z", UINT64_C(1483228800000)},
        {"9999-12-31T23:59:59Z", UINT64_C(253402300799000)},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t ms = 1;
        assert_int_equal(stamp_parse(cases[i].text, &ms), ERR_OK);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void what_is_no_stamp_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "now",
        "2026-11-23",
        "2026-11-23T12:43:12",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T12:60:00Z",
        "2026-11-23T12:43:12.Z",
        "2026-11-23T12:43:12Zx",
        "2026-11-23T12:43:12+1:00",
        "2026-11-23T12:43:12+25:00",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00+01:00",
        " 2026-11-23T12:43:12Z",
        "-026-11-23T12:43:12Z",
    };
    uint64_t ms = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_int_equal(stamp_parse(bad[i], &ms), ERR_PARSE);
    assert_int_equal(stamp_parse(NULL, &ms), ERR_PARSE);
    assert_int_equal(ms, 7);
}

static void http_dates_are_read(void **state)
{
    (void)state;
    uint64_t ms = 7;
    assert_int_equal(stamp_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &ms), ERR_OK);
    assert_int_equal(ms, UINT64_C(784111777000));
    static const char *const bad[] = {"Sunday, 06-Nov-94 08:49:37 GMT",
                                      "Sun Nov  6 08:49:37 1994",
                                      "Sun, 06 Nov 1994 08:49:37 CET",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Xyz, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Foo 1994 08:49:37 GMT",
                                      ""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_int_equal(stamp_parse_http(bad[i], &ms), ERR_PARSE);
    assert_int_equal(stamp_parse_http(NULL, &ms), ERR_PARSE);
    assert_int_equal(ms, UINT64_C(784111777000));
}

static void stamps_are_written(void **state)
{
    (void)state;
    char out[STAMP_TEXT_MAX];
    uint64_t ms = UINT64_C(1795437792987);
    assert_string_equal(stamp_iso(out, ms), "2026-11-23T12:43:12Z");
    assert_string_equal(stamp_clock(out, ms), "12:43:12Z");
    assert_string_equal(stamp_minutes(out, ms), "12:43Z");
    assert_string_equal(stamp_tenths(out, ms), "12:43:12.9Z");
    assert_string_equal(stamp_iso(out, 0), "1970-01-01T00:00:00Z");
    assert_string_equal(stamp_iso(out, UINT64_C(1709164800000)), "2024-02-29T00:00:00Z");
    stamp_iso(out, UINT64_MAX);
}

/* Every day of two thousand years, there and back. */
static void days_come_back(void **state)
{
    (void)state;
    char out[STAMP_TEXT_MAX];
    for (uint64_t day = 0; day < 800000; day += 1) {
        uint64_t ms = day * 86400000, back = 1;
        assert_int_equal(stamp_parse(stamp_iso(out, ms), &back), ERR_OK);
        if (back != ms) fail_msg("%s", out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_are_read),     cmocka_unit_test(what_is_no_stamp_is_refused),
        cmocka_unit_test(http_dates_are_read), cmocka_unit_test(stamps_are_written),
        cmocka_unit_test(days_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
