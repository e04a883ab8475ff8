/* deploy_parse_test.c - what a cluster offers, what KubeRay says of a service, and why one does not answer yet. */
#include "deploy/cluster_parse.h"
#include "deploy/service_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parsed_json(const char *text)
{
    cJSON *root = NULL;
    struct why why = {0};
    if (json_parse(text, strlen(text), &root, &why)) fail_msg("%s: %s", why.text, text);
    return root;
}

#define OPERATOR(image, status)                                                                                        \
    "{\"items\":[{\"metadata\":{\"namespace\":\"k\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":"    \
    "\"" image "\"}]}}},\"status\":" status "}]}"

static void the_operators_version_is_its_images_tag(void **state)
{
    (void)state;
    static const struct {
        const char *image, *version;
    } cases[] = {{"quay.io/kuberay/operator:v1.7.0", "v1.7.0"},
                 {"registry:5000/kuberay/operator", ""},
                 {"registry:5000/kuberay/operator:v1.2.1@sha256:ab", "v1.2.1"},
                 {"operator", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[600];
        struct operator_seen seen;
        snprintf(text, sizeof text, OPERATOR("%s", "{}"), cases[i].image);
        cJSON *list = parsed_json(text);
        assert_int_equal(operator_parse(list, &seen), ERR_OK);
        assert_string_equal(seen.version, cases[i].version);
        assert_true(seen.ready.known && seen.ready.value == 0);
        cJSON_Delete(list);
    }
    struct operator_seen seen;
    cJSON *none = parsed_json("{\"items\":[]}");
    assert_int_equal(operator_parse(none, &seen), ERR_NOT_FOUND);
    assert_int_equal(operator_parse(NULL, &seen), ERR_NOT_FOUND);
    cJSON_Delete(none);
}

static void versions_are_compared_as_numbers(void **state)
{
    (void)state;
    assert_int_equal(operator_is_older("v1.2.1", 1, 3), TRI_YES);
    assert_int_equal(operator_is_older("1.10.0", 1, 3), TRI_NO);
    assert_int_equal(operator_is_older("v1.3", 1, 3), TRI_NO);
    assert_int_equal(operator_is_older("v0.6.0", 1, 3), TRI_YES);
    assert_int_equal(operator_is_older("2.22.0", 2, 50), TRI_YES);
    assert_int_equal(operator_is_older("2.60.0", 2, 50), TRI_NO);
    static const char *const none[] = {"", "latest", "v1", "nightly.x", "1.x", "v"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(operator_is_older(none[i], 1, 3), TRI_UNKNOWN);
}

static void a_recorded_service_is_ready(void **state)
{
    (void)state;
    cJSON *list = fixture_json("tests/fixtures/recordings/ray-mistral/rayservices.list.json");
    struct service_seen seen;
    service_parse(json_get(list, "items")->child, &seen);
    assert_true(seen.current);
    assert_false(seen.refused);
    assert_int_equal(seen.ready, TRI_YES);
    assert_string_equal(seen.reason, "NonZeroServeEndpoints");
    assert_string_equal(seen.active, "mistral-ghdk5");
    assert_string_equal(seen.pending, "");
    assert_string_equal(seen.deleting, "");
    assert_string_equal(seen.finalizers, "ray.io/rayservice-finalizer");
    cJSON_Delete(list);
}

static void what_else_a_status_may_say(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool current, refused;
        enum tri ready;
    } cases[] = {
        {"{}", false, false, TRI_UNKNOWN},
        {"{\"metadata\":{\"generation\":1},\"status\":{}}", false, false, TRI_UNKNOWN},
        {"{\"metadata\":{\"generation\":2},\"status\":{\"observedGeneration\":1}}", false, false, TRI_UNKNOWN},
        {"{\"metadata\":{\"generation\":2},\"status\":{\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\","
         "\"status\":\"False\",\"reason\":\"ValidationFailed\"}]}}",
         true, true, TRI_NO},
        {"{\"status\":{\"serviceStatus\":\"Running\"}}", true, false, TRI_YES},
        {"{\"status\":{\"conditions\":\"odd\",\"activeServiceStatus\":7}}", true, false, TRI_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct service_seen seen;
        cJSON *object = parsed_json(cases[i].text);
        service_parse(object, &seen);
        assert_int_equal(seen.current, cases[i].current);
        assert_int_equal(seen.refused, cases[i].refused);
        assert_int_equal(seen.ready, cases[i].ready);
        cJSON_Delete(object);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_operators_version_is_its_images_tag),
        cmocka_unit_test(versions_are_compared_as_numbers),
        cmocka_unit_test(a_recorded_service_is_ready),
        cmocka_unit_test(what_else_a_status_may_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
