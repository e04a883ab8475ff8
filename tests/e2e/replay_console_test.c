/* replay_console_test.c - a recording on the console: it plays, pauses, steps and is sought, and changes nothing. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tui/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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
    pty_send(p, ">");
    pty_see(p, "paused: it goes on at ×1/2");
    pty_send(p, "<<");
    pty_see(p, "paused: it goes on at ×1/4, the slowest");
    pty_send(p, ":seek noon\r");
    pty_see(p, "seek noon: ");
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

/* It lands 5 s before T0 and plays on, no faster than ×1, so that one sees it happen. */
static void keys_lead_from_head_loss_to_head_loss(void **state)
{
    (void)state;
    struct pty *p = replay_start("+60", "4");
    pty_see(p, ", pause  . step  J next loss  K previous loss");
    pty_send(p, ",J");
    pty_see(p, "no head is lost after this: the last loss is that of 2026-11-30T11:09:4[0-9]Z");
    pty_send(p, "K");
    pty_see(p, "head loss 1 of 1, at 2026-11-30T11:09:4[0-9]Z: .*delete");
    pty_see(p, "REPLAY paused .*11:09:[34][0-9]Z");
    assert_true(pty_wait_gone(p, "HEAD DOWN", DEADLINE_MS));
    pty_send(p, "J");
    pty_see(p, "no head is lost after this");
    pty_send(p, ":previous-loss\r");
    pty_see(p, "no head is lost before this: the first loss is that of 2026-11-30T11:09:4[0-9]Z");
    pty_send(p, ":seek +0\r:next-loss\r");
    pty_see(p, "head loss 1 of 1");
    pty_send(p, ",");
    pty_see(p, "REPLAY ×1 ");
    pty_see(p, "HEAD DOWN");
    replay_quit(p);
}

/* Neither those in between nor the one it is brought into is news; that which is seen to happen is. */
static void a_jump_past_a_head_loss_rings_no_bell(void **state)
{
    (void)state;
    struct pty *p = replay_start("+60", "1");
    pty_see(p, "LAST HEAD LOSS");
    pty_send(p, ",:seek +10\r");
    pty_see(p, "11:09:2[0-9]Z");
    pty_send(p, ":seek +60\r");
    pty_see(p, "11:10:1[0-9]Z");
    pty_send(p, ":seek +35\r");
    pty_see(p, "HEAD DOWN");
    assert_int_equal(pty_bells(p), 0);
    pty_send(p, ":seek +20\r");
    assert_true(pty_wait_gone(p, "HEAD DOWN", DEADLINE_MS));
    pty_send(p, ",>>>>");
    pty_see(p, "REPLAY at its end");
    assert_true(pty_bells(p) > 0);
    replay_quit(p);
}

/* Its first quarter: nothing happens in it. */
static void a_recording_without_a_head_loss_says_so(void **state)
{
    (void)state;
    struct buf file;
    char *folder = run_folder(), *cut = mem_printf("%s/cut.rec", folder);
    buf_init(&file, 1 << 20);
    assert_int_equal(file_read(HEAD_KILL, &file, NULL), ERR_OK);
    assert_int_equal(file_write(cut, file.data, file.len / 4, NULL), ERR_OK);
    const char *const argv[] = {run_raydeck(), "replay", cut, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(p, "REPLAY");
    pty_send(p, "J");
    pty_see(p, "no head is lost in this recording");
    pty_send(p, ":seek +1\r");
    assert_true(pty_wait_gone(p, "no head is lost", DEADLINE_MS));
    pty_send(p, "K");
    pty_see(p, "no head is lost in this recording");
    replay_quit(p);
    buf_done(&file);
    free(cut);
    run_remove(folder);
}

/* These leave, or stop, the console, or are the palette. */
static bool is_left_out(enum command_id id)
{
    return id == CMD_QUIT || id == CMD_SUSPEND || id == CMD_PALETTE;
}

/* Each command of the table by the palette: one that is offered there is not refused, and one that is not, is. */
static void commands_check(struct pty *p, size_t *ret_refused)
{
    *ret_refused = 0;
    for (int id = 0; id < CMD_COUNT; id++) {
        const char *name = commands[id].name;
        char typed[48], listed[48], crossed[48], said[48], refused[128];
        if (is_left_out((enum command_id)id)) continue;
        snprintf(typed, sizeof typed, ":%s", name);
        snprintf(listed, sizeof listed, "> (✗)?%.12s", name);
        snprintf(crossed, sizeof crossed, "> ✗%.12s", name);
        snprintf(refused, sizeof refused,
                 "^ %s: (a recording|no recording|there is no Kub|the demo|only the|no script|the flight)", name);
        pty_send(p, typed);
        pty_see(p, listed);
        const bool offered = !pty_wait_for(p, crossed, 0);
        pty_send(p, "\r");
        assert_true(pty_wait_gone(p, listed, DEADLINE_MS));
        snprintf(said, sizeof said, "^ %s: .", name);
        if (!offered) pty_see(p, said);
        *ret_refused += !offered;
        if (offered && pty_wait_for(p, refused, 0)) fail_msg("%s is offered, and refused: %s", name, pty_screen(p));
        pty_send(p, "\033[27u"); /* Esc, however soon the next key follows */
    }
}

static void what_is_offered_is_not_refused(void **state)
{
    (void)state;
    static const char *const none[] = {"--kubeconfig", "none", "--redis", "none", "--neuron", "none", NULL};
    static const char *const replay[] = {"replay", HEAD_KILL, "--at", "+40", "--speed", "0.25", NULL};
    static const char *const *const states[] = {none, replay};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const char *argv[ARRAY_LEN(replay) + 1] = {run_raydeck()};
        size_t refused;
        for (size_t n = 0; states[i][n]; n++) argv[n + 1] = states[i][n];
        struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
        pty_see(p, "help +q quit");
        commands_check(p, &refused);
        assert_true(refused > 10);
        replay_quit(p);
    }
}

static void nothing_can_be_asked_or_changed(void **state)
{
    (void)state;
    static const char *const keys[] = {"p", "xk", "xd", "xc", "r", ":arm\r", ":save\r"};
    struct pty *p = replay_start("-10", "0.25");
    pty_see(p, "REPLAY");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        pty_send(p, keys[i]);
        pty_see(p, "a recording is replayed: nothing is sent to a cluster or changed");
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
        cmocka_unit_test(what_is_offered_is_not_refused),
        cmocka_unit_test(keys_lead_from_head_loss_to_head_loss),
        cmocka_unit_test(a_jump_past_a_head_loss_rings_no_bell),
        cmocka_unit_test(a_recording_without_a_head_loss_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
