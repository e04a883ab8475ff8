/* kuberay_status.c - the cluster's other objects, and the statuses that KubeRay and the endpoint controller write. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/text.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <string.h>

/* ---- EndpointSlices ---------------------------------------------------------------------------------------------- */

static void add_endpoint(cJSON *list, const struct kuberay *k, const struct sim_pod *p, bool not_ready_too)
{
    bool ready = p->stage == POD_READY;
    const char *zone = k->zone[p->place];
    const struct template_value values[] = {{"IP", p->ip},  {"NAME", p->name}, {"UID", p->uid}, {"NODE", p->node},
                                            {"ZONE", zone}, {"NS", k->ns},     {NULL, NULL}};
    cJSON *e = template_text("{'addresses':['${IP}'],'conditions':{},'targetRef':{'kind':'Pod','namespace':'${NS}"
                             "','name':'${NAME}','uid':'${UID}'},'nodeName':'${NODE}','zone':'${ZONE}'}",
                             values);
    cJSON *conditions = json_member(e, "conditions");
    cJSON_AddBoolToObject(conditions, "ready", not_ready_too || (ready && !p->deleting));
    cJSON_AddBoolToObject(conditions, "serving", ready);
    cJSON_AddBoolToObject(conditions, "terminating", p->deleting);
    cJSON_AddItemToArray(list, e);
}

static void slice_update(struct kuberay *k, int which)
{
    char now[STAMP_TEXT_MAX];
    cJSON *slice = k->slices[which];
    if (!slice) return;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        const struct sim_pod *p = &k->pods[i];
        bool here = p->used && p->head == (which != SLICE_SERVE);
        if (here && p->stage >= POD_STARTED && p->stage != POD_FAILED) add_endpoint(list, k, p, which != SLICE_SERVE);
    }
    json_set(slice, "endpoints", list);
    json_set(json_member(json_member(slice, "metadata"), "annotations"),
             "endpoints.kubernetes.io/last-change-trigger-time", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
    objects_changed(k->objects, SIM_SLICE, slice);
}

void slices_update(struct kuberay *k, bool heads_only)
{
    slice_update(k, SLICE_CLUSTER);
    slice_update(k, SLICE_HEAD);
    if (!heads_only) slice_update(k, SLICE_SERVE);
}

/* ---- RayCluster -------------------------------------------------------------------------------------------------- */

unsigned ready_workers(const struct kuberay *k)
{
    unsigned n = 0;
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        const struct sim_pod *p = &k->pods[i];
        if (p->used && !p->head && p->stage == POD_READY && !p->deleting) n++;
    }
    return n;
}

static cJSON *head_status(const struct kuberay *k)
{
    cJSON *head = cJSON_CreateObject();
    if (k->head && k->head->stage >= POD_STARTED) cJSON_AddStringToObject(head, "podIP", k->head->ip);
    if (k->head) cJSON_AddStringToObject(head, "podName", k->head->name);
    if (k->head && k->head->stage >= POD_STARTED) cJSON_AddStringToObject(head, "serviceIP", k->head->ip);
    char service[KUBERAY_NAME + 16];
    snprintf(service, sizeof service, "%s-head-svc", k->cluster);
    cJSON_AddStringToObject(head, "serviceName", service);
    return head;
}

/* HeadPodReady is the first condition; the others are sticky. Its transition time moves when the status does. */
static void head_condition(struct kuberay *k, cJSON *conditions, const char *reason, const char *message)
{
    char now[STAMP_TEXT_MAX];
    cJSON *first = cJSON_GetArrayItem(conditions, 0);
    const char *status = strcmp(reason, "HeadPodRunningAndReady") == 0 ? "True" : "False";
    if (strcmp(status, json_str(first, "status")) != 0)
        json_set(first, "lastTransitionTime", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
    json_set(first, "status", cJSON_CreateString(status));
    json_set(first, "reason", cJSON_CreateString(reason));
    json_set(first, "message", cJSON_CreateString(message));
}

/* Go omits a zero (omitempty). */
static void count_set(cJSON *status, const char *name, unsigned count)
{
    if (count)
        json_set(status, name, cJSON_CreateNumber(count));
    else
        cJSON_DeleteItemFromObjectCaseSensitive(status, name);
}

void raycluster_update_status(struct kuberay *k, const char *reason, const char *message)
{
    char now[STAMP_TEXT_MAX];
    if (!k->raycluster || kuberay_fault(k, FAULT_OPERATOR_DOWN)) return;
    cJSON *status = json_member(k->raycluster, "status");
    head_condition(k, json_member(status, "conditions"), reason, message);
    json_set(status, "head", head_status(k));
    count_set(status, "availableWorkerReplicas", ready_workers(k));
    count_set(status, "readyWorkerReplicas", ready_workers(k));
    json_set(status, "lastUpdateTime", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
    objects_changed(k->objects, SIM_RAYCLUSTER, k->raycluster);
}

/* ---- RayService -------------------------------------------------------------------------------------------------- */

/* As recorded of Ray 2.60, when a configuration named a deployment that the application does not have. */
static void failed_status(cJSON *app)
{
    cJSON_AddStringToObject(
        app, "message",
        "Traceback (most recent call last):\n  File \"/usr/local/lib/python3.11/dist-packages/ray/serve/_private/"
        "application_state.py\", line 1002, in _reconcile_build_app_task\n    overrided_infos = "
        "override_deployment_info(\n                      ^^^^^^^^^^^^^^^^^^^^^^^^^\nValueError: Deployment 'echo' "
        "does not "
        "exist. Available: ['mistral-7b', 'mistral-deployment']\n");
    cJSON_AddStringToObject(app, "status", "DEPLOY_FAILED");
}

char *kuberay_failed_applications(const struct kuberay *k)
{
    if (k->app != APP_FAILED) return NULL;
    cJSON *all = cJSON_CreateObject();
    cJSON *app = cJSON_AddObjectToObject(cJSON_AddObjectToObject(all, "applications"), k->serve.app);
    cJSON_AddStringToObject(app, "name", k->serve.app);
    cJSON_AddObjectToObject(app, "deployments");
    failed_status(app);
    char *text = cJSON_PrintUnformatted(all);
    cJSON_Delete(all);
    return text;
}

cJSON *applications_status(const struct kuberay *k, enum app_state app)
{
    if (app == APP_GONE) return NULL;
    cJSON *all = cJSON_CreateObject(), *one = cJSON_AddObjectToObject(all, k->serve.app);
    if (app == APP_FAILED) {
        failed_status(one);
        return all;
    }
    cJSON *deployments = cJSON_AddObjectToObject(one, "serveDeploymentStatuses");
    for (size_t i = 0; i < k->serve.count; i++)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(deployments, k->serve.deployment[i].name), "status",
                                app == APP_RUNNING ? "HEALTHY" : "UPDATING");
    cJSON_AddStringToObject(one, "status", app == APP_RUNNING ? "RUNNING" : "DEPLOYING");
    return all;
}

static void ready_condition(struct kuberay *k, cJSON *status, unsigned endpoints)
{
    char now[STAMP_TEXT_MAX];
    cJSON *ready = cJSON_GetArrayItem(json_member(status, "conditions"), 0);
    const char *word = endpoints ? "True" : "False";
    if (strcmp(word, json_str(ready, "status")) != 0)
        json_set(ready, "lastTransitionTime", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
    json_set(ready, "status", cJSON_CreateString(word));
    json_set(ready, "reason", cJSON_CreateString(endpoints ? "NonZeroServeEndpoints" : "ZeroServeEndpoints"));
    json_set(ready, "message",
             cJSON_CreateString(endpoints ? "Number of serve endpoints is greater than 0"
                                          : "Number of serve endpoints is 0"));
}

/* Until the first RayCluster serves, KubeRay updates only pendingServiceStatus. */
static void pending_update(struct kuberay *k, enum app_state app)
{
    char now[STAMP_TEXT_MAX];
    cJSON *status = json_member(k->rayservice, "status"), *pending = json_member(status, "pendingServiceStatus");
    k->app = app == APP_GONE || k->app == APP_GONE   ? APP_GONE
             : kuberay_fault(k, FAULT_DEPLOY_FAILED) ? APP_FAILED
                                                     : APP_DEPLOYING;
    cJSON *apps = applications_status(k, k->app);
    if (!pending || !k->raycluster) return;
    cJSON_DeleteItemFromObjectCaseSensitive(pending, "applicationStatuses");
    if (apps) cJSON_AddItemToObject(pending, "applicationStatuses", apps);
    json_set(pending, "rayClusterStatus", cJSON_Duplicate(json_member(k->raycluster, "status"), 1));
    json_set(status, "lastUpdateTime", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
    objects_changed(k->objects, SIM_RAYSERVICE, k->rayservice);
}

void rayservice_update_status(struct kuberay *k, enum app_state app)
{
    char now[STAMP_TEXT_MAX];
    if (!k->rayservice || kuberay_fault(k, FAULT_OPERATOR_DOWN)) return;
    if (!k->promoted) {
        pending_update(k, app);
        return;
    }
    unsigned endpoints = ready_workers(k);
    cJSON *status = json_member(k->rayservice, "status"), *active = json_member(status, "activeServiceStatus");
    k->app = app;
    cJSON_DeleteItemFromObjectCaseSensitive(active, "applicationStatuses");
    cJSON *apps = applications_status(k, app);
    if (apps) cJSON_AddItemToObject(active, "applicationStatuses", apps);
    json_set(active, "rayClusterStatus", cJSON_Duplicate(json_member(k->raycluster, "status"), 1));
    ready_condition(k, status, endpoints);
    cJSON_DeleteItemFromObjectCaseSensitive(status, "numServeEndpoints");
    if (endpoints) cJSON_AddNumberToObject(status, "numServeEndpoints", endpoints);
    cJSON_DeleteItemFromObjectCaseSensitive(status, "serviceStatus");
    if (endpoints) cJSON_AddStringToObject(status, "serviceStatus", "Running");
    json_set(status, "lastUpdateTime", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
    objects_changed(k->objects, SIM_RAYSERVICE, k->rayservice);
}

/* ---- at start ---------------------------------------------------------------------------------------------------- */

static const char *base64_text(struct buf *b, const char *text)
{
    buf_clear(b);
    text_base64_encode(text, strlen(text), b);
    return buf_text(b);
}

static void put_secrets(struct kuberay *k, const char *created)
{
    struct buf user, password;
    char uid[RNG_UUID];
    buf_init(&user, 1024);
    buf_init(&password, 1024);
    rng_uuid(&k->rng, uid);
    const struct template_value values[] = {{"UID", uid},
                                            {"NS", k->ns},
                                            {"SERVICE", k->name},
                                            {"CREATED", created},
                                            {"USER", base64_text(&user, k->conf.redis_user)},
                                            {"PASSWORD", base64_text(&password, k->conf.redis_password)},
                                            {NULL, NULL}};
    objects_put(k->objects, SIM_SECRET, template_make(k->templates, "secret-redis", values));
    char other[RNG_UUID];
    rng_uuid(&k->rng, other);
    const struct template_value hf[] = {{"UID", other}, {"CREATED", created}, {"NS", k->ns}, {NULL, NULL}};
    objects_put(k->objects, SIM_SECRET, template_make(k->templates, "secret-hf", hf));
    buf_done(&user);
    buf_wipe(&password);
}

void place_objects(struct kuberay *k, uint64_t since_ms)
{
    char created[STAMP_TEXT_MAX], beat[STAMP_TEXT_MAX];
    stamp_iso(created, since_ms - 600 * 1000);
    stamp_iso(beat, kuberay_now(k) - 30 * 1000);
    for (int i = 0; i <= KUBERAY_WORKERS; i++) {
        char uid[RNG_UUID];
        rng_uuid(&k->rng, uid);
        const struct template_value values[] = {
            {"NODE", k->knode[i]}, {"NODE_IP", k->knode_ip[i]}, {"ZONE", k->zone[i]}, {"INSTANCE", k->instance[i]},
            {"UID", uid},          {"CREATED", created},        {"HEARTBEAT", beat},  {NULL, NULL}};
        objects_put(k->objects, SIM_NODE,
                    template_make(k->templates, i == KUBERAY_WORKERS ? "node-head" : "node-worker", values));
    }
}

void service_create(struct kuberay *k, int which, const char *created)
{
    static const char *const kinds[] = {"cluster", "head", "serve"};
    char service[32], slice[32], uid[RNG_UUID], slice_uid[RNG_UUID], tail[6], name[KUBERAY_NAME + 32];
    snprintf(service, sizeof service, "svc-%s", kinds[which]);
    snprintf(slice, sizeof slice, "slice-%s", kinds[which]);
    rng_uuid(&k->rng, uid);
    rng_uuid(&k->rng, slice_uid);
    rng_suffix(&k->rng, tail, 5);
    snprintf(name, sizeof name, "%s-%s-svc-%s", which == SLICE_CLUSTER ? k->cluster : k->name,
             which == SLICE_SERVE ? "serve" : "head", tail);
    const struct template_value values[] = {{"UID", uid},
                                            {"NS", k->ns},
                                            {"SERVICE", k->name},
                                            {"CREATED", created},
                                            {"CLUSTER", k->cluster},
                                            {"CLUSTER_UID", k->cluster_uid},
                                            {"SERVICE_UID", k->service_uid},
                                            {NULL, NULL}};
    objects_put(k->objects, SIM_SERVICE, template_make(k->templates, service, values));
    const struct template_value more[] = {{"UID", slice_uid},      {"CREATED", created}, {"NAME", name},
                                          {"CLUSTER", k->cluster}, {"OWNER_UID", uid},   {"NS", k->ns},
                                          {"SERVICE", k->name},    {NULL, NULL}};
    k->slices[which] = objects_put(k->objects, SIM_SLICE, template_make(k->templates, slice, more));
}

static void sticky_conditions(cJSON *list, const char *created)
{
    const struct template_value values[] = {{"CREATED", created}, {NULL, NULL}};
    cJSON *made = template_text(
        "[{'lastTransitionTime':'${CREATED}','message':'','reason':'HeadPodRunningAndReady','status':'True',"
        "'type':'HeadPodReady'},{'lastTransitionTime':'${CREATED}','message':'All Ray Pods are ready for the first "
        "time','reason':'AllPodRunningAndReadyFirstTime','status':'True','type':'RayClusterProvisioned'},"
        "{'lastTransitionTime':'${CREATED}','message':'','reason':'RayClusterSuspended','status':'False',"
        "'type':'RayClusterSuspended'},{'lastTransitionTime':'${CREATED}','message':'',"
        "'reason':'RayClusterSuspending','status':'False','type':'RayClusterSuspending'}]",
        values);
    while (cJSON_GetArraySize(made)) cJSON_AddItemToArray(list, cJSON_DetachItemFromArray(made, 0));
    cJSON_Delete(made);
}

void cluster_objects(struct kuberay *k, uint64_t since_ms)
{
    char created[STAMP_TEXT_MAX];
    stamp_iso(created, since_ms);
    put_secrets(k, created);
    const struct template_value values[] = {{"CREATED", created},
                                            {"NS", k->ns},
                                            {"SERVICE", k->name},
                                            {"CLUSTER", k->cluster},
                                            {"CLUSTER_UID", k->cluster_uid},
                                            {"SERVICE_UID", k->service_uid},
                                            {"HASH", k->hash},
                                            {"REDIS_ADDRESS", k->redis_address},
                                            {NULL, NULL}};
    k->rayservice = template_make(k->templates, "rayservice", values);
    k->raycluster = template_make(k->templates, "raycluster", values);
    if (!k->conf.ft) {
        cJSON_DeleteItemFromObjectCaseSensitive(json_member(json_member(k->rayservice, "spec"), "rayClusterConfig"),
                                                "gcsFaultToleranceOptions");
        cJSON_DeleteItemFromObjectCaseSensitive(json_member(k->raycluster, "spec"), "gcsFaultToleranceOptions");
        cJSON_DeleteItemFromObjectCaseSensitive(json_member(k->raycluster, "metadata"), "finalizers");
    }
    sticky_conditions(json_member(json_member(k->raycluster, "status"), "conditions"), created);
    rayservice_set_managed_fields(k->rayservice, since_ms);
    objects_put(k->objects, SIM_RAYSERVICE, k->rayservice);
    objects_put(k->objects, SIM_RAYCLUSTER, k->raycluster);
    for (int i = 0; i < 3; i++) service_create(k, i, created);
}
