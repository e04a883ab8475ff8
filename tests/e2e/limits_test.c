/* limits_test.c - too few file descriptors, at every number of them: what could not be looked at for it is told as our
 * own limit, is unknown and never bad news of the cluster; nothing crashes, and the terminal is given back. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FEWEST = 4, ENOUGH = 64, EXIT_UNREACHED = 3, EXIT_EXHAUSTED = 70 };

static char *limited_command(unsigned descriptors, const struct sim_run *sim, const char *command)
{
    return mem_printf("ulimit -n %u && exec %s --config %s %s", descriptors, run_raydeck(), sim_run_config(sim),
                      command);
}

/* Of another; the forecast for a Redis that refuses is always printed. */
static bool tells_of_a_refusal(const char *text)
{
    static const char forecast[] = "refused: head";
    while ((text = strstr(text, "refused")) && strncmp(text, forecast, sizeof forecast - 1) == 0) text++;
    return text != NULL;
}

static void check_status(const struct sim_run *sim, unsigned descriptors)
{
    char *command = limited_command(descriptors, sim, "--timeout 30 status");
    struct run r = run_program((const char *const[]){"/bin/sh", "-c", command, NULL}, NULL, NULL, DEADLINE_MS);
    bool all = r.status == 0 && strstr(r.out, "ANSWERING        YES");
    bool some = r.status == EXIT_UNREACHED && !strstr(r.out, "ANSWERING        NO");
    bool none = r.status == EXIT_EXHAUSTED && strstr(r.err, "file descriptors") && !*r.out;
    /* Not one word that speaks of the others where the lack is ours. */
    if ((!all && !some && !none) || tells_of_a_refusal(r.out) || strstr(r.out, "no worker pods") ||
        strstr(r.out, "not found"))
        fail_msg("%u descriptors: status %d\n%s%s", descriptors, r.status, r.out, r.err);
    if (some && !strstr(r.out, "oo many open files") && !strstr(r.out, "out of resources"))
        fail_msg("%u descriptors: whose limit?\n%s%s", descriptors, r.out, r.err);
    if (descriptors == ENOUGH) assert_true(all);
    run_done(&r);
    free(command);
}

static void status_tells_its_own_limit(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    for (unsigned n = FEWEST; n <= 40; n++) check_status(sim, n);
    check_status(sim, ENOUGH);
    sim_run_stop(sim);
}

static bool shown_or_gone(struct pty *p, void *arg)
{
    (void)arg;
    return pty_wait_for(p, "ANSWERING", 50) || pty_wait_exit(p, 50) >= 0;
}

static void check_console(const struct sim_run *sim, unsigned descriptors)
{
    char *command = limited_command(descriptors, sim, "");
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    assert_true(pty_wait(p, shown_or_gone, NULL, DEADLINE_MS));
    if (pty_wait_exit(p, 0) < 0) {
        /* Long enough for every source to have tried: the answer is no NO at any time. */
        (void)pty_wait_for(p, "ANSWERING +(YES|NO)", 1500);
        char *screen = pty_screen(p);
        if (tells_of_a_refusal(screen) || pty_wait_for(p, "ANSWERING +NO", 0))
            fail_msg("%u descriptors:\n%s", descriptors, screen);
        free(screen);
        pty_send(p, "q");
    }
    int status = pty_wait_exit(p, DEADLINE_MS);
    if (status != 0 && status != EXIT_UNREACHED && status != EXIT_EXHAUSTED)
        fail_msg("%u descriptors: status %d", descriptors, status);
    assert_true(pty_modes_restored(p));
    assert_false(pty_alternate(p));
    pty_stop(p);
    free(command);
}

static void the_console_tells_its_own_limit(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    for (unsigned n = FEWEST; n <= 40; n += 2) check_console(sim, n);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_tells_its_own_limit),
        cmocka_unit_test(the_console_tells_its_own_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
