/*
 * demo_test.c - the main job, in a pseudo-terminal: `raydeck demo` shows three worlds moving; the head is killed; its
 * row becomes a '-', a '+' comes; the workers live on; a prompt asked meanwhile is answered; the GCS's fields are kept;
 * and nothing is left behind.
 */
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

enum { FIRST_MS = 15000, STEP_MS = 30000 };

struct demo {
    struct pty *pty;
    char *tmp, *tmp_env;
};

static struct demo demo_start(int rows, int cols, const char *speed)
{
    struct demo d = {.tmp = run_folder()};
    d.tmp_env = mem_printf("TMPDIR=%s", d.tmp);
    const char *const argv[] = {run_raydeck(), "demo", "--speed", speed, NULL}, *const env[] = {d.tmp_env, NULL};
    d.pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = rows, .cols = cols});
    return d;
}

/* Leaves by `key`, and checks what a shell would find. */
static void demo_leave(struct demo *d, const char *key, int status)
{
    pty_send(d->pty, key);
    assert_int_equal(pty_wait_exit(d->pty, STEP_MS), status);
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
    pty_see(d.pty, "DEMO", FIRST_MS);
    pty_see(d.pty, "ANSWERING +YES", FIRST_MS);
    pty_see(d.pty, "head +mistral-.*-head-.* 2/2 +Running +0 ", FIRST_MS);
    pty_see(d.pty, "worker +mistral-.*-inf2-worker-.* 1/1 +Running +0 ", FIRST_MS);
    pty_see(d.pty, "[0-9]+% .*mistral-7b#", FIRST_MS); /* a core, its utilisation, the replica that holds it */
    pty_see(d.pty, "ACTOR +[1-9]", FIRST_MS);
    pty_see(d.pty, "LOSE THE HEAD\\? +.*pod.*OK", FIRST_MS);

    pty_send(d.pty, "xk");
    pty_see(d.pty, "mistral-.*-head-", STEP_MS);
    pty_see(d.pty, "grace", STEP_MS);
    pty_see(d.pty, "y yes, do it", STEP_MS);
    pty_send(d.pty, "y");
    pty_see(d.pty, "HEAD DOWN", STEP_MS);
    pty_see(d.pty, "^-[> ] ?head +mistral-.*-head-", STEP_MS);
    pty_send(d.pty, "p");
    pty_see(d.pty, "API server proxy", STEP_MS);
    pty_send(d.pty, "are you there\r");
    pty_see(d.pty, "WORKER PODS +2/2 +same UIDs, 0 restarts", STEP_MS);
    pty_see(d.pty, "GCS silent +(Ray connections 4 → 0|heartbeat stopped)", STEP_MS);
    pty_see(d.pty, "^\\+[> ] ?head +mistral-.*-head-", STEP_MS);
    pty_see(d.pty, "answered in [0-9.]+ s", STEP_MS);
    pty_see(d.pty, "ACTOR +[0-9]+ .* kept ([0-9]+)/\\1", STEP_MS);
    pty_see(d.pty, "new head ALIVE, old DEAD .* ALIVE, .* DEAD", STEP_MS);
    /* over: the three answers are back, and the loss was watched */
    pty_see(d.pty, "LAST HEAD LOSS", STEP_MS);
    pty_see(d.pty, "ANSWERING +YES", STEP_MS);
    pty_see(d.pty, "^\\+[> ] ?head +mistral-.*-head-.* 2/2 +Running +0 ", STEP_MS);
    pty_see(d.pty, "worker pods 2/2 same UIDs, 0 restarts · ([0-9]+)/\\1 requests, 0 failed", STEP_MS);
    demo_leave(&d, "q", 0);
}

static void small_screen_tabs_and_resize(void **state)
{
    (void)state;
    struct demo d = demo_start(24, 80, "2");
    pty_see(d.pty, "A simulated cluster with a real Redis", FIRST_MS);
    pty_see(d.pty, "ANSWERING +YES", FIRST_MS);
    /* What was said goes again, though something is drawn all the while. */
    assert_true(pty_wait_gone(d.pty, "A simulated cluster with a real Redis", STEP_MS));
    pty_see(d.pty, "1 Pods.*2 .*3 GCS.*4 Requests.*5 Events", FIRST_MS);
    pty_send(d.pty, "W");
    pty_see(d.pty, "W: no such key here; \\? lists them", STEP_MS);
    pty_send(d.pty, "3");
    pty_see(d.pty, "ACTOR +[1-9]", STEP_MS);
    pty_send(d.pty, "2");
    pty_see(d.pty, "mistral-7b#", STEP_MS);
    pty_send(d.pty, "?");
    pty_see(d.pty, "kill-head|kill the head|Delete the head", STEP_MS);
    pty_send(d.pty, "q");
    pty_resize(d.pty, 40, 120);
    pty_see(d.pty, "── 5 Events", STEP_MS);
    pty_resize(d.pty, 9, 39);
    pty_see(d.pty, "needs 40", STEP_MS);
    pty_send(d.pty, "xky"); /* a question that cannot be read cannot be answered */
    pty_resize(d.pty, 5, 20);
    pty_see(d.pty, "^raydeck needs 40×10…$", STEP_MS);
    pty_resize(d.pty, 24, 80);
    pty_see(d.pty, "ANSWERING +YES", STEP_MS);
    pty_see(d.pty, "LAST HEAD LOSS +4d2h", STEP_MS);
    pty_send(d.pty, "xky"); /* nor one that was not yet read: the y came before the question stood on the screen */
    pty_see(d.pty, "y yes, do it", STEP_MS);
    pty_send(d.pty, "n");
    assert_true(pty_wait_gone(d.pty, "y yes, do it", STEP_MS));
    pty_see(d.pty, "LAST HEAD LOSS +4d2h", STEP_MS);
    demo_leave(&d, "\003", 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_worlds_a_kill_and_an_answer),
        cmocka_unit_test(small_screen_tabs_and_resize),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
