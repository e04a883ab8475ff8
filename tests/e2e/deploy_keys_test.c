/*
 * deploy_keys_test.c - keys alone: from an empty cluster to a service that answers, the head killed, a prompt answered
 * while it is gone, and back to nothing. And what hides, says no, and shows itself again.
 */
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
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

enum { ENV_LINES = 16 };

static void env_of(const struct sim_run *sim, char **text, const char *lines[ENV_LINES + 1])
{
    char path[512];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/env", sim_run_folder(sim));
    *text = fixture_read(path, NULL);
    for (char *line = *text; line && *line && count < ENV_LINES;) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        if (strchr(line, '=')) lines[count++] = line;
        line = end ? end + 1 : NULL;
    }
    lines[count] = NULL;
}

static void deploy_and_clean_up(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", "--speed", "20", NULL});
    const char *lines[ENV_LINES + 1];
    char *text;
    env_of(sim, &text, lines);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = lines, .rows = 40, .cols = 120});
    pty_see(p, "ANSWERING");
    pty_send(p, "x");
    pty_see(p, "d deploy");
    pty_send(p, "d");
    pty_see(p, "Enter confirms"); /* the difference is shown before the question */
    pty_see(p, "rayservice.ray.io/mistral: new");
    pty_send(p, "\r");
    pty_see(p, "Apply this\\?");
    pty_see(p, "y yes");
    pty_see(p, "The same: +raydeck --context raydeck-sim -n mistral -s mistral deploy");
    pty_send(p, "\033"); /* back to the steps; it waits */
    pty_see(p, "Enter confirms");
    pty_send(p, "\r");
    pty_see(p, "Apply this\\?");
    pty_see(p, "y yes");
    pty_send(p, "y");
    pty_see(p, "rayservice.ray.io/mistral serverside-applied");
    /* Hidden, it goes on; the same key shows it again. */
    pty_send(p, "\033");
    pty_wait_gone(p, "serverside-applied", DEADLINE_MS);
    pty_send(p, "xd");
    pty_see(p, "^.*deployed");
    pty_send(p, "\033");
    pty_see(p, "ANSWERING +YES");
    pty_send(p, "xc");
    pty_see(p, "Enter confirms");
    pty_send(p, "\r");
    pty_see(p, "rayservice.ray.io/mistral +uid [0-9a-f]{8}-");
    pty_see(p, "Delete all of this\\?");
    pty_see(p, "y yes, do it");
    pty_send(p, "n");
    pty_see(p, "not confirmed: nothing was deleted");
    pty_send(p, "q");
    pty_wait_gone(p, "nothing was deleted", DEADLINE_MS);
    pty_send(p, "xc");
    pty_see(p, "Enter confirms");
    pty_send(p, "\r");
    pty_see(p, "Delete all of this\\?");
    pty_see(p, "y yes, do it");
    pty_send(p, "y");
    pty_see(p, "cleaned up");
    size_t len;
    assert_null(strstr(pty_raw(p, &len), "hf_simulated"));
    pty_send(p, "q");
    pty_wait_gone(p, "cleaned up", DEADLINE_MS);
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
    free(text);
    sim_run_stop(sim);
}

static void send_and_see(struct pty *p, const char *keys, const char *regex)
{
    pty_send(p, keys);
    pty_see(p, regex);
}

/* The whole life of a service, in the demo, at no more than twice its pace: the outage must be long enough to ask in.
 */
static void from_nothing_through_a_kill_to_nothing(void **state)
{
    (void)state;
    char *tmp = run_folder(), *tmp_env = mem_printf("TMPDIR=%s", tmp);
    const char *const argv[] = {run_raydeck(), "demo", "--empty", "--speed", "2", NULL}, *const env[] = {tmp_env, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    pty_see(p, "no RayService and no Ray pods here");
    send_and_see(p, "xd", "Enter confirms");
    send_and_see(p, "\r", "y yes");
    send_and_see(p, "y", "^.*deployed");
    send_and_see(p, "\033", "ANSWERING +YES");
    send_and_see(p, "p", "Ask the model|API server proxy");
    send_and_see(p, "hello\r", "answered in [0-9.]+ s");
    send_and_see(p, "xk", "yes, do it");
    send_and_see(p, "y", "HEAD DOWN");
    pty_send(p, "p");
    pty_see(p, "API server proxy");
    pty_send(p, "still there?\r");
    pty_see(p, "^ *ok +\\+[0-9.]+s"); /* the prompt, by the time since the delete */
    pty_see(p, "WORKER PODS +2/2 +same UIDs, 0 restarts|2/2 same UIDs, 0 restarts");
    pty_see(p, "worker pods 2/2 same UIDs, 0 restarts · ([0-9]+)/\\1 requests, 0 failed");
    send_and_see(p, "xc", "Enter confirms");
    send_and_see(p, "\r", "y yes, do it");
    send_and_see(p, "y", "cleaned up");
    pty_send(p, "q");
    assert_true(pty_wait_gone(p, "cleaned up", DEADLINE_MS));
    pty_see(p, "LOSE THE HEAD\\? +– +unknown: no RayService in focus");
    assert_true(pty_wait_gone(p, "^[ +][> ](head|worker) ", DEADLINE_MS)); /* what is still shown is marked as gone */
    assert_true(pty_wait_gone(p, "LOST", DEADLINE_MS));                    /* and nothing was lost: it was to go */
    /* Once more in the same console: a RayService of that name with another UID has a recovery of its own. */
    send_and_see(p, "xd", "Enter confirms");
    send_and_see(p, "\r", "y yes");
    send_and_see(p, "y", "^.*deployed");
    send_and_see(p, "\033", "ANSWERING +YES");
    pty_see(p, "checkpoints +[0-9]/[0-9]");
    send_and_see(p, "xk", "yes, do it");
    send_and_see(p, "y", "HEAD DOWN");
    pty_see(p, "✔ Serve RUNNING +Serve API: 2 deployments");
    pty_see(p, "watched: head down [0-9.]+ ?s · worker pods 2/2 same UIDs, 0 restarts");
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    assert_int_equal(run_entries(tmp), 0);
    run_remove(tmp);
    free(tmp_env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(deploy_and_clean_up),
                                       cmocka_unit_test(from_nothing_through_a_kill_to_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
