/* lint_fault.c - fault tolerance: L4 to L14, L28. What KubeRay refuses is as its validation has it (ray-operator
 * controllers/ray/utils/validation.go, 1.3 to 1.7). */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { KEEPALIVE_MS = 10000, SERVICE_NAME_MAX = 47, CLUSTER_NAME_MAX = 53, PATIENCE_S = 180 };

/* An empty value is none. */
static bool is_given(const struct yaml_node *map, const char *key)
{
    const char *text = yaml_str(map, key);
    return text && *text;
}

static void lint_head_service(struct lint *l, const struct ray *r)
{
    const struct yaml_node *service = yaml_get(r->head, "headService"), *meta = yaml_get(service, "metadata");
    const struct yaml_node *name = yaml_get(meta, "name");
    if (r->kind != RAY_SERVICE || !is_given(meta, "name")) return;
    lint_say(l, RULE_L4, name, "headService.metadata.name is set; KubeRay 1.3 and later refuse it");
    lint_edit_drop(l, meta->count > 1 ? name : service->count > 1 ? meta : service);
}

/* Turned on without a Redis: by the options, which may name another backend than Redis, or by the annotation. */
static void lint_address(struct lint *l, const struct ray *r)
{
    const char *backend = yaml_str(r->options, "backend");
    if (!r->ft || ray_redis_address(r) || (backend && strcasecmp(backend, "redis") != 0)) return;
    const struct yaml_node *at = r->options ? r->options : r->ft_annotation;
    const bool open = !r->options && ray_env_open(r->head);
    lint_say_as(l, RULE_L9, open ? FINDING_UNKNOWN : FINDING_ERROR, (struct yaml_place){at->line, at->column},
                open ? "fault tolerance is on; envFrom may or may not have a Redis address"
                     : "fault tolerance is turned on, but no Redis address is given");
}

/* L5, L6, L9, L10: whether it is on, and how it is said. */
static void lint_switch(struct lint *l, const struct ray *r)
{
    const struct yaml_node *address = ray_env(r->head, "RAY_REDIS_ADDRESS");
    const char *said = yaml_str(r->annotations, "ray.io/ft-enabled");
    if (!r->ft && address)
        lint_say(l, RULE_L5, address, "RAY_REDIS_ADDRESS is set on the head, and fault tolerance is not turned on");
    if (r->options && said && *said) {
        lint_say(l, RULE_L6, r->ft_annotation, "ray.io/ft-enabled is set together with gcsFaultToleranceOptions");
        lint_edit_drop(l, r->annotations->count > 1 ? r->ft_annotation : r->annotations);
    }
    if (!r->ft && r->kind == RAY_SERVICE) lint_say(l, RULE_L9, r->cluster, "GCS fault tolerance is not turned on");
    if (r->ft && !r->options)
        lint_say(l, RULE_L10, r->ft_annotation,
                 "fault tolerance is turned on by annotation; KubeRay 1.3 and later have gcsFaultToleranceOptions");
}

static void lint_older_settings(struct lint *l, const struct ray *r)
{
    static const char *const names[] = {"RAY_REDIS_ADDRESS", "REDIS_PASSWORD"};
    const struct yaml_node *params = yaml_get(r->head, "rayStartParams");
    const struct yaml_node *entry = yaml_get(params, "redis-username");
    if (is_given(params, "redis-username"))
        lint_say(l, RULE_L8, entry, "redis-username is in the head's rayStartParams");
    entry = ray_env(r->head, "REDIS_USERNAME");
    if (entry) lint_say(l, RULE_L8, entry, "REDIS_USERNAME is in the head's env");
    if (!r->options) return;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        entry = ray_env(r->head, names[i]);
        if (entry) lint_say(l, RULE_L7, entry, "%s is in the head's env beside gcsFaultToleranceOptions", names[i]);
    }
    entry = yaml_get(params, "redis-password");
    if (is_given(params, "redis-password"))
        lint_say(l, RULE_L7, entry, "redis-password is in rayStartParams beside gcsFaultToleranceOptions");
    entry = yaml_get(r->annotations, "ray.io/external-storage-namespace");
    if (is_given(r->annotations, "ray.io/external-storage-namespace"))
        lint_say(l, RULE_L7, entry,
                 "the annotation ray.io/external-storage-namespace is set together with gcsFaultToleranceOptions");
}

static void lint_storage_namespace(struct lint *l, const struct ray *r)
{
    const char key[] = "ray.io/external-storage-namespace";
    const struct yaml_node *fixed = NULL;
    if (is_given(r->options, "externalStorageNamespace")) fixed = yaml_get(r->options, "externalStorageNamespace");
    if (!fixed && is_given(r->annotations, key)) fixed = yaml_get(r->annotations, key);
    if (!fixed) fixed = ray_env(r->head, "RAY_external_storage_namespace");
    if (fixed) lint_say(l, RULE_L11, fixed, "the external storage namespace is fixed");
}

static void lint_patience(struct lint *l, const struct yaml_node *group, const char *group_name)
{
    static const char name[] = "RAY_gcs_rpc_server_reconnect_timeout_s";
    const struct yaml_node *entry = ray_env(group, name);
    double seconds;
    if (!entry) return; /* KubeRay sets 600 */
    if (!ray_number(entry, "value", &seconds)) {
        lint_say_as(l, RULE_L12, FINDING_UNKNOWN, (struct yaml_place){entry->line, entry->column},
                    "%s of group %s has a value that the file does not show", name, group_name);
    } else if (seconds < PATIENCE_S) {
        lint_say(
            l, RULE_L12, entry,
            "group %s waits %.0f s for a new head, less than %d s: a restart and a GCS that is ready have taken 80 s",
            group_name, seconds, PATIENCE_S);
    }
}

/* RFC 1035's label, as Kubernetes asks of a Service's name. */
static bool is_label(const char *s)
{
    size_t len = strlen(s);
    if (!len || !islower((unsigned char)s[0]) || s[len - 1] == '-') return false;
    for (; *s; s++)
        if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '-') return false;
    return true;
}

static void lint_name(struct lint *l, const struct ray *r)
{
    const struct yaml_node *at = yaml_get(yaml_get(l->o->root, "metadata"), "name");
    size_t most = r->kind == RAY_CLUSTER ? CLUSTER_NAME_MAX : SERVICE_NAME_MAX;
    const char *name = l->o->name;
    if (!name || strchr(name, '$')) return;         /* M3, L1 and L2 say so */
    if (r->cron || !lint_kuberay_has(l, 4)) return; /* not looked at */
    if (strlen(name) > most)
        lint_say(l, RULE_L13, at, "the name has %zu characters; KubeRay takes %zu", strlen(name), most);
    else if (!is_label(name))
        lint_say(l, RULE_L13, at, "the name is not a DNS label (RFC 1035): a-z first, then a-z, 0-9 and -");
}

static void lint_bounds(struct lint *l, const struct yaml_node *group, const char *group_name)
{
    double least, most;
    if (lint_kuberay_has(l, 6) && ray_number(group, "minReplicas", &least) && ray_number(group, "maxReplicas", &most) &&
        least > most)
        lint_say(l, RULE_L13, yaml_get(group, "minReplicas"),
                 "group %s: minReplicas %.0f is more than maxReplicas %.0f", group_name, least, most);
}

static void lint_restart(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const char *policy = yaml_str(ray_pod(group), "restartPolicy");
    const struct yaml_node *at = yaml_get(ray_pod(group), "restartPolicy");
    if (!r->autoscales || !policy || !*policy || strcmp(policy, "Never") == 0) return;
    if (ray_autoscaler_v2(r) && lint_kuberay_has(l, 4))
        lint_say(l, RULE_K4, at, "%s: restartPolicy must be Never or unset with autoscaler v2",
                 ray_group_name(r, group));
    else
        lint_say(l, RULE_L14, at, "%s: restartPolicy %s, and the autoscaler is on", ray_group_name(r, group), policy);
    lint_edit_scalar(l, at, "Never");
}

/* A set value may still be no keepalive: 0 turns it off, and minutes are too long. */
static void lint_keepalive_value(struct lint *l, const struct yaml_node *entry, const char *who)
{
    const char *name = yaml_str(entry, "name");
    double ms;
    if (!ray_number(entry, "value", &ms))
        lint_say_as(l, RULE_L28, FINDING_UNKNOWN, (struct yaml_place){entry->line, entry->column},
                    "%s: %s has a value that the file does not show", who, name);
    else if (ms <= 0 || ms > KEEPALIVE_MS)
        lint_say(l, RULE_L28, entry, "%s: %s is %.0f; more than 0 and up to %d notices a silent head in time", who,
                 name, ms, KEEPALIVE_MS);
}

static void lint_keepalive(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    static const char *const names[] = {"RAY_grpc_client_keepalive_time_ms", "RAY_grpc_client_keepalive_timeout_ms"};
    const struct yaml_node *container = ray_container(group);
    const char *missing = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (ray_env(group, names[i])) lint_keepalive_value(l, ray_env(group, names[i]), ray_group_name(r, group));
    for (size_t i = ARRAY_LEN(names); i-- > 0;)
        if (!ray_env(group, names[i])) missing = names[i];
    if (!container || !missing) return;
    const struct yaml_node *env = yaml_get(container, "env"), *at = env ? env : container;
    bool open = ray_env_open(group);
    lint_say_as(l, RULE_L28, open ? FINDING_UNKNOWN : FINDING_WARNING, (struct yaml_place){at->line, at->column},
                open ? "%s: %s is not in env; envFrom may or may not have it" : "%s: %s is not set",
                ray_group_name(r, group), missing);
}

void lint_fault(struct lint *l, const struct ray *r)
{
    /* Without fault tolerance the workers end with their head, and a silent one costs no more than a dead one. */
    const bool outlives = r->ft && r->kind != RAY_JOB;
    lint_name(l, r);
    lint_head_service(l, r);
    lint_switch(l, r);
    lint_address(l, r);
    lint_older_settings(l, r);
    if (r->ft) lint_storage_namespace(l, r);
    if (r->head) lint_restart(l, r, r->head);
    if (r->head && outlives) lint_keepalive(l, r, r->head);
    for (size_t i = 0; r->workers && i < r->workers->count; i++) {
        const struct yaml_node *group = r->workers->items[i];
        lint_bounds(l, group, ray_group_name(r, group));
        lint_restart(l, r, group);
        if (r->ft) lint_patience(l, group, ray_group_name(r, group));
        if (outlives) lint_keepalive(l, r, group);
    }
}
