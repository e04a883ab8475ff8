/* lint_operator.c - K4: what KubeRay's operator refuses of a cluster and of a RayService, beside fault tolerance
 * (lint_fault.c) and jobs (lint_job.c). As its validation has it, by version (ray-operator
 * controllers/ray/utils/validation.go, 1.3 to 1.6). Empty values are not set. */
#include "deploy/lint_ray.h"

#include "backends/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 63, PREFIX_MAX = 253 };
#define AUTOSCALER_V2 "RAY_enable_autoscaler_v2"

static bool is_set(const struct yaml_node *map, const char *key)
{
    const char *text = yaml_str(map, key);
    return text && *text;
}

static void check_containers(struct lint *l, const struct yaml_node *pod, const char *key, const char *who)
{
    const struct yaml_node *all = ray_list(pod, key);
    for (size_t i = 0; all && i < all->count; i++) {
        const struct yaml_node *c = all->items[i];
        const char *name = yaml_str(c, "name");
        if (c->kind == YAML_MAP && !is_set(c, "image") && name)
            lint_say(l, RULE_K4, c, "%s: container %s has no image: no pod can be created", who, name);
    }
}

/* Where the list is mistyped, or missing in a pod's spec, the API server refuses it first (K1, K2). */
static void check_pod(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const struct yaml_node *pod = ray_pod(group), *all = yaml_get(pod, "containers");
    const char *who = ray_group_name(r, group);
    const bool empty = all ? all->kind == YAML_LIST && !all->count : !pod;
    if (empty && yaml_get(group, "template"))
        lint_say(l, RULE_K4, all ? all : group, "%s: there should be at least one container", who);
    check_containers(l, pod, "initContainers", who);
    check_containers(l, pod, "containers", who);
    lint_pod_enumerations(l, who, pod);
}

static void check_group_resources(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    static const char *const names[] = {"num-cpus", "num-gpus", "memory", "resources", NULL};
    const struct yaml_node *params = yaml_get(group, "rayStartParams"), *resources = yaml_get(group, "resources");
    if (!lint_kuberay_has(l, 5) || !resources || !resources->count) return;
    for (size_t i = 0; names[i]; i++) {
        if (!is_set(params, names[i])) continue;
        lint_say(l, RULE_K4, resources, "%s: resources are set beside rayStartParams %s: use only one of them",
                 ray_group_name(r, group), names[i]);
        return;
    }
}

static bool is_label_part(const char *s, size_t len)
{
    if (!len || len > LABEL_MAX || !isalnum((unsigned char)s[0]) || !isalnum((unsigned char)s[len - 1])) return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)s[i]) && !strchr("-_.", s[i])) return false;
    return true;
}

/* RFC 1123's: labels of a-z, 0-9 and -, which - neither begins nor ends, between dots. */
static bool is_dns_name(const char *s, size_t len)
{
    if (!len || len > PREFIX_MAX) return false;
    for (size_t i = 0; i < len; i++) {
        const bool edge = i == 0 || i + 1 == len || s[i - 1] == '.' || s[i + 1] == '.';
        if (!islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) && (edge || !strchr("-.", s[i])))
            return false;
    }
    return true;
}

/* An optional DNS name and "/", then a part. */
static bool is_label_key(const char *s)
{
    const char *slash = strchr(s, '/'), *name = slash ? slash + 1 : s;
    return (!slash || is_dns_name(s, (size_t)(slash - s))) && is_label_part(name, strlen(name));
}

static void check_group_labels(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const struct yaml_node *param = yaml_get(yaml_get(group, "rayStartParams"), "labels");
    const struct yaml_node *labels = yaml_get(group, "labels");
    const char *who = ray_group_name(r, group);
    if (!lint_kuberay_has(l, 5)) return;
    if (param) lint_say(l, RULE_K4, param, "%s: rayStartParams labels is not supported: use the group's labels", who);
    for (size_t i = 0; labels && labels->kind == YAML_MAP && i < labels->count; i++) {
        const struct yaml_node *n = labels->items[i];
        const char *value = yaml_str(labels, n->key);
        if (!is_label_key(n->key))
            lint_say(l, RULE_K4, n, "%s: a label's key is not valid", who);
        else if (value && *value && !strchr(value, '$') && !is_label_part(value, strlen(value)))
            lint_say(l, RULE_K4, n, "%s: the value of label %s is not valid", who, n->key);
    }
}

static bool is_v2_by_env(const struct ray *r)
{
    const char *value = yaml_str(ray_env(r->head, AUTOSCALER_V2), "value");
    return text_eq(value, "1") || text_eq(value, "true");
}

static void check_idle_timeout(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    double seconds;
    const struct yaml_node *at = yaml_get(group, "idleTimeoutSeconds");
    if (!lint_kuberay_has(l, 6) || !ray_number(group, "idleTimeoutSeconds", &seconds)) return;
    if (seconds < 0)
        lint_say(l, RULE_K4, at, "%s: idleTimeoutSeconds must not be negative", ray_group_name(r, group));
    else if (!ray_autoscaler_v2(r) && !is_v2_by_env(r))
        lint_say(l, RULE_K4, at,
                 "%s: idleTimeoutSeconds is set, and autoscaler v2 is not enabled (autoscalerOptions.version)",
                 ray_group_name(r, group));
}

static void check_worker_group(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    static const char *const bounds[] = {"minReplicas", "maxReplicas", NULL};
    const char *who = ray_group_name(r, group);
    const struct yaml_node *suspend = yaml_get(group, "suspend");
    double n;
    for (size_t i = 0; lint_kuberay_has(l, 6) && bounds[i]; i++)
        if (ray_number(group, bounds[i], &n) && n < 0)
            lint_say(l, RULE_K4, yaml_get(group, bounds[i]), "%s: %s is negative", who, bounds[i]);
    check_idle_timeout(l, r, group);
    if (!yaml_bool(group, "suspend", false)) return;
    if (r->autoscales)
        lint_say(l, RULE_K4, suspend, "%s: a group cannot be suspended with the autoscaler enabled", who);
    else if (!lint_kuberay_has(l, 6))
        lint_say(l, RULE_K4, suspend,
                 "%s: before KubeRay 1.6 a group can be suspended only with the feature gate RayJobDeletionPolicy",
                 who);
}

static void check_autoscaler(struct lint *l, const struct ray *r)
{
    const struct yaml_node *env = ray_env(r->head, AUTOSCALER_V2), *options = yaml_get(r->cluster, "autoscalerOptions");
    double seconds;
    if (!r->autoscales && is_v2_by_env(r) && lint_kuberay_has(l, 5))
        lint_say(l, RULE_K4, env, AUTOSCALER_V2 " is set, and enableInTreeAutoscaling is not true");
    if (r->autoscales && env && yaml_str(options, "version") && lint_kuberay_has(l, 4))
        lint_say(l, RULE_K4, env, AUTOSCALER_V2 " is set beside autoscalerOptions.version: use only the latter");
    if (ray_number(options, "idleTimeoutSeconds", &seconds) && seconds < 0 && lint_kuberay_has(l, 6))
        lint_say(l, RULE_K4, yaml_get(options, "idleTimeoutSeconds"),
                 "autoscalerOptions.idleTimeoutSeconds must not be negative");
}

/* "2.52.0" is at least 2.52. False where it is no version. */
static bool is_ray_at_least(const char *version, long major, long minor)
{
    char *dot = NULL;
    const long first = version ? strtol(version, &dot, 10) : 0;
    if (!version || dot == version || *dot != '.') return false;
    const long second = strtol(dot + 1, NULL, 10);
    return first > major || (first == major && second >= minor);
}

static void check_auth(struct lint *l, const struct ray *r)
{
    const struct yaml_node *auth = yaml_get(r->cluster, "authOptions"), *k8s = yaml_get(auth, "enableK8sTokenAuth");
    const char *ray = yaml_str(r->cluster, "rayVersion");
    const bool token = text_eq(yaml_str(auth, "mode"), "token"), by_k8s = yaml_bool(auth, "enableK8sTokenAuth", false);
    if (!lint_kuberay_has(l, 6)) return;
    if (token && !(ray && strchr(ray, '$')) && !is_ray_at_least(ray, 2, 52))
        lint_say(l, RULE_K4, auth, "authOptions.mode token needs a rayVersion of 2.52.0 or later");
    if (!by_k8s) return;
    if (r->kind != RAY_CLUSTER)
        lint_say(l, RULE_K4, k8s, "enableK8sTokenAuth is supported for a RayCluster only");
    else if (!token)
        lint_say(l, RULE_K4, k8s, "enableK8sTokenAuth is set, and authOptions.mode is not token");
    else if (is_set(auth, "secretName"))
        lint_say(l, RULE_K4, k8s, "enableK8sTokenAuth is set together with authOptions.secretName");
    else if (!(ray && strchr(ray, '$')) && !is_ray_at_least(ray, 2, 55))
        lint_say(l, RULE_K4, k8s, "enableK8sTokenAuth needs a rayVersion of 2.55.0 or later");
}

/* A RayCluster's own strategy is taken only of a RayCluster that a person has created. */
static void check_cluster_strategy(struct lint *l, const struct ray *r)
{
    const struct yaml_node *strategy = yaml_get(r->cluster, "upgradeStrategy");
    if (r->kind != RAY_CLUSTER && yaml_str(strategy, "type") && lint_kuberay_has(l, 6))
        lint_say(l, RULE_K4, strategy, "upgradeStrategy cannot be set in the cluster of a %s",
                 r->kind == RAY_SERVICE ? "RayService: its own is in spec" : "RayJob");
}

static void check_incremental(struct lint *l, const struct ray *r, const struct yaml_node *strategy)
{
    static const char *const numbers[] = {"maxSurgePercent", "stepSizePercent", "intervalSeconds"};
    const struct yaml_node *options = yaml_get(strategy, "clusterUpgradeOptions");
    const struct yaml_node *at = options ? options : strategy;
    double n[3] = {100, -1, -1};
    for (size_t i = 0; i < 3; i++) ray_number(options, numbers[i], &n[i]);
    const char *problem = !r->autoscales                         ? "the autoscaler"
                          : !options                             ? "clusterUpgradeOptions"
                          : n[0] < 0 || n[0] > 100               ? "a maxSurgePercent from 0 to 100"
                          : n[1] < 0 || n[1] > 100               ? "a stepSizePercent from 0 to 100"
                          : n[2] <= 0                            ? "intervalSeconds of more than 0"
                          : !is_set(options, "gatewayClassName") ? "a gatewayClassName"
                                                                 : NULL;
    if (problem) /* the feature gate is off by default, and with it what the strategy needs is not looked at */
        lint_say_as(l, RULE_K4, FINDING_WARNING, (struct yaml_place){at->line, at->column},
                    "NewClusterWithIncrementalUpgrade needs %s", problem);
}

static void check_upgrade(struct lint *l, const struct ray *r)
{
    const struct yaml_node *strategy = yaml_get(r->spec, "upgradeStrategy"), *type = yaml_get(strategy, "type");
    const char *text = yaml_str(strategy, "type");
    if (!text || strchr(text, '$')) return;
    const bool incremental = strcmp(text, "NewClusterWithIncrementalUpgrade") == 0;
    if (incremental && lint_kuberay_has(l, 5))
        check_incremental(l, r, strategy);
    else if (incremental)
        lint_say(l, RULE_K4, type, "upgradeStrategy.type NewClusterWithIncrementalUpgrade came with KubeRay 1.5");
    else if (strcmp(text, "NewCluster") != 0 && strcmp(text, "None") != 0)
        lint_say(
            l, RULE_K4, type,
            "upgradeStrategy.type must be NewCluster, None or, since KubeRay 1.5, NewClusterWithIncrementalUpgrade");
}

/* Go's durations: "1h30m", "1.5h"; or whole seconds. */
static bool is_positive_duration(const char *s)
{
    static const char *const units[] = {"ns", "us", "µs", "ms", "s", "m", "h"};
    const bool more = strpbrk(s, "123456789") != NULL;
    if (*s == '+') s++;
    if (*s && strspn(s, "0123456789") == strlen(s)) return more;
    while (*s) {
        const size_t whole = strspn(s, "0123456789"), point = s[whole] == '.';
        const size_t all = whole + point + (point ? strspn(s + whole + point, "0123456789") : 0), unit_at = all;
        size_t unit = 0;
        if (all == point) return false;
        for (size_t i = 0; i < sizeof units / sizeof units[0] && !unit; i++)
            if (strncmp(s + unit_at, units[i], strlen(units[i])) == 0) unit = strlen(units[i]);
        if (!unit) return false;
        s += unit_at + unit;
    }
    return more;
}

static void check_timeout(struct lint *l, const struct ray *r)
{
    static const char name[] = "ray.io/initializing-timeout";
    const char *text = yaml_str(r->annotations, name);
    if (is_set(r->annotations, name) && !strchr(text, '$') && !is_positive_duration(text) && lint_kuberay_has(l, 5))
        lint_say(l, RULE_K4, yaml_get(r->annotations, name),
                 "the annotation %s must be a positive duration (5m, 1h) or whole seconds", name);
}

void lint_operator(struct lint *l, const struct ray *r)
{
    if (r->kind == RAY_SERVICE) {
        check_upgrade(l, r);
        check_timeout(l, r);
    }
    if (!r->cluster) return;
    check_autoscaler(l, r);
    check_auth(l, r);
    check_cluster_strategy(l, r);
    for (size_t i = 0; i <= (r->workers ? r->workers->count : 0); i++) {
        const struct yaml_node *group = i ? r->workers->items[i - 1] : r->head;
        if (!group || group->kind != YAML_MAP) continue;
        check_pod(l, r, group);
        check_group_resources(l, r, group);
        check_group_labels(l, r, group);
        if (i) check_worker_group(l, r, group);
    }
}
