/* redis_parse_test.c - INFO, CLIENT LIST; the allow-list. INFO and CLIENT LIST are a real Redis 7.0's with a GCS
 * on it. */
#include "backends/base/mem.h"
#include "backends/redis/allow.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/info_parse.h"
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
        cmocka_unit_test(test_info),        cmocka_unit_test(test_info_others), cmocka_unit_test(test_clients),
        cmocka_unit_test(test_clients_odd), cmocka_unit_test(test_format),      cmocka_unit_test(test_only_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
