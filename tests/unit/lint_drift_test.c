/* lint_drift_test.c - L20 to L25, L27 and L39: each has an edit of a clean manifest that trips it, and one that does
 * not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE "            image: example/ray:2.22.0-py310\n"
#define PASSWORD "      redisPassword: {valueFrom: {secretKeyRef: {name: r, key: p}}}\n"

static void what_versions_dropped_is_found(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"  serveConfigV2: |\n", "  serviceUnhealthySecondThreshold: 900\n  serveConfigV2: |\n", "L20",
         "serviceUnhealthySecondThreshold is deprecated", 9},
        {"  serveConfigV2: |\n", "  deploymentUnhealthySecondThreshold: 300\n  serveConfigV2: |\n", "L20", NULL, 9},
        {"        num_replicas: 2\n", "        num_replicas: 2\n        max_concurrent_queries: 100\n", "L21",
         "max_concurrent_queries was removed from newer versions of Ray", 15},
        {"        num_replicas: 2\n", "        num_replicas: 2\n        max_ongoing_requests: 100\n", "", NULL, 0},
        {"{min_replicas: 2,", "{target_num_ongoing_requests_per_replica: 1, min_replicas: 2,", "L21",
         "target_num_ongoing_requests_per_replica was removed from newer versions of Ray", 18},
        {"{min_replicas: 2,", "{target_ongoing_requests: 1, min_replicas: 2,", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void images_are_pinned_to_the_version(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {IMAGE, "            image: example/ray:2.23.0\n", "L22 L34",
         "head: the image is of Ray 2.23.0, rayVersion says 2.22.0", 32},
        {IMAGE, "            image: example/ray:latest\n            imagePullPolicy: IfNotPresent\n", "L22",
         "head: the image's tag is latest", 32},
        {IMAGE, "            image: registry:5000/ray\n            imagePullPolicy: IfNotPresent\n", "L22",
         "head: the image's tag is missing, which means latest", 32},
        {IMAGE, "            image: registry:5000/ray2.22.0:mine\n", "", NULL, 0},
        {IMAGE, "            image: registry:5000/ray2.21.0:mine\n", "L22 L34",
         "head: the image is of Ray 2.21.0, rayVersion says 2.22.0", 32},
        {IMAGE, "            image: example/vllm-openai:v0.6.3\n", "", NULL, 0}, /* not Ray's version */
        {IMAGE, "            image: example/neuron:cuda12.1.0-ray2.22.0\n", "", NULL, 0},
        {IMAGE, "            image: example/neuron:cuda12.1.0-ray2.23.0\n", "L22 L34",
         "head: the image is of Ray 2.23.0, rayVersion says 2.22.0", 32},
        {IMAGE, "            image: example/ray-llm:2.23.0-py311\n", "L22 L34", NULL, 32},
        {IMAGE, "            image: example/ray@sha256:0123\n", "", NULL, 0},
        {IMAGE, "            image: example/ray:nightly-py310\n", "L22", "head: the image's tag is nightly-py310", 32},
        {IMAGE, "            image: example/ray:latest-gpu\n", "L22", "head: the image's tag is latest-gpu", 32},
        {IMAGE, "            image: example/ray:latestish\n", "", NULL, 0},
        {IMAGE, "            image: example/ray:mine\n", "", NULL, 0}, /* names no version */
        {IMAGE, IMAGE "            imagePullPolicy: Always\n", "L22",
         "inf2 pulls its image IfNotPresent, the head Always", 46},
        {IMAGE, IMAGE "            imagePullPolicy: IfNotPresent\n", "", NULL, 0}, /* what the worker has unsaid */
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void schedulers_must_exist(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"        spec:\n", "        spec:\n          schedulerName: my-scheduler\n", "L23",
         "head: schedulerName my-scheduler must be there", 30},
        {"        spec:\n", "        spec:\n          schedulerName: default-scheduler\n", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void cores_are_counted(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"max_replicas: 4}", "max_replicas: 9}", "L24",
         "replicas may need 18 NeuronCores, all worker pods together have at most 16", 50},
        {"max_replicas: 4}", "max_replicas: 8}", "", NULL, 0},
        {"        max_replicas_per_node: 1\n        autoscaling_config: {min_replicas: 2, max_replicas: 4}",
         "        max_replicas_per_node: 3\n        autoscaling_config: {min_replicas: 9, max_replicas: 9}", "L24",
         "replicas need 18 NeuronCores, all worker pods together have at most 16", 50},
        {"        max_replicas_per_node: 1\n        autoscaling_config: {min_replicas: 2, max_replicas: 4}",
         "        max_replicas_per_node: 2\n        autoscaling_config: {min_replicas: 5, max_replicas: 5}", "", NULL,
         0}, /* a pod is added */
        {"      rayStartParams: {resources: '\"{\\\"neuron_cores\\\": 4}\"'}\n", "", "", NULL, 0},
        {"      rayStartParams: {resources: '\"{\\\"neuron_cores\\\": 4}\"'}\n",
         "      resources: {neuron_cores: \"1\"}\n", "L24", "a replica needs 2 NeuronCores, a worker pod has 1 at most",
         50}, /* what the group declares, by either field */
        {"      rayStartParams: {resources: '\"{\\\"neuron_cores\\\": 4}\"'}\n",
         "      resources: {neuron_cores: \"2\"}\n", "", NULL, 0},
        {"{aws.amazon.com/neuron: \"2\"}", "{aws.amazon.com/neuroncore: \"2\"}", "", NULL, 0},
        {"{aws.amazon.com/neuron: \"2\"}", "{aws.amazon.com/neuroncore: \"1\"}", "L24",
         "a replica needs 2 NeuronCores, a worker pod has 1 at most", 50},
        {"{neuron_cores: 2}", "{neuron_cores: 8}", "L24", "a replica needs 8 NeuronCores, a worker pod has 4 at most",
         50},
        {"{aws.amazon.com/neuron: \"2\"}", "{aws.amazon.com/neurondevice: \"2\"}", "", NULL, 0},
        {"            resources: {limits: {aws.amazon.com/neuron: \"2\"}}\n", "", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

#define DECLARED "      rayStartParams: {resources: '\"{\\\"neuron_cores\\\": 4}\"'}\n"

/* The worker group without declared cores, one replica of `cores` in a pod of two devices on such instances. */
static void found_on(const char *selector, unsigned cores, const char *words)
{
    static const char autoscaler[] = "    enableInTreeAutoscaling: true\n";
    char *text = lint_edited(DECLARED, ""), *at = strstr(text, autoscaler);
    memset(at, ' ', strlen(autoscaler) - 1);
    *strstr(text, "4}") = '2'; /* max_replicas */
    at = strstr(text, "neuron_cores: 2");
    char *big = mem_printf("%.*sneuron_cores: %u%s", (int)(at - text), text, cores, at + strlen("neuron_cores: 2"));
    at = strstr(big, "---\n"); /* the end of the worker's pod */
    char *all = mem_printf("%.*s%s%s", (int)(at - big), big, selector, at);
    struct findings f = lint_run(all, NULL);
    char *found = lint_words(&f);
    if (strcmp(found, words) != 0) fail_msg("%s, %u cores: \"%s\"", selector, cores, found);
    free(found);
    findings_done(&f);
    free(all);
    free(big);
    free(text);
}

#define ON(type) "          nodeSelector: {node.kubernetes.io/instance-type: " type "}\n"
#define AMONG(types)                                                                                                   \
    "          affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "         \
    "[{matchExpressions: [{key: node.kubernetes.io/instance-type, operator: In, values: [" types "]}]}]}}}\n"

static void a_device_has_cores_by_its_instance(void **state)
{
    (void)state;
    found_on(ON("inf2.24xlarge"), 4, "");
    found_on(ON("inf2.24xlarge"), 5, "L24");
    found_on(ON("trn1.32xlarge"), 5, "L24");
    found_on(ON("inf1.6xlarge"), 8, "");
    found_on(ON("inf1.6xlarge"), 9, "L24");
    found_on(ON("trn2.48xlarge"), 16, ""); /* without logical cores */
    found_on(ON("trn2.48xlarge"), 17, "L24");
    found_on("", 16, ""); /* it may be any */
    found_on("", 17, "L24");
    found_on(AMONG("inf2.8xlarge, trn2.48xlarge"), 16, "");
    found_on(AMONG("inf2.8xlarge, inf2.24xlarge"), 5, "L24");
    found_on("          nodeSelector: {pool: neuron-inf2}\n", 5, "L24");
    found_on("          nodeSelector: {pool: myinf2x}\n", 5, "");
}

/* Grown replicas need a pod that the autoscaler would not add: it is not told of cores. */
static void cores_the_autoscaler_does_not_see_are_found(void **state)
{
    (void)state;
    char *text = lint_edited("      rayStartParams: {resources: '\"{\\\"neuron_cores\\\": 4}\"'}\n", "");
    char *at = strstr(text, "max_replicas: 4}");
    at[strlen("max_replicas: ")] = '8';
    struct findings f = lint_run(text, NULL);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.items[0].rule->id, "L24");
    assert_string_equal(
        f.items[0].message,
        "aws.amazon.com/neuron 2 counts devices, 4 cores a pod on inf2: replicas may need 16, the minimum of "
        "pods has 8, and the autoscaler does not see neuron_cores");
    findings_done(&f);
    free(text);
}

static void redis_is_closed_to_others(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {PASSWORD, "      redisPassword: {value: hunter2}\n", "L25",
         "the manifest contains the Redis password in clear text", 25},
        {PASSWORD, "", "L25", "Redis without a password", 24},
        {"rediss://redis.example", "redis://redis.example", "L25", "Redis without TLS", 24},
        {"rediss://redis.example", "redis.example", "L25", "Redis without TLS", 24},
        {"rediss://redis.example", "rediss://user:hunter2@redis.example", "L25 L29",
         "the Redis address holds a user and password", 24},
        {"rediss://redis.example", "redis://gcs-redis-dev.mistral.svc", "L25 L39", NULL, 24},
        {"rediss://redis.example", "redis://gcs-redis-development", "L25", "Redis without TLS", 24},
        {"redisAddress: rediss://redis.example:6379\n" PASSWORD, "redisAddress: redis.example:6379\n", "L25",
         "Redis without a password and without TLS", 24},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

#define REDIS_SET(replicas)                                                                                            \
    "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: redis, namespace: prod}\nspec: {" replicas "}\n"

/* Of how many pods the Redis of the same file has. */
static void a_redis_of_one_pod_is_not_for_production(void **state)
{
    (void)state;
    static const struct {
        const char *set, *expected;
    } cases[] = {{REDIS_SET("replicas: 1"), "L25 L39"}, {REDIS_SET(""), "L25 L39"}, {REDIS_SET("replicas: 3"), "L25"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *one = lint_edited("rediss://redis.example", "redis://redis"),
             *text = mem_printf("%s%s", one, cases[i].set);
        struct findings f = lint_run(text, NULL);
        char *words = lint_words(&f);
        assert_string_equal(words, cases[i].expected);
        free(words);
        if (f.count > 1) assert_string_equal(f.items[1].message, "redis is not for production: one pod in the cluster");
        findings_done(&f);
        free(text);
        free(one);
    }
}

static void an_address_without_a_host_is_a_variable_that_was_empty(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"rediss://redis.example", "rediss://", "L1",
         "the Redis address has no host: a variable was empty when it was filled in", 24},
        {"rediss://redis.example", "rediss://null", "L1", NULL, 24},
        {"rediss://redis.example", "rediss://nullable.example", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void a_namespace_of_its_own_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {{"prod", "L27"}, {"elsewhere", ""}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text =
            mem_printf("%s---\n{apiVersion: v1, kind: Namespace, metadata: {name: %s}}\n", lint_clean, cases[i].name);
        struct findings f = lint_run(text, NULL);
        char *words = lint_words(&f);
        assert_string_equal(words, cases[i].words);
        if (f.count) assert_int_equal(f.items[0].where.document, 3);
        free(words);
        findings_done(&f);
        free(text);
    }
}

/* Without fault tolerance nothing to clean up. */
static void a_namespace_without_redis_is_let_be(void **state)
{
    (void)state;
    struct findings f = lint_run("{apiVersion: v1, kind: Namespace, metadata: {name: x}}\n---\n"
                                 "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: c, namespace: x}}\n",
                                 NULL);
    assert_int_equal(f.count, 0);
    findings_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_versions_dropped_is_found),
        cmocka_unit_test(images_are_pinned_to_the_version),
        cmocka_unit_test(schedulers_must_exist),
        cmocka_unit_test(cores_are_counted),
        cmocka_unit_test(a_device_has_cores_by_its_instance),
        cmocka_unit_test(cores_the_autoscaler_does_not_see_are_found),
        cmocka_unit_test(redis_is_closed_to_others),
        cmocka_unit_test(a_redis_of_one_pod_is_not_for_production),
        cmocka_unit_test(an_address_without_a_host_is_a_variable_that_was_empty),
        cmocka_unit_test(a_namespace_of_its_own_is_found),
        cmocka_unit_test(a_namespace_without_redis_is_let_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
