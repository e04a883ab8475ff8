/* slice_parse.c - parses EndpointSlices (discovery.k8s.io/v1). */
#include "backends/base/text.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_fields.h"

static void endpoint_parse(const cJSON *e, struct endpoint *ret)
{
    const cJSON *conditions = json_get(e, "conditions"), *target = json_get(e, "targetRef");
    const cJSON *addresses = json_get(e, "addresses");
    const cJSON *first = cJSON_IsArray(addresses) ? addresses->child : NULL;
    /* the API declares an endpoint's addresses fungible: uses the first */
    if (cJSON_IsString(first)) kube_text(&ret->address, first->valuestring, KUBE_NAME_MAX);
    if (text_eq(json_str(target, "kind"), "Pod")) kube_text(&ret->pod, json_str(target, "name"), KUBE_NAME_MAX);
    ret->ready = json_bool(conditions, "ready");
    ret->serving = json_bool(conditions, "serving");
    ret->terminating = json_bool(conditions, "terminating");
}

void slice_parse(const cJSON *obj, struct slice *ret)
{
    const cJSON *meta = json_get(obj, "metadata");
    kube_text(&ret->ns, json_str(meta, "namespace"), KUBE_NAME_MAX);
    kube_text(&ret->name, json_str(meta, "name"), KUBE_NAME_MAX);
    kube_text(&ret->service, kube_label(obj, "kubernetes.io/service-name"), KUBE_NAME_MAX);
    JSON_EACH (e, json_get(obj, "endpoints")) {
        if (cJSON_IsObject(e) && ret->endpoints_count < KUBE_ENDPOINTS)
            endpoint_parse(e, RECORD_APPEND(ret, endpoints));
    }
}
