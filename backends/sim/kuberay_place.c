/* kuberay_place.c - the scheduler: a worker needs a K8s node with the Neuron devices that its container requests. */
#include "backends/base/json.h"
#include "backends/base/text.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <string.h>

#define NEURON "aws.amazon.com/neuron"

unsigned devices_wanted(const cJSON *ray_cluster_spec)
{
    const cJSON *group = cJSON_GetArrayItem(json_get(ray_cluster_spec, "workerGroupSpecs"), 0);
    const cJSON *container = cJSON_GetArrayItem(json_path(group, "template.spec.containers"), 0);
    struct known_u64 limit = json_u64(json_path(container, "resources.limits"), NEURON);
    return limit.known ? (unsigned)limit.value : 0;
}

static unsigned devices_free(const struct kuberay *k, int place)
{
    unsigned taken = 0;
    for (size_t i = 0; i < KUBERAY_PODS; i++) {
        const struct sim_pod *p = &k->pods[i];
        if (p->used && !p->head && p->place == place) taken += k->devices_each;
    }
    return k->devices > taken ? k->devices - taken : 0;
}

/* Recorded, with one K8s node less. */
static void pod_unschedulable(struct sim_pod *p)
{
    struct kuberay *k = p->owner;
    char text[512];
    if (p->head)
        snprintf(text, sizeof text,
                 "0/%d nodes are available: 1 Insufficient memory, %d node(s) had untolerated taint(s). no new claims "
                 "to deallocate, preemption: 0/%d nodes are available: 1 No preemption victims found for incoming pod, "
                 "%d Preemption is not helpful for scheduling.",
                 KUBERAY_WORKERS + 1, KUBERAY_WORKERS, KUBERAY_WORKERS + 1, KUBERAY_WORKERS);
    else
        snprintf(
            text, sizeof text,
            "0/%d nodes are available: %d Insufficient " NEURON ", 1 node(s) didn't match Pod's node "
            "affinity/selector. no new claims to deallocate, preemption: 0/%d nodes are available: %d No preemption "
            "victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
            KUBERAY_WORKERS + 1, KUBERAY_WORKERS, KUBERAY_WORKERS + 1, KUBERAY_WORKERS);
    bool again = p->refused;
    p->refused = true;
    if (again) return;
    snprintf(p->refusal, sizeof p->refusal, "%s", text);
    event_warning(k, "default-scheduler", p->object, "FailedScheduling", "Scheduling", text);
    pod_update_status(p);
}

/* Starts with the node of the replica index, which spreads workers. */
static int place_of(const struct sim_pod *p)
{
    const struct kuberay *k = p->owner;
    if (p->head) return kuberay_fault(k, FAULT_HEAD_PENDING) ? KUBERAY_NOWHERE : KUBERAY_WORKERS;
    for (unsigned i = 0; i < KUBERAY_WORKERS; i++) {
        int place = (int)((p->index + i) % KUBERAY_WORKERS);
        if (devices_free(k, place) >= k->devices_each) return place;
    }
    return KUBERAY_NOWHERE;
}

bool pod_schedule(struct sim_pod *p)
{
    int place = place_of(p);
    if (place == KUBERAY_NOWHERE) {
        pod_unschedulable(p);
        return false;
    }
    p->place = place;
    p->refused = false;
    snprintf(p->node, sizeof p->node, "%s", p->owner->knode[place]);
    return true;
}

void kuberay_set_devices(struct kuberay *k, unsigned devices)
{
    static const char *const maps[] = {"capacity", "allocatable"};
    char one[16], two[16];
    k->devices = devices;
    snprintf(one, sizeof one, "%u", devices);
    snprintf(two, sizeof two, "%u", 2 * devices);
    for (unsigned i = 0; i < KUBERAY_WORKERS; i++) {
        cJSON *node = objects_get(k->objects, SIM_NODE, "", k->knode[i]);
        for (int m = 0; m < 2; m++) {
            cJSON *map = cJSON_GetObjectItem(cJSON_GetObjectItem(node, "status"), maps[m]);
            cJSON_ReplaceItemInObjectCaseSensitive(map, NEURON, cJSON_CreateString(one));
            cJSON_ReplaceItemInObjectCaseSensitive(map, NEURON "device", cJSON_CreateString(one));
            cJSON_ReplaceItemInObjectCaseSensitive(map, NEURON "core", cJSON_CreateString(two));
        }
        objects_changed(k->objects, SIM_NODE, node);
    }
    pods_schedule_pending(k);
}
