/* ft_wiring.c - parses a RayService's Redis: address, user and password, and where each is kept. */
#include "backends/kube/ft_wiring.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/kube/kube_fields.h"

#include <stdlib.h>
#include <string.h>

enum {
    KUBERAY_RECONNECT_S = 600
}; /* RAY_gcs_rpc_server_reconnect_timeout_s that KubeRay sets for workers by default */

struct parts {
    const cJSON *options, *head, *params;
    const cJSON *groups;
    bool by_annotation;
};

static struct parts parts_of(const cJSON *obj)
{
    const cJSON *cluster = json_path(obj, "spec.rayClusterConfig");
    const cJSON *head = json_get(cluster, "headGroupSpec");
    struct parts p = {.options = json_get(cluster, "gcsFaultToleranceOptions"),
                      .head = kube_ray_container(head),
                      .params = json_get(head, "rayStartParams"),
                      .groups = json_get(cluster, "workerGroupSpecs")};
    if (!cJSON_IsObject(p.options)) p.options = NULL;
    p.by_annotation = text_eq(kube_annotation(obj, "ray.io/ft-enabled"), "true");
    return p;
}

static const char *address_of(const struct parts *p)
{
    const char *address = json_str(p->options, "redisAddress");
    return address ? address : kube_env_value(p->head, "RAY_REDIS_ADDRESS");
}

/* The password in the address, if there is one; a user alone counts as one. */
static const char *address_password(const char *address, size_t *ret_len)
{
    struct url_part part = url_password(address);

    if (!part.at && (part = url_userinfo(address)).at && memchr(part.at, ':', part.len)) return NULL;
    if (!part.at || !part.len) return NULL;
    *ret_len = part.len;
    return part.at;
}

/* A literal value, not a reference to a variable ("$REDIS_PASSWORD"). */
static const char *literal_of(const char *value)
{
    return value && *value && *value != '$' ? value : NULL;
}

static const char *password_literal(const struct parts *p)
{
    const char *value = literal_of(json_str(json_get(p->options, "redisPassword"), "value"));
    if (!value) value = literal_of(kube_env_value(p->head, "REDIS_PASSWORD"));
    return value ? value : literal_of(json_str(p->params, "redis-password"));
}

/* Where a credential is kept: {name, key} of a Secret, by the options' field or the head's variable. */
static const cJSON *secret_ref(const struct parts *p, const char *option, const char *variable)
{
    const cJSON *ref = json_path(json_get(p->options, option), "valueFrom.secretKeyRef");
    return ref ? ref : json_path(kube_env(p->head, variable), "valueFrom.secretKeyRef");
}

const char *ft_inline_password(const cJSON *rayservice, size_t *ret_len)
{
    struct parts p = parts_of(rayservice);
    const char *value = password_literal(&p);
    if (!value) return address_password(address_of(&p), ret_len);
    *ret_len = strlen(value);
    return value;
}

static void address_parse(const struct parts *p, struct rayservice *r)
{
    const char *address = address_of(p);
    if (!address) return;
    struct url_part userinfo = url_userinfo(address);
    if (!userinfo.at) {
        kube_text(&r->redis_address, address, KUBE_MESSAGE_MAX);
        return;
    }
    char *bare = mem_printf("%.*s%s", (int)(userinfo.at - address), address, userinfo.at + userinfo.len + 1);
    kube_text(&r->redis_address, bare, KUBE_MESSAGE_MAX);
    free(bare);
    const char *colon = memchr(userinfo.at, ':', userinfo.len);
    if (colon && colon > userinfo.at && !r->redis_user) {
        char *user = mem_strn(userinfo.at, (size_t)(colon - userinfo.at));
        kube_text(&r->redis_user, user, KUBE_NAME_MAX);
        free(user);
    }
}

static void credentials_parse(const cJSON *obj, const struct parts *p, struct rayservice *r)
{
    const cJSON *ref = secret_ref(p, "redisPassword", "REDIS_PASSWORD");
    const cJSON *user_ref = secret_ref(p, "redisUsername", "REDIS_USERNAME");
    const char *user = literal_of(json_str(json_get(p->options, "redisUsername"), "value"));
    size_t len;
    if (!user) user = literal_of(kube_env_value(p->head, "REDIS_USERNAME"));
    kube_text(&r->redis_user, user ? user : literal_of(json_str(p->params, "redis-username")), KUBE_NAME_MAX);
    if (!r->redis_user) {
        kube_text(&r->redis_user_secret_name, json_str(user_ref, "name"), KUBE_NAME_MAX);
        kube_text(&r->redis_user_secret_key, json_str(user_ref, "key"), KUBE_NAME_MAX);
    }
    kube_text(&r->redis_secret_name, json_str(ref, "name"), KUBE_NAME_MAX);
    kube_text(&r->redis_secret_key, json_str(ref, "key"), KUBE_NAME_MAX);
    r->redis_password_inline = tri_of(ft_inline_password(obj, &len) != NULL);
}

/* The shortest timeout of all worker groups: that group exits first. */
static void reconnect_parse(const struct parts *p, struct rayservice *r)
{
    JSON_EACH (g, p->groups) {
        const char *text = kube_env_value(kube_ray_container(g), "RAY_gcs_rpc_server_reconnect_timeout_s");
        uint64_t s = KUBERAY_RECONNECT_S;
        if (text && text_u64(text, strlen(text), 1000000000, &s) != ERR_OK) continue;
        if (!text && r->ft != TRI_YES) continue;
        if (!r->worker_reconnect_s.known || s < r->worker_reconnect_s.value) r->worker_reconnect_s = known_u64(s);
    }
}

/* Head and every worker group must have it. */
static void keepalive_parse(const struct parts *p, struct rayservice *r)
{
    enum tri all = kube_keepalive(p->head);
    JSON_EACH (g, p->groups) {
        enum tri one = kube_keepalive(kube_ray_container(g));
        if (all == TRI_NO || one == TRI_NO)
            all = TRI_NO;
        else if (one == TRI_UNKNOWN)
            all = TRI_UNKNOWN;
    }
    r->grpc_keepalive = all;
}

void ft_wiring_parse(const cJSON *rayservice, struct rayservice *ret)
{
    struct parts p = parts_of(rayservice);
    const char *storage = json_str(p.options, "externalStorageNamespace");
    if (cJSON_IsObject(json_path(rayservice, "spec.rayClusterConfig"))) ret->ft = tri_of(p.options || p.by_annotation);
    if (ret->ft == TRI_YES) {
        record_set(&ret->ft_style, p.options ? "options" : "annotation");
        credentials_parse(rayservice, &p, ret);
        address_parse(&p, ret);
        kube_text(&ret->storage_ns,
                  storage ? storage : kube_annotation(rayservice, "ray.io/external-storage-namespace"), KUBE_NAME_MAX);
    }
    reconnect_parse(&p, ret);
    keepalive_parse(&p, ret);
}
