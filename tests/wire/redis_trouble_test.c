/* redis_trouble_test.c - the Redis backend where something is in the way: passwords, permissions, and servers that are
 * none. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/deadline.h"
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#define RDB "tests/fixtures/redis/ray-2.60-running.rdb"

static struct redis_harness harness;
static struct redis_server *server;

static int redis_end(void **state)
{
    (void)state;
    if (harness.link) harness_close(&harness);
    redis_server_free(server);
    server = NULL;
    memset(&harness, 0, sizeof harness);
    return 0;
}

static void redis_begin(const char *const *config, const char *user, const char *password)
{
    server = redis_server_start(RDB, config);
    const struct redis_open conf = {.url = redis_server_url(server), .user = user, .password = password};
    harness_open(&harness, &conf);
}

static void why_has(const char *words)
{
    const char *why = harness_source(&harness)->why;
    if (!text_has(why, words)) fail_msg("\"%s\" is not in \"%s\"", words, why ? why : "");
}

/* ---- passwords ---- */

static const char *const with_password[] = {"--requirepass", "wintergreen", NULL};

static void test_password_missing(void **state)
{
    (void)state;
    redis_begin(with_password, NULL, NULL);
    HARNESS_UNTIL(&harness, harness_denied, NULL);
    assert_int_equal(harness_source(&harness)->err, ERR_AUTH);
    why_has("requires a password");
}

static void test_password_wrong(void **state)
{
    (void)state;
    redis_begin(with_password, NULL, "summerblue");
    HARNESS_UNTIL(&harness, harness_denied, NULL);
    assert_int_equal(harness_source(&harness)->err, ERR_AUTH);
    why_has("WRONGPASS");
    assert_null(strstr(harness_source(&harness)->why, "summerblue"));
    assert_null(strstr(harness_source(&harness)->detail, "summerblue"));
}

static void test_password_right(void **state)
{
    (void)state;
    char url[128];
    server = redis_server_start(RDB, with_password);
    snprintf(url, sizeof url, "redis://:winter%%67reen@127.0.0.1:%u", redis_server_port(server));
    const struct redis_open conf = {.url = url};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_null(strstr(harness_redis(&harness)->address, "winter"));
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES); /* the second connection has said it too */
}

/* A password where none is wanted is no obstacle. */
static void test_password_too_many(void **state)
{
    (void)state;
    redis_begin(NULL, NULL, "wintergreen");
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
}

/* ---- sentinels ---- */

static struct redis_server *sentinel;

static int sentinel_end(void **state)
{
    redis_end(state);
    redis_server_free(sentinel);
    sentinel = NULL;
    return 0;
}

/* As Ray does: what is read is the master, and the sentinel that named it is told. */
static void test_sentinel_is_followed_to_its_master(void **state)
{
    (void)state;
    server = redis_server_start(RDB, NULL);
    sentinel = redis_server_start_sentinel((const struct redis_server *const[]){server}, 1, NULL);
    const struct redis_open conf = {.url = redis_server_url(sentinel)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_string_equal(harness_redis(&harness)->address, redis_server_url(server));
    assert_string_equal(harness_redis(&harness)->sentinel, redis_server_url(sentinel));
    assert_string_equal(harness_redis(&harness)->role, "master");
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES); /* the second connection is to the master too */
    redis_server_kill(server);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    redis_server_revive(server);
    HARNESS_UNTIL(&harness, harness_live, NULL);
}

static void test_sentinel_of_two_masters_is_none_for_ray(void **state)
{
    (void)state;
    server = redis_server_start(NULL, NULL);
    struct redis_server *other = redis_server_start(NULL, NULL);
    sentinel = redis_server_start_sentinel((const struct redis_server *const[]){server, other}, 2, NULL);
    const struct redis_open conf = {.url = redis_server_url(sentinel)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_down, NULL);
    why_has("a sentinel of 2 masters");
    redis_server_free(other);
}

/* ---- cluster mode ---- */

static struct redis_server *cluster_node_start(unsigned *ret_bus)
{
    char bus[16];
    *ret_bus = redis_server_free_port();
    snprintf(bus, sizeof bus, "%u", *ret_bus);
    const char *const config[] = {"--cluster-enabled", "yes", "--cluster-port", bus, NULL};
    return redis_server_start(NULL, config);
}

static bool shards_known(struct redis_harness *r, const void *arg)
{
    (void)arg;
    return harness_redis(r) && harness_redis(r)->shards.known;
}

/* The nodes agree on the number some time after they know each other; it is requested once a minute. */
static void cluster_is_read(unsigned shards)
{
    const struct redis_open conf = {.url = redis_server_url(server)};
    const uint64_t until_ms = loop_now_ms() + DEADLINE_MS;
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, shards_known, NULL);
    while (harness_redis(&harness)->shards.value != shards && loop_now_ms() < until_ms) {
        harness_close(&harness);
        harness_open(&harness, &conf);
        HARNESS_UNTIL(&harness, shards_known, NULL);
    }
    assert_int_equal(harness_redis(&harness)->cluster, TRI_YES);
    assert_int_equal(harness_redis(&harness)->shards.value, shards);
}

static void test_a_cluster_of_one_shard_has_one(void **state)
{
    (void)state;
    unsigned bus;
    server = cluster_node_start(&bus);
    redis_say(server, "CLUSTER ADDSLOTSRANGE 0 16383");
    cluster_is_read(1);
}

static void test_shards_are_those_of_cluster_info(void **state)
{
    (void)state;
    unsigned bus, other_bus;
    server = cluster_node_start(&bus);
    sentinel = cluster_node_start(&other_bus); /* the second server of the test */
    redis_say(server, "CLUSTER ADDSLOTSRANGE 0 8191");
    redis_say(sentinel, "CLUSTER ADDSLOTSRANGE 8192 16383");
    redis_say(server, "CLUSTER MEET 127.0.0.1 %d %d", (int)redis_server_port(sentinel), (int)other_bus);
    cluster_is_read(2);
}

/* ---- permissions ---- */

/* Ray's own start runs INFO. */
static void test_info_refused_is_told(void **state)
{
    (void)state;
    static const char *const config[] = {"--user", "ray", "on", ">pw", "~*", "&*", "+@all", "-info", NULL};
    redis_begin(config, "ray", "pw");
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_non_null(strstr(harness_redis(&harness)->info_why, "NOPERM"));
}

static bool rights_known(struct redis_harness *r, const void *arg)
{
    (void)arg;
    const struct redis *redis = harness_redis(r);
    return redis && (redis->acl_denied || redis->acl_why);
}

/* What Ray's GCS runs beside INFO is tried, and not run. */
static void test_rights_that_ray_lacks_are_named(void **state)
{
    (void)state;
    static const char *const config[] = {"--user", "ray",   "on",    ">pw",     "~RAY*",
                                         "&*",     "+@all", "-hset", "-incrby", NULL};
    redis_begin(config, "ray", "pw");
    HARNESS_UNTIL(&harness, rights_known, NULL);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_string_equal(harness_redis(&harness)->acl_denied, "DEL, HSET, INCRBY"); /* DUMMY is none of its keys */
    assert_null(harness_redis(&harness)->acl_why);
    assert_int_equal(redis_ask_number(server, "EXISTS RAY" HARNESS_NS "@KV"), 1);
}

/* Another cluster's keys: told once it is known whose namespace is read. */
static void test_keys_that_are_not_its_own_are_told_of_a_namespace(void **state)
{
    (void)state;
    static const char *const config[] = {"--user", "ray",         "on", ">pw",   "%R~*",
                                         "~DUMMY", "~RAYother@*", "&*", "+@all", NULL};
    redis_begin(config, "ray", "pw");
    HARNESS_UNTIL(&harness, rights_known, NULL);
    assert_string_equal(harness_redis(&harness)->acl_denied, "HSET, HSETNX, HDEL, INCRBY");
}

static void test_rights_that_cannot_be_tried_are_unknown(void **state)
{
    (void)state;
    static const char *const config[] = {"--user", "ray", "on", ">pw", "~*", "&*", "+@all", "-acl", NULL};
    redis_begin(config, "ray", "pw");
    HARNESS_UNTIL(&harness, rights_known, NULL);
    assert_null(harness_redis(&harness)->acl_denied);
    assert_non_null(strstr(harness_redis(&harness)->acl_why, "NOPERM"));
}

static void test_a_user_of_all_rights_has_them(void **state)
{
    (void)state;
    redis_begin(NULL, NULL, NULL);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_heard, NULL);
    assert_null(harness_redis(&harness)->acl_denied);
    assert_null(harness_redis(&harness)->acl_why);
}

#define READER "--user", "reader", "on", ">pw", "~RAY*"

/* What the facts say a console needs, and nothing else. */
static void test_acl_enough(void **state)
{
    (void)state;
    static const char *const config[] = {READER,
                                         "resetchannels",
                                         "+ping",
                                         "+info",
                                         "+dbsize",
                                         "+scan",
                                         "+type",
                                         "+hlen",
                                         "+hscan",
                                         "+hget",
                                         "+hkeys",
                                         "+hstrlen",
                                         "+exists",
                                         "+get",
                                         "+strlen",
                                         "+memory|usage",
                                         "+client|setname",
                                         "+client|id",
                                         "+client|list",
                                         "+client|tracking",
                                         "+config|get",
                                         "+slowlog|get",
                                         "+subscribe",
                                         "&__redis__:invalidate",
                                         "+hello",
                                         "+auth",
                                         NULL};
    redis_begin(config, "reader", "pw");
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    assert_int_equal(harness_redis(&harness)->tracking, TRI_YES);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_true(harness_redis(&harness)->timeout_s.known);
}

static bool actor_gone(struct redis_harness *r, const void *key)
{
    return !harness_find(r, TABLE_ACTOR, key);
}

/* A managed server: CONFIG, CLIENT and INFO refused. All of it is unknown, and the GCS is polled. */
static void test_acl_little(void **state)
{
    (void)state;
    static const char *const config[] = {READER,  "+ping",  "+scan",    "+hlen", "+hscan",
                                         "+hget", "+hkeys", "+hstrlen", NULL};
    redis_begin(config, "reader", "pw");
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    HARNESS_UNTIL(&harness, harness_heard, NULL);
    HARNESS_UNTIL(&harness, harness_tracking_known, NULL);
    const struct redis *r = harness_redis(&harness);
    assert_int_equal(r->tracking, TRI_NO);
    assert_non_null(r->tracking_why);
    assert_false(r->timeout_s.known);
    assert_false(r->slow_count.known);
    assert_int_equal(r->slow_off, TRI_UNKNOWN);
    assert_null(r->save);
    assert_null(r->policy);
    assert_int_equal(r->cluster, TRI_UNKNOWN);
    assert_false(r->ray_connections.known);
    assert_false(r->used_memory.known);
    assert_null(r->version);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_int_equal(harness_source(&harness)->state, SOURCE_LIVE);
    redis_say(server, "HDEL RAY" HARNESS_NS "@ACTOR %b",
              "\x01\xa7\xb3\xb3\x7b\x00\x3c\xbc\x49\xfe\x09\x04\x01\x00\x00\x00", (size_t)16);
    HARNESS_UNTIL(&harness, actor_gone, HARNESS_NS "/01a7b3b37b003cbc49fe090401000000");
}

static void test_acl_nothing(void **state)
{
    (void)state;
    static const char *const config[] = {READER, "+ping", NULL};
    redis_begin(config, "reader", "pw");
    HARNESS_UNTIL(&harness, harness_denied, NULL);
    assert_int_equal(harness_source(&harness)->err, ERR_FORBIDDEN);
    why_has("NOPERM");
    why_has("scan");
}

/* ---- other things on the keys ---- */

static void test_strange_keys(void **state)
{
    (void)state;
    server = redis_server_start(RDB, NULL);
    redis_say(server, "SET RAYx@ACTOR %s", "a string");
    redis_say(server, "SET plain %s", "a string");
    redis_say(server, "HSET hash a 1");
    redis_say(server, "HSET RAYbad@ACTOR %b %b", "\x01", (size_t)1, "\xff\xff\xff", (size_t)3);
    redis_say(server, "HSET RAYesc\033[31m@NODE %b %b", "\x02", (size_t)1, "\x42\x03\x1b[m", (size_t)5);
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    const struct raynode *n = (const void *)harness_find(&harness, TABLE_RAYNODE, "esc\\x1b[31m/02");
    assert_non_null(n);
    assert_string_equal(n->hostname, "\\x1b[m");
    assert_non_null(harness_find(&harness, TABLE_GCSTABLE, "bad/ACTOR")); /* it is there; its record cannot be read */
}

/* More fields than are asked for at once, of both kinds of table. */
static void test_many_fields(void **state)
{
    (void)state;
    server = redis_server_start(NULL, NULL);
    static const char fill[] = "for i = 1, 3000 do redis.call('HSET', KEYS[1], ARGV[1] .. i, '\\56\\1') end";
    redis_say(server, "EVAL %s 1 RAYbig@ACTOR id", fill);
    redis_say(server, "EVAL %s 1 RAYbig@KV @namespace_x:", fill);
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 3000);
    const struct gcstable *kv = (const void *)harness_find(&harness, TABLE_GCSTABLE, "big/KV");
    assert_non_null(kv);
    assert_true(kv->fields.known && kv->bytes.known);
    assert_int_equal(kv->fields.value, 3000);
    assert_int_equal(kv->bytes.value, 6000);
    assert_int_equal(kv->list_count, 3000);
}

/* A table scanned with its values, one of which is beyond the limit: the connection breaks once, not for ever. */
static void test_giant_value(void **state)
{
    (void)state;
    server = redis_server_start(RDB, NULL);
    redis_say(server, "EVAL %s 1 RAYbig@ACTOR", "redis.call('HSET', KEYS[1], 'a', string.rep('x', 6000000))");
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    const struct gcstable *t = (const void *)harness_find(&harness, TABLE_GCSTABLE, "big/ACTOR");
    assert_non_null(t);
    assert_int_equal(t->fields.value, 1);
    assert_int_equal(t->bytes.value, 6000000);
}

/* ---- through a command, and what cannot be ---- */

static void test_via_command(void **state)
{
    (void)state;
    char via[256];
    server = redis_server_start(RDB, NULL);
    snprintf(via, sizeof via, "exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/%u; cat <&3 & cat >&3; kill %%1'",
             redis_server_port(server));
    const struct redis_open conf = {.via = via};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    assert_int_equal(world_count(harness.world, TABLE_ACTOR), 6);
    assert_memory_equal(harness_redis(&harness)->address, "via ", 4);
}

static void test_bad_url(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    const struct sink sink = {0};
    struct redis_link *link = NULL;
    struct why why = {0};
    const struct redis_open nonsense = {.url = "http://x"}, nothing = {0};
    assert_int_equal(redis_kinds[0]->open(loop, &nonsense, &sink, &link, &why), ERR_USAGE);
    assert_true(strlen(why.text) > 0);
    assert_int_equal(redis_kinds[0]->open(loop, &nothing, &sink, &link, NULL), ERR_USAGE);
    assert_null(link);
    loop_free(loop);
}

/* ---- a server that is no Redis: says the same to everybody ---- */

struct liar {
    uv_tcp_t listener;
    uv_tcp_t guest;
    const char *bytes;
    size_t len;
    bool for_ever, busy;
    unsigned guests;
};
static struct liar liar;

static void liar_bye(uv_handle_t *h)
{
    (void)h;
    liar.busy = false;
}

static void liar_said(uv_write_t *w, int status)
{
    free(w);
    if (status || !liar.for_ever) return;
    uv_buf_t again = uv_buf_init((char *)(uintptr_t)liar.bytes, (unsigned)liar.len);
    w = mem_zero(1, sizeof *w);
    if (uv_write(w, (uv_stream_t *)&liar.guest, &again, 1, liar_said) != 0) free(w);
}

static void liar_room(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
    static char room[4096];
    (void)h;
    (void)size;
    *buf = uv_buf_init(room, sizeof room);
}

static void liar_hears(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n < 0) {
        uv_close((uv_handle_t *)s, liar_bye);
        return;
    }
    if (liar.for_ever && liar.guests > 1) return;
    uv_write_t *w = mem_zero(1, sizeof *w);
    uv_buf_t say = uv_buf_init((char *)(uintptr_t)liar.bytes, (unsigned)liar.len);
    if (uv_write(w, s, &say, 1, liar_said) != 0) free(w);
}

static void liar_guest(uv_stream_t *s, int status)
{
    if (status || liar.busy) return;
    liar.busy = true;
    liar.guests++;
    uv_tcp_init(s->loop, &liar.guest);
    assert_int_equal(uv_accept(s, (uv_stream_t *)&liar.guest), 0);
    uv_read_start((uv_stream_t *)&liar.guest, liar_room, liar_hears);
}

static void against_liar(const char *bytes, size_t len, bool for_ever, enum err want)
{
    struct sockaddr_in at;
    struct sockaddr_storage got;
    int got_len = sizeof got;
    char url[64] = "redis://127.0.0.1:1";
    const struct redis_open conf = {.url = url};
    struct loop *loop;
    liar = (struct liar){.bytes = bytes, .len = len, .for_ever = for_ever};
    /* the harness's loop is the liar's too: opened on a port nobody has, and then told the right one */
    loop = loop_new();
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop_uv(loop), &liar.listener);
    assert_int_equal(uv_tcp_bind(&liar.listener, (const struct sockaddr *)&at, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&liar.listener, 4, liar_guest), 0);
    uv_tcp_getsockname(&liar.listener, (struct sockaddr *)&got, &got_len);
    snprintf(url, sizeof url, "redis://127.0.0.1:%u", ntohs(((struct sockaddr_in *)&got)->sin_port));
    harness_open_on(&harness, loop, &conf);
    harness_until(&harness, harness_down, NULL, len < 256 ? bytes : "down");
    assert_int_equal(harness_source(&harness)->err, want);
    assert_true(text_is_safe(harness_source(&harness)->why, strlen(harness_source(&harness)->why), TEXT_ONE_LINE));
    assert_int_equal(world_count(harness.world, TABLE_GCSTABLE), 0);
    redis_kinds[0]->close(harness.link);
    harness.link = NULL;
    harness.closed = true;
    uv_close((uv_handle_t *)&liar.listener, NULL);
    if (liar.busy && !uv_is_closing((uv_handle_t *)&liar.guest)) uv_close((uv_handle_t *)&liar.guest, liar_bye);
    loop_free(harness.loop);
    world_free(harness.world);
    memset(&harness, 0, sizeof harness);
}

#define AGAINST(bytes, err) against_liar(bytes, sizeof(bytes) - 1, false, err)

static void test_liars(void **state)
{
    (void)state;
    AGAINST("*100000000\r\n", ERR_LIMIT);
    AGAINST("HTTP/1.1 400 Bad Request\r\n\r\n", ERR_PROTOCOL);
    AGAINST("-ERR max number of clients reached\r\n", ERR_SERVER);
#define LOADING "-LOADING Redis is loading the dataset in memory\r\n"
    AGAINST(LOADING LOADING LOADING, ERR_SERVER);
    AGAINST("\x1b[2J\x07\r\n", ERR_PROTOCOL);
}

/* A line without an end: given up after a bounded number of bytes. */
static void test_endless(void **state)
{
    (void)state;
    char *line = mem_alloc(64 * 1024);
    memset(line, '+', 64 * 1024);
    against_liar(line, 64 * 1024, true, ERR_PROTOCOL);
    /* a string that begins to be of 400 MB */
    memset(line, 'x', 64 * 1024);
    memcpy(line, "$400000000\r\n", 12);
    against_liar(line, 64 * 1024, true, ERR_LIMIT);
    free(line);
}

/* Answers that are well formed and of the wrong kind to every question. */
static void test_wrong_types(void **state)
{
    (void)state;
    static const char answers[] = "+OK\r\n:7\r\n+PONG\r\n:1\r\n*2\r\n:1\r\n:2\r\n*-1\r\n$-1\r\n:-5\r\n*0\r\n"
                                  "*2\r\n$1\r\n0\r\n:3\r\n*2\r\n*0\r\n*0\r\n";
    against_liar(answers, sizeof answers - 1, false, ERR_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_sentinel_is_followed_to_its_master, sentinel_end),
        cmocka_unit_test_teardown(test_sentinel_of_two_masters_is_none_for_ray, sentinel_end),
        cmocka_unit_test_teardown(test_a_cluster_of_one_shard_has_one, sentinel_end),
        cmocka_unit_test_teardown(test_shards_are_those_of_cluster_info, sentinel_end),
        cmocka_unit_test_teardown(test_info_refused_is_told, redis_end),
        cmocka_unit_test_teardown(test_rights_that_ray_lacks_are_named, redis_end),
        cmocka_unit_test_teardown(test_keys_that_are_not_its_own_are_told_of_a_namespace, redis_end),
        cmocka_unit_test_teardown(test_rights_that_cannot_be_tried_are_unknown, redis_end),
        cmocka_unit_test_teardown(test_a_user_of_all_rights_has_them, redis_end),
        cmocka_unit_test_teardown(test_password_missing, redis_end),
        cmocka_unit_test_teardown(test_password_wrong, redis_end),
        cmocka_unit_test_teardown(test_password_right, redis_end),
        cmocka_unit_test_teardown(test_password_too_many, redis_end),
        cmocka_unit_test_teardown(test_acl_enough, redis_end),
        cmocka_unit_test_teardown(test_acl_little, redis_end),
        cmocka_unit_test_teardown(test_acl_nothing, redis_end),
        cmocka_unit_test_teardown(test_strange_keys, redis_end),
        cmocka_unit_test_teardown(test_many_fields, redis_end),
        cmocka_unit_test_teardown(test_giant_value, redis_end),
        cmocka_unit_test_teardown(test_via_command, redis_end),
        cmocka_unit_test_teardown(test_bad_url, redis_end),
        cmocka_unit_test_teardown(test_liars, redis_end),
        cmocka_unit_test_teardown(test_endless, redis_end),
        cmocka_unit_test_teardown(test_wrong_types, redis_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
