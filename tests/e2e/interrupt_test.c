/* interrupt_test.c - ^C in the first moments of the program ends it, whatever it was about to do. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { EARLY_US = 40000, STEP_US = 500, INTERRUPTED = 130 };

static bool folder_is_empty(struct pty *p, void *folder)
{
    (void)p;
    return run_entries(folder) == 0;
}

/* argv[0] is the program; ^C as a key at any moment of the start. */
static void interrupt_early(const char *const *argv)
{
    unsigned lost = 0, tries = 0;
    char *folder = run_folder(), *temporary = mem_printf("TMPDIR=%s", folder);
    const char *env[] = {temporary, NULL};
    for (long us = 0; us <= EARLY_US; us += STEP_US, tries++) {
        struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 24, .cols = 80});
        nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
        pty_send(p, "\003");
        int status = pty_wait_exit(p, DEADLINE_MS);
        if (status != INTERRUPTED) {
            print_message("^C after %ld us: status %d\n", us, status);
            lost++;
        }
        assert_true(status < 0 || (pty_modes_restored(p) && !pty_alternate(p)));
        /* The simulator tidies up by itself. */
        if (!pty_wait(p, folder_is_empty, folder, DEADLINE_MS)) fail_msg("^C after %ld us: files are left", us);
        pty_stop(p);
    }
    run_remove(folder);
    free(temporary);
    if (lost) fail_msg("%s: %u of %u lost", argv[1] ? argv[1] : "", lost, tries);
}

static void of_the_console(void **state)
{
    (void)state;
    interrupt_early((const char *const[]){run_raydeck(), "--kubeconfig", "none", "--redis", "redis://127.0.0.1:1",
                                          "--neuron", "sleep 100", NULL});
}

static void of_a_command(void **state)
{
    (void)state;
    /* Nobody answers there (TEST-NET-1), so that nothing else ends it early. */
    interrupt_early((const char *const[]){run_raydeck(), "status", "--kubeconfig", "none", "--redis",
                                          "redis://192.0.2.1:6379", "--neuron", "sleep 100", "--timeout", "20", NULL});
}

static void of_a_demo(void **state)
{
    (void)state;
    interrupt_early((const char *const[]){run_raydeck(), "demo", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_console),
        cmocka_unit_test(of_a_command),
        cmocka_unit_test(of_a_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
