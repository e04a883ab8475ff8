/* kobject.c - Kubernetes objects of any kind: names, labels, owners, paths. */
#include "deploy/kobject.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/request_body.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096, GROUPS = 1000000 };

enum { CLUSTER, NAMESPACED };
const struct kobject_kind kobject_kinds[] = {
#define OBJECT(api_version, kind, plural, scope) {api_version, kind, plural, scope, __LINE__},
#define OTHERS(scope)
#include "deploy/kinds.def"
#undef OBJECT
#undef OTHERS
    {NULL, NULL, NULL, false, 0}};

unsigned kobject_order_of_others(bool namespaced)
{
    enum {
#define OBJECT(api_version, kind, plural, scope)
#define OTHERS(scope) ORDER_##scope = __LINE__,
#include "deploy/kinds.def"
#undef OBJECT
#undef OTHERS
    };
    return namespaced ? ORDER_NAMESPACED : ORDER_CLUSTER;
}

void kobject_kind_done(struct kobject_kind *kind)
{
    free((char *)(uintptr_t)kind->api_version);
    free((char *)(uintptr_t)kind->kind);
    free((char *)(uintptr_t)kind->plural);
}

const struct kobject_kind *kobject_kind_named(const char *api_version, const char *kind)
{
    if (!api_version || !kind) return NULL;
    for (const struct kobject_kind *k = kobject_kinds; k->kind; k++)
        if (strcmp(k->kind, kind) == 0 && strcmp(k->api_version, api_version) == 0) return k;
    return NULL;
}

const struct kobject_kind *kobject_kind_of(const cJSON *object)
{
    return kobject_kind_named(json_str(object, "apiVersion"), json_str(object, "kind"));
}

static const char *metadata_text(const cJSON *object, const char *field)
{
    const char *text = json_str(json_get(object, "metadata"), field);
    return text ? text : "";
}

const char *kobject_name(const cJSON *object)
{
    return metadata_text(object, "name");
}

const char *kobject_ns(const cJSON *object)
{
    return metadata_text(object, "namespace");
}

const char *kobject_uid(const cJSON *object)
{
    return metadata_text(object, "uid");
}

const char *kobject_version(const cJSON *object)
{
    return metadata_text(object, "resourceVersion");
}

bool kobject_is(const cJSON *object, const char *kind)
{
    return text_eq(json_str(object, "kind"), kind);
}

bool kobject_is_owned(const cJSON *object)
{
    return cJSON_GetArraySize(json_get(json_get(object, "metadata"), "ownerReferences")) > 0;
}

bool kobject_is_ours(const cJSON *object)
{
    const cJSON *labels = json_get(json_get(object, "metadata"), "labels");
    return text_eq(json_str(labels, OWN_LABEL), OWN_VALUE) && !kobject_is_owned(object);
}

/* The member of that name as an object of its own, made where it is missing or something else. */
static cJSON *object_member(cJSON *object, const char *name)
{
    cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    if (cJSON_IsObject(found)) return found;
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    return cJSON_AddObjectToObject(object, name);
}

static void text_set(cJSON *object, const char *map, const char *name, const char *value)
{
    cJSON *to = object_member(object_member(object, "metadata"), map);
    cJSON_DeleteItemFromObjectCaseSensitive(to, name);
    cJSON_AddStringToObject(to, name, value);
}

void kobject_pin(cJSON *object, const char *uid, const char *version)
{
    cJSON *to = object_member(object, "metadata");
    cJSON_DeleteItemFromObjectCaseSensitive(to, "uid");
    cJSON_DeleteItemFromObjectCaseSensitive(to, "resourceVersion");
    cJSON_AddStringToObject(to, "uid", uid);
    if (version) cJSON_AddStringToObject(to, "resourceVersion", version);
}

size_t kobject_created_entry(const cJSON *object)
{
    size_t i = 0;
    JSON_EACH (entry, json_path(object, "metadata.managedFields")) {
        if (text_eq(json_str(entry, "manager"), FIELD_MANAGER) && text_eq(json_str(entry, "operation"), "Update") &&
            !json_get(entry, "subresource"))
            return i;
        i++;
    }
    return SIZE_MAX;
}

void kobject_own(cJSON *object, const char *service)
{
    text_set(object, "labels", OWN_LABEL, OWN_VALUE);
    if (*service) text_set(object, "annotations", OWN_SERVICE, service);
}

const char *kobject_deployed_with(const cJSON *object)
{
    return json_str(json_get(json_get(object, "metadata"), "annotations"), OWN_SERVICE);
}

char *kobject_path(const struct kobject_kind *kind, const char *ns, const char *name)
{
    char *root = mem_printf("%s/%s", strchr(kind->api_version, '/') ? "/apis" : "/api", kind->api_version);
    char *path = request_path(root, kind->namespaced && ns && *ns ? ns : NULL, kind->plural, name);
    free(root);
    return path;
}

/* "ray.io" of "ray.io/v1"; of the core group nothing. */
static void add_group(struct buf *b, const struct kobject_kind *kind)
{
    const char *slash = strchr(kind->api_version, '/');
    if (!slash) return;
    buf_char(b, '.');
    buf_add(b, kind->api_version, (size_t)(slash - kind->api_version));
}

char *kobject_words(const struct kobject_kind *kind, const char *name)
{
    struct buf b;
    buf_init(&b, PATH_BYTES);
    for (const char *c = kind->kind; *c; c++) buf_char(&b, (char)tolower((unsigned char)*c));
    add_group(&b, kind);
    char *safe = text_safe(name, strlen(name), TEXT_ONE_LINE, OBJECT_NAME_MAX);
    buf_printf(&b, "/%s", safe);
    free(safe);
    return buf_take(&b);
}

char *kobject_resource(const struct kobject_kind *kind)
{
    struct buf b;
    buf_init(&b, PATH_BYTES);
    buf_str(&b, kind->plural);
    add_group(&b, kind);
    return buf_take(&b);
}

/* ---- a RayService's worker groups ---- */

static const cJSON *groups_of(const cJSON *rayservice)
{
    return json_path(rayservice, "spec.rayClusterConfig.workerGroupSpecs");
}

static struct known_u64 replicas_of(const cJSON *group)
{
    struct known_u64 n = json_u64(group, "replicas");
    if (!n.known) n = json_u64(group, "minReplicas");
    return n.known && n.value <= GROUPS ? n : UNKNOWN_U64;
}

struct known_u64 kobject_neuron_devices(const cJSON *rayservice)
{
    uint64_t sum = 0;
    JSON_EACH (group, groups_of(rayservice)) {
        struct known_u64 replicas = replicas_of(group);
        JSON_EACH (container, json_path(group, "template.spec.containers")) {
            const cJSON *resources = json_get(container, "resources");
            struct known_u64 devices = json_u64(json_get(resources, "limits"), "aws.amazon.com/neuron");
            if (!devices.known) devices = json_u64(json_get(resources, "requests"), "aws.amazon.com/neuron");
            if (!devices.known) continue;
            if (!replicas.known || devices.value > GROUPS) return UNKNOWN_U64;
            sum += replicas.value * devices.value;
        }
    }
    return known_u64(sum);
}

bool kobject_groups_are_owned(const cJSON *live)
{
    JSON_EACH (entry, json_path(live, "metadata.managedFields")) {
        if (text_eq(json_str(entry, "manager"), FIELD_MANAGER)) continue;
        const cJSON *cluster = json_get(json_get(json_get(entry, "fieldsV1"), "f:spec"), "f:rayClusterConfig");
        if (json_get(cluster, "f:workerGroupSpecs")) return true;
    }
    return false;
}

static const cJSON *group_named(const cJSON *groups, const char *name)
{
    JSON_EACH (g, groups)
        if (text_eq(json_str(g, "groupName"), name)) return g;
    return NULL;
}

size_t kobject_take_replicas(cJSON *object, const cJSON *live)
{
    size_t taken = 0;
    const cJSON *ours = groups_of(object);
    for (cJSON *g = cJSON_IsArray(ours) ? ours->child : NULL; g; g = g->next) {
        const cJSON *other = group_named(groups_of(live), json_str(g, "groupName"));
        struct known_u64 now = json_u64(other, "replicas"), said = json_u64(g, "replicas");
        struct known_u64 least = json_u64(g, "minReplicas"), most = json_u64(g, "maxReplicas");
        if (!now.known || !json_str(g, "groupName")) continue;
        if (least.known && now.value < least.value) now = least;
        if (most.known && now.value > most.value) now = most;
        if (said.known && said.value == now.value) continue;
        cJSON_DeleteItemFromObjectCaseSensitive(g, "replicas");
        cJSON_AddNumberToObject(g, "replicas", (double)now.value);
        taken++;
    }
    return taken;
}
