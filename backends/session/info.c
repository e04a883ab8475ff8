/* info.c - what was discovered and from which source, for `info`. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/serve/serve_request.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>
#include <string.h>

struct out {
    void (*line)(void *arg, const char *what, const char *value, const char *from);
    void *arg;
};

/* Where there is no value there is nowhere it is from: then `from` says why. */
static void info_line(const struct out *o, const char *what, const char *value, const char *from)
{
    o->line(o->arg, what, value && *value ? value : "\xE2\x80\x93", from ? from : "");
}

/* A setting discovered in Kubernetes; unread: why Kubernetes was not read, NULL: it was. */
static void info_found(const struct out *o, const char *what, const char *value, const char *from, const char *unread)
{
    if (value && *value)
        info_line(o, what, value, from);
    else
        info_line(o, what, unread ? "not known" : NULL, unread);
}

const char *session_unread_why(const struct session *s)
{
    const struct source *services = world_source_named(s->world, "kube/rayservices");
    if (!services || (services->listed_ms && services->state == SOURCE_LIVE)) return NULL;
    if (services->state == SOURCE_OFF || services->state == SOURCE_ABSENT) return NULL;
    return services->why && *services->why ? services->why : "no answer yet";
}

static void info_kube(const struct session *s, const struct out *o)
{
    static const char *const may[] = {"not known", "no", "yes"};
    const struct kube_where *w = session_where(s);

    if (!w) {
        info_line(o, "kubernetes", "none", s->conf->kubeconfig ? "configuration" : "");
        return;
    }
    info_line(o, "kubeconfig", w->kubeconfig, s->conf->kubeconfig ? "configuration" : "found");
    info_line(o, "context", w->context, s->conf->context ? "configuration" : "kubeconfig");
    info_line(o, "server", w->server, w->insecure ? "TLS is NOT verified" : "kubeconfig");
    info_line(o, "certificate authority", w->ca, w->ca ? "kubeconfig" : "");
    info_line(o, "server version", w->server_version, "server");
    info_line(o, "user", w->user, "kubeconfig");
    const char *why = NULL;
    info_line(o, "may delete pods", may[session_may_delete_pods(s, &why)], s->permission.ns ? "access review" : "");
}

static void info_service(const struct session *s, const struct out *o)
{
    struct focus f = session_focus(s);
    const char *from = s->conf->service ? "configuration" : s->chosen ? "chosen" : "the only one";
    const char *unread = session_unread_why(s);

    if (s->all) info_line(o, "namespaces", "all", s->conf->all_namespaces ? "configuration" : "chosen");
    info_found(o, "namespace", f.ns, s->conf->ns ? "configuration" : from, unread);
    info_found(o, "rayservice", f.service, from, unread);
    info_found(o, "raycluster", f.raycluster ? f.raycluster->name : NULL, "RayService", unread);
    info_found(o, "head pod", f.head ? f.head->name : NULL, "label ray.io/node-type", unread);
    info_found(o, "gcs namespace", f.gcs_ns, s->conf->redis_ns ? "configuration" : "found", unread);
}

static void info_redis(const struct session *s, const struct out *o)
{
    struct redis_found r = {.address = NULL};

    if (s->services->redis) r = redis_discovery_found(s->services->redis);
    if (!r.address) {
        if (s->redis_ops)
            info_found(o, "redis", NULL, NULL, session_unread_why(s));
        else
            info_line(o, "redis", "none", "configuration");
        return;
    }
    char *shown = url_without_secrets(r.address);
    info_line(o, "redis", shown, r.from);
    free(shown);
    if (s->conf->redis_via) info_line(o, "redis via", "a command", "configuration");
    info_line(o, "redis user", r.user, r.user ? r.user_from : "");
    if (r.withheld_for) {
        char *from = mem_printf("the RayService's is for %s alone; --redis-credentials rayservice sends it here",
                                *r.withheld_for ? r.withheld_for : "an address that is not known");
        info_line(o, "redis password", "not sent", from);
        free(from);
        return;
    }
    if (r.password_from && !r.password_read)
        info_line(o, "redis password", "not read", r.password_why ? r.password_why : r.password_from);
    else
        info_line(o, "redis password", r.password_from ? "known" : "none", r.password_from);
}

struct session_routes session_routes(const struct session *s)
{
    struct redis_found r = {.address = NULL};

    if (s->replays) return (struct session_routes){.redis = NULL};
    if (s->services->redis) r = redis_discovery_found(s->services->redis);
    return (struct session_routes){.redis = r.address,
                                   .redis_user = r.user,
                                   .redis_password = r.password_from != NULL,
                                   .redis_via = s->conf->redis_via != NULL,
                                   .prompts = prompt_router_route(s->services->router, NULL)};
}

static void info_sources(const struct session *s, const struct out *o)
{
    static const char *const words[] = {"off", "connecting", "live", "down", "denied", "absent"};

    for (size_t i = 0; i < world_sources(s->world); i++) {
        const struct source *src = world_source(s->world, i);
        char *what = mem_printf("source %s", src->id);
        char *value = src->detail ? mem_printf("%s, %s", words[src->state], src->detail) : mem_str(words[src->state]);
        info_line(o, what, value, src->why);
        free(what);
        free(value);
    }
}

void session_info(const struct session *s,
                  void (*line)(void *arg, const char *what, const char *value, const char *from), void *arg)
{
    const struct out o = {line, arg};
    struct why why = {.code = ERR_OK};
    const struct serve_path *route = prompt_router_route(s->services->router, &why);

    info_line(&o, "raydeck", RAYDECK_VERSION, "");
    info_line(&o, "configuration", s->conf->config_path, "");
    info_kube(s, &o);
    info_service(s, &o);
    info_redis(s, &o);
    if (route) {
        char *shown = url_without_secrets(route->base);
        info_line(&o, "prompts", route->words, shown);
        free(shown);
    } else {
        info_line(&o, "prompts", NULL, why.text);
    }
    info_sources(s, &o);
}
