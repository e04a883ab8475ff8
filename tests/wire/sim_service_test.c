/* sim_service_test.c - RayServices of other names than the one the simulator begins with, and more of them than one. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "tests/support/fixture.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YAML "application/apply-patch+yaml"
#define AS "?fieldManager=raydeck&force=true"
#define CHAT "/apis/ray.io/v1/namespaces/team-a/rayservices/chat"
#define OTHER "/apis/ray.io/v1/namespaces/team-b/rayservices/other"
#define CONFIG                                                                                                         \
    "applications:\n- name: talk\n  route_prefix: /v2\n  deployments:\n  - name: llm\n    num_replicas: 3\n"           \
    "    max_replicas_per_node: 1\n    ray_actor_options: {resources: {neuron_cores: 2}}\n  - name: Door\n"

static cJSON *member_of(const cJSON *object, const char *path)
{
    return (cJSON *)(uintptr_t)json_path(object, path);
}

static void name_space(struct sim_fixture *b, const char *name)
{
    char *path = mem_printf("/api/v1/namespaces/%s" AS, name);
    char *text = mem_printf("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}", name);
    cJSON_Delete(sim_fixture_ask(b, "PATCH", path, YAML, text, 201));
    free(text);
    free(path);
}

/* Three workers of the group `speed`, a third of a K8s node's devices each. Caller frees. */
static cJSON *chat_service(const char *ns, const char *name)
{
    cJSON *service = fixture_json("tests/fixtures/sim/rayservice-applied.json");
    cJSON *meta = member_of(service, "metadata"), *spec = member_of(service, "spec");
    cJSON *group = cJSON_GetArrayItem(member_of(spec, "rayClusterConfig.workerGroupSpecs"), 0);
    cJSON *container = cJSON_GetArrayItem(member_of(group, "template.spec.containers"), 0);
    cJSON_ReplaceItemInObject(meta, "name", cJSON_CreateString(name));
    cJSON_ReplaceItemInObject(meta, "namespace", cJSON_CreateString(ns));
    cJSON_ReplaceItemInObject(spec, "serveConfigV2", cJSON_CreateString(CONFIG));
    cJSON_ReplaceItemInObject(group, "groupName", cJSON_CreateString("speed"));
    cJSON_ReplaceItemInObject(group, "replicas", cJSON_CreateNumber(3));
    cJSON_ReplaceItemInObject(group, "maxReplicas", cJSON_CreateNumber(3));
    cJSON_ReplaceItemInObject(member_of(container, "resources.limits"), "aws.amazon.com/neuron",
                              cJSON_CreateString("2"));
    return service;
}

static void apply_service(struct sim_fixture *b, const char *path, const cJSON *service, long status)
{
    char *text = cJSON_PrintUnformatted(service), *where = mem_printf("%s" AS, path);
    cJSON_Delete(sim_fixture_ask(b, "PATCH", where, YAML, text, status));
    free(where);
    cJSON_free(text);
}

static void service_deploy(struct sim_fixture *b, const char *path, const char *ns, const char *name)
{
    cJSON *service = chat_service(ns, name);
    name_space(b, ns);
    apply_service(b, path, service, 201);
    cJSON_Delete(service);
}

static const char *message_of(const cJSON *service)
{
    return json_str(cJSON_GetArrayItem(json_path(service, "status.conditions"), 0), "message");
}

static int sim_setup(void **state)
{
    const struct sim_conf conf = {.seed = 7, .speed = 100, .no_redis = true, .empty = true};
    *state = sim_fixture_new(&conf);
    sim_fixture_hold_clock(*state);
    return 0;
}

static int running_up(void **state)
{
    const struct sim_conf conf = {.seed = 7, .speed = 100, .no_redis = true};
    *state = sim_fixture_new(&conf);
    sim_fixture_hold_clock(*state);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_fixture_free(*state);
    return 0;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static void pods_are_of_the_service(struct sim_fixture *b, const char *cluster)
{
    cJSON *list = sim_fixture_get(b, "/api/v1/namespaces/team-a/pods", 200);
    char *prefix = mem_printf("%s-speed-worker-", cluster);
    int workers = 0;
    JSON_EACH (pod, json_get(list, "items")) {
        const char *name = json_str(json_get(pod, "metadata"), "name");
        assert_string_equal(json_str(json_path(pod, "metadata.labels"), "ray.io/cluster"), cluster);
        if (strncmp(name, prefix, strlen(prefix)) != 0) continue;
        assert_string_equal(json_str(json_path(pod, "metadata.labels"), "ray.io/group"), "speed");
        workers++;
    }
    assert_int_equal(workers, 3);
    free(prefix);
    cJSON_Delete(list);
}

static void serve_goes_by_its_configuration(struct sim_fixture *b)
{
    static const char proxied[] = "/api/v1/namespaces/team-a/services/";
    char *path = mem_printf("%schat-serve-svc:serve/proxy/-/routes", proxied);
    cJSON *routes = sim_fixture_get(b, path, 200);
    assert_string_equal(json_str(routes, "/v2"), "talk");
    cJSON_Delete(routes);
    free(path);
    path = mem_printf("%schat-serve-svc:serve/proxy/v2/infer?sentence=hello", proxied);
    cJSON_Delete(sim_fixture_get(b, path, 200));
    free(path);
    path = mem_printf("%schat-serve-svc:serve/proxy/infer?sentence=hello", proxied);
    cJSON_Delete(sim_fixture_get(b, path, 404));
    free(path);
    path = mem_printf("%schat-head-svc:dashboard/proxy/api/serve/applications/", proxied);
    cJSON *all = sim_fixture_get(b, path, 200);
    const cJSON *talk = json_path(all, "applications.talk");
    assert_string_equal(json_str(talk, "status"), "RUNNING");
    assert_string_equal(json_str(talk, "route_prefix"), "/v2");
    assert_int_equal(cJSON_GetArraySize(json_path(talk, "deployments.llm.replicas")), 3);
    assert_int_equal(cJSON_GetArraySize(json_path(talk, "deployments.Door.replicas")), 1);
    assert_string_equal(json_str(json_get(talk, "deployment_topology"), "ingress_deployment"), "Door");
    cJSON_Delete(all);
    free(path);
}

static void any_name_and_namespace_is_looked_after(void **state)
{
    struct sim_fixture *b = *state;
    service_deploy(b, CHAT, "team-a", "chat");
    cJSON *live = sim_fixture_wait(b, CHAT, "\"NonZeroServeEndpoints\"");
    const char *cluster = json_str(json_path(live, "status.activeServiceStatus"), "rayClusterName");
    assert_int_equal(strncmp(cluster, "chat-", 5), 0);
    const cJSON *llm =
        json_path(live, "status.activeServiceStatus.applicationStatuses.talk.serveDeploymentStatuses.llm");
    assert_string_equal(json_str(llm, "status"), "HEALTHY");
    pods_are_of_the_service(b, cluster);
    cJSON_Delete(live);
    serve_goes_by_its_configuration(b);
    cJSON *events = sim_fixture_get(b, "/api/v1/namespaces/team-a/events", 200);
    assert_true(cJSON_GetArraySize(json_get(events, "items")) > 20);
    cJSON_Delete(events);
    cJSON_Delete(sim_fixture_ask(b, "DELETE", CHAT, NULL, NULL, 200));
    sim_fixture_wait_gone(b, CHAT);
    cJSON *services = sim_fixture_get(b, "/api/v1/services", 200);
    assert_int_equal(cJSON_GetArraySize(json_get(services, "items")), 0);
    cJSON_Delete(services);
}

/* Another Service of the user's is not taken for Ray's. */
static void a_service_of_other_pods_has_no_endpoints(void **state)
{
    struct sim_fixture *b = *state;
    cJSON_Delete(
        sim_fixture_ask(b, "PATCH", "/api/v1/namespaces/mistral/services/gradio" AS, YAML,
                        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"gradio\",\"namespace\":"
                        "\"mistral\"},\"spec\":{\"selector\":{\"app\":\"gradio\"},\"ports\":[{\"name\":\"dashboard\","
                        "\"port\":8265}]}}",
                        201));
    cJSON_Delete(sim_fixture_get(b, "/api/v1/namespaces/mistral/services/gradio:dashboard/proxy/api/gcs_healthz", 503));
}

static bool are_about(struct sim_fixture *b, const char *word)
{
    cJSON *list = sim_fixture_get(b, "/api/v1/namespaces/team-a/events", 200);
    bool found = false;
    JSON_EACH (e, json_get(list, "items")) found = found || strstr(json_str(e, "message"), word);
    cJSON_Delete(list);
    return found;
}

/* Nor is there an autoscaler, which was not asked for. */
static void replicas_that_fit_nowhere_are_waited_for(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *service = chat_service("team-a", "chat");
    cJSON_DeleteItemFromObject(member_of(service, "spec.rayClusterConfig"), "enableInTreeAutoscaling");
    cJSON *group = cJSON_GetArrayItem(member_of(service, "spec.rayClusterConfig.workerGroupSpecs"), 0);
    cJSON_ReplaceItemInObject(group, "replicas", cJSON_CreateNumber(2));
    name_space(b, "team-a");
    apply_service(b, CHAT, service, 201);
    cJSON_Delete(service);
    cJSON_Delete(sim_fixture_wait(b, "/api/v1/namespaces/team-a/events", "UpdatedServeApplications"));
    sim_fixture_say(b, "advance 600");
    cJSON *live = sim_fixture_get(b, CHAT, 200);
    assert_string_equal(json_str(json_path(live, "status.pendingServiceStatus.applicationStatuses.talk"), "status"),
                        "DEPLOYING");
    cJSON_Delete(live);
    assert_true(are_about(b, "Started container head"));
    assert_false(are_about(b, "autoscaler"));
}

static void too_long_a_name_is_refused(void **state)
{
    struct sim_fixture *b = *state;
    static const char name[] = "a-name-that-is-longer-than-kuberay-will-have-it-0";
    char *path = mem_printf("/apis/ray.io/v1/namespaces/team-a/rayservices/%s", name);
    service_deploy(b, path, "team-a", name);
    cJSON *live = sim_fixture_wait(b, path, "ValidationFailed");
    assert_string_equal(message_of(live), "RayService name should be no more than 47 characters");
    cJSON_Delete(live);
    free(path);
}

/* ---- without fault tolerance ------------------------------------------------------------------------------------- */

static int no_ft_up(void **state)
{
    const struct sim_conf conf = {.seed = 7, .speed = 1, .no_redis = true, .no_ft = true};
    *state = sim_fixture_new(&conf);
    sim_fixture_hold_clock(*state);
    return 0;
}

/* The Serve API's word for the application, and the actor and node of each of the model's two replicas; "" for none. */
struct replicas {
    char status[32], actor[2][64], node[2][64];
};

static struct replicas ask_replicas(struct sim_fixture *b)
{
    struct replicas r = {0};
    char path[256];
    snprintf(path, sizeof path, "/api/v1/namespaces/mistral/services/%s-head-svc:dashboard/proxy%s",
             kuberay_cluster(sim_kuberay(b->sim)), "/api/serve/applications/");
    cJSON *all = sim_fixture_get(b, path, 200);
    const cJSON *app = json_path(all, "applications.mistral-deployment");
    const cJSON *list = json_path(app, "deployments.mistral-7b.replicas");
    if (app) snprintf(r.status, sizeof r.status, "%s", json_str(app, "status"));
    for (int i = 0; i < 2 && i < cJSON_GetArraySize(list); i++) {
        const cJSON *one = cJSON_GetArrayItem(list, i);
        snprintf(r.actor[i], sizeof r.actor[i], "%s", json_str(one, "actor_id"));
        snprintf(r.node[i], sizeof r.node[i], "%s", json_str(one, "node_instance_id"));
    }
    cJSON_Delete(all);
    return r;
}

/* Recorded: the new GCS has an application that is deployed anew, which runs when the workers are back. */
static void a_new_head_begins_with_nothing(void **state)
{
    struct sim_fixture *b = *state;
    char path[256];
    struct replicas before = ask_replicas(b);
    assert_string_equal(before.status, "RUNNING");
    assert_string_not_equal(before.node[0], before.node[1]);
    snprintf(path, sizeof path, "/api/v1/namespaces/mistral/pods/%s?gracePeriodSeconds=0",
             kuberay_head(sim_kuberay(b->sim))->name);
    cJSON_Delete(sim_fixture_ask(b, "DELETE", path, NULL, NULL, 200));
    sim_fixture_say(b, "advance 16");
    struct replicas now = ask_replicas(b);
    assert_string_equal(now.status, "DEPLOYING");
    assert_string_equal(now.actor[0], "");
    sim_fixture_say(b, "advance 30");
    now = ask_replicas(b);
    assert_string_equal(now.status, "RUNNING");
    assert_string_not_equal(now.node[0], now.node[1]);
    for (int i = 0; i < 4; i++) assert_string_not_equal(now.actor[i / 2], before.actor[i % 2]);
}

/* ---- a service that runs is applied again ------------------------------------------------------------------------ */

static int about_upgrades(struct sim_fixture *b, const char *ns)
{
    char *path = mem_printf("/api/v1/namespaces/%s/events", ns);
    cJSON *list = sim_fixture_get(b, path, 200);
    int count = 0;
    JSON_EACH (e, json_get(list, "items")) count += strcmp(json_str(e, "reason"), "UpgradeNotSimulated") == 0;
    cJSON_Delete(list);
    free(path);
    return count;
}

static void a_change_that_is_not_simulated_is_said(void **state)
{
    struct sim_fixture *b = *state;
    service_deploy(b, CHAT, "team-a", "chat");
    cJSON_Delete(sim_fixture_wait(b, CHAT, "\"NonZeroServeEndpoints\""));
    cJSON *service = chat_service("team-a", "chat");
    cJSON *group = cJSON_GetArrayItem(member_of(service, "spec.rayClusterConfig.workerGroupSpecs"), 0);
    apply_service(b, CHAT, service, 200);
    cJSON_ReplaceItemInObject(group, "replicas", cJSON_CreateNumber(2));
    cJSON_ReplaceItemInObject(member_of(service, "spec"), "serveConfigV2", cJSON_CreateString("applications: []"));
    apply_service(b, CHAT, service, 200);
    assert_int_equal(about_upgrades(b, "team-a"), 0);
    cJSON *container = cJSON_GetArrayItem(member_of(group, "template.spec.containers"), 0);
    cJSON_ReplaceItemInObject(container, "image", cJSON_CreateString("another:1"));
    apply_service(b, CHAT, service, 200);
    apply_service(b, CHAT, service, 200);
    assert_int_equal(about_upgrades(b, "team-a"), 1);
    cJSON_Delete(service);
}

static void serve_of_the_first_service_is_changed_in_place(void **state)
{
    struct sim_fixture *b = *state;
    cJSON_Delete(
        sim_fixture_ask(b, "PATCH", "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral" AS, YAML,
                        "{\"apiVersion\":\"ray.io/v1\",\"kind\":\"RayService\",\"metadata\":{\"name\":\"mistral\","
                        "\"namespace\":\"mistral\"},\"spec\":{\"serveConfigV2\":\"applications: []\"}}",
                        200));
    assert_int_equal(about_upgrades(b, "mistral"), 0);
}

/* ---- more than one ----------------------------------------------------------------------------------------------- */

static void one_beside_it_is_told_so_and_gets_its_turn(void **state)
{
    struct sim_fixture *b = *state;
    service_deploy(b, OTHER, "team-b", "other");
    cJSON *live = sim_fixture_wait(b, OTHER, "ValidationFailed");
    assert_string_equal(message_of(live), "the simulator runs one RayService at a time, and mistral/mistral is there; "
                                          "this one begins when that one is deleted");
    cJSON_Delete(live);
    cJSON_Delete(sim_fixture_wait(b, "/api/v1/namespaces/team-b/events", "InvalidRayServiceSpec"));
    live = sim_fixture_get(b, "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral", 200);
    assert_string_equal(json_str(json_get(live, "status"), "serviceStatus"), "Running");
    cJSON_Delete(live);
    cJSON_Delete(
        sim_fixture_ask(b, "DELETE", "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral", NULL, NULL, 200));
    cJSON_Delete(sim_fixture_wait(b, OTHER, "\"NonZeroServeEndpoints\""));
}

static void one_that_waits_can_be_deleted_with_its_namespace(void **state)
{
    struct sim_fixture *b = *state;
    service_deploy(b, OTHER, "team-b", "other");
    cJSON_Delete(sim_fixture_wait(b, OTHER, "ValidationFailed"));
    cJSON_Delete(sim_fixture_ask(b, "DELETE", "/api/v1/namespaces/team-b", NULL, NULL, 200));
    sim_fixture_wait_gone(b, "/api/v1/namespaces/team-b");
}

static void a_refused_one_does_not_keep_the_place(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *service = chat_service("team-b", "other");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(member_of(service, "metadata"), "annotations"), "ray.io/ft-enabled",
                            "true");
    name_space(b, "team-b");
    apply_service(b, OTHER, service, 201);
    cJSON_Delete(service);
    cJSON_Delete(sim_fixture_wait(b, OTHER, "ValidationFailed"));
    service_deploy(b, CHAT, "team-a", "chat");
    cJSON_Delete(sim_fixture_wait(b, CHAT, "\"NonZeroServeEndpoints\""));
}

int main(void)
{
#define TEST(function, up) cmocka_unit_test_setup_teardown(function, up, sim_teardown)
    const struct CMUnitTest tests[] = {
        TEST(any_name_and_namespace_is_looked_after, sim_setup),
        TEST(a_service_of_other_pods_has_no_endpoints, running_up),
        TEST(replicas_that_fit_nowhere_are_waited_for, sim_setup),
        TEST(too_long_a_name_is_refused, sim_setup),
        TEST(a_new_head_begins_with_nothing, no_ft_up),
        TEST(a_change_that_is_not_simulated_is_said, sim_setup),
        TEST(serve_of_the_first_service_is_changed_in_place, running_up),
        TEST(one_beside_it_is_told_so_and_gets_its_turn, running_up),
        TEST(one_that_waits_can_be_deleted_with_its_namespace, running_up),
        TEST(a_refused_one_does_not_keep_the_place, sim_setup),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
