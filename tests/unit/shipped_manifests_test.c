/* shipped_manifests_test.c - our own manifests with several sets of variables: what they become, and that lint is
 * clean. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/fixture.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GIVEN                                                                                                          \
    "HUGGING_FACE_HUB_TOKEN=hf_x", "EXT_REDIS_ENDPOINT=redis.example", "REDIS_PASSWORD=correct-horse",                 \
        "RAY_SERVE_IMAGE=example/ray:2.22.0"

/* What the guide deploys on: the defaults. */
static const char *const guide[] = {GIVEN, NULL};
/* The lab: one K8s node without Neuron devices, tainted, of two CPUs a pod. */
static const char *const lab[] = {GIVEN,
                                  "RAY_SERVE_NAMESPACE=lab",
                                  "RAY_SERVE_NAME=echo",
                                  "RAY_SERVE_IMAGE=docker.io/lab/ray:2.60.0",
                                  "RAY_VERSION=2.60.0",
                                  "RAY_SERVE_PULL_POLICY=Never",
                                  "RAY_SERVE_IMPORT_PATH=lab_app:entrypoint",
                                  "RAY_SERVE_DEPLOYMENT=mistral-7b",
                                  "RAY_SERVE_INGRESS_DEPLOYMENT=mistral-deployment",
                                  "RAY_HEAD_CPU=200m",
                                  "RAY_HEAD_MEMORY=1Gi",
                                  "RAY_HEAD_NODE_SELECTOR={lab/real: true}",
                                  "RAY_HEAD_TOLERATIONS=[{operator: Exists}]",
                                  "RAY_WORKER_COUNT=2",
                                  "RAY_WORKER_CPU=200m",
                                  "RAY_WORKER_MEMORY=1Gi",
                                  "RAY_WORKER_NEURON_DEVICES=0",
                                  "RAY_WORKER_NODE_SELECTOR={lab/real: true}",
                                  "RAY_WORKER_TOLERATIONS=[{operator: Exists}]",
                                  "RAY_WORKER_AFFINITY={}",
                                  "RAY_REPLICA_CPU=0.1",
                                  NULL};
static const char *const one_device[] = {GIVEN,
                                         "RAY_WORKER_COUNT=4",
                                         "RAY_WORKER_CPU=4",
                                         "RAY_WORKER_MEMORY=16Gi",
                                         "RAY_WORKER_NEURON_DEVICES=1",
                                         "RAY_REPLICA_CPU=2",
                                         "RAY_WORKER_NODE_SELECTOR={node.kubernetes.io/instance-type: inf2.xlarge}",
                                         "RAY_HEAD_NODE_SELECTOR={workload: rayhead}",
                                         "RAY_HEAD_TOLERATIONS=[{key: workload, value: rayhead, effect: NoSchedule}]",
                                         NULL};

static const char *const cpu[] = {GIVEN,
                                  "RAY_WORKER_NEURON_DEVICES=0",
                                  "RAY_WORKER_CPU=8",
                                  "RAY_WORKER_MEMORY=16Gi",
                                  "RAY_REPLICA_CPU=4",
                                  "RAY_WORKER_TOLERATIONS=[]",
                                  "RAY_SERVE_SCHEDULER=default-scheduler",
                                  NULL};

static const char *const files[] = {"deploy/assets/ft-options.yaml", "deploy/assets/ft-annotation.yaml"};
static const struct {
    const char *const *given;
    const char *words; /* what lint finds, beside the annotation style itself */
} sets[] = {{guide, ""},
            {cpu, ""},
            {one_device, ""},
            {lab, "L17?"} /* by its name, no deployment of that application takes the requests */};

static void lint_is_clean_whatever_is_set(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        char *text = fixture_read(files[f], NULL);
        for (size_t s = 0; s < ARRAY_LEN(sets); s++) {
            struct findings found = lint_run(text, sets[s].given);
            char *words = lint_words(&found);
            char *expected = mem_printf("%s%s%s", f ? "L10" : "", f && *sets[s].words ? " " : "", sets[s].words);
            if (strcmp(words, expected) != 0)
                fail_msg("%s, set %zu: %s: %s", files[f], s, words, found.count ? found.items[0].message : "");
            free(words);
            free(expected);
            findings_done(&found);
        }
        free(text);
    }
}

/* --cpu, with nothing given but what no default can be: the Redis and its password. */
static void lint_is_clean_on_cpu(void **state)
{
    (void)state;
    static const char file[] = "deploy/assets/serve/rayservice.yaml";
    static const char *const given[] = {"EXT_REDIS_ENDPOINT=redis.example", "REDIS_PASSWORD=correct-horse", NULL};
    struct variables v;
    struct why why = {0};
    struct findings found;
    char *text = fixture_read(file, NULL);
    variables_init(&v, NULL);
    v.cpu = true;
    for (size_t i = 0; given[i]; i++) assert_int_equal(variables_give(&v, given[i], &why), ERR_OK);
    findings_init(&found);
    lint_text(file, text, strlen(text), &v, LINT_KUBERAY_ANY, &found);
    char *words = lint_words(&found);
    assert_string_equal(words, "");
    for (size_t i = 0; i < v.count; i++)
        if (!variable_usable(&v.items[i])) fail_msg("%s has no value", v.items[i].name);
    assert_string_equal(variables_resolve(&v, "$RAY_SERVE_IMAGE"), "raydeck-serve:2.60.0");
    assert_string_equal(variables_resolve(&v, "${RAY_SERVE_NAMESPACE}"), "mistral");
    assert_null(variables_resolve(&v, "$REDIS_PASSWORD"));
    assert_null(variables_resolve(&v, "$RAY_SERVE_NAME-chat"));
    assert_string_equal(variables_resolve(&v, "plain"), "plain");
    free(words);
    findings_done(&found);
    variables_done(&v);
    free(text);
}

/* All objects as the API server would get them: a list. */
static cJSON *objects_with(const char *file, const char *const *given)
{
    struct variables v;
    struct why why = {0};
    struct manifest *m = NULL;
    char *text = fixture_read(file, NULL);
    cJSON *list = cJSON_CreateArray();
    variables_init(&v, NULL);
    for (; *given; given++) assert_int_equal(variables_give(&v, *given, &why), ERR_OK);
    assert_int_equal(manifest_parse(file, text, strlen(text), &m, NULL, &why), ERR_OK);
    assert_int_equal(variables_apply(&v, m, &why), ERR_OK);
    assert_int_equal(v.misplaced, 0);
    for (size_t i = 0; i < m->count; i++) {
        cJSON *object = NULL;
        assert_int_equal(manifest_object_json(&m->objects[i], &object, &why), ERR_OK);
        cJSON_AddItemToArray(list, object);
    }
    manifest_free(m);
    variables_done(&v);
    free(text);
    return list;
}

static const cJSON *object_of(const cJSON *list, const char *kind)
{
    JSON_EACH (o, list)
        if (text_eq(json_str(o, "kind"), kind)) return o;
    fail_msg("no %s", kind);
    return NULL;
}

static void json_is(const cJSON *json, const char *expected)
{
    char *text = json ? cJSON_PrintUnformatted(json) : mem_str("(absent)");
    if (strcmp(text, expected) != 0) fail_msg("%s is not %s", text, expected);
    free(text);
}

static const cJSON *spec_of_group(const cJSON *rayservice, bool worker)
{
    const cJSON *cluster = json_path(rayservice, "spec.rayClusterConfig");
    const cJSON *group =
        worker ? cJSON_GetArrayItem(json_get(cluster, "workerGroupSpecs"), 0) : json_get(cluster, "headGroupSpec");
    return json_path(group, "template.spec");
}

static const cJSON *container_of(const cJSON *rayservice, bool worker)
{
    return cJSON_GetArrayItem(json_get(spec_of_group(rayservice, worker), "containers"), 0);
}

static void the_defaults_are_the_guides(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        cJSON *list = objects_with(files[f], guide);
        const cJSON *service = object_of(list, "RayService"), *worker = container_of(service, true);
        const cJSON *group = cJSON_GetArrayItem(json_path(service, "spec.rayClusterConfig.workerGroupSpecs"), 0);
        json_is(json_get(group, "replicas"), "2");
        json_is(json_get(group, "maxReplicas"), "2");
        json_is(json_path(group, "rayStartParams.resources"), "\"\\\"{\\\\\\\"neuron_cores\\\\\\\": 12}\\\"\"");
        json_is(json_path(worker, "resources"),
                "{\"requests\":{\"cpu\":\"90\",\"memory\":\"360G\",\"aws.amazon.com/neuron\":\"6\"},"
                "\"limits\":{\"cpu\":\"90\",\"memory\":\"360G\",\"aws.amazon.com/neuron\":\"6\"}}");
        json_is(json_path(container_of(service, false), "resources.limits"), "{\"cpu\":\"2\",\"memory\":\"20G\"}");
        json_is(json_get(worker, "imagePullPolicy"), "\"IfNotPresent\"");
        const cJSON *spec = spec_of_group(service, true);
        json_is(json_get(spec, "tolerations"),
                "[{\"key\":\"aws.amazon.com/neuron\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]");
        json_is(json_get(spec, "affinity"),
                "{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":"
                "\"kubernetes.io/hostname\",\"labelSelector\":{\"matchLabels\":{\"ray.io/group\":\"inf2\"}}}]}}");
        json_is(json_get(spec, "nodeSelector"), "(absent)");
        json_is(json_get(spec, "schedulerName"), "(absent)"); /* Kubernetes' own */
        json_is(json_get(spec_of_group(service, false), "tolerations"), "(absent)");
        const char *serve = json_str(json_get(service, "spec"), "serveConfigV2");
        assert_non_null(strstr(serve, "import_path: ray_serve_mistral:entrypoint\n"));
        assert_non_null(strstr(serve, "      num_cpus: 10\n      resources: {neuron_cores: 2}\n"));
        assert_non_null(strstr(serve, "- name: \"mistral-7b\"\n    num_replicas: 2\n"));
        JSON_EACH (o, list) assert_string_equal(json_str(json_get(o, "metadata"), "namespace"), "mistral");
        json_is(json_path(object_of(list, "Ingress"), "spec.ingressClassName"), "\"nginx\"");
        cJSON_Delete(list);
    }
}

/* A RayService that was deployed before there were these variables gets no new RayCluster by the defaults. */
static void the_defaults_change_no_raycluster(void **state)
{
    (void)state;
    cJSON *before = objects_with("tests/fixtures/manifests/ft-options-written-out.yaml", guide);
    cJSON *now = objects_with(files[0], guide);
    const cJSON *a = json_path(object_of(before, "RayService"), "spec.rayClusterConfig");
    const cJSON *b = json_path(object_of(now, "RayService"), "spec.rayClusterConfig");
    char *text = cJSON_PrintUnformatted(b);
    assert_true(cJSON_IsObject(a));
    if (!cJSON_Compare(a, b, 1)) fail_msg("%s", text);
    free(text);
    cJSON_Delete(before);
    cJSON_Delete(now);
}

/* Nothing in the file is edited for K8s nodes without Neuron devices. */
static void the_lab_is_a_set_of_variables(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        cJSON *list = objects_with(files[f], lab);
        const cJSON *service = object_of(list, "RayService");
        const cJSON *group = cJSON_GetArrayItem(json_path(service, "spec.rayClusterConfig.workerGroupSpecs"), 0);
        json_is(json_get(group, "rayStartParams"), "{}");
        json_is(
            json_get(container_of(service, true), "resources"),
            "{\"requests\":{\"cpu\":\"200m\",\"memory\":\"1Gi\"},\"limits\":{\"cpu\":\"200m\",\"memory\":\"1Gi\"}}");
        for (int worker = 0; worker < 2; worker++) {
            const cJSON *spec = spec_of_group(service, worker);
            json_is(json_get(spec, "nodeSelector"), "{\"lab/real\":\"true\"}");
            json_is(json_get(spec, "tolerations"), "[{\"operator\":\"Exists\"}]");
            json_is(json_get(spec, "affinity"), "(absent)");
            json_is(json_get(container_of(service, worker), "image"), "\"docker.io/lab/ray:2.60.0\"");
            json_is(json_get(container_of(service, worker), "imagePullPolicy"), "\"Never\"");
        }
        json_is(json_path(service, "spec.rayClusterConfig.rayVersion"), "\"2.60.0\"");
        JSON_EACH (o, list) {
            char *text = cJSON_PrintUnformatted(o);
            assert_string_equal(json_str(json_get(o, "metadata"), "namespace"), "lab");
            assert_null(strstr(text, "aws.amazon.com"));
            assert_null(strstr(text, "neuron_cores"));
            assert_null(strstr(text, "$RAY"));
            free(text);
        }
        json_is(json_path(service, "metadata.name"), "\"echo\"");
        char *ingress = cJSON_PrintUnformatted(object_of(list, "Ingress"));
        assert_non_null(strstr(ingress, "\"name\":\"echo-serve-svc\""));
        free(ingress);
        struct yaml *serve = NULL;
        const char *text = json_str(json_get(service, "spec"), "serveConfigV2");
        assert_int_equal(yaml_parse("serve", text, strlen(text), &serve, NULL), ERR_OK);
        const struct yaml_node *app = yaml_get(yaml_root(serve), "applications")->items[0];
        assert_string_equal(yaml_str(app, "import_path"), "lab_app:entrypoint");
        const struct yaml_node *model = yaml_get(app, "deployments")->items[1];
        assert_string_equal(yaml_str(yaml_get(model, "ray_actor_options"), "num_cpus"), "0.1");
        assert_null(yaml_get(yaml_get(model, "ray_actor_options"), "resources"));
        yaml_tree_free(serve);
        cJSON_Delete(list);
    }
}

/* The head of each file tells of every variable that is in it, and of no other. */
static void the_head_of_the_file_names_every_variable(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        char *text = fixture_read(files[f], NULL), *body = strstr(text, "\napiVersion:");
        assert_non_null(body);
        *body++ = '\0';
        for (size_t i = 0; i < variables_listed(); i++) {
            const char *name = variable_help_of(i).name;
            char *told = mem_printf("\n#   %s ", name), *used = mem_printf("$%s", name);
            const bool page = strcmp(name, "RAY_CHAT_IMAGE") == 0; /* of deploy/assets/gradio/gradio.yaml */
            if (!page && !strstr(text, told)) fail_msg("%s does not tell of %s", files[f], name);
            if (!page && !strstr(body, used)) fail_msg("%s does not use %s", files[f], name);
            free(told);
            free(used);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lint_is_clean_on_cpu),          cmocka_unit_test(lint_is_clean_whatever_is_set),
        cmocka_unit_test(the_defaults_are_the_guides),   cmocka_unit_test(the_defaults_change_no_raycluster),
        cmocka_unit_test(the_lab_is_a_set_of_variables), cmocka_unit_test(the_head_of_the_file_names_every_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
