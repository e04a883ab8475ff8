/* kobject_test.c - objects to be applied: YAML as kubectl reads it, kinds and paths, worker groups, conflicts. */
#include "backends/base/json.h"
#include "deploy/cleanup_priv.h"
#include "deploy/conflict_parse.h"
#include "deploy/kobject.h"
#include "deploy/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parsed_yaml(const char *text)
{
    struct yaml *y = NULL;
    cJSON *json = NULL;
    struct why why = {0};
    if (yaml_parse("test", text, strlen(text), &y, &why)) fail_msg("%s", why.text);
    if (manifest_object_json(&(struct manifest_object){.root = yaml_root(y)}, &json, &why)) fail_msg("%s", why.text);
    yaml_tree_free(y);
    return json;
}

static void kinds_have_paths_and_words(void **state)
{
    (void)state;
    const struct kobject_kind *service = kobject_kind_named("ray.io/v1", "RayService");
    const struct kobject_kind *secret = kobject_kind_named("v1", "Secret");
    const struct kobject_kind *namespace_ = kobject_kind_named("v1", "Namespace");
    const struct kobject_kind *ingress = kobject_kind_named("networking.k8s.io/v1", "Ingress");
    struct {
        char *said;
        const char *must;
    } all[] = {
        {kobject_path(service, "mistral", "a/b"), "/apis/ray.io/v1/namespaces/mistral/rayservices/a%2Fb"},
        {kobject_path(secret, "mistral", NULL), "/api/v1/namespaces/mistral/secrets"},
        {kobject_path(namespace_, "mistral", "mistral"), "/api/v1/namespaces/mistral"},
        {kobject_words(service, "mistral"), "rayservice.ray.io/mistral"},
        {kobject_words(secret, "hf\033-token"), "secret/hf\\x1b-token"},
        {kobject_words(ingress, "i"), "ingress.networking.k8s.io/i"},
        {kobject_resource(ingress), "ingresses.networking.k8s.io"},
        {kobject_resource(secret), "secrets"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_string_equal(all[i].said, all[i].must);
        free(all[i].said);
    }
    assert_null(kobject_kind_named("ray.io/v1alpha1", "RayService"));
    assert_null(kobject_kind_named("v1", NULL));
    assert_true(namespace_->order < secret->order);
    assert_true(secret->order < service->order);
    assert_true(service->order < ingress->order);
}

static void what_is_ours_says_so(void **state)
{
    (void)state;
    cJSON *o = parsed_yaml("{kind: Secret, metadata: {name: a, labels: {app.kubernetes.io/managed-by: Helm, x: z}}}");
    assert_false(kobject_is_ours(o));
    kobject_own(o, "mistral");
    assert_true(kobject_is_ours(o));
    assert_string_equal(json_str(json_get(json_get(o, "metadata"), "labels"), "x"), "z");
    cJSON_Delete(o);
    /* What has an owner goes with it: KubeRay copies a RayService's labels. */
    o = parsed_yaml(
        "{metadata: {ownerReferences: [{kind: RayService}], labels: {app.kubernetes.io/managed-by: raydeck}}}");
    assert_false(kobject_is_ours(o));
    cJSON_Delete(o);
    o = parsed_yaml("{metadata: null}");
    kobject_own(o, "mistral");
    assert_true(kobject_is_ours(o));
    cJSON_Delete(o);
}

#define GROUPS(rows) "{kind: RayService, spec: {rayClusterConfig: {workerGroupSpecs: [" rows "]}}}"

static struct known_u64 replicas_of(const cJSON *o)
{
    return json_u64(json_path(o, "spec.rayClusterConfig.workerGroupSpecs")->child, "replicas");
}

static void live_replicas_are_taken_within_bounds(void **state)
{
    (void)state;
    cJSON *live = parsed_yaml(GROUPS("{groupName: a, replicas: 4}, {groupName: b, replicas: 1}"));
    static const struct {
        const char *group;
        size_t taken;
        uint64_t replicas;
    } cases[] = {
        {GROUPS("{groupName: a, replicas: 2, minReplicas: 1, maxReplicas: 9}"), 1, 4},
        {GROUPS("{groupName: a, replicas: 2, maxReplicas: 3}"), 1, 3},
        {GROUPS("{groupName: a, replicas: 2, minReplicas: 6}"), 1, 6},
        {GROUPS("{groupName: a, replicas: 4}"), 0, 4},
        {GROUPS("{groupName: other, replicas: 2}"), 0, 2},
        {GROUPS("{replicas: 2}"), 0, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *o = parsed_yaml(cases[i].group);
        assert_int_equal(kobject_take_replicas(o, live), cases[i].taken);
        assert_int_equal(replicas_of(o).value, cases[i].replicas);
        cJSON_Delete(o);
    }
    cJSON *none = parsed_yaml("{kind: RayService}");
    assert_int_equal(kobject_take_replicas(none, live), 0);
    assert_int_equal(kobject_take_replicas(none, NULL), 0);
    cJSON_Delete(none);
    cJSON_Delete(live);
}

static void whose_worker_groups_are_they(void **state)
{
    (void)state;
    cJSON *live =
        parsed_yaml("{metadata: {managedFields: [{manager: raydeck, fieldsV1: {'f:spec': {'f:rayClusterConfig': "
                    "{'f:workerGroupSpecs': {}}}}}]}}");
    assert_false(kobject_groups_are_owned(live));
    cJSON_Delete(live);
    live = parsed_yaml(
        "{metadata: {managedFields: [{manager: kuberay-operator, fieldsV1: {'f:spec': {'f:rayClusterConfig': "
        "{'f:workerGroupSpecs': {}}}}}]}}");
    assert_true(kobject_groups_are_owned(live));
    cJSON_Delete(live);
    assert_false(kobject_groups_are_owned(NULL));
}

static void neuron_devices_are_counted(void **state)
{
    (void)state;
#define C(kind, n) "template: {spec: {containers: [{resources: {" kind ": {aws.amazon.com/neuron: " n "}}}]}}"
    static const struct {
        const char *text;
        bool known;
        uint64_t count;
    } cases[] = {
        {GROUPS("{replicas: 2, " C("limits", "'6'") "}, {minReplicas: 3, " C("requests", "1") "}"), true, 15},
        {GROUPS("{replicas: 2}"), true, 0},
        {GROUPS("{" C("limits", "6") "}"), false, 0},
        {"{}", true, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *o = parsed_yaml(cases[i].text);
        struct known_u64 n = kobject_neuron_devices(o);
        assert_int_equal(n.known, cases[i].known);
        if (n.known) assert_int_equal(n.value, cases[i].count);
        cJSON_Delete(o);
    }
}

/* ---- conflicts ---- */

#define CAUSE(manager, field)                                                                                          \
    "{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"" manager                                    \
    "\\\" using ray.io/v1\",\"field\":\"" field "\"}"
#define STATUS(causes) "{\"kind\":\"Status\",\"code\":409,\"details\":{\"causes\":[" causes "]}}"

static void a_conflict_names_managers_and_fields(void **state)
{
    (void)state;
    const char *text = STATUS(CAUSE("kuberay-operator", GROUPS_FIELD) "," CAUSE("kubectl", ".spec.a") "," CAUSE(
        "kuberay-operator", ".spec.b"));
    struct conflicts c;
    struct why why = {0};
    assert_int_equal(conflict_parse(text, strlen(text), &c), ERR_OK);
    assert_int_equal(c.count, 3);
    assert_false(conflicts_may_be_forced(&c));
    conflicts_words(&c, &why);
    assert_int_equal(why.code, ERR_CONFLICT);
    assert_string_equal(why.text, "owned by kuberay-operator: " GROUPS_FIELD ", .spec.b; by kubectl: .spec.a");

    text = STATUS(CAUSE("kuberay-operator", GROUPS_FIELD));
    assert_int_equal(conflict_parse(text, strlen(text), &c), ERR_OK);
    assert_true(conflicts_may_be_forced(&c));
}

static void another_409_is_no_conflict_of_fields(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "not json",
        "{}",
        "{\"details\":{\"causes\":7}}",
        "{\"details\":{\"causes\":[{\"reason\":\"FieldValueInvalid\",\"message\":\"x\"}]}}",
        "{\"kind\":\"Status\",\"reason\":\"Conflict\",\"message\":\"the UID in the precondition does not match\"}"};
    struct conflicts c = {.count = 99};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(conflict_parse(texts[i], strlen(texts[i]), &c), ERR_NOT_FOUND);
        assert_int_equal(c.count, 99);
    }
    const char *odd = STATUS("{\"reason\":\"FieldManagerConflict\",\"message\":\"\\u001b[31m\",\"field\":7}");
    struct why why = {0};
    assert_int_equal(conflict_parse(odd, strlen(odd), &c), ERR_OK);
    conflicts_words(&c, &why);
    assert_string_equal(why.text, "owned by another manager: ");
}

/* What is in every namespace, or made for something else and gone with it, is nobody's that a clean-up would harm. */
static void whose_an_object_is(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *json;
        bool somebodys;
    } rows[] = {
        {"ConfigMap", "{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}", false},
        {"ConfigMap", "{\"metadata\":{\"name\":\"default\"}}", true},
        {"ServiceAccount", "{\"metadata\":{\"name\":\"default\"}}", false},
        {"ServiceAccount", "{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}", true},
        {"Secret", "{\"type\":\"kubernetes.io/service-account-token\",\"metadata\":{\"name\":\"t\"}}", false},
        {"Secret", "{\"type\":\"Opaque\",\"metadata\":{\"name\":\"t\"}}", true},
        {"Service", "{\"metadata\":{\"name\":\"s\"}}", true},
        {"Service", "{\"metadata\":{\"name\":\"s\",\"ownerReferences\":[{}]}}", false},
        {"TargetGroupBinding", "{\"metadata\":{\"labels\":{\"ingress.k8s.aws/stack\":\"m\"}}}", false},
        {"TargetGroupBinding", "{\"metadata\":{\"labels\":{\"a\":\"b\",\"service.k8s.aws/stack\":\"m\"}}}", false},
        {"TargetGroupBinding", "{\"metadata\":{\"labels\":{\"other.k8s.aws/stack\":\"m\"}}}", true},
        {"ConfigMap", "{\"metadata\":{\"name\":\"c\",\"labels\":{\"ingress.k8s.aws/stack\":\"m\"}}}", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct kobject_kind kind = {.kind = rows[i].kind};
        cJSON *o = NULL;
        assert_int_equal(json_parse(rows[i].json, strlen(rows[i].json), &o, NULL), ERR_OK);
        if (cleanup_is_foreign(&kind, o) != rows[i].somebodys) fail_msg("%s %s", rows[i].kind, rows[i].json);
        cJSON_Delete(o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_paths_and_words),
        cmocka_unit_test(what_is_ours_says_so),
        cmocka_unit_test(whose_an_object_is),
        cmocka_unit_test(live_replicas_are_taken_within_bounds),
        cmocka_unit_test(whose_worker_groups_are_they),
        cmocka_unit_test(neuron_devices_are_counted),
        cmocka_unit_test(a_conflict_names_managers_and_fields),
        cmocka_unit_test(another_409_is_no_conflict_of_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
