/* deploy_redis_test.c - the first step of a deployment with --redis-from: what is waited for, given up, stopped, and
 * what comes after it. The manifest is empty: nothing is asked of a cluster, and the end is what lint says of that. */
#include "backends/base/mem.h"
#include "deploy/deploy.h"
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

enum { EVERY_MS = 20 };
#define F "tests/fixtures/aws/"

static const struct sigv4_keys keys = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL,
                                       "us-west-2", NULL};

struct fixture {
    struct loop *loop;
    struct aws_server *server;
    struct manifest *manifest;
    struct variables vars;
    struct deploy *deploy;
    char *one, *creating, *parameters;
    char said[4096];
    bool over;
    enum err err;
    char why[300];
};

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = aws_server_start(s->loop);
    s->one = fixture_read(F "memorydb.json", NULL);
    s->creating = fixture_read(F "memorydb-creating.json", NULL);
    s->parameters = fixture_read(F "memorydb-parameters-2.json", NULL);
    aws_server_knows(s->server, &keys);
    aws_server_says(s->server,
                    (struct aws_says){"DescribeClusters", NULL, 200, s->creating, 0, 0, /* times */ 3, false});
    setenv("AWS_ACCESS_KEY_ID", keys.id, 1);
    setenv("AWS_SECRET_ACCESS_KEY", keys.secret, 1);
    setenv("AWS_REGION", keys.region, 1);
    setenv("AWS_ENDPOINT_URL", aws_server_url(s->server), 1);
    setenv("HOME", "/nonexistent", 1);
    unsetenv("AWS_PROFILE");
    unsetenv("AWS_SESSION_TOKEN");
    assert_int_equal(manifest_parse("empty.yaml", "", 0, &s->manifest, NULL, NULL), ERR_OK);
    variables_init(&s->vars, NULL);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    deploy_free(s->deploy);
    manifest_free(s->manifest);
    variables_done(&s->vars);
    aws_server_stop(s->server);
    loop_free(s->loop);
    free(s->one);
    free(s->creating);
    free(s->parameters);
    free(s);
    return 0;
}

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct fixture *s = arg;
    size_t len = strlen(s->said);
    assert_non_null(step->name);
    snprintf(s->said + len, sizeof s->said - len, "%s|%s|%s\n", step->name, step_state_word(step->state),
             line ? line->text : step->now);
}

static void on_confirm(void *arg)
{
    (void)arg;
    fail_msg("nothing is to be asked");
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct fixture *s = arg;
    s->over = true;
    s->err = err;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void redis_deploy_begin(struct fixture *s, const char *word, uint64_t most_ms)
{
    const struct deploy_conf conf = {.loop = s->loop,
                                     .ns = "mistral",
                                     .manifest = s->manifest,
                                     .variables = &s->vars,
                                     .redis_from = word,
                                     .redis_ms = most_ms,
                                     .redis_every_ms = EVERY_MS};
    s->deploy = deploy_start(&conf, &(struct step_observer){on_changed, on_confirm, on_done, s});
}

static void wait_until_said(struct fixture *s, const char *said)
{
    for (uint64_t end = loop_now_ms() + DEADLINE_MS; loop_now_ms() < end; loop_step(s->loop, 20))
        if (said ? strstr(s->said, said) != NULL : s->over) return;
    fail_msg("not said: %s in:\n%s%s", said ? said : "the end", s->said, s->why);
}

#define WAITING "Redis|running|MemoryDB ray-gcs has no endpoint yet: creating\n"

static void it_waits_and_goes_on(void **state)
{
    struct fixture *s = *state;
    aws_server_says(s->server, (struct aws_says){.what = "DescribeClusters", .status = 200, .body = s->one});
    aws_server_says(s->server, (struct aws_says){.what = "DescribeParameters", .status = 200, .body = s->parameters});
    redis_deploy_begin(s, "memorydb:ray-gcs", 0);
    wait_until_said(s,
                    "Redis|running|querying AWS\n" WAITING
                    "Redis|running|MemoryDB ray-gcs: clustercfg.ray-gcs.abc123.memorydb.us-west-2.amazonaws.com:6379, "
                    "TLS, ACL ray\n"
                    "Redis|ok|\n"
                    "variables|running|\n");
    assert_false(step_engine_may_stop(deploy_engine(s->deploy)));
    step_engine_stop(deploy_engine(s->deploy)); /* too late: nothing happens */
    wait_until_said(s, NULL);
    assert_int_equal(s->err, ERR_PARSE);
    assert_int_equal(s->vars.count > 0, true);
    assert_int_equal(aws_server_refused(s->server), 0);
}

static void it_is_given_up_in_time(void **state)
{
    struct fixture *s = *state;
    aws_server_says(s->server, (struct aws_says){.what = "DescribeClusters", .status = 200, .body = s->creating});
    redis_deploy_begin(s, "memorydb", 300);
    wait_until_said(s, NULL);
    assert_int_equal(s->err, ERR_TIMEOUT);
    assert_string_equal(s->why, "timed out waiting for an endpoint from AWS: nothing was applied");
    assert_non_null(strstr(s->said, WAITING));
    assert_non_null(strstr(s->said, "Redis|failed|\n"));
    assert_null(strstr(s->said, "variables|running"));
    assert_non_null(strstr(s->said, "variables|skipped"));
}

/* What AWS refuses is not waited for, and is told in its words. */
static void what_is_refused_ends_it_at_once(void **state)
{
    struct fixture *s = *state;
    aws_server_says(s->server, (struct aws_says){.what = "DescribeClusters",
                                                 .status = 400,
                                                 .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"});
    redis_deploy_begin(s, "memorydb:ray-gcs", 0);
    wait_until_said(s, NULL);
    assert_int_equal(s->err, ERR_FORBIDDEN);
    assert_string_equal(s->why, "AWS memorydb: AccessDeniedException: no: nothing was applied");
    assert_non_null(strstr(s->said, "Redis|running|AWS memorydb: AccessDeniedException: no\n"
                                    "Redis|failed|\n"
                                    "variables|skipped|\n"));
    assert_int_equal(s->vars.count, 0);
}

static void it_can_be_stopped(void **state)
{
    struct fixture *s = *state;
    redis_deploy_begin(s, "memorydb", 0);
    wait_until_said(s, WAITING);
    assert_true(step_engine_may_stop(deploy_engine(s->deploy)));
    step_engine_stop(deploy_engine(s->deploy));
    wait_until_said(s, NULL);
    assert_int_equal(s->err, ERR_CANCELLED);
    assert_string_equal(s->why, "stopped: nothing was applied");
    const unsigned asked = aws_server_asked(s->server, "DescribeClusters");
    for (uint64_t end = loop_now_ms() + 5 * EVERY_MS; loop_now_ms() < end;) loop_step(s->loop, EVERY_MS);
    assert_int_equal(aws_server_asked(s->server, "DescribeClusters"), asked);
    assert_null(strstr(s->said, "variables|running"));
}

/* Without the option there is no such step, and nobody is told of one. */
static void without_it_there_is_no_such_step(void **state)
{
    struct fixture *s = *state;
    redis_deploy_begin(s, NULL, 0);
    wait_until_said(s, NULL);
    assert_true(strncmp(s->said, "variables|running", 17) == 0);
    assert_null(strstr(s->said, "AWS"));
    assert_int_equal(aws_server_asked(s->server, "DescribeClusters"), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {T(it_waits_and_goes_on), T(it_is_given_up_in_time),
                                       T(what_is_refused_ends_it_at_once), T(it_can_be_stopped),
                                       T(without_it_there_is_no_such_step)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
