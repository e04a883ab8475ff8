/* sim_deploy_test.c - from an empty simulated cluster to a RayService that serves, and back to nothing. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/sim_worlds.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/shape.h"
#include "tests/support/sim_fixture.h"

#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YAML "application/apply-patch+yaml"
#define AS "?fieldManager=raydeck"
#define NAMESPACE "/api/v1/namespaces/mistral"
#define SERVICES "/apis/ray.io/v1/namespaces/mistral/rayservices"
#define SERVICE SERVICES "/mistral"
#define CLUSTERS "/apis/ray.io/v1/namespaces/mistral/rayclusters"
#define EVENTS NAMESPACE "/events"
#define PODS NAMESPACE "/pods"

enum { LINE = 512 };

static struct sim_fixture *sim_start(const struct sim_conf *conf)
{
    struct sim_fixture *b = sim_fixture_new(conf);
    cJSON_Delete(sim_fixture_ask(b, "PATCH", NAMESPACE AS, YAML,
                                 "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"mistral\"}}",
                                 201));
    sim_fixture_hold_clock(b); /* a Job that is complete is there for a second */
    return b;
}

static int sim_setup(void **state)
{
    const struct sim_conf conf = {.seed = 5, .speed = 100, .no_redis = true, .empty = true};
    *state = sim_start(&conf);
    return 0;
}

static int sim_with_redis_setup(void **state)
{
    const struct sim_conf conf = {.seed = 5, .speed = 50, .empty = true};
    *state = sim_start(&conf);
    return 0;
}

static int running_up(void **state)
{
    const struct sim_conf conf = {.seed = 5, .speed = 50};
    *state = sim_fixture_new(&conf);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_fixture_free(*state);
    return 0;
}

/* The value of a line NAME=VALUE of DIR/env; caller frees. */
static char *variable_value(struct sim_fixture *b, const char *name)
{
    char *path = mem_printf("%s/env", b->folder), line[LINE], *found = NULL;
    FILE *f = fopen(path, "re");
    free(path);
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        size_t len = strlen(name);
        if (strncmp(line, name, len) == 0 && line[len] == '=') found = mem_str(line + len + 1);
    }
    fclose(f);
    assert_non_null(found);
    return found;
}

/* The recorded RayService with our Redis. Caller frees. */
static cJSON *service_of(struct sim_fixture *b)
{
    cJSON *service = fixture_json("tests/fixtures/sim/rayservice-applied.json");
    char *port = variable_value(b, "REDIS_PORT"), *host = variable_value(b, "EXT_REDIS_ENDPOINT");
    char *address = mem_printf("redis://%s:%s", host, port);
    cJSON *options = (cJSON *)(uintptr_t)json_path(service, "spec.rayClusterConfig.gcsFaultToleranceOptions");
    cJSON_ReplaceItemInObject(options, "redisAddress", cJSON_CreateString(address));
    free(port);
    free(host);
    free(address);
    return service;
}

static void apply_service(struct sim_fixture *b, const cJSON *service, long status)
{
    char *text = cJSON_PrintUnformatted(service);
    cJSON_Delete(sim_fixture_ask(b, "PATCH", SERVICE AS "&force=true", YAML, text, status));
    cJSON_free(text);
}

static void service_deploy(struct sim_fixture *b)
{
    cJSON *service = service_of(b);
    apply_service(b, service, 201);
    cJSON_Delete(service);
    cJSON_Delete(sim_fixture_wait(b, SERVICE, "\"NonZeroServeEndpoints\""));
}

static int item_count(struct sim_fixture *b, const char *path)
{
    cJSON *list = sim_fixture_get(b, path, 200);
    int count = cJSON_GetArraySize(json_get(list, "items"));
    cJSON_Delete(list);
    return count;
}

/* How many events with that reason there are. */
static unsigned event_count(struct sim_fixture *b, const char *reason)
{
    cJSON *list = sim_fixture_get(b, EVENTS, 200);
    unsigned count = 0;
    JSON_EACH (e, json_get(list, "items"))
        if (strcmp(json_str(e, "reason"), reason) == 0) count++;
    cJSON_Delete(list);
    return count;
}

/* Holds ours against what was recorded under that name; `ours` may have specs, which were not kept. */
static void as_recorded(const char *name, const cJSON *ours)
{
    static const char *const except[] = {".spec",
                                         ".metadata.managedFields",
                                         ".metadata.annotations",
                                         ".status.activeServiceStatus.applicationStatuses",
                                         ".status.pendingServiceStatus.applicationStatuses",
                                         NULL};
    cJSON *all = fixture_json("tests/fixtures/sim/recorded-deploy.json");
    print_message("%s\n", name);
    shape_assert(json_get(all, name), ours, except);
    cJSON_Delete(all);
}

static void as_recorded_event(const cJSON *event)
{
    static const char *const except[] = {".kind", ".apiVersion", NULL};
    cJSON *all = fixture_json("tests/fixtures/sim/recorded-deploy.json");
    shape_assert(json_get(all, "event-failed-scheduling"), event, except);
    cJSON_Delete(all);
}

static const cJSON *condition_of(const cJSON *obj, const char *type)
{
    JSON_EACH (c, json_path(obj, "status.conditions"))
        if (strcmp(json_str(c, "type"), type) == 0) return c;
    fail_msg("no condition %s", type);
    return NULL;
}

static void the_image_of_its_variables_is_of_its_ray(void **state)
{
    char *image = variable_value(*state, "RAY_SERVE_IMAGE");
    assert_non_null(strstr(image, ":2.60.0"));
    free(image);
}

/* ---- the way up -------------------------------------------------------------------------------------------------- */

static void an_empty_cluster_has_kuberay_and_nodes(void **state)
{
    struct sim_fixture *b = *state;
    assert_int_equal(item_count(b, "/api/v1/nodes"), 3);
    assert_int_equal(item_count(b, "/api/v1/pods"), 0);
    assert_int_equal(item_count(b, "/apis/ray.io/v1/rayservices"), 0);
    assert_int_equal(item_count(b, "/apis/ray.io/v1/rayclusters"), 0);
    cJSON *op = sim_fixture_get(b, "/apis/apps/v1/namespaces/kuberay-operator/deployments/kuberay-operator", 200);
    const cJSON *container = cJSON_GetArrayItem(json_path(op, "spec.template.spec.containers"), 0);
    assert_string_equal(json_str(container, "image"), "quay.io/kuberay/operator:v1.7.0");
    cJSON_Delete(op);
    cJSON_Delete(sim_fixture_get(b, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rayservices.ray.io", 200));
}

static void an_applied_service_comes_up_as_recorded(void **state)
{
    static const char *const reasons[] = {"CreatedRayCluster",  "CreatedServiceAccount",    "CreatedRole",
                                          "CreatedRoleBinding", "CreatedHeadPod",           "UpdatedHeadPodServeLabel",
                                          "Scheduled",          "UpdatedServeApplications", "CreatedWorkerPod"};
    struct sim_fixture *b = *state;
    cJSON *service = service_of(b);
    apply_service(b, service, 201);
    cJSON_Delete(service);
    cJSON *live = sim_fixture_get(b, SERVICE, 200);
    assert_string_equal(json_str(condition_of(live, "Ready"), "reason"), "Initializing");
    assert_int_equal(json_u64(json_get(live, "metadata"), "generation").value, 2);
    as_recorded("rayservice-initializing", live);
    const char *pending = json_str(json_path(live, "status.pendingServiceStatus"), "rayClusterName");
    assert_int_equal(strncmp(pending, "mistral-", 8), 0);
    cJSON_Delete(live);
    live = sim_fixture_wait(b, SERVICE, "\"DEPLOYING\"");
    as_recorded("rayservice-deploying", live);
    cJSON_Delete(live);
    live = sim_fixture_wait(b, SERVICE, "\"NonZeroServeEndpoints\"");
    assert_string_equal(json_str(json_get(live, "status"), "serviceStatus"), "Running");
    assert_int_equal(json_u64(json_get(live, "status"), "numServeEndpoints").value, 2);
    assert_string_equal(
        json_str(json_path(live, "status.activeServiceStatus.applicationStatuses.mistral-deployment"), "status"),
        "RUNNING");
    cJSON_Delete(live);
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (!event_count(b, reasons[i])) fail_msg("no event %s", reasons[i]);
    assert_int_equal(event_count(b, "CreatedWorkerPod"), 2);
    assert_int_equal(event_count(b, "CreatedService"), 3);
    assert_int_equal(item_count(b, PODS), 3);
    cJSON *clusters = sim_fixture_get(b, CLUSTERS, 200);
    const cJSON *cluster = cJSON_GetArrayItem(json_get(clusters, "items"), 0);
    assert_string_equal(json_str(json_get(cluster, "status"), "state"), "ready");
    assert_string_equal(json_str(condition_of(cluster, "RayClusterProvisioned"), "reason"),
                        "AllPodRunningAndReadyFirstTime");
    cJSON_Delete(clusters);
    cJSON_Delete(sim_fixture_get(b, NAMESPACE "/services/mistral-serve-svc", 200));
    cJSON *answer = sim_fixture_get(b, NAMESPACE "/services/mistral-serve-svc:serve/proxy/infer?sentence=hello", 200);
    assert_int_equal(cJSON_GetArraySize(answer), 1);
    cJSON_Delete(answer);
}

static void pods_are_what_was_applied(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *service = service_of(b), *one = cJSON_CreateObject();
    cJSON *container =
        cJSON_GetArrayItem(json_path(service, "spec.rayClusterConfig.headGroupSpec.template.spec.containers"), 0);
    cJSON_ReplaceItemInObject(container, "image", cJSON_CreateString("example.com/ray:1"));
    cJSON_AddStringToObject(one, "name", "RAY_grpc_client_keepalive_time_ms");
    cJSON_AddStringToObject(one, "value", "2000");
    cJSON_AddItemToArray(cJSON_GetObjectItem(container, "env"), one);
    apply_service(b, service, 201);
    cJSON_Delete(service);
    cJSON *list = sim_fixture_wait(b, PODS "?labelSelector=ray.io%2Fnode-type%3Dhead", "example.com/ray:1");
    char *text = cJSON_PrintUnformatted(list);
    assert_non_null(strstr(text, "{\"name\":\"RAY_grpc_client_keepalive_time_ms\",\"value\":\"2000\"}"));
    assert_non_null(strstr(text, "RAY_REDIS_ADDRESS"));
    assert_null(strstr(text, "REDIS_PASSWORD\",\"valueFrom"));
    cJSON_free(text);
    cJSON_Delete(list);
}

static void without_devices_workers_wait(void **state)
{
    struct sim_fixture *b = *state;
    sim_fixture_say(b, "devices 0");
    cJSON *service = service_of(b);
    apply_service(b, service, 201);
    cJSON_Delete(service);
    cJSON *list = sim_fixture_wait(b, PODS, "Insufficient aws.amazon.com/neuron");
    cJSON_Delete(list);
    list = sim_fixture_wait(b, EVENTS, "FailedScheduling");
    JSON_EACH (e, json_get(list, "items"))
        if (strcmp(json_str(e, "reason"), "FailedScheduling") == 0) {
            assert_string_equal(json_str(e, "type"), "Warning");
            assert_string_equal(json_str(e, "reportingComponent"), "default-scheduler");
            as_recorded_event(e);
        }
    cJSON_Delete(list);
    list = sim_fixture_wait(b, SERVICE, "DEPLOYING");
    assert_string_equal(json_str(condition_of(list, "Ready"), "reason"), "Initializing");
    cJSON_Delete(list);
    sim_fixture_say(b, "devices 6");
    cJSON_Delete(sim_fixture_wait(b, SERVICE, "\"NonZeroServeEndpoints\""));
    list = sim_fixture_get(b, PODS, 200);
    JSON_EACH (p, json_get(list, "items")) assert_string_equal(json_str(json_get(p, "status"), "phase"), "Running");
    cJSON_Delete(list);
}

/* ---- what KubeRay refuses ---------------------------------------------------------------------------------------- */

static void name_head_service(cJSON *service)
{
    cJSON *head = (cJSON *)(uintptr_t)json_path(service, "spec.rayClusterConfig.headGroupSpec");
    cJSON *meta = cJSON_AddObjectToObject(cJSON_AddObjectToObject(head, "headService"), "metadata");
    cJSON_AddStringToObject(meta, "name", "mistral");
}

static void add_head_env(cJSON *service, const char *name)
{
    cJSON *env = (cJSON *)(uintptr_t)json_get(
        cJSON_GetArrayItem(json_path(service, "spec.rayClusterConfig.headGroupSpec.template.spec.containers"), 0),
        "env");
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "name", name);
    cJSON_AddStringToObject(one, "value", "x");
    cJSON_AddItemToArray(env, one);
}

static void address_env(cJSON *service)
{
    add_head_env(service, "RAY_REDIS_ADDRESS");
}

static void password_env(cJSON *service)
{
    add_head_env(service, "REDIS_PASSWORD");
}

static void user_env(cJSON *service)
{
    add_head_env(service, "REDIS_USERNAME");
}

static void service_annotate(cJSON *service)
{
    cJSON *notes = cJSON_AddObjectToObject(cJSON_GetObjectItem(service, "metadata"), "annotations");
    cJSON_AddStringToObject(notes, "ray.io/ft-enabled", "true");
}

static void address_without_ft(cJSON *service)
{
    cJSON *config = (cJSON *)(uintptr_t)json_path(service, "spec.rayClusterConfig");
    cJSON_DeleteItemFromObject(config, "gcsFaultToleranceOptions");
    address_env(service);
}

static void kuberay_refuses_what_it_refuses(void **state)
{
    static const struct {
        void (*spoil)(cJSON *service);
        const char *message;
    } cases[] = {
        {name_head_service, "spec.rayClusterConfig.headGroupSpec.headService.metadata.name should not be set"},
        {address_env, "cannot set `RAY_REDIS_ADDRESS` env var in head Pod when GcsFaultToleranceOptions is enabled"},
        {password_env, "cannot set `REDIS_PASSWORD` env var in head Pod when GcsFaultToleranceOptions is enabled"},
        {user_env, "cannot set redis username in rayStartParams or environment variables"},
        {service_annotate, "ray.io/ft-enabled annotation and GcsFaultToleranceOptions are both set"},
        {address_without_ft, "RAY_REDIS_ADDRESS is set which implicitly enables GCS fault tolerance"},
    };
    struct sim_fixture *b = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cJSON *service = service_of(b);
        cases[i].spoil(service);
        apply_service(b, service, i ? 200 : 201);
        cJSON *live = sim_fixture_get(b, SERVICE, 200);
        const cJSON *ready = condition_of(live, "Ready");
        assert_string_equal(json_str(ready, "reason"), "ValidationFailed");
        assert_string_equal(json_str(ready, "status"), "False");
        assert_int_equal(strncmp(json_str(ready, "message"), cases[i].message, strlen(cases[i].message)), 0);
        assert_int_equal(event_count(b, "InvalidRayServiceSpec"), i + 1);
        cJSON_Delete(live);
        cJSON_Delete(service);
    }
    sim_fixture_say(b, "advance 60");
    assert_int_equal(item_count(b, PODS), 0);
    assert_int_equal(item_count(b, CLUSTERS), 0);
    /* Put right, it comes up. */
    cJSON *service = service_of(b);
    apply_service(b, service, 200);
    cJSON_Delete(service);
    cJSON_Delete(sim_fixture_wait(b, SERVICE, "\"NonZeroServeEndpoints\""));
}

/* ---- the way down ------------------------------------------------------------------------------------------------ */

static redisContext *redis_of(struct sim_fixture *b)
{
    char *port = variable_value(b, "REDIS_PORT"), *password = variable_value(b, "REDIS_PASSWORD");
    redisContext *c = redisConnect("127.0.0.1", (int)strtol(port, NULL, 10));
    assert_true(c && !c->err);
    redisReply *r = redisCommand(c, "AUTH %s", password);
    assert_true(r && r->type == REDIS_REPLY_STATUS);
    freeReplyObject(r);
    free(port);
    free(password);
    return c;
}

static long long redis_keys(redisContext *c)
{
    redisReply *r = redisCommand(c, "DBSIZE");
    long long n = r->integer;
    freeReplyObject(r);
    return n;
}

static void a_deleted_service_goes_with_its_storage(void **state)
{
    static const char *const reasons[] = {"DeletedRayCluster", "CreatedRedisCleanupJob", "SuccessfulCreate",
                                          "Completed"};
    struct sim_fixture *b = *state;
    redisContext *redis = redis_of(b);
    assert_int_equal(redis_keys(redis), 0);
    service_deploy(b);
    const char *ns = kuberay_storage_ns(sim_kuberay(b->sim));
    redisReply *r = redisCommand(redis, "HLEN RAY%s@NODE", ns);
    assert_int_equal(r->integer, 3);
    freeReplyObject(r);
    cJSON *gone = sim_fixture_ask(b, "DELETE", SERVICE, NULL, NULL, 200);
    assert_non_null(json_str(json_get(gone, "metadata"), "deletionTimestamp"));
    cJSON_Delete(gone);
    char path[256];
    snprintf(path, sizeof path, "/apis/batch/v1/namespaces/mistral/jobs/%s-redis-cleanup",
             kuberay_cluster(sim_kuberay(b->sim)));
    cJSON *job = sim_fixture_wait(b, path, "\"Complete\"");
    assert_int_equal(json_u64(json_get(job, "status"), "succeeded").value, 1);
    assert_string_equal(json_str(json_path(job, "metadata.labels"), "ray.io/node-type"), "redis-cleanup");
    as_recorded("job-complete", job);
    cJSON_Delete(job);
    sim_fixture_wait_gone(b, SERVICE);
    assert_int_equal(item_count(b, CLUSTERS), 0);
    assert_int_equal(item_count(b, PODS), 0);
    assert_int_equal(item_count(b, NAMESPACE "/services"), 0);
    assert_int_equal(item_count(b, "/apis/batch/v1/namespaces/mistral/jobs"), 0);
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (!event_count(b, reasons[i])) fail_msg("no event %s", reasons[i]);
    assert_int_equal(redis_keys(redis), 0);
    /* And again: another cluster with another storage namespace. */
    service_deploy(b);
    assert_string_not_equal(kuberay_storage_ns(sim_kuberay(b->sim)), "");
    assert_true(redis_keys(redis) > 3);
    redisFree(redis);
}

static void a_namespace_that_goes_first_hangs(void **state)
{
    struct sim_fixture *b = *state;
    service_deploy(b);
    cJSON_Delete(sim_fixture_ask(b, "DELETE", NAMESPACE, NULL, NULL, 200));
    cJSON *ns = sim_fixture_wait(b, NAMESPACE, "SomeFinalizersRemain");
    assert_string_equal(json_str(json_get(ns, "status"), "phase"), "Terminating");
    cJSON_Delete(ns);
    sim_fixture_say(b, "advance 600");
    cJSON_Delete(sim_fixture_get(b, SERVICE, 200));
    assert_int_equal(item_count(b, PODS), 0);
    cJSON *refused =
        sim_fixture_ask(b, "PATCH", NAMESPACE "/configmaps/m" AS, YAML,
                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"}}", 403);
    assert_non_null(strstr(json_str(refused, "message"), "because it is being terminated"));
    cJSON_Delete(refused);
    sim_fixture_say(b, "reset");
    cJSON_Delete(sim_fixture_get(b, NAMESPACE, 404));
}

static void an_empty_namespace_goes(void **state)
{
    struct sim_fixture *b = *state;
    service_deploy(b);
    cJSON_Delete(sim_fixture_ask(b, "DELETE", SERVICE, NULL, NULL, 200));
    sim_fixture_wait_gone(b, SERVICE);
    cJSON_Delete(sim_fixture_ask(b, "PATCH", NAMESPACE "/configmaps/m" AS, YAML,
                                 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"}}", 201));
    cJSON_Delete(sim_fixture_ask(b, "DELETE", NAMESPACE, NULL, NULL, 200));
    sim_fixture_wait_gone(b, NAMESPACE);
    assert_int_equal(item_count(b, NAMESPACE "/configmaps"), 0);
}

/* Waits for the keys of one storage namespace alone: each is RAY<uid>@…, told apart by the RayCluster's. */
static void a_reset_leaves_one_storage_namespace(void **state)
{
    struct sim_fixture *b = *state;
    redisContext *redis = redis_of(b);
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    bool alone = false;
    sim_fixture_say(b, "reset");
    sim_fixture_say(b, "reset");
    while (!alone) {
        if (loop_now_ms() > limit) fail_msg("other keys are left");
        for (int i = 0; i < 10; i++) loop_step(b->loop, 10);
        redisReply *r = redisCommand(redis, "SCAN 0 COUNT 1000");
        const redisReply *list = r->element[1];
        alone = list->elements > 4;
        for (size_t i = 0; i < list->elements; i++)
            alone = alone && strstr(list->element[i]->str, kuberay_storage_ns(sim_kuberay(b->sim)));
        freeReplyObject(r);
    }
    redisFree(redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_cluster_has_kuberay_and_nodes, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(the_image_of_its_variables_is_of_its_ray, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(an_applied_service_comes_up_as_recorded, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(pods_are_what_was_applied, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(without_devices_workers_wait, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(kuberay_refuses_what_it_refuses, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_deleted_service_goes_with_its_storage, sim_with_redis_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_namespace_that_goes_first_hangs, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(an_empty_namespace_goes, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_reset_leaves_one_storage_namespace, running_up, sim_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
