/* kuberay_namespace.c - deletes a namespace after its content, and waits for finalizers. */
#include "backends/base/json.h"
#include "backends/sim/kuberay_priv.h"

#include <string.h>

enum { LOOKS_MS = 500 };

bool namespace_goes(const struct kuberay *k, const char *name)
{
    const cJSON *ns = objects_get(k->objects, SIM_NAMESPACE, "", name);
    return !ns || json_get(json_get(ns, "metadata"), "deletionTimestamp");
}

/* The next object to remove, or NULL; *ret_left: others remain, with an owner or a finalizer. */
static cJSON *next_removable(struct kuberay *k, const char *ns, enum sim_kind *ret_kind, bool *ret_left)
{
    for (int kind = 0; kind < SIM_KIND_COUNT; kind++) {
        size_t count;
        cJSON *const *all = objects_all(k->objects, (enum sim_kind)kind, &count);
        for (size_t i = 0; i < count; i++) {
            if (strcmp(object_ns(all[i]), ns) != 0) continue;
            bool owned = json_member(json_member(all[i], "metadata"), "ownerReferences");
            if (owned || all[i] == k->rayservice) {
                *ret_left = true;
                continue;
            }
            *ret_kind = (enum sim_kind)kind;
            return all[i];
        }
    }
    return NULL;
}

static bool namespace_empty(struct kuberay *k, const char *ns)
{
    enum sim_kind kind = SIM_POD;
    bool left = false;
    cJSON *obj;
    while ((obj = next_removable(k, ns, &kind, &left))) {
        objects_delete(k->objects, kind, obj);
        left = false;
    }
    return !left;
}

static void set_remaining_condition(struct kuberay *k, cJSON *ns)
{
    char now[STAMP_TEXT_MAX];
    cJSON *status = json_member(ns, "status");
    if (!k->raycluster || k->clean || json_member(status, "conditions")) return;
    const struct template_value values[] = {{"NOW", stamp_iso(now, kuberay_now(k))}, {NULL, NULL}};
    cJSON_AddItemToObject(
        status, "conditions",
        template_text("[{'type':'NamespaceFinalizersRemaining','status':'True','lastTransitionTime':'${NOW}','reason':"
                      "'SomeFinalizersRemain','message':'Some content in the namespace has finalizers remaining: "
                      "ray.io/gcs-ft-redis-cleanup-finalizer in 1 resource instances'}]",
                      values));
    objects_changed(k->objects, SIM_NAMESPACE, ns);
}

/* Handles every terminating namespace. */
static void namespace_reconcile(void *arg)
{
    struct kuberay *k = *(struct kuberay **)arg;
    size_t count;
    bool waits = false;
    cJSON *const *all = objects_all(k->objects, SIM_NAMESPACE, &count);
    for (size_t i = count; i > 0; i--) {
        cJSON *ns = all[i - 1];
        if (!namespace_goes(k, object_name(ns))) continue;
        if (namespace_empty(k, object_name(ns))) {
            objects_delete(k->objects, SIM_NAMESPACE, ns);
        } else {
            set_remaining_condition(k, ns);
            waits = true;
        }
    }
    if (waits) sched_in(k->sched, LOOKS_MS, namespace_reconcile, arg);
}

bool namespace_deleting(struct kuberay *k, cJSON *ns)
{
    char now[STAMP_TEXT_MAX];
    cJSON *meta = json_member(ns, "metadata");
    if (json_member(meta, "deletionTimestamp")) return true;
    cJSON_AddStringToObject(meta, "deletionTimestamp", stamp_iso(now, kuberay_now(k)));
    cJSON_ReplaceItemInObjectCaseSensitive(json_member(ns, "status"), "phase", cJSON_CreateString("Terminating"));
    objects_changed(k->objects, SIM_NAMESPACE, ns);
    if (k->rayservice && strcmp(object_name(ns), k->ns) == 0) service_deleted(k);
    sched_drop(k->sched, &k->self);
    sched_in(k->sched, LOOKS_MS, namespace_reconcile, &k->self);
    return true;
}
