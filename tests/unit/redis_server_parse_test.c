/* redis_server_parse_test.c - CONFIG GET and SLOWLOG GET, from the bytes that a redis-server 7.0.15 answers. */
#include "backends/base/mem.h"
#include "backends/redis/sentinel_parse.h"
#include "backends/redis/server_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct reply *reply_of(const char *bytes)
{
    struct reply_reader *rr = reply_reader_new();
    struct reply *r = NULL;
    assert_int_equal(reply_feed(rr, bytes, strlen(bytes), NULL), ERR_OK);
    assert_int_equal(reply_next(rr, &r, NULL), ERR_OK);
    assert_non_null(r);
    reply_reader_free(rr);
    return r;
}

static void parse_config(struct redis *r, const char *name, const char *bytes)
{
    struct reply *reply = reply_of(bytes);
    config_parse(name, reply_item(reply, 1), r);
    reply_free(reply);
}

static bool parse_slowlog(struct redis *r, const char *bytes)
{
    struct reply *reply = reply_of(bytes);
    const bool ok = slowlog_parse(reply, r);
    reply_free(reply);
    return ok;
}

static void test_shards(void **state)
{
    (void)state;
    static const char info[] = "cluster_enabled:1\r\ncluster_state:ok\r\ncluster_size:3\r\ncluster_current_epoch:6\r\n";
    assert_int_equal(cluster_size_parse(info, strlen(info)).value, 3);
    assert_false(cluster_size_parse("cluster_size:", 13).known);
    assert_false(cluster_size_parse("cluster_state:ok\r\n", 18).known);
}

/* "# Sentinel" of INFO, as a redis-server 7.0.15 prints it. */
static void test_masters_of_a_sentinel(void **state)
{
    (void)state;
    static const char one[] = "# Sentinel\r\nsentinel_masters:1\r\n"
                              "master0:name=m,status=ok,address=10.0.0.7:6379,slaves=1,sentinels=3\r\n";
    static const char two[] = "master0:name=a,status=ok,address=fd00::7:6379,slaves=1,sentinels=3\n"
                              "master1:name=b,status=sdown,address=10.0.0.8:6379,slaves=0,sentinels=3\n";
    struct sentinel_masters m = sentinel_parse(one, strlen(one));
    assert_int_equal(m.count, 1);
    assert_string_equal(m.address, "10.0.0.7:6379");
    m = sentinel_parse(two, strlen(two));
    assert_int_equal(m.count, 2);
    assert_string_equal(m.address, "[fd00::7]:6379");
    m = sentinel_parse("master0:address=\nmaster_host:address=x:1\n", 41);
    assert_string_equal(m.address, "");
}

static void test_settings(void **state)
{
    (void)state;
    struct redis *r = record_new(TABLE_REDIS, "redis");
    parse_config(r, "timeout", "*2\r\n$7\r\ntimeout\r\n$3\r\n300\r\n");
    parse_config(r, "maxmemory-policy", "*2\r\n$16\r\nmaxmemory-policy\r\n$11\r\nallkeys-lru\r\n");
    parse_config(r, "appendonly", "*2\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n");
    parse_config(r, "save", "*2\r\n$4\r\nsave\r\n$20\r\n3600 1 300 100 60 10\r\n");
    parse_config(r, "slowlog-log-slower-than", "*2\r\n$23\r\nslowlog-log-slower-than\r\n$5\r\n10000\r\n");
    assert_int_equal(r->timeout_s.value, 300);
    assert_string_equal(r->policy, "allkeys-lru");
    assert_string_equal(r->aof, "on");
    assert_string_equal(r->save, "3600 1 300 100 60 10");
    assert_int_equal(r->slow_off, TRI_NO);
    assert_int_equal(r->slow_from_us.value, 10000);
    parse_config(r, "save", "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
    parse_config(r, "appendonly", "*2\r\n$10\r\nappendonly\r\n$2\r\nno\r\n");
    parse_config(r, "slowlog-log-slower-than", "*2\r\n$23\r\nslowlog-log-slower-than\r\n$2\r\n-1\r\n");
    assert_string_equal(r->save, "");
    assert_string_equal(r->aof, "off");
    assert_int_equal(r->slow_off, TRI_YES);
    assert_false(r->slow_from_us.known);
    record_free(&r->record);
}

static void test_settings_not_told(void **state)
{
    (void)state;
    struct redis *r = record_new(TABLE_REDIS, "redis");
    parse_config(r, "timeout", "*0\r\n");
    parse_config(r, "timeout", "-NOPERM this user has no permissions to run the 'config|get' command\r\n");
    parse_config(r, "timeout", "*2\r\n$7\r\ntimeout\r\n$1\r\n-\r\n");
    parse_config(r, "save", "*2\r\n$4\r\nsave\r\n:1\r\n");
    parse_config(r, "slowlog-log-slower-than", "*2\r\n$1\r\nx\r\n$4\r\n1ten\r\n");
    assert_false(r->timeout_s.known);
    assert_null(r->save);
    assert_int_equal(r->slow_off, TRI_UNKNOWN);
    record_free(&r->record);
}

#define CLIENT "$14\r\n10.0.0.9:40512\r\n$0\r\n\r\n"
#define OURS "$14\r\n10.0.0.9:40512\r\n$7\r\nraydeck\r\n"

static void test_slowlog(void **state)
{
    (void)state;
    struct redis *r = record_new(TABLE_REDIS, "redis");
    assert_true(parse_slowlog(
        r, "*4\r\n"
           "*6\r\n:14\r\n:1795434726\r\n:12034\r\n*2\r\n$4\r\nkeys\r\n$1\r\n*\r\n" CLIENT
           "*6\r\n:13\r\n:1795434700\r\n:250113\r\n*3\r\n$4\r\nhset\r\n$6\r\nsecret\r\n$7\r\nhunter2\r\n" CLIENT
           "*6\r\n:12\r\n:1795434690\r\n:900000\r\n*2\r\n$5\r\nHSCAN\r\n$1\r\nx\r\n" OURS
           "*4\r\n:11\r\n:1795434680\r\n:11000\r\n*1\r\n$4\r\nKEYS\r\n"));
    assert_int_equal(r->slow_count.value, 3);
    assert_int_equal(r->slow_keys.value, 2);
    assert_int_equal(r->slow_us.value, 250113);
    assert_int_equal(r->slow_at.value, UINT64_C(1795434700000));
    assert_string_equal(r->slow_command, "HSET");
    /* an empty log is known to be empty; a second look replaces */
    assert_true(parse_slowlog(r, "*0\r\n"));
    assert_true(r->slow_count.known && r->slow_count.value == 0);
    assert_false(r->slow_us.known);
    assert_null(r->slow_command);
    record_free(&r->record);
}

static void test_slowlog_odd(void **state)
{
    (void)state;
    struct redis *r = record_new(TABLE_REDIS, "redis");
    assert_true(
        parse_slowlog(r, "*5\r\n:1\r\n*0\r\n*3\r\n:1\r\n:-5\r\n:-9\r\n*3\r\n:1\r\n:9223372036854775807\r\n:20000\r\n"
                         "*4\r\n:1\r\n:7\r\n:15000\r\n*1\r\n$9\r\n\x1b]0;a b\x07z\r\n"));
    assert_int_equal(r->slow_count.value, 2);
    assert_int_equal(r->slow_us.value, 20000);
    assert_false(r->slow_at.known);
    assert_null(r->slow_command);
    assert_false(parse_slowlog(r, "-NOPERM no\r\n"));
    assert_false(r->slow_count.known);
    assert_false(r->slow_keys.known);
    record_free(&r->record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shards),   cmocka_unit_test(test_masters_of_a_sentinel),
        cmocka_unit_test(test_settings), cmocka_unit_test(test_settings_not_told),
        cmocka_unit_test(test_slowlog),  cmocka_unit_test(test_slowlog_odd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
