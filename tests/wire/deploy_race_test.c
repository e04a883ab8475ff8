/* deploy_race_test.c - what somebody else does while a deployment waits for its answer: nothing is changed but what was
 * shown. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "tests/support/deploy_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YAML "application/apply-patch+yaml"
#define NAMESPACE "/api/v1/namespaces/mistral"
#define MAP NAMESPACE "/configmaps/m"
#define SERVICE "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral"
#define AS "?fieldManager=someone"
#define MANIFEST(data) "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: mistral}\ndata: {" data "}\n"
#define BODY(data) "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},\"data\":{" data "}}"

static int race_setup(void **state)
{
    struct deploy_harness *r =
        deploy_harness_new(&(struct sim_conf){.seed = 5, .speed = 50, .no_redis = true, .empty = true});
    cJSON_Delete(sim_fixture_ask(r->sim, "PATCH", NAMESPACE AS, YAML,
                                 "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"mistral\"}}",
                                 201));
    *state = r;
    return 0;
}

static int running_up(void **state)
{
    *state = deploy_harness_new(&(struct sim_conf){.seed = 5, .speed = 50, .no_redis = true});
    return 0;
}

static int race_teardown(void **state)
{
    deploy_harness_free(*state);
    return 0;
}

static void map_patch(struct deploy_harness *r, const char *query, const char *body, long status)
{
    char *path = mem_printf(MAP "?%s", query);
    cJSON_Delete(sim_fixture_ask(r->sim, "PATCH", path, YAML, body, status));
    free(path);
}

static void delete (struct deploy_harness *r)
{
    cJSON_Delete(sim_fixture_ask(r->sim, "DELETE", MAP, NULL, NULL, 200));
}

/* The value of that key as it is on the server. */
static void map_has(struct deploy_harness *r, const char *key, const char *value)
{
    cJSON *live = sim_fixture_get(r->sim, MAP, 200);
    const char *now = json_str(json_get(live, "data"), key);
    if (!value && now) fail_msg("%s: %s", key, now);
    if (value) assert_string_equal(now ? now : "(none)", value);
    cJSON_Delete(live);
}

static void manifest_deployed(struct deploy_harness *r, const char *manifest)
{
    deploy_harness_deploy(r, manifest, NULL);
    deploy_harness_answer(r, true);
    if (r->err) fail_msg("%s\n%s", r->why, r->said);
}

static void answer_refused(struct deploy_harness *r, const char *said)
{
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, said);
    deploy_harness_said(r, "= apply failed\n");
}

/* Made by a request that cannot change what is there, and applied all the same: what is no longer said goes. */
static void what_is_made_is_ours_to_apply(void **state)
{
    struct deploy_harness *r = *state;
    manifest_deployed(r, MANIFEST("a: '1', b: '2'"));
    cJSON *live = sim_fixture_get(r->sim, MAP, 200);
    const cJSON *fields = json_path(live, "metadata.managedFields");
    assert_int_equal(cJSON_GetArraySize(fields), 1);
    assert_string_equal(json_str(cJSON_GetArrayItem(fields, 0), "manager"), "raydeck");
    assert_string_equal(json_str(cJSON_GetArrayItem(fields, 0), "operation"), "Apply");
    cJSON_Delete(live);
    manifest_deployed(r, MANIFEST("a: '3'"));
    map_has(r, "a", "3");
    map_has(r, "b", NULL);
}

static void what_somebody_made_meanwhile_is_left_alone(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_deploy(r, MANIFEST("b: '2'"), NULL);
    map_patch(r, "fieldManager=someone", BODY("\"a\":\"theirs\""), 201);
    answer_refused(r, "# apply: configmap/m: it was created by another client since it was shown: not changed\n");
    map_has(r, "a", "theirs");
    map_has(r, "b", NULL);
}

static void another_one_of_that_name_is_left_alone(void **state)
{
    struct deploy_harness *r = *state;
    manifest_deployed(r, MANIFEST("a: '1'"));
    deploy_harness_deploy(r, MANIFEST("a: '2'"), NULL);
    delete (r);
    map_patch(r, "fieldManager=raydeck", BODY("\"a\":\"1\""), 201);
    answer_refused(r, "# apply: configmap/m: it was replaced since it was shown: not changed\n");
    map_has(r, "a", "1");
}

static void what_is_gone_is_not_made_anew(void **state)
{
    struct deploy_harness *r = *state;
    manifest_deployed(r, MANIFEST("a: '1'"));
    deploy_harness_deploy(r, MANIFEST("a: '2'"), NULL);
    delete (r);
    answer_refused(r, "# apply: configmap/m: it was deleted since it was shown: not created again\n");
    cJSON_Delete(sim_fixture_get(r->sim, MAP, 404));
}

/* What a step will need is asked before it is begun. */
static void what_may_not_be_read_or_applied_is_said_at_once(void **state)
{
    struct deploy_harness *r = *state;
    static const struct {
        const char *deny, *said;
    } cases[] = {
        {"deny get configmaps", "# prerequisites: you may not read (get) configmaps in namespace mistral\n"},
        {"deny patch configmaps", "# prerequisites: you may not apply (patch) configmaps in namespace mistral\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (i) race_teardown(state);
        if (i) race_setup(state);
        r = *state;
        sim_fixture_say(r->sim, cases[i].deny);
        deploy_harness_deploy(r, MANIFEST("a: '2'"), NULL);
        assert_true(r->over && !r->asked);
        assert_string_equal(r->why, "a prerequisite is missing: nothing was applied");
        deploy_harness_said(r, cases[i].said);
        deploy_harness_said(r, "= dry run skipped\n");
        deploy_harness_said(r, "= apply skipped\n");
    }
}

/* The namespace had to be made first: then what lies in it is checked, and how far it got is said. */
static void what_cannot_be_checked_in_a_new_namespace_is_not_applied(void **state)
{
    struct deploy_harness *r = *state;
    deploy_harness_free(r);
    *state = r = deploy_harness_new(&(struct sim_conf){.seed = 5, .speed = 50, .no_redis = true, .empty = true});
    deploy_harness_deploy(r, MANIFEST("a: '2'"), NULL);
    assert_true(r->asked);
    sim_fixture_say(r->sim, "deny patch configmaps");
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_FORBIDDEN);
    deploy_harness_said(r, "# apply: configmap/m: configmaps \"m\" is forbidden");
    assert_non_null(strstr(r->why, "only namespace mistral was created; deploy can safely be run again"));
    cJSON_Delete(sim_fixture_get(r->sim, NAMESPACE, 200));
    cJSON_Delete(sim_fixture_get(r->sim, MAP, 404));
}

/* The same field manager: the server sees no conflict in it. */
static void what_was_changed_meanwhile_is_shown_first(void **state)
{
    struct deploy_harness *r = *state;
    manifest_deployed(r, MANIFEST("a: '1'"));
    deploy_harness_deploy(r, MANIFEST("a: '2'"), NULL);
    map_patch(r, "fieldManager=raydeck",
              "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"labels\":{"
              "\"app.kubernetes.io/managed-by\":\"raydeck\"}},\"data\":{\"a\":\"1\",\"c\":\"another raydeck's\"}}",
              200);
    answer_refused(
        r, "# apply: configmap/m: it was changed since it was shown (.data.c): run deploy again to see the change\n");
    map_has(r, "a", "1");
    map_has(r, "c", "another raydeck's");
}

/* ---- a RayService ---- */

/* The RayService that runs, with another version of Ray. Caller frees. */
static char *another_version(struct deploy_harness *r)
{
    cJSON *live = sim_fixture_get(r->sim, SERVICE, 200), *config = cJSON_CreateObject();
    cJSON_AddStringToObject(config, "apiVersion", "ray.io/v1");
    cJSON_AddStringToObject(config, "kind", "RayService");
    cJSON *meta = cJSON_AddObjectToObject(config, "metadata");
    cJSON_AddStringToObject(meta, "name", "mistral");
    cJSON_AddStringToObject(meta, "namespace", "mistral");
    cJSON *spec = cJSON_DetachItemFromObjectCaseSensitive(live, "spec");
    cJSON_AddItemToObject(config, "spec", spec);
    cJSON *cluster = cJSON_GetObjectItemCaseSensitive(spec, "rayClusterConfig");
    cJSON_ReplaceItemInObjectCaseSensitive(cluster, "rayVersion", cJSON_CreateString("2.59.0"));
    cJSON *group = cJSON_GetArrayItem(cJSON_GetObjectItem(cluster, "workerGroupSpecs"), 0);
    cJSON_DeleteItemFromObject(group, "scaleStrategy");
    char *printed = cJSON_PrintUnformatted(config), *text = mem_str(printed);
    cJSON_free(printed);
    cJSON_Delete(config);
    cJSON_Delete(live);
    return text;
}

static void version_is(struct deploy_harness *r, const char *version)
{
    cJSON *live = sim_fixture_get(r->sim, SERVICE, 200);
    assert_string_equal(json_str(json_path(live, "spec.rayClusterConfig"), "rayVersion"), version);
    cJSON_Delete(live);
}

static void ask_service(struct deploy_harness *r)
{
    char *text = another_version(r);
    deploy_harness_deploy(r, text, NULL);
    if (!r->asked) fail_msg("%s\n%s", r->why, r->said);
    free(text);
    deploy_harness_said(r, "workerGroupSpecs is owned by kuberay-operator; raydeck takes ownership");
}

static void the_operators_field_is_taken_as_shown(void **state)
{
    struct deploy_harness *r = *state;
    ask_service(r);
    /* What the operator writes meanwhile is no change of what was shown. */
    deploy_harness_answer(r, true);
    deploy_harness_said(r, "  apply: rayservice.ray.io/mistral serverside-applied\n");
    version_is(r, "2.59.0");
}

static void a_conflict_that_was_not_shown_is_not_forced(void **state)
{
    struct deploy_harness *r = *state;
    ask_service(r);
    cJSON *live = sim_fixture_get(r->sim, SERVICE, 200), *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "apiVersion", "ray.io/v1");
    cJSON_AddStringToObject(body, "kind", "RayService");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "metadata"), "name", "mistral");
    cJSON *cluster = cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "spec"), "rayClusterConfig");
    cJSON_AddItemToObject(cluster, "workerGroupSpecs",
                          cJSON_Duplicate(json_path(live, "spec.rayClusterConfig.workerGroupSpecs"), 1));
    char *text = cJSON_PrintUnformatted(body);
    cJSON_Delete(sim_fixture_ask(r->sim, "PATCH", SERVICE AS "&force=true", YAML, text, 200));
    cJSON_free(text);
    cJSON_Delete(body);
    cJSON_Delete(live);
    answer_refused(r, ".spec.rayClusterConfig.workerGroupSpecs; these were not shown: run deploy again to see them\n");
    deploy_harness_said(r, "# apply: rayservice.ray.io/mistral: fields owned by ");
    cJSON *now = sim_fixture_get(r->sim, SERVICE, 200);
    assert_string_not_equal(json_str(json_path(now, "spec.rayClusterConfig"), "rayVersion"), "2.59.0");
    cJSON_Delete(now);
}

static void another_rayservice_of_that_name_is_left_alone(void **state)
{
    struct deploy_harness *r = *state;
    ask_service(r);
    cJSON *live = sim_fixture_get(r->sim, SERVICE, 200), *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "apiVersion", "ray.io/v1");
    cJSON_AddStringToObject(body, "kind", "RayService");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "metadata"), "name", "mistral");
    cJSON_AddItemToObject(body, "spec", cJSON_DetachItemFromObjectCaseSensitive(live, "spec"));
    char *text = cJSON_PrintUnformatted(body);
    cJSON_Delete(sim_fixture_ask(r->sim, "DELETE", SERVICE, NULL, NULL, 200));
    sim_fixture_wait_gone(r->sim, SERVICE);
    cJSON_Delete(sim_fixture_ask(r->sim, "PATCH", SERVICE AS, YAML, text, 201));
    cJSON_free(text);
    cJSON_Delete(body);
    cJSON_Delete(live);
    answer_refused(r, "# apply: rayservice.ray.io/mistral: it was replaced since it was shown: not changed\n");
    cJSON *now = sim_fixture_get(r->sim, SERVICE, 200);
    assert_string_not_equal(json_str(json_path(now, "spec.rayClusterConfig"), "rayVersion"), "2.59.0");
    cJSON_Delete(now);
}

/* ---- read only ---- */

static void without_permission_the_engine_refuses_by_itself(void **state)
{
    struct deploy_harness *r = *state;
    r->no = "READ-ONLY: not armed";
    deploy_harness_deploy(r, MANIFEST("a: '1'"), NULL);
    deploy_harness_said(r, "  dry run: configmap/m: accepted by the API server\n");
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_GUARD);
    assert_string_equal(r->why, "READ-ONLY: not armed: nothing was applied");
    deploy_harness_said(r, "# confirm: READ-ONLY: not armed\n= confirm failed\n");
    cJSON_Delete(sim_fixture_get(r->sim, MAP, 404));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_made_is_ours_to_apply, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(what_somebody_made_meanwhile_is_left_alone, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(another_one_of_that_name_is_left_alone, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(what_may_not_be_read_or_applied_is_said_at_once, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_checked_in_a_new_namespace_is_not_applied, race_setup,
                                        race_teardown),
        cmocka_unit_test_setup_teardown(what_is_gone_is_not_made_anew, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(what_was_changed_meanwhile_is_shown_first, race_setup, race_teardown),
        cmocka_unit_test_setup_teardown(the_operators_field_is_taken_as_shown, running_up, race_teardown),
        cmocka_unit_test_setup_teardown(a_conflict_that_was_not_shown_is_not_forced, running_up, race_teardown),
        cmocka_unit_test_setup_teardown(another_rayservice_of_that_name_is_left_alone, running_up, race_teardown),
        cmocka_unit_test_setup_teardown(without_permission_the_engine_refuses_by_itself, race_setup, race_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
