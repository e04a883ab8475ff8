/* kube_watch_test.c - List and watch, against recorded and misbehaving servers. */
#include "backends/kube/kube_api.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/kube/reflector_priv.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/kube/"
#define EMPTY "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]}"
#define POD(uid, version)                                                                                              \
    "{\"metadata\":{\"uid\":\"" uid "\",\"name\":\"" uid "\",\"namespace\":\"mistral\",\"resourceVersion\":\"" version \
    "\",\"labels\":{\"ray.io/cluster\":\"c\"}},\"status\":{\"phase\":\"Running\"}}"
#define ADDED(uid, version) "{\"type\":\"ADDED\",\"object\":" POD(uid, version) "}\n"

static bool pods_there(struct kube_fixture *s, size_t n)
{
    return world_count(s->world, TABLE_POD) == n;
}

static const struct pod *pod_of(const struct kube_fixture *s, const char *uid)
{
    const struct row *row = world_find(s->world, TABLE_POD, uid);
    if (!row) fail_msg("no pod %s", uid);
    return ROW(row, pod);
}

/* ---- whole recordings ---- */

static bool mistral_recovered(struct kube_fixture *s)
{
    const struct row *row = world_find(s->world, TABLE_POD, "4ffb770d-844b-4fc0-bb49-728930241b33");
    const struct source *slices = world_source_named(s->world, "kube/endpointslices");
    const struct source *events = world_source_named(s->world, "kube/events");
    return row && ROW(row, pod)->is_ready == TRI_YES && slices && slices->listed_ms && events && events->listed_ms &&
           s->watches[TABLE_SLICE] && s->watches[TABLE_RAYCLUSTER] && s->watches[TABLE_RAYSERVICE] && s->versions;
}

static bool asked_well;

static bool check_urls(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)reply;
    (void)s;
    if (kube_fixture_is(request,
                        "GET /api/v1/namespaces/mistral/pods?limit=250&labelSelector=ray.io%2Fcluster HTTP/1.1\r\n"))
        asked_well = strstr(request, "Authorization: Bearer example-token\r\n") &&
                     strstr(request, "User-Agent: raydeck/") && strstr(request, "Accept: application/json\r\n");
    if (kube_fixture_is(request, "GET /api/v1/namespaces/mistral/pods?watch=1") &&
        (!strstr(request, "resourceVersion=688&") || !strstr(request, "allowWatchBookmarks=true") ||
         !strstr(request, "timeoutSeconds=") || !strstr(request, "labelSelector=ray.io%2Fcluster")))
        asked_well = false;
    return false;
}

static void two_head_kills_of_mistral(void **state)
{
    (void)state;
    struct kube_fixture s = {.folder = "tests/fixtures/recordings/ray-mistral", .route = check_urls};
    asked_well = false;
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: example-token}", NULL);
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "mistral"});
    kube_fixture_until(&s, mistral_recovered, "the second new head is ready");
    kube_fixture_for(&s, 100);
    assert_true(asked_well);
    assert_int_equal(s.downs, 0);

    /* the two heads that were killed are tombstones; the workers are who they were */
    const struct row *first = world_find(s.world, TABLE_POD, "3b87863e-cd71-492d-ba09-42d9d0658d0c");
    const struct row *second = world_find(s.world, TABLE_POD, "cd7c182c-4a45-4645-b544-81e294a8c00e");
    assert_true(first && first->gone_ms && second && second->gone_ms);
    assert_true(pods_there(&s, 4)); /* head, two workers, redis */
    const struct pod *head = pod_of(&s, "4ffb770d-844b-4fc0-bb49-728930241b33");
    assert_string_equal(head->name, "mistral-ghdk5-head-wjxpj");
    assert_string_equal(head->status, "Running");
    const struct pod *worker = pod_of(&s, "89f96202-cb68-495c-8049-636b95f88517");
    assert_int_equal(worker->restarts.value, 0);

    const struct row *rs = world_find(s.world, TABLE_RAYSERVICE, "aaed7ca7-fc0f-4e48-8d42-3e977c26d3d6");
    assert_non_null(rs);
    assert_int_equal(ROW(rs, rayservice)->ready, TRI_YES);
    assert_string_equal(ROW(rs, rayservice)->service_status, "Running");
    const struct row *rc = world_find(s.world, TABLE_RAYCLUSTER, "29708251-8738-4230-9aee-0dc7ec94f91b");
    assert_string_equal(ROW(rc, raycluster)->head_pod, "mistral-ghdk5-head-wjxpj");
    assert_int_equal(ROW(rc, raycluster)->head_ready, TRI_YES);
    assert_int_equal(world_count(s.world, TABLE_KNODE), 3);
    for (int i = 0; i < 2; i++) {
        static const char *const live[] = {"kube/pods", "kube/nodes"};
        assert_int_equal(kube_fixture_state(&s, live[i]), SOURCE_LIVE);
    }
    const struct kube_where *where = kube_api.where(s.be);
    assert_string_equal(where->server_version, "v1.34.4");
    assert_string_equal(where->context, "c");
    assert_string_equal(where->user, "u");
    assert_string_equal(where->ns, "mistral");
    assert_string_equal(where->kubeconfig, s.path);
    assert_false(where->insecure);
    kube_fixture_stop(&s);
}

static bool kwok_over(struct kube_fixture *s)
{
    return s->changes[CHANGE_GONE] >= 8 && world_count(s->world, TABLE_RAYSERVICE) == 0 &&
           world_count(s->world, TABLE_RAYCLUSTER) == 0 && pods_there(s, 0);
}

static void deploy_kill_and_delete_on_kwok(void **state)
{
    (void)state;
    struct kube_fixture s = {.folder = FIX "kwok"};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, kwok_over, "everything is deleted again");
    const struct row *head = world_find(s.world, TABLE_POD, "dc5be499-d8b8-4ea0-ba93-2551d2a52e9d");
    assert_true(head && head->gone_ms);
    assert_string_equal(ROW(head, pod)->name, "mistral-4wxb2-head-qlkjw");
    assert_int_equal(s.downs, 0);
    kube_fixture_stop(&s);
}

/* ---- 410, both ways ---- */

static bool gone_in_watch(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?")) return false;
    if (!kube_fixture_is_watch(request)) {
        *reply = kube_fixture_json(
            s, 200,
            s->lists[TABLE_POD] == 1
                ? "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" POD("a", "5") "," POD("b", "6") "]}"
                : "{\"metadata\":{\"resourceVersion\":\"90\"},\"items\":[" POD("b", "80") "]}");
        return true;
    }
    if (s->watches[TABLE_POD] > 1) return false;
    char *line = fixture_read(FIX "errors/410-crd-watch-old-rv.ndjson", NULL);
    *reply = kube_fixture_stream(s, line);
    reply->hang_up = true;
    free(line);
    return true;
}

static bool pods_relisted(struct kube_fixture *s)
{
    return s->lists[TABLE_POD] == 2 && s->watches[TABLE_POD] == 2;
}

static void an_expired_version_is_listed_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = gone_in_watch};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, pods_relisted, "listed and watched again");
    assert_true(pods_there(&s, 1));
    assert_true(world_find(s.world, TABLE_POD, "a")->gone_ms != 0);
    assert_int_equal(s.downs, 0); /* it is no failure */
    assert_int_equal(kube_fixture_state(&s, "kube/pods"), SOURCE_LIVE);
    kube_fixture_stop(&s);
}

/* The status of the answer itself, before any line. */
static bool gone_before_watch(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    *reply = s->lists[TABLE_POD] == 1 ? kube_fixture_file(s, 410, FIX "errors/410-expired-continue.json")
                                      : kube_fixture_stream(s, ADDED("c", "8"));
    return true;
}

static bool watched_again(struct kube_fixture *s)
{
    return world_find(s->world, TABLE_POD, "c") != NULL;
}

static void a_watch_answered_with_410_lists_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = gone_before_watch};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, watched_again, "listed again, and watched from the new version");
    assert_int_equal(s.lists[TABLE_POD], 2);
    assert_int_equal(s.watches[TABLE_POD], 2);
    assert_int_equal(s.downs, 0);
    kube_fixture_stop(&s);
}

static bool gone_in_list(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || kube_fixture_is_watch(request)) return false;
    if (strstr(request, "&continue=tok%2B1 ")) {
        *reply =
            s->step++
                ? kube_fixture_json(s, 200, "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[" POD("b", "6") "]}")
                : kube_fixture_file(s, 410, FIX "errors/410-expired-continue.json");
        return true;
    }
    *reply =
        kube_fixture_json(s, 200,
                          "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"tok+1\",\"remainingItemCount\":1},"
                          "\"items\":[" POD("a", "5") "]}");
    return true;
}

static bool pods_watched(struct kube_fixture *s)
{
    return s->watches[TABLE_POD] >= 1;
}

static void an_expired_continue_token_begins_the_list_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = gone_in_list};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, pods_watched, "the list came to its end");
    assert_int_equal(s.lists[TABLE_POD], 4);
    assert_true(pods_there(&s, 2));
    assert_int_equal(s.total, 2); /* 1 of 2: told between the pages */
    assert_int_equal(s.downs, 0);
    assert_non_null(strstr(tiny_last(s.server), "HTTP/1.1"));
    kube_fixture_stop(&s);
}

static bool bad_version(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    if (s->watches[TABLE_POD] == 1)
        *reply = kube_fixture_json(s, 500,
                                   "{\"kind\":\"Status\",\"message\":\"resourceVersion: Invalid value\",\"code\":500}");
    else if (s->watches[TABLE_POD] == 2)
        *reply = kube_fixture_json(s, 429, "{\"kind\":\"Status\",\"message\":\"too many requests\",\"code\":429}");
    else
        return false;
    return true;
}

static bool third_watch(struct kube_fixture *s)
{
    return s->watches[TABLE_POD] == 3 && kube_fixture_state(s, "kube/pods") == SOURCE_LIVE;
}

static void a_version_that_is_refused_is_listed_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = bad_version};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, third_watch, "the third watch holds");
    assert_int_equal(s.lists[TABLE_POD], 2); /* after the 500, not after the 429 */
    assert_string_equal(s.last_down, "kube/pods: too many requests");
    kube_fixture_stop(&s);
}

/* ---- streams that break ---- */

static bool cut_mid_line(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    if (s->watches[TABLE_POD] == 1) {
        *reply = kube_fixture_stream(s, ADDED("a", "8") "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"uid\":\"b");
        reply->reset = false;
        reply->hang_up = true;
        return true;
    }
    /* it goes on from what was whole */
    if (strstr(request, "resourceVersion=8&"))
        *reply = kube_fixture_stream(s, ADDED("b", "9"));
    else
        *reply = kube_fixture_json(s, 500, "wrong version");
    return true;
}

static bool two_pods(struct kube_fixture *s)
{
    return pods_there(s, 2);
}

static void half_a_line_is_not_lost(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = cut_mid_line};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, two_pods, "the rest came over the next watch");
    assert_int_equal(s.lists[TABLE_POD], 1);
    assert_int_equal(s.downs, 0);
    kube_fixture_stop(&s);
}

static bool reset_first(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    if (s->watches[TABLE_POD] <= 3) {
        *reply = (struct tiny_reply){.bytes = "HTTP/1.1 200 OK\r\n", .reset = true};
        return true;
    }
    *reply = kube_fixture_stream(s, ADDED("a", "8"));
    return true;
}

static bool one_pod(struct kube_fixture *s)
{
    return pods_there(s, 1) && kube_fixture_state(s, "kube/pods") == SOURCE_LIVE;
}

static void a_watch_that_is_reset_is_said_and_dialled_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = reset_first};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, one_pod, "the fourth watch holds");
    assert_true(s.downs >= 1);
    assert_int_equal(strncmp(s.last_down, "kube/pods: ", 11), 0);
    assert_int_equal(s.lists[TABLE_POD], 1); /* the version was good all along */
    kube_fixture_stop(&s);
}

static bool route_garbage(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    *reply = kube_fixture_stream(s, s->watches[TABLE_POD] == 1 ? ADDED("a", "8") "\x1b[2J\x01garbage\n" ADDED("b", "9")
                                                               : ADDED("c", "10"));
    return true;
}

static bool watched_after_garbage(struct kube_fixture *s)
{
    return s->lists[TABLE_POD] == 2 && world_find(s->world, TABLE_POD, "c");
}

static void garbage_is_named_and_everything_listed_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = route_garbage};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, watched_after_garbage, "a new list and watch");
    assert_int_equal(s.downs, 1);
    assert_int_equal(strncmp(s.last_down, "kube/pods: kube/pods: line 2 of the watch: ", 43), 0);
    assert_null(world_find(s.world, TABLE_POD, "b")); /* nothing after it was believed */
    assert_int_equal(kube_fixture_state(&s, "kube/pods"), SOURCE_LIVE);
    assert_int_equal(kube_fixture_state(&s, "kube/nodes"), SOURCE_LIVE);
    kube_fixture_stop(&s);
}

static bool nonsense_object(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    *reply = kube_fixture_stream(
        s, "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"no-uid\"}}}\n\n" ADDED("a", "8"));
    /* byte by byte would take long; two parts cut the second object in its middle */
    reply->then = kube_fixture_keep(s, strdup(ADDED("b", "9")));
    reply->then_ms = 30;
    return true;
}

static void an_object_that_makes_no_sense_is_counted_and_passed_over(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = nonsense_object};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, two_pods, "what came after it");
    assert_int_equal(s.dropped, 1);
    assert_int_equal(s.downs, 0);
    assert_int_equal(s.watches[TABLE_POD], 1);
    kube_fixture_stop(&s);
}

static bool slow_list(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || kube_fixture_is_watch(request)) return false;
    const char *body = "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" POD("a", "5") "]}";
    char head[200];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(body));
    char *first = malloc(strlen(head) + 41);
    snprintf(first, strlen(head) + 41, "%s%.40s", head, body);
    *reply = (struct tiny_reply){.bytes = kube_fixture_keep(s, first),
                                 .after_ms = 100,
                                 .then = kube_fixture_keep(s, strdup(body + 40)),
                                 .then_ms = 200};
    return true;
}

static void a_slow_answer_is_waited_for(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = slow_list};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, one_pod, "the list");
    assert_int_equal(s.lists[TABLE_POD], 1);
    assert_int_equal(s.downs, 0);
    kube_fixture_stop(&s);
}

static bool list_garbage_first(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || kube_fixture_is_watch(request) || s->lists[TABLE_POD] > 2) return false;
    if (s->lists[TABLE_POD] == 1)
        *reply = kube_fixture_json(s, 200, "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{]}");
    else
        *reply = kube_fixture_file(s, 504, FIX "errors/list-future-rv.json");
    return true;
}

static bool third_list(struct kube_fixture *s)
{
    return s->lists[TABLE_POD] == 3 && s->watches[TABLE_POD] == 1;
}

static void lists_that_fail_are_asked_for_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = list_garbage_first};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, third_list, "the third list is right");
    assert_int_equal(s.downs, 2);
    assert_string_equal(s.last_down, "kube/pods: Timeout: Too large resource version: 99999999, current: 1924");
    kube_fixture_stop(&s);
}

/* ---- refusals ---- */

static bool refuse_some(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (strstr(request, "/nodes?"))
        *reply = kube_fixture_file(s, 403, FIX "errors/403-nodes.json");
    else if (strstr(request, "/rayclusters?"))
        *reply = kube_fixture_file(s, 404, FIX "errors/404-path.txt");
    else if (kube_fixture_is(request, "GET /apis/ray.io/v1/rayservices?"))
        *reply = kube_fixture_file(s, 403, FIX "errors/403-anonymous.json");
    else
        return false;
    return true;
}

static bool all_told(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_DENIED &&
           kube_fixture_state(s, "kube/rayclusters") == SOURCE_ABSENT &&
           kube_fixture_state(s, "kube/pods") == SOURCE_LIVE &&
           kube_fixture_state(s, "kube/rayservices") == SOURCE_LIVE;
}

static void a_kind_that_is_refused_darkens_alone(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = refuse_some, .folder = "tests/fixtures/recordings/ray-mistral"};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", NULL);
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "mistral"});
    kube_fixture_until(&s, all_told, "two are dark, the others live");
    assert_string_equal(kube_fixture_why(&s, "kube/nodes"),
                        "nodes is forbidden: User \"system:serviceaccount:mistral:viewer\" cannot list resource "
                        "\"nodes\" in API group \"\" at the cluster scope");
    assert_string_equal(kube_fixture_why(&s, "kube/rayclusters"), "404 page not found");
    /* RayServices of all namespaces are forbidden: the context's own are read instead */
    assert_int_equal(world_count(s.world, TABLE_RAYSERVICE), 1);
    kube_fixture_for(&s, 300);
    assert_int_equal(s.lists[TABLE_KNODE], 1); /* asked for again, but slowly */
    kube_fixture_stop(&s);
}

/* The nodes are refused once; what waits longest in the backend waits a moment here. */
static bool refuse_nodes_once(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    static const int statuses[] = {403, 404, 401};
    if (!kube_fixture_is(request, "GET /api/v1/nodes?") || kube_fixture_is_watch(request) || s->lists[TABLE_KNODE] > 1)
        return false;
    for (int i = 0; i < API_KINDS; i++)
        if (s->be->kind[i] && s->be->kind[i]->table == TABLE_KNODE) backoff_init(&s->be->kind[i]->slow, 50, 50, 1);
    *reply = kube_fixture_json(s, statuses[s->step], "{\"kind\":\"Status\",\"message\":\"not now\"}");
    return true;
}

static bool nodes_are_dark(struct kube_fixture *s)
{
    const enum source_state now = kube_fixture_state(s, "kube/nodes");
    return now == SOURCE_DENIED || now == SOURCE_ABSENT;
}

static bool nodes_are_live(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_LIVE;
}

/* A role may be bound, or a definition installed, at any time. */
static void a_kind_that_is_refused_is_asked_for_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct kube_fixture s = {.route = refuse_nodes_once, .step = i};
        kube_fixture_start(&s);
        kube_fixture_open(&s, "{token: x}", NULL);
        kube_fixture_until(&s, nodes_are_dark, "the refusal");
        assert_string_equal(kube_fixture_why(&s, "kube/nodes"), "not now");
        kube_fixture_until(&s, nodes_are_live, "the list that is allowed");
        kube_fixture_stop(&s);
    }
}

/* The pods' watch brings one event, and no line after it; it is waited for no longer than a moment. */
static bool silent_after_an_event(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?")) return false;
    for (int i = 0; i < API_KINDS; i++)
        if (s->be->kind[i] && s->be->kind[i]->table == TABLE_POD) s->be->kind[i]->silence_ms = 150;
    if (!kube_fixture_is_watch(request)) return false;
    s->step++;
    *reply = kube_fixture_stream(s, "{\"type\":\"ADDED\",\"object\":" POD("silent", "8") "}\n");
    return true;
}

static bool pods_are_watched_again(struct kube_fixture *s)
{
    return s->step >= 2;
}

static void a_watch_that_falls_silent_is_no_failure(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = silent_after_an_event};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, pods_are_watched_again, "the next watch");
    assert_int_equal(s.downs, 0);
    assert_int_equal(s.lists[TABLE_POD], 1);
    assert_int_equal(kube_fixture_state(&s, "kube/pods"), SOURCE_LIVE);
    kube_fixture_stop(&s);
}

/* The pods' watch ends at once, and brings nothing. */
static bool empty_watch(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    s->step++;
    *reply = kube_fixture_json(s, 200, "");
    return true;
}

static void a_watch_that_brings_nothing_is_begun_again(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = empty_watch};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, pods_are_watched_again, "the next watch");
    assert_int_equal(s.downs, 0);
    assert_int_equal(s.lists[TABLE_POD], 1);
    kube_fixture_stop(&s);
}

static bool pods_of_b(struct kube_fixture *s)
{
    return world_find(s->world, TABLE_POD, "in-b") && !world_find(s->world, TABLE_POD, "in-b")->gone_ms &&
           world_count(s->world, TABLE_POD) == 1;
}

static bool two_namespaces(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (kube_fixture_is_watch(request)) return false;
    if (kube_fixture_is(request, "GET /api/v1/namespaces/a%2Fb/pods?"))
        *reply =
            kube_fixture_json(s, 200, "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" POD("in-b", "5") "]}");
    else if (kube_fixture_is(request, "GET /api/v1/namespaces/mistral/pods?"))
        *reply =
            kube_fixture_json(s, 200, "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" POD("in-a", "5") "]}");
    else
        return false;
    return true;
}

static bool nodes_are_listed(struct kube_fixture *s)
{
    return s->lists[TABLE_KNODE] > 0;
}

static void another_namespace_takes_the_place_of_the_first(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = two_namespaces};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", NULL);
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "mistral"});
    kube_fixture_until(&s, one_pod, "the first namespace's pod");
    kube_fixture_until(&s, nodes_are_listed, "the nodes, which are of no namespace");
    unsigned node_lists = s.lists[TABLE_KNODE];
    kube_api.set_scope(s.be, &(struct kube_scope){.ns = "a/b"}); /* escaped, whatever it is */
    kube_fixture_until(&s, pods_of_b, "the second namespace's pod alone");
    assert_int_equal(s.lists[TABLE_KNODE], node_lists);
    kube_api.refresh(s.be);
    unsigned before = s.lists[TABLE_POD];
    while (s.lists[TABLE_POD] == before) loop_step(s.loop, 20);
    kube_fixture_stop(&s);
}

static bool server_is_gone(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_DOWN;
}

static void a_server_that_is_not_there(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", NULL);
    tiny_stop(s.server);
    kube_fixture_until(&s, server_is_gone, "refused");
    assert_true(*kube_fixture_why(&s, "kube/nodes"));
    assert_int_equal(world_source_named(s.world, "kube/nodes")->err, ERR_REFUSED);
    s.server = NULL;
    kube_fixture_stop(&s);
}

/* ---- a link that went dead without a word ---- */

static bool mute_probe(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!kube_fixture_is(request, "GET /version ") || s->versions == 1 || s->step) return false;
    *reply = (struct tiny_reply){0};
    return true;
}

static bool nodes_live_again(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_LIVE &&
           kube_fixture_state(s, "kube/rayservices") == SOURCE_LIVE;
}

static bool told_down(struct kube_fixture *s)
{
    return s->downs >= 2;
}

static bool all_back(struct kube_fixture *s)
{
    return nodes_live_again(s) && s->versions >= 4;
}

static void a_dead_link_is_noticed_and_redialled(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = mute_probe};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", NULL);
    s.be->probe_every_ms = 500;
    s.be->probe_limit_ms = 1000;
    kube_fixture_until(&s, told_down, "both kinds say that they heard nothing");
    assert_non_null(strstr(s.last_down, "no answer for 1 s"));
    assert_int_equal(world_source_named(s.world, "kube/nodes")->err, ERR_TIMEOUT);
    assert_int_equal(s.lists[TABLE_KNODE], 1);
    s.step = 1; /* it answers again */
    unsigned alive = s.changes[CHANGE_ALIVE];
    kube_fixture_until(&s, all_back, "live again, with a new watch from the version that was known");
    assert_int_equal(s.lists[TABLE_KNODE], 1);
    assert_true(s.watches[TABLE_KNODE] >= 2);
    assert_true(s.changes[CHANGE_ALIVE] > alive);
    const struct source *nodes = world_source_named(s.world, "kube/nodes");
    assert_true(nodes->timed && nodes->prompts > 0); /* how long the answer took is told with it */
    kube_fixture_stop(&s);
}

/* ---- what heals is seen ---- */

enum { HEALED_MS = 5000, LONG_OUTAGE_TRIES = 12 };

/* As of an API server that has just started: it answers, and has no objects of a kind yet (recorded 1.34). */
static bool route_initializing(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (s->step || !strstr(request, "/rayservices?")) return false;
    *reply = kube_fixture_json(s, 429,
                               "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                               "\"message\":\"storage is (re)initializing\",\"reason\":\"TooManyRequests\",\"details\":"
                               "{\"retryAfterSeconds\":1},\"code\":429}");
    return true;
}

static bool services_down(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/rayservices") == SOURCE_DOWN;
}

static bool services_live(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/rayservices") == SOURCE_LIVE;
}

/* Each delay of the back-off has passed, so that the next one is as long as it ever becomes. */
static void outage_was_long(struct kube_fixture *s, int kind)
{
    struct reflector *r = s->be->kind[kind];
    for (int i = 0; i < LONG_OUTAGE_TRIES; i++) reflector_failed(r, r->state_why.code, "again", 0);
}

static void a_server_that_has_healed_is_seen_in_time(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = route_initializing};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, services_down, "the server has no storage yet");
    assert_string_equal(kube_fixture_why(&s, "kube/rayservices"), "storage is (re)initializing");
    outage_was_long(&s, 0);
    /* with its jitter; whatever the machine makes of it */
    assert_true((uint64_t)s.be->kind[0]->down.next_ms * 3 / 2 < HEALED_MS);
    s.step = 1;
    kube_fixture_until(&s, services_live, "live again");
    assert_string_equal(kube_fixture_why(&s, "kube/rayservices"), "");
    kube_fixture_stop(&s);
}

/* Everything is cut, the liveness probe too. */
static bool route_cut(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)request;
    if (s->step) return false;
    *reply = (struct tiny_reply){.bytes = "", .hang_up = true};
    return true;
}

static bool probed_twice(struct kube_fixture *s)
{
    return s->versions >= s->step_ms + 2;
}

static void a_link_that_has_healed_is_seen_in_time(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = route_cut};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, services_down, "the link is cut");
    outage_was_long(&s, 0);
    s.be->probe_every_ms = 2 * DEADLINE_MS; /* of a link that works */
    s.step_ms = s.versions;
    kube_fixture_until(&s, probed_twice, "it is probed more often than a link that works");
    outage_was_long(&s, 0);
    s.step = 1;
    kube_fixture_until(&s, services_live, "live again, by the probe");
    kube_fixture_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_head_kills_of_mistral),
        cmocka_unit_test(deploy_kill_and_delete_on_kwok),
        cmocka_unit_test(an_expired_version_is_listed_again),
        cmocka_unit_test(a_watch_answered_with_410_lists_again),
        cmocka_unit_test(an_expired_continue_token_begins_the_list_again),
        cmocka_unit_test(a_version_that_is_refused_is_listed_again),
        cmocka_unit_test(half_a_line_is_not_lost),
        cmocka_unit_test(a_watch_that_is_reset_is_said_and_dialled_again),
        cmocka_unit_test(garbage_is_named_and_everything_listed_again),
        cmocka_unit_test(an_object_that_makes_no_sense_is_counted_and_passed_over),
        cmocka_unit_test(a_slow_answer_is_waited_for),
        cmocka_unit_test(lists_that_fail_are_asked_for_again),
        cmocka_unit_test(a_kind_that_is_refused_darkens_alone),
        cmocka_unit_test(a_kind_that_is_refused_is_asked_for_again),
        cmocka_unit_test(a_watch_that_falls_silent_is_no_failure),
        cmocka_unit_test(a_watch_that_brings_nothing_is_begun_again),
        cmocka_unit_test(another_namespace_takes_the_place_of_the_first),
        cmocka_unit_test(a_server_that_is_not_there),
        cmocka_unit_test(a_dead_link_is_noticed_and_redialled),
        cmocka_unit_test(a_server_that_has_healed_is_seen_in_time),
        cmocka_unit_test(a_link_that_has_healed_is_seen_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
