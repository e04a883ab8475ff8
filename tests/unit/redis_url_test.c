/* redis_url_test.c - URLs of a Redis. */
#include "backends/base/redis_url.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_text(const char *got, const char *want)
{
    if (!want) {
        assert_null(got);
        return;
    }
    assert_non_null(got);
    assert_string_equal(got, want);
}

static void test_urls(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *path, *user, *password;
        unsigned port, db;
        bool tls;
        const char *shown;
    } cases[] = {
        {"redis://cache", "cache", NULL, NULL, NULL, 6379, 0, false, "redis://cache:6379"},
        {"redis://cache:7000/3", "cache", NULL, NULL, NULL, 7000, 3, false, "redis://cache:7000/3"},
        {"redis:6379", "redis", NULL, NULL, NULL, 6379, 0, false, "redis://redis:6379"},
        {"10.0.0.7", "10.0.0.7", NULL, NULL, NULL, 6379, 0, false, "redis://10.0.0.7:6379"},
        {"redis://u:p%40%3aq@h:1/", "h", NULL, "u", "p@:q", 1, 0, false, "redis://h:1"},
        {"redis://:p@q@h", "h", NULL, NULL, "p@q", 6379, 0, false, "redis://h:6379"},
        {"redis://only@h", "h", NULL, "only", NULL, 6379, 0, false, "redis://h:6379"},
        {"rediss://[fd00::1]:6380", "fd00::1", NULL, NULL, NULL, 6380, 0, true, "rediss://[fd00::1]:6380"},
        {"redis://[::1]", "::1", NULL, NULL, NULL, 6379, 0, false, "redis://[::1]:6379"},
        {"unix:///run/redis.sock", NULL, "/run/redis.sock", NULL, NULL, 0, 0, false, "unix:///run/redis.sock"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct redis_url u = {0};
        assert_int_equal(redis_url_parse(cases[i].text, &u, NULL), ERR_OK);
        assert_text(u.host, cases[i].host);
        assert_text(u.path, cases[i].path);
        assert_text(u.user, cases[i].user);
        assert_text(u.password, cases[i].password);
        assert_int_equal(u.port, cases[i].port);
        assert_int_equal(u.db, cases[i].db);
        assert_int_equal(u.tls, cases[i].tls);
        assert_text(u.shown, cases[i].shown);
        redis_url_done(&u);
    }
}

static void test_bad_urls(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",           "http://h",       "redis://",        "redis://h:0",       "redis://h:65536",  "redis://h:x",
        "redis://h/", "redis://[::1",   "redis://[::1]x",  "redis://a b",       "redis://u:%4@h",   "redis://u:%zz@h",
        "unix://rel", "redis://h/seco", "redis://h/99999", "redis://u:s3cr3t@", "redis://u:%00s@h", "redis://h?db=1",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct redis_url u = {0};
        struct why why = {0};
        if (strcmp(cases[i], "redis://h/") == 0) continue; /* a slash alone says nothing */
        if (redis_url_parse(cases[i], &u, &why) != ERR_USAGE) fail_msg("%s", cases[i]);
        assert_null(u.host);
        assert_null(u.shown);
        assert_true(strlen(why.text) > 0);
        assert_null(strstr(why.text, "s3cr3t"));
    }
    struct redis_url u = {0};
    char *large = mem_zero(1, REDIS_URL_MAX + 20);
    memset(large, 'a', REDIS_URL_MAX + 10);
    assert_int_equal(redis_url_parse(large, &u, NULL), ERR_USAGE);
    free(large);
    assert_int_equal(redis_url_parse(NULL, &u, NULL), ERR_USAGE);
}

static void test_url_options(void **state)
{
    (void)state;
    struct redis_url u = {0};
    assert_int_equal(redis_url_parse("rediss://h:1/2?cacert=/a%20b.pem&servername=r.example", &u, NULL), ERR_OK);
    assert_text(u.ca_file, "/a b.pem");
    assert_text(u.server_name, "r.example");
    assert_int_equal(u.db, 2);
    redis_url_done(&u);
    static const char *const bad[] = {"redis://h?cacert=/a",          "rediss://h?cacert=",
                                      "rediss://h?insecure=1",        "rediss://h?cacert=/a&cacert=/b",
                                      "rediss://h?servername=a%2fb",  "rediss://h?servername=a:1",
                                      "rediss://h/2x?servername=a.b", "rediss://h?cacert=%zz"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (redis_url_parse(bad[i], &u, NULL) != ERR_USAGE) fail_msg("%s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_bad_urls),
        cmocka_unit_test(test_url_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
