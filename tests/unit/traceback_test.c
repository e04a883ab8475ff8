/* traceback_test.c - the error of a Python traceback, and the one line that is shown of it. */
#include "backends/base/traceback.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of /api/serve/applications/ of a recorded first deployment that failed (Ray 2.60). */
#define RECORDED                                                                                                       \
    "Traceback (most recent call last):\n  File \"/usr/local/lib/python3.11/dist-packages/ray/serve/_private/"         \
    "application_state.py\", line 1002, in _reconcile_build_app_task\n    overrided_infos = "                          \
    "override_deployment_info(\n                      ^^^^^^^^^^^^^^^^^^^^^^^^^\n  File \"/usr/local/lib/python3.11/"  \
    "dist-packages/ray/serve/_private/application_state.py\", line 1889, in override_deployment_info\n    raise "      \
    "ValueError(\nValueError: Deployment 'echo' does not exist. Available: ['mistral-7b', 'mistral-deployment']\n"

static void text_is(const char *in, size_t max, const char *want)
{
    char *got = traceback_text(in, max);
    assert_string_equal(got, want);
    free(got);
}

static void error_is(const char *in, const char *want)
{
    size_t len;
    const char *at = traceback_error(in, &len);
    assert_int_equal(len, strlen(want));
    assert_memory_equal(at, want, len);
}

static void the_error_comes_first(void **state)
{
    (void)state;
    text_is(RECORDED, 120,
            "ValueError: Deployment 'echo' does not exist. Available: ['mistral-7b', 'mistral-deployment'] · Traceback "
            "(most rece…");
    char *all = traceback_text(RECORDED, 2000);
    assert_null(strstr(all, "\\x0a"));
    assert_null(strstr(all, "^^"));
    assert_non_null(strstr(all, "line 1889, in override_deployment_info raise ValueError("));
    free(all);
}

/* Ray puts words of its own before a traceback, and one traceback behind another; an error may have more lines. */
static void the_last_of_several_counts(void **state)
{
    (void)state;
    static const char chained[] = "The deployment failed to start 3 times in a row. Error:\nray::R.init() (pid=7)\n"
                                  "  File \"a.py\", line 1, in f\nKeyError: 'x'\n\nDuring handling of the above "
                                  "exception, another exception occurred:\n\n  File \"b.py\", line 2, in g\n    g()\n"
                                  "RuntimeError: no core is free\nsee the log\n\n";
    error_is(chained, "RuntimeError: no core is free");
    text_is(chained, 61, "RuntimeError: no core is free see the log · The deploymen…");
}

static void without_a_traceback_the_order_stays(void **state)
{
    (void)state;
    text_is("The deployments ['m'] are UNHEALTHY.", 200, "The deployments ['m'] are UNHEALTHY.");
    text_is("first\n  second \n", 200, "first second");
    error_is("first\nsecond\n\n", "second");
    error_is("  File \"cut.py\", line 1\n    cut()\n", "    cut()"); /* cut off before the error */
    error_is("", "");
    error_is("\n \n", "");
    assert_null(traceback_text("", 100));
    assert_null(traceback_text(" \n\n", 100));
}

static void secrets_are_masked(void **state)
{
    (void)state;
    text_is("  File \"a.py\", line 1, in f\n    login(token='hf_abcdefghijklmnopqrstuvwxyz0123')\nOSError: HF_TOKEN="
            "hf_abcdefghijklmnopqrstuvwxyz0123 is refused\n",
            200, "OSError: ••• is refused · File \"a.py\", line 1, in f •••");
    text_is("a\x1b[31mb", 100, "a\\x1b[31mb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error_comes_first),
        cmocka_unit_test(the_last_of_several_counts),
        cmocka_unit_test(without_a_traceback_the_order_stays),
        cmocka_unit_test(secrets_are_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
