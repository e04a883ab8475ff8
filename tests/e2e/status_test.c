/* status_test.c - the program without a terminal, against the simulator: status, ask, kill-head, info, exit codes. */
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of itself `status` waits ten seconds for what a busy machine may take longer for. */
static struct run run_command(struct sim_run *sim, const char *const *args)
{
    const char *argv[24] = {run_raydeck(), "--config", sim_run_config(sim)};
    size_t count = 3;
    for (size_t i = 0; args[i]; i++) argv[count++] = args[i];
    if (strcmp(args[0], "status") == 0 || strcmp(args[0], "info") == 0) {
        argv[count++] = "--timeout";
        argv[count++] = "60";
    }
    return run_program(argv, NULL, NULL, DEADLINE_MS);
}
#define RAYDECK(...) run_command(sim, (const char *const[]){__VA_ARGS__, NULL})

static cJSON *parsed_output(const struct run *r)
{
    cJSON *json = NULL;
    struct why why = {0};
    if (json_parse(r->out, strlen(r->out), &json, &why)) fail_msg("%s in: %.400s (%s)", why.text, r->out, r->err);
    return json;
}

static size_t array_length(const cJSON *root, const char *path)
{
    return (size_t)cJSON_GetArraySize(json_path(root, path));
}

/* The only item of an array whose member has that text. */
static const cJSON *item_having(const cJSON *array, const char *member, const char *text)
{
    const cJSON *found = NULL;
    JSON_EACH (item, array) {
        const char *value = json_str(item, member);
        if (!value || strcmp(value, text) != 0) continue;
        if (found) fail_msg("more than one has %s = %s", member, text);
        found = item;
    }
    return found;
}

static void one_look_shows_three_worlds(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = RAYDECK("status", "-o", "json");
    cJSON *json = parsed_output(&r);
    if (r.status != 0) fail_msg("status %d: %s%s", r.status, r.out, r.err);
    assert_true(json_u64(json, "version").value == 1);
    assert_int_equal(json_bool(json_get(json, "kubernetes"), "ok"), TRI_YES);
    assert_int_equal(json_bool(json_get(json, "redis"), "ok"), TRI_YES);
    assert_int_equal(json_bool(json_get(json, "neuron"), "ok"), TRI_YES);
    assert_int_equal(array_length(json, "kubernetes.pods"), 3);
    assert_non_null(item_having(json_path(json, "kubernetes.pods"), "role", "head"));
    assert_int_equal(array_length(json, "neuron.cores"), 24);
    const cJSON *actors = item_having(json_path(json, "redis.tables"), "table", "ACTOR");
    assert_non_null(actors);
    assert_true(json_u64(actors, "fields").value >= 6);
    assert_int_equal(array_length(json, "redis.actors"), json_u64(actors, "fields").value);
    assert_true(array_length(json, "redis.nodes") >= 3);
    assert_string_equal(json_str(json_get(json, "service"), "name"), "mistral");
    const cJSON *lines = json_get(json_get(json, "answers")->child, "lines");
    assert_int_equal(cJSON_GetArraySize(lines), 3);
    assert_string_equal(json_str(item_having(lines, "line", "service"), "answer"), "YES");
    assert_string_equal(json_str(item_having(lines, "line", "model"), "by"), "Serve API");
    /* Unknown is null: a server that has not told it has no replica count of 0. */
    assert_non_null(json_get(json_path(json, "kubernetes.pods")->child, "deleted"));
    assert_true(cJSON_IsNull(json_get(json_path(json, "kubernetes.pods")->child, "deleted")));
    assert_null(strchr(r.out, '\033'));
    cJSON_Delete(json);
    run_done(&r);
    r = RAYDECK("status");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "ANSWERING"));
    assert_non_null(strstr(r.out, "\n  service        YES   ok · 2 endpoints, not head · "));
    assert_non_null(strstr(r.out, "s ago by API server proxy\n"));
    assert_non_null(strstr(r.out, "\n  proxies        YES   2 of 2 answer · "));
    assert_non_null(strstr(r.out, " replicas RUNNING, youngest "));
    assert_non_null(strstr(r.out, "LOSE THE HEAD?"));
    assert_null(strchr(r.out, '\033'));
    run_done(&r);
    sim_run_stop(sim);
}

/* A user who may read, and not use the API server's proxies, sees a healthy service: whether it answers is not known.
 */
static void a_user_who_may_only_read_is_told_no_answer(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    free(sim_run_say(sim, "deny * pods/proxy"));
    free(sim_run_say(sim, "deny * services/proxy"));
    struct run r = RAYDECK("status", "-o", "json");
    cJSON *json = parsed_output(&r);
    const cJSON *answering = json_get(json, "answers")->child, *lines = json_get(answering, "lines");
    const char *const unknown[] = {"service", "proxies"};
    assert_string_equal(json_str(answering, "answer"), "–");
    assert_string_equal(json_str(answering, "verdict"), "unknown");
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        const cJSON *line = item_having(lines, "line", unknown[i]);
        assert_string_equal(json_str(line, "answer"), "–");
        if (!strstr(json_str(line, "evidence"), "forbidden")) fail_msg("%s", json_str(line, "evidence"));
    }
    cJSON_Delete(json);
    run_done(&r);
    sim_run_stop(sim);
}

static void a_stopped_redis_is_said_and_the_others_are_shown(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    free(sim_run_say(sim, "fault redis-gone"));
    struct run r = RAYDECK("status", "-o", "json");
    cJSON *json = parsed_output(&r);
    assert_int_equal(r.status, 3);
    assert_int_equal(json_bool(json_get(json, "redis"), "ok"), TRI_NO);
    assert_non_null(json_str(json_get(json, "redis"), "error"));
    assert_int_equal(json_bool(json_get(json, "kubernetes"), "ok"), TRI_YES);
    assert_int_equal(array_length(json, "kubernetes.pods"), 3);
    assert_int_equal(array_length(json, "neuron.cores"), 24);
    cJSON_Delete(json);
    run_done(&r);
    sim_run_stop(sim);
}

/* A role that may not read nodes, nor the Secret of Redis' password. */
static void what_may_not_be_read_is_told_by_its_kind(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    free(sim_run_say(sim, "deny * nodes"));
    free(sim_run_say(sim, "deny get secrets"));
    struct run r = RAYDECK("status");
    assert_non_null(strstr(r.out, "\nKubernetes: live, "));
    assert_non_null(strstr(r.out, "nodes: not permitted"));
    assert_null(strstr(r.out, "Kubernetes: DENIED"));
    assert_non_null(strstr(r.out, "\nGCS in Redis: DENIED: not permitted to read secrets\n"));
    assert_int_equal(r.status, 3); /* Redis was not read */
    run_done(&r);
    r = RAYDECK("status", "-o", "json");
    cJSON *json = parsed_output(&r);
    assert_int_equal(json_bool(json_get(json, "kubernetes"), "ok"), TRI_YES);
    assert_non_null(strstr(json_str(json_get(json, "kubernetes"), "denied"), "nodes: not permitted"));
    cJSON_Delete(json);
    run_done(&r);
    r = RAYDECK("doctor");
    assert_non_null(strstr(r.out, "0 errors, "));
    assert_non_null(strstr(r.out, "where  kube/secrets\n"));
    run_done(&r);
    r = RAYDECK("info");
    assert_null(strstr(r.out, " known  "));
    assert_non_null(strstr(r.out, "redis password             not read"));
    run_done(&r);
    sim_run_stop(sim);
}

/* The pods' stage in the simulator's "state": " mistral-…-head-…=creating". */
static bool head_is_ready(struct sim_run *sim)
{
    char *said = sim_run_say(sim, "state"), *head = strstr(said, "-head-");
    const bool ready = head && strncmp(head + strcspn(head, "="), "=ready", 6) == 0;
    free(said);
    return ready;
}

/* Nobody watched it begin: it is printed all the same, and the exit status is 3. */
static void an_outage_is_said_and_exits_3(void **state)
{
    (void)state;
    static const char *const slow[] = {"--speed", "1", NULL};
    struct sim_run *sim = sim_run_start(slow);
    struct run r = RAYDECK("kill-head", "--yes", "--grace", "0", "--context", "raydeck-sim", "-n", "mistral", "-s",
                           "mistral", "--timeout", "1");
    assert_int_equal(r.status, 1); /* it did not recover within a second */
    run_done(&r);
    r = RAYDECK("status", "-o", "json");
    if (head_is_ready(sim)) fail_msg("the head was ready before it was looked at");
    cJSON *json = parsed_output(&r);
    const cJSON *answers = json_get(json, "answers"), *outage = json_get(json, "outage");
    assert_int_equal(r.status, 3);
    assert_non_null(item_having(answers, "question", "HEAD DOWN"));
    assert_string_equal(json_str(outage, "state"), "running");
    assert_int_equal(json_bool(outage, "found"), TRI_YES);
    cJSON_Delete(json);
    run_done(&r);
    sim_run_stop(sim);
}

/* Nobody listens there. */
static void without_an_api_server_nothing_is_known(void **state)
{
    (void)state;
    static const char config[] = "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
                                 "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\n"
                                 "users: [{name: u, user: {token: x}}]\n"
                                 "contexts: [{name: c, context: {cluster: c, user: u, namespace: mistral}}]\n";
    char *folder = run_folder(), *path = mem_printf("%s/kubeconfig", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(config, file);
    assert_int_equal(fclose(file), 0);
    const char *info[] = {run_raydeck(), "info", "--kubeconfig", path, NULL};
    const char *cleanup[] = {run_raydeck(), "cleanup", "--kubeconfig", path, NULL};
    struct run r = run_program(info, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 3);
    assert_non_null(strstr(r.out, "\nrayservice                 not known "));
    assert_null(strstr(r.out, "the only one"));
    run_done(&r);
    r = run_program(cleanup, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 3);
    assert_null(strstr(r.out, "raydeck's label"));
    assert_non_null(strstr(r.err, "could not be listed: "));
    run_done(&r);
    free(path);
    run_remove(folder);
}

static void a_prompt_is_answered_on_stdout_alone(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = RAYDECK("ask", "--prompt-kind", "infer", "what", "is", "the", "GCS?");
    if (r.status != 0) fail_msg("%d: %s", r.status, r.err);
    assert_true(strlen(r.out) > 10);
    assert_null(strstr(r.out, "[INST]"));
    assert_null(strstr(r.out, "raydeck:"));
    assert_non_null(strstr(r.err, ", by API server proxy, head up\n"));
    run_done(&r);
    r = RAYDECK("ask", "");
    assert_int_equal(r.status, 2);
    run_done(&r);
    sim_run_stop(sim);
}

/* A route that is named is one to a service that has to be found first. */
static void a_named_route_finds_the_service_as_none_does(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = RAYDECK("ask", "--prompt", "proxy", "what", "is", "the", "GCS?");
    if (r.status != 0) fail_msg("%d: %s", r.status, r.err);
    assert_non_null(strstr(r.err, " s, by API server proxy, head up"));
    run_done(&r);
    /* Found, and then not reached: the simulator has neither a cluster's DNS nor an ingress controller. */
    r = RAYDECK("ask", "--prompt", "service", "--timeout", "10", "what", "is", "the", "GCS?");
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "by service mistral-serve-svc, head up"));
    run_done(&r);
    r = RAYDECK("ask", "--prompt", "ingress", "what", "is", "the", "GCS?");
    assert_int_equal(r.status, 3);
    assert_string_equal(r.err, "raydeck: no ingress with an address leads to mistral-serve-svc\n");
    run_done(&r);
    sim_run_stop(sim);
}

static void a_model_that_streams_is_found_and_timed(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--openai", NULL});
    struct run r = RAYDECK("ask", "what", "is", "the", "GCS?");
    if (r.status != 0) fail_msg("%d: %s", r.status, r.err);
    assert_non_null(strstr(r.out, "The GCS keeps cluster metadata"));
    assert_non_null(strstr(r.err, "head up, time to first token "));
    assert_null(strstr(r.err, "n/a"));
    run_done(&r);
    sim_run_stop(sim);
}

static void the_head_is_killed_only_with_everything_spelled_out(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "1", NULL});
    struct run r = RAYDECK("kill-head", "--grace", "0");
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "not confirmed"));
    run_done(&r);
    r = RAYDECK("kill-head", "--yes");
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "--yes needs"));
    run_done(&r);
    r = RAYDECK("--read-only", "kill-head", "--yes", "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral");
    assert_int_equal(r.status, 4);
    run_done(&r);
    r = RAYDECK("kill-head", "--yes", "--grace", "0", "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral");
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    assert_non_null(strstr(r.out, "delete accepted"));
    assert_non_null(strstr(r.out, "GCS silent"));
    assert_non_null(strstr(r.out, "new head ALIVE, old DEAD"));
    assert_non_null(strstr(r.out, "head pod ready"));
    assert_non_null(strstr(r.err, "kubectl"));
    run_done(&r);
    sim_run_stop(sim);
}

static void info_says_what_was_found_and_no_secret(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = RAYDECK("info");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "raydeck-sim"));
    assert_non_null(strstr(r.out, "127.0.0.1"));
    run_done(&r);
    r = RAYDECK("info", "-o", "json");
    assert_int_equal(r.status, 0);
    cJSON_Delete(parsed_output(&r));
    run_done(&r);
    sim_run_stop(sim);
}

static void nothing_there_is_said_and_exits_3(void **state)
{
    (void)state;
    const char *const argv[] = {run_raydeck(), "--kubeconfig", "none",   "--redis",   "redis://127.0.0.1:1",
                                "--neuron",    "none",         "status", "--timeout", "5",
                                NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 3);
    assert_non_null(strstr(r.out, "GCS in Redis: DOWN"));
    run_done(&r);
    const char *const missing[] = {run_raydeck(), "--kubeconfig", "/nonexistent/kubeconfig", "status", NULL};
    r = run_program(missing, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "/nonexistent/kubeconfig"));
    run_done(&r);
}

/* --service with the name of a RayService that does not exist is a failure. */
static void a_service_that_is_missing_is_said_and_exits_3(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    struct run r = RAYDECK("status", "-n", "mistral", "-s", "nosuch");
    assert_int_equal(r.status, 3);
    assert_non_null(strstr(r.out, "there is no RayService nosuch in namespace mistral\n"));
    run_done(&r);
    r = RAYDECK("status", "-o", "yaml");
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "--output yaml: text, json"));
    run_done(&r);
    sim_run_stop(sim);
}

static void help_and_version_need_nothing(void **state)
{
    (void)state;
    const char *const help[] = {run_raydeck(), "--help", NULL}, *const version[] = {run_raydeck(), "--version", NULL},
                      *const wrong[] = {run_raydeck(), "--wrong", NULL};
    struct run r = run_program(help, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "kill-head"));
    assert_string_equal(r.err, "");
    run_done(&r);
    r = run_program(version, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_memory_equal(r.out, "raydeck ", 8);
    run_done(&r);
    r = run_program(wrong, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    run_done(&r);
}

/* Started by something that gave it no standard streams: the first sockets must not become them. Only a text that
 * cannot be printed is a failure. */
static void closed_standard_streams_are_a_failure_and_no_crash(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int status;
        bool printed;
    } closed[] = {{"exec \"$0\" --config \"$1\" status <&- 2>&-", 0, true},
                  {"exec \"$0\" --config \"$1\" status <&- >&- 2>&-", 1, false}};
    struct sim_run *sim = sim_run_start(NULL);
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        const char *argv[] = {"/bin/sh", "-c", closed[i].script, run_raydeck(), sim_run_config(sim), NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        assert_int_equal(r.status, closed[i].status);
        assert_int_equal(strstr(r.out, "mistral") != NULL, closed[i].printed);
        assert_string_equal(r.err, "");
        run_done(&r);
    }
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_that_is_missing_is_said_and_exits_3),
        cmocka_unit_test(help_and_version_need_nothing),
        cmocka_unit_test(one_look_shows_three_worlds),
        cmocka_unit_test(a_user_who_may_only_read_is_told_no_answer),
        cmocka_unit_test(a_stopped_redis_is_said_and_the_others_are_shown),
        cmocka_unit_test(what_may_not_be_read_is_told_by_its_kind),
        cmocka_unit_test(an_outage_is_said_and_exits_3),
        cmocka_unit_test(without_an_api_server_nothing_is_known),
        cmocka_unit_test(a_prompt_is_answered_on_stdout_alone),
        cmocka_unit_test(a_named_route_finds_the_service_as_none_does),
        cmocka_unit_test(a_model_that_streams_is_found_and_timed),
        cmocka_unit_test(the_head_is_killed_only_with_everything_spelled_out),
        cmocka_unit_test(info_says_what_was_found_and_no_secret),
        cmocka_unit_test(nothing_there_is_said_and_exits_3),
        cmocka_unit_test(closed_standard_streams_are_a_failure_and_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
