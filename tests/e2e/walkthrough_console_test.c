/*
 * walkthrough_console_test.c - a walkthrough in a pseudo-terminal: by itself through a kill and its recovery; stopped
 * by a key, and going on; the demo back at its start; addresses hidden; and what the rehearsal says.
 */
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

static const char through_a_kill[] = "steps:\n"
                                     "- caption: One Ray head.\n"
                                     "  wait: pods-ready 3\n"
                                     "- wait: answering\n"
                                     "- wait: serve-running\n"
                                     "- caption: Now it goes.\n"
                                     "  speed: 2\n"
                                     "  keys: x k\n"
                                     "- keys: y\n"
                                     "  wait: head-down\n"
                                     "- caption: Gone. No grace.\n"
                                     "  keys: p\n"
                                     "  type: Are you there?\n"
                                     "  wait: answered\n"
                                     "- caption: Answered with no head.\n"
                                     "  wait: recovered\n"
                                     "- caption: Kept.\n"
                                     "  zoom: gcs\n"
                                     "  wait: seconds 3600\n";

struct stage {
    struct pty *pty;
    char *tmp, *tmp_env, *file;
};

static struct stage stage_start(const char *script, const char *option)
{
    struct stage s = {.tmp = run_folder()};
    s.file = mem_printf("%s/script.yaml", s.tmp);
    FILE *f = fopen(s.file, "w");
    assert_non_null(f);
    fputs(script, f);
    fclose(f);
    s.tmp_env = mem_printf("TMPDIR=%s", s.tmp);
    const char *const argv[] = {run_raydeck(), "demo", "--script", s.file, option, NULL}, *const env[] = {s.tmp_env,
                                                                                                          NULL};
    s.pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    return s;
}

static void stage_leave(struct stage *s)
{
    pty_send(s->pty, "\003");
    assert_int_equal(pty_wait_exit(s->pty, DEADLINE_MS), 130);
    pty_stop(s->pty);
    assert_int_equal(run_entries(s->tmp), 1); /* the script */
    run_remove(s->tmp);
    free(s->tmp_env);
    free(s->file);
}

static void through_kill_and_recovery_by_itself(void **state)
{
    (void)state;
    struct stage s = stage_start(through_a_kill, NULL);
    pty_see(s.pty, "^ +One Ray head\\.");
    pty_see(s.pty, "any key takes over");
    pty_see(s.pty, "^ +Now it goes\\.");
    pty_see(s.pty, "HEAD DOWN");
    pty_see(s.pty, "^ +Gone\\. No grace\\.");
    pty_see(s.pty, "simulator 2x");
    pty_see(s.pty, "^ +Answered with no head\\.");
    pty_see(s.pty, "^ +Kept\\.");
    pty_see(s.pty, "LAST HEAD LOSS .*0 failed");
    /* the whole screen for the GCS */
    pty_wait_gone(s.pty, "4 Requests", DEADLINE_MS);
    stage_leave(&s);
}

static void a_key_takes_over_and_a_reset(void **state)
{
    (void)state;
    struct stage s =
        stage_start("steps:\n- caption: Wait for it.\n  wait: head-down\n  limit: 600\n- caption: It went.\n"
                    "  keys: \":\"\n  type: reset\n- caption: As before.\n  wait: pods-ready 3\n- caption: Ready.\n"
                    "  wait: seconds 3600\n",
                    "--redact");
    pty_see(s.pty, "waiting for the head to go");
    pty_see(s.pty, "ANSWERING +YES");
    pty_send(s.pty, "3");
    pty_see(s.pty, "PAUSED at 1/4: a key was pressed .*:script goes on");
    pty_send(s.pty, "xk");
    pty_see(s.pty, "yes, do it");
    pty_send(s.pty, "y");
    pty_see(s.pty, "HEAD DOWN");
    pty_see(s.pty, "PAUSED at 1/4"); /* it went, and nobody goes on but the person */
    pty_send(s.pty, ":script\r");
    pty_see(s.pty, "the demo was restarted");
    pty_see(s.pty, "^ +Ready\\.");
    pty_wait_gone(s.pty, "HEAD DOWN", DEADLINE_MS);
    pty_see(s.pty, "head +mistral-.*-head-.* 2/2 +Running +0 +4d");
    pty_wait_gone(s.pty, " 100\\.64\\.", DEADLINE_MS);
    pty_wait_gone(s.pty, "ip-100-64", DEADLINE_MS);
    stage_leave(&s);
}

static void a_script_that_is_none(void **state)
{
    (void)state;
    char *folder = run_folder(), *file = mem_printf("%s/bad.yaml", folder);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs("steps:\n- keys: x z\n- wait: nirvana\n", f);
    fclose(f);
    const char *const argv[] = {run_raydeck(), "demo", "--script", file, "--check", NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    char *expected = mem_printf("%s:3: wait: there is no condition nirvana\n", file);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, expected);
    run_done(&r);
    const char *const shipped[] = {run_raydeck(), "demo", "--script", "deploy/assets/walkthrough.yaml",
                                   "--check",     NULL};
    r = run_program(shipped, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "nothing was found that would not work"));
    run_done(&r);
    free(expected);
    free(file);
    run_remove(folder);
}

/* Against a cluster: what only a demo can, and what is refused there; nothing is done. */
static void a_rehearsal_at_a_cluster(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    for (int read_only = 0; read_only < 2; read_only++) {
        const char *const argv[] = {run_raydeck(),
                                    "--config",
                                    sim_run_config(sim),
                                    "--script",
                                    "deploy/assets/walkthrough.yaml",
                                    "--check",
                                    read_only ? "--read-only" : NULL,
                                    NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        assert_int_equal(r.status, 1);
        assert_string_equal(r.err, "");
        assert_non_null(strstr(r.out, "speed: only the demo has one"));
        assert_non_null(strstr(r.out, "reset: only the demo can be restarted"));
        assert_int_equal(strstr(r.out, "the kill would be refused: READ-ONLY") != NULL, read_only);
        run_done(&r);
    }
    char *after = sim_run_say(sim, "state");
    assert_non_null(strstr(after, "serve=running"));
    assert_null(strstr(after, "deleting"));
    free(after);
    sim_run_stop(sim);
}

/* On what is no terminal: the addresses of a status have stand-ins too. */
static void status_is_redacted(void **state)
{
    (void)state;
    for (int hidden = 0; hidden < 2; hidden++) {
        const char *const argv[] = {run_raydeck(), "demo", hidden ? "--redact" : "--no-bell", "-o", "json", NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        assert_int_equal(r.status, 0);
        assert_true((strstr(r.out, "100-64-") == NULL) == hidden);
        assert_non_null(strstr(r.out, "\n}\n"));
        run_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(through_kill_and_recovery_by_itself),
        cmocka_unit_test(a_key_takes_over_and_a_reset),
        cmocka_unit_test(a_script_that_is_none),
        cmocka_unit_test(a_rehearsal_at_a_cluster),
        cmocka_unit_test(status_is_redacted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
