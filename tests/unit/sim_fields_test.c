/* sim_fields_test.c - Sets of managed fields against recorded ones; merging and conflicts. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/fields.h"
#include "backends/sim/schema.h"
#include "backends/sim/server_apply.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parsed_json(const char *text)
{
    char *json = mem_str(text);
    for (char *c = json; *c; c++)
        if (*c == '\'') *c = '"';
    cJSON *made = cJSON_Parse(json);
    if (!made) fail_msg("not JSON: %s", text);
    free(json);
    return made;
}

static void assert_json(const cJSON *ours, const char *wanted)
{
    cJSON *w = parsed_json(wanted);
    char *text = cJSON_PrintUnformatted(ours);
    if (!cJSON_Compare(ours, w, 1)) fail_msg("%s\nis not\n%s", text, wanted);
    cJSON_free(text);
    cJSON_Delete(w);
}

/* An Update also lists the containers of what it changed ("."), which an Apply does not. */
static void without_dots(cJSON *set)
{
    cJSON_DeleteItemFromObject(set, ".");
    for (cJSON *c = set->child; c; c = c->next) without_dots(c);
}

static void a_rayservice_has_the_recorded_fields(void **state)
{
    (void)state;
    cJSON *recorded = fixture_json("tests/fixtures/sim/recorded-deploy.json");
    cJSON *service = fixture_json("tests/fixtures/sim/rayservice-applied.json");
    cJSON *list = cJSON_GetObjectItem(recorded, "managed-fields");
    cJSON *theirs = cJSON_GetObjectItem(cJSON_GetArrayItem(list, 0), "fieldsV1");
    assert_string_equal(json_str(cJSON_GetArrayItem(list, 0), "manager"), "kubectl-client-side-apply");
    assert_string_equal(json_str(cJSON_GetArrayItem(list, 1), "manager"), "kuberay-operator");
    schema_defaults(SIM_RAYSERVICE, service); /* as they are before an Update is looked at */
    cJSON *ours = fields_of(service);
    /* The operator has the worker groups by then; kubectl's annotation and the scheduler are not in ours. */
    fields_disown(ours, "spec.rayClusterConfig.workerGroupSpecs");
    cJSON_DeleteItemFromObject(theirs, "f:metadata");
    fields_disown(theirs, "spec.rayClusterConfig.headGroupSpec.template.spec.schedulerName");
    without_dots(theirs);
    without_dots(ours);
    char *a = cJSON_PrintUnformatted(theirs), *b = cJSON_PrintUnformatted(ours);
    if (!cJSON_Compare(theirs, ours, 1)) fail_msg("recorded %s\nours     %s", a, b);
    cJSON_free(a);
    cJSON_free(b);
    cJSON_Delete(ours);
    cJSON_Delete(service);
    cJSON_Delete(recorded);
}

static void lists_merge_by_their_keys(void **state)
{
    (void)state;
    cJSON *live = parsed_json("{'containers':[{'name':'a','image':'1','env':[{'name':'X','value':'1'}]},{'name':'b'}],"
                              "'args':['x'],'nodeSelector':{'p':'q'}}");
    cJSON *config = parsed_json("{'containers':[{'name':'a','env':[{'name':'Y','value':'2'}]}],'args':['y','z'],"
                                "'nodeSelector':{'r':'s'},'nothing':null}");
    fields_merge(live, config);
    assert_json(live, "{'containers':[{'name':'a','image':'1','env':[{'name':'X','value':'1'},{'name':'Y','value':'2'}]"
                      "},{'name':'b'}],'args':['y','z'],'nodeSelector':{'r':'s'}}");
    cJSON *set = fields_of(config);
    assert_json(set, "{'f:containers':{'k:{\\\"name\\\":\\\"a\\\"}':{'.':{},'f:name':{},'f:env':{"
                     "'k:{\\\"name\\\":\\\"Y\\\"}':{'.':{},'f:name':{},'f:value':{}}}}},'f:args':{},"
                     "'f:nodeSelector':{}}");
    cJSON_Delete(set);
    cJSON_Delete(config);
    cJSON_Delete(live);
}

static cJSON *config_apply(cJSON *live, const char *config, const char *manager, bool force, cJSON **refusal)
{
    cJSON *c = parsed_json(config);
    const struct apply_ask ask = {.config = c, .manager = manager, .force = force, .now_ms = 1000};
    *refusal = NULL;
    cJSON *made = apply_merge(live, &ask, refusal);
    cJSON_Delete(c);
    if (made) cJSON_Delete(live);
    return made ? made : live;
}

#define OBJECT(data) "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m'}," data "}"

static void managers_share_what_they_agree_on(void **state)
{
    (void)state;
    cJSON *no;
    cJSON *o = config_apply(NULL, OBJECT("'data':{'a':'1','b':'1'}"), "one", false, &no);
    o = config_apply(o, OBJECT("'data':{'a':'1','c':'1'}"), "two", false, &no);
    assert_null(no);
    /* Both say a: it stays when one of them drops it. */
    o = config_apply(o, OBJECT("'data':{'b':'1'}"), "one", false, &no);
    assert_null(no);
    assert_json(json_get(o, "data"), "{'a':'1','b':'1','c':'1'}");
    o = config_apply(o, OBJECT("'data':{'c':'1'}"), "two", false, &no);
    assert_json(json_get(o, "data"), "{'b':'1','c':'1'}");
    /* Several conflicts are told together, and taken together. */
    o = config_apply(o, OBJECT("'data':{'b':'2','c':'2'}"), "three", false, &no);
    assert_non_null(no);
    assert_string_equal(json_str(no, "message"), "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.b\n"
                                                 "conflicts with \"two\":\n- .data.c");
    assert_int_equal(cJSON_GetArraySize(json_path(no, "details.causes")), 2);
    cJSON_Delete(no);
    o = config_apply(o, OBJECT("'data':{'b':'2','c':'2'}"), "three", true, &no);
    assert_null(no);
    assert_json(json_get(o, "data"), "{'b':'2','c':'2'}");
    assert_null(managed_fields(o, "one", "Apply"));
    assert_json(managed_fields(o, "three", "Apply"), "{'f:data':{'f:b':{},'f:c':{}}}");
    cJSON_Delete(o);
}

static void an_update_takes_a_field_over(void **state)
{
    (void)state;
    cJSON *no;
    cJSON *o = config_apply(NULL, OBJECT("'data':{'a':'1','b':'1'}"), "one", false, &no);
    managed_disown(o, "other", "data.b");
    managed_set(o, "other", "Update", parsed_json("{'f:data':{'f:b':{}}}"), 5000);
    assert_json(managed_fields(o, "one", "Apply"), "{'f:data':{'f:a':{}}}");
    o = config_apply(o, OBJECT("'data':{'a':'1','b':'2'}"), "one", false, &no);
    assert_non_null(no);
    assert_string_equal(json_str(no, "message"), "Apply failed with 1 conflict: conflict with \"other\" using v1: "
                                                 ".data.b");
    cJSON_Delete(no);
    /* With the value that it has there is no conflict. */
    o = config_apply(o, OBJECT("'data':{'a':'1','b':'1'}"), "one", false, &no);
    assert_null(no);
    cJSON_Delete(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rayservice_has_the_recorded_fields),
        cmocka_unit_test(lists_merge_by_their_keys),
        cmocka_unit_test(managers_share_what_they_agree_on),
        cmocka_unit_test(an_update_takes_a_field_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
