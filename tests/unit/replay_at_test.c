/* replay_at_test.c - The moments of a recording that a person can name, and those that are refused. */
#include "backends/base/mem.h"
#include "tui/replay_at.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* From 2026-11-30T23:59:30.500Z, for two minutes. */
static const struct recording_about about = {
    .begin_ms = 5000, .end_ms = 125000, .begin_wall_ms = 1796083170500, .end_wall_ms = 1796083290500};

static void moments_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t into_ms;
    } cases[] = {{NULL, 120000},
                 {"0", 0},
                 {"90", 90000},
                 {"+90", 90000},
                 {"-30", 90000},
                 {"-120", 0},
                 {"23:59:30", 0},
                 {"23:59:31", 500},
                 {"00:00", 29500},
                 {"00:01:00", 89500},
                 {"+120", 120000},
                 {"2026-12-01T00:00:00Z", 29500},
                 {"2026-12-01T01:00:00+01:00", 29500}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t at = 0;
        struct why why = {0};
        enum err err = replay_at_parse("--at", cases[i].text, &about, &at, &why);
        if (err || at != about.begin_ms + cases[i].into_ms)
            fail_msg("%s: %llu, %s", cases[i].text, (unsigned long long)at, why.text);
    }
}

static void others_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "soon",
                                      "121",
                                      "-121",
                                      "+",
                                      "-",
                                      "24:00",
                                      "12:60",
                                      "1:00",
                                      "00:02",
                                      "23:59:29",
                                      "12:00",
                                      "00:00:0x",
                                      "99999999999999999999",
                                      "1.5",
                                      "2026-11-30T23:59:00Z",
                                      "2027-01-01T00:00:00Z"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        uint64_t at = 77;
        struct why why = {0};
        if (replay_at_parse("--at", bad[i], &about, &at, &why) != ERR_USAGE || at != 77) fail_msg("%s", bad[i]);
        assert_non_null(strstr(why.text, "--at"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_understood),
        cmocka_unit_test(others_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
