/*
 * deploy_kinds_test.c - kinds beyond kinds.def: found by discovery as kubectl does it, applied with the same guards,
 * and cleaned up; against the simulator's API server, and against answers that are none.
 */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/kind_discovery.h"
#include "tests/support/deploy_harness.h"
#include "tests/support/deploy_script.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NS "/api/v1/namespaces/mistral"
#define SETS "/apis/apps/v1/namespaces/mistral/statefulsets/redis"
#define POLICIES "/apis/networking.k8s.io/v1/namespaces/mistral/networkpolicies/redis"
#define META(name) "metadata: {name: " name ", namespace: mistral}\n"
#define MANIFEST(image)                                                                                                \
    "apiVersion: v1\nkind: Pod\n" META(                                                                                \
        "tool") "spec: {containers: [{name: a, image: '" image "'}]}\n---\n"                                           \
                "apiVersion: apps/v1\nkind: StatefulSet\n" META(                                                       \
                    "redis") "spec: {serviceName: redis, replicas: 1, selector: "                                      \
                             "{matchLabels: {app: redis}}, template: {metadata: {labels: {app: redis}}, spec: "        \
                             "{containers: [{name: r, image: "                                                         \
                             "'redis:7'}]}}}\n---\n"                                                                   \
                             "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n" META(                           \
                                 "redis") "spec: {podSelector: {}}\n---\n"                                             \
                                          "apiVersion: v1\nkind: PersistentVolumeClaim\n" META(                        \
                                              "data") "spec: {accessModes: [ReadWriteOnce]}\n"

static int harness_open(void **state)
{
    *state = deploy_harness_new(&(struct sim_conf){.seed = 5, .speed = 100, .no_redis = true});
    return 0;
}

static int harness_close(void **state)
{
    deploy_harness_free(*state);
    return 0;
}

static void manifest_deployed(struct deploy_harness *r, const char *text)
{
    deploy_harness_deploy(r, text, NULL);
    deploy_harness_answer(r, true);
    if (r->err) fail_msg("%s\n%s", r->why, r->said);
}

static const char *image_of(struct deploy_harness *r)
{
    static char image[64];
    cJSON *pod = sim_fixture_get(r->sim, NS "/pods/tool", 200);
    const cJSON *containers = json_path(pod, "spec.containers");
    snprintf(image, sizeof image, "%s", json_str(containers ? containers->child : NULL, "image"));
    cJSON_Delete(pod);
    return image;
}

static void kinds_beyond_the_table_are_applied(void **state)
{
    struct deploy_harness *r = *state;
    manifest_deployed(r, MANIFEST("busybox:1"));
    deploy_harness_said(r, "  dry run: pod/tool: accepted by the API server\n");
    deploy_harness_said(r, "  apply: pod/tool serverside-applied\n");
    deploy_harness_said(r, "  apply: statefulset.apps/redis serverside-applied\n");
    deploy_harness_said(r, "  apply: networkpolicy.networking.k8s.io/redis serverside-applied\n");
    deploy_harness_said(r, "  apply: persistentvolumeclaim/data serverside-applied\n");
    static const char *const paths[] = {NS "/pods/tool", SETS, POLICIES, NS "/persistentvolumeclaims/data"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        cJSON *object = sim_fixture_get(r->sim, paths[i], 200);
        assert_string_equal(json_str(json_get(json_get(object, "metadata"), "labels"), OWN_LABEL), OWN_VALUE);
        cJSON_Delete(object);
    }
    /* And changed, with what differs said before. */
    manifest_deployed(r, MANIFEST("busybox:2"));
    deploy_harness_said(r, "  difference: pod/tool: 1 field changes\n");
    deploy_harness_said(r, "  difference: statefulset.apps/redis: unchanged\n");
    assert_string_equal(image_of(r), "busybox:2");
}

static void the_guards_hold_for_them_too(void **state)
{
    struct deploy_harness *r = *state;
    /* Made by somebody else since it was shown. */
    deploy_harness_deploy(r, MANIFEST("busybox:1"), NULL);
    cJSON_Delete(sim_fixture_ask(r->sim, "POST", NS "/pods?fieldManager=other", "application/json",
                                 "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"tool\"},\"spec\":{"
                                 "\"containers\":[{\"name\":\"a\",\"image\":\"theirs:1\"}]}}",
                                 201));
    deploy_harness_answer(r, true);
    assert_int_equal(r->err, ERR_CONFLICT);
    deploy_harness_said(r, "# apply: pod/tool: it was created by another client since it was shown: not changed\n");
    assert_string_equal(image_of(r), "theirs:1");
    /* A field of another manager is not taken, and nothing of theirs is cleaned up. */
    deploy_harness_deploy(r, MANIFEST("busybox:1"), NULL);
    assert_false(r->asked);
    deploy_harness_said(r, "# dry run: pod/tool: fields ");
    assert_string_equal(image_of(r), "theirs:1");
}

static void what_was_applied_is_cleaned_up(void **state)
{
    struct deploy_harness *r = *state;
    cJSON_Delete(sim_fixture_ask(r->sim, "POST", "/apis/apps/v1/namespaces/mistral/statefulsets?fieldManager=other",
                                 "application/json",
                                 "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":"
                                 "\"theirs\"},\"spec\":{}}",
                                 201));
    manifest_deployed(r, MANIFEST("busybox:1"));
    deploy_harness_cleanup(r);
    deploy_harness_said(r, "  read: pod/tool\n");
    deploy_harness_said(r, "  read: statefulset.apps/redis\n");
    deploy_harness_answer(r, true);
    if (r->err) fail_msg("%s\n%s", r->why, r->said);
    static const char *const paths[] = {NS "/pods/tool", SETS, POLICIES, NS "/persistentvolumeclaims/data"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) cJSON_Delete(sim_fixture_get(r->sim, paths[i], 404));
    cJSON_Delete(
        sim_fixture_get(r->sim, "/apis/apps/v1/namespaces/mistral/statefulsets/theirs", 200)); /* nobody asked */
}

/* What the simulator says of itself is said as a real API server does. */
static void discovery_is_as_recorded(void **state)
{
    struct deploy_harness *r = *state;
    char *text = fixture_read("tests/fixtures/deploy/discovery/ray.io-v1.json", NULL);
    cJSON *real = NULL, *ours = sim_fixture_get(r->sim, "/apis/ray.io/v1", 200);
    assert_int_equal(json_parse(text, strlen(text), &real, NULL), ERR_OK);
    static const char *const heads[] = {"kind", "apiVersion", "groupVersion"};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        assert_string_equal(json_str(ours, heads[i]), json_str(real, heads[i]));
    static const char *const members[] = {"name", "singularName", "namespaced", "kind", "verbs"};
    size_t compared = 0;
    JSON_EACH (a, json_get(ours, "resources")) {
        JSON_EACH (b, json_get(real, "resources")) {
            if (!text_eq(json_str(a, "name"), json_str(b, "name"))) continue;
            compared++;
            for (size_t i = 0; i < ARRAY_LEN(members); i++)
                if (!cJSON_Compare(json_get(a, members[i]), json_get(b, members[i]), 1))
                    fail_msg("%s of %s", members[i], json_str(a, "name"));
        }
    }
    assert_int_equal(compared, 4); /* rayservices and rayclusters, and the status of each */
    cJSON_Delete(real);
    cJSON_Delete(ours);
    free(text);
    /* The core group's has no apiVersion; names are in order, subresources among them. */
    ours = sim_fixture_get(r->sim, "/api/v1", 200);
    assert_null(json_get(ours, "apiVersion"));
    assert_string_equal(json_str(ours, "groupVersion"), "v1");
    const char *before = "";
    JSON_EACH (a, json_get(ours, "resources")) {
        assert_true(strcmp(before, json_str(a, "name")) < 0);
        before = json_str(a, "name");
    }
    assert_string_equal(json_str(discovery_find(ours, "Pod"), "name"), "pods");
    cJSON_Delete(ours);
}

/* ---- answers of every kind ---- */

static void what_cannot_be_found_is_said(void **state)
{
    (void)state;
#define STATUS(code) "{\"kind\":\"Status\",\"code\":" code ",\"message\":\"not now\"}"
#define RESOURCE(name, verbs)                                                                                          \
    "{\"resources\":[{\"name\":\"widgets/"                                                                             \
    "status\",\"kind\":\"Widget\",\"namespaced\":true,\"verbs\":[\"get\",\"patch\","                                   \
    "\"create\"]},{\"name\":\"" name "\",\"kind\":\"Widget\",\"namespaced\":true,\"verbs\":[" verbs "]}]}"
    static const struct {
        int status;
        const char *body, *said;
    } rows[] = {
        {404, STATUS("404"),
         "no matches for kind \"Widget\" in version \"example.com/v1\": ensure CRDs are installed first\n"},
        {404, "404 page not found\n", /* as of a group that there is not */
         "no matches for kind \"Widget\" in version \"example.com/v1\": ensure CRDs are installed first\n"},
        {200, "{\"resources\":[{\"name\":\"gadgets\",\"kind\":\"Gadget\"}]}",
         "no matches for kind \"Widget\" in version \"example.com/v1\": ensure CRDs are installed first\n"},
        {200, "{\"resources\":[{\"name\":\"widgets/status\",\"kind\":\"Widget\"}]}",
         "no matches for kind \"Widget\" in version \"example.com/v1\": ensure CRDs are installed first\n"},
        {403, STATUS("403"),
         "whether there is a kind \"Widget\" in version \"example.com/v1\" is not known: not now\n"},
        {200, RESOURCE("widgets", "\"create\",\"get\""),
         "the API server lets nobody apply a Widget of example.com/v1: it has no verbs create and patch\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct answer_row answers[] = {{"GET /apis/example.com/v1 ", rows[i].status, rows[i].body, 0, 0},
                                             {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = deploy_script_new(answers);
        deploy_script_run(
            r, &(struct deploy_script_how){.text = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n"});
        assert_int_equal(r->run.err, ERR_PARSE);
        char *said = mem_printf("# prerequisites: ft.yaml:1: Widget w: %s", rows[i].said);
        deploy_script_said(r, said);
        assert_null(strstr(r->run.log, "PATCH"));
        free(said);
        free(r);
    }
}

/* Asked once a kind, however many objects there are of it; a plural is the server's word, and so is the scope. */
static void a_custom_kind_goes_where_the_server_says(void **state)
{
    (void)state;
    static const struct answer_row answers[] = {
        {"GET /apis/example.com/v1 ", 200,
         "{\"resources\":[{\"name\":\"oxen\",\"kind\":\"Ox\",\"namespaced\":true,\"verbs\":[\"create\",\"patch\"]},{"
         "\"name\":\"herds\",\"kind\":\"Herd\",\"namespaced\":false,\"verbs\":[\"create\",\"patch\"]}]}",
         0, 0},
        {"GET /apis/example.com/v1/namespaces/mistral/oxen/", 404, STATUS("404"), 0, 0},
        {"GET /apis/example.com/v1/herds/", 404, STATUS("404"), 0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(answers);
    deploy_script_run(r,
                      &(struct deploy_script_how){
                          .text = "apiVersion: example.com/v1\nkind: Ox\nmetadata: {name: a, namespace: mistral}\n---\n"
                                  "apiVersion: example.com/v1\nkind: Ox\nmetadata: {name: b}\n---\n"
                                  "apiVersion: example.com/v1\nkind: Herd\nmetadata: {name: mistral}\n",
                          .ns = "mistral"});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    const char *first = strstr(r->run.log, "GET /apis/example.com/v1\n"),
               *second = first ? strstr(first + 1, "example.com/v1\n") : NULL;
    assert_non_null(second); /* one for each of the two kinds */
    assert_null(strstr(second + 20, "GET /apis/example.com/v1\n"));
    /* What belongs to no namespace comes first, is not taken for the namespace of its name, and is kept at a clean-up.
     */
    const char *herd = strstr(r->run.log, "POST /apis/example.com/v1/herds?");
    assert_non_null(herd);
    assert_non_null(strstr(herd, "POST /apis/example.com/v1/namespaces/mistral/oxen?"));
    deploy_script_said(
        r, "  difference: herd.example.com/mistral: new\n  difference:   = cluster-scoped: cleanup will keep "
           "it\n");
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kinds_beyond_the_table_are_applied, harness_open, harness_close),
        cmocka_unit_test_setup_teardown(the_guards_hold_for_them_too, harness_open, harness_close),
        cmocka_unit_test_setup_teardown(what_was_applied_is_cleaned_up, harness_open, harness_close),
        cmocka_unit_test_setup_teardown(discovery_is_as_recorded, harness_open, harness_close),
        cmocka_unit_test(what_cannot_be_found_is_said),
        cmocka_unit_test(a_custom_kind_goes_where_the_server_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
