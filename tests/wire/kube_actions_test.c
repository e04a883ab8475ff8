/* kube_actions_test.c - Single requests to the API server. */
#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
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
#define UID "3b87863e-cd71-492d-ba09-42d9d0658d0c"

/* What was told to a done callback, and what the server was asked. */
struct told {
    unsigned times;
    enum err err;
    enum tri answer;
    char why[300], value[200];
    size_t len;
    unsigned deleted_before; /* CHANGE_DELETED so far, when done was called */
    struct kube_fixture *fixture;
    long status;
};

static char asked[4096]; /* the last request that is no list, watch or probe */

static bool note_request(const char *request)
{
    if (kube_fixture_is(request, "GET /version ") || strstr(request, "limit=250") || kube_fixture_is_watch(request))
        return false;
    snprintf(asked, sizeof asked, "%s", request);
    return true;
}

static void on_end(void *arg, enum err err, const char *why)
{
    struct told *t = arg;
    t->times++;
    t->err = err;
    t->deleted_before = t->fixture ? t->fixture->changes[CHANGE_DELETED] : 0;
    snprintf(t->why, sizeof t->why, "%s", why);
}

static void on_answer(void *arg, enum tri answer, const char *why)
{
    struct told *t = arg;
    t->times++;
    t->answer = answer;
    snprintf(t->why, sizeof t->why, "%s", why);
}

static void on_value(void *arg, enum err err, const char *value, size_t len, const char *why)
{
    struct told *t = arg;
    t->times++;
    t->err = err;
    t->len = len;
    snprintf(t->value, sizeof t->value, "%s", value ? value : "");
    snprintf(t->why, sizeof t->why, "%s", why ? why : "");
}

static void wait_told(struct kube_fixture *s, const struct told *t)
{
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    while (!t->times) {
        if (loop_now_ms() > end) fail_msg("no answer");
        loop_step(s->loop, 20);
    }
}

/* ---- delete ---- */

static bool delete_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!note_request(request)) return false;
    if (strstr(request, "/pods/gone"))
        *reply = kube_fixture_file(s, 404, FIX "errors/404-pod.json");
    else if (strstr(request, "/pods/forbidden"))
        *reply = kube_fixture_file(s, 403, FIX "errors/403-delete-pod.json");
    else if (strstr(request, "/pods/replaced"))
        *reply = kube_fixture_json(
            s, 409,
            "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\",\"message\":\"Precondition failed: "
            "UID in precondition: a, UID in object meta: b\"}");
    else
        *reply = kube_fixture_json(s, 200, "{\"kind\":\"Pod\"}");
    return true;
}

static void a_pod_is_deleted_by_its_uid(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = delete_route};
    struct told t = {.fixture = &s};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: secret-token}", "mistral");
    kube_api.delete_pod(s.be, "mistral", "mistral-ghdk5-head-snqps", UID, 0, on_end, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_OK);
    assert_int_equal(t.deleted_before, 0); /* done first, then the change */
    assert_int_equal(s.changes[CHANGE_DELETED], 1);
    assert_string_equal(s.deleted, UID);
    assert_string_equal(s.deleted_detail, "mistral/mistral-ghdk5-head-snqps");
    assert_int_equal(s.deleted_grace, 0);
    assert_true(kube_fixture_is(asked, "DELETE /api/v1/namespaces/mistral/pods/mistral-ghdk5-head-snqps HTTP/1.1\r\n"));
    assert_non_null(strstr(asked, "Authorization: Bearer secret-token\r\n"));
    assert_non_null(strstr(asked, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(asked,
                           "\r\n\r\n{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":"
                           "\"" UID "\"},\"gracePeriodSeconds\":0}"));

    t.times = 0;
    kube_api.delete_pod(s.be, "mistral", "p", UID, -1, on_end, &t);
    wait_told(&s, &t);
    assert_true(s.deleted_grace == UINT64_MAX);
    assert_null(strstr(asked, "gracePeriodSeconds"));
    kube_fixture_stop(&s);
}

static void deletes_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *why;
        enum err err;
    } cases[] = {
        {"replaced", "the pod was replaced: its UID is not the one that was confirmed", ERR_CONFLICT},
        {"gone", "the pod is already deleted", ERR_NOT_FOUND},
        {"forbidden",
         "pods \"x\" is forbidden: User \"system:serviceaccount:mistral:viewer\" cannot delete resource \"pods\" in "
         "API "
         "group \"\" in the namespace \"mistral\"",
         ERR_FORBIDDEN},
    };
    struct kube_fixture s = {.route = delete_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told t = {.fixture = &s};
        kube_api.delete_pod(s.be, "mistral", cases[i].name, UID, 0, on_end, &t);
        wait_told(&s, &t);
        assert_int_equal(t.err, cases[i].err);
        assert_string_equal(t.why, cases[i].why);
    }
    assert_int_equal(s.changes[CHANGE_DELETED], 0);
    kube_fixture_stop(&s);
}

/* ---- questions ---- */

static bool question_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!note_request(request)) return false;
    if (kube_fixture_is(request, "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews ")) {
        *reply = strstr(request, "\"subresource\":\"proxy\"")
                     ? kube_fixture_json(s, 201, "{\"status\":{\"allowed\":true,\"reason\":\"RBAC: allowed\"}}")
                     : kube_fixture_file(s, 201, FIX "auth/ssar-viewer-delete-pods.json");
    } else if (kube_fixture_is(request, "GET /api/v1/namespaces/mistral/secrets/redis-auth ")) {
        *reply = kube_fixture_json(s, 200, "{\"kind\":\"Secret\",\"data\":{\"password\":\"czNjcjN0\",\"odd\":\"%%\"}}");
    } else if (kube_fixture_is(request, "GET /apis/ray.io/v1/namespaces/mistral/rayservices/clear ")) {
        *reply =
            kube_fixture_json(s, 200,
                              "{\"spec\":{\"rayClusterConfig\":{\"gcsFaultToleranceOptions\":{\"redisAddress\":\"r:1\","
                              "\"redisPassword\":{\"value\":\"in clear\"}}}}}");
    } else if (kube_fixture_is(request, "GET /apis/ray.io/v1/namespaces/mistral/rayservices/kept ")) {
        *reply = kube_fixture_json(s, 200, "{\"spec\":{\"rayClusterConfig\":{}}}");
    } else if (kube_fixture_is(request, "GET /api/v1/namespaces/mistral/pods/p:8000/proxy/-/healthz ")) {
        *reply = kube_fixture_json(s, 200, "success");
    } else {
        *reply = kube_fixture_file(s, 403, FIX "errors/403-nodes.json");
    }
    return true;
}

static void what_may_be_done(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = question_route};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_api.may(s.be, "delete", "pods", "mistral", on_answer, &t);
    wait_told(&s, &t);
    assert_int_equal(t.answer, TRI_NO);
    assert_non_null(strstr(asked, "\"resourceAttributes\":{\"verb\":\"delete\",\"resource\":\"pods\",\"namespace\":"
                                  "\"mistral\"}"));
    t.times = 0;
    kube_api.may(s.be, "get", "pods/proxy", "mistral", on_answer, &t);
    wait_told(&s, &t);
    assert_int_equal(t.answer, TRI_YES);
    assert_string_equal(t.why, "RBAC: allowed");
    t.times = 0;
    kube_api.may(s.be, "get", "rayservices.ray.io", NULL, on_answer, &t);
    wait_told(&s, &t);
    assert_non_null(strstr(asked, "\"resource\":\"rayservices\",\"group\":\"ray.io\"}"));
    kube_fixture_stop(&s);
}

static void a_group_is_said_as_kubectl_says_it(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = question_route};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_api.may(s.be, "patch", "ingresses.networking.k8s.io/status", "mistral", on_answer, &t);
    wait_told(&s, &t);
    assert_non_null(strstr(asked, "{\"verb\":\"patch\",\"resource\":\"ingresses\",\"subresource\":\"status\","
                                  "\"group\":\"networking.k8s.io\",\"namespace\":\"mistral\"}"));
    kube_fixture_stop(&s);
}

/* ---- any request ---- */

static bool request_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!note_request(request)) return false;
    *reply = kube_fixture_json(s, 201, "{\"kind\":\"Secret\"}");
    return true;
}

static void on_asked(void *arg, const struct http_answer *answer)
{
    struct told *t = arg;
    t->times++;
    t->err = answer->err;
    t->status = answer->status;
    snprintf(t->value, sizeof t->value, "%s", answer->body);
}

static void any_request_has_our_credentials(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = request_route};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: secret-token, as: someone}", "mistral");
    struct http_ask ask = {.method = "PATCH",
                           .url = "/api/v1/namespaces/mistral/secrets/hf-token?fieldManager=raydeck",
                           .header = {{"Content-Type", "application/apply-patch+yaml"}},
                           .body = "{\"kind\":\"Secret\"}",
                           .body_len = 17,
                           .secret = true};
    kube_api.request(s.be, &ask, &(struct http_calls){.done = on_asked, .arg = &t});
    assert_int_equal(t.times, 0);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_OK);
    assert_int_equal(t.status, 201);
    assert_string_equal(t.value, "{\"kind\":\"Secret\"}");
    assert_true(
        kube_fixture_is(asked, "PATCH /api/v1/namespaces/mistral/secrets/hf-token?fieldManager=raydeck HTTP/1.1\r\n"));
    assert_non_null(strstr(asked, "Authorization: Bearer secret-token\r\n"));
    assert_non_null(strstr(asked, "Impersonate-User: someone\r\n"));
    assert_non_null(strstr(asked, "Content-Type: application/apply-patch+yaml\r\n"));
    assert_non_null(strstr(asked, "Accept: application/json\r\n"));
    assert_non_null(strstr(asked, "\r\n\r\n{\"kind\":\"Secret\"}"));
    kube_fixture_stop(&s);
}

static void a_request_that_is_cancelled_says_nothing(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = request_route};
    struct told t = {0}, other = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    struct http_ask ask = {.method = "GET", .url = "/api/v1/namespaces/mistral"};
    kube_api.cancel(kube_api.request(s.be, &ask, &(struct http_calls){.done = on_asked, .arg = &t}));
    kube_api.cancel(NULL);
    kube_api.request(s.be, &ask, &(struct http_calls){.done = on_asked, .arg = &other});
    wait_told(&s, &other);
    assert_int_equal(t.times, 0);
    kube_fixture_stop(&s);
}

/* ---- the guard ---- */

static void change_every_way(struct kube_fixture *s, enum err want, const char *why)
{
    static const struct http_ask asks[] = {
        {.method = "PATCH", .url = "/api/v1/namespaces/mistral/secrets/s?fieldManager=raydeck"},
        {.method = "POST", .url = "/api/v1/namespaces/mistral/secrets"},
        {.method = "PUT", .url = "/api/v1/namespaces/mistral/secrets/s"},
        {.method = "DELETE", .url = "/api/v1/namespaces/mistral"},
    };
    struct told t = {.fixture = s};
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        t.times = 0;
        asked[0] = '\0';
        kube_api.request(s->be, &asks[i], &(struct http_calls){.done = on_asked, .arg = &t});
        assert_int_equal(t.times, 0);
        wait_told(s, &t);
        assert_int_equal(t.err, want);
        assert_int_equal(asked[0] == '\0', want != ERR_OK);
    }
    t.times = 0;
    asked[0] = '\0';
    kube_api.delete_pod(s->be, "mistral", "p", UID, 0, on_end, &t);
    wait_told(s, &t);
    assert_int_equal(t.err, want);
    if (why) assert_string_equal(t.why, why);
    assert_int_equal(asked[0] == '\0', want != ERR_OK);
    assert_int_equal(s->changes[CHANGE_DELETED], want == ERR_OK);
    struct why said = {0};
    assert_int_equal(kube_api.may_change(s->be, &said), want);
    if (why) assert_string_equal(said.text, why);
}

static void without_a_guard_nothing_is_changed(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = request_route, .read_only = true};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    change_every_way(&s, ERR_GUARD, "READ-ONLY: nothing was allowed to be changed");
    /* What only asks goes on. */
    struct http_ask ask = {.method = "PATCH", .url = "/api/v1/namespaces/mistral/secrets/s?fieldManager=r&dryRun=All"};
    kube_api.request(s.be, &ask, &(struct http_calls){.done = on_asked, .arg = &t});
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_OK);
    t.times = 0;
    kube_api.may(s.be, "delete", "pods", "mistral", on_answer, &t);
    wait_told(&s, &t);
    assert_true(kube_fixture_is(asked, "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews "));
    /* The proxy of pods and Services takes prompts, and carries no change. */
    t.times = 0;
    asked[0] = '\0';
    assert_null(kube_api.proxy(s.be, "/api/v1/namespaces/mistral/pods/p", &(struct http_ask){.method = "DELETE"},
                               &(struct http_calls){.done = on_asked, .arg = &t}));
    assert_int_equal(t.err, ERR_GUARD);
    assert_string_equal(asked, "");
    kube_fixture_stop(&s);
}

static void the_guard_is_asked_before_every_change(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = request_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    change_every_way(&s, ERR_OK, NULL);
    assert_int_equal(s.guard_asked, 6);
    s.changes[CHANGE_DELETED] = 0;
    s.no = "READ-ONLY again";
    change_every_way(&s, ERR_GUARD, "READ-ONLY again");
    kube_fixture_stop(&s);
}

/* What waits for credentials, or is sent anew with others, is judged by what holds then. */
static bool disarms_with_a_401(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!note_request(request)) return false;
    s->no = "READ-ONLY again";
    s->step++;
    kube_fixture_put_file(s, "token", "new-token\n");
    *reply = kube_fixture_file(s, 401, FIX "errors/401-bad-token.json");
    return true;
}

static void what_is_sent_anew_is_allowed_anew(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = disarms_with_a_401};
    struct told t = {.fixture = &s};
    kube_fixture_start(&s);
    kube_fixture_put_file(&s, "token", "old-token\n");
    kube_fixture_open(&s, "{tokenFile: token}", "mistral");
    kube_api.delete_pod(s.be, "mistral", "p", UID, 0, on_end, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_GUARD);
    assert_string_equal(t.why, "READ-ONLY again");
    assert_int_equal(s.step, 1);
    kube_fixture_stop(&s);
}

static void secrets_and_passwords(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = question_route};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_api.secret(s.be, "mistral", "redis-auth", "password", on_value, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_OK);
    assert_int_equal(t.len, 6);
    assert_string_equal(t.value, "s3cr3t");

    t = (struct told){0};
    kube_api.secret(s.be, "mistral", "redis-auth", "other", on_value, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_NOT_FOUND);
    assert_string_equal(t.why, "the Secret has no key other");
    assert_string_equal(t.value, "");

    t = (struct told){0};
    kube_api.secret(s.be, "mistral", "redis-auth", "odd", on_value, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_PARSE);

    t = (struct told){0};
    kube_api.secret(s.be, "mistral", "nope", "password", on_value, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_FORBIDDEN);

    t = (struct told){0};
    kube_api.inline_password(s.be, "mistral", "clear", on_value, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_OK);
    assert_string_equal(t.value, "in clear");

    t = (struct told){0};
    kube_api.inline_password(s.be, "mistral", "kept", on_value, &t);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_NOT_FOUND);
    kube_fixture_stop(&s);
}

static void on_proxied(void *arg, const struct http_answer *answer)
{
    struct told *t = arg;
    t->times++;
    t->err = answer->err;
    t->status = answer->status;
    snprintf(t->value, sizeof t->value, "%s", answer->body);
}

static void requests_go_through_the_proxy(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = question_route};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x, as: someone}", "mistral");
    struct http_request *r = kube_api.proxy(
        s.be, "/api/v1/namespaces/mistral/pods/p:8000/proxy/-/healthz",
        &(struct http_ask){.method = "GET", .url = "ignored", .header = {{"X-Mine", "1"}}, .timeout_ms = 2000},
        &(struct http_calls){.done = on_proxied, .arg = &t});
    assert_non_null(r);
    wait_told(&s, &t);
    assert_int_equal(t.err, ERR_OK);
    assert_int_equal(t.status, 200);
    assert_string_equal(t.value, "success");
    assert_non_null(strstr(asked, "X-Mine: 1\r\n"));
    assert_non_null(strstr(asked, "Authorization: Bearer x\r\n"));
    assert_non_null(strstr(asked, "Impersonate-User: someone\r\n"));
    kube_fixture_stop(&s);
}

static void nothing_is_told_after_close(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = question_route};
    struct told t = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_api.delete_pod(s.be, "mistral", "p", UID, 0, on_end, &t);
    kube_api.may(s.be, "get", "pods", NULL, on_answer, &t);
    kube_api.secret(s.be, "mistral", "redis-auth", "password", on_value, &t);
    loop_step(s.loop, 20);
    kube_fixture_stop(&s);
    assert_int_equal(t.times, 0);
}

/* ---- credentials ---- */

static bool wants_new(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (strstr(request, "Authorization: Bearer new-token\r\n")) {
        s->step++;
        return false;
    }
    if (s->step == 0 && strstr(request, "Authorization: Bearer old-token\r\n"))
        kube_fixture_put_file(s, "token", "new-token\n");
    *reply = kube_fixture_file(s, 401, FIX "errors/401-bad-token.json");
    return true;
}

static bool nodes_live(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_LIVE &&
           kube_fixture_state(s, "kube/rayservices") == SOURCE_LIVE;
}

static void a_token_file_is_read_again_on_a_401(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = wants_new};
    kube_fixture_start(&s);
    kube_fixture_put_file(&s, "token", "old-token\n");
    kube_fixture_open(&s, "{tokenFile: token}", NULL);
    kube_fixture_until(&s, nodes_live, "the new token was taken");
    assert_int_equal(s.downs, 0);
    kube_fixture_stop(&s);
}

static bool refuse_all(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)request;
    *reply = kube_fixture_file(s, 401, FIX "errors/401-bad-token.json");
    return true;
}

static bool nodes_denied(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_DENIED;
}

static void a_token_that_is_refused_darkens_with_the_reason(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = refuse_all};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: example}", NULL);
    kube_fixture_until(&s, nodes_denied, "denied");
    assert_string_equal(kube_fixture_why(&s, "kube/nodes"), "Unauthorized");
    assert_int_equal(world_source_named(s.world, "kube/nodes")->err, ERR_AUTH);
    kube_fixture_stop(&s);
}

/* A plug-in that counts its runs in a file beside the kubeconfig, and says run after run another token. */
static char *plug_in(const struct kube_fixture *s, const char *script)
{
    return mem_printf(
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c, '%s', sh, %s], "
        "env: [{name: PLUG_IN_A, value: a}, {name: PLUG_IN_B, value: b}], installHint: install sh}}",
        script, s->dir);
}

static bool wants_second_run(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (strstr(request, "Authorization: Bearer run-1\r\n")) return false;
    *reply = kube_fixture_file(s, 401, FIX "errors/401-bad-token.json");
    return true;
}

static void a_plug_in_is_run_once_for_everybody(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = wants_second_run};
    kube_fixture_start(&s);
    char *user = plug_in(
        &s, "echo x >> $1/count; test -n \"$KUBERNETES_EXEC_INFO\" || exit 3; test \"$PLUG_IN_A$PLUG_IN_B\" = ab || "
            "exit 4; "
            "echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\","
            "\\\"status\\\":{\\\"token\\\":\\\"run-$(grep -c x $1/count)\\\"}}\"");
    kube_fixture_open(&s, user, NULL);
    free(user);
    kube_fixture_until(&s, nodes_live, "two kinds and the probe with one token");
    char path[128];
    size_t len;
    snprintf(path, sizeof path, "%s/count", s.dir);
    free(fixture_read(path, &len));
    assert_int_equal(len, 2); /* "x\n": one run */
    kube_fixture_stop(&s);
}

enum { GIVEN_LEAST_MS = 5000 /* credentials are not renewed sooner, whatever they say */ };

static void a_credential_that_is_over_is_the_servers_to_refuse(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    kube_fixture_start(&s);
    char *user = plug_in(&s, "echo x >> $1/count; "
                             "echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"apiVersion\\\":"
                             "\\\"client.authentication.k8s.io/v1\\\",\\\"status\\\":{\\\"token\\\":\\\"t\\\","
                             "\\\"expirationTimestamp\\\":\\\"2020-01-01T00:00:00Z\\\"}}\"");
    kube_fixture_open(&s, user, NULL);
    free(user);
    const uint64_t began_ms = loop_now_ms();
    kube_fixture_until(&s, nodes_live, "used all the same");
    kube_fixture_for(&s, 200);
    const uint64_t ms = loop_now_ms() - began_ms;
    char path[128];
    size_t len;
    snprintf(path, sizeof path, "%s/count", s.dir);
    free(fixture_read(path, &len));
    assert_true(len / strlen("x\n") <= 1 + ms / GIVEN_LEAST_MS); /* not run over and over */
    kube_fixture_stop(&s);
}

static bool credential_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)reply;
    s->step += strstr(request, "Authorization: Bearer run-1\r\n") != NULL;
    return false;
}

static bool second_credential_is_sent(struct kube_fixture *s)
{
    if (strstr(tiny_last(s->server), "Authorization: Bearer run-2\r\n")) return true;
    /* each request asks for a credential that is valid */
    if (loop_now_ms() >= s->step_ms + 300) {
        s->step_ms = loop_now_ms();
        kube_api.refresh(s->be);
    }
    return false;
}

/* Valid for 12 s, and renewed 10 s before that. */
static void a_credential_is_renewed_before_it_expires(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = credential_route};
    kube_fixture_start(&s);
    char *user = plug_in(&s, "echo x >> $1/count; "
                             "echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"apiVersion\\\":"
                             "\\\"client.authentication.k8s.io/v1\\\",\\\"status\\\":{\\\"token\\\":"
                             "\\\"run-$(grep -c x $1/count)\\\",\\\"expirationTimestamp\\\":"
                             "\\\"$(date -u -d \"12 seconds\" +%Y-%m-%dT%H:%M:%SZ)\\\"}}\"");
    kube_fixture_open(&s, user, NULL);
    free(user);
    kube_fixture_until(&s, nodes_live, "the first one is used");
    assert_true(s.step > 0);
    kube_fixture_until(&s, second_credential_is_sent, "the plug-in was run again, unasked by the server");
    kube_fixture_stop(&s);
}

static bool plug_in_failed(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_DENIED;
}

static void a_plug_in_that_fails_says_why(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    kube_fixture_start(&s);
    char *user = plug_in(&s, "echo Token has expired >&2; exit 255");
    kube_fixture_open(&s, user, NULL);
    free(user);
    kube_fixture_until(&s, plug_in_failed, "denied");
    assert_int_equal(strncmp(kube_fixture_why(&s, "kube/nodes"), "/bin/sh: ", 9), 0);
    assert_non_null(strstr(kube_fixture_why(&s, "kube/nodes"), "Token has expired"));
    assert_int_equal(tiny_connections(s.server), 0); /* nothing went out without credentials */
    struct told t = {0};
    assert_null(kube_api.proxy(s.be, "/api/v1/x", &(struct http_ask){.method = "GET"},
                               &(struct http_calls){.done = on_proxied, .arg = &t}));
    assert_int_equal(t.times, 1);
    assert_int_equal(t.err, ERR_AUTH);
    kube_fixture_stop(&s);
}

static void a_plug_in_that_is_not_there(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    kube_fixture_start(&s);
    kube_fixture_open(&s,
                      "{exec: {apiVersion: client.authentication.k8s.io/v1, command: raydeck-no-such-program, "
                      "installHint: Install it first.}}",
                      NULL);
    kube_fixture_until(&s, plug_in_failed, "denied");
    assert_string_equal(kube_fixture_why(&s, "kube/nodes"),
                        "raydeck-no-such-program: no such program. Install it first.");
    kube_fixture_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pod_is_deleted_by_its_uid),
        cmocka_unit_test(deletes_that_are_refused),
        cmocka_unit_test(what_may_be_done),
        cmocka_unit_test(a_group_is_said_as_kubectl_says_it),
        cmocka_unit_test(any_request_has_our_credentials),
        cmocka_unit_test(a_request_that_is_cancelled_says_nothing),
        cmocka_unit_test(without_a_guard_nothing_is_changed),
        cmocka_unit_test(the_guard_is_asked_before_every_change),
        cmocka_unit_test(what_is_sent_anew_is_allowed_anew),
        cmocka_unit_test(secrets_and_passwords),
        cmocka_unit_test(requests_go_through_the_proxy),
        cmocka_unit_test(nothing_is_told_after_close),
        cmocka_unit_test(a_token_file_is_read_again_on_a_401),
        cmocka_unit_test(a_token_that_is_refused_darkens_with_the_reason),
        cmocka_unit_test(a_plug_in_is_run_once_for_everybody),
        cmocka_unit_test(a_credential_that_is_over_is_the_servers_to_refuse),
        cmocka_unit_test(a_credential_is_renewed_before_it_expires),
        cmocka_unit_test(a_plug_in_that_fails_says_why),
        cmocka_unit_test(a_plug_in_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
