/* kube_answers_test.c - the API server's answers to our requests. */
#include "backends/kube/answers_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/kube/"

static void the_servers_version(void **state)
{
    (void)state;
    size_t len;
    char *body = fixture_read(FIX "errors/version.json", &len), *version = version_parse(body, len);
    assert_string_equal(version, "v1.34.4");
    free(version);
    free(body);
    assert_null(version_parse("{}", 2));
    assert_null(version_parse("<html>", 6));
    version = version_parse("{\"gitVersion\":\"v1\\u001b[2J\"}", 28);
    assert_string_equal(version, "v1\\x1b[2J");
    free(version);
}

static enum tri review_parsed(const char *json, struct why *why)
{
    return review_parse(json, strlen(json), why);
}

static void an_access_review(void **state)
{
    (void)state;
    size_t len;
    struct why why = {0};
    char *body = fixture_read(FIX "auth/ssar-viewer-delete-pods.json", &len);
    assert_int_equal(review_parse(body, len, &why), TRI_NO);
    assert_int_equal(why.code, ERR_FORBIDDEN);
    free(body);
    assert_int_equal(review_parsed("{\"status\":{\"allowed\":true}}", &why), TRI_YES);
    assert_int_equal(why.code, ERR_OK);
    assert_int_equal(review_parsed("{\"status\":{\"allowed\":\"true\"}}", &why), TRI_UNKNOWN);
    assert_string_equal(why.text, "the response has no status.allowed");
    assert_int_equal(review_parsed("[]", &why), TRI_UNKNOWN);
    assert_int_equal(review_parsed("{", &why), TRI_UNKNOWN);
    assert_int_equal(why.code, ERR_PARSE);
}

static void one_value_of_a_secret(void **state)
{
    (void)state;
    const char *json = "{\"data\":{\"a\":\"czNjcjN0\",\"b\":\"not base64!\",\"empty\":\"\"}}";
    struct why why = {0};
    struct buf b;
    buf_init(&b, 16);
    assert_int_equal(secret_parse(json, strlen(json), "a", &b, &why), ERR_OK);
    assert_string_equal(buf_text(&b), "s3cr3t");
    buf_clear(&b);
    assert_int_equal(secret_parse(json, strlen(json), "empty", &b, &why), ERR_OK);
    assert_int_equal(b.len, 0);
    assert_int_equal(secret_parse(json, strlen(json), "b", &b, &why), ERR_PARSE);
    assert_null(strstr(why.text, "not base64!"));
    assert_int_equal(secret_parse(json, strlen(json), "c", &b, &why), ERR_NOT_FOUND);
    assert_int_equal(secret_parse("s3cr3t", 6, "a", &b, &why), ERR_PARSE);
    assert_null(strstr(why.text, "s3cr3t"));
    buf_done(&b);
    buf_init(&b, 3);
    assert_int_equal(secret_parse(json, strlen(json), "a", &b, &why), ERR_LIMIT);
    buf_done(&b);
}

static void a_password_in_clear(void **state)
{
    (void)state;
    size_t len;
    struct why why = {0};
    struct buf b;
    buf_init(&b, 64);
    const char *json =
        "{\"spec\":{\"rayClusterConfig\":{\"gcsFaultToleranceOptions\":{\"redisPassword\":{\"value\":\"pw\"}}}}}";
    assert_int_equal(inline_password_parse(json, strlen(json), &b, &why), ERR_OK);
    assert_string_equal(buf_text(&b), "pw");
    char *body = fixture_read(FIX "manifests/by-annotation.json", &len);
    assert_int_equal(inline_password_parse(body, len, &b, &why), ERR_NOT_FOUND);
    assert_string_equal(why.text, "the RayService holds no password in clear text");
    free(body);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_servers_version),
        cmocka_unit_test(an_access_review),
        cmocka_unit_test(one_value_of_a_secret),
        cmocka_unit_test(a_password_in_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
