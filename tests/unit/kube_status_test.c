/* kube_status_test.c - Status objects. */
#include "backends/kube/status_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/kube/errors/"

static void recorded_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        long status;
        enum err err;
        const char *text;
    } cases[] = {
        {"400-bad-continue.json", 400, ERR_PROTOCOL,
         "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value"},
        {"401-bad-token.json", 401, ERR_AUTH, "Unauthorized"},
        {"403-nodes.json", 403, ERR_FORBIDDEN,
         "nodes is forbidden: User \"system:serviceaccount:mistral:viewer\" cannot list resource \"nodes\" in API "
         "group "
         "\"\" at the cluster scope"},
        {"404-pod.json", 404, ERR_NOT_FOUND, "pods \"x\" not found"},
        {"404-path.txt", 404, ERR_NOT_FOUND, "404 page not found"},
        {"list-future-rv.json", 504, ERR_TIMEOUT, "Timeout: Too large resource version: 99999999, current: 1924"},
        {"pod-proxy-refused.json", 503, ERR_SERVER,
         "error trying to reach service: dial tcp 10.245.0.59:8001: connect: connection refused"},
        {"svc-proxy-badport.json", 503, ERR_SERVER, "no endpoints available for service \"web:nope\""},
        {"svc-proxy-noport.html", 503, ERR_SERVER, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[200] = FIX;
        size_t len;
        struct why why = {0};
        strncat(path, cases[i].file, sizeof path - strlen(path) - 1);
        char *body = fixture_read(path, &len);
        status_parse(cases[i].status, body, len, &why);
        assert_int_equal(why.code, cases[i].err);
        if (cases[i].text) assert_string_equal(why.text, cases[i].text);
        free(body);
    }
}

static void long_ones_are_cut(void **state)
{
    (void)state;
    size_t len;
    struct why why = {0};
    char *body = fixture_read(FIX "410-expired-continue.json", &len);
    status_parse(410, body, len, &why);
    assert_int_equal(why.code, ERR_GONE);
    assert_true(strlen(why.text) <= 304);
    assert_int_equal(strncmp(why.text, "The provided continue parameter is too old", 42), 0);
    free(body);
}

static void bodies_that_say_nothing(void **state)
{
    (void)state;
    struct why why = {0};
    status_parse(502, "<html><body>bad gateway</body></html>", 37, &why);
    assert_string_equal(why.text, "HTTP 502");
    status_parse(500, "", 0, &why);
    assert_string_equal(why.text, "HTTP 500");
    assert_int_equal(why.code, ERR_SERVER);
    status_parse(500, "\n upstream \x1b[31mred\nmore", 23, &why);
    assert_string_equal(why.text, "HTTP 500: upstream \\x1b[31mred");
    status_parse(503, "{\"kind\":\"Status\",\"reason\":\"ServiceUnavailable\"}", 47, &why);
    assert_string_equal(why.text, "ServiceUnavailable");
    status_parse(403, "{\"kind\":\"Status\"}", 17, &why);
    assert_string_equal(why.text, "forbidden");
}

static void a_status_inside_a_watch(void **state)
{
    (void)state;
    struct why why = {0};
    cJSON *s =
        cJSON_Parse("{\"kind\":\"Status\",\"message\":\"etcd went away\",\"reason\":\"InternalError\",\"code\":500}");
    status_of(s, ERR_PROTOCOL, &why);
    assert_int_equal(why.code, ERR_SERVER);
    assert_string_equal(why.text, "etcd went away");
    cJSON_Delete(s);
    s = cJSON_Parse("{\"reason\":\"Expired\"}");
    status_of(s, ERR_PROTOCOL, &why);
    assert_int_equal(why.code, ERR_GONE);
    cJSON_Delete(s);
    status_of(NULL, ERR_PROTOCOL, &why);
    assert_int_equal(why.code, ERR_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_refusals),
        cmocka_unit_test(long_ones_are_cut),
        cmocka_unit_test(bodies_that_say_nothing),
        cmocka_unit_test(a_status_inside_a_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
