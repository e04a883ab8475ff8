/* criteria_test.c - limits as people write them: read in their unit, or refused. */
#include "deploy/criteria.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void limits_are_read_in_their_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum criterion_id id;
        double limit;
    } cases[] = {
        {"outage=5s", CRITERION_OUTAGE, 5},           {"outage=1.5 s", CRITERION_OUTAGE, 1.5},
        {"unserved=250ms", CRITERION_UNSERVED, 0.25}, {"recovery=2m", CRITERION_RECOVERY, 120},
        {"failed=0.1%", CRITERION_FAILED, 0.1},       {"failed=0 %", CRITERION_FAILED, 0},
        {"prompts=100%", CRITERION_PROMPTS, 100},     {"restarts=2", CRITERION_RESTARTS, 2},
        {"requests=1000", CRITERION_REQUESTS, 1000},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct criteria c;
        struct why why = {0};
        criteria_init(&c);
        if (criteria_set(&c, cases[i].text, &why)) fail_msg("%s: %s", cases[i].text, why.text);
        assert_true(c.limit[cases[i].id] > cases[i].limit - 1e-9 && c.limit[cases[i].id] < cases[i].limit + 1e-9);
    }
}

static void what_is_no_limit_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"outage", "CRITERION=LIMIT"},
        {"outage=", "no limit"},
        {"outage=5", "a duration"},
        {"outage=5%", "a duration"},
        {"outage=-5s", "no limit"},
        {"outage=5h", "no limit"},
        {"outage=inf s", "no limit"},
        {"outage=nan", "no limit"},
        {"outage=0x10s", "no limit"},
        {"outage=1e3s", "no limit"},
        {"outage=5s ", "no limit"},
        {"outage= 5s", "no limit"},
        {"outage=9999999s", "no limit"},
        {"failed=0.1", "a percentage"},
        {"failed=101%", "no limit"},
        {"failed=5s", "a percentage"},
        {"restarts=0.5", "whole"},
        {"restarts=1%", "whole"},
        {"restarts=.", "no limit"},
        {"nosuch=1", "no criterion"},
        {"=1", "no criterion"},
        {"OUTAGE=5s", "there are outage,"},
        {"out\033[31mage=5s", "no criterion \"out\\x1b[31mage\""},
    };
    struct criteria before;
    criteria_init(&before);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct criteria c = before;
        struct why why = {0};
        assert_int_equal(criteria_set(&c, cases[i].text, &why), ERR_USAGE);
        if (!strstr(why.text, cases[i].why)) fail_msg("%s: %s", cases[i].text, why.text);
        assert_memory_equal(&c, &before, sizeof c);
    }
}

static enum err text_read(struct criteria *c, const char *text, struct why *why)
{
    return criteria_read(c, "limits.yaml", text, strlen(text), why);
}

static void a_file_sets_limits(void **state)
{
    (void)state;
    struct criteria c;
    struct why why = {0};
    criteria_init(&c);
    if (text_read(&c, "# of our service\nrecovery: 90s\nfailed: 0.5%\nrestarts: 1\n", &why)) fail_msg("%s", why.text);
    assert_true(c.limit[CRITERION_RECOVERY] == 90);
    assert_true(c.limit[CRITERION_FAILED] == 0.5);
    assert_true(c.limit[CRITERION_RESTARTS] == 1);
    assert_true(c.limit[CRITERION_UNSERVED] == criterion_get(CRITERION_UNSERVED)->limit);
}

static void a_file_with_an_error_sets_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "no map"},
        {"- failed\n", "no map"},
        {"failed: 1%\nrecover: 90s\n", "limits.yaml:2:1: there is no criterion \"recover\""},
        {"failed: 1%\nrecovery: 90\n", "limits.yaml:2:1: recovery: \"90\" is no limit"},
        {"failed: [1%]\n", "one value"},
        {"failed: 1%\nfailed: 2%\n", "limits.yaml:2"},
        {"failed: {", "limits.yaml"},
    };
    struct criteria before;
    criteria_init(&before);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct criteria c = before;
        struct why why = {0};
        assert_int_not_equal(text_read(&c, cases[i].text, &why), ERR_OK);
        if (!strstr(why.text, cases[i].why)) fail_msg("%s: %s", cases[i].text, why.text);
        assert_memory_equal(&c, &before, sizeof c);
    }
}

static void values_are_said_in_their_unit(void **state)
{
    (void)state;
    char text[CRITERION_TEXT_MAX];
    assert_string_equal(criterion_value(CRITERION_RECOVERY, 41.26, text), "41.2 s");
    assert_string_equal(criterion_value(CRITERION_LATENCY, 0.0421, text), "42 ms");
    assert_string_equal(criterion_value(CRITERION_FAILED, 0.001, text), "< 0.01 %");
    assert_string_equal(criterion_value(CRITERION_FAILED, 0, text), "0 %");
    assert_string_equal(criterion_value(CRITERION_FAILED, 1.5, text), "1.5 %");
    assert_string_equal(criterion_value(CRITERION_RESTARTS, 2, text), "2");
    assert_string_equal(criterion_limit(CRITERION_OUTAGE, 5, text), "at least 5.0 s");
    assert_string_equal(criterion_limit(CRITERION_RESTARTS, 0, text), "at most 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_read_in_their_unit),
        cmocka_unit_test(what_is_no_limit_is_refused),
        cmocka_unit_test(a_file_sets_limits),
        cmocka_unit_test(a_file_with_an_error_sets_nothing),
        cmocka_unit_test(values_are_said_in_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
