/* lint_ray.c - a Ray object's parts, for lint; see lint_ray.h. */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct yaml_node *node_path(const struct yaml_node *map, const char *first, const char *second)
{
    return yaml_get(yaml_get(map, first), second);
}

bool ray_of(const struct manifest_object *o, struct ray *ret)
{
    static const struct {
        const char *name;
        enum ray_kind kind;
        const char *cluster; /* where in the spec the cluster's is */
        bool cron;
    } kinds[] = {
        {"RayService", RAY_SERVICE, "rayClusterConfig", false},
        {"RayCluster", RAY_CLUSTER, NULL, false},
        {"RayJob", RAY_JOB, "rayClusterSpec", false},
        {"RayCronJob", RAY_JOB, "rayClusterSpec", true},
    };
    if (!o->kind || !o->api_version || strncmp(o->api_version, "ray.io/", 7) != 0) return false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(o->kind, kinds[i].name) != 0) continue;
        struct ray r = {.kind = kinds[i].kind, .cron = kinds[i].cron, .spec = yaml_get(o->root, "spec")};
        if (r.cron) r.spec = yaml_get(r.spec, "jobTemplate");
        r.cluster = kinds[i].cluster ? yaml_get(r.spec, kinds[i].cluster) : r.spec;
        r.annotations = r.cron ? NULL : node_path(o->root, "metadata", "annotations");
        r.options = yaml_get(r.cluster, "gcsFaultToleranceOptions");
        if (r.options && r.options->kind != YAML_MAP) r.options = NULL;
        r.head = yaml_get(r.cluster, "headGroupSpec");
        r.workers = ray_list(r.cluster, "workerGroupSpecs");
        r.ft_annotation = yaml_get(r.annotations, "ray.io/ft-enabled");
        const char *on = yaml_str(r.annotations, "ray.io/ft-enabled");
        r.ft = r.options || (on && strcasecmp(on, "true") == 0);
        r.autoscales = yaml_bool(r.cluster, "enableInTreeAutoscaling", false);
        *ret = r;
        return true;
    }
    return false;
}

const struct yaml_node *ray_list(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n && n->kind == YAML_LIST ? n : NULL;
}

const struct yaml_node *ray_pod(const struct yaml_node *group)
{
    return node_path(group, "template", "spec");
}

const struct yaml_node *ray_container(const struct yaml_node *group)
{
    const struct yaml_node *all = ray_list(ray_pod(group), "containers");
    return all && all->count ? all->items[0] : NULL;
}

const struct yaml_node *ray_env(const struct yaml_node *group, const char *name)
{
    const struct yaml_node *env = ray_list(ray_container(group), "env");
    for (size_t i = 0; env && i < env->count; i++)
        if (text_eq(yaml_str(env->items[i], "name"), name)) return env->items[i];
    return NULL;
}

bool ray_env_open(const struct yaml_node *group)
{
    return ray_list(ray_container(group), "envFrom") != NULL;
}

const char *ray_group_name(const struct ray *r, const struct yaml_node *group)
{
    const char *name = group == r->head ? "head" : yaml_str(group, "groupName");
    return name ? name : "workers";
}

const struct yaml_node *ray_redis_address(const struct ray *r)
{
    const struct yaml_node *address = yaml_get(r->options, "redisAddress");
    if (address) return address;
    const struct yaml_node *entry = ray_env(r->head, "RAY_REDIS_ADDRESS"), *value = yaml_get(entry, "value");
    return value ? value : entry;
}

bool ray_autoscaler_v2(const struct ray *r)
{
    return text_eq(yaml_str(yaml_get(r->cluster, "autoscalerOptions"), "version"), "v2");
}

bool ray_number(const struct yaml_node *map, const char *key, double *ret)
{
    const char *text = yaml_str(map, key);
    char *end = NULL;
    if (!text || !*text) return false;
    double value = strtod(text, &end);
    if (*end || !isfinite(value)) return false;
    *ret = value;
    return true;
}

/* As KubeRay counts them: a suspended group has none, and replicas are kept within the bounds. */
struct ray_pods ray_group_pods(const struct ray *r, const struct yaml_node *group)
{
    double least = 0, replicas, most = INFINITY, hosts = 1;
    if (yaml_bool(group, "suspend", false)) return (struct ray_pods){0, 0};
    ray_number(group, "minReplicas", &least);
    ray_number(group, "maxReplicas", &most);
    if (!ray_number(group, "replicas", &replicas) || replicas < least) replicas = least;
    if (replicas > most) replicas = most;
    if (!ray_number(group, "numOfHosts", &hosts) || hosts < 1) hosts = 1;
    if (!r->autoscales) least = most = replicas;
    if (most == INFINITY) most = replicas;
    return (struct ray_pods){least * hosts, most * hosts};
}

bool serve_of(struct lint *l, const struct ray *r, struct serve *ret)
{
    const struct yaml_node *config = r->kind == RAY_SERVICE ? yaml_get(r->spec, "serveConfigV2") : NULL;
    struct serve s = {0};
    if (!config || (config->kind == YAML_SCALAR && !*config->text)) return false;
    if (config->kind != YAML_SCALAR) {
        s.root = config; /* K1 */
        *ret = s;
        return config->kind == YAML_MAP;
    }
    struct yaml_place at = {0};
    struct why why = {0};
    if (manifest_parse_inner("serveConfigV2", config->text, &s.doc, &at, &why)) {
        lint_say_as(l, RULE_M4, FINDING_ERROR, manifest_inner_place(l->m, config, at), "%s", why.text);
        return false;
    }
    s.string = config;
    s.root = yaml_root(s.doc);
    if (s.root && s.root->kind == YAML_MAP) {
        *ret = s;
        return true;
    }
    lint_say(l, RULE_M4, config, "serveConfigV2 holds no map with applications");
    yaml_tree_free(s.doc);
    return false;
}

void serve_done(struct serve *s)
{
    yaml_tree_free(s->doc);
    *s = (struct serve){0};
}

struct yaml_place serve_place(const struct lint *l, const struct serve *s, const struct yaml_node *node)
{
    struct yaml_place inner = {node->line, node->column};
    return s->string ? manifest_inner_place(l->m, s->string, inner) : inner;
}

const struct yaml_node *serve_app(const struct serve *s, size_t index)
{
    const struct yaml_node *apps = ray_list(s->root, "applications");
    if (apps) return index < apps->count ? apps->items[index] : NULL;
    return index == 0 && yaml_get(s->root, "deployments") ? s->root : NULL;
}

struct ray_pods serve_replicas(const struct yaml_node *deployment)
{
    const struct yaml_node *scaling = yaml_get(deployment, "autoscaling_config");
    struct ray_pods n = {1, 1};
    if (scaling && scaling->kind == YAML_MAP) {
        ray_number(scaling, "min_replicas", &n.least);
        n.most = n.least;
        if (!ray_number(scaling, "max_replicas", &n.most) || n.most < n.least) n.most = n.least;
    } else if (text_eq(yaml_str(deployment, "num_replicas"), "auto")) {
        n.most = 100; /* Serve's own bounds for "auto" */
    } else if (ray_number(deployment, "num_replicas", &n.least)) {
        n.most = n.least;
    }
    return n;
}

static bool holds_secret(const struct lint *l, const char *name)
{
    char *copy = mem_str(name);
    bool found = copy && variables_hide(l->vars, copy);
    free(copy);
    return found;
}

/* A secret may have been put where a name is expected: it is in no message for all that. */
static void finding_add(struct lint *l, enum rule_id id, enum finding_severity severity, struct yaml_place at,
                        const char *fmt, va_list ap)
{
    char object[512], message[2 * FINDING_TEXT_MAX];
    const struct manifest_object *o = l->o;
    const struct manifest_object unnamed = {.document = o->document};
    if (holds_secret(l, o->kind) || holds_secret(l, o->ns) || holds_secret(l, o->name)) o = &unnamed;
    struct finding_where where = {.object = manifest_object_text(o, object, sizeof object),
                                  .file = l->m->file,
                                  .document = o->document,
                                  .line = at.line,
                                  .column = at.column};
    vsnprintf(message, sizeof message, fmt, ap);
    variables_hide(l->vars, message);
    findings_add(l->out, id, severity, &where, "%s", message);
}

bool lint_kuberay_has(const struct lint *l, unsigned minor)
{
    return !l->kuberay || l->kuberay >= minor;
}

void lint_say(struct lint *l, enum rule_id id, const struct yaml_node *at, const char *fmt, ...)
{
    const struct yaml_node *n = at ? at : l->o->root;
    va_list ap;
    va_start(ap, fmt);
    finding_add(l, id, rule_get(id)->severity, (struct yaml_place){n->line, n->column}, fmt, ap);
    va_end(ap);
}

void lint_say_as(struct lint *l, enum rule_id id, enum finding_severity severity, struct yaml_place at, const char *fmt,
                 ...)
{
    va_list ap;
    va_start(ap, fmt);
    finding_add(l, id, severity, at, fmt, ap);
    va_end(ap);
}
