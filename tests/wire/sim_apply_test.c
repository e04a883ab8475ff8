/* sim_apply_test.c - Server-side apply on the simulated API server: who manages what, conflicts, dry runs, refusals. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YAML "application/apply-patch+yaml"
#define NAMESPACE "/api/v1/namespaces/mistral"
#define SERVICE "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral"
#define AS "?fieldManager=raydeck"

static int sim_setup(void **state)
{
    const struct sim_conf conf = {.seed = 5, .speed = 1, .no_redis = true};
    *state = sim_fixture_new(&conf);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_fixture_free(*state);
    return 0;
}

static cJSON *apply_body(struct sim_fixture *b, const char *path, const char *body, long status)
{
    return sim_fixture_ask(b, "PATCH", path, YAML, body, status);
}

static const char *status_message(const cJSON *status)
{
    const char *text = json_str(status, "message");
    assert_non_null(text);
    return text;
}

static const cJSON *managed_entry(const cJSON *obj, const char *manager, const char *operation)
{
    JSON_EACH (e, json_path(obj, "metadata.managedFields"))
        if (!strcmp(json_str(e, "manager"), manager) && !strcmp(json_str(e, "operation"), operation)) return e;
    return NULL;
}

/* The RayService as it stands, without what the server and the operator wrote into it. Caller frees. */
static char *as_configuration(struct sim_fixture *b)
{
    cJSON *live = sim_fixture_get(b, SERVICE, 200), *config = cJSON_CreateObject();
    cJSON_AddStringToObject(config, "apiVersion", "ray.io/v1");
    cJSON_AddStringToObject(config, "kind", "RayService");
    cJSON *meta = cJSON_AddObjectToObject(config, "metadata");
    cJSON_AddStringToObject(meta, "name", "mistral");
    cJSON_AddStringToObject(meta, "namespace", "mistral");
    cJSON *spec = cJSON_DetachItemFromObjectCaseSensitive(live, "spec");
    cJSON_AddItemToObject(config, "spec", spec);
    cJSON *group =
        cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetObjectItem(spec, "rayClusterConfig"), "workerGroupSpecs"), 0);
    cJSON_DeleteItemFromObject(group, "scaleStrategy");
    char *printed = cJSON_PrintUnformatted(config), *text = mem_str(printed);
    cJSON_free(printed);
    cJSON_Delete(config);
    cJSON_Delete(live);
    return text;
}

/* ---- making and changing ----------------------------------------------------------------------------------------- */

static void a_namespace_is_made_and_made_again(void **state)
{
    static const char body[] = "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"other\","
                               "\"labels\":{\"app.kubernetes.io/managed-by\":\"raydeck\"}}}";
    struct sim_fixture *b = *state;
    cJSON_Delete(sim_fixture_get(b, "/api/v1/namespaces/other", 404));
    cJSON *made = apply_body(b, "/api/v1/namespaces/other" AS, body, 201);
    assert_string_equal(json_str(json_get(made, "status"), "phase"), "Active");
    assert_string_equal(json_str(json_path(made, "metadata.labels"), "kubernetes.io/metadata.name"), "other");
    const cJSON *mine = json_get(managed_entry(made, "raydeck", "Apply"), "fieldsV1");
    char *fields = cJSON_PrintUnformatted(mine);
    assert_string_equal(fields, "{\"f:metadata\":{\"f:labels\":{\"f:app.kubernetes.io/managed-by\":{}}}}");
    cJSON_free(fields);
    cJSON *again = apply_body(b, "/api/v1/namespaces/other" AS, body, 200);
    assert_true(cJSON_Compare(made, again, 1)); /* nothing changed: the version neither */
    cJSON_Delete(again);
    cJSON_Delete(made);
    cJSON *gone = sim_fixture_ask(b, "DELETE", "/api/v1/namespaces/other", NULL, NULL, 200);
    cJSON_Delete(gone);
}

static void what_is_no_longer_said_goes(void **state)
{
    static const char path[] = NAMESPACE "/configmaps/app" AS;
    struct sim_fixture *b = *state;
    cJSON_Delete(apply_body(b, path,
                            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"app\"},\"data\":{"
                            "\"one\":\"1\",\"two\":\"2\"}}",
                            201));
    cJSON_Delete(apply_body(b, NAMESPACE "/configmaps/app?fieldManager=other",
                            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"app\"},\"data\":{"
                            "\"three\":\"3\"}}",
                            200));
    cJSON *left = apply_body(b, path,
                             "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"app\"},\"data\":{"
                             "\"two\":\"4\"}}",
                             200);
    const cJSON *data = json_get(left, "data");
    assert_null(json_get(data, "one"));
    assert_string_equal(json_str(data, "two"), "4");
    assert_string_equal(json_str(data, "three"), "3");
    cJSON_Delete(left);
    /* A key of another manager: that manager is named. */
    cJSON *refused =
        apply_body(b, path,
                   "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"app\"},\"data\":{"
                   "\"three\":\"5\"}}",
                   409);
    assert_string_equal(status_message(refused), "Apply failed with 1 conflict: conflict with \"other\": .data.three");
    cJSON_Delete(refused);
}

static void a_secret_is_taken_in_base64_only(void **state)
{
    static const char path[] = NAMESPACE "/secrets/token" AS;
    struct sim_fixture *b = *state;
    cJSON *refused =
        apply_body(b, path,
                   "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"token\"},\"data\":{"
                   "\"t\":\"hf_x\"}}",
                   400);
    assert_string_equal(status_message(refused),
                        "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data "
                        "at input byte 2");
    cJSON_Delete(refused);
    cJSON *made =
        apply_body(b, path,
                   "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"token\"},\"stringData\":"
                   "{\"t\":\"hf_x\"}}",
                   201);
    assert_string_equal(json_str(json_get(made, "data"), "t"), "aGZfeA==");
    assert_string_equal(json_str(made, "type"), "Opaque");
    assert_null(json_get(made, "stringData"));
    cJSON_Delete(made);
    cJSON *gone = sim_fixture_ask(b, "DELETE", NAMESPACE "/secrets/token", NULL, NULL, 200);
    assert_string_equal(json_str(gone, "status"), "Success");
    cJSON_Delete(gone);
    cJSON_Delete(sim_fixture_get(b, NAMESPACE "/secrets/token", 404));
}

static void an_ingress_and_a_service_get_their_defaults(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *made =
        apply_body(b, "/apis/networking.k8s.io/v1/namespaces/mistral/ingresses/mistral" AS,
                   "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":"
                   "\"mistral\"},\"spec\":{\"rules\":[{\"http\":{\"paths\":[{\"path\":\"/\",\"pathType\":"
                   "\"Prefix\",\"backend\":{\"service\":{\"name\":\"mistral-serve-svc\",\"port\":{\"number\":8000"
                   "}}}}]}}]}}",
                   201);
    assert_string_equal(json_str(made, "kind"), "Ingress");
    assert_int_equal(json_u64(json_get(made, "metadata"), "generation").value, 1);
    cJSON_Delete(made);
    made =
        apply_body(b, NAMESPACE "/services/ui" AS,
                   "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"ui\"},\"spec\":{\"selector\":{"
                   "\"app\":\"ui\"},\"ports\":[{\"port\":7860}]}}",
                   201);
    const cJSON *spec = json_get(made, "spec"), *port = cJSON_GetArrayItem(json_get(spec, "ports"), 0);
    assert_string_equal(json_str(spec, "type"), "ClusterIP");
    assert_string_equal(json_str(port, "protocol"), "TCP");
    assert_int_equal(json_u64(port, "targetPort").value, 7860);
    cJSON_Delete(made);
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void what_is_not_right_is_refused(void **state)
{
    static const char map[] = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"}}";
    struct sim_fixture *b = *state;
    cJSON *s = apply_body(b, NAMESPACE "/configmaps/m", map, 422);
    assert_string_equal(status_message(s), "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is "
                                           "required for apply patch");
    cJSON_Delete(s);
    s = sim_fixture_ask(b, "PATCH", NAMESPACE "/configmaps/m" AS, "application/json", map, 415);
    cJSON_Delete(s);
    s = apply_body(b, NAMESPACE "/configmaps/other" AS, map, 400);
    assert_string_equal(status_message(s), "the name of the object (m) does not match the name on the URL (other)");
    cJSON_Delete(s);
    s = apply_body(b, "/api/v1/namespaces/nowhere/configmaps/m" AS, map, 404);
    assert_string_equal(status_message(s), "namespaces \"nowhere\" not found");
    cJSON_Delete(s);
    s = apply_body(
        b, SERVICE AS,
        "{\"apiVersion\":\"ray.io/v1\",\"kind\":\"RayService\",\"metadata\":{\"name\":\"mistral\"},\"spec\":{"
        "\"nonsense\":1}}",
        500);
    assert_string_equal(status_message(s),
                        "failed to create typed patch object (mistral/mistral; ray.io/v1, Kind=RayService)"
                        ": .spec.nonsense: field not declared in schema");
    cJSON_Delete(s);
    s = apply_body(b, NAMESPACE "/configmaps/m" AS,
                   "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},\"dat\":{}}", 500);
    assert_non_null(strstr(status_message(s), ": .dat: field not declared in schema"));
    cJSON_Delete(s);
    cJSON_Delete(apply_body(b, NAMESPACE "/configmaps/m" AS, "{\"apiVersion\":", 400));
    cJSON_Delete(apply_body(b, NAMESPACE "/events/m" AS, map, 405));
    cJSON_Delete(sim_fixture_get(b, NAMESPACE "/configmaps/m", 404));
}

static void a_dry_run_changes_nothing(void **state)
{
    static const char map[] =
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},\"data\":{\"a\":\"1\"}}";
    struct sim_fixture *b = *state;
    cJSON *made = apply_body(b, NAMESPACE "/configmaps/m" AS "&dryRun=All", map, 201);
    assert_string_equal(json_str(json_get(made, "data"), "a"), "1");
    assert_non_null(json_str(json_get(made, "metadata"), "uid"));
    cJSON_Delete(made);
    cJSON_Delete(sim_fixture_get(b, NAMESPACE "/configmaps/m", 404));
    char *config = as_configuration(b);
    cJSON *before = sim_fixture_get(b, SERVICE, 200);
    cJSON *would = apply_body(b, SERVICE AS "&force=true&dryRun=All", config, 200),
          *after = sim_fixture_get(b, SERVICE, 200);
    assert_non_null(managed_entry(would, "raydeck", "Apply"));
    assert_true(cJSON_Compare(before, after, 1));
    cJSON_Delete(before);
    cJSON_Delete(would);
    cJSON_Delete(after);
    free(config);
}

/* ---- the operator's fields --------------------------------------------------------------------------------------- */

static void the_operator_owns_the_worker_groups(void **state)
{
    struct sim_fixture *b = *state;
    char *config = as_configuration(b);
    cJSON *s = apply_body(b, SERVICE AS, config, 409);
    assert_string_equal(json_str(s, "reason"), "Conflict");
    assert_string_equal(status_message(s),
                        "Apply failed with 1 conflict: conflict with \"kuberay-operator\" using ray.io/v1: "
                        ".spec.rayClusterConfig.workerGroupSpecs");
    const cJSON *cause = cJSON_GetArrayItem(json_path(s, "details.causes"), 0);
    assert_string_equal(json_str(cause, "reason"), "FieldManagerConflict");
    assert_string_equal(json_str(cause, "message"), "conflict with \"kuberay-operator\" using ray.io/v1");
    assert_string_equal(json_str(cause, "field"), ".spec.rayClusterConfig.workerGroupSpecs");
    cJSON_Delete(s);
    cJSON *forced = apply_body(b, SERVICE AS "&force=true", config, 200);
    assert_non_null(
        json_path(managed_entry(forced, "raydeck", "Apply"), "fieldsV1.f:spec.f:rayClusterConfig.f:rayVersion"));
    cJSON_Delete(forced);
    /* The operator writes its own part again, and owns the list again. */
    cJSON *live = sim_fixture_wait(b, SERVICE, "scaleStrategy");
    assert_null(
        json_path(managed_entry(live, "raydeck", "Apply"), "fieldsV1.f:spec.f:rayClusterConfig.f:workerGroupSpecs"));
    assert_non_null(json_path(managed_entry(live, "kuberay-operator", "Update"),
                              "fieldsV1.f:spec.f:rayClusterConfig.f:workerGroupSpecs"));
    cJSON_Delete(live);
    cJSON_Delete(apply_body(b, SERVICE AS, config, 409));
    free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_namespace_is_made_and_made_again, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(what_is_no_longer_said_goes, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_secret_is_taken_in_base64_only, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(an_ingress_and_a_service_get_their_defaults, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_right_is_refused, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_dry_run_changes_nothing, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(the_operator_owns_the_worker_groups, sim_setup, sim_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
