/* cluster_parse.c - see cluster_parse.h. */
#include "deploy/cluster_parse.h"

#include "backends/base/text.h"

#include <string.h>

enum err operator_parse(const cJSON *list, struct operator_seen *ret)
{
    const cJSON *items = json_get(list, "items");
    const cJSON *one = cJSON_IsArray(items) ? items->child : NULL;
    if (!one) return ERR_NOT_FOUND;
    *ret = (struct operator_seen){.ready = json_u64(json_get(one, "status"), "readyReplicas")};
    const char *ns = json_str(json_get(one, "metadata"), "namespace");
    if (ns) text_safe_into(ret->ns, sizeof ret->ns, ns, strlen(ns));
    /* Go omits zeros: no count means that none is ready. */
    if (!ret->ready.known && json_get(one, "status")) ret->ready = known_u64(0);
    const cJSON *containers = json_path(one, "spec.template.spec.containers");
    const char *image = json_str(cJSON_IsArray(containers) ? containers->child : NULL, "image");
    const char *slash = image ? strrchr(image, '/') : NULL, *tag = image ? strchr(slash ? slash : image, ':') : NULL;
    if (tag) text_safe_into(ret->version, sizeof ret->version, tag + 1, strcspn(tag + 1, "@"));
    return ERR_OK;
}

enum tri operator_is_older(const char *version, uint64_t major, uint64_t minor)
{
    uint64_t a, b;
    version += *version == 'v';
    size_t first = strcspn(version, "."), second;
    if (!version[first] || text_u64(version, first, 1000, &a)) return TRI_UNKNOWN;
    version += first + 1;
    second = strspn(version, "0123456789");
    if (text_u64(version, second, 1000, &b)) return TRI_UNKNOWN;
    return tri_of(a < major || (a == major && b < minor));
}
