/*
 * aws_test.c - finding the Redis in ElastiCache, against a server that checks the signature: every way to keys, every
 * state that a cache can be in, and what is refused, cut, slow or too long. No secret is in anything that is said.
 */
#include "backends/aws/elasticache.h"
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tests/support/aws_server.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { FIXTURES = 16, PORT_TEXT = 64 };
#define F "tests/fixtures/aws/"
#define REGION "us-west-2"
#define CLUSTER_HOST "trainium-inferentia.abc123.0001.usw2.cache.amazonaws.com"
#define GROUP_HOST "master.ray-gcs.abc123.usw2.cache.amazonaws.com"

static const struct sigv4_keys env_keys = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL,
                                           REGION, NULL},
                               session_keys = {"ASIASESSIONEXAMPLE00", "session/secret+not-one-EXAMPLEKEY",
                                               "a//session+token-not-one==", REGION, NULL},
                               base_keys = {"AKIABASEEXAMPLE00000", "base/secret+not-one-EXAMPLEKEY", NULL, REGION,
                                            NULL},
                               role_keys = {"ASIAROLEEXAMPLE00000", "role/secret+not-one-EXAMPLEKEY",
                                            "role//session+token-not-one==", REGION, NULL},
                               web_keys = {"ASIAWEBEXAMPLE00000", "web/secret+not-one-EXAMPLEKEY",
                                           "web//session+token-not-one==", REGION, NULL},
                               agent_keys = {"ASIAAGENTEXAMPLE0000", "agent/secret+not-one-EXAMPLEKEY",
                                             "agent//session+token-not-one==", REGION, NULL},
                               imds_keys = {"ASIAIMDSEXAMPLE00000", "imds/secret+not-one-EXAMPLEKEY",
                                            "imds//session+token-not-one==", REGION, NULL};

struct fixture {
    struct loop *loop;
    struct http_client *http;
    struct aws_server *server;
    struct aws_find *find;
    char *folder, *path; /* path: the PATH there was */
    char *text[FIXTURES];
    size_t texts;
    unsigned done;
    bool free_in_done;
    /* what was found, kept */
    enum err err;
    struct aws_redis redis; /* its pointers are not good; its numbers are */
    char *said, *host, *names, *words;
};

static void clean_environment(void)
{
    static const char *const names[] = {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_ELASTICACHE",
        "AWS_ENDPOINT_URL_STS",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) unsetenv(names[i]);
}

static int fixture_open(void **state)
{
    const struct http_client_conf conf = {.proxy = "", .user_agent = "test"};
    struct fixture *s = mem_zero(1, sizeof *s);

    clean_environment();
    s->loop = loop_new();
    s->http = http_client_new(s->loop, &conf);
    s->server = aws_server_start(s->loop);
    s->folder = run_folder();
    s->path = mem_str(getenv("PATH"));
    setenv("HOME", s->folder, 1);
    setenv("AWS_REGION", REGION, 1);
    setenv("AWS_ENDPOINT_URL", aws_server_url(s->server), 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    *state = s;
    return 0;
}

static void fixture_clear(struct fixture *s)
{
    free(s->said);
    free(s->host);
    free(s->names);
    free(s->words);
    s->said = s->host = s->names = s->words = NULL;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    aws_find_free(s->find);
    http_client_free(s->http);
    aws_server_stop(s->server);
    loop_free(s->loop);
    run_remove(s->folder);
    setenv("PATH", s->path, 1);
    free(s->path);
    fixture_clear(s);
    for (size_t i = 0; i < s->texts; i++) free(s->text[i]);
    free(s);
    clean_environment();
    return 0;
}

static const char *recorded_reply(struct fixture *s, const char *name)
{
    char *path = mem_printf(F "%s", name);
    assert_true(s->texts < FIXTURES);
    s->text[s->texts] = fixture_read(path, NULL);
    free(path);
    return s->text[s->texts++];
}

static void server_says(struct fixture *s, const char *what, const char *needs, int status, const char *file)
{
    aws_server_says(s->server, (struct aws_says){what, needs, status, recorded_reply(s, file), 0, 0, 0, false});
}

/* A file in the fixture's folder, and a variable that names it. */
static void put_file(struct fixture *s, const char *name, const char *variable, const char *text)
{
    char *path = mem_printf("%s/%s", s->folder, name);
    assert_int_equal(file_write(path, text, strlen(text), NULL), ERR_OK);
    setenv(variable, path, 1);
    free(path);
}

static void set_keys(const struct sigv4_keys *k)
{
    setenv("AWS_ACCESS_KEY_ID", k->id, 1);
    setenv("AWS_SECRET_ACCESS_KEY", k->secret, 1);
    if (k->token) setenv("AWS_SESSION_TOKEN", k->token, 1);
}

static void no_secret_in(const char *text)
{
    static const struct sigv4_keys *const all[] = {&env_keys, &session_keys, &base_keys, &role_keys,
                                                   &web_keys, &agent_keys,   &imds_keys};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        assert_null(strstr(text, all[i]->secret));
        if (all[i]->token) assert_null(strstr(text, all[i]->token));
    }
    assert_null(strstr(text, "eyJ"));
    assert_null(strstr(text, "s3cr3t"));
}

static void on_done(void *arg, enum err err, const struct aws_redis *r, const struct why *why)
{
    struct fixture *s = arg;
    struct buf b;

    s->done++;
    s->err = err;
    s->redis = *r;
    fixture_clear(s);
    s->said = mem_str(why->text);
    s->host = mem_str(r->host);
    buf_init(&b, 4096);
    for (size_t i = 0; r->names[i]; i++) buf_printf(&b, "%s ", r->names[i]);
    s->names = buf_take(&b);
    buf_printf(&b, "%s|%s|%s|%s|%s|%s|%s|%s|%s", r->region ? r->region : "-", r->id ? r->id : "-",
               r->status ? r->status : "-", r->engine ? r->engine : "-", r->version ? r->version : "-",
               r->failover ? r->failover : "-", r->parameters ? r->parameters : "-",
               r->maxmemory_policy ? r->maxmemory_policy : "-", r->parameters_why);
    s->words = buf_take(&b);
    no_secret_in(s->said);
    no_secret_in(s->words);
    assert_true((r->state == AWS_FOUND) == (r->host != NULL));
    assert_true((err == ERR_OK) == (r->state == AWS_FOUND));
    assert_true(r->state == AWS_FOUND || *why->text);
    if (s->free_in_done) {
        aws_find_free(s->find);
        s->find = NULL;
    }
}

#define UNTIL(s, condition) ASSERT_UNTIL((s)->loop, condition)

static void find_start(struct fixture *s, const char *id, const char *profile)
{
    const struct aws_find_how how = {.id = id, .profile = profile};
    aws_find_free(s->find);
    s->done = 0;
    s->find = aws_find_redis(s->loop, s->http, &how, &(struct aws_find_calls){on_done, s});
    assert_int_equal(s->done, 0); /* never from within the start */
}

static void find_redis(struct fixture *s, const char *id, const char *profile)
{
    find_start(s, id, profile);
    UNTIL(s, s->done == 1);
}

static void with_cluster(struct fixture *s)
{
    server_says(s, "DescribeReplicationGroups", "ReplicationGroupId=", 404, "group-not-found.xml");
    server_says(s, "DescribeReplicationGroups", NULL, 200, "groups-none.xml");
    server_says(s, "DescribeCacheClusters", "ShowCacheNodeInfo=true", 200, "cluster.xml");
    server_says(s, "DescribeCacheParameters", "CacheParameterGroupName=trainium-inferentia Marker=page%20two%2F%2B%3D",
                200, "parameters-2.xml");
    server_says(s, "DescribeCacheParameters", "CacheParameterGroupName=trainium-inferentia", 200, "parameters-1.xml");
}

static void is_cluster(struct fixture *s)
{
    if (s->err) print_message("%s\n", s->said);
    assert_int_equal(s->err, ERR_OK);
    assert_string_equal(s->host, CLUSTER_HOST);
    assert_int_equal(s->redis.port, 6379);
    assert_int_equal(aws_server_refused(s->server), 0);
}

/* ---- what is found ------------------------------------------------------------------------------------------- */

static void a_single_node_by_its_id(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);
    assert_string_equal(s->words,
                        REGION "|trainium-inferentia|available|redis|7.1.0|-|trainium-inferentia|volatile-lru|");
    assert_false(s->redis.group);
    assert_int_equal(s->redis.tls, TRI_NO);
    assert_int_equal(s->redis.auth, TRI_NO);
    assert_true(s->redis.replicas.known);
    assert_int_equal(s->redis.replicas.value, 0);
    assert_true(s->redis.timeout_s.known);
    assert_int_equal(s->redis.timeout_s.value, 20);
    assert_int_equal(aws_server_asked(s->server, "DescribeCacheParameters"), 2);
}

static void the_only_one_without_an_id(void **state)
{
    struct fixture *s = *state;

    set_keys(&session_keys);
    aws_server_knows(s->server, &session_keys);
    with_cluster(s);
    s->free_in_done = true;
    find_redis(s, NULL, NULL);
    is_cluster(s);
}

static void a_group_and_its_primary(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", NULL, 200, "group.xml");
    server_says(s, "DescribeCacheClusters", "CacheClusterId=ray-gcs-001", 200, "member.xml");
    server_says(s, "DescribeCacheParameters", "CacheParameterGroupName=ray-gcs-valkey8", 200, "parameters-2.xml");
    find_redis(s, "ray-gcs", NULL);
    assert_string_equal(s->said, "");
    assert_string_equal(s->host, GROUP_HOST);
    assert_int_equal(s->redis.port, 6379);
    assert_true(s->redis.group);
    assert_int_equal(s->redis.tls, TRI_YES);
    assert_int_equal(s->redis.auth, TRI_YES);
    assert_int_equal(s->redis.clustered, TRI_NO);
    assert_int_equal(s->redis.replicas.value, 1);
    assert_string_equal(s->words, REGION "|ray-gcs|available|valkey|8.0.1|enabled|ray-gcs-valkey8|-|");

    /* By a member's name: its group's primary, as the member may be a replica. */
    server_says(s, "DescribeCacheClusters", "CacheClusterId=ray-gcs-002", 200, "member.xml");
    find_redis(s, "ray-gcs-002", NULL);
    assert_string_equal(s->host, GROUP_HOST);
}

static void a_member_leads_to_its_group(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", "ReplicationGroupId=ray-gcs-001", 404, "group-not-found.xml");
    server_says(s, "DescribeReplicationGroups", "ReplicationGroupId=ray-gcs", 200, "group.xml");
    server_says(s, "DescribeCacheClusters", "CacheClusterId=ray-gcs-001", 200, "member.xml");
    server_says(s, "DescribeCacheParameters", NULL, 403, "denied.xml");
    find_redis(s, "ray-gcs-001", NULL);
    assert_int_equal(s->err, ERR_OK);
    assert_string_equal(s->host, GROUP_HOST);
    assert_int_equal(aws_server_asked(s->server, "DescribeReplicationGroups"), 2);
    /* The parameters are not known, and why. */
    assert_false(s->redis.timeout_s.known);
    assert_non_null(strstr(s->words, "|-|AWS elasticache: AccessDenied: User: "));
}

static void one_that_is_being_created(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", "ReplicationGroupId=ray-gcs", 200, "group-creating.xml");
    server_says(s, "DescribeReplicationGroups", NULL, 200, "groups-none.xml");
    server_says(s, "DescribeCacheClusters", NULL, 200, "cluster-creating.xml");
    find_redis(s, "ray-gcs", NULL);
    assert_int_equal(s->err, ERR_NOT_FOUND);
    assert_int_equal(s->redis.state, AWS_CREATING);
    assert_string_equal(s->said, "ElastiCache ray-gcs has no endpoint yet: creating");
    assert_int_equal(s->redis.port, 0);
    assert_false(s->redis.replicas.known);
    find_redis(s, NULL, NULL);
    assert_int_equal(s->redis.state, AWS_CREATING);
    assert_string_equal(s->said, "ElastiCache trainium-inferentia has no endpoint yet: creating");
}

static void what_cannot_be_used(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", NULL, 200, "groups-none.xml");
    server_says(s, "DescribeCacheClusters", NULL, 200, "clusters-mixed.xml");
    /* Of memcached, one being deleted and one whose address is "null", the last is it; and it has no endpoint. */
    find_redis(s, NULL, NULL);
    assert_int_equal(s->redis.state, AWS_FAILED);
    assert_int_equal(s->err, ERR_PROTOCOL);
    assert_string_equal(s->said, "ElastiCache shop is available, but AWS names no endpoint");
}

static void none_at_all(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", "ReplicationGroupId=", 404, "group-not-found.xml");
    server_says(s, "DescribeReplicationGroups", NULL, 200, "groups-none.xml");
    server_says(s, "DescribeCacheClusters", "CacheClusterId=", 404, "cluster-not-found.xml");
    server_says(s, "DescribeCacheClusters", NULL, 200, "clusters-none.xml");
    find_redis(s, "trainium-inferentia", NULL);
    assert_int_equal(s->err, ERR_NOT_FOUND);
    assert_int_equal(s->redis.state, AWS_NONE);
    assert_string_equal(s->said, "ElastiCache in us-west-2 has nothing called trainium-inferentia");
    find_redis(s, NULL, NULL);
    assert_int_equal(s->redis.state, AWS_NONE);
    assert_string_equal(s->said, "ElastiCache in us-west-2 has no Redis");
}

static void several_are_named(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", NULL, 200, "group.xml");
    server_says(s, "DescribeCacheClusters", "ShowCacheClustersNotInReplicationGroups=true", 200, "cluster.xml");
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_CONFLICT);
    assert_int_equal(s->redis.state, AWS_SEVERAL);
    assert_int_equal(s->redis.count, 2);
    assert_string_equal(s->names, "ray-gcs trainium-inferentia ");
    assert_string_equal(s->said, "ElastiCache in us-west-2 has 2 of Redis; name one: ray-gcs, trainium-inferentia");
}

/* ---- where the keys come from -------------------------------------------------------------------------------- */

static void keys_of_a_profile(void **state)
{
    struct fixture *s = *state;

    put_file(s, "c", "AWS_SHARED_CREDENTIALS_FILE", recorded_reply(s, "credentials.ini"));
    put_file(s, "f", "AWS_CONFIG_FILE", recorded_reply(s, "config.ini"));
    unsetenv("AWS_REGION"); /* the profile's */
    aws_server_knows(s->server, &env_keys);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);

    /* A profile that is asked for goes before the environment's keys. */
    setenv("AWS_REGION", REGION, 1);
    set_keys(&session_keys);
    aws_server_knows(s->server, &base_keys);
    find_redis(s, "trainium-inferentia", "base");
    is_cluster(s);
    assert_non_null(strstr(aws_server_last(s->server), base_keys.id));
}

/* Writes a program called aws into the test's folder and puts the folder before the PATH. */
static void put_cli(struct fixture *s, const char *script)
{
    char *path = mem_printf("%s/aws", s->folder), *search = mem_printf("%s:%s", s->folder, s->path);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", script);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
    setenv("PATH", search, 1);
    free(path);
    free(search);
}

static void put_shared_files(struct fixture *s)
{
    put_file(s, "c", "AWS_SHARED_CREDENTIALS_FILE", recorded_reply(s, "credentials.ini"));
    put_file(s, "f", "AWS_CONFIG_FILE", recorded_reply(s, "config.ini"));
}

/* A CLI that prints role_keys when it is called as it has to be. */
static void put_good_cli(struct fixture *s, const char *options)
{
    char *script = mem_printf("[ \"$*\" = 'configure export-credentials --format process%s' ] || exit 9\n"
                              "cat <<'END'\n"
                              "{\n  \"Version\": 1,\n  \"AccessKeyId\": \"%s\",\n  \"SecretAccessKey\": \"%s\",\n"
                              "  \"SessionToken\": \"%s\",\n  \"Expiration\": \"2030-01-01T00:00:00+00:00\"\n}\n"
                              "END",
                              options, role_keys.id, role_keys.secret, role_keys.token);

    put_cli(s, script);
    free(script);
}

static void a_role_by_the_cli(void **state)
{
    struct fixture *s = *state;

    put_shared_files(s);
    put_good_cli(s, "");
    setenv("AWS_PROFILE", "operator", 1);
    aws_server_knows(s->server, &role_keys);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);
    assert_non_null(strstr(aws_server_last(s->server), role_keys.id));

    /* A profile that is asked for is passed on, and goes before the environment's keys. */
    put_good_cli(s, " --profile operator");
    set_keys(&session_keys);
    find_redis(s, "trainium-inferentia", "operator");
    is_cluster(s);
}

static void what_the_cli_cannot_do_is_passed_on(void **state)
{
    static const struct {
        const char *script, *why;
    } are[] = {
        {"echo 'Error loading SSO Token: Token for work does not exist' >&2; exit 255",
         "no credentials for AWS: AWS: profile single (sso_session): aws ended with status 255: Error loading SSO "
         "Token: "
         "Token for work does not exist"},
        {"echo 'aws: error: argument subcommand: Invalid choice, valid choices are:' >&2; exit 2",
         "no credentials for AWS: AWS: profile single (sso_session): this aws has no `configure export-credentials`: "
         "AWS "
         "CLI 2.9 or newer has"},
        {"echo '{\"Version\": 1}'", "no credentials for AWS: AWS: profile single (sso_session): aws configure "
                                    "export-credentials: credentials that "
                                    "lack a key, or have one that cannot be sent"},
        {"head -c 100000 /dev/zero | tr '\\0' 'x'",
         "no credentials for AWS: AWS: profile single (sso_session): aws configure export-credentials: more than 65536 "
         "bytes"},
    };
    struct fixture *s = *state;

    put_shared_files(s);
    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        put_cli(s, are[i].script);
        find_redis(s, NULL, "single");
        assert_string_equal(s->said, are[i].why);
    }
    setenv("PATH", "/nowhere", 1);
    find_redis(s, NULL, "single");
    assert_string_equal(s->said,
                        "no credentials for AWS: AWS: profile single (sso_session): aws: no such program: install "
                        "the AWS CLI, or put keys into the environment");
    assert_int_equal(s->redis.state, AWS_DENIED);
}

/* The AWS CLI itself, where this machine has one that knows the command. */
static void the_cli_itself_runs_a_credential_process(void **state)
{
    struct fixture *s = *state;
    char *config = mem_printf("[profile p]\ncredential_process = /bin/sh %s/keys.sh\n", s->folder);
    char *script =
        mem_printf("printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\",\"SessionToken\":"
                   "\"%s\"}'\n",
                   role_keys.id, role_keys.secret, role_keys.token);

    put_file(s, "f", "AWS_CONFIG_FILE", config);
    put_file(s, "keys.sh", "RAYDECK_TEST_KEYS", script);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    aws_server_knows(s->server, &role_keys);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", "p");
    unsetenv("RAYDECK_TEST_KEYS");
    free(config);
    free(script);
    if (s->err && (strstr(s->said, "no such program") || strstr(s->said, "AWS CLI 2.9"))) skip();
    is_cluster(s);
}

static void a_web_identity(void **state)
{
    struct fixture *s = *state;

    put_file(s, "token", "AWS_WEB_IDENTITY_TOKEN_FILE", "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl-not-one\n");
    setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/irsa", 1);
    aws_server_knows(s->server, &web_keys);
    server_says(s, "AssumeRoleWithWebIdentity",
                "WebIdentityToken=eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl-not-one "
                "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Firsa",
                200, "sts-web.xml");
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);
    assert_int_equal(aws_server_asked(s->server, "AssumeRoleWithWebIdentity"), 1);
}

static void a_web_identity_that_is_refused(void **state)
{
    struct fixture *s = *state;

    put_file(s, "token", "AWS_WEB_IDENTITY_TOKEN_FILE", "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl-not-one");
    setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/irsa", 1);
    aws_server_says(s->server,
                    (struct aws_says){.what = "AssumeRoleWithWebIdentity",
                                      .status = 400,
                                      .body = "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>No "
                                              "good: eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl-not-one</Message></Error>"
                                              "</ErrorResponse>"});
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_AUTH);
    assert_int_equal(s->redis.state, AWS_DENIED);
    assert_true(strncmp(s->said, "no credentials for AWS: AWS sts: InvalidIdentityToken", 53) == 0);
}

static void the_containers_agent(void **state)
{
    struct fixture *s = *state;
    char *url = mem_printf("%s/v1/credentials", aws_server_url(s->server));

    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    free(url);
    put_file(s, "token", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "pod-identity-s3cr3t\n");
    server_says(s, "GET /v1/credentials ", "Authorization: pod-identity-s3cr3t", 200, "agent.json");
    aws_server_knows(s->server, &agent_keys);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);
    assert_int_equal(aws_server_asked(s->server, "GET /v1/credentials "), 1);
    assert_null(strstr(aws_server_last(s->server), "s3cr3t"));

    /* A token file that is not there is the end: IMDS is not asked instead. */
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere/token", 1);
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_AUTH);
    assert_non_null(strstr(s->said, "/nowhere/token"));
}

static void imds_of_the_instance(void **state)
{
    struct fixture *s = *state;

    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws_server_url(s->server), 1);
    aws_server_says(s->server, (struct aws_says){.what = "PUT /latest/api/token ",
                                                 .needs = "ec2-metadata-token-ttl-seconds:",
                                                 .status = 200,
                                                 .body = "imds-s3cr3t"});
    aws_server_says(s->server, (struct aws_says){.what = "GET /latest/meta-data/iam/security-credentials/ ",
                                                 .needs = "metadata-token: imds-s3cr3t",
                                                 .status = 200,
                                                 .body = "node-role"});
    server_says(s, "GET /latest/meta-data/iam/security-credentials/node-role ", "imds-s3cr3t", 200, "imds.json");
    aws_server_knows(s->server, &imds_keys);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);
}

static void imds_that_does_not_answer(void **state)
{
    struct fixture *s = *state;

    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws_server_url(s->server), 1);
    aws_server_says(s->server, (struct aws_says){.what = "PUT /latest/api/token ", .mute = true});
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_AUTH);
    assert_int_equal(s->redis.state, AWS_DENIED);
    assert_string_equal(s->said,
                        "no credentials for AWS: IMDS: no answer to the token (in a pod, the instance's hop limit "
                        "may be 1)");
}

static void imds_without_a_role(void **state)
{
    struct fixture *s = *state;

    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws_server_url(s->server), 1);
    aws_server_says(s->server, (struct aws_says){.what = "PUT /latest/api/token ", .status = 200, .body = "t"});
    find_redis(s, NULL, NULL);
    assert_string_equal(s->said, "no credentials for AWS: IMDS: the role: HTTP 404: the instance has no role");
}

static void what_is_wrong_before_anything_is_asked(void **state)
{
    static const struct {
        const char *profile, *why;
    } are[] = {
        {"nobody", "AWS: no profile nobody in the shared files"},
        {"pod", "no credentials for AWS: the web identity's token: /nowhere/token: cannot be opened: No such file or "
                "directory"},
    };
    struct fixture *s = *state;

    put_file(s, "c", "AWS_SHARED_CREDENTIALS_FILE", recorded_reply(s, "credentials.ini"));
    put_file(s, "f", "AWS_CONFIG_FILE", recorded_reply(s, "config.ini"));
    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        find_redis(s, NULL, are[i].profile);
        assert_string_equal(s->said, are[i].why);
    }
    unsetenv("AWS_REGION");
    find_redis(s, NULL, "operator");
    assert_string_equal(s->said, "AWS: no region: set AWS_REGION, or region in the profile");
    setenv("AWS_REGION", "evil.example/#", 1);
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_USAGE);
    setenv("AWS_REGION", REGION, 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIA\r\nX-Evil: 1", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t", 1);
    find_redis(s, NULL, NULL);
    assert_string_equal(s->said,
                        "no credentials for AWS: AWS: the environment's keys: one is missing, or cannot be sent");
    set_keys(&env_keys);
    setenv("AWS_ENDPOINT_URL", "gopher://x", 1);
    find_redis(s, NULL, NULL);
    assert_string_equal(s->said, "AWS: the endpoint URL given for elasticache is none of http or https");
    assert_int_equal(aws_server_refused(s->server), 0);
}

/* ---- trouble ------------------------------------------------------------------------------------------------- */

static void a_wrong_signature_is_refused(void **state)
{
    struct fixture *s = *state;
    struct sigv4_keys other = env_keys;

    other.secret = "not the one";
    set_keys(&env_keys);
    aws_server_knows(s->server, &other);
    with_cluster(s);
    find_redis(s, "trainium-inferentia", NULL);
    assert_int_equal(s->err, ERR_AUTH);
    assert_int_equal(s->redis.state, AWS_DENIED);
    assert_true(strncmp(s->said, "AWS elasticache: SignatureDoesNotMatch: The request signature we calculated", 75) ==
                0);
    assert_int_equal(aws_server_refused(s->server), 1); /* and not tried again */
}

static void an_expired_token(void **state)
{
    struct fixture *s = *state;

    set_keys(&session_keys);
    aws_server_knows(s->server, &session_keys);
    server_says(s, "DescribeReplicationGroups", NULL, 403, "expired.xml");
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_AUTH);
    assert_int_equal(s->redis.state, AWS_DENIED);
    assert_string_equal(s->said,
                        "AWS elasticache: ExpiredToken: The security token included in the request is expired");
}

static void without_permission(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    server_says(s, "DescribeReplicationGroups", NULL, 403, "denied.xml");
    server_says(s, "DescribeCacheClusters", "CacheClusterId=trainium-inferentia", 200, "cluster.xml");
    server_says(s, "DescribeCacheClusters", NULL, 404, "cluster-not-found.xml");
    server_says(s, "DescribeCacheParameters", NULL, 403, "denied.xml");
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_FORBIDDEN);
    assert_int_equal(s->redis.state, AWS_DENIED);
    assert_non_null(strstr(s->said, "is not authorized to perform: elasticache:DescribeReplicationGroups"));
    /* Who may see clusters finds the one that is named; what is not among them may be a group: denied, not "none". */
    find_redis(s, "trainium-inferentia", NULL);
    is_cluster(s);
    find_redis(s, "other", NULL);
    assert_int_equal(s->redis.state, AWS_DENIED);
}

static void slow_down_and_cut_are_asked_again(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    aws_server_says(s->server, (struct aws_says){.what = "DescribeReplicationGroups",
                                                 .status = 400,
                                                 .body = recorded_reply(s, "throttled.xml"),
                                                 .times = 1});
    aws_server_says(s->server, (struct aws_says){.what = "DescribeReplicationGroups",
                                                 .status = 200,
                                                 .body = recorded_reply(s, "groups-none.xml"),
                                                 .cut = 60,
                                                 .times = 1});
    with_cluster(s);
    find_redis(s, NULL, NULL);
    is_cluster(s);
    assert_int_equal(aws_server_asked(s->server, "DescribeReplicationGroups"), 3);
}

static void always_cut(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    aws_server_says(s->server, (struct aws_says){.what = "DescribeReplicationGroups",
                                                 .status = 200,
                                                 .body = recorded_reply(s, "group.xml"),
                                                 .cut = 900});
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_RESET);
    assert_int_equal(s->redis.state, AWS_FAILED);
    assert_int_equal(aws_server_asked(s->server, "DescribeReplicationGroups"), 3);
}

static void half_an_answer_that_says_it_is_whole(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    aws_server_says(s->server, (struct aws_says){.what = "DescribeReplicationGroups",
                                                 .status = 200,
                                                 .body = recorded_reply(s, "group.xml"),
                                                 .len = 900});
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_PARSE);
    assert_int_equal(s->redis.state, AWS_FAILED);
}

static void fifty_megabytes(void **state)
{
    struct fixture *s = *state;
    const size_t len = 50u * 1024 * 1024;
    char *body = mem_alloc(len + 1);

    memset(body, 'x', len);
    body[len] = '\0';
    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    aws_server_says(s->server,
                    (struct aws_says){.what = "DescribeReplicationGroups", .status = 200, .body = body, .len = len});
    find_redis(s, NULL, NULL);
    free(body);
    assert_int_equal(s->err, ERR_LIMIT);
    assert_int_equal(s->redis.state, AWS_FAILED);
}

static void pages_without_end(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    aws_server_says(s->server, (struct aws_says){.what = "DescribeReplicationGroups",
                                                 .status = 200,
                                                 .body = "<DescribeReplicationGroupsResponse>"
                                                         "<DescribeReplicationGroupsResult><ReplicationGroups/>"
                                                         "<Marker>m</Marker></DescribeReplicationGroupsResult>"
                                                         "</DescribeReplicationGroupsResponse>"});
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_LIMIT);
    assert_int_equal(aws_server_asked(s->server, "DescribeReplicationGroups"), AWS_PAGES);
}

static void nobody_listens(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    setenv("AWS_ENDPOINT_URL_ELASTICACHE", "http://127.0.0.1:1", 1);
    find_redis(s, NULL, NULL);
    assert_int_equal(s->err, ERR_REFUSED);
    assert_int_equal(s->redis.state, AWS_FAILED);
}

static void it_can_be_stopped_at_any_time(void **state)
{
    struct fixture *s = *state;

    set_keys(&env_keys);
    aws_server_knows(s->server, &env_keys);
    with_cluster(s);
    find_start(s, NULL, NULL);
    aws_find_free(s->find); /* before it began */
    s->find = NULL;
    for (unsigned n = 1; n <= 4; n++) {
        unsigned before = aws_server_asked(s->server, "DescribeReplicationGroups");
        find_start(s, NULL, NULL);
        UNTIL(s, aws_server_asked(s->server, "DescribeReplicationGroups") == before + 1);
        for (unsigned i = 0; i < n; i++) loop_step(s->loop, 1);
        aws_find_free(s->find);
        s->find = NULL;
        s->done = 0;
        for (int i = 0; i < 20; i++) loop_step(s->loop, 1);
        assert_int_equal(s->done, 0);
    }
}

/* Nor does it wait for an agent or an instance that says nothing. */
static void it_can_be_stopped_while_credentials_are_read(void **state)
{
    static const char *const asked[] = {"GET /v1/credentials ", "PUT /latest/api/token "};
    struct fixture *s = *state;
    char *url = mem_printf("%s/v1/credentials", aws_server_url(s->server));

    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        if (i) {
            unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
            unsetenv("AWS_EC2_METADATA_DISABLED");
            setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws_server_url(s->server), 1);
        } else {
            setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
        }
        aws_server_says(s->server, (struct aws_says){.what = asked[i], .mute = true});
        find_start(s, NULL, NULL);
        UNTIL(s, aws_server_asked(s->server, asked[i]) == 1);
        aws_find_free(s->find);
        s->find = NULL;
        for (int n = 0; n < 20; n++) loop_step(s->loop, 1);
        assert_int_equal(s->done, 0);
    }
    free(url);
}

static void a_token_of_imds_is_one_word(void **state)
{
    static const char *const tokens[] = {"", "two words", "\r\nt"};
    struct fixture *s = *state;

    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws_server_url(s->server), 1);
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        aws_server_says(s->server,
                        (struct aws_says){.what = "PUT /latest/api/token ", .status = 200, .body = tokens[i]});
        find_redis(s, NULL, NULL);
        assert_int_equal(s->err, ERR_AUTH);
        assert_string_equal(s->said, "no credentials for AWS: IMDS: a token that is none");
    }
}

/* IAM's role names have at most 64 characters; ours must hold them with a path before. */
static void a_roles_name_is_one_word_of_a_limited_length(void **state)
{
    static const struct {
        size_t len;
        const char *tail, *said;
    } are[] = {
        {128, "", "the instance has no role"}, /* nobody answers for its keys */
        {129, "", "a role's name that is none"}, {4, " x", "a role's name that is none"},
        {4, "/x", "a role's name that is none"}, {4, "?x", "a role's name that is none"},
        {0, "", "a role's name that is none"},
    };
    struct fixture *s = *state;

    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws_server_url(s->server), 1);
    aws_server_says(s->server, (struct aws_says){.what = "PUT /latest/api/token ", .status = 200, .body = "t"});
    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        char name[200];
        memset(name, 'r', are[i].len);
        snprintf(name + are[i].len, sizeof name - are[i].len, "%s", are[i].tail);
        aws_server_says(
            s->server,
            (struct aws_says){.what = "GET /latest/meta-data/iam/security-credentials/ ", .status = 200, .body = name});
        find_redis(s, NULL, NULL);
        if (!strstr(s->said, are[i].said)) fail_msg("%zu: %s", i, s->said);
    }
}

static void keep_err(void *arg, const struct http_answer *a)
{
    *(enum err *)arg = a->err;
}

static void what_would_break_the_signatures_header_is_not_sent(void **state)
{
    static const struct http_sigv4 bad[] = {
        {REGION, "elasticache", "A, SignedHeaders=x", "s"},
        {REGION, "elasticache", "A\r\nX: y", "s"},
        {REGION, "elasticache", "", "s"},
        {REGION, "elasticache", "A", NULL},
        {REGION, "elasticache", "A", "s\n"},
        {"a:b", "elasticache", "A", "s"},
        {NULL, "elasticache", "A", "s"},
        {REGION, "a/b", "A", "s"},
    };
    struct fixture *s = *state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        enum err err = ERR_OK;
        const struct http_ask ask = {.method = "POST", .url = aws_server_url(s->server), .body = "", .sigv4 = bad[i]};
        http_send(s->http, &ask, &(struct http_calls){.done = keep_err, .arg = &err});
        UNTIL(s, err != ERR_OK);
        assert_int_equal(err, ERR_USAGE);
    }
    assert_string_equal(aws_server_last(s->server), "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_single_node_by_its_id),
        T(the_only_one_without_an_id),
        T(a_group_and_its_primary),
        T(a_member_leads_to_its_group),
        T(one_that_is_being_created),
        T(what_cannot_be_used),
        T(none_at_all),
        T(several_are_named),
        T(keys_of_a_profile),
        T(a_role_by_the_cli),
        T(what_the_cli_cannot_do_is_passed_on),
        T(the_cli_itself_runs_a_credential_process),
        T(a_web_identity),
        T(a_web_identity_that_is_refused),
        T(the_containers_agent),
        T(imds_of_the_instance),
        T(imds_that_does_not_answer),
        T(imds_without_a_role),
        T(what_is_wrong_before_anything_is_asked),
        T(a_wrong_signature_is_refused),
        T(an_expired_token),
        T(without_permission),
        T(slow_down_and_cut_are_asked_again),
        T(always_cut),
        T(half_an_answer_that_says_it_is_whole),
        T(fifty_megabytes),
        T(pages_without_end),
        T(nobody_listens),
        T(it_can_be_stopped_at_any_time),
        T(it_can_be_stopped_while_credentials_are_read),
        T(a_token_of_imds_is_one_word),
        T(a_roles_name_is_one_word_of_a_limited_length),
        T(what_would_break_the_signatures_header_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
