/* late_answer_test.c - a terminal's answer that is on its way when the console ends, however it ends, is not typed into
 * the shell: the console under a shell that then reads a line, and answers that come half a second to eight later. */
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

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
#define NOTICE "raydeck: waiting for the terminal's answer"

/* An answer later than this after its question is taken for lost, as the README says. */
enum { ANSWER_MS = 10 * 1000 };

struct ending {
    const char *name, *keys; /* keys NULL: by the signal */
    int number;
    bool mute; /* from the start: it has not answered anything before */
};
static const struct ending endings[] = {
    {"q", "q", 0, false},
    {"SIGTERM", NULL, SIGTERM, false},
    {"SIGHUP", NULL, SIGHUP, false},
    {"a crash", NULL, SIGABRT, false},
    {"q, before any answer", "q", 0, true},
};
static const unsigned delays_ms[] = {500, 2000, 4000, 8000};
enum { ENDINGS = sizeof endings / sizeof endings[0], DELAYS = sizeof delays_ms / sizeof delays_ms[0] };

/* Of a recording that stands still: it draws when a key is pressed. */
static struct pty *console_start(bool mute)
{
    char *command = mem_printf("ulimit -c 0; '%s' replay " HEAD_KILL " --at +5; IFS= read -r line; "
                               "printf '%%s\\n' \"got<$line>\" | cat -v",
                               run_raydeck());
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120, .mute = mute});
    free(command);
    return p;
}

static void console_pause(struct pty *p)
{
    pty_see(p, "REPLAY");
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
}

/* Of the console, the shell's only child. */
static pid_t console_pid(const struct pty *p)
{
    char *path = mem_printf("/proc/%d/task/%d/children", (int)pty_pid(p), (int)pty_pid(p));
    int pid = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1); // NOLINT(cert-err34-c)
    fclose(file);
    free(path);
    return pid;
}

static bool has_asked(struct pty *p, void *arg)
{
    return pty_frames(p) > *(uint64_t *)arg;
}

static bool left_the_screen(struct pty *p, void *arg)
{
    (void)arg;
    return !pty_alternate(p);
}

static bool modes_restored(struct pty *p, void *arg)
{
    (void)arg;
    return pty_modes_restored(p);
}

struct console {
    struct pty *pty;
    const struct ending *ending;
    unsigned delay_ms;
    uint64_t asked_ms, left_ms; /* asked: at the earliest */
    bool answered, tells;       /* tells: the answer came while it was waited for */
};

/* Ends with a question whose answer is outstanding. */
static void console_end(struct console *c)
{
    uint64_t frames = pty_frames(c->pty);
    pty_mute(c->pty, true);
    c->asked_ms = loop_now_ms();
    if (!c->ending->mute) {
        pty_send(c->pty, "j");
        assert_true(pty_wait(c->pty, has_asked, &frames, DEADLINE_MS));
    }
    if (c->ending->keys)
        pty_send(c->pty, c->ending->keys);
    else
        kill(console_pid(c->pty), c->ending->number);
}

static void console_answer(struct console *c)
{
    static const char sync[] = "\033[?2026;2$y";
    char *answers = mem_printf("%s\033[0n%s", c->ending->mute ? sync : "", c->ending->mute ? "\033[0n" : "");
    c->answered = true;
    c->tells = loop_now_ms() + 1000 < c->asked_ms + ANSWER_MS;
    if (c->tells && pty_modes_restored(c->pty)) fail_msg("%s: the shell has it already", c->ending->name);
    pty_send(c->pty, answers);
    free(answers);
}

static void answers_send(struct console *consoles, size_t count)
{
    for (size_t left = count; left > 0;) {
        left = count;
        for (size_t i = 0; i < count; i++) {
            struct console *c = &consoles[i];
            pty_pump(c->pty, 5);
            if (!c->left_ms && !pty_alternate(c->pty)) c->left_ms = loop_now_ms();
            if (!c->answered && c->left_ms && loop_now_ms() >= c->left_ms + c->delay_ms) console_answer(c);
            left -= c->answered;
        }
    }
}

static void no_late_answer_reaches_the_shell(void **state)
{
    struct console consoles[ENDINGS * DELAYS];
    size_t count = 0, told = 0;
    (void)state;
    for (size_t i = 0; i < ENDINGS; i++)
        for (size_t k = 0; k < DELAYS; k++) {
            if (endings[i].mute && delays_ms[k] > 4000) continue; /* its questions are older than its end */
            consoles[count++] =
                (struct console){.pty = console_start(endings[i].mute), &endings[i], .delay_ms = delays_ms[k]};
        }
    for (size_t i = 0; i < count; i++) {
        if (consoles[i].ending->mute)
            pty_see(consoles[i].pty, "REPLAY");
        else
            console_pause(consoles[i].pty);
    }
    for (size_t i = 0; i < count; i++) console_end(&consoles[i]);
    answers_send(consoles, count);
    for (size_t i = 0; i < count; i++) {
        struct console *c = &consoles[i];
        if (c->tells) {
            assert_true(pty_wait(c->pty, modes_restored, NULL, DEADLINE_MS));
            pty_send(c->pty, "mine\n");
            if (!pty_wait_for(c->pty, "got<mine>", DEADLINE_MS))
                fail_msg("%s, %u ms: it reached the shell:\n%s", c->ending->name, c->delay_ms, pty_screen(c->pty));
            told++;
        }
        pty_stop(c->pty);
    }
    assert_true(told > 0); /* a machine that is too slow for the longest delays is not for all */
}

static void what_takes_long_is_said_and_left_by_ctrl_c(void **state)
{
    (void)state;
    struct console c = {.pty = console_start(false), .ending = &endings[0]};
    console_pause(c.pty);
    console_end(&c);
    pty_see(c.pty, NOTICE);
    assert_true(left_the_screen(c.pty, NULL));
    pty_send(c.pty, "typed ahead\n\003");
    assert_true(pty_wait(c.pty, modes_restored, NULL, DEADLINE_MS));
    assert_true(pty_wait_gone(c.pty, NOTICE, DEADLINE_MS));
    pty_send(c.pty, "mine\n");
    pty_see(c.pty, "got<mine>");
    pty_stop(c.pty);
}

static void one_that_answers_is_left_at_once(void **state)
{
    (void)state;
    struct pty *p = console_start(false);
    console_pause(p);
    pty_send(p, "jq");
    assert_true(pty_wait(p, modes_restored, NULL, DEADLINE_MS));
    size_t len;
    assert_null(strstr(pty_raw(p, &len), NOTICE));
    pty_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_late_answer_reaches_the_shell),
        cmocka_unit_test(what_takes_long_is_said_and_left_by_ctrl_c),
        cmocka_unit_test(one_that_answers_is_left_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
