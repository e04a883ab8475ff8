/* kube_scope_test.c - which namespaces the Kubernetes backend reads: all of them with one list and one watch per kind,
 * one of them, or one because all are forbidden. */
#include "backends/base/text.h"
#include "backends/kube/kube_api.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LIST(items) "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" items "]}"
#define META(uid, ns, name) "\"metadata\":{\"uid\":\"" uid "\",\"namespace\":\"" ns "\",\"name\":\"" name "\"}"
#define POD(uid, ns) "{" META(uid, ns, "mistral-head-x") ",\"status\":{\"phase\":\"Running\"}}"
#define SLICE(uid, ns, service)                                                                                        \
    "{\"metadata\":{\"uid\":\"" uid "\",\"namespace\":\"" ns "\",\"name\":\"" uid                                      \
    "\",\"labels\":{\"kubernetes.io/service-name\":\"" service "\"}},\"endpoints\":[]}"
#define EVENT(uid, ns, kind, about)                                                                                    \
    "{" META(uid, ns, uid) ",\"reason\":\"Killing\",\"involvedObject\":{\"kind\":\"" kind "\",\"namespace\":\"" ns     \
                           "\",\"name\":\"" about "\"}}"
#define PODS_OF_ALL "GET /api/v1/pods?"

/* Cluster-wide lists hold two namespaces, and what is not Ray's; `step` of them answer 403. */
static bool request_is_forbidden(const struct kube_fixture *s, const char *request)
{
    return s->step && kube_fixture_is(request, PODS_OF_ALL);
}

static bool scope_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (kube_fixture_is_watch(request)) return false;
    if (request_is_forbidden(s, request))
        *reply = kube_fixture_json(s, 403,
                                   "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
                                   "\"message\":\"pods is forbidden at the cluster scope\"}");
    else if (kube_fixture_is(request, PODS_OF_ALL "limit=250&labelSelector=ray.io%2Fcluster HTTP/1.1\r\n"))
        *reply = kube_fixture_json(s, 200, LIST(POD("in-a", "a") "," POD("in-b", "b")));
    else if (kube_fixture_is(request, "GET /api/v1/namespaces/mistral/pods?"))
        *reply = kube_fixture_json(s, 200, LIST(POD("in-mistral", "mistral")));
    else if (kube_fixture_is(request, "GET /api/v1/namespaces/a/pods?"))
        *reply = kube_fixture_json(s, 200, LIST(POD("in-a", "a")));
    else if (kube_fixture_is(request, "GET /apis/discovery.k8s.io/v1/endpointslices?"))
        *reply = kube_fixture_json(s, 200,
                                   LIST(SLICE("s1", "a", "mistral-serve-svc") "," SLICE("s2", "web", "shop") "," SLICE(
                                       "s3", "b", "-serve-svc")));
    else if (kube_fixture_is(request, "GET /api/v1/events?"))
        *reply = kube_fixture_json(
            s, 200,
            LIST(EVENT("e1", "a", "RayCluster", "x") "," EVENT("e2", "a", "Pod", "mistral-head-x") "," EVENT(
                "e3", "web", "Pod", "shop-5d4f") "," EVENT("e4", "web", "Deployment",
                                                           "shop") "," EVENT("e5", "a", "Job",
                                                                             "mistral-redis-cleanup")));
    else
        return false;
    return true;
}

static void open_all(struct kube_fixture *s)
{
    s->route = scope_route;
    s->all = true;
    kube_fixture_start(s);
    kube_fixture_open(s, "{token: x}", NULL);
}

static const char *scope_of(const struct kube_fixture *s, const char *source)
{
    const struct source *src = world_source_named(s->world, source);
    return src && src->scope ? src->scope : "";
}

static bool all_are_watched(struct kube_fixture *s)
{
    return s->watches[TABLE_POD] && s->watches[TABLE_RAYCLUSTER] && s->watches[TABLE_SLICE] &&
           s->watches[TABLE_EVENT] && s->watches[TABLE_RAYSERVICE] && s->watches[TABLE_KNODE];
}

static void all_namespaces_take_one_watch_per_kind(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    open_all(&s);
    kube_fixture_until(&s, all_are_watched, "every kind is watched");
    assert_int_equal(world_count(s.world, TABLE_POD), 2);
    assert_int_equal(world_count(s.world, TABLE_SLICE), 1); /* the others are no RayService's */
    assert_int_equal(world_count(s.world, TABLE_EVENT), 3);
    assert_int_equal(world_reads_ns(s.world, "a"), TRI_YES);
    assert_int_equal(world_reads_ns(s.world, "whichever"), TRI_YES);
    assert_true(world_watches_all(s.world));
    /* the focus becomes known: it takes no other requests */
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "b", .all = true});
    kube_fixture_for(&s, 200);
    assert_int_equal(s.lists[TABLE_POD], 1);
    assert_int_equal(s.lists[TABLE_EVENT], 1);
    assert_int_equal(s.lists[TABLE_RAYSERVICE], 1);
    kube_fixture_stop(&s);
}

static bool reads_mistral(struct kube_fixture *s)
{
    return all_are_watched(s) && world_find(s->world, TABLE_POD, "in-mistral");
}

static bool reads_a_alone(struct kube_fixture *s)
{
    const struct source *pods = world_source_named(s->world, "kube/pods");
    return text_eq(pods->scope, "a") && pods->listed_ms && world_count(s->world, TABLE_POD) == 1;
}

static bool reads_both(struct kube_fixture *s)
{
    return world_count(s->world, TABLE_POD) == 2 && text_eq(scope_of(s, "kube/pods"), SCOPE_ALL);
}

static void a_kind_that_is_forbidden_in_all_is_read_in_one(void **state)
{
    (void)state;
    char words[120];
    struct kube_fixture s = {.step = 1};
    open_all(&s);
    kube_fixture_until(&s, reads_mistral, "pods of the context's namespace");
    const struct source *pods = world_source_named(s.world, "kube/pods");
    assert_int_equal(pods->state, SOURCE_LIVE);
    assert_true(source_is_partial(pods));
    assert_string_equal(pods->scope, "mistral");
    assert_string_equal(pods->why, "namespace mistral only: pods is forbidden at the cluster scope");
    assert_true(world_denied_words(s.world, WORLD_KUBE, words, sizeof words));
    assert_string_equal(words, "pods: namespace mistral only");
    assert_int_equal(world_count(s.world, TABLE_POD), 1);
    assert_string_equal(scope_of(&s, "kube/events"), SCOPE_ALL); /* that one alone is */
    assert_int_equal(world_reads_ns(s.world, "a"), TRI_NO);
    assert_true(world_watches_all(s.world));
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "a", .all = true});
    kube_fixture_until(&s, reads_a_alone, "pods of the focus's namespace");
    assert_int_equal(s.lists[TABLE_EVENT], 1);
    s.step = 0; /* the permission is given */
    kube_api.refresh(s.be);
    kube_fixture_until(&s, reads_both, "pods of all namespaces after a refresh");
    assert_false(world_denied_words(s.world, WORLD_KUBE, words, sizeof words));
    kube_fixture_stop(&s);
}

static bool reads_a(struct kube_fixture *s)
{
    return all_are_watched(s) && reads_a_alone(s);
}

/* From one namespace to all of them, and back to one. */
static void what_is_read_can_be_widened_and_narrowed(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = scope_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", NULL);
    assert_false(world_watches_all(s.world));
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "a"});
    kube_fixture_until(&s, reads_a, "one namespace");
    const uint64_t seen_ms = world_find(s.world, TABLE_POD, "in-a")->seen_ms;
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "a", .all = true});
    kube_fixture_until(&s, reads_both, "all of them");
    assert_int_equal(world_find(s.world, TABLE_POD, "in-a")->seen_ms, seen_ms);
    assert_int_equal(world_find(s.world, TABLE_POD, "in-a")->gone_ms, 0);
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "a"});
    kube_fixture_until(&s, reads_a_alone, "one again");
    assert_int_equal(world_find(s.world, TABLE_POD, "in-a")->gone_ms, 0);
    assert_int_equal(s.lists[TABLE_RAYSERVICE], 1); /* they were of all namespaces throughout */
    assert_int_equal(s.lists[TABLE_KNODE], 1);
    kube_fixture_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_namespaces_take_one_watch_per_kind),
        cmocka_unit_test(a_kind_that_is_forbidden_in_all_is_read_in_one),
        cmocka_unit_test(what_is_read_can_be_widened_and_narrowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
