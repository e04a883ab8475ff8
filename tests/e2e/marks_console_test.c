/* marks_console_test.c - marked rows by keys alone, in a terminal: two pods and both their logs, their commands, Esc,
 * and that nothing is ever deleted by a mark. */
#include "tests/support/console_pty.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void space_marks_and_esc_clears(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, " ");
    pty_see(p, "1 row is marked: c copies its command; Esc clears");
    pty_see(p, "^>\\*head ");
    pty_send(p, "G");
    pty_see(p, "^ \\*head ");
    pty_send(p, ":mark all\r");
    pty_see(p, "3 rows are marked: c copies their commands; Esc clears");
    pty_send(p, ":mark none\r");
    pty_see(p, "no row is marked");
    pty_send(p, "g G\033[32;5u"); /* Ctrl and Space, as terminals say that tell keys apart */
    pty_see(p, "3 rows are marked");
    pty_send(p, ":mark none\r");
    pty_see(p, "no row is marked");
    assert_true(pty_wait_gone(p, "^[> ]\\*", DEADLINE_MS));
    pty_send(p, " k ");
    pty_see(p, "2 marked");
    pty_send(p, "/head\r"); /* both stay marked behind the filter */
    pty_see(p, "2 marked · /head 1/3");
    pty_send(p, "onn\033"); /* and through a sort */
    pty_see(p, "NAME.*↓");
    pty_send(p, "\033");
    pty_see(p, "the marks are cleared");
    pty_see(p, "filter head: 1 of 3");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "1 of 3", DEADLINE_MS));
    pty_send(p, "L");
    pty_see(p, "logs: a recording is replayed, which holds no objects and no logs");
    console_quit(p);
}

/* Elsewhere it is the page's, as it was: in a detail, in the help, in a pane without rows. */
static void space_pages_in_a_text(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", NULL, NULL, NULL);
    pty_send(p, "\r");
    pty_see(p, "Esc back");
    pty_send(p, " \033");
    assert_true(pty_wait_gone(p, "Esc back", DEADLINE_MS));
    pty_see(p, "^> head ");
    pty_send(p, "?");
    pty_see(p, "In this pane: Pods");
    pty_send(p, " ");
    assert_true(pty_wait_gone(p, "In this pane: Pods", DEADLINE_MS));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Esc closes", DEADLINE_MS));
    pty_send(p, "T:mark\r");
    pty_see(p, "no rows are in sight here that could be marked");
    pty_send(p, "1");
    pty_see(p, "^> head ");
    console_quit(p);
}

static void one_command_is_of_all_marked_pods(void **state)
{
    (void)state;
    struct pty *p = console_replay("+5", "KITTY_WINDOW_ID=1", NULL, NULL);
    pty_send(p, " G c");
    pty_see(p, "sent to the terminal's clipboard: kubectl ");
    char *text = console_clipboard(p);
    assert_non_null(text);
    const char *head = strstr(text, " get pod mistral-6x5r2-head-"), *worker = strstr(text, "-worker-");
    assert_non_null(head);
    assert_non_null(worker);
    assert_true(worker > head);
    assert_non_null(strstr(worker, " -o yaml"));
    assert_null(strstr(worker + 1, "-worker-")); /* two of three */
    free(text);
    console_quit(p);
}

static struct pty *console_start(struct sim_run *sim)
{
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "--no-recorder", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 160});
    pty_see(p, "worker +mistral-.*-worker-hn9fs +1/1 +Running .* yes");
    pty_see(p, "ARMED kube redis neuron serve");
    return p;
}

/* The two workers, and not the head: each with its name before its lines. */
static void the_logs_of_two_marked_pods_are_followed(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct pty *p = console_start(sim);
    pty_send(p, "1G k ");
    pty_see(p, "2 rows are marked: L follows logs, c copies their commands; Esc clears");
    pty_see(p, "2 marked · mistral-");
    pty_send(p, "gL"); /* wherever the cursor is */
    pty_see(p, "Logs of 2 marked pods");
    pty_see(p, "^ *inf2-worker-hn9fs +INFO ");
    pty_see(p, "^ *inf2-worker-cxpv4 +INFO ");
    pty_send(p, "c");
    pty_see(p, "a container is chosen of one pod; L, where no row is marked, shows that of the row alone");
    pty_send(p, "a");
    pty_see(p, "Logs of 3 pods of mistral-");
    pty_send(p, "a");
    pty_see(p, "Logs of 2 marked pods");
    pty_send(p, "q");
    pty_see(p, "^ \\*worker "); /* they are marked still */
    pty_send(p, "3 L");
    pty_see(p, "logs: no marked row belongs to a pod");
    pty_send(p, "\033");
    pty_see(p, "the marks are cleared");
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    pty_stop(p);
    sim_run_stop(sim);
}

/* More pods than the view holds: the first are followed, and the title counts them. */
static void more_than_the_view_holds_are_counted(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--pods", "20", NULL});
    struct pty *p = console_start(sim);
    pty_send(p, ":svc none\r"); /* the pods of all RayClusters */
    pty_see(p, "batch-00000-");
    pty_send(p, "1:mark all\r");
    pty_see(p, "23 rows are marked");
    pty_send(p, "L");
    pty_see(p, "Logs of 12 of 23 marked pods");
    pty_see(p, "^ *00000-[a-z0-9]+ +INFO ");
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    pty_stop(p);
    sim_run_stop(sim);
}

/* k9s deletes what is marked. Here neither that is deleted nor, by mistake, the selected one. */
static void nothing_is_deleted_by_a_mark(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct pty *p = console_start(sim);
    pty_send(p, "1G gjxr"); /* one is marked, the other one is selected */
    pty_see(p, "deletes the selected pod alone, never what is marked: Esc clears the marks first");
    pty_send(p, "y"); /* a dialog that somebody expects: it shows YAML */
    pty_see(p, "YAML|apiVersion");
    pty_send(p, "q");
    pty_see(p, "^ \\*worker ");
    pty_send(p, "Gxr"); /* the marked one is the selected one */
    pty_see(p, "Delete a worker pod");
    pty_see(p, "deletes +mistral-.*-worker-hn9fs");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Delete a worker pod", DEADLINE_MS));
    pty_send(p, "xk");
    pty_see(p, "Kill the Ray head");
    pty_see(p, "marked +1 row: marks do not count, this pod alone is deleted");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "Kill the Ray head", DEADLINE_MS));
    pty_see(p, "worker +mistral-.*-worker-hn9fs +1/1 +Running");
    pty_see(p, "worker +mistral-.*-worker-cxpv4 +1/1 +Running");
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    pty_stop(p);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(space_marks_and_esc_clears),
        cmocka_unit_test(space_pages_in_a_text),
        cmocka_unit_test(one_command_is_of_all_marked_pods),
        cmocka_unit_test(the_logs_of_two_marked_pods_are_followed),
        cmocka_unit_test(more_than_the_view_holds_are_counted),
        cmocka_unit_test(nothing_is_deleted_by_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
