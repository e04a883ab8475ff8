/*
 * kube_api.c - the Kubernetes API backend: one reflector per kind, a liveness probe (GET /version) every five seconds,
 * more often while the link is cut, and single requests (kube_actions.c).
 */
#include "backends/kube/kube_api.h"

#include "backends/base/mem.h"
#include "backends/base/sha256.h"
#include "backends/base/text.h"
#include "backends/kube/answers_parse.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/kube/kube_forward.h"
#include "backends/kube/kube_log.h"
#include "backends/kube/request_body.h"
#include "backends/world/chat_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROBE_EVERY_MS = 5000,
    PROBE_CUT_MS = 1500,
    PROBE_LIMIT_MS = 10000,
    TICK_MS = 1000,
    FIRST_TICK_MS = 30,
    PROBE_BODY_MAX = 64 * 1024
};

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/* RAYSERVICES is listed in all namespaces, and NODES has none: these two start at once, the others with a namespace. */
enum { RAYSERVICES, NODES, RAYCLUSTERS, PODS, EVENTS, SLICES };

/* Events and EndpointSlices have no label that is Ray's alone. In a cluster of 20,000 other pods only these are kept:
 * events of KubeRay's kinds, and of pods and Jobs by its way of naming them ("CLUSTER-head-…",
 * "CLUSTER-GROUP-worker-…", "CLUSTER-redis-cleanup"). */
static bool is_about_ray(const struct record *r)
{
    const struct event *e = (const void *)r;
    if (text_has(e->about_kind, "Ray") || text_has(e->about, "-redis-cleanup")) return true;
    return text_eq(e->about_kind, "Pod") && (text_has(e->about, "-head-") || text_has(e->about, "-worker-"));
}

/* Of "NAME-serve-svc", the service that KubeRay makes for a RayService, or of a chat page. */
static bool is_of_serve(const struct record *r)
{
    const char *service = ((const struct slice *)(const void *)r)->service;
    return text_has_suffix(service, "-serve-svc") || text_has_suffix(service, CHAT_PAGE_SUFFIX);
}

static const struct kind {
    enum table table;
    const char *source, *root, *resource, *selector;
    uint64_t delay_ms;
    bool (*keep)(const struct record *r); /* struct reflector_conf */
} kinds[API_KINDS] = {
    [RAYSERVICES] = {TABLE_RAYSERVICE, "kube/rayservices", "/apis/ray.io/v1", "rayservices", NULL, 0, NULL},
    [NODES] = {TABLE_KNODE, "kube/nodes", "/api/v1", "nodes", NULL, 40, NULL},
    [RAYCLUSTERS] = {TABLE_RAYCLUSTER, "kube/rayclusters", "/apis/ray.io/v1", "rayclusters", NULL, 10, NULL},
    /* the label selector matches Ray's pods and its Redis cleanup Jobs */
    [PODS] = {TABLE_POD, "kube/pods", "/api/v1", "pods", "ray.io%2Fcluster", 0, NULL},
    [EVENTS] = {TABLE_EVENT, "kube/events", "/api/v1", "events", NULL, 20, is_about_ray},
    [SLICES] = {TABLE_SLICE, "kube/endpointslices", "/apis/discovery.k8s.io/v1", "endpointslices", NULL, 20,
                is_of_serve},
};

static const char *home_ns(const struct kube *be)
{
    return be->ns ? be->ns : be->context_ns ? be->context_ns : "default";
}

static struct reflector_scope scope_of_kind(const struct kube *be, int which)
{
    if (which == NODES) return (struct reflector_scope){.ns = NULL};
    const bool all = which == RAYSERVICES ? !be->only : be->all;
    const char *ns = which == RAYSERVICES ? be->only : be->ns;
    return (struct reflector_scope){all ? NULL : ns, all ? home_ns(be) : NULL, be->all};
}

static void reflector_start_one(struct kube *be, int which)
{
    const struct kind *k = &kinds[which];
    const struct reflector_scope scope = scope_of_kind(be, which);
    if (be->kind[which]) {
        reflector_set_scope(be->kind[which], &scope);
        return;
    }
    be->kind[which] = reflector_new(be->link,
                                    &(struct reflector_conf){.table = k->table,
                                                             .source = k->source,
                                                             .root = k->root,
                                                             .resource = k->resource,
                                                             .scope = scope,
                                                             .selector = k->selector,
                                                             .keep = k->keep,
                                                             .delay_ms = k->delay_ms},
                                    &be->sink);
}

/* Applies set_scope; deferred to the loop, because it may be called from a reflector's event handler. */
static void on_scope(void *arg)
{
    struct kube *be = arg;
    if (be->ns || be->all) {
        reflector_start_one(be, PODS); /* first: they get the open connection */
        for (int i = RAYCLUSTERS; i < API_KINDS; i++)
            if (i != PODS) reflector_start_one(be, i);
    }
    reflector_start_one(be, RAYSERVICES);
}

static void scope_copy(struct kube *be, const struct kube_scope *scope)
{
    record_set(&be->only, scope->only);
    record_set(&be->ns, scope->ns ? scope->ns : scope->only);
    be->all = scope->all;
}

/* ---- liveness ------------------------------------------------------------------------------------------------ */

static void connection_lost(struct kube *be, enum err err, const char *why)
{
    for (int i = 0; i < API_KINDS; i++)
        if (be->kind[i]) reflector_lost(be->kind[i], err, why);
    kube_link_reconnect(be->link, err, why);
}

static void on_probe(void *arg, const struct http_answer *answer)
{
    struct kube *be = arg;
    be->probe = NULL;
    /* missing credentials say nothing about the connection */
    if (answer->err == ERR_AUTH) return;
    if (answer->err == ERR_TIMEOUT) {
        char why[64];
        snprintf(why, sizeof why, "no answer for %u s", (unsigned)(be->probe_limit_ms / 1000));
        connection_lost(be, ERR_TIMEOUT, why);
        return;
    }
    if (answer->err != ERR_OK) {
        /* a single refused probe may be a restart behind a load balancer, which watches survive; a timeout is not */
        if (++be->probes_failed >= 2) connection_lost(be, answer->err, answer->why);
        return;
    }
    be->probes_failed = 0;
    if (answer->status == 200 && !be->version) {
        be->version = version_parse(answer->body, answer->body_len);
        be->where.server_version = be->version;
    }
    for (int i = 0; i < API_KINDS; i++)
        if (be->kind[i]) reflector_alive(be->kind[i], loop_now_ms() - be->probed_ms);
}

/* A link that is cut is probed more often: what has healed is to be seen within 5 s. */
static uint64_t probe_every_ms(const struct kube *be)
{
    bool is_cut = false;
    for (int i = 0; i < API_KINDS; i++) is_cut = is_cut || (be->kind[i] && reflector_is_cut(be->kind[i]));
    return is_cut && be->probe_every_ms > PROBE_CUT_MS ? PROBE_CUT_MS : be->probe_every_ms;
}

static void on_tick(void *arg)
{
    struct kube *be = arg;
    uint64_t now = loop_now_ms();
    if (be->probe || (be->probed_ms && now - be->probed_ms < probe_every_ms(be))) return;
    be->probed_ms = now;
    be->probe = kube_link_send(
        be->link, KUBE_WATCHES,
        &(struct http_ask){
            .method = "GET", .url = "/version", .timeout_ms = be->probe_limit_ms, .body_max = PROBE_BODY_MAX},
        &(struct http_calls){.done = on_probe, .arg = be});
}

/* ---- open and close ------------------------------------------------------------------------------------------ */

static const char *env_value(const char *name)
{
    return getenv(name);
}

static char *safe_text(const char *text)
{
    return text ? text_safe(text, strlen(text), TEXT_ONE_LINE, 512) : NULL;
}

/* Includes the NUL, so that ("ab", "c") and ("a", "bc") differ. */
static void add_text(struct sha256 *sum, const char *text)
{
    sha256_add(sum, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void fill_identity(struct kube *be, const struct kube_access *a)
{
    struct sha256 sum;
    char hex[SHA256_HEX];
    if (a->ca_pem) {
        sha256_init(&sum);
        sha256_add(&sum, a->ca_pem, strlen(a->ca_pem));
        sha256_hex(&sum, hex);
        be->ca = mem_printf("sha256:%s", hex);
    }
    sha256_init(&sum);
    add_text(&sum, a->server);
    add_text(&sum, be->ca);
    add_text(&sum, a->choice.context->name);
    sha256_hex(&sum, hex);
    be->id = mem_str(hex);
}

static void fill_where(struct kube *be)
{
    const struct kube_access *a = kube_link_access(be->link);
    fill_identity(be, a);
    be->context = safe_text(a->choice.context->name);
    be->user = safe_text(a->choice.user ? a->choice.user->name : NULL);
    be->context_ns = safe_text(a->choice.context->ns);
    be->contexts = mem_zero(a->files.context_count + 1, sizeof *be->contexts);
    for (size_t i = 0; i < a->files.context_count; i++) be->contexts[i] = safe_text(a->files.contexts[i].name);
    be->where = (struct kube_where){.context = be->context,
                                    .server = a->shown,
                                    .user = be->user,
                                    .ns = be->context_ns ? be->context_ns : "default",
                                    .kubeconfig = a->where,
                                    .ca = be->ca,
                                    .id = be->id,
                                    .insecure = a->choice.cluster->insecure,
                                    .contexts = (const char *const *)be->contexts,
                                    .context_count = a->files.context_count};
}

static enum err api_open(struct loop *l, const struct kube_open *conf, const struct sink *sink, struct kube **ret_be,
                         struct why *why)
{
    struct kube_access *access = NULL;
    enum err e = kube_access_load(conf, &(struct kube_places){.env = env_value, .account = ACCOUNT}, &access, why);
    if (e != ERR_OK) return e;
    struct kube *be = mem_zero(1, sizeof *be);
    be->loop = l;
    be->sink = *sink;
    be->link = kube_link_new(l, access, conf->guard);
    scope_copy(be, &conf->scope);
    be->kubeconfig = mem_str(conf->kubeconfig);
    be->kubectl = mem_str(conf->kubectl);
    be->probe_every_ms = PROBE_EVERY_MS;
    be->probe_limit_ms = PROBE_LIMIT_MS;
    fill_where(be);
    be->scope_alarm = alarm_new(l, on_scope, be);
    be->tick = alarm_new(l, on_tick, be);
    reflector_start_one(be, RAYSERVICES);
    reflector_start_one(be, NODES);
    on_scope(be);
    alarm_set(be->tick, FIRST_TICK_MS, TICK_MS);
    *ret_be = be;
    return ERR_OK;
}

static void api_close(struct kube *be)
{
    if (!be) return;
    kube_api_actions_stop(be);
    kube_api_exec_stop(be, NULL);
    kube_api_logs_close(be);
    kube_call_cancel(be->probe);
    for (int i = 0; i < API_KINDS; i++) reflector_free(be->kind[i]);
    kube_link_free(be->link);
    alarm_free(be->scope_alarm);
    alarm_free(be->tick);
    for (size_t i = 0; be->contexts && be->contexts[i]; i++) free(be->contexts[i]);
    free(be->contexts);
    free(be->context);
    free(be->ca);
    free(be->id);
    free(be->user);
    free(be->context_ns);
    free(be->version);
    free(be->only);
    free(be->ns);
    free(be->kubeconfig);
    mem_free_secret(be->kubectl);
    free(be);
}

static const struct kube_where *api_where(const struct kube *be)
{
    return &be->where;
}

static enum err api_may_change(const struct kube *be, struct why *why)
{
    return kube_link_may_change(be->link, why);
}

static void api_set_scope(struct kube *be, const struct kube_scope *scope)
{
    scope_copy(be, scope);
    alarm_set(be->scope_alarm, 0, 0);
}

static void api_refresh(struct kube *be)
{
    for (int i = 0; i < API_KINDS; i++)
        if (be->kind[i]) reflector_relist(be->kind[i]);
}

const struct kube_ops kube_api = {
    .kind = "api",
    .caps = KUBE_CAN_DELETE | KUBE_CAN_PROXY | KUBE_CAN_SECRETS | KUBE_CAN_LOGS,
    .open = api_open,
    .close = api_close,
    .where = api_where,
    .set_scope = api_set_scope,
    .may_change = api_may_change,
    .delete_pod = kube_api_delete_pod,
    .exec = kube_api_exec,
    .shell = kube_api_shell,
    .forward = kube_api_forward,
    .forward_close = kube_forward_close,
    .log = kube_api_log,
    .log_close = kube_api_log_close,
    .log_last = kube_api_log_last,
    .log_state = kube_api_log_state,
    .may = kube_api_may,
    .secret = kube_api_secret,
    .inline_password = kube_api_inline_password,
    .ingresses = kube_api_ingresses,
    .forget = kube_api_forget,
    .proxy = kube_api_proxy,
    .request = kube_api_request,
    .cancel = kube_call_cancel,
    .judge = kube_api_judge,
    .refresh = api_refresh,
};
