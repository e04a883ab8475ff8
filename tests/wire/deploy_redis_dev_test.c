/* deploy_redis_dev_test.c - a deployment with the Redis for development: its password is made once and told to nobody,
 * and nothing that needs it is applied before it is ready. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/deploy_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char manifest[] =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: gcs-redis, namespace: $RAY_SERVE_NAMESPACE}\n"
    "stringData: {password: $REDIS_PASSWORD, token: $HUGGING_FACE_HUB_TOKEN}\n"
    "---\n"
    "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: mistral, namespace: $RAY_SERVE_NAMESPACE}\n"
    "spec:\n"
    "  serveConfigV2: |\n"
    "    applications:\n    - {name: a, import_path: m:e, deployments: [{name: d, num_replicas: 2, "
    "max_replicas_per_node: 1}]}\n"
    "  rayClusterConfig:\n"
    "    rayVersion: '2.60.0'\n"
    "    gcsFaultToleranceOptions: {redisAddress: '$REDIS_SCHEME://$EXT_REDIS_ENDPOINT:$REDIS_PORT', redisPassword: "
    "{valueFrom: {secretKeyRef: {name: gcs-redis, key: password}}}}\n"
    "    headGroupSpec: {rayStartParams: {num-cpus: '0'}, template: {spec: {containers: [{name: head, image: "
    "'ray:2.60.0'}]}}}\n"
    "    workerGroupSpecs:\n"
    "    - {groupName: cpu, replicas: 2, minReplicas: 2, maxReplicas: 5, rayStartParams: {}, template: {spec: "
    "{containers: [{name: w, image: 'ray:2.60.0'}]}}}\n";

#define NS "/api/v1/namespaces/mistral"
#define NONE "{\"kind\":\"Status\",\"code\":404}"
#define SECRET_GET "GET " NS "/secrets/gcs-redis-dev "
#define SECRET_IS                                                                                                      \
    "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"gcs-redis-dev\"},\"data\":{\"password\":\"aHVudGVyMg==\"}}"
#define SET_GET "GET /apis/apps/v1/namespaces/mistral/statefulsets/gcs-redis-dev "
#define SET(ready)                                                                                                     \
    "{\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"gcs-redis-dev\",\"generation\":1},\"status\":{"                \
    "\"observedGeneration\":1,\"readyReplicas\":" ready ",\"currentRevision\":\"a\",\"updateRevision\":\"a\"}}"
#define SET_POST "POST /apis/apps/v1/namespaces/mistral/statefulsets?"
#define SERVICE_POST "POST /apis/ray.io/v1/namespaces/mistral/rayservices?"
#define SECRET_POST "POST " NS "/secrets?"

#define UNTIL_READY                                                                                                    \
    {SET_GET, 404, NONE, 0, 1}, {SET_GET, 200, SET("0"), 1, 3},                                                        \
    {                                                                                                                  \
        SET_GET, 200, SET("1"), 3, 99                                                                                  \
    }

static struct deploy_script *run_of(const struct answer_row *rows, struct deploy_script_how how)
{
    struct deploy_script *r = deploy_script_new(rows);
    r->empty = true;
    how.text = manifest;
    how.redis_dev = true;
    deploy_script_run(r, &how);
    return r;
}

/* The password in the Secret that was sent, decoded. Caller frees. */
static char *password_sent(const struct deploy_script *r)
{
    const char *secret = strstr(r->bodies, "\"data\":{\"password\":\"");
    assert_non_null(secret);
    secret += strlen("\"data\":{\"password\":\"");
    struct buf plain;
    buf_init(&plain, 1024);
    assert_int_equal(text_base64_decode(secret, strcspn(secret, "\""), &plain), ERR_OK);
    return buf_take(&plain);
}

static void told_to_nobody(const struct deploy_script *r, const char *secret)
{
    assert_null(strstr(r->run.said, secret));
    assert_null(strstr(r->run.why, secret));
    assert_null(strstr(r->run.log, secret));
    assert_null(strstr(r->question, secret));
}

static void it_is_made_first_and_waited_for(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SECRET_GET, 404, NONE, 0, 0}, UNTIL_READY, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = run_of(rows, (struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "  Redis: secret/gcs-redis-dev: new, with a generated password\n= Redis ok\n");
    deploy_script_said(r, "  difference: statefulset.apps/gcs-redis-dev: new\n");
    deploy_script_said(r, "= apply running: statefulset.apps/gcs-redis-dev is not ready\n");
    deploy_script_said(r, "  apply: statefulset.apps/gcs-redis-dev is ready\n  apply: secret/gcs-redis");
    assert_non_null(strstr(r->question, "secret/gcs-redis-dev: new\n"));
    const char *secret = strstr(r->run.log, SECRET_POST), *set = strstr(r->run.log, SET_POST),
               *service = strstr(r->run.log, SERVICE_POST);
    assert_true(secret && set && service && secret < set && set < service);
    assert_non_null(strstr(r->bodies, "redis://gcs-redis-dev.mistral.svc:6379"));
    char *password = password_sent(r);
    assert_int_equal(strlen(password), 64);
    assert_int_equal(strspn(password, "0123456789abcdef"), 64);
    assert_non_null(strstr(r->bodies, password)); /* in the Secret that the RayService refers to */
    told_to_nobody(r, password);
    free(password);
    free(r);
}

static void another_run_uses_the_same_password(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SECRET_GET, 200, SECRET_IS, 0, 0}, UNTIL_READY, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = run_of(rows, (struct deploy_script_how){0});
    if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
    deploy_script_said(r, "  Redis: secret/gcs-redis-dev exists: its password is used\n");
    assert_null(strstr(r->question, "secret/gcs-redis-dev"));
    assert_null(strstr(r->bodies, "\"data\":{\"password\""));
    assert_non_null(strstr(r->bodies, "\"password\":\"hunter2\""));
    told_to_nobody(r, "hunter2");
    free(r);
}

static void nothing_is_changed(const struct deploy_script *r)
{
    assert_null(strstr(r->run.log, "fieldManager=raydeck\n"));
    assert_null(strstr(r->run.log, "fieldValidation=Strict\n"));
}

/* Somebody made it in the moment between: its password is another one. */
static void a_secret_that_appears_is_not_changed(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {
        {SECRET_GET, 404, NONE, 0, 1}, {SECRET_GET, 200, SECRET_IS, 1, 99}, UNTIL_READY, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = run_of(rows, (struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_CONFLICT);
    deploy_script_said(r, "# dry run: secret/gcs-redis-dev: it was created by another client since it was shown: not "
                          "changed\n");
    nothing_is_changed(r);
    free(r);
}

static void a_secret_without_a_password_is_named(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{\"kind\":\"Secret\"}", "{\"data\":{\"password\":\"%%\"}}",
                                         "{\"data\":{\"password\":\"\"}}", "{\"data\":{\"password\":\"YSBi\"}}"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        const struct answer_row rows[] = {{SECRET_GET, 200, bodies[i], 0, 0}, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = run_of(rows, (struct deploy_script_how){0});
        assert_int_equal(r->run.err, ERR_PARSE);
        deploy_script_said(r, "# Redis: secret/gcs-redis-dev in namespace mistral has no usable password");
        nothing_is_changed(r);
        free(r);
    }
}

static void a_redis_that_does_not_get_ready_holds_the_rest(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SECRET_GET, 404, NONE, 0, 0},
                                             {SET_GET, 404, NONE, 0, 1},
                                             {SET_GET, 200, SET("0"), 1, 9999},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = run_of(rows, (struct deploy_script_how){0});
    assert_int_equal(r->run.err, ERR_TIMEOUT);
    deploy_script_said(r, "# apply: what needs Redis: statefulset.apps/gcs-redis-dev is not ready\n");
    deploy_script_said(r, "  apply: not applied: secret/gcs-redis, rayservice.ray.io/mistral; deploy can safely be run "
                          "again\n");
    assert_null(strstr(r->run.log, SERVICE_POST));
    free(r);
}

static void a_refusal_makes_nothing(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{SECRET_GET, 404, NONE, 0, 0}, UNTIL_READY, {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = run_of(rows, (struct deploy_script_how){.no = true});
    assert_int_equal(r->run.err, ERR_GUARD);
    nothing_is_changed(r);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_made_first_and_waited_for),
                                       cmocka_unit_test(another_run_uses_the_same_password),
                                       cmocka_unit_test(a_secret_that_appears_is_not_changed),
                                       cmocka_unit_test(a_secret_without_a_password_is_named),
                                       cmocka_unit_test(a_redis_that_does_not_get_ready_holds_the_rest),
                                       cmocka_unit_test(a_refusal_makes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
