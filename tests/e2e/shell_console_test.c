/* shell_console_test.c - `!`: a shell in the selected pod has the terminal, and gives it back. A script stands in for
 * kubectl. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/kubectl_script.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads a line from its terminal, as a shell does. */
#define SHELL_SCRIPT                                                                                                   \
    "#!/bin/sh\n"                                                                                                      \
    "cd \"${0%/*}\" || exit 9\n"                                                                                       \
    "printf '%s\\n' \"$*\" >>args\n"                                                                                   \
    "echo $$ >pid\n"                                                                                                   \
    "tty >/dev/null || exit 8\n"                                                                                       \
    "echo 'the shell is here'\n"                                                                                       \
    "read -r line\n"                                                                                                   \
    "[ \"$line\" = 'exit 3' ] && exit 3\n"                                                                             \
    "echo \"it took $line\"\n"                                                                                         \
    "read -r line\n"

struct place {
    struct sim_run *sim;
    char *folder, *script, *config;
    struct pty *pty;
};

static int place_open(void **state)
{
    struct place *p = mem_zero(1, sizeof *p);
    p->sim = sim_run_start(NULL);
    p->folder = run_folder();
    p->script = kubectl_script(p->folder, SHELL_SCRIPT);
    p->config = kubectl_config(sim_run_config(p->sim), p->folder, p->script);
    *state = p;
    return 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    pty_stop(p->pty);
    free(p->script);
    free(p->config);
    run_remove(p->folder);
    sim_run_stop(p->sim);
    free(p);
    return 0;
}

static void place_start(struct place *p, const char *option)
{
    const char *const argv[] = {run_raydeck(), "--config", p->config, "--no-recorder", option, NULL};
    p->pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 30, .cols = 140});
    pty_see(p->pty, "head +mistral-.*-head-.* 2/2 +Running");
}

static void a_shell_has_the_terminal_until_it_ends(void **state)
{
    struct place *p = *state;
    place_start(p, NULL);
    pty_send(p->pty, "1g!");
    pty_see(p->pty, "^raydeck: a shell in mistral/mistral-.*-head-.*, which can change what it reaches");
    pty_see(p->pty, "^the shell is here");
    assert_false(pty_alternate(p->pty));
    pty_send(p->pty, "q x k\r");
    pty_see(p->pty, "^it took q x k"); /* none of these were keys of the console's */
    pty_send(p->pty, "\r");
    pty_see(p->pty, "the shell has ended");
    pty_see(p->pty, "head +mistral-.*-head-.* 2/2 +Running");
    assert_true(pty_alternate(p->pty));
    char *args = kubectl_file(p->folder, "args");
    assert_non_null(strstr(args, "--kubeconfig="));
    assert_non_null(strstr(args, "--context=raydeck-sim --namespace=mistral exec -it --container=head mistral-"));
    free(args);
    pty_send(p->pty, "!");
    pty_see(p->pty, "^the shell is here");
    pty_send(p->pty, "exit 3\r");
    pty_see(p->pty, "shell: .* ended with status 3");
    pty_send(p->pty, "q");
    assert_int_equal(pty_wait_exit(p->pty, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p->pty));
}

static bool process_is_gone(struct pty *pty, void *arg)
{
    (void)pty;
    return kill(*(pid_t *)arg, 0) != 0;
}

static void a_console_that_is_ended_hangs_its_shell_up(void **state)
{
    struct place *p = *state;
    place_start(p, NULL);
    pty_send(p->pty, "1g!");
    pty_see(p->pty, "^the shell is here");
    char *text = kubectl_file(p->folder, "pid");
    pid_t pid = (pid_t)strtol(text, NULL, 10);
    free(text);
    assert_true(pid > 1);
    pty_signal(p->pty, SIGINT); /* of a key that was typed to the shell */
    pty_signal(p->pty, SIGTERM);
    assert_int_equal(pty_wait_exit(p->pty, DEADLINE_MS), 128 + SIGTERM);
    assert_true(pty_wait(p->pty, process_is_gone, &pid, DEADLINE_MS));
    assert_true(pty_modes_restored(p->pty));
}

static void a_read_only_console_opens_none(void **state)
{
    struct place *p = *state;
    place_start(p, "--read-only");
    pty_send(p->pty, "1g!");
    pty_see(p->pty, "shell: .*--read-only");
    char *args = kubectl_file(p->folder, "args");
    assert_string_equal(args, "");
    free(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_shell_has_the_terminal_until_it_ends, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_console_that_is_ended_hangs_its_shell_up, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_read_only_console_opens_none, place_open, place_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
