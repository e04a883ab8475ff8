/* question_lines_test.c - the questions of kill-head, deploy and cleanup on the command line: what answers them, and
 * what a signal does at each of them and at each wait. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"
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

enum {
    AWAY_MS = 1000, /* far more than a key or a request needs to get there, which nothing tells of */
    LATE_MS = 100,  /* within the time that an answer is waited for on the way out */
    ARGS = 16
};

#define ARM "Arm this context for 15 minutes\\? y or n:\n"
#define NAME "Type the RayService's name \\(mistral\\) to go on:\n"
#define MARK "> *$" /* an answer counts from now on */

struct stage {
    struct sim_run *sim;
    char *kubeconfig, *state_folder, *state_env, *pods;
    struct pty *pty;
};

/* "mistral-…-head-…=running mistral-…=running …"; caller frees. */
static char *pods_of(struct sim_run *sim)
{
    char *said = sim_run_say(sim, "state"), *pods = strstr(said, " mistral-");
    if (!pods) pods = said + strlen(said) - 1; /* an empty cluster */
    memmove(said, pods + 1, strlen(pods));
    return said;
}

static struct stage stage_new(const char *option)
{
    struct stage s = {.sim = sim_run_start((const char *const[]){"--speed", "5", option, NULL}),
                      .state_folder = run_folder()};
    s.kubeconfig = mem_printf("%s/kubeconfig", sim_run_folder(s.sim));
    s.state_env = mem_printf("XDG_STATE_HOME=%s", s.state_folder);
    s.pods = pods_of(s.sim);
    return s;
}

static void stage_done(struct stage *s)
{
    pty_stop(s->pty);
    sim_run_stop(s->sim);
    run_remove(s->state_folder);
    free(s->kubeconfig);
    free(s->state_env);
    free(s->pods);
}

/* Under a context that nobody has armed, or with config.yaml, which marks it as one for development. */
static void stage_start(struct stage *s, bool armed, bool mute, const char *const *args)
{
    const char *argv[ARGS] = {run_raydeck(), armed ? "--config" : "--kubeconfig",
                              armed ? sim_run_config(s->sim) : s->kubeconfig, "--neuron", "none"};
    const char *const env[] = {s->state_env, NULL};
    for (size_t i = 0, n = 5; args[i] && n + 1 < ARGS; i++) argv[n++] = args[i];
    pty_stop(s->pty);
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 60, .cols = 150, .mute = mute});
}
#define BEGIN(s, armed, ...) stage_start(s, armed, false, (const char *const[]){__VA_ARGS__, NULL})

static void begin_shell(struct stage *s, const char *line)
{
    const char *const argv[] = {"/bin/sh", "-ac", line, NULL};
    pty_stop(s->pty);
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 60, .cols = 150});
}

static void nothing_happened(struct stage *s)
{
    char *pods = pods_of(s->sim);
    assert_string_equal(pods, s->pods);
    free(pods);
}

static void exits_with(struct stage *s, int status)
{
    const int got = pty_wait_exit(s->pty, DEADLINE_MS);
    char *text = pty_screen(s->pty);
    if (got != status) fail_msg("exit status %d, not %d:\n%s", got, status, text);
    free(text);
    assert_true(pty_modes_restored(s->pty));
}

static void answers_from_before_are_none(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    BEGIN(&s, false, "kill-head", "--grace", "0");
    pty_send(s.pty, "y\nmistral\n");
    pty_send_with_answer(s.pty, ARM, "y\nmistral\n"); /* faster than anybody reads */
    pty_see(s.pty, ARM MARK);
    assert_int_equal(run_entries(s.state_folder), 0);
    pty_send_with_answer(s.pty, NAME, "mistral\n");
    pty_send(s.pty, "y\n");
    pty_see(s.pty, NAME MARK);
    nothing_happened(&s);
    pty_send(s.pty, "mistralx\177\n");
    pty_see(s.pty, "delete accepted");
    exits_with(&s, 0);
    stage_done(&s);
}

static void a_paste_is_no_answer(void **state)
{
    (void)state;
    static const char *const pastes[] = {"y\nmistral\n", "y\r\n\r\n", "\033[200~y\033[201~\n",
                                         "\033[200~y\nmistral\n\033[201~"};
    struct stage s = stage_new(NULL);
    BEGIN(&s, false, "kill-head", "--grace", "0");
    for (size_t i = 0; i < ARRAY_LEN(pastes); i++) {
        pty_see(s.pty, ARM MARK);
        pty_send(s.pty, pastes[i]);
        pty_see(s.pty, "a paste is no answer");
        pty_see(s.pty, ARM MARK "\n\n");
        pty_send(s.pty, "\004");
        pty_see(s.pty, "not armed");
        exits_with(&s, 4);
        if (i + 1 < ARRAY_LEN(pastes)) BEGIN(&s, false, "kill-head", "--grace", "0");
    }
    assert_int_equal(run_entries(s.state_folder), 0);
    nothing_happened(&s);
    stage_done(&s);
}

static void a_mute_terminal_and_a_dumb_one_have_their_time(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    stage_start(&s, false, true, (const char *const[]){"kill-head", NULL});
    pty_see(s.pty, ARM);
    pty_send(s.pty, "y\n");
    pty_see(s.pty, ARM MARK);
    assert_int_equal(run_entries(s.state_folder), 0);
    pty_send(s.pty, "n\n");
    exits_with(&s, 4);
    char *dumb = mem_printf("TERM=dumb XDG_STATE_HOME='%s' exec '%s' --kubeconfig '%s' --neuron none kill-head",
                            s.state_folder, run_raydeck(), s.kubeconfig);
    begin_shell(&s, dumb);
    pty_see(s.pty, ARM);
    pty_send(s.pty, "y\n");
    pty_see(s.pty, ARM MARK);
    size_t len;
    const char *raw = pty_raw(s.pty, &len);
    assert_null(memchr(raw, '\033', len)); /* it would show them */
    pty_send(s.pty, "n\n");
    exits_with(&s, 4);
    free(dumb);
    assert_int_equal(run_entries(s.state_folder), 0);
    nothing_happened(&s);
    stage_done(&s);
}

/* The terminal answers late, and says which question it has shown by nothing but the number of its answers. */
static void only_an_answer_to_the_last_query_counts(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    stage_start(&s, false, true, (const char *const[]){"kill-head", NULL});
    pty_see(s.pty, ARM MARK); /* by time: the first query is not answered */
    uint64_t asked_ms = loop_now_ms();
    pty_send(s.pty, "y\nmistral\n");
    pty_see(s.pty, "a paste is no answer");
    pty_see(s.pty, ARM);
    pty_send(s.pty, "\033[0n"); /* of the first one */
    pty_see(s.pty, ARM MARK);
    assert_true(loop_now_ms() - asked_ms >= READING_MUTE_MS);
    asked_ms = loop_now_ms();
    pty_send(s.pty, "y\n");
    pty_see(s.pty, NAME);
    pty_see(s.pty, NAME MARK); /* not answered at all */
    assert_true(loop_now_ms() - asked_ms >= READING_MUTE_MS);
    pty_send(s.pty, "n\n");
    exits_with(&s, 4);
    nothing_happened(&s);
    stage_done(&s);
}

/* Who answers has not seen what is asked. */
static void what_cannot_be_seen_is_not_asked(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    char *line = mem_printf("exec '%s' --config '%s' kill-head 2>'%s/said'", run_raydeck(), sim_run_config(s.sim),
                            s.state_folder);
    begin_shell(&s, line);
    pty_send(s.pty, "mistral\n");
    exits_with(&s, 4);
    free(line);
    line = mem_printf("exec '%s' --config '%s' kill-head </dev/tty", run_raydeck(), sim_run_config(s.sim));
    begin_shell(&s, line); /* the same terminal by another name */
    pty_see(s.pty, NAME MARK);
    pty_send(s.pty, "mist\n");
    pty_see(s.pty, "not confirmed");
    exits_with(&s, 4);
    free(line);
    nothing_happened(&s);
    stage_done(&s);
}

static void without_a_terminal_there_is_none(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(s.sim), "kill-head", NULL};
    struct run r = run_program(argv, NULL, "mistral\n", DEADLINE_MS);
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "not confirmed: there is no terminal, and --yes is not given"));
    run_done(&r);
    nothing_happened(&s);
    stage_done(&s);
}

static void signals_end_each_question(void **state)
{
    (void)state;
    static const struct {
        int number, status;
    } signals[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};
    struct stage s = stage_new(NULL);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        BEGIN(&s, false, "kill-head");
        pty_see(s.pty, ARM);
        pty_signal(s.pty, signals[i].number);
        pty_see(s.pty, "interrupted: nothing was deleted");
        exits_with(&s, signals[i].status);
        BEGIN(&s, true, "kill-head");
        pty_see(s.pty, NAME MARK);
        pty_signal(s.pty, signals[i].number);
        pty_see(s.pty, "interrupted: nothing was deleted");
        exits_with(&s, signals[i].status);
    }
    /* By the key, with the name typed in part. */
    BEGIN(&s, true, "kill-head");
    pty_see(s.pty, NAME MARK);
    pty_send(s.pty, "mist\003ral\n");
    pty_see(s.pty, "interrupted: nothing was deleted");
    exits_with(&s, 130);
    assert_int_equal(run_entries(s.state_folder), 0);
    nothing_happened(&s);
    stage_done(&s);
}

/* On a slow line it comes after the question is over, and must not be typed at the shell. */
static void a_late_answer_never_reaches_the_shell(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    char *line = mem_printf("trap : INT; '%s' --config '%s' --neuron none kill-head; IFS= read -r line; "
                            "printf '%%s' \"got<$line>\" | cat -v",
                            run_raydeck(), sim_run_config(s.sim));
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    s.pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 60, .cols = 150, .mute = true});
    pty_see(s.pty, NAME);
    pty_send(s.pty, "\003");
    pty_pump(s.pty, LATE_MS);
    pty_send(s.pty, "\033[0n");
    pty_see(s.pty, "interrupted: nothing was deleted");
    pty_send(s.pty, "mine\n");
    pty_see(s.pty, "got<mine>");
    nothing_happened(&s);
    free(line);
    stage_done(&s);
}

static void stopped_and_continued_it_is_asked_afresh(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    BEGIN(&s, false, "kill-head");
    pty_see(s.pty, ARM MARK);
    pty_send(s.pty, "y\032");
    assert_true(pty_wait_stopped(s.pty, DEADLINE_MS));
    assert_true(pty_modes_restored(s.pty));
    pty_send(s.pty, "y\n"); /* while a shell would read */
    pty_signal(s.pty, SIGCONT);
    pty_see(s.pty, ARM "(.*\n)*" ARM MARK);
    assert_int_equal(run_entries(s.state_folder), 0);
    pty_signal(s.pty, SIGSTOP);
    assert_true(pty_wait_stopped(s.pty, DEADLINE_MS));
    pty_signal(s.pty, SIGCONT);
    pty_see(s.pty, ARM "(.*\n)*" ARM "(.*\n)*" ARM MARK);
    pty_send(s.pty, "n\n");
    exits_with(&s, 4);
    nothing_happened(&s);
    stage_done(&s);
}

static void a_wait_is_stopped_and_ended(void **state)
{
    (void)state;
    static const char *const waits[] = {"status", "info", "doctor", "ask", "kill-head", "cleanup"};
    struct stage s = stage_new(NULL);
    for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
        sim_run_pause(s.sim, true);
        BEGIN(&s, true, waits[i], strcmp(waits[i], "ask") == 0 ? "hello" : NULL);
        pty_pump(s.pty, AWAY_MS);
        pty_send(s.pty, "\032");
        const bool stopped = pty_wait_stopped(s.pty, DEADLINE_MS);
        pty_signal(s.pty, SIGCONT);
        pty_pump(s.pty, AWAY_MS);
        pty_send(s.pty, i % 2 ? "\003" : "");
        if (i % 2 == 0) pty_signal(s.pty, SIGTERM);
        const int status = pty_wait_exit(s.pty, DEADLINE_MS);
        sim_run_pause(s.sim, false);
        if (!stopped || status != (i % 2 ? 130 : 143)) fail_msg("%s: stopped %d, status %d", waits[i], stopped, status);
    }
    nothing_happened(&s);
    stage_done(&s);
}

/* The API server has the request, and does not answer. */
static void kill_unanswered(struct stage *s)
{
    BEGIN(s, true, "kill-head", "--grace", "0");
    pty_see(s->pty, NAME MARK);
    sim_run_pause(s->sim, true);
    pty_send(s->pty, "mistral\n");
    pty_pump(s->pty, AWAY_MS);
    pty_send(s->pty, "\003");
    pty_pump(s->pty, AWAY_MS);
}

static void what_was_sent_is_looked_up(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    kill_unanswered(&s);
    sim_run_pause(s.sim, false);
    pty_see(s.pty, "interrupted: the delete of mistral/mistral-.* was sent; the pod is (gone|Terminating)");
    exits_with(&s, 130);
    stage_done(&s);
}

static void a_second_signal_ends_the_looking_up(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    kill_unanswered(&s);
    pty_send(s.pty, "\003");
    const bool told = pty_wait_for(s.pty, "was sent; its outcome is unknown", DEADLINE_MS);
    sim_run_pause(s.sim, false);
    assert_true(told);
    exits_with(&s, 130);
    stage_done(&s);
}

static void the_watching_is_ended(void **state)
{
    (void)state;
    struct stage s = stage_new(NULL);
    BEGIN(&s, true, "kill-head");
    pty_see(s.pty, NAME MARK);
    pty_send(s.pty, "mistral\n");
    pty_see(s.pty, "delete accepted");
    pty_send(s.pty, "\003");
    pty_see(s.pty, "interrupted: the head is deleted, its recovery was not followed to the end");
    exits_with(&s, 130);
    stage_done(&s);
}

/* Nobody answers: the first signal waits for what the request did, the second for nothing. */
static void signal_twice_unanswered(struct stage *s, const char *regex)
{
    sim_run_pause(s->sim, true);
    pty_send(s->pty, "mistral\n");
    pty_pump(s->pty, AWAY_MS);
    pty_send(s->pty, "\003");
    pty_pump(s->pty, AWAY_MS);
    pty_send(s->pty, "\003");
    const bool told = pty_wait_for(s->pty, regex, DEADLINE_MS);
    sim_run_pause(s->sim, false);
    if (!told) pty_see(s->pty, regex);
    exits_with(s, 130);
}

/* At its question, with a change under way, and while it waits for what the change brings. */
static void deploy_and_cleanup_are_ended_too(void **state)
{
    (void)state;
    struct stage s = stage_new("--empty");
    char *line =
        mem_printf(". '%s/env' && HUGGING_FACE_HUB_TOKEN=hf_abcdefghijklmnopqrstuvwxyz exec '%s' --config '%s' deploy",
                   sim_run_folder(s.sim), run_raydeck(), sim_run_config(s.sim));
    for (int i = 0; i < 3; i++) {
        begin_shell(&s, line);
        pty_see(s.pty, NAME MARK);
        if (i == 1) {
            signal_twice_unanswered(&s, "interrupted: (.* was sent|only the logged objects were applied)");
            continue;
        }
        if (i == 2) pty_send(s.pty, "mistral\n");
        if (i == 2) pty_see(s.pty, "rayservice.ray.io/mistral serverside-applied");
        pty_send(s.pty, "\003");
        pty_see(s.pty, i == 0 ? "interrupted: nothing was applied" : "interrupted: everything was applied");
        exits_with(&s, 130);
        if (i == 0) nothing_happened(&s);
    }
    for (int i = 0; i < 4; i++) {
        BEGIN(&s, true, "cleanup");
        pty_see(s.pty, NAME MARK);
        if (i == 2) {
            signal_twice_unanswered(&s,
                                    "interrupted: (the DELETE of .* was sent|only the logged objects were deleted)");
            continue;
        }
        if (i == 3) pty_send(s.pty, "mistral\n");
        if (i == 3) pty_see(s.pty, "mistral deleted; waiting for its finalizers");
        pty_signal(s.pty, i % 2 ? SIGTERM : SIGINT);
        pty_see(s.pty,
                i < 2 ? "interrupted: nothing was deleted" : "interrupted: only the logged objects were deleted");
        exits_with(&s, i % 2 ? 143 : 130);
    }
    free(line);
    stage_done(&s);
}

/* With its first change sent and not answered. */
static void signal_while_unanswered(struct stage *s, const char *step, const char *regex)
{
    pty_see(s->pty, NAME MARK);
    sim_run_pause(s->sim, true);
    pty_send(s->pty, "mistral\n");
    const bool begun = pty_wait_for(s->pty, step, DEADLINE_MS);
    pty_pump(s->pty, AWAY_MS);
    pty_send(s->pty, "\003");
    const bool read = pty_wait_for(s->pty, "was not answered: reading the object", DEADLINE_MS);
    sim_run_pause(s->sim, false);
    assert_true(begun && read);
    pty_see(s->pty, regex);
    exits_with(s, 130);
}

static void what_deploy_and_cleanup_sent_is_looked_up(void **state)
{
    (void)state;
    struct stage s = stage_new("--empty");
    char *line =
        mem_printf(". '%s/env' && HUGGING_FACE_HUB_TOKEN=hf_abcdefghijklmnopqrstuvwxyz exec '%s' --config '%s' deploy",
                   sim_run_folder(s.sim), run_raydeck(), sim_run_config(s.sim));
    begin_shell(&s, line);
    signal_while_unanswered(&s, "confirm: ok *\napply",
                            "interrupted: the apply of [^ ]* was sent: it (was created|exists|does not exist)");
    begin_shell(&s, line);
    pty_see(s.pty, NAME MARK);
    pty_send(s.pty, "mistral\n");
    pty_see(s.pty, "rayservice.ray.io/mistral serverside-applied");
    pty_send(s.pty, "\003");
    exits_with(&s, 130);
    BEGIN(&s, true, "cleanup");
    signal_while_unanswered(&s, "confirm: ok *\nuser interface",
                            "interrupted: the DELETE of [^ ]* was sent: it (was deleted|is being deleted|exists)");
    free(line);
    stage_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_from_before_are_none),
        cmocka_unit_test(a_paste_is_no_answer),
        cmocka_unit_test(a_mute_terminal_and_a_dumb_one_have_their_time),
        cmocka_unit_test(only_an_answer_to_the_last_query_counts),
        cmocka_unit_test(what_cannot_be_seen_is_not_asked),
        cmocka_unit_test(without_a_terminal_there_is_none),
        cmocka_unit_test(signals_end_each_question),
        cmocka_unit_test(a_late_answer_never_reaches_the_shell),
        cmocka_unit_test(stopped_and_continued_it_is_asked_afresh),
        cmocka_unit_test(a_wait_is_stopped_and_ended),
        cmocka_unit_test(what_was_sent_is_looked_up),
        cmocka_unit_test(a_second_signal_ends_the_looking_up),
        cmocka_unit_test(the_watching_is_ended),
        cmocka_unit_test(deploy_and_cleanup_are_ended_too),
        cmocka_unit_test(what_deploy_and_cleanup_sent_is_looked_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
