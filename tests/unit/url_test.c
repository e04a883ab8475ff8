/* url_test.c - URLs parsed, built, and shown without their secrets. */
#include "backends/base/mem.h"
#include "backends/base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void is_text(const char *got, const char *want)
{
    if (!want)
        assert_null(got);
    else
        assert_string_equal(got, want);
}

static void what_urls_are_made_of(void **state)
{
    static const struct {
        const char *text, *scheme, *user, *password, *host;
        unsigned port;
        const char *path, *query;
    } are[] = {
        {"http://h", "http", NULL, NULL, "h", 0, "/", NULL},
        {"HTTPS://h.example:8443/a//b/../c?x=1&y=%20", "https", NULL, NULL, "h.example", 8443, "/a//b/../c",
         "x=1&y=%20"},
        {"cache:6379/3", "redis", NULL, NULL, "cache", 6379, "/3", NULL},
        {"redis://u:p%40%3aq@h:1", "redis", "u", "p@:q", "h", 1, "/", NULL},
        {"redis://:p@q@h", "redis", NULL, "p@q", "h", 0, "/", NULL},
        {"redis://only@h", "redis", "only", NULL, "h", 0, "/", NULL},
        {"u:p@h:6379", "redis", "u", "p", "h", 6379, "/", NULL},
        {"http://[fd00::1]:80/", "http", NULL, NULL, "fd00::1", 80, "/", NULL},
        {"http://[fe80::1%25eth0]/", "http", NULL, NULL, "fe80::1%eth0", 0, "/", NULL},
        {"http://h/path@version", "http", NULL, NULL, "h", 0, "/path@version", NULL},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        struct url u = {0};
        if (url_parse(are[i].text, "redis", &u)) fail_msg("%s", are[i].text);
        is_text(u.scheme, are[i].scheme);
        is_text(u.user, are[i].user);
        is_text(u.password, are[i].password);
        is_text(u.host, are[i].host);
        assert_int_equal(u.port, are[i].port);
        is_text(u.path, are[i].path);
        is_text(u.query, are[i].query);
        url_done(&u);
    }
}

static void what_is_no_url(void **state)
{
    static const char *const are[] = {"",
                                      "http://",
                                      "http://h:0",
                                      "http://h:65536",
                                      "http://h:x",
                                      "http://a b",
                                      "http://[::1",
                                      "http://[::1]x",
                                      "http://u:%4@h",
                                      "http://u:%zz@h",
                                      "http://u:p@",
                                      "http://u:%00s@h",
                                      "://h"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        struct url u = {0};
        if (url_parse(are[i], "http", &u) != ERR_USAGE) fail_msg("%s", are[i]);
        assert_null(u.host);
    }
    struct url u = {0};
    assert_int_equal(url_parse("h:1", NULL, &u), ERR_USAGE);
    assert_int_equal(url_parse(NULL, "http", &u), ERR_USAGE);
}

static void what_is_secret_in_a_word(void **state)
{
    static const struct {
        const char *word, *secret;
    } are[] = {{"redis://ray:hunter2@10.0.0.1:6379", "ray:hunter2"},
               {"redis://:a/b@c@h", ":a/b@c"},
               {"http://h:8000/path@version", NULL},
               {"http://u:1234/5@h", NULL}, /* not to be told from a port and a path: url_secret says so */
               {"http://h/x", NULL},
               {"user@host:22", NULL},
               {"--redis=redis://u:p@h", "u:p"}};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        struct url_part p = url_secret(are[i].word, strlen(are[i].word));
        char *got = p.at ? mem_strn(p.at, p.len) : NULL;
        is_text(got, are[i].secret);
        free(got);
    }
}

static void what_people_see(void **state)
{
    static const struct {
        const char *text, *shown, *place;
    } are[] = {{"redis://u:s3cr3t@h:1/2?password=s3cr3t", "redis://h:1/2?•••", "h:1"},
               {"redis://:s3/cr3t@h", "redis://h", NULL},
               {"u:s3cr3t@h:6379", "h:6379", "h:6379"},
               {"http://[::1]:8000/app", "http://[::1]:8000/app", "[::1]:8000"},
               {"http://h\x1b[2J/", "http://h\\x1b[2J/", "h\\x1b[2J"}};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        char *shown = url_without_secrets(are[i].text), *place = url_place(are[i].text);
        assert_string_equal(shown, are[i].shown);
        if (are[i].place) assert_string_equal(place, are[i].place);
        assert_null(strstr(shown, "cr3t"));
        free(shown);
        free(place);
    }
}

static void urls_are_built(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        unsigned port;
        const char *path, *want;
    } are[] = {{"h", 0, NULL, "http://h"}, {"h", 80, "/x", "http://h:80/x"}, {"::1", 8000, "", "http://[::1]:8000"}};

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        char *got = url_build("http", are[i].host, are[i].port, are[i].path);
        assert_string_equal(got, are[i].want);
        free(got);
    }
    char *bare = url_without_slash("http://h/a//");
    assert_string_equal(bare, "http://h/a");
    free(bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_urls_are_made_of),    cmocka_unit_test(what_is_no_url),
        cmocka_unit_test(what_is_secret_in_a_word), cmocka_unit_test(what_people_see),
        cmocka_unit_test(urls_are_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
