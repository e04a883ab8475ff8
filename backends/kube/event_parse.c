/* event_parse.c - Parses Events (core/v1). */
#include "backends/base/text.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"

#include <string.h>

/* Two forms exist: the kubelet's (firstTimestamp, lastTimestamp, count, source), and that of newer controllers
 * (eventTime, series, reportingComponent), which leave the old fields null or empty. */

static struct known_u64 first_known(struct known_u64 a, struct known_u64 b)
{
    return a.known ? a : b;
}

void event_parse(const cJSON *obj, struct event *ret)
{
    const cJSON *meta = json_get(obj, "metadata"), *about = json_get(obj, "involvedObject");
    const cJSON *series = json_get(obj, "series");
    const char *component = json_str(obj, "reportingComponent");
    struct known_u64 created = json_stamp(meta, "creationTimestamp"), at = json_stamp(obj, "eventTime");
    if (!cJSON_IsObject(about)) about = json_get(obj, "regarding");
    if (!component || !*component) component = json_str(json_get(obj, "source"), "component");
    kube_text(&ret->ns, json_str(meta, "namespace"), KUBE_NAME_MAX);
    kube_text(&ret->type, json_str(obj, "type"), KUBE_NAME_MAX);
    kube_text(&ret->reason, json_str(obj, "reason"), KUBE_NAME_MAX);
    kube_text(&ret->about_kind, json_str(about, "kind"), KUBE_NAME_MAX);
    kube_text(&ret->about, json_str(about, "name"), KUBE_NAME_MAX);
    kube_text(&ret->about_uid, json_str(about, "uid"), KUBE_NAME_MAX);
    kube_text(&ret->message, json_str(obj, json_str(obj, "message") ? "message" : "note"), KUBE_MESSAGE_MAX);
    kube_text(&ret->component, component, KUBE_NAME_MAX);
    ret->first = first_known(first_known(json_stamp(obj, "firstTimestamp"), at), created);
    ret->last = first_known(json_stamp(series, "lastObservedTime"), json_stamp(obj, "lastTimestamp"));
    ret->last = first_known(first_known(ret->last, at), created);
    ret->count = first_known(json_u64(series, "count"), json_u64(obj, "count"));
    const char *version = json_str(meta, "resourceVersion");
    uint64_t order;
    if (version && text_u64(version, strlen(version), UINT64_MAX, &order) == ERR_OK) ret->version = known_u64(order);
    if (!ret->count.known || !ret->count.value) ret->count = known_u64(1);
}
