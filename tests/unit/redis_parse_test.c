/* redis_parse_test.c - URLs, INFO, CLIENT LIST; the allow-list. INFO and CLIENT LIST are a real Redis 7.0's with a GCS
 * on it. */
#include "backends/base/mem.h"
#include "backends/redis/allow.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/info_parse.h"
#include "backends/redis/url_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
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

static void assert_u64(struct known_u64 got, uint64_t want)
{
    assert_true(got.known);
    assert_int_equal(got.value, want);
}

/* ---- URLs ---- */

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
        {"redis://cache:7000/3", "cache", NULL, NULL, NULL, 7000, 3, false, "redis://cache:7000"},
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

/* ---- INFO ---- */

static void test_info(void **state)
{
    (void)state;
    size_t len;
    char *text = fixture_read("tests/fixtures/redis/info.txt", &len);
    struct redis *r = record_new(TABLE_REDIS, "redis");
    info_parse(text, len, r);
    assert_text(r->version, "7.0.15");
    assert_text(r->mode, "standalone");
    assert_text(r->role, "master");
    assert_text(r->policy, "noeviction");
    assert_text(r->aof, "off");
    assert_text(r->rdb_last, "ok");
    assert_u64(r->replicas, 0);
    assert_u64(r->used_memory, 3457008);
    assert_u64(r->max_memory, 0);
    assert_u64(r->clients, 6);
    assert_u64(r->uptime_s, 526);
    assert_u64(r->evicted, 0);
    assert_u64(r->loading, 0);
    assert_u64(r->keys, 7);
    assert_false(r->timeout_s.known);
    /* a second look replaces, and does not add up */
    info_parse(text, len, r);
    assert_u64(r->keys, 7);
    record_free(&r->record);
    free(text);
}

static void test_info_others(void **state)
{
    (void)state;
    static const char valkey[] = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n"
                                 "# Persistence\r\naof_enabled:1\r\nrole:sl\x1bve\r\nused_memory:12x\r\n"
                                 "# Keyspace\r\ndb0:keys=3,expires=0\r\ndb12:keys=4,expires=1\r\ndbx:keys=9,\r\n";
    struct redis *r = record_new(TABLE_REDIS, "redis");
    info_parse(valkey, sizeof valkey - 1, r);
    assert_text(r->version, "valkey 8.0.1");
    assert_text(r->aof, "on");
    assert_text(r->role, "sl\\x1bve");
    assert_false(r->used_memory.known);
    assert_u64(r->keys, 7);
    info_parse("# Keyspace\r\n", 12, r);
    assert_u64(r->keys, 0);
    info_parse("", 0, r);
    assert_false(r->keys.known);
    record_free(&r->record);
    assert_int_equal(info_version_number("7.0.15"), 70015);
    assert_int_equal(info_version_number("valkey 8.0.1"), 80001);
    assert_int_equal(info_version_number("7.4"), 70400);
    assert_int_equal(info_version_number("next"), 0);
    assert_int_equal(info_version_number(NULL), 0);
}

/* ---- CLIENT LIST ---- */

static struct clients_sum clients_of(const struct clients_ask *ask)
{
    size_t len;
    struct clients_sum sum;
    char *text = fixture_read("tests/fixtures/redis/client-list.txt", &len);
    clients_parse(text, len, ask, &sum);
    free(text);
    return sum;
}

static void test_clients(void **state)
{
    (void)state;
    static const char *const head[] = {"10.77.0.1"}, *const other[] = {"10.77.0.9", "10.77.0.1x"};
    const uint64_t own[] = {42, 44};
    struct clients_sum sum = clients_of(&(struct clients_ask){.heads = head, .head_count = 1});
    assert_int_equal(sum.rows, 6);
    assert_int_equal(sum.ray, 4);
    assert_string_equal(sum.from, "10.77.0.1");
    sum = clients_of(&(struct clients_ask){.heads = other, .head_count = 2});
    assert_int_equal(sum.ray, 0);
    assert_string_equal(sum.from, "");
    /* no head is known: by what they do; the monitor and the one that asks are not Ray */
    sum = clients_of(&(struct clients_ask){0});
    assert_int_equal(sum.ray, 4);
    sum = clients_of(&(struct clients_ask){.heads = head, .head_count = 1, .own_ids = own, .own_count = 2});
    assert_int_equal(sum.ray, 2);
}

static void test_clients_odd(void **state)
{
    (void)state;
    static const char text[] = "id=1 addr=[fd00::1]:57074 name= flags=N cmd=ping\n"
                               "id=2 addr=10.0.0.1:1 name=raydeck-changes flags=P cmd=subscribe\n"
                               "id=3 addr=10.0.0.1:2 name=app flags=N cmd=hset\n"
                               "id=4 addr=10.0.0.2:2 name= flags=N cmd=hset\n"
                               "id=5 addr=/run/redis.sock:0 name= flags=U cmd=ping\n"
                               "\nnonsense\nid=\nid=6 addr= name= flags=N cmd=ping";
    struct clients_sum sum;
    clients_parse(text, sizeof text - 1, &(struct clients_ask){0}, &sum);
    assert_int_equal(sum.rows, 6);
    assert_int_equal(sum.ray, 2);
    assert_string_equal(sum.from, "fd00::1, 10.0.0.2");
    static const char *const head[] = {"10.0.0.1"};
    clients_parse(text, sizeof text - 1, &(struct clients_ask){.heads = head, .head_count = 1}, &sum);
    assert_int_equal(sum.ray, 1); /* ours, from the same address, is not counted */
    /* An address without a host is counted, named by nobody, and hangs nobody. */
    const char bare[] = "id=7 addr=:6379 name= flags=N cmd=ping\nid=8 addr=:6380 name= flags=N cmd=ping\n";
    clients_parse(bare, sizeof bare - 1, &(struct clients_ask){0}, &sum);
    assert_int_equal(sum.rows, 2);
    assert_int_equal(sum.ray, 2);
    assert_string_equal(sum.from, "");
    clients_parse("", 0, &(struct clients_ask){0}, &sum);
    assert_int_equal(sum.rows, 0);
}

/* ---- the allow-list ---- */

static void test_format(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    const struct gcs_span args[] = {{"k\0\r\n", 4}, {"f", 1}};
    assert_int_equal(allow_format(ALLOW_HGET, args, 2, &out), ERR_OK);
    assert_int_equal(out.len, 31);
    assert_memory_equal(out.data, "*3\r\n$4\r\nHGET\r\n$4\r\nk\0\r\n\r\n$1\r\nf\r\n", 31);
    buf_clear(&out);
    assert_int_equal(allow_format(ALLOW_CLIENT_LIST, NULL, 0, &out), ERR_OK);
    assert_string_equal(out.data, "*2\r\n$6\r\nCLIENT\r\n$4\r\nLIST\r\n");
    const size_t before = out.len;
    assert_int_equal(allow_format(ALLOW_HGET, args, 1, &out), ERR_GUARD);
    assert_int_equal(allow_format(ALLOW_PING, args, 1, &out), ERR_GUARD);
    assert_int_equal(allow_format(ALLOW_COUNT, NULL, 0, &out), ERR_GUARD);
    assert_int_equal(out.len, before);
    buf_done(&out);
    buf_init(&out, 20);
    assert_int_equal(allow_format(ALLOW_HGET, args, 2, &out), ERR_LIMIT);
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

static void test_only_reading(void **state)
{
    (void)state;
    static const char *const never[] = {"SET",  "DEL",  "KEYS", "MONITOR", "FLUSHALL", "FLUSHDB",   "HGETALL",
                                        "HSET", "HDEL", "EVAL", "DEBUG",   "SHUTDOWN", "CONFIG SET"};
    for (int c = 0; c < ALLOW_COUNT; c++)
        for (size_t i = 0; i < ARRAY_LEN(never); i++) assert_string_not_equal(allow_words((enum allow)c), never[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),        cmocka_unit_test(test_bad_urls),    cmocka_unit_test(test_url_options),
        cmocka_unit_test(test_info),        cmocka_unit_test(test_info_others), cmocka_unit_test(test_clients),
        cmocka_unit_test(test_clients_odd), cmocka_unit_test(test_format),      cmocka_unit_test(test_only_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
