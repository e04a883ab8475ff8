/* kube_fields.c - Reads members that many kinds have: metadata, container environment, conditions. */
#include "backends/kube/kube_fields.h"

#include "backends/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void kube_text(char **field, const char *foreign, size_t max_bytes)
{
    free(*field);
    *field = foreign && *foreign ? text_safe(foreign, strlen(foreign), TEXT_ONE_LINE, max_bytes) : NULL;
}

const char *kube_label(const cJSON *object, const char *name)
{
    return json_str(json_get(json_get(object, "metadata"), "labels"), name);
}

const char *kube_annotation(const cJSON *object, const char *name)
{
    return json_str(json_get(json_get(object, "metadata"), "annotations"), name);
}

const cJSON *kube_condition(const cJSON *status, const char *type)
{
    JSON_EACH (c, json_get(status, "conditions")) {
        const char *have = json_str(c, "type");
        if (have && strcmp(have, type) == 0) return c;
    }
    return NULL;
}

enum tri kube_condition_is(const cJSON *status, const char *type)
{
    const char *is = json_str(kube_condition(status, type), "status");
    if (text_eq(is, "True")) return TRI_YES;
    return text_eq(is, "False") ? TRI_NO : TRI_UNKNOWN;
}

const cJSON *kube_env(const cJSON *container, const char *name)
{
    const cJSON *found = NULL;
    JSON_EACH (e, json_get(container, "env")) {
        const char *have = json_str(e, "name");
        if (have && strcmp(have, name) == 0) found = e;
    }
    return found;
}

const char *kube_env_value(const cJSON *container, const char *name)
{
    return json_str(kube_env(container, name), "value");
}

const char *kube_owner(const cJSON *object, const char *kind)
{
    JSON_EACH (o, json_get(json_get(object, "metadata"), "ownerReferences")) {
        if (text_eq(json_str(o, "kind"), kind)) return json_str(o, "name");
    }
    return NULL;
}

long long kube_int(const cJSON *object, const char *name, long long otherwise)
{
    const cJSON *n = json_get(object, name);
    if (!cJSON_IsNumber(n) || !isfinite(n->valuedouble) || fabs(n->valuedouble) > 9007199254740992.0) return otherwise;
    return (long long)n->valuedouble;
}

struct known_u64 kube_quantity(const cJSON *resources, const char *name)
{
    return json_u64(resources, name);
}

const cJSON *kube_ray_container(const cJSON *group_spec)
{
    const cJSON *all = json_path(group_spec, "template.spec.containers");
    return cJSON_IsArray(all) ? all->child : NULL;
}

/* Milliseconds that notice a silent head in time: 0 is off, minutes are too late. */
static enum tri keepalive_of(const cJSON *container, const char *name)
{
    enum { KEEPALIVE_MS = 10000 };
    const cJSON *from = json_get(container, "envFrom");
    const char *text = kube_env_value(container, name);
    uint64_t ms;
    if (!kube_env(container, name)) return cJSON_IsArray(from) && from->child ? TRI_UNKNOWN : TRI_NO;
    if (!text) return TRI_UNKNOWN;
    return tri_of(text_u64(text, strlen(text), UINT64_MAX, &ms) == ERR_OK && ms > 0 && ms <= KEEPALIVE_MS);
}

enum tri kube_keepalive(const cJSON *container)
{
    if (!container) return TRI_UNKNOWN;
    const enum tri time = keepalive_of(container, "RAY_grpc_client_keepalive_time_ms");
    const enum tri timeout = keepalive_of(container, "RAY_grpc_client_keepalive_timeout_ms");
    if (time == TRI_NO || timeout == TRI_NO) return TRI_NO;
    return time == TRI_YES && timeout == TRI_YES ? TRI_YES : TRI_UNKNOWN;
}
