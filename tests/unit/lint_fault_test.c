/* lint_fault_test.c - L4 to L14 and L28: each has an edit of a clean manifest that trips it, and one that does not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPTIONS                                                                                                        \
    "    gcsFaultToleranceOptions:\n      redisAddress: rediss://redis.example:6379\n"                                 \
    "      redisPassword: {valueFrom: {secretKeyRef: {name: r, key: p}}}\n"
#define HEAD_PARAMS "      rayStartParams: {num-cpus: \"0\"}\n"
#define HEAD_ENV "            - {name: RAY_grpc_client_keepalive_time_ms, value: \"2000\"}\n"
#define WORKER_ENV "            - {name: RAY_grpc_client_keepalive_time_ms, value: \"2001\"}\n"
#define REDIS_ENV "            - {name: RAY_REDIS_ADDRESS, value: rediss://redis.example:6379}\n"

static void the_clean_manifest_is_clean(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {{NULL, NULL, "", NULL, 0}};
    lint_cases(cases, ARRAY_LEN(cases));
}

static void what_kuberay_refuses_is_found(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"    headGroupSpec:\n", "    headGroupSpec:\n      headService: {metadata: {name: demo}}\n", "L4",
         "headService.metadata.name is set; KubeRay 1.3 and later refuse it", 27},
        {"    headGroupSpec:\n", "    headGroupSpec:\n      headService: {metadata: {labels: {a: b}}}\n", "", NULL, 0},
        {"  annotations: {}\n", "  annotations: {ray.io/ft-enabled: \"true\"}\n", "L6",
         "ray.io/ft-enabled is set together with gcsFaultToleranceOptions", 6},
        {"  annotations: {}\n", "  annotations: {ray.io/ft-enabled: \"false\"}\n", "L6", NULL, 6},
        {"  annotations: {}\n", "  annotations: {ray.io/initializing-timeout: 5m}\n", "", NULL, 0},
        {HEAD_ENV, HEAD_ENV REDIS_ENV, "L7", "RAY_REDIS_ADDRESS is in the head's env beside gcsFaultToleranceOptions",
         35},
        {HEAD_ENV, HEAD_ENV "            - {name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: r, key: p}}}\n",
         "L7", NULL, 35},
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", redis-password: $(P)}\n", "L7", NULL, 27},
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", redis-password: \"\", redis-username: \"\"}\n", "", NULL,
         0}, /* an empty value is none */
        {"    headGroupSpec:\n", "    headGroupSpec:\n      headService: {metadata: {name: \"\"}}\n", "", NULL, 0},
        {"  annotations: {}\n", "  annotations: {ray.io/external-storage-namespace: \"\"}\n", "", NULL, 0},
        {"  annotations: {}\n", "  annotations: {ray.io/external-storage-namespace: x}\n", "L7 L11", NULL, 6},
        {WORKER_ENV, WORKER_ENV REDIS_ENV, "", NULL, 0}, /* the head's is what counts */
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", redis-username: u}\n", "L8",
         "redis-username is in the head's rayStartParams", 27},
        {HEAD_ENV, HEAD_ENV "            - {name: REDIS_USERNAME, value: u}\n", "L8",
         "REDIS_USERNAME is in the head's env", 35},
        {"      redisAddress:", "      redisUsername: {value: u}\n      redisAddress:", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void fault_tolerance_turned_on_is_told_from_off(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {OPTIONS, "", "L9", "GCS fault tolerance is not turned on", 20},
        {"gcsFaultToleranceOptions:", "notTheseOptions:", "K3 L9", NULL, 20},
        {"      redisAddress: rediss://redis.example:6379\n", "", "L9",
         "fault tolerance is turned on, but no Redis address is given", 23},
        {"      redisAddress: rediss://redis.example:6379\n", "      backend: rocksdb\n", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

/* Two edits: without the options, and the head's environment. */
static void found_without_options(const char *annotations, const char *env, const char *expected)
{
    char *text = lint_edited(OPTIONS, ""), *at = strstr(text, HEAD_ENV);
    char *more = mem_printf("%.*s%s%s", (int)(at - text), text, env, at);
    at = strstr(more, "  annotations: {}\n");
    char *all = mem_printf("%.*s%s%s", (int)(at - more), more, annotations, at + strlen("  annotations: {}\n"));
    struct findings f = lint_run(all, NULL);
    char *words = lint_words(&f);
    assert_string_equal(words, expected);
    free(words);
    findings_done(&f);
    free(all);
    free(more);
    free(text);
}

static void the_annotation_style_is_known(void **state)
{
    (void)state;
    static const char on[] = "  annotations: {ray.io/ft-enabled: \"true\"}\n", off[] = "  annotations: {}\n";
    static const char password[] =
        REDIS_ENV "            - {name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: r, key: p}}}\n";
    found_without_options(on, password, "L10");
    found_without_options(off, password, "L5 L9");
    found_without_options("  annotations: {ray.io/ft-enabled: \"false\"}\n", password, "L5 L9");
    found_without_options("  annotations: {ray.io/ft-enabled: \"true\", ray.io/external-storage-namespace: x}\n",
                          password, "L10 L11");
    found_without_options(on, REDIS_ENV, "L10 L25");
    found_without_options(off, "", "L9");
    found_without_options(on, "", "L9 L10");
    found_without_options(
        on, "            - {name: RAY_REDIS_ADDRESS, valueFrom: {configMapKeyRef: {name: c, key: k}}}\n", "L10 L25?");
}

static void state_and_patience_are_looked_at(void **state)
{
    (void)state;
#define PATIENCE(value) WORKER_ENV "            - {name: RAY_gcs_rpc_server_reconnect_timeout_s, " value "}\n"
    static const struct lint_case cases[] = {
        {"      redisAddress:", "      externalStorageNamespace: mine\n      redisAddress:", "L11",
         "the external storage namespace is fixed", 24},
        {HEAD_ENV, HEAD_ENV "            - {name: RAY_external_storage_namespace, value: x}\n", "L11", NULL, 35},
        {WORKER_ENV, PATIENCE("value: \"60\""), "L12",
         "group inf2 waits 60 s for a new head, less than 180 s: a restart and a GCS that is ready have taken 80 s",
         49},
        {WORKER_ENV, PATIENCE("value: \"90\""), "L12", NULL, 49},
        {WORKER_ENV, PATIENCE("value: \"180\""), "", NULL, 0},
        {WORKER_ENV, PATIENCE("value: \"600\""), "", NULL, 0},
        {WORKER_ENV, PATIENCE("valueFrom: {configMapKeyRef: {name: c, key: k}}"), "L12?", NULL, 49},
        {HEAD_ENV, HEAD_ENV "            - {name: RAY_gcs_rpc_server_reconnect_timeout_s, value: \"5\"}\n", "", NULL,
         0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void names_bounds_and_restarts_are_looked_at(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"  name: demo\n", "  name: a23456789-123456789-123456789-123456789-12345678\n", "L13",
         "the name has 48 characters; KubeRay takes 47", 4},
        {"  name: demo\n", "  name: a23456789-123456789-123456789-123456789-1234567\n", "", NULL, 0},
        {"  name: demo\n", "  name: Demo\n", "L13",
         "the name is not a DNS label (RFC 1035): a-z first, then a-z, 0-9 and -", 4},
        {"  name: demo\n", "  name: 1demo\n", "L13", NULL, 4},
        {"  name: demo\n", "  name: demo-\n", "L13", NULL, 4},
        {"  name: demo\n", "  name: demo.x\n", "L13", NULL, 4},
        {"      maxReplicas: 4\n", "      maxReplicas: 1\n", "L13 L24 L38", NULL, 0},
        {"      maxReplicas: 4\n", "      maxReplicas: 2\n", "", NULL, 0},
        {"        spec:\n", "        spec:\n          restartPolicy: Always\n", "L14",
         "head: restartPolicy Always, and the autoscaler is on", 30},
        {"        spec:\n", "        spec:\n          restartPolicy: Never\n", "", NULL, 0},
    };
    static const struct lint_case clamped[] = {
        {"      maxReplicas: 4\n", "      maxReplicas: 1\n", "L24 L38", NULL, 0},
    };
    lint_cases_for(5, clamped, ARRAY_LEN(clamped));
    lint_cases(cases, ARRAY_LEN(cases));
}

static void the_keepalive_is_looked_for_on_head_and_workers(void **state)
{
    (void)state;
#define KEEPALIVE(value) "            - {name: RAY_grpc_client_keepalive_time_ms, " value "}\n"
    static const struct lint_case cases[] = {
        {HEAD_ENV, "", "L28", "head: RAY_grpc_client_keepalive_time_ms is not set", 33},
        {WORKER_ENV, "", "L28", "inf2: RAY_grpc_client_keepalive_time_ms is not set", 47},
        {"            - {name: RAY_grpc_client_keepalive_timeout_ms, value: \"3001\"}\n", "", "L28",
         "inf2: RAY_grpc_client_keepalive_timeout_ms is not set", 47},
        {WORKER_ENV, KEEPALIVE("value: \"0\""), "L28",
         "inf2: RAY_grpc_client_keepalive_time_ms is 0; more than 0 and up to 10000 notices a silent head in time", 48},
        {WORKER_ENV, KEEPALIVE("value: \"600000\""), "L28", NULL, 48},
        {WORKER_ENV, KEEPALIVE("value: \"10000\""), "", NULL, 0},
        {WORKER_ENV, KEEPALIVE("valueFrom: {configMapKeyRef: {name: c, key: k}}"), "L28?",
         "inf2: RAY_grpc_client_keepalive_time_ms has a value that the file does not show", 48},
        {"            env:\n" HEAD_ENV, "            envFrom: [{configMapRef: {name: c}}]\n            env:\n", "L28?",
         "head: RAY_grpc_client_keepalive_time_ms is not in env; envFrom may or may not have it", 34},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

/* headService.metadata.name is refused of a RayService only; a RayCronJob's job is a RayJob without annotations. */
static void clusters_and_jobs_are_known_too(void **state)
{
    (void)state;
#define OF(kind, name, spec)                                                                                           \
    "{apiVersion: ray.io/v1, kind: " kind ", metadata: {name: " name                                                   \
    ", annotations: {ray.io/ft-enabled: \"false\"}}, "                                                                 \
    "spec: {" spec "}}\n"
#define GROUP(params) "headGroupSpec: {" params "template: {spec: {containers: [{name: h, image: i}]}}}"
#define USER "rayStartParams: {redis-username: u}, "
#define NAME_53 "a1234567890123456789012345678901234567890123456789012"
    static const struct {
        const char *text, *words;
    } cases[] = {
        {OF("RayCluster", "c", GROUP("headService: {metadata: {name: x}}, ")), "L22"},
        {OF("RayCluster", "c", "gcsFaultToleranceOptions: {redisAddress: 'rediss://r.example:1'}, " GROUP("")),
         "L6 L28 L22 L25"},
        /* Its workers end with the head, whatever the keepalive. */
        {OF("RayJob", "c",
            "rayClusterSpec: {gcsFaultToleranceOptions: {redisAddress: 'rediss://r.example:1'}, " GROUP("") "}"),
         "L6 L25"},
        {OF("RayJob", "c", "rayClusterSpec: {" GROUP("headService: {metadata: {name: x}}, ") "}"), ""},
        {OF("RayJob", NAME_53, "rayClusterSpec: {" GROUP("") "}"), "L13"},
        {OF("RayCluster", NAME_53, GROUP("")), "L22"},
        {OF("RayCluster", NAME_53 "4", GROUP("")), "L13 L22"},
        {OF("RayJob", "c", "rayClusterSpec: {" GROUP(USER) "}"), "L8"},
        {OF("RayCronJob", "C", "schedule: '@daily', jobTemplate: {rayClusterSpec: {" GROUP(USER) "}}"), "L8"},
        {"apiVersion: other.io/v1\nkind: RayService\nmetadata: {name: C}\n", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct findings f = lint_run(cases[i].text, NULL);
        char *words = lint_words(&f);
        assert_string_equal(words, cases[i].words);
        free(words);
        findings_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clean_manifest_is_clean),
        cmocka_unit_test(what_kuberay_refuses_is_found),
        cmocka_unit_test(fault_tolerance_turned_on_is_told_from_off),
        cmocka_unit_test(the_annotation_style_is_known),
        cmocka_unit_test(state_and_patience_are_looked_at),
        cmocka_unit_test(names_bounds_and_restarts_are_looked_at),
        cmocka_unit_test(the_keepalive_is_looked_for_on_head_and_workers),
        cmocka_unit_test(clusters_and_jobs_are_known_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
