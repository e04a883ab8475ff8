/* What the controllers do about objects that were applied: KubeRay's own writes into a RayService, the deployment
 * controller. Recorded: KubeRay 1.7 fills in a RayService 20 ms after it was created, and owns workerGroupSpecs from
 * then on. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/apply.h"
#include "backends/sim/kuberay_own.h"

#include <string.h>

#define OPERATOR "kuberay-operator"

static cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool ensure(cJSON *object, const char *name)
{
    return object && !member(object, name) && cJSON_AddObjectToObject(object, name);
}

/* What Go writes of a struct without omitempty. */
static bool completed(cJSON *service)
{
    cJSON *config = member(member(service, "spec"), "rayClusterConfig"), *group;
    bool changed = ensure(member(member(config, "headGroupSpec"), "template"), "metadata");
    cJSON_ArrayForEach(group, member(config, "workerGroupSpecs"))
    {
        bool one = ensure(group, "scaleStrategy"), other = ensure(member(group, "template"), "metadata");
        changed = changed || one || other;
    }
    return changed;
}

void rayservice_owned(cJSON *service, uint64_t when_ms)
{
    managed_disown(service, OPERATOR, "spec.rayClusterConfig.workerGroupSpecs");
    managed_set(service, OPERATOR, "Update",
                template_text("{'f:metadata':{'f:finalizers':{'.':{},'v:\\\"ray.io/rayservice-finalizer\\\"':{}}},"
                              "'f:spec':{'f:rayClusterConfig':{'f:headGroupSpec':{'f:template':{'f:metadata':{}}},"
                              "'f:workerGroupSpecs':{}}}}",
                              NULL),
                when_ms);
}

static void operator_writes(void *arg)
{
    struct kuberay *k = arg;
    cJSON *meta = member(k->rayservice, "metadata"), *generation = member(meta, "generation");
    if (!k->rayservice) return;
    bool changed = completed(k->rayservice);
    if (!member(meta, "finalizers")) {
        cJSON_AddItemToArray(cJSON_AddArrayToObject(meta, "finalizers"),
                             cJSON_CreateString("ray.io/rayservice-finalizer"));
    } else if (!changed) {
        return;
    }
    if (changed && generation) cJSON_SetNumberValue(generation, generation->valuedouble + 1);
    rayservice_owned(k->rayservice, kuberay_now(k));
    objects_changed(k->objects, SIM_RAYSERVICE, k->rayservice);
}

static bool is_ours(const cJSON *obj)
{
    return strcmp(object_ns(obj), SIM_NS) == 0 && strcmp(object_name(obj), SIM_NAME) == 0;
}

void kuberay_applied(struct kuberay *k, enum sim_kind kind, cJSON *obj)
{
    if (kind != SIM_RAYSERVICE || !is_ours(obj)) return;
    k->rayservice = obj;
    operator_writes(k);
}

bool kuberay_deleting(struct kuberay *k, enum sim_kind kind, cJSON *obj)
{
    char now[STAMP_TEXT_MAX];
    cJSON *meta = member(obj, "metadata");
    if (kind != SIM_RAYSERVICE && kind != SIM_RAYCLUSTER) return false;
    if (member(meta, "deletionTimestamp")) return true;
    cJSON_AddStringToObject(meta, "deletionTimestamp", stamp_iso(now, kuberay_now(k)));
    cJSON_AddNumberToObject(meta, "deletionGracePeriodSeconds", 0);
    objects_changed(k->objects, kind, obj);
    return true;
}
