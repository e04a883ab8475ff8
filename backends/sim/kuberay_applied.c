/* kuberay_applied.c - reconciles applied objects: RayServices, Deployments and StatefulSets. Recorded: KubeRay 1.7
 * fills in a RayService 20 ms after its creation, and owns workerGroupSpecs from then on. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"
#include "backends/sim/server_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATOR "kuberay-operator"

static bool object_ensure(cJSON *object, const char *name)
{
    return object && !json_member(object, name) && cJSON_AddObjectToObject(object, name);
}

/* Adds what Go writes of structs without omitempty. */
static bool defaults_add(cJSON *service)
{
    cJSON *config = json_member(json_member(service, "spec"), "rayClusterConfig"), *group;
    bool changed = object_ensure(json_member(json_member(config, "headGroupSpec"), "template"), "metadata");
    cJSON_ArrayForEach(group, json_member(config, "workerGroupSpecs"))
    {
        bool one = object_ensure(group, "scaleStrategy"),
             other = object_ensure(json_member(group, "template"), "metadata");
        changed = changed || one || other;
    }
    return changed;
}

void rayservice_set_managed_fields(cJSON *service, uint64_t when_ms)
{
    managed_disown(service, OPERATOR, "spec.rayClusterConfig.workerGroupSpecs");
    managed_set(service, OPERATOR, "Update",
                template_text("{'f:metadata':{'f:finalizers':{'.':{},'v:\\\"ray.io/rayservice-finalizer\\\"':{}}},"
                              "'f:spec':{'f:rayClusterConfig':{'f:headGroupSpec':{'f:template':{'f:metadata':{}}},"
                              "'f:workerGroupSpecs':{}}}}",
                              NULL),
                when_ms);
}

/* Adds finalizer and defaults. Recorded: KubeRay does so before it validates. */
static void operator_fill_in(struct kuberay *k)
{
    cJSON *meta = json_member(k->rayservice, "metadata"), *generation = json_member(meta, "generation");
    bool changed = defaults_add(k->rayservice), first = !json_member(meta, "finalizers");
    if (!changed && !first) return;
    if (first)
        cJSON_AddItemToArray(cJSON_AddArrayToObject(meta, "finalizers"),
                             cJSON_CreateString("ray.io/rayservice-finalizer"));
    if (changed && generation) cJSON_SetNumberValue(generation, generation->valuedouble + 1);
    rayservice_set_managed_fields(k->rayservice, kuberay_now(k));
    objects_changed(k->objects, SIM_RAYSERVICE, k->rayservice);
}

/* The spec without the fields that KubeRay updates in place; caller frees. */
static cJSON *config_without_replicas(const cJSON *service)
{
    static const char *const numbers[] = {"replicas", "minReplicas", "maxReplicas", "idleTimeoutSeconds",
                                          "scaleStrategy"};
    cJSON *config = cJSON_Duplicate(json_path(service, "spec.rayClusterConfig"), 1), *group;
    cJSON_ArrayForEach(group, json_member(config, "workerGroupSpecs"))
    {
        for (size_t i = 0; i < ARRAY_LEN(numbers); i++) cJSON_DeleteItemFromObjectCaseSensitive(group, numbers[i]);
    }
    return config;
}

void config_save(struct kuberay *k)
{
    cJSON_Delete(k->config);
    k->config = config_without_replicas(k->rayservice);
}

/* KubeRay would create a second RayCluster; an event says that the simulator does not. */
static void warn_upgrade_not_simulated(struct kuberay *k)
{
    cJSON *was = k->config;
    k->config = NULL;
    config_save(k);
    if (!cJSON_Compare(was, k->config, true))
        event_warning(k, "rayservice-controller", k->rayservice, "UpgradeNotSimulated", "Upgrade",
                      "the simulator leaves the RayCluster as it is; KubeRay would make another one beside it for this "
                      "change of rayClusterConfig: delete the RayService and apply it anew");
    cJSON_Delete(was);
}

/* Serve's configuration is sent to the running cluster. */
static void serve_config_updated(struct kuberay *k)
{
    char text[3 * KUBERAY_NAME];
    if (!k->promoted) return;
    snprintf(text, sizeof text, "Updated serve applications to the RayCluster %s/%s", k->ns, k->cluster);
    event_by_controller(k, "rayservice-controller", k->rayservice, "UpdatedServeApplications", "Update", text);
}

static void cluster_update(struct kuberay *k)
{
    warn_upgrade_not_simulated(k);
    serve_config_updated(k);
}

static void service_reconcile(struct kuberay *k)
{
    operator_fill_in(k);
    char *refusal = rayservice_refusal(k->rayservice);
    if (refusal)
        deploy_refused(k, k->rayservice, refusal);
    else if (k->deployed || k->raycluster)
        cluster_update(k);
    else
        deploy_begin(k);
    free(refusal);
}

/* ---- Deployments, StatefulSets ----------------------------------------------------------------------------------- */

/* It is available at once; its pods are in EndpointSlices alone. */
static void replicas_reconcile(struct kuberay *k, enum sim_kind kind, cJSON *obj)
{
    char now[STAMP_TEXT_MAX];
    struct known_u64 wanted = json_u64(json_get(obj, "spec"), "replicas");
    double count = wanted.known ? (double)wanted.value : 1;
    const struct template_value values[] = {{"NOW", stamp_iso(now, kuberay_now(k))}, {NULL, NULL}};
    cJSON *status = template_text("{'conditions':[{'type':'Available','status':'True','lastUpdateTime':'${NOW}',"
                                  "'lastTransitionTime':'${NOW}','reason':'MinimumReplicasAvailable','message':"
                                  "'Deployment has minimum availability.'}]}",
                                  values);
    static const char *const counts[] = {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) cJSON_AddNumberToObject(status, counts[i], count);
    cJSON_AddItemToObject(status, "observedGeneration",
                          cJSON_Duplicate(json_member(json_member(obj, "metadata"), "generation"), 1));
    cJSON_DeleteItemFromObjectCaseSensitive(obj, "status");
    cJSON_AddItemToObject(obj, "status", status);
    if (kind != SIM_DEPLOYMENT) cJSON_DeleteItemFromObjectCaseSensitive(status, "conditions");
    objects_changed(k->objects, kind, obj);
}

/* ---- RayServices ------------------------------------------------------------------------------------------------- */

static bool is_reconciled_service(const struct kuberay *k, const cJSON *obj)
{
    return k->rayservice && strcmp(object_ns(obj), k->ns) == 0 && strcmp(object_name(obj), k->name) == 0;
}

static void service_adopt(struct kuberay *k, cJSON *obj)
{
    snprintf(k->ns, sizeof k->ns, "%s", object_ns(obj));
    snprintf(k->name, sizeof k->name, "%s", object_name(obj));
    k->rayservice = obj;
    if (!k->deleting) service_reconcile(k);
}

/* A limit of the simulator: KubeRay would run both. */
static void refuse_second_service(struct kuberay *k, cJSON *obj)
{
    char *text =
        mem_printf("the simulator runs one RayService at a time, and %s/%s is there; this one begins when that "
                   "one is deleted",
                   k->ns, k->name);
    deploy_refused(k, obj, text);
    free(text);
}

static void service_applied(struct kuberay *k, cJSON *obj)
{
    bool busy = k->rayservice && (k->raycluster || k->deployed || k->deleting);
    if (busy && !is_reconciled_service(k, obj))
        refuse_second_service(k, obj);
    else
        service_adopt(k, obj);
}

void adopt_next_service(struct kuberay *k)
{
    size_t count;
    cJSON *const *all = objects_all(k->objects, SIM_RAYSERVICE, &count);
    for (size_t i = 0; i < count && !k->deployed; i++) service_adopt(k, all[i]);
}

void kuberay_applied(struct kuberay *k, enum sim_kind kind, cJSON *obj)
{
    if (kind == SIM_DEPLOYMENT || kind == SIM_STATEFULSET) replicas_reconcile(k, kind, obj);
    endpoints_update(k, object_ns(obj), NULL);
    if (kind == SIM_RAYSERVICE) service_applied(k, obj);
}

bool kuberay_deleting(struct kuberay *k, enum sim_kind kind, cJSON *obj)
{
    endpoints_update(k, object_ns(obj), obj);
    if (kind == SIM_NAMESPACE) return namespace_deleting(k, obj);
    if (kind == SIM_RAYCLUSTER) return obj == k->raycluster; /* its RayService would recreate it */
    if (kind != SIM_RAYSERVICE || obj != k->rayservice) return false;
    service_deleted(k);
    return true;
}
