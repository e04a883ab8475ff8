/* serve_parse_test.c - answers of real Ray Serve 2.60 and 2.22, and of a real API server that could not reach it. */
#include "backends/base/mem.h"
#include "backends/serve/infer_parse.h"
#include "backends/serve/serve_failure.h"
#include "backends/serve/serve_status_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/serve/"

static void answer_is(const char *body, const char *want)
{
    char *answer = NULL;
    struct why why = {0};
    if (infer_parse(body, strlen(body), &answer, &why) != ERR_OK) fail_msg("%s: %s", body, why.text);
    assert_string_equal(answer, want);
    free(answer);
}

static void test_infer(void **state)
{
    (void)state;
    char *real = fixture_read(FIX "infer-2.60.json", NULL);
    answer_is(real,
              "her at are would their were she there as that she have be of the from of of were he her and all were");
    free(real);
    answer_is("[\"<s>[INST]are you there[/INST] the head is gone the workers go on </s>\"]",
              "the head is gone the workers go on");
    answer_is("[\"no echo at all\"]", "no echo at all");
    answer_is("\"a bare string\"", "a bare string");
    answer_is("[\"[INST] a [/INST] b [/INST] c\"]", "b [/INST] c");
    answer_is("[\"[INST] never closed\"]", "[INST] never closed");
    answer_is("[\"<s> [INST] q [/INST]</s>\"]", "");
    answer_is("[\"\"]", "");
    answer_is("[\"a\\u0000b \\\\u0000\"]", "a\\x00b \\u0000");
    answer_is("[\" two\\nlines \\u001b[2J\"]", "two\nlines \\x1b[2J");
}

static void test_infer_refuses(void **state)
{
    (void)state;
    static const char *const bodies[] = {"",          "null",   "{}",      "[]",       "[1]", "[\"a\",\"b\"]",
                                         "[[\"a\"]]", "[\"a\"", "success", "[\"a\"] x"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        char *answer = NULL;
        struct why why = {0};
        assert_int_equal(infer_parse(bodies[i], strlen(bodies[i]), &answer, &why), ERR_PARSE);
        assert_null(answer);
        assert_true(why.text[0] != '\0');
    }
}

static struct serveapp *status_of(const char *file)
{
    size_t len;
    char *path = mem_printf(FIX "%s", file), *bytes = fixture_read(path, &len);
    struct serveapp *app = NULL;
    struct why why = {0};
    size_t left_out = 1;
    if (serve_status_parse("uid-1", bytes, len, &app, &left_out, &why) != ERR_OK) fail_msg("%s: %s", file, why.text);
    free(bytes);
    free(path);
    return app;
}

static void test_status_2_60(void **state)
{
    (void)state;
    struct serveapp *app = status_of("serve_applications-2.60.json");
    assert_string_equal(app->record.key, "uid-1");
    assert_string_equal(app->controller_actor, "49ae9a0968c999c4908fadca01000000");
    assert_int_equal(app->deployments_count, 2);
    assert_string_equal(app->deployments[0].app, "mistral-deployment");
    assert_string_equal(app->deployments[0].app_status, "RUNNING");
    assert_string_equal(app->deployments[0].name, "mistral-7b");
    assert_string_equal(app->deployments[0].status, "HEALTHY");
    assert_null(app->deployments[0].message);
    assert_int_equal(app->replicas_count, 3);
    const struct replica *r = &app->replicas[1];
    assert_string_equal(r->deployment, "mistral-7b");
    assert_string_equal(r->id, "27dl95d5");
    assert_string_equal(r->state, "RUNNING");
    assert_string_equal(r->actor, "8fe07716bb7994661a4aed5301000000");
    assert_string_equal(r->ray_node, "b5846ef7d5ea3588201ea24b628d78a639250993c452e7248b87ea36");
    assert_string_equal(r->ip, "10.77.0.2");
    assert_int_equal(r->pid.value, 114);
    assert_int_equal(r->started.value, 1795434680717);
    assert_int_equal(app->proxies_count, 2);
    assert_string_equal(app->proxies[1].ip, "10.77.0.2");
    assert_string_equal(app->proxies[1].status, "HEALTHY");
    assert_true(serve_status_settled(app));
    /* The environment of the application stands in the body, and in no record. */
    cJSON *json = record_to_json(&app->record, RECORD_LEAVE_OUT);
    char *text = cJSON_PrintUnformatted(json);
    assert_null(strstr(text, "NEURON_CC_FLAGS"));
    cJSON_free(text);
    cJSON_Delete(json);
    record_free(&app->record);
}

static void test_status_2_22(void **state)
{
    (void)state;
    struct serveapp *app = status_of("serve_applications-2.22.json");
    assert_int_equal(app->deployments_count, 2);
    assert_int_equal(app->replicas_count, 3);
    assert_int_equal(app->replicas[0].pid.value, 101);
    assert_int_equal(app->proxies_count, 2);
    assert_true(serve_status_settled(app));
    record_free(&app->record);
}

static void test_status_failing(void **state)
{
    (void)state;
    static const char body[] =
        "{\"applications\":{\"a\":{\"name\":\"a\",\"status\":\"DEPLOY_FAILED\",\"message\":\"boom HF_TOKEN=hf_"
        "abcdefghijklmnopqrstuvwxyz0123\",\"deployments\":{}},\"b\":7,\"c\":{\"status\":\"RUNNING\",\"deployments\":"
        "{\"d\":{\"name\":\"d\",\"status\":\"UNHEALTHY\",\"replicas\":[7,{\"pid\":\"x\"}]},\"e\":null}}}}";
    struct serveapp *app = NULL;
    size_t left_out = 0;
    assert_int_equal(serve_status_parse("u", body, sizeof body - 1, &app, &left_out, NULL), ERR_OK);
    assert_int_equal(left_out, 3);
    assert_int_equal(app->deployments_count, 2);
    assert_string_equal(app->deployments[0].app_status, "DEPLOY_FAILED");
    assert_string_equal(app->deployments[0].message, "boom •••");
    assert_null(app->deployments[0].name);
    assert_string_equal(app->deployments[1].app, "c");
    assert_int_equal(app->replicas_count, 1);
    assert_false(app->replicas[0].pid.known);
    assert_false(serve_status_settled(app));
    record_free(&app->record);

    static const char empty[] = "{\"applications\":{}}";
    assert_int_equal(serve_status_parse("u", empty, sizeof empty - 1, &app, &left_out, NULL), ERR_OK);
    assert_int_equal(left_out, 0);
    assert_false(serve_status_settled(app));
    record_free(&app->record);

    struct why why = {0};
    app = NULL;
    assert_int_equal(serve_status_parse("u", "{}", 2, &app, &left_out, &why), ERR_PARSE);
    assert_non_null(strstr(why.text, "applications"));
    assert_null(app);
}

static enum serve_failure failure_of(long status, enum err err, const char *body, bool proxied, struct why *why)
{
    const struct http_answer answer = {
        .err = err, .why = "", .status = status, .body = body, .body_len = strlen(body), .content_type = ""};
    return serve_failure_of(&answer, proxied, why);
}

static void test_failures(void **state)
{
    (void)state;
    struct why why = {0};
    assert_int_equal(failure_of(200, ERR_OK, "success", true, &why), SERVE_FAILURE_NONE);
    assert_int_equal(failure_of(0, ERR_REFUSED, "", false, &why), SERVE_FAILURE_REFUSED);
    assert_string_equal(why.text, "refused");
    assert_int_equal(failure_of(0, ERR_RESET, "", true, &why), SERVE_FAILURE_RESET);
    assert_string_equal(why.text, "API server: connection lost");
    assert_int_equal(failure_of(0, ERR_TIMEOUT, "", false, &why), SERVE_FAILURE_TIMEOUT);
    assert_int_equal(failure_of(0, ERR_DNS, "", false, &why), SERVE_FAILURE_UNREACHABLE);
    assert_int_equal(failure_of(200, ERR_LIMIT, "", false, &why), SERVE_FAILURE_BODY);
    assert_int_equal(failure_of(500, ERR_OK, "Internal Server Error", false, &why), SERVE_FAILURE_SERVER);
    assert_string_equal(why.text, "HTTP status 500");
    char *missing = fixture_read(FIX "infer_missing_param-2.60.json", NULL);
    assert_int_equal(failure_of(422, ERR_OK, missing, false, &why), SERVE_FAILURE_CLIENT);
    free(missing);
    assert_int_equal(failure_of(302, ERR_OK, "", false, &why), SERVE_FAILURE_BODY);
    assert_string_equal(serve_failure_word(SERVE_FAILURE_SERVER), "5xx");
    assert_null(serve_failure_word(SERVE_FAILURE_NONE));
}

static void test_failures_behind_the_proxy(void **state)
{
    (void)state;
    struct why why = {0};
    char *refused = fixture_read(FIX "pod-proxy-refused.json", NULL);
    assert_int_equal(failure_of(503, ERR_OK, refused, true, &why), SERVE_FAILURE_REFUSED);
    assert_string_equal(why.text, "API server: 503 error trying to reach service: dial tcp 10.245.0.59:8001: connect: "
                                  "connection refused");
    assert_int_equal(why.code, ERR_REFUSED);
    /* The same body from Serve itself would be Serve's own 503. */
    assert_int_equal(failure_of(503, ERR_OK, refused, false, &why), SERVE_FAILURE_SERVER);
    free(refused);
    char *forbidden = fixture_read(FIX "403-service-proxy.json", NULL);
    assert_int_equal(failure_of(403, ERR_OK, forbidden, true, &why), SERVE_FAILURE_FORBIDDEN);
    assert_int_equal(why.code, ERR_FORBIDDEN);
    free(forbidden);
    char *absent = fixture_read(FIX "svc-proxy-absent-404.json", NULL);
    assert_int_equal(failure_of(404, ERR_OK, absent, true, &why), SERVE_FAILURE_UNREACHABLE);
    assert_string_equal(why.text, "API server: 404 services \"nosuch\" not found");
    free(absent);
    assert_int_equal(failure_of(404, ERR_OK, "{\"detail\":\"Not Found\"}", true, &why), SERVE_FAILURE_CLIENT);
    assert_int_equal(failure_of(503, ERR_OK,
                                "{\"kind\":\"Status\",\"message\":\"no endpoints available for service "
                                "\\\"x\\\"\"}",
                                true, &why),
                     SERVE_FAILURE_UNREACHABLE);
    assert_int_equal(failure_of(502, ERR_OK, "bad gateway", true, &why), SERVE_FAILURE_SERVER);
    static const struct {
        long status;
        const char *message;
    } own[] = {{500, "etcdserver: request timed out"},
               {503, "error trying to reach service: No agent available"},
               {504, "Timeout: request did not complete within the allotted timeout"},
               {429, "too many requests, please try again later"}};
    for (size_t i = 0; i < ARRAY_LEN(own); i++) { /* the API server's own say nothing of Serve */
        char body[256];
        snprintf(body, sizeof body, "{\"kind\":\"Status\",\"message\":\"%s\"}", own[i].message);
        assert_int_equal(failure_of(own[i].status, ERR_OK, body, true, &why), SERVE_FAILURE_API_SERVER);
        assert_int_not_equal(failure_of(own[i].status, ERR_OK, body, false, &why), SERVE_FAILURE_API_SERVER);
    }
    assert_string_equal(serve_failure_word(SERVE_FAILURE_API_SERVER), "API server error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_infer),
        cmocka_unit_test(test_infer_refuses),
        cmocka_unit_test(test_status_2_60),
        cmocka_unit_test(test_status_2_22),
        cmocka_unit_test(test_status_failing),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_failures_behind_the_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
