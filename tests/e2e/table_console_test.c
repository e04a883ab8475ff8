/* table_console_test.c - what somebody who knows k9s reaches for, in the console: sort, copy, filter, and the way out,
 * from what the screen itself says. */
#include "tests/support/console_pty.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_letter_of_the_menu_sorts(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_see(p, "K previous loss");
    pty_send(p, "o");
    pty_see(p, "n NAME");
    pty_send(p, "n");
    pty_see(p, "NAME.*↑");
    pty_send(p, "n");
    pty_see(p, "NAME.*↓");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Columns", DEADLINE_MS));
    pty_send(p, "2");
    pty_see(p, "\\[2 Cores\\]");
    pty_send(p, "1"); /* it is kept */
    pty_see(p, "NAME.*↓");
    console_quit(p);
}

static void a_row_is_copied_by_osc_52(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", "KITTY_WINDOW_ID=1", NULL, NULL);
    pty_see(p, "K previous loss");
    pty_send(p, "c");
    pty_see(p, "sent to the terminal's clipboard: kubectl ");
    char *text = console_clipboard(p);
    assert_non_null(text);
    assert_non_null(strstr(text, " get pod "));
    assert_non_null(strstr(text, " -o yaml"));
    free(text);
    console_quit(p);
}

static void tmux_passes_it_through(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", "TMUX=/tmp/tmux-0/default,1,0", NULL, NULL);
    pty_send(p, "c");
    pty_see(p, "sent to the terminal's clipboard: kubectl ");
    assert_non_null(strstr(pty_raw(p, NULL), "\033Ptmux;\033\033]52;c;"));
    console_quit(p);
}

/* Nothing is claimed of a terminal that may not take it: the whole text is shown. */
static void elsewhere_it_is_shown_to_be_selected(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, "c");
    pty_see(p, "Not sent to the clipboard");
    pty_see(p, "get pod mistral-6x5r2-head-2whjp -o .$");
    pty_see(p, "^yaml$");
    assert_null(strstr(pty_raw(p, NULL), "\033]52;"));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Not sent", DEADLINE_MS));
    console_quit(p);
}

static void the_configuration_decides(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *env, *seen;
    } cases[] = {{"clipboard: osc52\n", NULL, "sent to the terminal's clipboard"},
                 {"clipboard: off\n", "KITTY_WINDOW_ID=1", "`clipboard: off` is configured"}};
    char *folder = run_folder(), *file = mem_printf("%s/config.yaml", folder);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(file_write(file, cases[i].setting, strlen(cases[i].setting), NULL), ERR_OK);
        struct pty *p = console_replay("+5", cases[i].env, "--config", file);
        pty_send(p, "c");
        pty_see(p, cases[i].seen);
        pty_send(p, i == 0 ? "" : "\033");
        assert_true(i == 0 || pty_wait_gone(p, "Not sent", DEADLINE_MS));
        console_quit(p);
    }
    free(file);
    run_remove(folder);
}

/* The names that people type, completion by Tab, the line of before, and the way out. */
static void the_palette_completes_and_remembers(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, ":gcs\r");
    pty_see(p, "\\[3 GCS\\]");
    pty_send(p, ":po\r");
    pty_see(p, "\\[1 Pods\\]");
    pty_send(p, ":thmee light\r");
    pty_see(p, "thmee: no such command, the nearest is theme");
    pty_send(p, ":theme pr\t");
    pty_see(p, ":theme projector");
    pty_send(p, "\r");
    pty_see(p, "theme: projector");
    pty_send(p, ":\033[A\033[A");
    pty_see(p, ":thmee light");
    pty_send(p, "\033[B");
    pty_see(p, ":theme projector");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Command", DEADLINE_MS));
    pty_send(p, ":q\r");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
}

/* Listed off the loop: they are offered when they have come. */
static void the_palette_completes_files(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, ":lint deploy/as");
    pty_see(p, "deploy/assets/");
    pty_send(p, "\t");
    pty_see(p, ":lint deploy/assets/");
    pty_see(p, "deploy/assets/gradio/");
    pty_send(p, "ft-o");
    pty_see(p, "^.*│ +deploy/assets/ft-options.yaml");
    pty_send(p, "\t\r");
    pty_see(p, "ft-options.yaml:[0-9]");
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    pty_stop(p);
}

/* Of a cluster, as the shells complete them. */
static void the_palette_completes_names_of_the_cluster(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv});
    pty_see(p, "\\[1 Pods\\]");
    pty_see(p, "worker");
    pty_send(p, ":ctx ray\t");
    pty_see(p, ":ctx raydeck-sim");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Command", DEADLINE_MS));
    pty_send(p, ":ns mi\t");
    pty_see(p, ":ns mistral");
    pty_send(p, "\r");
    pty_see(p, "watching namespace mistral");
    pty_send(p, ":ns\r"); /* as in k9s: a list, of which Enter takes the selected one */
    pty_see(p, ":ns *│");
    pty_see(p, "> mistral +mistral");
    pty_see(p, "  all ");
    pty_send(p, "\033[B");
    pty_see(p, "> all ");
    pty_send(p, "\r");
    pty_see(p, "watching all namespaces");
    console_quit(p);
    sim_run_stop(sim);
}

/* The keys behind a '/' are text wherever they are typed: q does not quit, t does not change the theme. */
static void a_filter_that_cannot_be_is_swallowed(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, "T/quit");
    pty_see(p, "nothing can be filtered here: what is typed is ignored");
    pty_send(p, "\r");
    assert_true(pty_wait_gone(p, "nothing can be filtered", DEADLINE_MS));
    pty_send(p, "1o/qqt"); /* in a menu that takes no text */
    pty_see(p, "nothing can be filtered here");
    pty_see(p, "Columns");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "nothing can be filtered", DEADLINE_MS));
    pty_see(p, "Columns");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Columns", DEADLINE_MS));
    pty_send(p, "/head\r"); /* and where there is one it is one */
    pty_see(p, "1 of 3");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "1 of 3", DEADLINE_MS));
    console_quit(p);
}

/* F1 as elsewhere; only what works in a replay is listed. */
static void help_is_of_what_works(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, "\033OP");
    pty_see(p, "In this pane: Pods");
    pty_send(p, "/kill-head\r");
    pty_see(p, "no match");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "no match", DEADLINE_MS));
    pty_send(p, "/pause\r");
    pty_see(p, "/pause +1/");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "/pause +1/", DEADLINE_MS));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Esc closes", DEADLINE_MS));
    console_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_that_cannot_be_is_swallowed),
        cmocka_unit_test(help_is_of_what_works),
        cmocka_unit_test(a_letter_of_the_menu_sorts),
        cmocka_unit_test(a_row_is_copied_by_osc_52),
        cmocka_unit_test(tmux_passes_it_through),
        cmocka_unit_test(elsewhere_it_is_shown_to_be_selected),
        cmocka_unit_test(the_configuration_decides),
        cmocka_unit_test(the_palette_completes_and_remembers),
        cmocka_unit_test(the_palette_completes_files),
        cmocka_unit_test(the_palette_completes_names_of_the_cluster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
