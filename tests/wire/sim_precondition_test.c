/* sim_precondition_test.c - what a request says the object has to be, on the simulated API server: as Kubernetes 1.34
 * answers it. */
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
#define JSON "application/json"
#define MAPS "/api/v1/namespaces/mistral/configmaps"
#define MAP MAPS "/m"
#define AS "?fieldManager=raydeck"
#define OF(meta, value)                                                                                                \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"" meta "},\"data\":{\"a\":\"" value     \
    "\"}}"

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

static const char *meta_text(const cJSON *obj, const char *name)
{
    const char *text = json_str(json_get(obj, "metadata"), name);
    assert_non_null(text);
    return text;
}

/* The message of a refusal has the text. */
static void request_refused(struct sim_fixture *b, const char *method, const char *path, const char *type,
                            const char *body, long status, const char *text)
{
    cJSON *s = sim_fixture_ask(b, method, path, type, body, status);
    if (!strstr(json_str(s, "message"), text)) fail_msg("%s", json_str(s, "message"));
    cJSON_Delete(s);
}

static void a_post_makes_what_is_not_there(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *made = sim_fixture_ask(b, "POST", MAPS AS "&fieldValidation=Strict", JSON, OF("", "1"), 201);
    const cJSON *entry = cJSON_GetArrayItem(json_path(made, "metadata.managedFields"), 0);
    assert_string_equal(json_str(entry, "manager"), "raydeck");
    assert_string_equal(json_str(entry, "operation"), "Update");
    assert_non_null(json_path(entry, "fieldsV1.f:data.f:a"));
    cJSON_Delete(made);
    cJSON *again = sim_fixture_ask(b, "POST", MAPS AS, JSON, OF("", "2"), 409);
    assert_string_equal(json_str(again, "reason"), "AlreadyExists");
    assert_string_equal(json_str(again, "message"), "configmaps \"m\" already exists");
    cJSON_Delete(again);
    made = sim_fixture_get(b, MAP, 200);
    assert_string_equal(json_str(json_get(made, "data"), "a"), "1");
    cJSON_Delete(made);
    request_refused(b, "POST", MAPS AS, JSON,
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"n\"},\"dat\":{}}", 400,
                    "strict decoding error: unknown field \"dat\"");
    cJSON_Delete(sim_fixture_ask(b, "POST", MAPS AS "&dryRun=All", JSON,
                                 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"n\"}}", 201));
    cJSON_Delete(sim_fixture_get(b, MAPS "/n", 404));
    sim_fixture_say(b, "deny create configmaps");
    request_refused(b, "POST", MAPS AS, JSON, OF("", "1"), 403, "cannot create resource \"configmaps\"");
}

/* As client-go's csaupgrade does it. */
static void a_json_patch_hands_fields_over(void **state)
{
    static const char patch[] =
        "[{\"op\":\"test\",\"path\":\"/metadata/managedFields/0/operation\",\"value\":\"Update\"},"
        "{\"op\":\"replace\",\"path\":\"/metadata/managedFields/0/operation\",\"value\":\"Apply\"}]";
    struct sim_fixture *b = *state;
    cJSON_Delete(sim_fixture_ask(b, "POST", MAPS AS, JSON, OF("", "1"), 201));
    cJSON *now = sim_fixture_ask(b, "PATCH", MAP AS, "application/json-patch+json", patch, 200);
    assert_string_equal(json_str(cJSON_GetArrayItem(json_path(now, "metadata.managedFields"), 0), "operation"),
                        "Apply");
    cJSON_Delete(now);
    request_refused(b, "PATCH", MAP AS, "application/json-patch+json", patch, 422, "the server rejected our request");
    /* What is no longer said goes: it was applied. */
    cJSON_Delete(sim_fixture_ask(b, "PATCH", MAP AS, YAML,
                                 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"}}", 200));
    now = sim_fixture_get(b, MAP, 200);
    assert_null(json_path(now, "data.a"));
    cJSON_Delete(now);
}

static void an_apply_may_say_which_object_it_means(void **state)
{
    struct sim_fixture *b = *state;
    request_refused(
        b, "PATCH", MAP AS, YAML, OF(",\"uid\":\"u\"", "1"), 409,
        "Operation cannot be fulfilled on configmaps \"m\": uid mismatch: the provided object specified uid u, and "
        "no existing object was found");
    cJSON *made = sim_fixture_ask(b, "PATCH", MAP AS, YAML, OF("", "1"), 201);
    request_refused(b, "PATCH", MAP AS, YAML, OF(",\"uid\":\"u\"", "2"), 422,
                    "metadata.uid: Invalid value: \"u\": field is immutable");
    request_refused(b, "PATCH", MAP AS "&force=true", YAML, OF(",\"resourceVersion\":\"1\"", "2"), 409,
                    "the object has been modified; please apply your changes to the latest version");
    char *pinned = mem_printf(OF(",\"uid\":\"%s\",\"resourceVersion\":\"%s\"", "2"), meta_text(made, "uid"),
                              meta_text(made, "resourceVersion"));
    cJSON *now = sim_fixture_ask(b, "PATCH", MAP AS, YAML, pinned, 200);
    assert_string_equal(json_str(json_get(now, "data"), "a"), "2");
    assert_string_equal(meta_text(now, "uid"), meta_text(made, "uid"));
    assert_string_not_equal(meta_text(now, "resourceVersion"), meta_text(made, "resourceVersion"));
    assert_null(
        json_path(cJSON_GetArrayItem(json_path(now, "metadata.managedFields"), 0), "fieldsV1.f:metadata.f:uid"));
    request_refused(b, "PATCH", MAP AS, YAML, pinned, 409, "the object has been modified");
    free(pinned);
    cJSON_Delete(made);
    cJSON_Delete(now);
}

static void a_delete_may_say_which_object_it_means(void **state)
{
    static const char *const paths[] = {MAP, "/api/v1/namespaces/mistral",
                                        "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral"};
    struct sim_fixture *b = *state;
    cJSON_Delete(sim_fixture_ask(b, "PATCH", MAP AS, YAML, OF("", "1"), 201));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        request_refused(b, "DELETE", paths[i], JSON, "{\"preconditions\":{\"uid\":\"other\"}}", 409,
                        "the UID in the precondition (other) does not match the UID in record (");
        request_refused(b, "DELETE", paths[i], JSON, "{\"preconditions\":{\"resourceVersion\":\"1\"}}", 409,
                        "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (");
        cJSON_Delete(sim_fixture_get(b, paths[i], 200));
    }
    cJSON *map = sim_fixture_get(b, MAP, 200);
    char *body = mem_printf("{\"preconditions\":{\"uid\":\"%s\",\"resourceVersion\":\"%s\"}}", meta_text(map, "uid"),
                            meta_text(map, "resourceVersion"));
    cJSON_Delete(sim_fixture_ask(b, "DELETE", MAP, JSON, body, 200));
    cJSON_Delete(sim_fixture_ask(b, "DELETE", MAP, JSON, body, 404));
    free(body);
    cJSON_Delete(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_post_makes_what_is_not_there, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_json_patch_hands_fields_over, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(an_apply_may_say_which_object_it_means, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_delete_may_say_which_object_it_means, sim_setup, sim_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
