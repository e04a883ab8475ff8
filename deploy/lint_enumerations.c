/* lint_enumerations.c - enumerations that no CRD has: those of pods, Services and PersistentVolumeClaims. The API
 * server checks them when such an object is created (Kubernetes API reference; pkg/apis/core/validation): a pod of
 * one's own is refused at once (K1), one in a group's template once the operator creates it (K4). An empty value is the
 * default.
 */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAX = 64, LIST_MAX = 128, WORDS_MAX = 6 };

/* Keys with dots between them; each item of a list on the way is looked at. */
struct enumeration {
    const char *path;
    const char *words[WORDS_MAX + 1]; /* ends with NULL */
};

#define NODE_TERMS "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms."

static const struct enumeration pod_enumerations[] = {
    {"restartPolicy", {"Always", "OnFailure", "Never"}},
    {"dnsPolicy", {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"}},
    {"tolerations.operator", {"Exists", "Equal", "Lt", "Gt"}},
    {"tolerations.effect", {"NoSchedule", "PreferNoSchedule", "NoExecute"}},
    {"topologySpreadConstraints.whenUnsatisfiable", {"DoNotSchedule", "ScheduleAnyway"}},
    {NODE_TERMS "matchExpressions.operator", {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"}},
    {"containers.imagePullPolicy", {"Always", "IfNotPresent", "Never"}},
    {"initContainers.imagePullPolicy", {"Always", "IfNotPresent", "Never"}},
    {"containers.ports.protocol", {"TCP", "UDP", "SCTP"}},
    {"initContainers.ports.protocol", {"TCP", "UDP", "SCTP"}},
};
static const struct enumeration service_enumerations[] = {
    {"type", {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}},
    {"ports.protocol", {"TCP", "UDP", "SCTP"}},
    {"sessionAffinity", {"None", "ClientIP"}},
    {"externalTrafficPolicy", {"Cluster", "Local"}},
};
static const struct enumeration claim_enumerations[] = {
    {"accessModes", {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"}},
    {"volumeMode", {"Filesystem", "Block"}},
};

struct enumeration_check {
    struct lint *l;
    const char *group; /* of Ray; NULL: an object of its own */
    const struct enumeration *what;
};

/* A value of another type is K1's already. */
static bool is_among(const struct yaml_node *n, const char *const *words)
{
    double number;
    if (!*n->text || strchr(n->text, '$') || manifest_value_of(n, &number) != MANIFEST_STRING) return true;
    for (; *words; words++)
        if (strcmp(n->text, *words) == 0) return true;
    return false;
}

static void check_scalar(const struct enumeration_check *c, const struct yaml_node *n)
{
    char list[LIST_MAX] = "";
    size_t len = 0;
    if (is_among(n, c->what->words)) return;
    for (size_t i = 0; c->what->words[i] && len < sizeof list; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "", c->what->words[i]);
    if (c->group)
        lint_say(c->l, RULE_K4, n, "%s: %s must be one of: %s; no pod can be created", c->group, c->what->path, list);
    else
        lint_say(c->l, RULE_K1, n, "spec.%s must be one of: %s", c->what->path, list);
}

static void check_below(const struct enumeration_check *c, const struct yaml_node *n, const char *path)
{
    char key[KEY_MAX];
    const size_t len = strcspn(path, ".");
    if (!n) return;
    if (n->kind == YAML_LIST)
        for (size_t i = 0; i < n->count; i++) check_below(c, n->items[i], path);
    else if (n->kind == YAML_SCALAR && !*path)
        check_scalar(c, n);
    else if (n->kind == YAML_MAP && len && len < sizeof key) {
        snprintf(key, sizeof key, "%.*s", (int)len, path);
        check_below(c, yaml_get(n, key), path + len + (path[len] == '.'));
    }
}

static void check_enumerations(struct lint *l, const char *group, const struct yaml_node *spec,
                               const struct enumeration *all, size_t count)
{
    for (size_t i = 0; i < count; i++) check_below(&(struct enumeration_check){l, group, &all[i]}, spec, all[i].path);
}

void lint_pod_enumerations(struct lint *l, const char *group, const struct yaml_node *pod)
{
    check_enumerations(l, group, pod, pod_enumerations, ARRAY_LEN(pod_enumerations));
}

void lint_enumerations(struct lint *l)
{
    const struct yaml_node *spec = yaml_get(l->o->root, "spec");
    if (!text_eq(l->o->api_version, "v1")) return;
    if (text_eq(l->o->kind, "Pod")) lint_pod_enumerations(l, NULL, spec);
    if (text_eq(l->o->kind, "Service"))
        check_enumerations(l, NULL, spec, service_enumerations, ARRAY_LEN(service_enumerations));
    if (text_eq(l->o->kind, "PersistentVolumeClaim"))
        check_enumerations(l, NULL, spec, claim_enumerations, ARRAY_LEN(claim_enumerations));
}
