/* kill_test.c - `raydeck kill-head`: what it says beforehand, what it ends with, and who may. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct run run_command(const char *const *args, const char *const *env)
{
    const char *argv[24] = {run_raydeck()};
    for (size_t i = 0; args[i]; i++) argv[1 + i] = args[i];
    return run_program(argv, env, NULL, DEADLINE_MS);
}
#define RAYDECK(...) run_command((const char *const[]){__VA_ARGS__, NULL}, NULL)
#define SURE "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral", "--yes"

#define SAYS(text, in)                                                                                                 \
    do {                                                                                                               \
        if (!strstr(in, text)) fail_msg("not said: %s\nbut (%d): %s%s", text, r.status, r.out, r.err);                 \
    } while (0)

static void workers_that_live_on_are_a_success(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    struct run r = RAYDECK("--config", sim_run_config(sim), "kill-head", "--grace", "0", SURE);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS("GCS fault tolerance is ON", r.err);
    SAYS("must live  mistral-", r.err);
    SAYS(", UID ", r.err);
    SAYS("around the head, 2 Serve endpoints are not its own", r.err);
    SAYS("workers   2/2 same UIDs, 0 restarts\n", r.out);
    SAYS(", 0 failed\n", r.out);
    assert_null(strstr(r.out, "missing"));
    run_done(&r);
    sim_run_stop(sim);
}

static void workers_that_were_restarted_are_a_failure(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--no-ft", "--speed", "5", NULL});
    struct run r = RAYDECK("--config", sim_run_config(sim), "kill-head", "--grace", "0", SURE);
    assert_int_equal(r.status, 1);
    SAYS("GCS fault tolerance is OFF", r.err);
    SAYS("restarted  mistral-", r.err);
    assert_null(strstr(r.err, "must live"));
    SAYS("workers   2/2 same UIDs, 2 restarts\n", r.out);
    SAYS("missing   worker proxies answer, workers the same: worker pod mistral-", r.out);
    SAYS("the recovery failed at: worker proxies answer, workers the same", r.err);
    assert_null(strstr(r.out, "GCS silent"));
    run_done(&r);
    sim_run_stop(sim);
}

/* The pod's own grace is 30 s: with less to wait, it is the old head that holds it up, and that is said. */
static void what_it_hangs_on_is_named(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = RAYDECK("--config", sim_run_config(sim), "kill-head", "--timeout", "15", SURE);
    assert_int_equal(r.status, 1);
    SAYS("waiting for GCS silent: the old head's GCS runs on through its grace\n", r.err);
    SAYS("did not end in time; it is waiting for GCS silent: the old head's GCS runs on through its grace", r.err);
    SAYS("missing   new head created, bound: the old head pod is still Terminating\n", r.out);
    run_done(&r);
    sim_run_stop(sim);
}

/* A worker pod that finds no place again is what the recovery hangs on, and what it fails by. */
static void a_worker_left_pending_is_a_failure(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    const char *const argv[] = {
        run_raydeck(), "--config", sim_run_config(sim), "kill-head", "--grace", "0", "--timeout", "15", SURE, NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 50, .cols = 200});
    pty_see(pty, "delete accepted");
    char *said = sim_run_say(sim, "state"), *worker = strstr(said, "mistral-6x5r2-inf2-worker"), line[128];
    assert_non_null(worker);
    snprintf(line, sizeof line, "kill-worker %.*s", (int)strcspn(worker, "="), worker);
    free(said);
    free(sim_run_say(sim, "devices 0"));
    free(sim_run_say(sim, line));
    /* What is missing first: Serve wants its replica back, and the pod it would run in has no place. */
    pty_see(pty, "waiting for (Serve RUNNING: Serve: .* UPDATING|worker proxies answer.* Pending: .*neuron)");
    pty_see(pty, "workers   1/2 the same, 1 replaced, 0 restarts");
    pty_see(pty, "^missing   worker proxies answer, workers the same: worker pod mistral-.* Pending: .*neuron");
    pty_see(pty, "it is waiting for (Serve RUNNING: Serve: .* UPDATING|worker proxies answer.* Pending)");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 1);
    pty_stop(pty);
    sim_run_stop(sim);
}

/* The simulator's kubeconfig without its config.yaml, which marks the context as one for development. */
struct stranger {
    struct sim_run *sim;
    char *kubeconfig, *state_folder, *state_env;
};

static struct stranger stranger_new(void)
{
    struct stranger s = {.sim = sim_run_start((const char *const[]){"--speed", "5", NULL}),
                         .state_folder = run_folder()};
    s.kubeconfig = mem_printf("%s/kubeconfig", sim_run_folder(s.sim));
    s.state_env = mem_printf("XDG_STATE_HOME=%s", s.state_folder);
    return s;
}

static void stranger_done(struct stranger *s)
{
    sim_run_stop(s->sim);
    run_remove(s->state_folder);
    free(s->kubeconfig);
    free(s->state_env);
}

static void a_context_never_armed_is_refused(void **state)
{
    (void)state;
    struct stranger s = stranger_new();
    const char *const env[] = {s.state_env, NULL};
    struct run r =
        run_command((const char *const[]){"--kubeconfig", s.kubeconfig, "--neuron", "none", "kill-head", NULL}, env);
    assert_int_equal(r.status, 4);
    SAYS("READ-ONLY: this context has never been armed", r.err);
    run_done(&r);
    /* Everything spelled out arms for the one act. */
    r = run_command((const char *const[]){"--kubeconfig", s.kubeconfig, "--neuron", "none", "kill-head", "--grace", "0",
                                          SURE, NULL},
                    env);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS("context raydeck-sim is armed for this command only, by --yes", r.err);
    run_done(&r);
    assert_int_equal(run_entries(s.state_folder), 0);
    stranger_done(&s);
}

static struct pty *at_a_terminal(const struct stranger *s)
{
    const char *const argv[] = {run_raydeck(), "--kubeconfig", s->kubeconfig, "--neuron", "none",
                                "kill-head",   "--grace",      "0",           NULL},
                      *const env[] = {s->state_env, NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    pty_see(pty, "READ-ONLY: this context has never been armed");
    pty_see(pty, "context    raydeck-sim");
    pty_see(pty, "Arm this context for 15 minutes\\? y or n:\n>");
    return pty;
}

static void at_a_terminal_it_is_asked_first(void **state)
{
    (void)state;
    struct stranger s = stranger_new();
    struct pty *pty = at_a_terminal(&s);
    pty_send(pty, "n\n");
    pty_see(pty, "not armed");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 4);
    pty_stop(pty);
    assert_int_equal(run_entries(s.state_folder), 0);

    pty = at_a_terminal(&s);
    pty_send(pty, "y\n");
    pty_see(pty, "Type the RayService's name \\(mistral\\) to go on:\n>");
    pty_send(pty, "wrong\n");
    pty_see(pty, "not confirmed");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 4);
    pty_stop(pty);
    assert_int_equal(run_entries(s.state_folder), 1);
    stranger_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_that_live_on_are_a_success),
        cmocka_unit_test(workers_that_were_restarted_are_a_failure),
        cmocka_unit_test(what_it_hangs_on_is_named),
        cmocka_unit_test(a_worker_left_pending_is_a_failure),
        cmocka_unit_test(a_context_never_armed_is_refused),
        cmocka_unit_test(at_a_terminal_it_is_asked_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
