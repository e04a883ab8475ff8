/* knode_parse.c - parses Nodes (core/v1). */
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"

static const char *label_of(const cJSON *obj, const char *now, const char *before)
{
    const char *v = kube_label(obj, now);
    return v ? v : kube_label(obj, before);
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
    ret->ready = kube_condition_is(status, "Ready");
    /* the node controller sets Ready to "Unknown" for a node that stopped reporting: not ready */
    if (kube_condition(status, "Ready") && ret->ready == TRI_UNKNOWN) ret->ready = TRI_NO;
    ret->unschedulable = cJSON_IsObject(spec) ? tri_of(json_bool(spec, "unschedulable") == TRI_YES) : TRI_UNKNOWN;
    ret->neuron_devices = kube_quantity(have, "aws.amazon.com/neuron");
    if (!ret->neuron_devices.known) ret->neuron_devices = kube_quantity(have, "aws.amazon.com/neurondevice");
    ret->neuron_cores = kube_quantity(have, "aws.amazon.com/neuroncore");
    kube_text(&ret->kubelet_version, json_str(json_get(status, "nodeInfo"), "kubeletVersion"), KUBE_NAME_MAX);
}
