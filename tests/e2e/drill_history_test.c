/* drill_history_test.c - `drill --history` of reports that are kept, and `--compare` with one of them; what is no
 * report is refused before a cluster is looked for. */
#include "tests/support/deadline.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"

struct state {
    char *folder, *env;
};

static int state_open(void **state)
{
    struct state *s = mem_zero(1, sizeof *s);
    s->folder = run_folder();
    s->env = mem_printf("XDG_STATE_HOME=%s", s->folder);
    *state = s;
    return 0;
}

static int state_close(void **state)
{
    struct state *s = *state;
    run_remove(s->folder);
    free(s->env);
    free(s);
    return 0;
}

static struct run state_run(const struct state *s, const char *const *argv)
{
    const char *const env[] = {s->env, NULL};
    return run_program(argv, env, NULL, DEADLINE_MS);
}
#define RUN(s, ...) state_run(s, (const char *const[]){run_raydeck(), __VA_ARGS__, NULL})

static void the_kept_reports_are_a_table(void **state)
{
    struct state *s = *state;
    struct run r = RUN(s, "drill", "--history");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "no report of a drill is kept in "));
    run_done(&r);
    char *report = mem_printf("%s/raydeck/drills/drill-20261130T103103Z-mistral.json", s->folder);
    char *garbled = mem_printf("%s/raydeck/drills/drill-20261130T103104Z-mistral.json", s->folder);
    assert_int_equal(file_make_dirs(report, NULL), ERR_OK);
    assert_int_equal(file_write(garbled, "{}", 2, NULL), ERR_OK);
    r = RUN(s, "replay", HEAD_KILL, "report", "--report", report);
    run_done(&r);
    r = RUN(s, "drill", "--history", "-s", "mistral");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "VERDICT       SILENCE   RECOVERY"));
    assert_non_null(strstr(r.out, "deletion of the head pod"));
    assert_non_null(strstr(r.out, "time to recover  "));
    assert_non_null(strstr(r.err, "103104Z-mistral.json: this is no JSON report of raydeck drill"));
    run_done(&r);
    r = RUN(s, "drill", "--history", "-s", "another");
    assert_non_null(strstr(r.out, "no report of a drill is kept"));
    run_done(&r);
    free(report);
    free(garbled);
}

static void a_report_is_compared_with_an_old_one(void **state)
{
    struct state *s = *state;
    char *report = mem_printf("%s/old.json", s->folder);
    struct run r = RUN(s, "replay", HEAD_KILL, "report", "--report", report);
    const int status = r.status;
    run_done(&r);
    r = RUN(s, "replay", HEAD_KILL, "report", "--compare", report);
    assert_int_equal(r.status, status);
    assert_non_null(strstr(r.out, "COMPARED with "));
    assert_non_null(strstr(r.out, "  nothing got worse\n"));
    run_done(&r);
    r = RUN(s, "replay", HEAD_KILL, "report", "-o", "json", "--compare", report);
    assert_null(strstr(r.out, "COMPARED"));
    assert_non_null(strstr(r.err, "  nothing got worse\n"));
    run_done(&r);
    free(report);
}

static void what_is_no_report_is_refused_before_anything_else(void **state)
{
    struct state *s = *state;
    static const struct {
        const char *text, *why;
    } wrong[] = {{"", "it is empty"},
                 {"{\"items\":[]}", "this is no JSON report of raydeck drill"},
                 {"{\"version\":2,\"raydeck\":\"9\"}", "a report of version 2"}};
    char *path = mem_printf("%s/old.json", s->folder);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(file_write(path, wrong[i].text, strlen(wrong[i].text), NULL), ERR_OK);
        struct run r = RUN(s, "--kubeconfig", "none", "--redis", "none", "drill", "--compare", path);
        if (r.status != 2 || !strstr(r.err, wrong[i].why)) fail_msg("%d: %s", r.status, r.err);
        run_done(&r);
    }
    struct run r = RUN(s, "--kubeconfig", "none", "--redis", "none", "drill", "--compare", "/nowhere/old.json");
    assert_int_equal(r.status, 2);
    run_done(&r);
    free(path);
}

#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, state_open, state_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(the_kept_reports_are_a_table),
        HISTORY_TEST(a_report_is_compared_with_an_old_one),
        HISTORY_TEST(what_is_no_report_is_refused_before_anything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
