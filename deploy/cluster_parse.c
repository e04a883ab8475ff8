/* cluster_parse.c - Parses what a cluster says of itself: versions, API groups, nodes. */
#include "deploy/cluster_parse.h"

#include "backends/base/buf.h"
#include "backends/base/text.h"

#include <string.h>

enum { DEVICES_MAX = 1000000 };

enum err operator_parse(const cJSON *list, struct operator_seen *ret)
{
    const cJSON *items = json_get(list, "items");
    const cJSON *one = cJSON_IsArray(items) ? items->child : NULL;
    if (!one) return ERR_NOT_FOUND;
    *ret = (struct operator_seen){.ready = json_u64(json_get(one, "status"), "readyReplicas")};
    const char *ns = json_str(json_get(one, "metadata"), "namespace");
    if (ns) text_safe_into(ret->ns, sizeof ret->ns, ns, strlen(ns));
    /* Go leaves zeros out: a status without the count says that none is ready. */
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

static bool labels_match(const cJSON *node, const cJSON *selector)
{
    const cJSON *labels = json_path(node, "metadata.labels");
    JSON_EACH (wanted, selector) {
        if (!cJSON_IsString(wanted) || !wanted->string) continue;
        const char *has = json_str(labels, wanted->string);
        if (!has || strcmp(has, wanted->valuestring) != 0) return false;
    }
    return true;
}

struct nodes_seen nodes_parse(const cJSON *list, const cJSON *selector)
{
    struct nodes_seen seen = {0};
    JSON_EACH (node, json_get(list, "items")) {
        seen.all++;
        if (!labels_match(node, selector) || json_bool(json_get(node, "spec"), "unschedulable") == TRI_YES) continue;
        struct known_u64 devices = json_u64(json_path(node, "status.allocatable"), "aws.amazon.com/neuron");
        seen.matching++;
        if (!devices.known || devices.value > DEVICES_MAX) continue;
        seen.devices += devices.value;
        if (devices.value > seen.most) seen.most = devices.value;
    }
    return seen;
}

void selector_words(const cJSON *selector, char *out, size_t size)
{
    struct buf b;
    buf_init(&b, (size_t)16 * 1024);
    JSON_EACH (wanted, selector) {
        if (!cJSON_IsString(wanted) || !wanted->string) continue;
        buf_printf(&b, "%s%s=%s", b.len ? ", " : "", wanted->string, wanted->valuestring);
    }
    text_safe_into(out, size, buf_text(&b), b.len);
    buf_done(&b);
}
