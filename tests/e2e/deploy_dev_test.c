/* deploy_dev_test.c - `raydeck deploy --cpu --redis-from dev --with ui,network-policy`: all of it by one command, again
 * with the same password, and away by `raydeck cleanup`; against the simulated cluster. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARGS = 32 };
#define SURE "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral", "--yes"
#define ALL "--cpu", "--redis-from", "dev", "--with", "ui,network-policy"

static struct run run_command(const struct sim_run *sim, const char *const *args)
{
    static const char *const env[] = {NULL};
    const char *argv[ARGS] = {run_raydeck(), "--config", sim_run_config(sim)};
    for (size_t i = 0; args[i]; i++) argv[3 + i] = args[i];
    return run_program(argv, env, NULL, DEADLINE_MS);
}
#define RAYDECK(...) run_command(sim, (const char *const[]){__VA_ARGS__, NULL})

#define SAYS(r, text)                                                                                                  \
    do {                                                                                                               \
        if (!strstr((r).out, text) && !strstr((r).err, text))                                                          \
            fail_msg("not said: %s\nbut (%d): %s%s", text, (r).status, (r).out, (r).err);                              \
    } while (0)

static void in_order(const struct run *r, const char *first, const char *then)
{
    const char *a = strstr(r->out, first), *b = a ? strstr(a, then) : NULL;
    if (!b) fail_msg("not in order: %s, then %s\nbut: %s%s", first, then, r->out, r->err);
}

static void all_of_it_comes_and_goes(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", NULL});
    struct run r = RAYDECK("deploy", ALL, SURE, "--timeout", "3");
    SAYS(r, "secret/gcs-redis-dev: new, with a generated password\n");
    SAYS(r, "L39 gcs-redis-dev is not for production");
    in_order(&r, "secret/gcs-redis-dev serverside-applied\n", "statefulset.apps/gcs-redis-dev serverside-applied\n");
    in_order(&r, "statefulset.apps/gcs-redis-dev is ready\n", "rayservice.ray.io/mistral serverside-applied\n");
    SAYS(r, "networkpolicy.networking.k8s.io/ray-cluster serverside-applied\n");
    SAYS(r, "deployment.apps/mistral-chat serverside-applied\n");
    run_done(&r);
    r = RAYDECK("deploy", ALL, "--dry-run", "-n", "mistral");
    SAYS(r, "secret/gcs-redis-dev exists: its password is used\n");
    SAYS(r, "secret/gcs-redis: unchanged\n");
    SAYS(r, "statefulset.apps/gcs-redis-dev: unchanged\n");
    run_done(&r);
    r = RAYDECK("cleanup", SURE);
    in_order(&r, "deployment.apps/mistral-chat deleted\n", "rayservice.ray.io/mistral deleted;");
    in_order(&r, "rayservice.ray.io/mistral and its RayCluster are gone\n", "statefulset.apps/gcs-redis-dev deleted\n");
    in_order(&r, "service/gcs-redis-dev deleted\n", "secret/gcs-redis-dev deleted\n");
    SAYS(r, "cleaned up");
    assert_int_equal(r.status, 0);
    run_done(&r);
    sim_run_stop(sim);
}

static void words_that_it_does_not_know_are_refused(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", NULL});
    struct run r = RAYDECK("deploy", "--with", "ui,redes");
    assert_int_equal(r.status, 2);
    SAYS(r, "--with: expected a list, separated by commas, of: redis, ui, network-policy");
    run_done(&r);
    r = RAYDECK("deploy", "--with", "redis", "--redis-from", "elasticache");
    assert_int_equal(r.status, 2);
    SAYS(r, "--with redis and --redis-from elasticache: one Redis is needed");
    run_done(&r);
    r = RAYDECK("deploy", "--cpu", "--with", "redis", "--var", "REDIS_PASSWORD=hunter2", "--dry-run");
    assert_int_not_equal(r.status, 0);
    SAYS(r, "--var REDIS_PASSWORD: the Redis for development has an endpoint and password of its own");
    run_done(&r);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_of_it_comes_and_goes),
                                       cmocka_unit_test(words_that_it_does_not_know_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
