/* kube_guard_test.c - which requests are changes. */
#include "backends/kube/kube_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POD "/api/v1/namespaces/mistral/pods/p"

static void reading_changes_nothing(void **state)
{
    (void)state;
    assert_false(kube_request_changes("GET", POD));
    assert_false(kube_request_changes("HEAD", "/version"));
    assert_false(kube_request_changes("GET", "/api/v1/pods?watch=true"));
    assert_false(kube_request_changes("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"));
}

static void every_other_method_does(void **state)
{
    (void)state;
    static const char *const methods[] = {"DELETE", "PATCH", "PUT", "POST", "get", "", "LINK"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        assert_true(kube_request_changes(methods[i], POD));
        assert_true(kube_request_changes(methods[i], POD "?fieldManager=raydeck"));
    }
    assert_true(kube_request_changes("DELETE", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"));
    assert_true(kube_request_changes("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x"));
    assert_true(kube_request_changes("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews"));
}

static void a_dry_run_changes_nothing_and_must_be_one(void **state)
{
    (void)state;
    assert_false(kube_request_changes("PATCH", POD "?fieldManager=raydeck&dryRun=All"));
    assert_false(kube_request_changes("POST", POD "?dryRun=All&fieldManager=raydeck"));
    assert_true(kube_request_changes("PATCH", POD "?dryRun="));
    assert_true(kube_request_changes("PATCH", POD "?dryRun=None"));
    assert_true(kube_request_changes("PATCH", POD "?dryRun=Allx"));
    assert_true(kube_request_changes("PATCH", POD "?xdryRun=All"));
    assert_true(kube_request_changes("PATCH", POD "&dryRun=All"));
    assert_true(kube_request_changes("PATCH", POD "?a=b#dryRun=All"));
}

/* A prompt is a POST to Ray Serve, and no change of the cluster. */
static void a_prompt_through_the_proxy_is_no_change(void **state)
{
    (void)state;
    assert_false(kube_request_changes("POST", "/api/v1/namespaces/mistral/services/s:8000/proxy/v1/chat/completions"));
    assert_false(kube_request_changes("POST", POD "/proxy"));
    assert_false(kube_request_changes("POST", POD "/proxy?a=b"));
    assert_true(kube_request_changes("DELETE", POD "/proxy/x"));
    assert_true(kube_request_changes("PUT", POD "/proxy/api/serve/applications/?dryRun=All"));
    assert_true(kube_request_changes("POST", POD "/eviction"));
    assert_true(kube_request_changes("POST", POD "/proxyx"));
    assert_true(kube_request_changes("POST", "/api/v1/namespaces/mistral/secrets/s/proxy"));
    assert_true(kube_request_changes("POST", "/api/v1/namespaces/proxy/pods/proxy"));
    assert_true(kube_request_changes("POST", POD "?x=/proxy/"));
    assert_true(kube_request_changes("POST", "/api/v1/namespaces/mistral/nodes/n/proxy"));
    assert_true(kube_request_changes("POST", "/api/v2/namespaces/mistral/pods/p/proxy"));
    assert_true(kube_request_changes("POST", "/api/v1/namespaces//pods/p/proxy"));
    assert_true(kube_request_changes("POST", "/api/v1/namespaces/mistral/pods//proxy"));
    assert_true(kube_request_changes("POST", "xapi/v1/namespaces/mistral/pods/p/proxy")); /* no path of the API's */
    assert_true(kube_request_changes("POST", "?/api/v1/namespaces/mistral/pods/p/proxy"));
    /* A server may take "..", plain or encoded, for a step up. */
    assert_true(kube_request_changes("POST", POD "/proxy/../eviction"));
    assert_true(kube_request_changes("POST", "/api/v1/namespaces/mistral/pods/../proxy/x"));
    assert_true(kube_request_changes("POST", POD "/proxy/%2e%2E/eviction"));
    assert_true(kube_request_changes("POST", POD "/proxy/.%2F"));
    assert_true(kube_request_changes("POST", POD "/proxy/.%2feviction"));
    assert_true(kube_request_changes("POST", POD "/proxy/%2ex"));
}

static enum err nothing_may_change(void *arg, struct why *why)
{
    (void)arg;
    return why_set(why, ERR_GUARD, "READ-ONLY");
}

static const char *held_lease(void *arg)
{
    return arg;
}

/* Of a drill that was interrupted, or whose context is not armed any more. */
static void a_lease_that_was_taken_is_given_back(void **state)
{
    (void)state;
    static const char lease[] = "/apis/coordination.k8s.io/v1/namespaces/mistral/leases/raydeck-drill-mistral";
    struct kube_guard guard = {nothing_may_change, (void *)(uintptr_t)lease, held_lease};
    char path[200];
    snprintf(path, sizeof path, "%s?fieldManager=raydeck&force=true", lease);
    assert_int_equal(kube_guard_check(&guard, "PATCH", path, NULL), ERR_OK);
    assert_int_equal(kube_guard_check(&guard, "DELETE", path, NULL), ERR_GUARD);
    assert_int_equal(kube_guard_check(&guard, "PATCH", POD, NULL), ERR_GUARD);
    snprintf(path, sizeof path, "%s2?fieldManager=raydeck", lease);
    assert_int_equal(kube_guard_check(&guard, "PATCH", path, NULL), ERR_GUARD);
    guard.arg = NULL;
    assert_int_equal(kube_guard_check(&guard, "PATCH", lease, NULL), ERR_GUARD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_that_was_taken_is_given_back),
        cmocka_unit_test(reading_changes_nothing),
        cmocka_unit_test(every_other_method_does),
        cmocka_unit_test(a_dry_run_changes_nothing_and_must_be_one),
        cmocka_unit_test(a_prompt_through_the_proxy_is_no_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
