/* memorydb_test.c - --redis-from memorydb against a server that checks each signature for that service: created while
 * it is waited for, its facts, its refusals, and what is not used. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/redis_from.h"
#include "tests/support/aws_server.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EVERY_MS = 30, FIXTURES = 8 };
#define F "tests/fixtures/aws/"
#define HOST "clustercfg.ray-gcs.abc123.memorydb.us-west-2.amazonaws.com"

static const struct sigv4_keys keys = {"ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                       "a-session-s3cr3t", "us-west-2", NULL};

struct fixture {
    struct loop *loop;
    struct aws_server *server;
    struct redis_from *from;
    char *text[FIXTURES];
    size_t texts;
    unsigned said, done;
    enum err err;
    char last[600], why[600];
};

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = aws_server_start(s->loop);
    aws_server_knows(s->server, &keys);
    setenv("AWS_ACCESS_KEY_ID", keys.id, 1);
    setenv("AWS_SECRET_ACCESS_KEY", keys.secret, 1);
    setenv("AWS_SESSION_TOKEN", keys.token, 1);
    setenv("AWS_REGION", keys.region, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_ENDPOINT_URL_MEMORYDB", aws_server_url(s->server), 1);
    setenv("HOME", "/nonexistent", 1);
    unsetenv("AWS_PROFILE");
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    redis_from_free(s->from);
    aws_server_stop(s->server);
    loop_free(s->loop);
    for (size_t i = 0; i < s->texts; i++) free(s->text[i]);
    free(s);
    return 0;
}

static void on_said(void *arg, const char *text)
{
    struct fixture *s = arg;
    s->said++;
    snprintf(s->last, sizeof s->last, "%s", text);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct fixture *s = arg;
    s->done++;
    s->err = err;
    snprintf(s->why, sizeof s->why, "%s", why);
    assert_null(strstr(s->why, keys.secret));
    assert_null(strstr(s->why, keys.token));
}

static void find_redis(struct fixture *s, const char *word, uint64_t every_ms)
{
    const struct redis_from_conf conf = {s->loop, word, every_ms};
    redis_from_free(s->from);
    s->done = 0;
    s->from = redis_from_start(&conf, &(struct redis_from_calls){on_said, on_done, s});
    STEP_UNTIL(s->loop, s->done);
    assert_int_equal(s->done, 1);
}

static void server_says(struct fixture *s, const char *what, const char *needs, int status, const char *file,
                        unsigned times)
{
    char *path = mem_printf(F "%s", file);
    assert_true(s->texts < FIXTURES);
    s->text[s->texts] = fixture_read(path, NULL);
    aws_server_says(s->server, (struct aws_says){what, needs, status, s->text[s->texts++], 0, 0, times, false});
    free(path);
}

static void with_parameters(struct fixture *s)
{
    server_says(s, "DescribeParameters", "\"ParameterGroupName\":\"ray-gcs-parameters\" \"NextToken\":\"more\"", 200,
                "memorydb-parameters-2.json", 0);
    server_says(s, "DescribeParameters", "\"ParameterGroupName\":\"ray-gcs-parameters\"", 200,
                "memorydb-parameters-1.json", 0);
}

static const char *value_of(const struct variables *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->items[i].name, name) == 0) return v->items[i].value;
    return NULL;
}

static void created_while_it_is_waited_for(void **state)
{
    struct fixture *s = *state;
    struct variables v;
    struct why why = {0};
    server_says(s, "DescribeClusters", "\"ClusterName\":\"ray-gcs\" \"ShowShardDetails\":true", 200,
                "memorydb-creating.json", 2);
    server_says(s, "DescribeClusters", "\"ClusterName\":\"ray-gcs\"", 200, "memorydb.json", 0);
    with_parameters(s);
    find_redis(s, "memorydb:ray-gcs", EVERY_MS);
    assert_string_equal(s->why, "MemoryDB ray-gcs: " HOST ":6379, TLS, ACL ray");
    assert_int_equal(s->err, ERR_OK);
    assert_int_equal(s->said, 1);
    assert_string_equal(s->last, "MemoryDB ray-gcs has no endpoint yet: creating");
    assert_int_equal(aws_server_asked(s->server, "DescribeClusters"), 3);
    assert_int_equal(aws_server_refused(s->server), 0);
    variables_init(&v, NULL);
    assert_int_equal(redis_from_give(s->from, &v, &why), ERR_OK);
    assert_string_equal(value_of(&v, "EXT_REDIS_ENDPOINT"), HOST);
    assert_string_equal(value_of(&v, "REDIS_PORT"), "6379");
    assert_string_equal(value_of(&v, "REDIS_SCHEME"), "rediss");
    variables_done(&v);
    const struct doctor_aws *facts = redis_from_facts(s->from);
    assert_string_equal(facts->service, "MemoryDB");
    assert_string_equal(facts->policy, "noeviction");
    assert_int_equal(facts->timeout_s.value, 20);
    assert_int_equal(facts->shards.value, 1);
    assert_int_equal(facts->replicas.value, 1);
    assert_int_equal(facts->failover, TRI_YES);
}

/* While it is created AWS names the port, and no address: no variable comes of that. */
static void half_an_endpoint_is_none(void **state)
{
    struct fixture *s = *state;
    struct variables v;
    struct why why = {0};
    server_says(s, "DescribeClusters", NULL, 200, "memorydb-creating.json", 0);
    find_redis(s, "memorydb", 0);
    assert_int_equal(s->err, ERR_NOT_FOUND);
    variables_init(&v, NULL);
    assert_int_equal(redis_from_give(s->from, &v, &why), ERR_NOT_FOUND);
    assert_int_equal(v.count, 0);
    variables_done(&v);
    assert_null(redis_from_facts(s->from)->host);
}

static void several_shards_are_not_used(void **state)
{
    struct fixture *s = *state;
    server_says(s, "DescribeClusters", NULL, 200, "memorydb-sharded.json", 0);
    with_parameters(s);
    find_redis(s, "memorydb", 0);
    assert_int_equal(s->err, ERR_UNSUPPORTED);
    assert_string_equal(s->why, "MemoryDB sharded has 2 shards: Ray's GCS needs one");
}

/* Both pages: the second has another cluster. */
static void several_are_named(void **state)
{
    struct fixture *s = *state;
    server_says(s, "DescribeClusters", "\"NextToken\":\"page-two/+=\"", 200, "memorydb.json", 0);
    server_says(s, "DescribeClusters", "\"MaxResults\":100", 200, "memorydb-page.json", 0);
    find_redis(s, "memorydb", 0);
    assert_int_equal(s->err, ERR_USAGE);
    assert_string_equal(s->why, "MemoryDB in us-west-2 has 2 of Redis; name one: sharded, ray-gcs");
}

static void what_aws_refuses(void **state)
{
    struct fixture *s = *state;
    server_says(s, "DescribeClusters", NULL, 400, "memorydb-denied.json", 1);
    server_says(s, "DescribeClusters", NULL, 404, "memorydb-not-found.json", 1);
    server_says(s, "DescribeClusters", NULL, 200, "memorydb-none.json", 1);
    server_says(s, "DescribeClusters", NULL, 200, "group.xml", 1);
    find_redis(s, "memorydb:ray-gcs", 0);
    assert_int_equal(s->err, ERR_FORBIDDEN);
    assert_non_null(strstr(s->why, "AWS memorydb: AccessDeniedException: User:"));
    assert_non_null(strstr(s->why, "memorydb:DescribeClusters"));
    find_redis(s, "memorydb:ray-gcs", 0);
    assert_string_equal(s->why, "MemoryDB in us-west-2 has nothing called ray-gcs");
    find_redis(s, "memorydb", 0);
    assert_string_equal(s->why, "MemoryDB in us-west-2 has no Redis");
    find_redis(s, "memorydb", 0);
    assert_int_equal(s->err, ERR_PARSE);
    assert_true(strncmp(s->why, "AWS memorydb: ", 14) == 0);
}

static void parameters_that_may_not_be_read(void **state)
{
    struct fixture *s = *state;
    server_says(s, "DescribeClusters", NULL, 200, "memorydb.json", 0);
    server_says(s, "DescribeParameters", NULL, 400, "memorydb-denied.json", 0);
    find_redis(s, "memorydb", 0);
    assert_int_equal(s->err, ERR_OK);
    const struct doctor_aws *facts = redis_from_facts(s->from);
    assert_string_equal(facts->host, HOST);
    assert_null(facts->policy);
    assert_false(facts->timeout_s.known);
    assert_non_null(strstr(facts->why, "AccessDenied"));
}

static void a_wrong_signature_is_refused(void **state)
{
    struct fixture *s = *state;
    setenv("AWS_SECRET_ACCESS_KEY", "another-s3cr3t", 1);
    server_says(s, "DescribeClusters", NULL, 200, "memorydb.json", 0);
    find_redis(s, "memorydb", 0);
    assert_int_equal(s->err, ERR_AUTH);
    assert_non_null(strstr(s->why, "SignatureDoesNotMatch"));
    assert_null(strstr(s->why, "s3cr3t"));
    assert_int_equal(aws_server_refused(s->server), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(created_while_it_is_waited_for),
        T(half_an_endpoint_is_none),
        T(several_shards_are_not_used),
        T(several_are_named),
        T(what_aws_refuses),
        T(parameters_that_may_not_be_read),
        T(a_wrong_signature_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
