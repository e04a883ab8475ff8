/*
 * demo_test.c - the main job, in a pseudo-terminal: `raydeck demo` shows three worlds moving; the head is killed; its
 * row becomes a '-', a '+' comes; the workers live on; a prompt asked meanwhile is answered; the GCS's fields are kept;
 * and nothing is left behind.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct demo {
    struct pty *pty;
    char *tmp, *tmp_env;
};

/* more: one option beside them, or NULL */
static struct demo demo_start_with(int rows, int cols, const char *speed, const char *more)
{
    struct demo d = {.tmp = run_folder()};
    d.tmp_env = mem_printf("TMPDIR=%s", d.tmp);
    const char *const argv[] = {run_raydeck(), "demo", "--speed", speed, more, NULL}, *const env[] = {d.tmp_env, NULL};
    d.pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = rows, .cols = cols});
    return d;
}

static struct demo demo_start(int rows, int cols, const char *speed)
{
    return demo_start_with(rows, cols, speed, NULL);
}

/* Leaves by `key`, and checks what a shell would find. */
static void demo_leave(struct demo *d, const char *key, int status)
{
    pty_send(d->pty, key);
    assert_int_equal(pty_wait_exit(d->pty, DEADLINE_MS), status);
    assert_false(pty_alternate(d->pty));
    assert_true(pty_modes_restored(d->pty));
    pty_stop(d->pty);
    size_t left = run_entries(d->tmp);
    run_remove(d->tmp);
    free(d->tmp_env);
    if (left) fail_msg("the demo left %zu files behind", left);
}

static void three_worlds_a_kill_and_an_answer(void **state)
{
    (void)state;
    /* At the real pace: the second without Ray connections is looked for once a second. */
    struct demo d = demo_start(40, 120, "1");
    pty_see(d.pty, "DEMO");
    pty_see(d.pty, "ANSWERING +YES");
    pty_see(d.pty, "head +mistral-.*-head-.* 2/2 +Running +0 ");
    pty_see(d.pty, "worker +mistral-.*-inf2-worker-.* 1/1 +Running +0 ");
    pty_see(d.pty, "[0-9]+% .*mistral-7b#"); /* a core, its utilisation, the replica that holds it */
    pty_see(d.pty, "ACTOR +[1-9]");
    pty_see(d.pty, "LOSE THE HEAD\\? +.*pod.*OK");

    pty_send(d.pty, "xk");
    pty_see(d.pty, "mistral-.*-head-");
    pty_see(d.pty, "grace");
    pty_see(d.pty, "y yes, do it");
    pty_send(d.pty, "y");
    pty_see(d.pty, "HEAD DOWN");
    pty_see(d.pty, "^-[> ] ?head +mistral-.*-head-");
    pty_send(d.pty, "p");
    pty_see(d.pty, "API server proxy");
    pty_send(d.pty, "are you there\r");
    pty_see(d.pty, "WORKER PODS +2/2 +same UIDs, 0 restarts");
    pty_see(d.pty, "GCS silent +(Ray connections 4 → 0|heartbeat stopped)");
    pty_see(d.pty, "^\\+[> ] ?head +mistral-.*-head-");
    pty_see(d.pty, "answered in [0-9.]+ s");
    pty_see(d.pty, "ACTOR +[0-9]+ .* kept ([0-9]+)/\\1");
    pty_see(d.pty, "new head ALIVE, old DEAD .* ALIVE, .* DEAD");
    /* over: the three answers are back, and the loss was watched */
    pty_see(d.pty, "LAST HEAD LOSS");
    pty_see(d.pty, "ANSWERING +YES");
    pty_see(d.pty, "^\\+[> ] ?head +mistral-.*-head-.* 2/2 +Running +0 ");
    pty_see(d.pty, "worker pods 2/2 same UIDs, 0 restarts · ([0-9]+)/\\1 requests, 0 failed");
    demo_leave(&d, "q", 0);
}

static void small_screen_tabs_and_resize(void **state)
{
    (void)state;
    struct demo d = demo_start(24, 80, "2");
    pty_see(d.pty, "A simulated cluster with a real Redis");
    pty_see(d.pty, "ANSWERING +YES");
    /* What was said goes again, though something is drawn all the while. */
    assert_true(pty_wait_gone(d.pty, "A simulated cluster with a real Redis", DEADLINE_MS));
    pty_see(d.pty, "1 Pods.*2 .*3 GCS.*4 Requests.*5 Events");
    pty_send(d.pty, "W");
    pty_see(d.pty, "W: no such key here; \\? lists them");
    pty_send(d.pty, "3");
    pty_see(d.pty, "ACTOR +[1-9]");
    pty_send(d.pty, "2");
    pty_see(d.pty, "mistral-7b#");
    pty_send(d.pty, "?");
    pty_see(d.pty, "In this pane: NeuronCores");
    pty_send(d.pty, "/kill-head\r");
    pty_see(d.pty, "kill-head +Delete the head pod");
    pty_send(d.pty, "q");
    pty_resize(d.pty, 40, 120);
    pty_see(d.pty, "── 5 Events");
    pty_resize(d.pty, 9, 39);
    pty_see(d.pty, "needs 40");
    pty_send(d.pty, "xky"); /* a question that cannot be read cannot be answered: y opens the YAML, as without it */
    pty_see(d.pty, "Esc back");
    pty_send(d.pty, "\033");
    pty_see(d.pty, "needs 40");
    pty_resize(d.pty, 5, 20);
    pty_see(d.pty, "^raydeck needs 40×10,$");
    pty_resize(d.pty, 24, 80);
    pty_see(d.pty, "ANSWERING +YES");
    pty_see(d.pty, "LAST HEAD LOSS +4d2h");
    pty_send(d.pty, "xky"); /* nor one that was not yet read: the y came before the question stood on the screen */
    pty_see(d.pty, "y yes, do it");
    pty_send(d.pty, "n");
    assert_true(pty_wait_gone(d.pty, "y yes, do it", DEADLINE_MS));
    pty_see(d.pty, "LAST HEAD LOSS +4d2h");
    pty_send(d.pty, "T");
    pty_see(d.pty, "h l cursor");
    pty_send(d.pty, "1"); /* a pane takes its keys along, before the message ends by itself (8 s) */
    pty_see(d.pty, "\\[1 Pods\\]");
    assert_true(pty_wait_gone(d.pty, "h l cursor", 6000));
    pty_send(d.pty, "x"); /* its keys are shown as long as they work, however long that is */
    pty_see(d.pty, "x … +d deploy +k kill the head");
    pty_pump(d.pty, 3500);
    pty_see(d.pty, "x … +d deploy +k kill the head");
    pty_send(d.pty, "k");
    pty_see(d.pty, "y yes, do it");
    pty_send(d.pty, "\033");
    assert_true(pty_wait_gone(d.pty, "y yes, do it", DEADLINE_MS));
    demo_leave(&d, "\003", 130);
}

/* A demo's own cluster stays armed: there is nothing to ask, and nothing that ends. */
static void arming_again_says_that_it_is(void **state)
{
    (void)state;
    struct demo d = demo_start(24, 80, "4");
    pty_see(d.pty, "DEMO");
    pty_see(d.pty, "ANSWERING +YES");
    pty_send(d.pty, ":arm\r");
    pty_see(d.pty, "armed already, for as long as this runs");
    demo_leave(&d, "\003", 130);
}

/* What a person zooms on a small terminal is zoomed there again, and not on the wide one between. */
static void a_layout_belongs_to_a_size(void **state)
{
    (void)state;
    struct demo d = demo_start(24, 80, "1");
    pty_see(d.pty, "ANSWERING +YES");
    pty_send(d.pty, "3z");
    pty_see(d.pty, "\\[3 GCS\\]");
    assert_true(pty_wait_gone(d.pty, "^  Pods ", DEADLINE_MS));
    pty_resize(d.pty, 45, 160);
    pty_see(d.pty, "── 3 GCS");
    pty_send(d.pty, "z5");
    pty_see(d.pty, "── 1 Pods");
    pty_see(d.pty, "── 2 NeuronCores .*── 3 GCS.*── 4 Requests");
    pty_resize(d.pty, 24, 80);
    pty_see(d.pty, "\\[3 GCS\\]");
    assert_true(pty_wait_gone(d.pty, "^  Pods ", DEADLINE_MS));
    pty_resize(d.pty, 45, 160);
    pty_see(d.pty, "── 2 NeuronCores .*── 3 GCS.*── 4 Requests");
    demo_leave(&d, "\003", 130);
}

/* --stage begins on the stage; a kill is followed there; S leaves it and comes back, q leaves it before the program. */
static void a_stage_for_an_audience(void **state)
{
    (void)state;
    struct demo d = demo_start_with(40, 120, "8", "--stage");
    pty_see(d.pty, "HEAD +WORKERS +GCS STATE +ANSWERING");
    pty_see(d.pty, "NO HEAD LOSS SEEN");
    pty_see(d.pty, "requests +ok [1-9]");
    pty_send(d.pty, "xk");
    pty_see(d.pty, "y yes, do it");
    pty_send(d.pty, "y");
    pty_see(d.pty, "GCS KEPT");
    pty_see(d.pty, "[|]kill[|]");
    pty_see(d.pty, "[|]kill[|] +[|]back[|]");
    pty_see(d.pty, "RECOVERED IN");
    pty_see(d.pty, "head down [0-9.]+s · ([0-9]+)/\\1 requests, 0 failed");
    pty_send(d.pty, "S");
    pty_see(d.pty, "LAST HEAD LOSS");
    pty_see(d.pty, "── 1 Pods");
    pty_send(d.pty, "S");
    pty_see(d.pty, "RECOVERED IN");
    pty_send(d.pty, "q");
    pty_see(d.pty, "── 1 Pods");
    demo_leave(&d, "\003", 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_worlds_a_kill_and_an_answer), cmocka_unit_test(small_screen_tabs_and_resize),
        cmocka_unit_test(arming_again_says_that_it_is),      cmocka_unit_test(a_stage_for_an_audience),
        cmocka_unit_test(a_layout_belongs_to_a_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
