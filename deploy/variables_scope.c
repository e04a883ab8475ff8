/* variables_scope.c - which variables are a container's own: "$REDIS_PASSWORD" in rayStartParams is for the shell that
 * runs `ray start`, and that shell has the container's environment. */
#include "deploy/variables_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

struct variable_scope variable_scope_root(void)
{
    return (struct variable_scope){0};
}

static bool is_one_of(const char *key, const char *const *names, size_t count)
{
    for (size_t i = 0; key && i < count; i++)
        if (strcmp(key, names[i]) == 0) return true;
    return false;
}

/* `ray start` runs in the first one. */
static const struct yaml_node *first_container(const struct yaml_node *node)
{
    const struct yaml_node *list = yaml_get(yaml_get(yaml_get(node, "template"), "spec"), "containers");
    return list && list->kind == YAML_LIST && list->count ? list->items[0] : NULL;
}

struct variable_scope variable_scope_in(const struct variable_scope *up, const struct yaml_node *node, bool of_secret)
{
    static const char *const shells[] = {"rayStartParams", "command", "args"};
    static const char *const lists[] = {"containers", "initContainers"};
    struct variable_scope s = *up;
    if (of_secret) {
        s.in_data = text_eq(node->key, "data");
        s.in_secret = s.in_data || text_eq(node->key, "stringData");
    }
    if (up->in_list && node->kind == YAML_MAP) s.container = node;
    s.in_list = node->kind == YAML_LIST && is_one_of(node->key, lists, ARRAY_LEN(lists));
    s.shell = up->shell || is_one_of(node->key, shells, ARRAY_LEN(shells));
    if (text_eq(node->key, "headGroupSpec")) s.head = true;
    if (s.head || text_eq(node->key, "workerGroupSpecs")) s.ray = true;
    if (node->kind != YAML_MAP) return s;
    const struct yaml_node *first = first_container(node), *options = yaml_get(node, "gcsFaultToleranceOptions");
    if (first) s.container = first;
    if (options) s.options = options;
    return s;
}

static const struct yaml_node *object_named(const struct manifest *m, const char *kind, const char *name)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct yaml_node *root = m->objects[i].root;
        /* Not the texts of struct manifest_object: they may have changed. */
        if (root->kind == YAML_MAP && text_eq(yaml_str(root, "kind"), kind) &&
            text_eq(yaml_str(yaml_get(root, "metadata"), "name"), name))
            return root;
    }
    return NULL;
}

/* One item of envFrom. */
static enum tri source_sets(const struct yaml_node *from, const struct manifest *m, const char *name)
{
    const char *prefix = yaml_str(from, "prefix");
    const struct yaml_node *secret = yaml_get(from, "secretRef"), *map = yaml_get(from, "configMapRef");
    const struct yaml_node *object =
        object_named(m, secret ? "Secret" : "ConfigMap", yaml_str(secret ? secret : map, "name"));
    const size_t len = prefix ? strlen(prefix) : 0;
    if (strncmp(name, prefix ? prefix : "", len) != 0) return TRI_NO;
    if (!object) return TRI_UNKNOWN;
    return yaml_get(yaml_get(object, "data"), name + len) || yaml_get(yaml_get(object, "stringData"), name + len)
               ? TRI_YES
               : TRI_NO;
}

enum tri variable_scope_sets(const struct variable_scope *at, const struct manifest *m, const char *name)
{
    /* What KubeRay puts into the environment of Ray's container (ray-operator, common/pod.go). */
    static const char *const kuberay[] = {"KUBERAY_GEN_RAY_START_CMD",
                                          "FQ_RAY_IP",
                                          "RAY_IP",
                                          "RAY_PORT",
                                          "RAY_ADDRESS",
                                          "RAY_CLUSTER_NAME",
                                          "RAY_NODE_TYPE_NAME",
                                          "RAY_CLOUD_INSTANCE_ID"};
    enum tri found = TRI_NO;
    if (!at->shell || !at->container) return TRI_NO;
    const struct yaml_node *env = yaml_get(at->container, "env"), *from = yaml_get(at->container, "envFrom");
    for (size_t i = 0; env && env->kind == YAML_LIST && i < env->count; i++)
        if (text_eq(yaml_str(env->items[i], "name"), name)) return TRI_YES;
    if (at->ray && is_one_of(name, kuberay, ARRAY_LEN(kuberay))) return TRI_YES;
    /* KubeRay gives it to the head. */
    if (at->head && yaml_get(at->options, "redisPassword") && strcmp(name, "REDIS_PASSWORD") == 0) return TRI_YES;
    for (size_t i = 0; from && from->kind == YAML_LIST && i < from->count && found != TRI_YES; i++) {
        const enum tri one = source_sets(from->items[i], m, name);
        if (one != TRI_NO) found = one;
    }
    return found;
}
