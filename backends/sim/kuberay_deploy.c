/* kuberay_deploy.c - brings up a valid RayService. Events, conditions and delays are recorded from KubeRay 1.7. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLUSTER_MS = 2140,  /* after the RayService's first reconcile */
    ACCOUNT_MS = 2130,  /* after the RayCluster */
    ROLE_MS = 106,      /* each: role, role binding */
    PODS_MS = 20,       /* after the head's service */
    PROMOTED_MS = 2050, /* after the workers serve */
    LABEL_MS = 120      /* before Serve's configuration */
};

static const cJSON *config_of(const struct kuberay *k)
{
    return json_path(k->rayservice, "spec.rayClusterConfig");
}

/* ---- RayService: its status -------------------------------------------------------------------------------------- */

static cJSON *condition_json(struct kuberay *k, const cJSON *service, const char *type, const char *reason,
                             const char *message)
{
    char now[STAMP_TEXT_MAX];
    cJSON *c = cJSON_CreateObject();
    cJSON_AddStringToObject(c, "lastTransitionTime", stamp_iso(now, kuberay_now(k)));
    cJSON_AddStringToObject(c, "message", message);
    cJSON_AddItemToObject(c, "observedGeneration",
                          cJSON_Duplicate(json_member(json_member(service, "metadata"), "generation"), 1));
    cJSON_AddStringToObject(c, "reason", reason);
    cJSON_AddStringToObject(c, "status", "False");
    cJSON_AddStringToObject(c, "type", type);
    return c;
}

/* The status of a RayService without a RayCluster, as KubeRay writes it. */
static void first_status(struct kuberay *k, cJSON *service, const char *reason, const char *message)
{
    char now[STAMP_TEXT_MAX];
    cJSON *status = template_text("{'activeServiceStatus':{'rayClusterStatus':{'desiredCPU':'0','desiredGPU':'0',"
                                  "'desiredMemory':'0','desiredTPU':'0','head':{}}},'conditions':[]}",
                                  NULL);
    cJSON *conditions = json_member(status, "conditions");
    bool begins = strcmp(reason, "Initializing") == 0;
    cJSON_AddItemToArray(conditions, condition_json(k, service, "Ready", reason, message));
    if (begins) cJSON_AddItemToArray(conditions, condition_json(k, service, "UpgradeInProgress", reason, message));
    cJSON_AddStringToObject(status, "lastUpdateTime", stamp_iso(now, kuberay_now(k)));
    cJSON_AddItemToObject(status, "observedGeneration",
                          cJSON_Duplicate(json_member(json_member(service, "metadata"), "generation"), 1));
    cJSON *pending = cJSON_AddObjectToObject(status, "pendingServiceStatus");
    if (begins) cJSON_AddStringToObject(pending, "rayClusterName", k->cluster);
    cJSON_AddItemToObject(
        pending, "rayClusterStatus",
        cJSON_Duplicate(json_member(json_member(status, "activeServiceStatus"), "rayClusterStatus"), 1));
    json_set(service, "status", status);
    objects_changed(k->objects, SIM_RAYSERVICE, service);
}

void deploy_refused(struct kuberay *k, cJSON *service, const char *why)
{
    char *text = mem_printf("The RayService spec is invalid %s/%s: %s", object_ns(service), object_name(service), why);
    if (service != k->rayservice || !k->raycluster) first_status(k, service, "ValidationFailed", why);
    event_warning(k, "rayservice-controller", service, "InvalidRayServiceSpec", "Validate", text);
    free(text);
}

/* ---- its RayCluster ---------------------------------------------------------------------------------------------- */

static void cluster_event(struct kuberay *k, const char *reason, const char *what, const char *tail)
{
    char text[3 * KUBERAY_NAME];
    snprintf(text, sizeof text, "Created %s %s/%s%s", what, k->ns, k->cluster, tail);
    event_by_controller(k, "raycluster-controller", k->raycluster, reason, "Create", text);
}

static cJSON *cluster_status(struct kuberay *k)
{
    char now[STAMP_TEXT_MAX];
    const struct template_value values[] = {{"NOW", stamp_iso(now, kuberay_now(k))}, {NULL, NULL}};
    cJSON *status = template_text(
        "{'conditions':[{'lastTransitionTime':'${NOW}','message':'','reason':'Unknown','status':'False','type':"
        "'HeadPodReady'},{'lastTransitionTime':'${NOW}','message':'RayCluster Pods are being provisioned for first "
        "time','reason':'RayClusterPodsProvisioning','status':'False','type':'RayClusterProvisioned'},{"
        "'lastTransitionTime':'${NOW}','message':'','reason':'RayClusterSuspended','status':'False','type':"
        "'RayClusterSuspended'},{'lastTransitionTime':'${NOW}','message':'','reason':'RayClusterSuspending','status':"
        "'False','type':'RayClusterSuspending'}],'desiredCPU':'182500m','desiredGPU':'0','desiredMemory':'740512Mi',"
        "'desiredTPU':'0','endpoints':{'client':'10001','dashboard':'8265','gcs-server':'6379','metrics':'8080',"
        "'serve':'8000'},'head':{},'lastUpdateTime':'${NOW}','observedGeneration':1}",
        values);
    const cJSON *group = cJSON_GetArrayItem(json_get(config_of(k), "workerGroupSpecs"), 0);
    cJSON_AddNumberToObject(status, "desiredWorkerReplicas", k->wanted);
    cJSON_AddItemToObject(status, "maxWorkerReplicas", cJSON_Duplicate(json_get(group, "maxReplicas"), 1));
    cJSON_AddItemToObject(status, "minWorkerReplicas", cJSON_Duplicate(json_get(group, "minReplicas"), 1));
    return status;
}

static void create_pods(void *arg)
{
    struct kuberay *k = arg;
    pods_create(k);
    json_set(k->raycluster, "status", cluster_status(k));
    raycluster_update_status(k, "Unknown", "");
}

/* The autoscaler's ServiceAccount, Role and RoleBinding; the Role has no rules here. */
static void put_owned(struct kuberay *k, enum sim_kind kind)
{
    char uid[RNG_UUID], now[STAMP_TEXT_MAX], api[64];
    const struct sim_kind_info *info = sim_kind_info(kind);
    rng_uuid(&k->rng, uid);
    snprintf(api, sizeof api, "%s%s%s", info->group, *info->group ? "/" : "", info->version);
    const struct template_value values[] = {{"KIND", info->kind},
                                            {"NS", k->ns},
                                            {"API", api},
                                            {"UID", uid},
                                            {"CREATED", stamp_iso(now, kuberay_now(k))},
                                            {"CLUSTER", k->cluster},
                                            {"CLUSTER_UID", k->cluster_uid},
                                            {NULL, NULL}};
    objects_put(k->objects, kind,
                template_text("{'kind':'${KIND}','apiVersion':'${API}','metadata':{'name':'${CLUSTER}','namespace':"
                              "'${NS}','uid':'${UID}','creationTimestamp':'${CREATED}','labels':{"
                              "'app.kubernetes.io/created-by':'kuberay-operator','app.kubernetes.io/name':'kuberay',"
                              "'ray.io/cluster':'${CLUSTER}'},'ownerReferences':[{'apiVersion':'ray.io/v1','kind':"
                              "'RayCluster','name':'${CLUSTER}','uid':'${CLUSTER_UID}','controller':true,"
                              "'blockOwnerDeletion':true}]}}",
                              values));
}

static void create_role_binding(void *arg)
{
    struct kuberay *k = arg;
    char created[STAMP_TEXT_MAX];
    put_owned(k, SIM_BINDING);
    cluster_event(k, "CreatedRoleBinding", "role binding", "");
    service_create(k, SLICE_CLUSTER, stamp_iso(created, kuberay_now(k)));
    cluster_event(k, "CreatedService", "service", "-head-svc");
    sched_in(k->sched, PODS_MS, create_pods, k);
}

static void create_role(void *arg)
{
    struct kuberay *k = arg;
    put_owned(k, SIM_ROLE);
    cluster_event(k, "CreatedRole", "role", "");
    sched_in(k->sched, ROLE_MS, create_role_binding, k);
}

static void create_service_account(void *arg)
{
    struct kuberay *k = arg;
    put_owned(k, SIM_ACCOUNT);
    cluster_event(k, "CreatedServiceAccount", "service account", "");
    sched_in(k->sched, ROLE_MS, create_role, k);
}

/* Annotations of the RayService are copied to the RayCluster. */
static void copy_annotations(cJSON *cluster, const cJSON *service)
{
    cJSON *to = json_member(json_member(cluster, "metadata"), "annotations");
    JSON_EACH (note, json_path(service, "metadata.annotations"))
        if (!json_member(to, note->string)) cJSON_AddItemToObject(to, note->string, cJSON_Duplicate(note, 1));
}

static void create_cluster(void *arg)
{
    struct kuberay *k = arg;
    char created[STAMP_TEXT_MAX], text[3 * KUBERAY_NAME];
    const struct template_value values[] = {{"CREATED", stamp_iso(created, kuberay_now(k))},
                                            {"NS", k->ns},
                                            {"SERVICE", k->name},
                                            {"CLUSTER", k->cluster},
                                            {"CLUSTER_UID", k->cluster_uid},
                                            {"SERVICE_UID", k->service_uid},
                                            {"HASH", k->hash},
                                            {"REDIS_ADDRESS", k->redis_address},
                                            {NULL, NULL}};
    cJSON *cluster = template_make(k->templates, "raycluster", values);
    json_set(cluster, "spec", cJSON_Duplicate(config_of(k), 1));
    cJSON_DeleteItemFromObjectCaseSensitive(cluster, "status");
    if (!k->conf.ft) cJSON_DeleteItemFromObjectCaseSensitive(json_member(cluster, "metadata"), "finalizers");
    copy_annotations(cluster, k->rayservice);
    k->raycluster = objects_put(k->objects, SIM_RAYCLUSTER, cluster);
    snprintf(text, sizeof text, "Created the RayCluster %s/%s", k->ns, k->cluster);
    event_by_controller(k, "rayservice-controller", k->rayservice, "CreatedRayCluster", "Create", text);
    sched_in(k->sched, ACCOUNT_MS, create_service_account, k);
}

/* ---- the RayService's spec --------------------------------------------------------------------------------------- */

static const char *head_env(const cJSON *config, const char *name)
{
    const cJSON *container = cJSON_GetArrayItem(json_path(config, "headGroupSpec.template.spec.containers"), 0);
    JSON_EACH (env, json_get(container, "env")) {
        const char *its = json_str(env, "name");
        if (its && strcmp(its, name) == 0) return json_str(env, "value");
    }
    return NULL;
}

static void spec_read(struct kuberay *k)
{
    const cJSON *config = config_of(k), *group = cJSON_GetArrayItem(json_get(config, "workerGroupSpecs"), 0);
    const cJSON *options = json_get(config, "gcsFaultToleranceOptions");
    const char *on = json_str(json_path(k->rayservice, "metadata.annotations"), "ray.io/ft-enabled");
    const char *address = options ? json_str(options, "redisAddress") : head_env(config, "RAY_REDIS_ADDRESS");
    const char *name = json_str(group, "groupName"), *uid = json_str(json_get(k->rayservice, "metadata"), "uid");
    struct known_u64 replicas = json_u64(group, "replicas"), least = json_u64(group, "minReplicas");
    uint64_t count = replicas.known ? replicas.value : 0;
    if (least.known && count < least.value) count = least.value;
    k->wanted = (unsigned)(count < KUBERAY_REPLICAS_MAX ? count : KUBERAY_REPLICAS_MAX);
    k->conf.ft = options || (on && strcmp(on, "true") == 0);
    k->devices_each = devices_wanted(config);
    serve_config_read(json_str(json_get(k->rayservice, "spec"), "serveConfigV2"), &k->serve);
    snprintf(k->redis_address, sizeof k->redis_address, "%s", address ? address : "");
    snprintf(k->group, sizeof k->group, "%.30s", name ? name : "workers");
    snprintf(k->service_uid, sizeof k->service_uid, "%s", uid ? uid : "");
}

void deploy_begin(struct kuberay *k)
{
    cluster_name(k);
    spec_read(k);
    config_save(k);
    k->deployed = true;
    k->promoted = k->deleting = k->serve_runs = false;
    k->clean = !k->conf.ft;
    k->app = APP_GONE;
    first_status(k, k->rayservice, "Initializing", "RayService is initializing");
    if (k->conf.notify) k->conf.notify(k->conf.arg, KUBERAY_CLUSTER_MADE, NULL);
    sched_in(k->sched, CLUSTER_MS, create_cluster, k);
}

/* ---- readiness --------------------------------------------------------------------------------------------------- */

static void label_head(struct kuberay *k)
{
    char text[2 * KUBERAY_NAME + 96];
    bool excluded = json_bool(json_get(k->rayservice, "spec"), "excludeHeadPodFromServeSvc") == TRI_YES;
    const char *word = excluded ? "false" : "true";
    if (!k->head) return;
    json_set(json_member(json_member(k->head->object, "metadata"), "labels"), "ray.io/serve", cJSON_CreateString(word));
    objects_changed(k->objects, SIM_POD, k->head->object);
    snprintf(text, sizeof text, "Updated the serve label to \"%s\" for the Head Pod %s/%s", word, k->ns, k->head->name);
    event_by_controller(k, "rayservice-controller", k->rayservice, "UpdatedHeadPodServeLabel", "Update", text);
}

static void applications_sent(void *arg)
{
    struct kuberay *k = arg;
    char text[3 * KUBERAY_NAME];
    snprintf(text, sizeof text, "Updated serve applications to the RayCluster %s/%s", k->ns, k->cluster);
    event_by_controller(k, "rayservice-controller", k->rayservice, "UpdatedServeApplications", "Update", text);
    if (k->promoted) return;
    k->app = APP_DEPLOYING;
    rayservice_update_status(k, APP_DEPLOYING);
    deploy_worker_ready(k);
}

void deploy_again(struct kuberay *k)
{
    if (k->app != APP_FAILED) return;
    rayservice_update_status(k, APP_DEPLOYING);
    deploy_worker_ready(k);
}

void deploy_head_runs(struct kuberay *k)
{
    label_head(k);
    sched_in(k->sched, LABEL_MS, applications_sent, k);
}

static void status_promote(struct kuberay *k)
{
    char now[STAMP_TEXT_MAX];
    cJSON *status = json_member(k->rayservice, "status");
    cJSON *active = json_member(status, "activeServiceStatus"), *pending = json_member(status, "pendingServiceStatus");
    json_set(active, "rayClusterName", cJSON_CreateString(k->cluster));
    cJSON_DeleteItemFromObjectCaseSensitive(pending, "rayClusterName");
    cJSON_DeleteItemFromObjectCaseSensitive(pending, "applicationStatuses");
    json_set(pending, "rayClusterStatus",
             template_text("{'desiredCPU':'0','desiredGPU':'0','desiredMemory':'0','desiredTPU':'0','head':{}}", NULL));
    cJSON *upgrade = cJSON_GetArrayItem(json_member(status, "conditions"), 1);
    json_set(upgrade, "reason", cJSON_CreateString("NoPendingCluster"));
    json_set(upgrade, "message", cJSON_CreateString("Active Ray cluster exists and no pending Ray cluster"));
    json_set(status, "lastUpdateTime", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
}

static void promote_pending(void *arg)
{
    static const struct {
        int which;
        const char *tail;
    } services[] = {{SLICE_HEAD, "head"}, {SLICE_SERVE, "serve"}};
    struct kuberay *k = arg;
    char created[STAMP_TEXT_MAX], text[3 * KUBERAY_NAME];
    if (k->promoted || k->deleting || !k->head) return;
    stamp_iso(created, kuberay_now(k));
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        service_create(k, services[i].which, created);
        snprintf(text, sizeof text, "Created the service %s/%s-%s-svc", k->ns, k->name, services[i].tail);
        event_by_controller(k, "rayservice-controller", k->rayservice, "CreatedService", "Create", text);
    }
    k->promoted = true;
    status_promote(k);
    slices_update(k, false);
    rayservice_update_status(k, APP_RUNNING);
}

/* All pods are ready for the first time. */
static void set_provisioned(struct kuberay *k)
{
    char now[STAMP_TEXT_MAX];
    cJSON *status = json_member(k->raycluster, "status");
    cJSON *c = cJSON_GetArrayItem(json_member(status, "conditions"), 1);
    if (strcmp(json_str(c, "status"), "True") == 0) return;
    stamp_iso(now, kuberay_now(k));
    json_set(c, "lastTransitionTime", cJSON_CreateString(now));
    json_set(c, "message", cJSON_CreateString("All Ray Pods are ready for the first time"));
    json_set(c, "reason", cJSON_CreateString("AllPodRunningAndReadyFirstTime"));
    json_set(c, "status", cJSON_CreateString("True"));
    json_set(status, "state", cJSON_CreateString("ready"));
    cJSON_AddStringToObject(cJSON_AddObjectToObject(status, "stateTransitionTimes"), "ready", now);
    raycluster_update_status(k, "HeadPodRunningAndReady", "");
}

/* Workers that the replicas need; UINT_MAX where a replica needs more NeuronCores than a worker has. */
unsigned workers_needed(const struct kuberay *k)
{
    unsigned most = 1;
    for (size_t i = 0; i < k->serve.count; i++) {
        const struct serve_config_deployment *d = &k->serve.deployment[i];
        unsigned fit = d->cores ? CORES_OF_A_DEVICE * k->devices_each / d->cores : d->replicas;
        if (d->per_node && d->per_node < fit) fit = d->per_node;
        unsigned need = fit ? (d->replicas + fit - 1) / fit : d->replicas ? UINT_MAX : 0;
        if (need > most) most = need;
    }
    return most;
}

/* Serve's application is RUNNING once each replica is placed. */
void deploy_worker_ready(struct kuberay *k)
{
    if (!k->deployed || k->deleting || !k->head || k->head->stage != POD_READY) return;
    unsigned ready = ready_workers(k);
    if (ready >= k->wanted) set_provisioned(k);
    if (!k->promoted && k->app == APP_DEPLOYING && ready >= workers_needed(k))
        sched_in(k->sched, PROMOTED_MS, promote_pending, k);
}
