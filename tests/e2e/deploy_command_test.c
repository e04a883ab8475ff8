/* deploy_command_test.c - from an empty cluster to a service that answers, and back to nothing, with the program
 * itself. */
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
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

enum { ENV_LINES = 16 };

#define TOKEN "hf_abcdefghijklmnopqrstuvwxyz"

/* What the simulator says a deployment onto it needs, and a token of ours. */
struct env {
    char *text, *lines[ENV_LINES + 2];
    char *password; /* the value of REDIS_PASSWORD; "" none */
};

static struct env env_of(const struct sim_run *sim)
{
    struct env e = {.password = ""};
    char path[512];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/env", sim_run_folder(sim));
    e.text = fixture_read(path, NULL);
    for (char *line = e.text; line && *line && count < ENV_LINES;) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        if (strncmp(line, "export ", 7) == 0) line += 7;
        if (strchr(line, '=') && *line != '#') e.lines[count++] = line;
        if (strncmp(line, "REDIS_PASSWORD=", 15) == 0) e.password = line + 15;
        line = end ? end + 1 : NULL;
    }
    e.lines[count] = "HUGGING_FACE_HUB_TOKEN=" TOKEN;
    return e;
}

static struct run run_command(struct sim_run *sim, const struct env *e, const char *const *args)
{
    const char *argv[32] = {run_raydeck(), "--config", sim_run_config(sim)};
    for (size_t i = 0; args[i]; i++) argv[3 + i] = args[i];
    return run_program(argv, (const char *const *)e->lines, NULL, DEADLINE_MS);
}
#define RAYDECK(...) run_command(sim, &env, (const char *const[]){__VA_ARGS__, NULL})
#define SURE "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral", "--yes"

#define SAYS(r, text)                                                                                                  \
    do {                                                                                                               \
        if (!strstr((r).out, text) && !strstr((r).err, text))                                                          \
            fail_msg("not said: %s\nbut (%d): %s%s", text, (r).status, (r).out, (r).err);                              \
    } while (0)

static void no_secret(const struct run *r, const struct env *e)
{
    assert_null(strstr(r->out, TOKEN));
    assert_null(strstr(r->err, TOKEN));
    if (!*e->password) return;
    assert_null(strstr(r->out, e->password));
    assert_null(strstr(r->err, e->password));
}

static void from_nothing_to_an_answer_and_back(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", "--speed", "20", NULL});
    struct env env = env_of(sim);
    struct run r = RAYDECK("deploy", "--dry-run");
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS(r, "dry run: nothing was applied");
    no_secret(&r, &env);
    run_done(&r);

    r = RAYDECK("cleanup", SURE);
    assert_int_equal(r.status, 0);
    SAYS(r, "nothing to clean up");
    run_done(&r);

    r = RAYDECK("deploy", SURE);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS(r, "namespace/mistral serverside-applied\n");
    SAYS(r, "rayservice.ray.io/mistral serverside-applied\n");
    SAYS(r, "raydeck: deployed\n");
    no_secret(&r, &env);
    run_done(&r);

    r = RAYDECK("ask", "what is the GCS?");
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);

    /* Again is safe, and says that nothing changes. */
    r = RAYDECK("deploy", SURE);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS(r, "rayservice.ray.io/mistral: unchanged\n");
    no_secret(&r, &env);
    run_done(&r);

    r = RAYDECK("cleanup", SURE);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS(r, "rayservice.ray.io/mistral and its RayCluster are gone\n");
    SAYS(r, "namespace/mistral is gone\n");
    no_secret(&r, &env);
    run_done(&r);

    r = RAYDECK("cleanup", SURE);
    assert_int_equal(r.status, 0);
    SAYS(r, "nothing to clean up");
    run_done(&r);
    free(env.text);
    sim_run_stop(sim);
}

/* Serve cannot build the application: deploy, status and doctor print the error of its traceback. */
static void a_first_deployment_that_fails_is_told(void **state)
{
    (void)state;
    static const char error[] = "DEPLOY_FAILED: ValueError: Deployment 'echo' does not exist";
    struct sim_run *sim =
        sim_run_start((const char *const[]){"--empty", "--speed", "20", "--fault", "deploy-failed", NULL});
    struct env env = env_of(sim);
    struct run r = RAYDECK("deploy", SURE, "--timeout", "15");
    assert_int_equal(r.status, 1);
    SAYS(r, "Serve: mistral-deployment is DEPLOY_FAILED: ValueError: Deployment 'echo' does not exist");
    run_done(&r);
    r = RAYDECK("status");
    SAYS(r, "ANSWERING        NO    mistral-deployment DEPLOY_FAILED: ValueError");
    SAYS(r, error);
    run_done(&r);
    r = RAYDECK("doctor");
    SAYS(r, "  D19  ");
    SAYS(r, error);
    run_done(&r);
    free(sim_run_say(sim, "clear")); /* corrected */
    r = RAYDECK("deploy", SURE);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    SAYS(r, "raydeck: deployed\n");
    run_done(&r);
    free(env.text);
    sim_run_stop(sim);
}

static void guards_refuse(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", NULL});
    struct env env = env_of(sim);
    struct run r = RAYDECK("deploy", "--yes");
    assert_int_equal(r.status, 4);
    SAYS(r, "--yes needs --context, --namespace and --service");
    run_done(&r);
    r = RAYDECK("cleanup", "--yes", "-n", "mistral");
    assert_int_equal(r.status, 4);
    run_done(&r);
    r = RAYDECK("deploy");
    assert_int_equal(r.status, 4);
    SAYS(r, "nothing was applied");
    run_done(&r);
    r = RAYDECK("deploy", "--read-only", SURE);
    assert_int_equal(r.status, 4);
    assert_null(strstr(r.out, "serverside-applied"));
    run_done(&r);
    r = RAYDECK("deploy", "--context", "raydeck-sim", "-n", "mistral", "-s", "other", "--yes");
    assert_int_equal(r.status, 4);
    SAYS(r, "--service is other, but the manifest's RayService is mistral: nothing was applied");
    run_done(&r);
    free(env.text);
    sim_run_stop(sim);
}

static void the_blueprint_is_refused_before_anything_is_applied(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", NULL});
    struct env env = env_of(sim);
    struct run r = RAYDECK("deploy", "--dry-run", "-f", "tests/fixtures/manifests/blueprint-ft.yaml");
    assert_int_equal(r.status, 1);
    SAYS(r, "error L4 ");
    SAYS(r, "nothing was applied");
    no_secret(&r, &env);
    run_done(&r);
    r = RAYDECK("deploy", "-f", "tests/fixtures/no-such-file.yaml");
    assert_int_equal(r.status, 2);
    run_done(&r);
    free(env.text);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_nothing_to_an_answer_and_back),
        cmocka_unit_test(a_first_deployment_that_fails_is_told),
        cmocka_unit_test(guards_refuse),
        cmocka_unit_test(the_blueprint_is_refused_before_anything_is_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
