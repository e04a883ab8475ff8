/* question_test.c - a question takes an answer only once it can have been read: in the console. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"
#include "tui/reading.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct console {
    struct sim_run *sim;
    struct pty *pty;
    char *pods; /* as the simulator tells them at the beginning */
};

/* "mistral-…-head-…=running mistral-…=running …"; caller frees. */
static char *pods_of(struct sim_run *sim)
{
    char *said = sim_run_say(sim, "state"), *pods = strstr(said, " mistral-");
    assert_non_null(pods);
    memmove(said, pods + 1, strlen(pods));
    return said;
}

/* Of a context that is marked for development: y alone kills. */
static struct console console_start(bool mute)
{
    struct console c = {.sim = sim_run_start((const char *const[]){"--speed", "5", NULL})};
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(c.sim), "--grace", "0", NULL};
    c.pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120, .mute = mute});
    pty_see(c.pty, "ANSWERING +YES");
    c.pods = pods_of(c.sim);
    return c;
}

static void console_stop(struct console *c)
{
    pty_send(c->pty, "\003");
    assert_int_equal(pty_wait_exit(c->pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(c->pty));
    pty_stop(c->pty);
    sim_run_stop(c->sim);
    free(c->pods);
}

static void nothing_lost(struct console *c)
{
    pty_send(c->pty, "n");
    assert_true(pty_wait_gone(c->pty, "yes, do it", DEADLINE_MS));
    char *pods = pods_of(c->sim);
    assert_string_equal(pods, c->pods);
    free(pods);
}

static void ask_to_kill(struct console *c, const char *until)
{
    pty_send(c->pty, "xk");
    pty_see(c->pty, until);
}

/* The answer that came too early has done nothing; one in time does. */
static void only_the_second_time_kills(struct console *c)
{
    pty_see(c->pty, "y yes, do it");
    nothing_lost(c);
    ask_to_kill(c, "y yes, do it");
    pty_send(c->pty, "y");
    pty_see(c->pty, "HEAD DOWN");
    console_stop(c);
}

static void an_answer_faster_than_reading_is_none(void **state)
{
    (void)state;
    struct console c = console_start(false);
    pty_send_with_answer(c.pty, "grace", "y");
    ask_to_kill(&c, "grace");
    only_the_second_time_kills(&c);
}

/* Where the terminal never says that it has shown the question, time and a fresh key must do. */
static void a_mute_terminal_has_its_time(void **state)
{
    (void)state;
    struct console c = console_start(true);
    const uint64_t asked_ms = loop_now_ms();
    ask_to_kill(&c, "grace");
    pty_send(c.pty, "y");
    pty_pump(c.pty, 1100); /* beyond the second after which frames go on */
    if (loop_now_ms() - asked_ms < READING_MUTE_MS / 4 * 3) pty_send(c.pty, "y"); /* where the machine has left time */
    only_the_second_time_kills(&c);
}

static void stopped_and_continued_it_is_asked_afresh(void **state)
{
    (void)state;
    struct console c = console_start(false);
    ask_to_kill(&c, "y yes, do it");
    pty_signal(c.pty, SIGTSTP);
    assert_true(pty_wait_stopped(c.pty, DEADLINE_MS));
    assert_true(pty_modes_restored(c.pty));
    pty_send(c.pty, "y");
    pty_send_with_answer(c.pty, "an answer counts in a moment", "y");
    pty_signal(c.pty, SIGCONT);
    pty_see(c.pty, "an answer counts in a moment");
    pty_see(c.pty, "y yes, do it");
    nothing_lost(&c);
    console_stop(&c);
}

/* Left before the API server has answered: whoever asked for the delete is told that it was sent. */
static void what_was_sent_is_told_on_the_way_out(void **state)
{
    (void)state;
    struct console c = console_start(false);
    ask_to_kill(&c, "y yes, do it");
    sim_run_pause(c.sim, true);
    pty_send(c.pty, "y");
    const bool gone = pty_wait_gone(c.pty, "y yes, do it", DEADLINE_MS);
    pty_pump(c.pty, 300); /* armed.json is read in between */
    pty_send(c.pty, "\003");
    const int status = pty_wait_exit(c.pty, DEADLINE_MS);
    sim_run_pause(c.sim, false);
    assert_true(gone);
    assert_int_equal(status, 130);
    pty_see(c.pty, "the DELETE of mistral-.*-head-.* \\(UID .*\\) was sent, its outcome is");
    pty_stop(c.pty);
    sim_run_stop(c.sim);
    free(c.pods);
}

/* The API server has the request, and says nothing for 15 s: what it did is not known, which is not "not deleted". */
static void a_delete_that_is_not_answered_is_not_denied(void **state)
{
    (void)state;
    struct console c = console_start(false);
    ask_to_kill(&c, "y yes, do it");
    sim_run_pause(c.sim, true);
    pty_send(c.pty, "y");
    const bool told = pty_wait_for(c.pty, "the DELETE of mistral-.*-head-.* was sent", DEADLINE_MS);
    sim_run_pause(c.sim, false);
    assert_true(told);
    console_stop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_faster_than_reading_is_none),
        cmocka_unit_test(a_mute_terminal_has_its_time),
        cmocka_unit_test(stopped_and_continued_it_is_asked_afresh),
        cmocka_unit_test(what_was_sent_is_told_on_the_way_out),
        cmocka_unit_test(a_delete_that_is_not_answered_is_not_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
