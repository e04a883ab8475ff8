/* run_test.c - the time limit of run_program ends a program that does not end by itself, and what it started. */
#include "tests/support/run.h"

#include "tests/support/deadline.h"

#include "backends/link/loop.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LIMIT_MS = 3000 };
#define SLEEP "sleep 600" /* far more than DEADLINE_MS */

static struct run run_shell(const char *script)
{
    const uint64_t start = loop_now_ms();
    struct run r = run_program((const char *const[]){"/bin/sh", "-c", script, NULL}, NULL, NULL, LIMIT_MS);
    assert_true(loop_now_ms() - start < DEADLINE_MS);
    assert_int_equal(r.status, -1);
    return r;
}

static void a_program_that_is_silent_is_killed(void **state)
{
    (void)state;
    struct run r = run_shell("trap '' TERM INT HUP; while :; do sleep 1; done");
    run_done(&r);
}

static void a_program_that_closed_its_output_is_killed(void **state)
{
    (void)state;
    struct run r = run_shell("exec >/dev/null 2>&1; " SLEEP);
    run_done(&r);
}

static void what_it_started_is_killed(void **state)
{
    (void)state;
    struct run r = run_shell(SLEEP " & echo $!; exit 0");
    const pid_t child = (pid_t)strtol(r.out, NULL, 10);
    assert_true(child > 1);
    /* It is init's now, which reaps it in its own time: until then it is a zombie. */
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (kill(child, 0) == 0 && loop_now_ms() < limit) {
    }
    assert_int_equal(kill(child, 0), -1);
    assert_int_equal(errno, ESRCH);
    run_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_is_silent_is_killed),
        cmocka_unit_test(a_program_that_closed_its_output_is_killed),
        cmocka_unit_test(what_it_started_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
