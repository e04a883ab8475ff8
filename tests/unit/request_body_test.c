/* request_body_test.c - what an API server is sent, byte by byte. */
#include "backends/kube/request_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void body_is(cJSON *body, const char *text)
{
    char *got = cJSON_PrintUnformatted(body);
    assert_string_equal(got, text);
    cJSON_free(got);
    cJSON_Delete(body);
}

static void a_path_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *root, *ns, *resource, *name, *path;
    } cases[] = {
        {"/api/v1", "mistral", "pods", "p-0", "/api/v1/namespaces/mistral/pods/p-0"},
        {"/api/v1", NULL, "nodes", NULL, "/api/v1/nodes"},
        {"/apis/ray.io/v1", "a/../b", "rayservices", "x?y", "/apis/ray.io/v1/namespaces/a%2F..%2Fb/rayservices/x%3Fy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = request_path(cases[i].root, cases[i].ns, cases[i].resource, cases[i].name);
        assert_string_equal(path, cases[i].path);
        free(path);
    }
}

#define REVIEW(attributes)                                                                                             \
    "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\",\"spec\":"                       \
    "{\"resourceAttributes\":{" attributes "}}}"

static void a_review_names_group_and_subresource(void **state)
{
    (void)state;
    body_is(review_body("delete", "pods", "mistral"),
            REVIEW("\"verb\":\"delete\",\"resource\":\"pods\",\"namespace\":\"mistral\""));
    body_is(review_body("create", "pods/exec", "a"),
            REVIEW("\"verb\":\"create\",\"resource\":\"pods\",\"subresource\":\"exec\",\"namespace\":\"a\""));
    body_is(review_body("patch", "ingresses.networking.k8s.io/status", NULL),
            REVIEW("\"verb\":\"patch\",\"resource\":\"ingresses\",\"subresource\":\"status\","
                   "\"group\":\"networking.k8s.io\""));
}

#define OPTIONS "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u\""

static void a_delete_names_the_object_that_is_meant(void **state)
{
    (void)state;
    body_is(delete_body(&(struct delete_options){.uid = "u", .grace_s = -1}), OPTIONS "}}");
    body_is(delete_body(&(struct delete_options){.uid = "u"}), OPTIONS "},\"gracePeriodSeconds\":0}");
    body_is(
        delete_body(&(struct delete_options){.uid = "u", .version = "7", .grace_s = -1, .propagation = "Background"}),
        OPTIONS ",\"resourceVersion\":\"7\"},\"propagationPolicy\":\"Background\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_escaped),
        cmocka_unit_test(a_review_names_group_and_subresource),
        cmocka_unit_test(a_delete_names_the_object_that_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
