/* knode_parse.c - parses Nodes (core/v1). */
#include "backends/base/mem.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"

#include <stdio.h>
#include <string.h>

static const char *label_of(const cJSON *obj, const char *now, const char *before)
{
    const char *v = kube_label(obj, now);
    return v ? v : kube_label(obj, before);
}

/* NetworkUnavailable is reported only where the cloud's route controller or the network plug-in sets it. */
static void pressure_parse(const cJSON *status, struct knode *ret)
{
    static const char *const types[] = {"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"};
    enum { REPORTED_ALWAYS = 3 };
    char found[128] = "";
    bool known = true;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        const enum tri is = kube_condition_is(status, types[i]);
        const size_t len = strlen(found);
        if (is == TRI_YES) snprintf(found + len, sizeof found - len, "%s%s", len ? ", " : "", types[i]);
        known = known && (is != TRI_UNKNOWN || i >= REPORTED_ALWAYS);
    }
    if (known || *found) record_set(&ret->pressure, found);
}

void knode_parse(const cJSON *obj, struct knode *ret)
{
    const cJSON *meta = json_get(obj, "metadata"), *spec = json_get(obj, "spec"), *status = json_get(obj, "status");
    const cJSON *have = json_get(status, "allocatable");
    if (!cJSON_IsObject(have)) have = json_get(status, "capacity");
    kube_text(&ret->name, json_str(meta, "name"), KUBE_NAME_MAX);
    ret->created = json_stamp(meta, "creationTimestamp");
    kube_text(&ret->provider_id, json_str(spec, "providerID"), KUBE_MESSAGE_MAX);
    kube_text(&ret->instance_type,
              label_of(obj, "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"), KUBE_NAME_MAX);
    kube_text(&ret->zone, label_of(obj, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
              KUBE_NAME_MAX);
    const cJSON *condition = kube_condition(status, "Ready");
    ret->ready = kube_condition_is(status, "Ready");
    /* the node controller sets Ready to "Unknown" for a node that stopped reporting: not ready */
    if (condition && ret->ready == TRI_UNKNOWN) ret->ready = TRI_NO;
    ret->ready_since = json_stamp(condition, "lastTransitionTime");
    kube_text(&ret->ready_reason, json_str(condition, "reason"), KUBE_NAME_MAX);
    kube_text(&ret->ready_message, json_str(condition, "message"), KUBE_MESSAGE_MAX);
    pressure_parse(status, ret);
    ret->unschedulable = cJSON_IsObject(spec) ? tri_of(json_bool(spec, "unschedulable") == TRI_YES) : TRI_UNKNOWN;
    ret->neuron_devices = kube_quantity(have, "aws.amazon.com/neuron");
    if (!ret->neuron_devices.known) ret->neuron_devices = kube_quantity(have, "aws.amazon.com/neurondevice");
    ret->neuron_cores = kube_quantity(have, "aws.amazon.com/neuroncore");
    kube_text(&ret->kubelet_version, json_str(json_get(status, "nodeInfo"), "kubeletVersion"), KUBE_NAME_MAX);
}
