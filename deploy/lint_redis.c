/* lint_redis.c - the connection to Redis: L25, a Redis of one pod (L39), and an address without a host (L1). Messages
 * never contain values. */
#include "deploy/lint_ray.h"

#include "backends/base/text.h"
#include "backends/base/url.h"
#include "deploy/deploy_parts.h"
#include "deploy/ray_address.h"

#include <string.h>

static const char *host_of(const char *address)
{
    struct url_part userinfo = url_userinfo(address);
    const char *authority = url_authority(address);

    if (userinfo.at) return userinfo.at + userinfo.len + 1;
    return authority ? authority : address;
}

static void lint_host(struct lint *l, const struct yaml_node *at, const char *address)
{
    const char *host = host_of(address);
    size_t len = strcspn(host, ":/");
    if (!ray_address_has_own_scheme(address)) return; /* L29 has that */
    if (len == 0)
        lint_say(l, RULE_L1, at, "the Redis address has no host: a variable was empty when it was filled in");
    else if (len == 4 && strncmp(host, "null", 4) == 0)
        lint_say(l, RULE_L1, at,
                 "the Redis address has null for a host: it was read from a cache that was still being created");
}

/* True for a reference to an environment variable, which Kubernetes or the shell resolves. */
static bool is_reference(const char *text)
{
    return text[0] == '$';
}

/* A password as a bare string (K1) is one in clear text too. */
static const struct yaml_node *literal_password(const struct ray *r)
{
    const char *bare = yaml_str(r->options, "redisPassword");
    if (bare && *bare && !is_reference(bare)) return yaml_get(r->options, "redisPassword");
    const struct yaml_node *maps[] = {yaml_get(r->options, "redisPassword"), ray_env(r->head, "REDIS_PASSWORD")};
    for (size_t i = 0; i < 2; i++) {
        const char *text = yaml_str(maps[i], "value");
        if (text && *text) return yaml_get(maps[i], "value");
    }
    const struct yaml_node *params = yaml_get(r->head, "rayStartParams");
    const char *text = yaml_str(params, "redis-password");
    return text && *text && !is_reference(text) ? yaml_get(params, "redis-password") : NULL;
}

static bool has_password(const struct ray *r)
{
    const char *param = yaml_str(yaml_get(r->head, "rayStartParams"), "redis-password");
    return literal_password(r) || yaml_get(yaml_get(r->options, "redisPassword"), "valueFrom") ||
           yaml_get(ray_env(r->head, "REDIS_PASSWORD"), "valueFrom") || (param && *param);
}

/* An address that is another variable's may hold a scheme of its own. */
static bool scheme_known(const char *address)
{
    static const char ours[] = "$EXT_REDIS_ENDPOINT", braced[] = "${EXT_REDIS_ENDPOINT}";
    return !is_reference(address) || strncmp(address, ours, sizeof ours - 1) == 0 ||
           strncmp(address, braced, sizeof braced - 1) == 0;
}

/* The address comes from a Secret or a ConfigMap, or may do so. */
static void lint_untold(struct lint *l, const struct ray *r, const struct yaml_node *at)
{
    if (!at && r->ft && !r->options && ray_env_open(r->head)) at = r->head;
    if (at)
        lint_say_as(l, RULE_L25, FINDING_UNKNOWN, (struct yaml_place){at->line, at->column},
                    "it is unknown whether Redis has TLS and a password: its address is not in the file");
}

/* A workload of that name in the same file, of one pod; the Service before it has the same name by custom. */
static bool is_one_pod(const struct lint *l, const char *name, size_t len)
{
    for (size_t i = 0; i < l->m->count; i++) {
        const struct manifest_object *o = &l->m->objects[i];
        double replicas = 1;
        if (!text_eq(o->kind, "StatefulSet") && !text_eq(o->kind, "Deployment")) continue;
        if (!o->name || strlen(o->name) != len || strncmp(o->name, name, len) != 0) continue;
        const struct yaml_node *spec = yaml_get(o->root, "spec");
        if (yaml_get(spec, "replicas") && !ray_number(spec, "replicas", &replicas)) continue;
        return replicas <= 1;
    }
    return false;
}

static void lint_production(struct lint *l, const struct yaml_node *at, const char *address)
{
    const char *host = host_of(address);
    const size_t len = strcspn(host, ".:/");
    if (part_is_redis_dev_address(address))
        lint_say(l, RULE_L39, at, REDIS_DEV " is not for production: one pod in the cluster, for development");
    else if (len && is_one_pod(l, host, len))
        lint_say(l, RULE_L39, at, "%.*s is not for production: one pod in the cluster", (int)len, host);
}

void lint_redis(struct lint *l, const struct ray *r)
{
    const struct yaml_node *at = ray_redis_address(r), *literal = literal_password(r);
    const char *address = at && at->kind == YAML_SCALAR ? at->text : NULL;
    if (literal) lint_say(l, RULE_L25, literal, "the manifest contains the Redis password in clear text");
    if (!address) lint_untold(l, r, at);
    if (!address) return;
    if (!is_reference(address)) {
        lint_host(l, at, address);
        lint_production(l, at, address);
    }
    bool user = url_userinfo(address).at != NULL, auth = user || has_password(r) || ray_env_open(r->head);
    const bool own_pod = ray_address_is_loopback(address);
    bool tls = strncmp(address, "rediss://", 9) == 0 || !scheme_known(address) || own_pod;
    if (user) lint_say(l, RULE_L25, at, "the Redis address holds a user and password");
    if (!auth && own_pod)
        lint_say_as(l, RULE_L25, FINDING_UNKNOWN, (struct yaml_place){at->line, at->column},
                    "Redis without a password; it is unknown whether only its own pod reaches it");
    else if (!auth && !tls)
        lint_say(l, RULE_L25, at, "Redis without a password and without TLS");
    else if (!auth || !tls)
        lint_say(l, RULE_L25, at, auth ? "Redis without TLS" : "Redis without a password");
}
