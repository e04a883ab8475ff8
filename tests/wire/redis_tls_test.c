/* redis_tls_test.c - the Redis backend over TLS, against a real redis-server with a certificate made for the test by
 * openssl. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/tls_link.h"
#include "tests/support/faulty_curl.h"
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"
#include "tests/support/tls_cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RDB "tests/fixtures/redis/ray-2.60-running.rdb"
#define NAME "redis.raydeck.test"
enum { STREAM_LIMIT_MS = 10000 };

static struct redis_harness harness;
static struct redis_server *server, *master, *sentinel;
static char folder[] = "/tmp/raydeck-test-tls-XXXXXX";
static char cert[64], key[64], other_cert[64], other_key[64], named_cert[64], named_key[64];
static unsigned port;

static void start_server(const char *protocols)
{
    char tls_port[16];
    port = redis_server_free_port();
    snprintf(tls_port, sizeof tls_port, "%u", port);
    const char *const config[] = {"--tls-port",
                                  tls_port,
                                  "--tls-cert-file",
                                  cert,
                                  "--tls-key-file",
                                  key,
                                  "--tls-ca-cert-file",
                                  cert,
                                  "--tls-auth-clients",
                                  "no",
                                  "--tls-protocols",
                                  protocols,
                                  NULL};
    server = redis_server_start(RDB, config);
}

static int begin_all(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return 1;
    snprintf(cert, sizeof cert, "%s/cert", folder);
    snprintf(key, sizeof key, "%s/key", folder);
    snprintf(other_cert, sizeof other_cert, "%s/cert2", folder);
    snprintf(other_key, sizeof other_key, "%s/key2", folder);
    snprintf(named_cert, sizeof named_cert, "%s/cert3", folder);
    snprintf(named_key, sizeof named_key, "%s/key3", folder);
    tls_cert_make(cert, key, "DNS:" NAME ",IP:127.0.0.1");
    tls_cert_make(other_cert, other_key, "DNS:" NAME ",IP:127.0.0.1");
    tls_cert_make(named_cert, named_key, "DNS:" NAME);
    start_server("TLSv1.2 TLSv1.3");
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    const char *const files[] = {cert, key, other_cert, other_key, named_cert, named_key};
    redis_server_free(server);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) unlink(files[i]);
    return rmdir(folder);
}

static int redis_end(void **state)
{
    (void)state;
    if (harness.link) harness_close(&harness);
    memset(&harness, 0, sizeof harness);
    redis_server_free(sentinel);
    redis_server_free(master);
    sentinel = master = NULL;
    return 0;
}

static void tls_begin(const char *host, const char *ca, const char *name)
{
    char url[256];
    snprintf(url, sizeof url, "rediss://%s:%u%s%s%s%s", host, port, ca ? "?cacert=" : "", ca ? ca : "",
             name ? "&servername=" : "", name ? name : "");
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
}

static void test_verified(void **state)
{
    (void)state;
    tls_begin("127.0.0.1", cert, NULL);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_int_equal(harness_redis(&harness)->tls, TRI_YES);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    assert_memory_equal(harness_redis(&harness)->address, "rediss://127.0.0.1:", 19);
}

static void test_server_name(void **state)
{
    (void)state;
    tls_begin("127.0.0.1", cert, NAME);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_RAYNODE), 2);
}

static bool invalidation_read(struct redis_harness *r, const void *unused)
{
    (void)unused;
    return harness_tracking_known(r, NULL) &&
           !harness_find(r, TABLE_ACTOR, HARNESS_NS "/01a7b3b37b003cbc49fe090401000000");
}

/* More than fits one record of TLS, and a change told afterwards. */
static void test_large_and_told(void **state)
{
    (void)state;
    redis_say(server, "EVAL %s 1 RAYbig@ACTOR",
              "for i = 1, 3000 do redis.call('HSET', KEYS[1], i, "
              "string.rep('\\18\\1\\65', 100)) end");
    tls_begin("127.0.0.1", cert, NULL);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    const struct gcstable *t = (const void *)harness_find(&harness, TABLE_GCSTABLE, "big/ACTOR");
    assert_non_null(t);
    assert_int_equal(t->bytes.value, 900000);
    redis_say(server, "HDEL RAY" HARNESS_NS "@ACTOR %b",
              "\x01\xa7\xb3\xb3\x7b\x00\x3c\xbc\x49\xfe\x09\x04\x01\x00\x00\x00", (size_t)16);
    HARNESS_UNTIL(&harness, invalidation_read, NULL);
}

static void refused_by_us(void)
{
    HARNESS_UNTIL(&harness, harness_down, NULL);
    assert_int_equal(harness_source(&harness)->err, ERR_TLS);
    assert_true(strlen(harness_source(&harness)->why) > 0);
}

static void test_unknown_authority(void **state)
{
    (void)state;
    tls_begin("127.0.0.1", NULL, NULL);
    refused_by_us();
}

static void test_wrong_authority(void **state)
{
    (void)state;
    tls_begin("127.0.0.1", other_cert, NULL);
    refused_by_us();
}

static void test_wrong_name(void **state)
{
    (void)state;
    tls_begin("127.0.0.1", cert, "other.raydeck.test");
    refused_by_us();
}

/* Redis resets what is no TLS: the message says what may be wrong. */
static void test_plain_to_a_port_of_tls(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "redis://127.0.0.1:%u", port);
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    assert_non_null(strstr(harness_source(&harness)->why, "rediss://"));
}

/* A Redis without TLS takes the hello for a command that has no end yet. */
static void test_tls_to_a_plain_port(void **state)
{
    (void)state;
    char url[64];
    struct redis_server *plain = redis_server_start(NULL, NULL);
    snprintf(url, sizeof url, "rediss://127.0.0.1:%u", redis_server_port(plain));
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    const char *why = harness_source(&harness)->why;
    if (!strstr(why, "a port without TLS does so: redis://")) fail_msg("%s", why);
    redis_server_free(plain);
}

static void test_nobody_there(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "rediss://127.0.0.1:%u", redis_server_free_port());
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    assert_int_equal(harness_source(&harness)->err, ERR_REFUSED);
}

/* ---- a sentinel ---- */

/* With a certificate that has no address in it: only the server name of the URL verifies. */
static unsigned named_master_start(void)
{
    char tls_port[16];
    const unsigned at = redis_server_free_port();
    snprintf(tls_port, sizeof tls_port, "%u", at);
    const char *const config[] = {"--tls-port",
                                  tls_port,
                                  "--tls-cert-file",
                                  named_cert,
                                  "--tls-key-file",
                                  named_key,
                                  "--tls-ca-cert-file",
                                  named_cert,
                                  "--tls-auth-clients",
                                  "no",
                                  NULL};
    master = redis_server_start(RDB, config);
    redis_say(master, "SWAPDB 0 2");
    return at;
}

static unsigned named_sentinel_start(unsigned master_port)
{
    const unsigned at = redis_server_free_port();
    char *tail = mem_printf("tls-port %u\ntls-replication yes\ntls-cert-file %s\ntls-key-file %s\n"
                            "tls-ca-cert-file %s\ntls-auth-clients no\nsentinel monitor m 127.0.0.1 %u 1\n",
                            at, named_cert, named_key, named_cert, master_port);
    sentinel = redis_server_start_sentinel(NULL, 0, tail);
    free(tail);
    return at;
}

/* The URL names a sentinel, but what it says of TLS and the database is meant for the Redis behind it. */
static void test_what_the_url_says_holds_for_a_sentinels_master(void **state)
{
    (void)state;
    char url[256], shown[64];
    const unsigned master_port = named_master_start(), sentinel_port = named_sentinel_start(master_port);
    snprintf(url, sizeof url, "rediss://127.0.0.1:%u/2?cacert=%s&servername=" NAME, sentinel_port, named_cert);
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    snprintf(shown, sizeof shown, "rediss://127.0.0.1:%u/2", master_port);
    assert_string_equal(harness_redis(&harness)->address, shown);
    snprintf(shown, sizeof shown, "rediss://127.0.0.1:%u/2", sentinel_port);
    assert_string_equal(harness_redis(&harness)->sentinel, shown);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
}

/* ---- the byte stream alone, on a libcurl that does what it seldom does ---- */

struct stream {
    struct loop *loop;
    struct tls_link *link;
    bool opened;
    unsigned closes;
    enum err err;
    char received[64], why[ERR_TEXT_MAX];
};

static void on_opened(void *arg)
{
    ((struct stream *)arg)->opened = true;
}

static void on_received(void *arg, const char *bytes, size_t len)
{
    struct stream *s = arg;
    snprintf(s->received, sizeof s->received, "%.*s", (int)len, bytes);
}

static void on_closed(void *arg, enum err err, const char *why)
{
    struct stream *s = arg;
    s->closes++;
    s->err = err;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void stream_open(struct stream *s)
{
    static const struct bytes_calls calls = {.opened = on_opened, .received = on_received, .closed = on_closed};
    struct bytes_calls own = calls;
    const struct tls_endpoint endpoint = {"127.0.0.1", port, cert, NULL};
    *s = (struct stream){.loop = loop_new()};
    own.arg = s;
    s->link = tls_open(s->loop, &endpoint, STREAM_LIMIT_MS, &own);
}

static void stream_close(struct stream *s)
{
    tls_free(s->link);
    loop_free(s->loop);
    faulty_curl = (struct faulty_curl){.held = NULL};
}

/* Whoever opens it only reads, and with TLS 1.2 the server sends nothing after the handshake that makes the socket
 * readable: what libcurl holds is read all the same. */
static void test_what_is_held_is_read(void **state)
{
    (void)state;
    struct stream s;
    redis_server_free(server);
    start_server("TLSv1.2");
    stream_open(&s);
    faulty_curl.held = "+hello\r\n";
    const uint64_t limit = loop_now_ms() + STREAM_LIMIT_MS;
    while (!s.received[0] && !s.closes && loop_now_ms() < limit) loop_step(s.loop, 50);
    assert_true(s.opened);
    assert_string_equal(s.received, "+hello\r\n");
    stream_close(&s);
}

static void libcurl_fails(struct faulty_curl how, CURLMcode code)
{
    struct stream s;
    faulty_curl = how;
    stream_open(&s);
    assert_int_equal(s.closes, 0); /* from the loop alone */
    const uint64_t limit = loop_now_ms() + STREAM_LIMIT_MS;
    while (!s.closes && loop_now_ms() < limit) loop_step(s.loop, 50);
    assert_int_equal(s.closes, 1);
    assert_int_equal(s.err, ERR_IO);
    assert_non_null(strstr(s.why, curl_multi_strerror(code)));
    stream_close(&s);
}

static void test_libcurl_refuses_the_connection(void **state)
{
    (void)state;
    libcurl_fails((struct faulty_curl){.add = CURLM_BAD_EASY_HANDLE}, CURLM_BAD_EASY_HANDLE);
}

static void test_libcurl_fails_while_it_connects(void **state)
{
    (void)state;
    libcurl_fails((struct faulty_curl){.perform = CURLM_INTERNAL_ERROR}, CURLM_INTERNAL_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_verified, redis_end),
        cmocka_unit_test_teardown(test_server_name, redis_end),
        cmocka_unit_test_teardown(test_unknown_authority, redis_end),
        cmocka_unit_test_teardown(test_wrong_authority, redis_end),
        cmocka_unit_test_teardown(test_wrong_name, redis_end),
        cmocka_unit_test_teardown(test_plain_to_a_port_of_tls, redis_end),
        cmocka_unit_test_teardown(test_tls_to_a_plain_port, redis_end),
        cmocka_unit_test_teardown(test_nobody_there, redis_end),
        cmocka_unit_test_teardown(test_large_and_told, redis_end),
        cmocka_unit_test_teardown(test_what_the_url_says_holds_for_a_sentinels_master, redis_end),
        cmocka_unit_test(test_what_is_held_is_read),
        cmocka_unit_test(test_libcurl_refuses_the_connection),
        cmocka_unit_test(test_libcurl_fails_while_it_connects),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
