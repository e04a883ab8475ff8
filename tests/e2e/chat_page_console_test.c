/* chat_page_console_test.c - the chat page that raydeck deploys: `raydeck status` and the console say that it answers,
 * and that it does not once its Deployment has no pods; against the simulated cluster. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE "deploy/assets/gradio/gradio.yaml"
#define SURE "--yes --context raydeck-sim -n mistral -s mistral --var RAY_CHAT_IMAGE=example.com/raydeck-chat:1 "

/* Runs a line of shell with $R and $PAGE set. Caller: run_done. */
static struct run shell_run(const struct sim_run *sim, const char *line)
{
    char *raydeck = mem_printf("R=%s --config %s", run_raydeck(), sim_run_config(sim));
    struct run r = run_program((const char *const[]){"/bin/sh", "-c", line, NULL},
                               (const char *const[]){raydeck, "PAGE=" PAGE, NULL}, NULL, DEADLINE_MS);
    free(raydeck);
    return r;
}

static void page_deploy(const struct sim_run *sim, const char *line)
{
    struct run r = shell_run(sim, line);
    if (r.status != 0 || !strstr(r.out, "deployment.apps/mistral-chat serverside-applied"))
        fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
}

static void status_says(const struct sim_run *sim, const char *line, const char *expected)
{
    struct run r = shell_run(sim, line);
    if (!strstr(r.out, expected)) fail_msg("not said: %s\nbut (%d): %s%s", expected, r.status, r.out, r.err);
    run_done(&r);
}

static void a_page_answers_until_its_pods_are_gone(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "--no-recorder", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 140});
    pty_see(p, "head +mistral-.*-head-.* 2/2 +Running");
    page_deploy(sim, "$R deploy -f $PAGE " SURE);
    pty_see(p, "chat page +2/2 pods ready, answers");
    status_says(sim, "$R status", "\nChat page: 2/2 pods ready, answers\n  mistral-chat-");
    status_says(sim, "$R status -o json | tr -d ' \\t\\n'", "\"chat_page\":{\"answers\":true,");
    page_deploy(sim, "sed 's/replicas: 2/replicas: 0/' $PAGE | $R deploy -f - " SURE);
    pty_see(p, "chat page +0/0 pods ready, does NOT answer: it has no pods");
    status_says(sim, "$R status", "\nChat page: 0/0 pods ready, does NOT answer: it has no pods\n");
    status_says(sim, "$R status -o json | tr -d ' \\t\\n'", "\"chat_page\":{\"answers\":false,");
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    sim_run_stop(sim);
}

static void a_page_that_is_deleted_is_shown_no_more(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    page_deploy(sim, "$R deploy -f $PAGE " SURE);
    status_says(sim, "$R status", "\nChat page: 2/2 pods ready, answers\n");
    struct run r = shell_run(sim, "$R cleanup --yes --context raydeck-sim -n mistral -s mistral >&2; $R status");
    if (!strstr(r.err, "service/mistral-chat deleted") || strstr(r.out, "Chat page"))
        fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_page_answers_until_its_pods_are_gone),
                                       cmocka_unit_test(a_page_that_is_deleted_is_shown_no_more)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
