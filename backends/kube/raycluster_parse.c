/* raycluster_parse.c - parses RayClusters (ray.io/v1). */
#include "backends/base/buf.h"
#include "backends/base/text.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"

#include <stdlib.h>

enum { FINALIZERS_MAX = 512 };

static void finalizers_parse(const cJSON *meta, struct raycluster *r)
{
    struct buf b;
    buf_init(&b, FINALIZERS_MAX);
    JSON_EACH (f, json_get(meta, "finalizers")) {
        if (cJSON_IsString(f) && buf_printf(&b, "%s%s", b.len ? "," : "", f->valuestring) != ERR_OK) break;
    }
    kube_text(&r->finalizers, buf_text(&b), FINALIZERS_MAX);
    buf_done(&b);
}

static void service_parse(const cJSON *obj, struct raycluster *r)
{
    const char *name = NULL;
    if (text_eq(kube_label(obj, "ray.io/originated-from-crd"), "RayService"))
        name = kube_label(obj, "ray.io/originated-from-cr-name");
    if (!name) name = kube_owner(obj, "RayService");
    kube_text(&r->service, name, KUBE_NAME_MAX);
}

void raycluster_parse(const cJSON *obj, struct raycluster *ret)
{
    const cJSON *meta = json_get(obj, "metadata"), *status = json_get(obj, "status");
    const cJSON *head = json_get(status, "head"), *ready = kube_condition(status, "HeadPodReady");
    kube_text(&ret->ns, json_str(meta, "namespace"), KUBE_NAME_MAX);
    kube_text(&ret->name, json_str(meta, "name"), KUBE_NAME_MAX);
    service_parse(obj, ret);
    ret->created = json_stamp(meta, "creationTimestamp");
    ret->deleted = json_stamp(meta, "deletionTimestamp");
    kube_text(&ret->state, json_str(status, "state"), KUBE_NAME_MAX);
    kube_text(&ret->reason, json_str(status, "reason"), KUBE_MESSAGE_MAX);
    ret->head_ready = kube_condition_is(status, "HeadPodReady");
    kube_text(&ret->head_ready_reason, json_str(ready, "reason"), KUBE_NAME_MAX);
    ret->provisioned = kube_condition_is(status, "RayClusterProvisioned");
    kube_text(&ret->head_pod, json_str(head, "podName"), KUBE_NAME_MAX);
    kube_text(&ret->head_ip, json_str(head, "podIP"), KUBE_NAME_MAX);
    kube_text(&ret->head_service, json_str(head, "serviceName"), KUBE_NAME_MAX);
    ret->workers_wanted = json_u64(status, "desiredWorkerReplicas");
    ret->workers_ready = json_u64(status, "readyWorkerReplicas");
    /* Go's omitempty: once the operator has set counts, an absent one is 0 */
    if (ret->workers_wanted.known && !ret->workers_ready.known) ret->workers_ready = known_u64(0);
    finalizers_parse(meta, ret);
}
