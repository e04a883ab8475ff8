/* redis_from_test.c - --redis-from by itself: created while it is waited for, what goes into the variables, and what is
 * left as a person gave it. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/redis_from.h"
#include "tests/support/aws_server.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EVERY_MS = 30 };
#define F "tests/fixtures/aws/"

static const struct sigv4_keys keys = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL,
                                       "us-west-2", NULL};

struct fixture {
    struct loop *loop;
    struct aws_server *server;
    struct redis_from *from;
    char *group, *creating, *none;
    unsigned said, done;
    enum err err;
    char first[300], why[300];
};

static const char *environment_value(const char *name)
{
    return strcmp(name, "EXT_REDIS_ENDPOINT") == 0 ? "null" : strcmp(name, "REDIS_SCHEME") == 0 ? "redis" : NULL;
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = aws_server_start(s->loop);
    s->group = fixture_read(F "group.xml", NULL);
    s->creating = fixture_read(F "group-creating.xml", NULL);
    s->none = fixture_read(F "clusters-none.xml", NULL);
    aws_server_knows(s->server, &keys);
    setenv("AWS_ACCESS_KEY_ID", keys.id, 1);
    setenv("AWS_SECRET_ACCESS_KEY", keys.secret, 1);
    setenv("AWS_REGION", keys.region, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_ENDPOINT_URL_ELASTICACHE", aws_server_url(s->server), 1);
    setenv("HOME", "/nonexistent", 1);
    unsetenv("AWS_PROFILE");
    unsetenv("AWS_SESSION_TOKEN");
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    redis_from_free(s->from);
    aws_server_stop(s->server);
    loop_free(s->loop);
    free(s->group);
    free(s->creating);
    free(s->none);
    free(s);
    return 0;
}

static void on_said(void *arg, const char *text)
{
    struct fixture *s = arg;
    if (!s->said++) snprintf(s->first, sizeof s->first, "%s", text);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct fixture *s = arg;
    s->done++;
    s->err = err;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void find_redis(struct fixture *s, uint64_t every_ms)
{
    const struct redis_from_conf conf = {s->loop, "elasticache", every_ms};
    s->from = redis_from_start(&conf, &(struct redis_from_calls){on_said, on_done, s});
    STEP_UNTIL(s->loop, s->done);
    assert_int_equal(s->done, 1);
}

static void server_says(struct fixture *s, const char *what, const char *body, unsigned times)
{
    aws_server_says(s->server, (struct aws_says){what, NULL, 200, body, 0, 0, times, false});
}

static const struct variable *variable_named(const struct variables *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->items[i].name, name) == 0) return &v->items[i];
    return NULL;
}

static void variable_is(const struct variables *v, const char *name, const char *value)
{
    const struct variable *var = variable_named(v, name);
    assert_non_null(var);
    assert_int_equal(var->state, VARIABLE_SET);
    assert_string_equal(var->value, value);
}

static void created_while_it_is_waited_for(void **state)
{
    struct fixture *s = *state;
    struct variables v;
    struct why why = {0};
    server_says(s, "DescribeReplicationGroups", s->creating, 3);
    server_says(s, "DescribeReplicationGroups", s->group, 0);
    server_says(s, "DescribeCacheClusters", s->none, 0);
    find_redis(s, EVERY_MS);
    assert_int_equal(s->err, ERR_OK);
    assert_int_equal(s->said, 1); /* that it is being created, once */
    assert_string_equal(s->why, "ElastiCache ray-gcs: master.ray-gcs.abc123.usw2.cache.amazonaws.com:6379, TLS");
    assert_string_equal(s->first, "ElastiCache ray-gcs has no endpoint yet: creating");
    assert_int_equal(aws_server_asked(s->server, "DescribeReplicationGroups"), 4);
    variables_init(&v, environment_value);
    assert_int_equal(redis_from_give(s->from, &v, &why), ERR_OK);
    variable_is(&v, "EXT_REDIS_ENDPOINT", "master.ray-gcs.abc123.usw2.cache.amazonaws.com");
    variable_is(&v, "REDIS_PORT", "6379");
    variable_is(&v, "REDIS_SCHEME", "rediss");
    variables_done(&v);
}

static void what_a_person_gave_stays(void **state)
{
    struct fixture *s = *state;
    struct variables v;
    struct why why = {0};
    server_says(s, "DescribeReplicationGroups", s->group, 0);
    server_says(s, "DescribeCacheClusters", s->none, 0);
    find_redis(s, EVERY_MS);
    variables_init(&v, environment_value);
    assert_int_equal(variables_give(&v, "EXT_REDIS_ENDPOINT=by.hand.example", &why), ERR_OK);
    assert_int_equal(variables_give(&v, "REDIS_SCHEME=redis", &why), ERR_OK);
    assert_int_equal(redis_from_give(s->from, &v, &why), ERR_OK);
    variable_is(&v, "EXT_REDIS_ENDPOINT", "by.hand.example");
    variable_is(&v, "REDIS_PORT", "6379");
    variable_is(&v, "REDIS_SCHEME", "redis");
    variables_done(&v);
}

static void without_an_endpoint_there_are_no_variables(void **state)
{
    struct fixture *s = *state;
    struct variables v;
    struct why why = {0};
    server_says(s, "DescribeReplicationGroups", s->creating, 0);
    server_says(s, "DescribeCacheClusters", s->none, 0);
    find_redis(s, 0); /* as the doctor asks: what is known at once */
    assert_int_equal(s->err, ERR_NOT_FOUND);
    assert_int_equal(s->said, 0);
    variables_init(&v, NULL);
    assert_int_equal(redis_from_give(s->from, &v, &why), ERR_NOT_FOUND);
    assert_int_equal(v.count, 0);
    variables_done(&v);
    const struct doctor_aws *facts = redis_from_facts(s->from);
    assert_null(facts->host);
    assert_false(facts->timeout_s.known);
    assert_int_equal(facts->failover, TRI_UNKNOWN);
    assert_string_equal(facts->why, "ElastiCache ray-gcs has no endpoint yet: creating");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(created_while_it_is_waited_for),
        T(what_a_person_gave_stays),
        T(without_an_endpoint_there_are_no_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
