/* copied_binary_test.c - a copy of the program alone, in an empty directory: its manifest, themes and walkthrough are
 * there. */
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

struct stage {
    struct sim_run *sim;
    char *folder, *program;
};

static int stage_setup(void **state)
{
    struct stage *s = mem_zero(1, sizeof *s);
    s->sim = sim_run_start((const char *const[]){"--empty", NULL});
    s->folder = run_folder();
    s->program = mem_printf("%s/raydeck", s->folder);
    const char *const argv[] = {"/bin/cp", run_raydeck(), s->program, NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    run_done(&r);
    *state = s;
    return 0;
}

static int stage_teardown(void **state)
{
    struct stage *s = *state;
    assert_int_equal(run_entries(s->folder), 1);
    run_remove(s->folder);
    sim_run_stop(s->sim);
    free(s->program);
    free(s);
    return 0;
}

/* "cd FOLDER && ./raydeck ARGUMENTS"; caller frees. */
static char *stage_command(const struct stage *s, const char *arguments)
{
    return mem_printf("cd '%s' && exec ./raydeck %s", s->folder, arguments);
}

static void stage_says(const struct stage *s, const char *arguments, int status, const char *said)
{
    char *command = stage_command(s, arguments);
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    const char *const env[] = {"EXT_REDIS_ENDPOINT=redis.example.com", "REDIS_PASSWORD=not-a-password-either",
                               "HUGGING_FACE_HUB_TOKEN=hf_abcdefghijklmnopqrstuvwxyz", NULL};
    struct run r = run_program(argv, env, NULL, DEADLINE_MS);
    if (r.status != status || !strstr(r.out, said)) fail_msg("%s: %d: %s%s", arguments, r.status, r.out, r.err);
    run_done(&r);
    free(command);
}

static void the_walkthrough_is_there(void **state)
{
    stage_says(*state, "demo --script walkthrough --check", 0, "nothing was found that would not work");
}

static void the_manifest_is_there(void **state)
{
    struct stage *s = *state;
    char *config = realpath(sim_run_config(s->sim), NULL);
    assert_non_null(config);
    char *arguments = mem_printf("--config '%s' deploy --dry-run", config);
    stage_says(s, arguments, 0, "RayService");
    free(arguments);
    free(config);
}

static void the_themes_are_there(void **state)
{
    struct stage *s = *state;
    char *command = stage_command(s, "--theme projector --kubeconfig none --redis none --neuron none");
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(pty, "1 Pods");
    pty_send(pty, ":theme tritanopia\r");
    pty_see(pty, "theme: tritanopia");
    pty_send(pty, ":lint\r");
    pty_see(pty, "7 Lint .* ft-options.yaml · [1-9]");
    pty_send(pty, "\003");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 130);
    pty_stop(pty);
    free(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walkthrough_is_there),
        cmocka_unit_test(the_manifest_is_there),
        cmocka_unit_test(the_themes_are_there),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
