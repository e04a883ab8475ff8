/* replay_console_test.c - a recording on the console: it plays, pauses, steps and is sought, and changes nothing. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"

static struct pty *replay_start(const char *at, const char *speed)
{
    const char *const argv[] = {run_raydeck(), "replay", HEAD_KILL, "--at", at, "--speed", speed, NULL};
    return pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
}

static void replay_quit(struct pty *p)
{
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
}

static void a_recording_plays_to_its_end(void **state)
{
    (void)state;
    struct pty *p = replay_start("+20", "16");
    pty_see(p, "raydeck-sim .* REPLAY ×16 ");
    pty_see(p, "HEAD DOWN");
    pty_see(p, "REPLAY at its end .*11:11:14Z");
    pty_see(p, "LAST HEAD LOSS .*head down 11.7s");
    replay_quit(p);
}

static void it_pauses_and_is_sought_both_ways(void **state)
{
    (void)state;
    struct pty *p = replay_start("+30", "0.25");
    pty_see(p, "REPLAY ×1/4");
    pty_see(p, "HEAD DOWN");
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
    pty_send(p, ":seek +10\r");
    pty_see(p, "LAST HEAD LOSS +4d2h");
    pty_see(p, "REPLAY paused .*11:09:2[0-9]Z");
    pty_send(p, "]]");
    pty_see(p, "HEAD DOWN");
    pty_send(p, "[[");
    pty_see(p, "LAST HEAD LOSS +4d2h");
    pty_send(p, ":seek noon\r");
    pty_see(p, "--at noon: ");
    pty_send(p, ",");
    pty_see(p, "REPLAY ×1/4");
    pty_send(p, ">>>");
    pty_see(p, "REPLAY ×2");
    replay_quit(p);
}

static void a_step_goes_to_the_next_change(void **state)
{
    (void)state;
    struct pty *p = replay_start("+20", "1");
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
    for (int i = 0; i < 40 && !pty_wait_for(p, "HEAD DOWN", 300); i++) pty_send(p, ".");
    pty_see(p, "HEAD DOWN");
    pty_see(p, "REPLAY paused");
    replay_quit(p);
}

static void nothing_can_be_asked_or_changed(void **state)
{
    (void)state;
    static const char *const keys[] = {"p", "xk", "xd", "xc", "r", ":arm\r", ":save\r"};
    struct pty *p = replay_start("-10", "0.25");
    pty_see(p, "REPLAY");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        pty_send(p, keys[i]);
        pty_see(p, "a recording is replayed: nothing can be asked or changed");
        pty_send(p, "t");
        pty_see(p, "theme: ");
    }
    replay_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_plays_to_its_end),
        cmocka_unit_test(it_pauses_and_is_sought_both_ways),
        cmocka_unit_test(a_step_goes_to_the_next_change),
        cmocka_unit_test(nothing_can_be_asked_or_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
