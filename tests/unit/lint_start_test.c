/* lint_start_test.c - L29 to L34: each has an edit of a clean manifest that trips it, and one that does not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESS "rediss://redis.example:6379"
#define IMAGE "            image: example/ray:2.22.0-py310\n"
#define HEAD_ENV "            env:\n"
#define HEAD_PARAMS "{num-cpus: \"0\"}"
#define REFUSED(with, why)                                                                                             \
    {                                                                                                                  \
        ADDRESS, with, "L29", "Ray does not take the Redis address: " why, 24                                          \
    }

static void an_address_is_one_that_ray_parses(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        REFUSED("rediss://redis.example", "it has no port: Ray has no default for it"),
        REFUSED("rediss://redis.example:6379/0",
                "it has a path or a query: Ray takes all that follows the last colon for the port"),
        REFUSED("rediss://redis.example:6379/",
                "it has a path or a query: Ray takes all that follows the last colon for the port"),
        REFUSED("rediss://redis.example:0", "its port is not a number from 1 to 65535"),
        REFUSED("rediss://redis.example:65536", "its port is not a number from 1 to 65535"),
        REFUSED("rediss://redis.example:redis", "its port is not a number from 1 to 65535"),
        REFUSED("\"rediss://redis.example:6379?db=1\"",
                "it has a path or a query: Ray takes all that follows the last colon for the port"),
        {ADDRESS, "redis+sentinel://redis.example:6379", "L25 L29", NULL, 24},
        {ADDRESS, "tcp://redis.example:6379", "L25 L29", NULL, 24},
        {ADDRESS, "unix:///run/redis.sock", "L25 L29", NULL, 24}, /* no empty variable: another scheme */
        {ADDRESS, "redis.example:6379", "L25", NULL, 24},         /* redis:// is what Ray takes it for */
        {ADDRESS, "rediss://user@redis.example:6379", "L25 L29", NULL, 24},
        {ADDRESS, "REDISS://redis.example:6379", "L25 L29", NULL, 24},
        {ADDRESS, "rediss://user:hunter22@redis.example:6379", "L25 L29", NULL, 24},
        {ADDRESS, "\"rediss://redis.example:6379,redis.example\"", "L29", NULL, 24}, /* each one of several */
        {ADDRESS, "\"rediss://redis.example:6379,redis.example:6380\"", "", NULL, 0},
        {ADDRESS, "rediss://redis.example:26379", "", NULL, 0}, /* Ray asks a sentinel for its master */
        {ADDRESS, "'rediss://[fd00::1]:6379'", "", NULL, 0},
        {ADDRESS, "rediss://$(REDIS_HOST)", "", NULL, 0}, /* the rest is the container's */
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

/* No message repeats a password that stands in the address. */
static void a_refusal_never_contains_the_address(void **state)
{
    (void)state;
    char *text = lint_edited(ADDRESS, "rediss://user:hunter22@redis.example:6379");
    struct findings f = lint_run(text, NULL);
    for (size_t i = 0; i < f.count; i++) assert_null(strstr(f.items[i].message, "hunter22"));
    assert_int_equal(f.count, 2);
    findings_done(&f);
    free(text);
}

static void an_internal_name_needs_an_authority_of_its_own(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {ADDRESS, "rediss://redis.apps.svc.cluster.local:6379", "L30",
         "no public authority signs a certificate for this name, and the head has no RAY_REDIS_CA_CERT", 24},
        {ADDRESS, "rediss://redis:6379", "L30", NULL, 24},
        {ADDRESS, "rediss://redis.apps.svc:6379", "L30", NULL, 24},
        {ADDRESS, "rediss://master.demo.abc123.use1.cache.amazonaws.com:6379", "", NULL, 0},
        {ADDRESS, "redis://redis:6379", "L25", NULL, 24},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void found_with(const char *address, const char *old, const char *with, const char *words)
{
    char *text = lint_edited(ADDRESS, address), *at = strstr(text, old);
    assert_non_null(at);
    char *edited = mem_printf("%.*s%s%s", (int)(at - text), text, with, at + strlen(old));
    struct findings f = lint_run(edited, NULL);
    char *found = lint_words(&f);
    assert_string_equal(found, words);
    free(found);
    findings_done(&f);
    free(edited);
    free(text);
}

static void an_authority_comes_by_env_or_a_volume(void **state)
{
    (void)state;
    static const char internal[] = "rediss://redis:6379";
    found_with(internal, HEAD_ENV, HEAD_ENV "            - {name: RAY_REDIS_CA_CERT, value: /tls/ca.crt}\n", "");
    found_with(internal, HEAD_ENV, HEAD_ENV "            - {name: SSL_CERT_FILE, value: /tls/ca.crt}\n", "");
    found_with(internal, HEAD_ENV,
               "            volumeMounts: [{name: ca, mountPath: /etc/ssl/certs/ca.crt}]\n" HEAD_ENV, "");
    found_with(internal, HEAD_ENV, "            volumeMounts: [{name: x, mountPath: /data}]\n" HEAD_ENV, "L30");
    found_with(internal, HEAD_ENV, "            envFrom: [{secretRef: {name: s}}]\n" HEAD_ENV, "L30?");
}

static void an_endpoint_is_a_primary_of_one_shard(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {ADDRESS, "rediss://demo-abc123.serverless.use1.cache.amazonaws.com:6379", "L31",
         "the Redis address is a serverless cache, which is always in cluster mode", 24},
        {ADDRESS, "rediss://clustercfg.demo.abc123.use1.cache.amazonaws.com:6379", "L31", NULL, 24},
        {ADDRESS, "rediss://demo.abc123.clustercfg.use1.cache.amazonaws.com:6379", "L31", NULL, 24},
        {ADDRESS, "rediss://clustercfg.demo.abc123.memorydb.us-east-1.amazonaws.com:6379", "L31", NULL, 24},
        {ADDRESS, "rediss://replica.demo.abc123.use1.cache.amazonaws.com:6379", "L31",
         "the Redis address is a reader endpoint: its replicas reject writes", 24},
        {ADDRESS, "rediss://demo-ro.abc123.ng.0001.use1.cache.amazonaws.com:6379", "L31", NULL, 24},
        {ADDRESS, "rediss://master.demo.abc123.use1.cache.amazonaws.com:6379", "", NULL, 0},
        {ADDRESS, "rediss://demo.abc123.ng.0001.use1.cache.amazonaws.com:6379", "", NULL, 0},
        {ADDRESS, "rediss://replica.example:6379", "", NULL, 0}, /* another's own name */
        {ADDRESS, "rediss://clustercfg.example:6379", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void redis_beside_the_head_leaves_the_gcs_its_port(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {HEAD_PARAMS, "{num-cpus: \"0\", port: \"6380\"}", "", NULL, 0},
        {ADDRESS, "redis://127.0.0.1:6379", "L32",
         "the Redis address is port 6379 of the head's own pod, where its GCS listens", 24},
        {ADDRESS, "redis://localhost:6380", "L33", "the Redis address is in the head's own pod", 24},
        {ADDRESS, "redis://[::1]:6380", "L33", NULL, 24},
        {ADDRESS, "redis://127.example:6379", "L25", NULL, 24},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

#define TIMEOUT "            - {name: RAY_grpc_client_keepalive_timeout_ms, value: \"3000\"}\n"

static void only_what_listens_there_takes_it(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {TIMEOUT, TIMEOUT "          - {name: redis, image: \"docker.io/library/redis:7.2\"}\n", "L32",
         "container redis listens on port 6379 in the head's pod, the GCS's own", 36},
        {TIMEOUT, TIMEOUT "          - {name: kv, image: \"valkey:8@sha256:0123\"}\n", "L32", NULL, 36},
        {TIMEOUT, TIMEOUT "          - {name: x, image: y, ports: [{containerPort: 6379}]}\n", "L32", NULL, 36},
        {TIMEOUT, TIMEOUT "          - {name: redis, image: redis, args: [--port, \"6380\"]}\n", "", NULL, 0},
        {TIMEOUT, TIMEOUT "          - {name: redis, image: redis, args: [/etc/redis.conf]}\n", "", NULL, 0},
        {TIMEOUT, TIMEOUT "          - {name: redis, image: redis, ports: [{containerPort: 6380}]}\n", "", NULL, 0},
        {TIMEOUT, TIMEOUT "          - {name: redis, image: redis, env: [{name: REDIS_PORT, value: \"1\"}]}\n", "",
         NULL, 0},
        {TIMEOUT, TIMEOUT "          - {name: exporter, image: \"redis_exporter:1\"}\n", "", NULL, 0},
        {TIMEOUT, TIMEOUT "          initContainers: [{name: redis, image: redis}]\n", "", NULL, 0}, /* it ends */
        {TIMEOUT, TIMEOUT "          initContainers: [{name: redis, image: redis, restartPolicy: Always}]\n", "L32",
         NULL, 36},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

/* As KubeRay's sample of a sidecar has it: the next head's pod mounts the same claim. */
static void redis_beside_the_head_may_keep_its_data(void **state)
{
    (void)state;
    static const char local[] = "redis://127.0.0.1:6380";
#define SIDECAR(volume)                                                                                                \
    TIMEOUT "          - {name: redis, image: redis, ports: [{containerPort: 6380}], volumeMounts: [{name: d, "        \
            "mountPath: /data}]}\n          volumes: [{name: d, " volume "}]\n"
    found_with(local, TIMEOUT, SIDECAR("persistentVolumeClaim: {claimName: c}"), "");
    found_with(local, TIMEOUT, SIDECAR("emptyDir: {}"), "L33");
}

static void an_address_in_the_environment_is_one_too(void **state)
{
    (void)state;
    static const struct {
        const char *address, *words;
    } cases[] = {{ADDRESS, "L10"},
                 {"rediss://redis.example", "L10 L29"},
                 {"rediss://redis:6379", "L10 L30"},
                 {"rediss://demo-abc123.serverless.use1.cache.amazonaws.com:6379", "L10 L31"},
                 {"redis://127.0.0.1:6379", "L10 L32"},
                 {"redis://127.0.0.1:6380", "L10 L33"}};
    static const char off[] = "    gcsFaultToleranceOptions:\n      redisAddress: " ADDRESS "\n"
                              "      redisPassword: {valueFrom: {secretKeyRef: {name: r, key: p}}}\n";
    static const char none[] = "annotations: {}";
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = lint_edited(off, ""), *at = strstr(text, HEAD_ENV);
        char *with =
            mem_printf("%.*s" HEAD_ENV "            - {name: RAY_REDIS_ADDRESS, value: \"%s\"}\n"
                       "            - {name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: r, key: p}}}\n%s",
                       (int)(at - text), text, cases[i].address, at + strlen(HEAD_ENV));
        at = strstr(with, none);
        char *all =
            mem_printf("%.*sannotations: {ray.io/ft-enabled: \"true\"}%s", (int)(at - with), with, at + strlen(none));
        struct findings f = lint_run(all, NULL);
        char *found = lint_words(&f);
        if (strcmp(found, cases[i].words) != 0) fail_msg("%s: \"%s\"", cases[i].address, found);
        free(found);
        findings_done(&f);
        free(all);
        free(with);
        free(text);
    }
}

static void a_password_on_loopback_may_be_needless(void **state)
{
    (void)state;
    found_with("redis://127.0.0.1:6380", "      redisPassword: {valueFrom: {secretKeyRef: {name: r, key: p}}}\n", "",
               "L25? L33");
}

static void head_and_workers_run_the_same_ray(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {IMAGE, "            image: example/ray:2.23.0-py310\n", "L22 L34", NULL, 0},
        {IMAGE, "            image: example/ray:2.22.0-py311\n", "L34",
         "inf2: the image is of Python py310, the head's of py311", 46},
        {IMAGE, "            image: example/ray:2.22.0\n", "", NULL, 0}, /* names no Python */
        {IMAGE, "            image: example/other:2.23.0\n", "", NULL, 0},
        {IMAGE, "            image: example/ray:2.22.0-py310-gpu\n", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_one_that_ray_parses),
        cmocka_unit_test(a_refusal_never_contains_the_address),
        cmocka_unit_test(an_internal_name_needs_an_authority_of_its_own),
        cmocka_unit_test(an_authority_comes_by_env_or_a_volume),
        cmocka_unit_test(an_endpoint_is_a_primary_of_one_shard),
        cmocka_unit_test(redis_beside_the_head_leaves_the_gcs_its_port),
        cmocka_unit_test(only_what_listens_there_takes_it),
        cmocka_unit_test(redis_beside_the_head_may_keep_its_data),
        cmocka_unit_test(an_address_in_the_environment_is_one_too),
        cmocka_unit_test(a_password_on_loopback_may_be_needless),
        cmocka_unit_test(head_and_workers_run_the_same_ray),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
