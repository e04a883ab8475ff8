/* sim_test.c - the simulated API server over its own TLS: answers as recorded, watches, proxies, faults. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/conf.h"
#include "backends/link/bytes.h"
#include "backends/link/file.h"
#include "backends/link/http.h"
#include "backends/sim/sim.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/run.h"
#include "tests/support/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { LINES_MAX = 4 * 1024 * 1024 };

struct sim {
    struct loop *loop;
    struct sim *sim;
    struct http_client *http;
    char *folder, *bearer;
    cJSON *recorded;
};
struct reply {
    bool done;
    enum err err;
    long status;
    char *body;
    char *content_type;
};
/* A watch: what came so far. */
struct follow {
    struct http_request *request;
    struct buf text;
    bool done;
    enum err err;
};

static int sim_setup(void **state)
{
    struct sim *b = mem_zero(1, sizeof *b);
    struct why why = {ERR_OK, ""};
    b->loop = loop_new();
    b->folder = run_folder();
    const struct sim_conf conf = {.dir = b->folder,
                                  .program = "/usr/bin/raydeck-sim",
                                  .seed = 5,
                                  .speed = 1,
                                  .no_redis = true,
                                  .bookmark_ms = 50};
    if (sim_new(b->loop, &conf, &b->sim, &why) != ERR_OK) fail_msg("%s", why.text);
    const struct http_client_conf http = {.tls = {.ca_pem = sim_ca_pem(b->sim)}, .proxy = "", .user_agent = "test"};
    b->http = http_client_new(b->loop, &http);
    b->bearer = mem_printf("Bearer %s", sim_token(b->sim));
    b->recorded = fixture_json("tests/fixtures/sim/recorded.json");
    *state = b;
    return 0;
}

static int sim_teardown(void **state)
{
    struct sim *b = *state;
    http_client_free(b->http);
    sim_free(b->sim);
    loop_free(b->loop);
    assert_int_equal(run_entries(b->folder), 0);
    run_remove(b->folder);
    free(b->bearer);
    cJSON_Delete(b->recorded);
    free(b);
    return 0;
}

static const cJSON *recorded_object(const struct sim *b, const char *name)
{
    const cJSON *found = json_get(b->recorded, name);
    assert_non_null(found);
    return found;
}

static void on_reply(void *arg, const struct http_answer *answer)
{
    struct reply *r = arg;
    r->done = true;
    r->err = answer->err;
    r->status = answer->status;
    r->body = mem_strn(answer->body, answer->body_len);
    r->content_type = mem_str(answer->content_type);
}

static void url_of(const struct sim *b, char *out, size_t size, const char *path)
{
    snprintf(out, size, "https://127.0.0.1:%u%s", sim_port(b->sim), path);
}

static struct reply sim_ask(struct sim *b, const char *method, const char *path, const char *body, const char *bearer)
{
    struct reply r = {0};
    char url[2048];
    url_of(b, url, sizeof url, path);
    const struct http_ask question = {.method = method,
                                      .url = url,
                                      .header = {{bearer ? "Authorization" : "X-None", bearer ? bearer : "1"}},
                                      .body = body,
                                      .body_len = body ? strlen(body) : 0,
                                      .timeout_ms = DEADLINE_MS};
    const struct http_calls calls = {.done = on_reply, .arg = &r};
    http_send(b->http, &question, &calls);
    while (!r.done) loop_step(b->loop, 50);
    return r;
}

static struct reply sim_get(struct sim *b, const char *path)
{
    return sim_ask(b, "GET", path, NULL, b->bearer);
}

static void reply_done(struct reply *r)
{
    free(r->body);
    free(r->content_type);
}

/* The body as JSON; the reply is gone. Caller frees. */
static cJSON *json_of(struct reply r, long status)
{
    cJSON *json = NULL;
    struct why why = {ERR_OK, ""};
    if (r.status != status) fail_msg("status %ld, not %ld: %.300s", r.status, status, r.body);
    if (json_parse(r.body, strlen(r.body), &json, &why) != ERR_OK) fail_msg("%s in %.300s", why.text, r.body);
    reply_done(&r);
    return json;
}

static bool on_piece(void *arg, const char *bytes, size_t len)
{
    struct follow *f = arg;
    assert_int_equal(buf_add(&f->text, bytes, len), ERR_OK);
    return true;
}

static void on_end(void *arg, const struct http_answer *answer)
{
    struct follow *f = arg;
    f->done = true;
    f->err = answer->err;
    f->request = NULL;
}

static void watch_follow(struct sim *b, struct follow *f, const char *path)
{
    char url[2048];
    *f = (struct follow){0};
    buf_init(&f->text, LINES_MAX);
    url_of(b, url, sizeof url, path);
    const struct http_ask question = {.method = "GET", .url = url, .header = {{"Authorization", b->bearer}}};
    const struct http_calls calls = {.bytes = on_piece, .done = on_end, .arg = f};
    f->request = http_send(b->http, &question, &calls);
}

static void follow_done(struct follow *f)
{
    if (f->request) http_cancel(f->request);
    buf_done(&f->text);
}

static void wait_text(struct sim *b, struct follow *f, const char *text)
{
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!strstr(buf_text(&f->text), text)) {
        if (loop_now_ms() > limit || f->done) fail_msg("'%s' did not come: %.2000s", text, buf_text(&f->text));
        loop_step(b->loop, 20);
    }
}

static void wait_end(struct sim *b, struct follow *f)
{
    STEP_UNTIL(b->loop, f->done);
    assert_true(f->done);
}

static const char *head_name(const struct sim *b)
{
    return kuberay_head(sim_kuberay(b->sim))->name;
}

static void sim_say(struct sim *b, const char *line)
{
    char out[SIM_ANSWER_MAX];
    sim_command(b->sim, line, out);
    if (strncmp(out, "ok", 2) != 0) fail_msg("%s: %s", line, out);
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void refusals_are_as_recorded(void **state)
{
    static const struct {
        const char *name, *path;
        long status;
        const char *bearer; /* NULL: ours; "": none */
        bool same_text;
    } cases[] = {
        {"answer-401-bad-token", "/api/v1/pods", 401, "Bearer wrong", true},
        {"answer-403-anonymous", "/api/v1/pods", 403, "", true},
        {"answer-404-pod", "/api/v1/namespaces/mistral/pods/x", 404, NULL, true},
        {"answer-400-watch-bad-rv", "/api/v1/pods?watch=1&resourceVersion=abc", 500, NULL, true},
        {"answer-400-bad-continue", "/api/v1/pods?limit=1&continue=invalid", 400, NULL, true},
        {"answer-svc-proxy-absent-404", "/api/v1/namespaces/mistral/services/nosuch:dashboard/proxy/", 404, NULL, true},
        {"answer-svc-proxy-badport", "/api/v1/namespaces/mistral/services/mistral-head-svc:nope/proxy/", 503, NULL,
         false},
    };
    struct sim *b = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *bearer = !cases[i].bearer ? b->bearer : *cases[i].bearer ? cases[i].bearer : NULL;
        print_message("%s\n", cases[i].name);
        cJSON *ours = json_of(sim_ask(b, "GET", cases[i].path, NULL, bearer), cases[i].status);
        const cJSON *theirs = recorded_object(b, cases[i].name);
        if (cases[i].same_text)
            assert_true(cJSON_Compare(theirs, ours, 1));
        else
            shape_assert(theirs, ours, NULL);
        cJSON_Delete(ours);
    }
    struct reply none = sim_get(b, "/nothing/here");
    assert_int_equal(none.status, 404);
    assert_string_equal(none.body, "404 page not found\n");
    assert_string_equal(none.content_type, "text/plain; charset=utf-8");
    reply_done(&none);
}

static void version_and_review_are_as_recorded(void **state)
{
    struct sim *b = *state;
    cJSON *version = json_of(sim_get(b, "/version"), 200);
    shape_assert(recorded_object(b, "answer-version"), version, NULL);
    assert_string_equal(json_str(version, "gitVersion"), "v1.34.4");
    cJSON_Delete(version);
    cJSON *review =
        json_of(sim_ask(b, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        "{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"spec\":"
                        "{\"resourceAttributes\":{\"namespace\":\"mistral\",\"verb\":\"delete\",\"resource\":"
                        "\"pods\"}}}",
                        b->bearer),
                201);
    shape_assert(recorded_object(b, "access-review"), review, NULL);
    assert_int_equal(json_bool(json_get(review, "status"), "allowed"), TRI_YES);
    cJSON_Delete(review);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void a_list_is_as_recorded(void **state)
{
    static const char *const except[] = {".items[]", NULL};
    struct sim *b = *state;
    cJSON *list = json_of(sim_get(b, "/api/v1/pods"), 200);
    shape_assert(recorded_object(b, "list-pod"), list, except);
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 3);
    /* Core kinds leave kind and apiVersion out of the items; custom ones have them. */
    assert_null(json_get(cJSON_GetArrayItem(json_get(list, "items"), 0), "kind"));
    cJSON_Delete(list);
    list = json_of(sim_get(b, "/apis/ray.io/v1/namespaces/mistral/rayservices"), 200);
    assert_string_equal(json_str(list, "kind"), "RayServiceList");
    assert_string_equal(json_str(cJSON_GetArrayItem(json_get(list, "items"), 0), "kind"), "RayService");
    cJSON_Delete(list);
    list = json_of(sim_get(b, "/api/v1/namespaces/elsewhere/pods"), 200);
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 0);
    cJSON_Delete(list);
}

static void pages_have_everything_once(void **state)
{
    struct sim *b = *state;
    char path[1024] = "/api/v1/pods?limit=1", first_version[32] = "";
    unsigned pages = 0, left = 2;
    struct buf names;
    buf_init(&names, 4096);
    for (;; pages++) {
        cJSON *page = json_of(sim_get(b, path), 200);
        const cJSON *meta = json_get(page, "metadata"), *items = json_get(page, "items");
        assert_int_equal(cJSON_GetArraySize(items), 1);
        const char *name = json_str(json_get(cJSON_GetArrayItem(items, 0), "metadata"), "name");
        assert_null(strstr(buf_text(&names), name));
        buf_printf(&names, "%s ", name);
        if (!*first_version) snprintf(first_version, sizeof first_version, "%s", json_str(meta, "resourceVersion"));
        assert_string_equal(json_str(meta, "resourceVersion"), first_version);
        const char *token = json_str(meta, "continue");
        if (token) {
            struct buf coded;
            buf_init(&coded, 1024);
            text_url_encode(token, strlen(token), &coded);
            assert_int_equal(json_u64(meta, "remainingItemCount").value, left--);
            snprintf(path, sizeof path, "/api/v1/pods?limit=1&continue=%s", buf_text(&coded));
            buf_done(&coded);
        }
        cJSON_Delete(page);
        if (!token) break;
    }
    assert_int_equal(pages, 2);
    buf_done(&names);
    /* A token from before the log's beginning is too old. */
    sim_say(b, "fault watch-410");
    kuberay_delete_pod(sim_kuberay(b->sim), head_name(b), 0);
    sim_say(b, "advance 1");
    sim_say(b, "fault watch-410");
    cJSON *gone = json_of(sim_get(b, path), 410);
    assert_string_equal(json_str(gone, "reason"), "Expired");
    cJSON_Delete(gone);
}

static void selectors_choose(void **state)
{
    struct sim *b = *state;
    cJSON *heads =
        json_of(sim_get(b, "/api/v1/pods?labelSelector=ray.io%2Fnode-type%3Dhead,ray.io%2Fis-ray-node%3Dyes"), 200);
    assert_int_equal(cJSON_GetArraySize(json_get(heads, "items")), 1);
    cJSON_Delete(heads);
    cJSON *others = json_of(sim_get(b, "/api/v1/pods?labelSelector=ray.io%2Fnode-type!%3Dhead"), 200);
    assert_int_equal(cJSON_GetArraySize(json_get(others, "items")), 2);
    cJSON_Delete(others);
    cJSON *one = json_of(sim_get(b, "/apis/ray.io/v1/rayservices?fieldSelector=metadata.name%3Dmistral"), 200);
    assert_int_equal(cJSON_GetArraySize(json_get(one, "items")), 1);
    cJSON_Delete(one);
}

/* ---- watches ----------------------------------------------------------------------------------------------------- */

static void a_watch_tells_what_happens(void **state)
{
    struct sim *b = *state;
    struct follow f;
    char path[256];
    cJSON *list = json_of(sim_get(b, "/api/v1/pods"), 200);
    snprintf(path, sizeof path, "/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=%s",
             json_str(json_get(list, "metadata"), "resourceVersion"));
    cJSON_Delete(list);
    watch_follow(b, &f, path);
    wait_text(b, &f, "\"BOOKMARK\"");
    /* Nothing happened since the list: only bookmarks came. */
    assert_null(strstr(buf_text(&f.text), "\"ADDED\""));
    struct buf first;
    buf_init(&first, 4096);
    buf_add(&first, buf_text(&f.text), strcspn(buf_text(&f.text), "\n"));
    cJSON *mark = NULL;
    assert_int_equal(json_parse(buf_text(&first), first.len, &mark, NULL), ERR_OK);
    shape_assert(recorded_object(b, "bookmark-pod"), mark, NULL);
    cJSON_Delete(mark);
    buf_done(&first);
    kuberay_delete_pod(sim_kuberay(b->sim), head_name(b), 0);
    wait_text(b, &f, "\"DELETED\"");
    wait_text(b, &f, "\"ADDED\"");
    follow_done(&f);
    /* The same from the same version again, out of the log. */
    watch_follow(b, &f, path);
    wait_text(b, &f, "\"DELETED\"");
    wait_text(b, &f, "\"ADDED\"");
    follow_done(&f);
}

static void a_watch_without_version_begins_with_all(void **state)
{
    struct sim *b = *state;
    struct follow f;
    watch_follow(
        b, &f,
        "/api/v1/pods?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
    wait_text(b, &f, "k8s.io/initial-events-end");
    unsigned added = 0;
    for (const char *at = buf_text(&f.text); (at = strstr(at, "\"ADDED\"")); at++) added++;
    assert_int_equal(added, 3);
    follow_done(&f);
    watch_follow(b, &f, "/api/v1/pods?watch=1&timeoutSeconds=1");
    wait_end(b, &f);
    assert_int_equal(f.err, ERR_OK);
    follow_done(&f);
}

static void bookmarks_are_as_recorded(void **state)
{
    static const struct {
        const char *name, *path;
    } cases[] = {{"bookmark-node", "/api/v1/nodes"},
                 {"bookmark-slice", "/apis/discovery.k8s.io/v1/endpointslices"},
                 {"bookmark-rayservice", "/apis/ray.io/v1/rayservices"}};
    struct sim *b = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct follow f;
        char path[256];
        snprintf(path, sizeof path, "%s?watch=1&allowWatchBookmarks=true", cases[i].path);
        watch_follow(b, &f, path);
        wait_text(b, &f, "\"BOOKMARK\"");
        wait_text(b, &f, "}\n{\"type\":\"BOOKMARK\"");
        const char *from = strstr(buf_text(&f.text), "{\"type\":\"BOOKMARK\"");
        cJSON *mark = NULL;
        assert_int_equal(json_parse(from, strcspn(from, "\n"), &mark, NULL), ERR_OK);
        shape_assert(recorded_object(b, cases[i].name), mark, NULL);
        cJSON_Delete(mark);
        follow_done(&f);
    }
}

static void an_old_version_is_gone(void **state)
{
    struct sim *b = *state;
    struct follow f, late;
    watch_follow(b, &f, "/api/v1/pods?watch=1&resourceVersion=1");
    wait_text(b, &f, "\"ADDED\"");
    sim_say(b, "fault watch-410");
    wait_end(b, &f);
    assert_int_equal(f.err, ERR_OK);
    const char *last = strstr(buf_text(&f.text), "{\"type\":\"ERROR\"");
    assert_non_null(last);
    cJSON *error = NULL;
    assert_int_equal(json_parse(last, strcspn(last, "\n"), &error, NULL), ERR_OK);
    shape_assert(recorded_object(b, "watch-410"), error, NULL);
    assert_int_equal(json_u64(json_get(error, "object"), "code").value, 410);
    cJSON_Delete(error);
    watch_follow(b, &late, "/api/v1/pods?watch=1&resourceVersion=1");
    wait_end(b, &late);
    assert_non_null(strstr(buf_text(&late.text), "too old resource version: 1 ("));
    follow_done(&f);
    follow_done(&late);
}

/* ---- deletion ---------------------------------------------------------------------------------------------------- */

static void a_pod_is_deleted_by_its_uid_only(void **state)
{
    struct sim *b = *state;
    char path[256], body[256];
    char *old = mem_str(head_name(b));
    snprintf(path, sizeof path, "/api/v1/namespaces/mistral/pods/%s", old);
    cJSON *refused = json_of(
        sim_ask(b, "DELETE", path, "{\"preconditions\":{\"uid\":\"11111111-2222-4333-8444-555555555555\"}}", b->bearer),
        409);
    assert_string_equal(json_str(refused, "reason"), "Conflict");
    cJSON_Delete(refused);
    assert_false(kuberay_head(sim_kuberay(b->sim))->deleting);
    snprintf(body, sizeof body,
             "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"%"
             "s\"}}",
             kuberay_head(sim_kuberay(b->sim))->uid);
    cJSON *deleted = json_of(sim_ask(b, "DELETE", path, body, b->bearer), 200);
    assert_string_equal(json_str(deleted, "kind"), "Pod");
    assert_int_equal(json_u64(json_get(deleted, "metadata"), "deletionGracePeriodSeconds").value, 0);
    cJSON_Delete(deleted);
    sim_say(b, "advance 1");
    assert_string_not_equal(head_name(b), old);
    cJSON *gone = json_of(sim_ask(b, "DELETE", path, body, b->bearer), 404);
    cJSON_Delete(gone);
    free(old);
}

/* ---- proxies ----------------------------------------------------------------------------------------------------- */

static void worker_path(const struct sim *b, char *out, size_t size, const char *rest)
{
    const struct sim_pod *p = kuberay_pod_at(sim_kuberay(b->sim), 0);
    assert_false(p->head);
    snprintf(out, size, "/api/v1/namespaces/mistral/pods/%s:8000/proxy%s", p->name, rest);
}

static void serve_answers_behind_the_proxy(void **state)
{
    struct sim *b = *state;
    char path[512];
    worker_path(b, path, sizeof path, "/-/healthz");
    struct reply r = sim_get(b, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "success");
    reply_done(&r);
    worker_path(b, path, sizeof path, "/-/routes");
    r = sim_get(b, path);
    assert_string_equal(r.body, "{\"/\":\"mistral-deployment\"}");
    reply_done(&r);
    worker_path(b, path, sizeof path, "/infer");
    cJSON *missing = json_of(sim_get(b, path), 422);
    assert_string_equal(json_str(cJSON_GetArrayItem(json_get(missing, "detail"), 0), "msg"), "Field required");
    cJSON_Delete(missing);
    r = sim_get(b, "/api/v1/namespaces/mistral/services/mistral-head-svc:dashboard/proxy/api/serve/applications/");
    cJSON *apps = json_of(r, 200);
    assert_string_equal(json_str(json_path(apps, "applications.mistral-deployment"), "status"), "RUNNING");
    cJSON_Delete(apps);
}

static void a_prompt_is_answered_while_there_is_no_head(void **state)
{
    struct sim *b = *state;
    kuberay_delete_pod(sim_kuberay(b->sim), head_name(b), 0);
    uint64_t from = loop_now_ms();
    cJSON *answer = json_of(sim_get(b, "/api/v1/namespaces/mistral/services/mistral-serve-svc:serve/proxy/"
                                       "infer?sentence=What%20is%20the%20GCS%3F"),
                            200);
    assert_true(loop_now_ms() - from >= 900);
    const char *text = cJSON_GetStringValue(cJSON_GetArrayItem(answer, 0));
    assert_int_equal(strncmp(text, "<s> [INST] What is the GCS? [/INST] The GCS keeps", 48), 0);
    assert_int_equal(kuberay_head(sim_kuberay(b->sim))->dashboard, false);
    cJSON_Delete(answer);
}

static void without_a_head_its_services_answer_503(void **state)
{
    struct sim *b = *state;
    static const char dashboard[] = "/api/v1/namespaces/mistral/services/mistral-head-svc:dashboard/proxy/api/version";
    kuberay_delete_pod(sim_kuberay(b->sim), head_name(b), 0);
    sim_say(b, "advance 0");
    while (kuberay_head(sim_kuberay(b->sim))->stage != POD_CREATING) loop_step(b->loop, 5);
    cJSON *none = json_of(sim_get(b, dashboard), 503);
    shape_assert(recorded_object(b, "answer-svc-proxy-badport"), none, NULL);
    assert_string_equal(json_str(none, "message"), "no endpoints available for service \"mistral-head-svc:dashboard\"");
    cJSON_Delete(none);
    sim_say(b, "advance 3");
    none = json_of(sim_get(b, dashboard), 503);
    shape_assert(recorded_object(b, "answer-pod-proxy-refused"), none, NULL);
    char *expected = mem_printf("error trying to reach service: dial tcp %s:8265: connect: connection refused",
                                kuberay_head(sim_kuberay(b->sim))->ip);
    assert_string_equal(json_str(none, "message"), expected);
    free(expected);
    cJSON_Delete(none);
}

static void a_service_whose_pods_are_not_ready_answers_503(void **state)
{
    struct sim *b = *state;
    struct reply r = {.status = 200};
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    sim_say(b, "fault workers-not-ready");
    kuberay_delete_pod(sim_kuberay(b->sim), head_name(b), 0);
    while (r.status == 200 && loop_now_ms() < limit) {
        free(r.body);
        free(r.content_type);
        sim_say(b, "advance 5");
        r = sim_get(b, "/api/v1/namespaces/mistral/services/mistral-serve-svc:serve/proxy/-/healthz");
    }
    cJSON *none = json_of(r, 503);
    assert_string_equal(json_str(none, "message"), "no endpoints available for service \"mistral-serve-svc:serve\"");
    cJSON_Delete(none);
}

/* ---- faults, files, control -------------------------------------------------------------------------------------- */

static void dropped_connections_come_back(void **state)
{
    struct sim *b = *state;
    struct follow f;
    watch_follow(b, &f, "/api/v1/pods?watch=1");
    wait_text(b, &f, "\"ADDED\"");
    sim_say(b, "fault drop-connections");
    wait_end(b, &f);
    assert_int_not_equal(f.err, ERR_OK);
    follow_done(&f);
    sim_say(b, "clear");
    cJSON *list = json_of(sim_get(b, "/api/v1/pods"), 200);
    cJSON_Delete(list);
    char out[SIM_ANSWER_MAX];
    sim_command(b->sim, "state", out);
    assert_non_null(strstr(out, "watches=0"));
}

static void garbage_is_no_json(void **state)
{
    struct sim *b = *state;
    unsigned broken = 0;
    struct follow f;
    watch_follow(b, &f, "/api/v1/pods?watch=1");
    wait_text(b, &f, "\"ADDED\"");
    sim_say(b, "fault garbage");
    wait_text(b, &f, "\x1b[2J");
    for (int i = 0; i < 4; i++) {
        struct reply r = sim_get(b, "/api/v1/pods");
        cJSON *json = NULL;
        if (json_parse(r.body, strlen(r.body), &json, NULL) != ERR_OK) broken++;
        cJSON_Delete(json);
        reply_done(&r);
    }
    assert_int_equal(broken, 2);
    follow_done(&f);
}

static void the_files_are_what_raydeck_reads(void **state)
{
    struct sim *b = *state;
    struct conf conf;
    struct buf text;
    struct stat st;
    struct why why = {ERR_OK, ""};
    char *path = mem_printf("%s/config.yaml", b->folder);
    buf_init(&text, 65536);
    conf_init(&conf);
    assert_int_equal(file_read(path, &text, &why), ERR_OK);
    if (conf_from_yaml(&conf, "config.yaml", buf_text(&text), text.len, &why) != ERR_OK) fail_msg("%s", why.text);
    assert_int_equal(conf.neurons, 2);
    assert_non_null(strstr(conf.neuron[0], "'/usr/bin/raydeck-sim' monitor --dir '"));
    assert_int_equal(conf.context_count, 1);
    assert_int_equal(
        conf_mark_of(&conf, &(struct conf_cluster){"raydeck-sim", conf.contexts[0].server, conf.contexts[0].ca}),
        CONF_DEVELOPMENT);
    assert_non_null(conf.contexts[0].ca);
    assert_int_equal(stat(conf.kubeconfig, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    conf_done(&conf);
    buf_done(&text);
    free(path);
}

struct talk {
    struct buf text;
    bool open;
};

static void talk_opened(void *arg)
{
    ((struct talk *)arg)->open = true;
}

static void talk_received(void *arg, const char *bytes, size_t len)
{
    buf_add(&((struct talk *)arg)->text, bytes, len);
}

static void talk_closed(void *arg, enum err err, const char *why)
{
    (void)err;
    (void)why;
    ((struct talk *)arg)->open = false;
}

static void the_control_socket_answers_each_line(void **state)
{
    struct sim *b = *state;
    struct talk t = {.open = false};
    const struct bytes_calls calls = {talk_opened, talk_received, talk_closed, &t};
    char *path = mem_printf("%s/control", b->folder);
    buf_init(&t.text, 65536);
    struct bytes *link = bytes_unix(b->loop, path, &calls);
    while (!t.open) loop_step(b->loop, 20);
    static const char lines[] = "fault nonsense\nadvance x\nkill-worker nobody\nstate\nwhat\n";
    bytes_write(link, lines, sizeof lines - 1);
    STEP_UNTIL(b->loop, strstr(buf_text(&t.text), "error: commands are"));
    const char *text = buf_text(&t.text);
    assert_non_null(
        strstr(text, "error: no such fault; there are: drop-connections watch-410 garbage redis-gone operator-down "
                     "deploy-failed serve-500 serve-hang serve-cut serve-slow short-patience"));
    assert_non_null(strstr(text, "error: advance SECONDS\n"));
    assert_non_null(strstr(text, "error: no worker pod of that name\n"));
    assert_non_null(strstr(text, "ok serve=running watches=0 redis=0 "));
    bytes_free(link);
    buf_done(&t.text);
    free(path);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, sim_setup, sim_teardown)
    const struct CMUnitTest tests[] = {
        T(refusals_are_as_recorded),
        T(version_and_review_are_as_recorded),
        T(a_list_is_as_recorded),
        T(pages_have_everything_once),
        T(selectors_choose),
        T(a_watch_tells_what_happens),
        T(a_watch_without_version_begins_with_all),
        T(bookmarks_are_as_recorded),
        T(an_old_version_is_gone),
        T(a_pod_is_deleted_by_its_uid_only),
        T(serve_answers_behind_the_proxy),
        T(a_prompt_is_answered_while_there_is_no_head),
        T(without_a_head_its_services_answer_503),
        T(a_service_whose_pods_are_not_ready_answers_503),
        T(dropped_connections_come_back),
        T(garbage_is_no_json),
        T(the_files_are_what_raydeck_reads),
        T(the_control_socket_answers_each_line),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
