/* panes_console_test.c - keys that have nothing to change say so; the list of nodes; a terminal without colours. */
#include "tests/support/console_pty.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- keys that have nothing to change ---- */

static void a_key_that_changes_nothing_says_so(void **state)
{
    (void)state;
    struct pty *p = console_replay("+40", NULL, NULL, NULL);
    pty_send(p, "_");
    pty_see(p, "all panes have their computed sizes");
    pty_send(p, "T");
    pty_see(p, "\\[T Timeline\\]");
    pty_send(p, "z");
    pty_see(p, "this pane has the whole screen; Esc leaves it");
    pty_send(p, "1");
    pty_see(p, "\\[1 Pods\\]");
    console_quit(p);
}

/* ---- nodes ---- */

static void a_node_of_the_list_is_described(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "--no-recorder", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv});
    pty_see(p, "\\[1 Pods\\]");
    pty_see(p, "-head-");
    pty_send(p, ":nodes\r");
    pty_see(p, "Kubernetes nodes");
    pty_see(p, "> ip-100-64-31-7");
    pty_send(p, "j");
    pty_see(p, "> ip-100-64-47-3");
    pty_send(p, "\r");
    pty_see(p, "^── Node ip-100-64-47-3.* described, read ");
    pty_see(p, "^ *Labels:");
    pty_send(p, "\033");
    pty_see(p, "> ip-100-64-47-3"); /* the list as it was left */
    pty_send(p, "y");
    pty_see(p, "^── Node ip-100-64-47-3.* YAML, read ");
    pty_send(p, "\033");
    pty_see(p, "> ip-100-64-47-3");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Kubernetes nodes", DEADLINE_MS));
    pty_see(p, "\\[1 Pods\\]");
    console_quit(p);
    sim_run_stop(sim);
}

/* ---- without colours ---- */

static void without_colours_a_warning_is_underlined(void **state)
{
    (void)state;
    struct pty *p = console_replay("+40", "NO_COLOR=1", NULL, NULL);
    pty_send(p, "t");
    pty_see(p, "theme: .*, drawn without colours");
    char *line = pty_line(p, 2);
    const char *at = strstr(line, "pod: OK · node: NOT PROVEN");
    if (!at) fail_msg("another answer: %s", line);
    const struct pty_cell cell = pty_cell(p, 2, (int)(at - line));
    assert_true(cell.underline && cell.fg_default && !cell.reverse);
    free(line);
    console_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_changes_nothing_says_so),
        cmocka_unit_test(a_node_of_the_list_is_described),
        cmocka_unit_test(without_colours_a_warning_is_underlined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
