/* linear_test.c - the console without a screen: a recording as lines, and the simulated cluster at a terminal, with
 * typed commands. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
#define RUN(...) run_program((const char *const[]){run_raydeck(), __VA_ARGS__, NULL}, NULL, NULL, DEADLINE_MS)

/* Each of them, in that order. */
static void says_in_order(const char *text, const char *const *words)
{
    const char *at = text;
    for (; *words; words++) {
        const char *found = strstr(at, *words);
        if (!found) fail_msg("no \"%s\" %s in:\n%s", *words, strstr(text, *words) ? "there" : "at all", text);
        at = found;
    }
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)); text += strlen(what)) count++;
    return count;
}

static void a_recording_is_a_line_for_each_thing(void **state)
{
    (void)state;
    struct run r = RUN("replay", HEAD_KILL, "--linear", "--at", "+20");
    assert_int_equal(r.status, 0);
    says_in_order(r.out, (const char *const[]){
                             "REPLAY at 2026-11-30T11:09:36Z", "ANSWERING        YES", "LOSE THE HEAD?",
                             "\n11:09:40Z head lost: mistral-6x5r2-head-2whjp: delete accepted",
                             "\n11:09:40Z head pod mistral-6x5r2-head-2whjp: deleted by us",
                             "\n11:09:40Z head pod mistral-6x5r2-head-8m2nh: Pending 0/2",
                             "\n11:09:40Z event RayCluster mistral-6x5r2: CreatedHeadPod  Created head Pod",
                             "\n11:09:40Z    +0.0s  delete accepted", "\n11:09:40Z HEAD DOWN 0.0s: new head starting",
                             "\n11:09:40Z WORKER PODS 2/2: same UIDs, 0 restarts",
                             "\n11:09:40Z Serve: DOWN: ", "\n11:09:50Z   +10.3s  new head ALIVE, old DEAD",
                             "\n11:09:52Z RECOVERING 11.8s: head ready", "\n11:09:52Z Serve: live",
                             "\n11:09:54Z the recovery is over: head down 11.7s",
                             "\n11:09:54Z requests  28/28 requests, 0 failed", "\n11:09:54Z LAST HEAD LOSS 14s ago",
                             "the recording is at its end", NULL});
    assert_null(strchr(r.out, '\033'));
    assert_int_equal(count_of(r.out, "Pending 0/2"), 1);
    assert_int_equal(count_of(r.out, "Z HEAD DOWN"), 1); /* a length that runs on is no news */
    run_done(&r);
}

static void what_makes_no_sense_without_a_screen_is_refused(void **state)
{
    (void)state;
    struct run r = RUN("demo", "--linear", "--script", "walkthrough");
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "--script has no effect on demo --linear: only on demo"));
    run_done(&r);
    r = RUN("replay", HEAD_KILL, "--linear", "--cast", "/nowhere/x.cast");
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "--cast has no effect on replay FILE --linear: only on replay FILE"));
    run_done(&r);
}

/* The question wants the RayService's name; y is none. */
static void commands_are_typed_words(void **state)
{
    (void)state;
    const char *argv[] = {run_raydeck(), "demo", "--linear", "--speed", "5", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 60, .cols = 160});
    pty_see(p, "^help lists the commands");
    assert_false(pty_alternate(p));
    pty_send(p, "help\n");
    pty_see(p, "^kill-head  kill  Delete the head pod");
    pty_send(p, "fly\n");
    pty_see(p, "fly: no such command; help lists them");
    pty_send(p, "nodes\n");
    pty_see(p, "^Ray pods  head mistral-");
    pty_send(p, "pane events\n");
    pty_see(p, "ROLE +NAME +READY");
    pty_send(p, "pane nowhere\n");
    pty_see(p, "nowhere: no such page: recovery, pods");
    pty_send(p, "explain 2\n");
    pty_see(p, "Without fault tolerance the head takes all with it");
    pty_send(p, "losses\n");
    pty_see(p, "The last two head losses");
    pty_send(p, "ask What is the GCS?\n");
    pty_see(p, "Z prompt: What is the GCS");
    pty_see(p, "Z answered in ");
    pty_send(p, "kill\n");
    pty_see(p, "Type the RayService's name \\(mistral\\)");
    pty_see(p, "^>$");
    pty_send(p, "y\n");
    pty_see(p, "raydeck: not confirmed");
    pty_send(p, "kill\n");
    pty_see(p, "^>$");
    pty_send(p, "mistral\n");
    pty_see(p, "Z head lost: mistral-");
    pty_see(p, "Z HEAD DOWN ");
    pty_see(p, "Z the recovery is over: head down ");
    pty_send(p, "quit\n");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
}

static void a_signal_ends_it(void **state)
{
    (void)state;
    const char *argv[] = {run_raydeck(), "demo", "--linear", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 60, .cols = 160});
    pty_see(p, "^help lists the commands");
    pty_signal(p, SIGTERM);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 128 + SIGTERM);
    pty_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_is_a_line_for_each_thing),
        cmocka_unit_test(what_makes_no_sense_without_a_screen_is_refused),
        cmocka_unit_test(commands_are_typed_words),
        cmocka_unit_test(a_signal_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
