/* redis_from_command_test.c - `deploy`, `doctor` and the console with --redis-from, against a server that speaks as
 * AWS, with the program itself: what is found gets into the manifest, and what is not applies nothing. */
#include "backends/base/mem.h"
#include "tests/support/aws_thread.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARGS = 24, ENV = 12 };
#define F "tests/fixtures/aws/"
#define GROUPS "DescribeReplicationGroups"
#define CLUSTERS "DescribeCacheClusters"
#define HOST "master.ray-gcs.abc123.usw2.cache.amazonaws.com"

static const struct sigv4_keys keys = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL,
                                       "us-west-2", NULL};

struct fixture {
    struct sim_run *sim;
    char *group, *creating, *cluster, *none, *denied;
};

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->sim = sim_run_start((const char *const[]){"--empty", NULL});
    s->group = fixture_read(F "group.xml", NULL);
    s->creating = fixture_read(F "group-creating.xml", NULL);
    s->cluster = fixture_read(F "cluster.xml", NULL);
    s->none = fixture_read(F "clusters-none.xml", NULL);
    s->denied = fixture_read(F "denied.xml", NULL);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    sim_run_stop(s->sim);
    free(s->group);
    free(s->creating);
    free(s->cluster);
    free(s->none);
    free(s->denied);
    free(s);
    return 0;
}

/* The program's words and its environment, which hands out the keys. */
struct call {
    const char *argv[ARGS], *env[ENV];
    char *url, *secret;
};

static struct call call_of(struct fixture *s, const struct aws_thread *aws, const char *const *args)
{
    struct call c = {.argv = {run_raydeck(), "--config", sim_run_config(s->sim)},
                     .env = {NULL, NULL, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_REGION=us-west-2",
                             "AWS_EC2_METADATA_DISABLED=true", "EXT_REDIS_ENDPOINT=null", "REDIS_PORT=1",
                             "REDIS_SCHEME=redis", "REDIS_PASSWORD=not-a-password-either",
                             "HUGGING_FACE_HUB_TOKEN=hf_abcdefghijklmnopqrstuvwxyz"}};
    c.env[0] = c.url = mem_printf("AWS_ENDPOINT_URL=%s", aws ? aws_thread_url(aws) : "http://127.0.0.1:1");
    c.env[1] = c.secret = mem_printf("AWS_SECRET_ACCESS_KEY=%s", keys.secret);
    for (size_t i = 0; args[i]; i++) c.argv[3 + i] = args[i];
    return c;
}

static void call_done(struct call *c)
{
    free(c->url);
    free(c->secret);
}

static void holds_no_secret(const char *text)
{
    const char *const hidden[] = {keys.secret, keys.id, "Signature=", "not-a-password-either", "hf_abcdefgh"};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
        if (strstr(text, hidden[i])) fail_msg("%s is in: %s", hidden[i], text);
}

static struct run run_command(struct fixture *s, const struct aws_thread *aws, const char *const *args)
{
    struct call c = call_of(s, aws, args);
    struct run r = run_program(c.argv, c.env, NULL, DEADLINE_MS);
    holds_no_secret(r.out);
    holds_no_secret(r.err);
    call_done(&c);
    return r;
}
#define RAYDECK(...) run_command(s, aws, (const char *const[]){__VA_ARGS__, NULL})

#define SAYS(r, text)                                                                                                  \
    do {                                                                                                               \
        if (!strstr((r).out, text) && !strstr((r).err, text))                                                          \
            fail_msg("not said: %s\nbut (%d): %s%s", text, (r).status, (r).out, (r).err);                              \
    } while (0)
#define ENDS(r, code)                                                                                                  \
    do {                                                                                                               \
        if ((r).status != (code)) fail_msg("%d: %s%s", (r).status, (r).out, (r).err);                                  \
    } while (0)

/* A deployment that ends before its first step. */
static void deploy_stops(struct fixture *s, const struct aws_says *says, const char *word, int status, const char *said)
{
    struct aws_thread *aws = aws_thread_start(&keys, says);
    struct run r =
        RAYDECK("deploy", "-f", "deploy/assets/ft-options.yaml", "--dry-run", "--redis-from", word, "--timeout", "2");
    ENDS(r, status);
    SAYS(r, said);
    SAYS(r, ": nothing was applied\n");
    assert_null(strstr(r.out, "prerequisites"));
    run_done(&r);
    aws_thread_stop(aws, NULL);
}

static void a_dry_run_passes_with_it(void **state)
{
    struct fixture *s = *state;
    const struct aws_says says[] = {
        {GROUPS, NULL, 200, s->group, 0, 0, 0, false}, {CLUSTERS, NULL, 200, s->none, 0, 0, 0, false}, {0}};
    struct aws_thread *aws = aws_thread_start(&keys, says);
    struct run r =
        RAYDECK("deploy", "-f", "deploy/assets/ft-options.yaml", "--dry-run", "--redis-from", "elasticache:ray-gcs");
    ENDS(r, 0);
    SAYS(r, "Redis\n");
    SAYS(r, "    ElastiCache ray-gcs: " HOST ":6379, TLS\n");
    SAYS(r, "EXT_REDIS_ENDPOINT: set");
    SAYS(r, "dry run: nothing was applied");
    run_done(&r);
    assert_true(aws_thread_stop(aws, GROUPS) >= 1);
}

#define SURE "--context", "raydeck-sim", "-n", "mistral", "-s", "mistral", "--yes"

/* The doctor sees the very host in the RayService, and takes the timeout from the parameter group. */
static void what_is_found_is_deployed_and_examined(void **state)
{
    struct fixture *s = *state;
    char *member = fixture_read(F "member.xml", NULL), *parameters = fixture_read(F "parameters-2.xml", NULL);
    const struct aws_says says[] = {{GROUPS, NULL, 200, s->group, 0, 0, 0, false},
                                    {CLUSTERS, NULL, 200, member, 0, 0, 0, false},
                                    {"DescribeCacheParameters", NULL, 200, parameters, 0, 0, 0, false},
                                    {0}};
    struct aws_thread *aws = aws_thread_start(&keys, says);
    struct run r = RAYDECK("deploy", "-f", "deploy/assets/ft-options.yaml", "--redis-from", "elasticache:ray-gcs",
                           "--timeout", "2", SURE);
    SAYS(r, "rayservice.ray.io/mistral serverside-applied\n");
    run_done(&r);
    r = RAYDECK("doctor", "--redis-from", "elasticache:ray-gcs", "--redis", "redis://127.0.0.1:1", "--timeout", "8");
    SAYS(r, "timeout 20 in the parameter group of ElastiCache ray-gcs");
    run_done(&r);
    aws_thread_stop(aws, NULL);
    free(member);
    free(parameters);
}

static void nothing_is_applied_without_an_endpoint(void **state)
{
    struct fixture *s = *state;
    const struct aws_says creating[] = {
        {GROUPS, NULL, 200, s->creating, 0, 0, 0, false}, {CLUSTERS, NULL, 200, s->none, 0, 0, 0, false}, {0}};
    const struct aws_says several[] = {
        {GROUPS, NULL, 200, s->group, 0, 0, 0, false}, {CLUSTERS, NULL, 200, s->cluster, 0, 0, 0, false}, {0}};
    const struct aws_says denied[] = {
        {GROUPS, NULL, 403, s->denied, 0, 0, 0, false}, {CLUSTERS, NULL, 403, s->denied, 0, 0, 0, false}, {0}};
    deploy_stops(s, creating, "elasticache", 3, "timed out waiting for an endpoint from AWS");
    deploy_stops(s, several, "elasticache", 2, "has 2 of Redis; name one: ray-gcs, trainium-inferentia");
    deploy_stops(s, denied, "elasticache", 4, "elasticache:DescribeReplicationGroups");
}

static void none_and_one_in_cluster_mode(void **state)
{
    struct fixture *s = *state;
    char *groups = fixture_read(F "groups-none.xml", NULL), *sharded = fixture_read(F "group-sharded.xml", NULL);
    const struct aws_says none[] = {
        {GROUPS, NULL, 200, groups, 0, 0, 0, false}, {CLUSTERS, NULL, 200, s->none, 0, 0, 0, false}, {0}};
    const struct aws_says shards[] = {
        {GROUPS, NULL, 200, sharded, 0, 0, 0, false}, {CLUSTERS, NULL, 200, s->none, 0, 0, 0, false}, {0}};
    deploy_stops(s, none, "elasticache", 3, "ElastiCache in us-west-2 has no Redis");
    deploy_stops(s, shards, "elasticache", 3, "cluster mode on");
    free(groups);
    free(sharded);
}

/* Signed for its own service, in JSON; one shard is used, two are not. */
static void memorydb_too(void **state)
{
    struct fixture *s = *state;
    char *one = fixture_read(F "memorydb.json", NULL), *two = fixture_read(F "memorydb-sharded.json", NULL);
    char *parameters = fixture_read(F "memorydb-parameters-2.json", NULL);
    const struct aws_says says[] = {{"DescribeClusters", "\"ray-gcs\"", 200, one, 0, 0, 0, false},
                                    {"DescribeParameters", "ray-gcs-parameters", 200, parameters, 0, 0, 0, false},
                                    {0}};
    const struct aws_says shards[] = {{"DescribeClusters", NULL, 200, two, 0, 0, 0, false},
                                      {"DescribeParameters", NULL, 200, parameters, 0, 0, 0, false},
                                      {0}};
    struct aws_thread *aws = aws_thread_start(&keys, says);
    struct run r =
        RAYDECK("deploy", "-f", "deploy/assets/ft-options.yaml", "--dry-run", "--redis-from", "memorydb:ray-gcs");
    ENDS(r, 0);
    SAYS(r, "MemoryDB ray-gcs: clustercfg.ray-gcs.abc123.memorydb.us-west-2.amazonaws.com:6379, TLS, ACL ray\n");
    SAYS(r, "EXT_REDIS_ENDPOINT: set");
    run_done(&r);
    assert_int_equal(aws_thread_stop(aws, "DescribeParameters"), 1);
    deploy_stops(s, shards, "memorydb", 3, "MemoryDB sharded has 2 shards: Ray's GCS needs one");
    free(one);
    free(two);
    free(parameters);
}

static void a_wrong_word_is_usage(void **state)
{
    struct fixture *s = *state;
    const char *const words[] = {
        "",       "rds",       "elasticache:",   "elasticache:-x", "elasticache:a/b", "elasticachea",
        "memory", "memorydb:", "memorydb:x:6379"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct aws_thread *aws = NULL;
        struct run r = RAYDECK("deploy", "-f", "deploy/assets/ft-options.yaml", "--dry-run", "--redis-from", words[i]);
        ENDS(r, 2);
        SAYS(r, "--redis-from: expected elasticache[:ID], memorydb[:NAME] or dev");
        run_done(&r);
    }
}

static void the_doctor_asks_too(void **state)
{
    struct fixture *s = *state;
    const struct aws_says says[] = {
        {GROUPS, NULL, 403, s->denied, 0, 0, 0, false}, {CLUSTERS, NULL, 403, s->denied, 0, 0, 0, false}, {0}};
    struct aws_thread *aws = aws_thread_start(&keys, says);
    struct run r = RAYDECK("doctor", "--redis-from", "elasticache", "--redis", "redis://127.0.0.1:1", "--timeout", "8");
    SAYS(r, "elasticache:DescribeReplicationGroups");
    run_done(&r);
    assert_true(aws_thread_stop(aws, GROUPS) >= 1);
}

static void send_and_see(struct pty *p, const char *sent, const char *regex)
{
    pty_send(p, sent);
    pty_see(p, regex);
}

/* Hidden and shown again while it waits, stopped, begun anew, and then the doctor's pane. */
static void keys_alone(void **state)
{
    struct fixture *s = *state;
    char *member = fixture_read(F "member.xml", NULL), *parameters = fixture_read(F "parameters-2.xml", NULL);
    const struct aws_says says[] = {{GROUPS, NULL, 200, s->creating, 0, 0, 1, false},
                                    {GROUPS, NULL, 200, s->group, 0, 0, 0, false},
                                    {CLUSTERS, NULL, 200, member, 0, 0, 0, false},
                                    {"DescribeCacheParameters", NULL, 200, parameters, 0, 0, 0, false},
                                    {0}};
    struct aws_thread *aws = aws_thread_start(&keys, says);
    struct call c =
        call_of(s, aws,
                (const char *const[]){"--redis-from", "elasticache:ray-gcs", "--redis", "redis://127.0.0.1:1", "--var",
                                      "RAY_SERVE_IMAGE=own.example/serve:2.9", NULL});
    struct pty *p = pty_start(&(struct pty_conf){.argv = c.argv, .env = c.env, .rows = 80, .cols = 150});
    size_t len;
    pty_see(p, "ANSWERING");
    send_and_see(p, "xd", "ElastiCache ray-gcs has no endpoint yet: creating");
    send_and_see(p, "\033", "ANSWERING");
    assert_true(pty_wait_gone(p, "no endpoint yet", DEADLINE_MS));
    send_and_see(p, "xd", "s stops   Esc");
    pty_see(p, "▸ Redis");
    send_and_see(p, "s", "stopped: nothing was applied");
    assert_true(pty_wait_gone(p, "s stops   Esc", DEADLINE_MS));
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "stopped: nothing", DEADLINE_MS));
    send_and_see(p, "xd", "Enter confirms");
    send_and_see(p, "\r", "y yes");
    send_and_see(p, "y", "rayservice.ray.io/mistral serverside-applied");
    pty_see(p, "ElastiCache ray-gcs: " HOST ":6379, TLS");
    pty_send(p, "\033");
    assert_true(pty_wait_gone(p, "serverside-applied", DEADLINE_MS));
    send_and_see(p, "D", "D10 .*timeout 20 in the parameter group of ElastiCache ray-gcs");
    send_and_see(p, "r", "refreshing every backend");
    pty_see(p, "D10 .*timeout 20 in the parameter group of ElastiCache ray-gcs");
    holds_no_secret(pty_raw(p, &len));
    pty_send(p, "\003");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 130);
    pty_stop(p);
    call_done(&c);
    assert_true(aws_thread_stop(aws, GROUPS) >=
                3); /* to deploy, twice; for the pane; the refresh may not have come to it */
    free(member);
    free(parameters);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
    const struct CMUnitTest tests[] = {
        T(a_dry_run_passes_with_it),
        T(what_is_found_is_deployed_and_examined),
        T(nothing_is_applied_without_an_endpoint),
        T(none_and_one_in_cluster_mode),
        T(memorydb_too),
        T(a_wrong_word_is_usage),
        T(the_doctor_asks_too),
        T(keys_alone),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
