/* worker_console_test.c - `x r`: exactly the selected worker pod is deleted, after a confirmation, and what followed is
 * said. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pty *console_start(struct sim_run *sim)
{
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "--no-recorder", NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 160});
    pty_see(pty, "worker +mistral-.*-worker-hn9fs +1/1 +Running .* yes");
    pty_see(pty, "ARMED kube redis neuron serve");
    return pty;
}

static void a_deleted_worker_is_replaced_and_what_failed_is_said(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "10", NULL});
    struct pty *pty = console_start(sim);
    pty_send(pty, "1Gxr"); /* the last worker */
    pty_see(pty, "Delete a worker pod");
    pty_see(pty, "requests +by API server proxy: around this pod, 1 Serve endpoint");
    pty_see(pty, "deletes +mistral-.*-worker-hn9fs");
    pty_see(pty, "others +mistral-.*-worker-cxpv4");
    pty_see(pty, "yes, do it");
    pty_send(pty, "y");
    pty_see(pty, "new worker mistral-.*-worker-.* is Ready and serves after .*; failed since: 0 of 0 prompts, ");
    pty_see(pty, "worker +mistral-.*-worker-cxpv4 +1/1 +Running .* yes");
    pty_send(pty, "q");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 0);
    pty_stop(pty);
    sim_run_stop(sim);
}

static void nothing_but_a_worker_is_deleted_by_it(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct pty *pty = console_start(sim);
    pty_send(pty, "1gxr"); /* the head */
    pty_see(pty, "delete-worker: select a worker pod of this RayService");
    pty_stop(pty);
    sim_run_stop(sim);
}

/* A context for trying is armed, and a key would be enough; not for the pod that alone serves. */
static void the_last_that_serves_is_deleted_by_name_alone(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    struct pty *pty = console_start(sim);
    free(sim_run_say(sim, "devices 0")); /* no place for another one */
    pty_send(pty, "1Gxr");
    pty_see(pty, "yes, do it");
    pty_send(pty, "y");
    pty_see(pty, "new worker mistral-.* after .*, Pending");
    pty_see(pty, "worker +mistral-.*-worker-.* +0/1 +Pending");
    pty_send(pty, "1gjxr");
    pty_see(pty, "It is the ONLY pod that serves: requests FAIL");
    pty_see(pty, "type mistral and Enter");
    pty_send(pty, "y\r");
    pty_see(pty, "that does not match; nothing was done");
    pty_send(pty, "\x1b");
    assert_true(pty_wait_gone(pty, "Delete a worker pod", DEADLINE_MS));
    pty_see(pty, "worker +mistral-.*-worker-.* +1/1 +Running .* yes");
    pty_stop(pty);
    sim_run_stop(sim);
}

/* The first prompt goes to the first worker; its answer takes longer than that pod lives. */
static void a_prompt_in_flight_on_it_fails_and_is_counted(void **state)
{
    (void)state;
    struct sim_run *sim =
        sim_run_start((const char *const[]){"--speed", "10", "--fault", "serve-slow", "--seed", "1", NULL});
    struct pty *pty = console_start(sim);
    free(sim_run_say(sim, "openai off"));
    pty_send(pty, "pHello\r");
    pty_see(pty, "waiting \\(");
    pty_send(pty, "1Gxr");
    pty_see(pty, "in flight +1 prompt of raydeck's");
    pty_see(pty, "yes, do it");
    pty_send(pty, "y");
    pty_see(pty, "failed since: 1 of 1 prompt");
    pty_stop(pty);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deleted_worker_is_replaced_and_what_failed_is_said),
        cmocka_unit_test(a_prompt_in_flight_on_it_fails_and_is_counted),
        cmocka_unit_test(nothing_but_a_worker_is_deleted_by_it),
        cmocka_unit_test(the_last_that_serves_is_deleted_by_name_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
