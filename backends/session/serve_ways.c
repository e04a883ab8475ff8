#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/serve/serve_get.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>
#include <string.h>

/* The configuration names one of the ways that are found, instead of an address. */
static bool says_way(const struct session *s, const char *way)
{
    return s->conf->prompt && strcmp(s->conf->prompt, way) == 0;
}

static bool says_prompt(const struct session *s)
{
    return s->conf->prompt && !says_way(s, "none") && !says_way(s, "ingress") && !says_way(s, "service") &&
           !says_way(s, "proxy");
}

static bool in_cluster(const struct session *s)
{
    const struct kube_where *w = session_where(s);
    return w && text_eq(w->kubeconfig, "in-cluster");
}

static struct serve_path direct_path(const char *url)
{
    char *place = url_place(url);
    struct serve_path path = {
        .words = mem_printf("direct %s", place), .base = url_without_slash(url), .proxied = false};

    free(place);
    return path;
}

static struct serve_path worker_path(const struct session *s, const struct pod *p)
{
    struct serve_path path = {.words = NULL};

    if (in_cluster(s) && p->ip) {
        char *url = url_build("http", p->ip, SERVE_PORT, NULL);
        path = direct_path(url);
        free(url);
        return path;
    }
    path.words = mem_str("API server proxy");
    path.base = mem_printf("/api/v1/namespaces/%s/pods/%s:%d/proxy", p->ns, p->name, SERVE_PORT);
    path.proxied = true;
    return path;
}

static void set_targets(struct session *s, const struct focus *f)
{
    static struct probe_target none[1];
    struct probe_target *targets = mem_zero(PROBER_TARGETS, sizeof *targets);
    size_t count = 0, all = 0;

    for (struct focus_pods at = focus_pods_of(s->world, f); at.row; focus_pods_next(&at)) {
        if (!s->kube || !focus_probes(f, at.row)) continue;
        if (all++ >= PROBER_TARGETS) continue; /* the prober says how many it leaves out */
        targets[count].pod = ROW(at.row, pod)->name;
        targets[count++].path = worker_path(s, ROW(at.row, pod));
    }
    if (count == 0 && !s->kube && says_prompt(s)) {
        targets[count++].path = direct_path(s->conf->prompt);
        all = 1;
    }
    prober_set_targets(s->prober, count ? targets : none, count, all - count);
    for (size_t i = 0; i < count; i++) serve_path_done(&targets[i].path);
    free(targets);
}

static void set_dashboard(struct session *s, const struct focus *f)
{
    if (!s->kube || !f->rayservice || !f->rayservice->ns || !f->rayservice->name) return;
    struct serve_path path = {
        .words = mem_str("API server proxy"),
        .base = mem_printf("/api/v1/namespaces/%s/services/%s-head-svc:dashboard/proxy", f->rayservice->ns,
                           f->rayservice->name),
        .proxied = true,
    };
    serve_status_set(s->serve_status, f->rayservice->record.key, &path);
    serve_path_done(&path);
}

static void word_prompt_path(struct session *s)
{
    struct serve_path path = {.words = NULL};

    free(s->prompt_words);
    s->prompt_words = session_prompt_path(s, &path, NULL) ? mem_str(path.words) : NULL;
    serve_path_done(&path);
}

void session_look_for_serve(struct session *s)
{
    struct focus f = session_focus(s);

    if (s->prober) set_targets(s, &f);
    f = session_focus(s); /* the prober has put changes */
    set_dashboard(s, &f);
    word_prompt_path(s);
    session_look_for_way(s);
    session_probe_way(s);
}

static struct serve_path service_path(const struct rayservice *r, const char *prefix)
{
    char *url = mem_printf("http://%s-serve-svc.%s.svc:%d%s", r->name, r->ns, SERVE_PORT, prefix);
    struct serve_path path = direct_path(url);
    free(path.words);
    path.words = mem_printf("service %s-serve-svc", r->name);
    free(url);
    return path;
}

/* One of the ways that are chosen from leads nowhere from here: *path is given up, *shut keeps its name. */
static bool skipped(const struct session *s, bool any, struct serve_path *path, char **shut)
{
    if (!any || !session_way_shut(s, path)) return false;
    free(*shut);
    *shut = mem_str(path->words);
    serve_path_done(path);
    *path = (struct serve_path){.words = NULL};
    return true;
}

/* prefix: under which Serve takes the request. */
static bool path_under(const struct session *s, const char *prefix, struct serve_path *ret, struct why *why)
{
    struct focus f = session_focus(s);
    const struct rayservice *r = f.rayservice;

    if (says_prompt(s)) {
        *ret = direct_path(s->conf->prompt);
        return true;
    }
    if (!s->kube) {
        why_set(why, ERR_UNSUPPORTED, "no way to Serve is known without Kubernetes (--prompt URL)");
        return false;
    }
    if (!r || !r->ns || !r->name) {
        why_set(why, ERR_NOT_FOUND, "no RayService is in focus");
        return false;
    }
    bool any = !says_way(s, "ingress") && !says_way(s, "service") && !says_way(s, "proxy");
    char *shut = NULL;
    if ((any || says_way(s, "ingress")) && session_ingress_path(s, r, ret) && !skipped(s, any, ret, &shut)) return true;
    if (says_way(s, "ingress")) {
        why_set(why, ERR_NOT_FOUND, "no ingress with an address leads to %s-serve-svc", r->name);
        return false;
    }
    if ((any && in_cluster(s)) || says_way(s, "service")) {
        *ret = service_path(r, prefix);
        if (!skipped(s, any, ret, &shut)) {
            free(shut);
            return true;
        }
    }
    ret->words = shut ? mem_printf("API server proxy (%s: no answer from here)", shut) : mem_str("API server proxy");
    ret->base = mem_printf("/api/v1/namespaces/%s/services/%s-serve-svc:serve/proxy%s", r->ns, r->name, prefix);
    ret->proxied = true;
    free(shut);
    return true;
}

bool session_prompt_path(const struct session *s, struct serve_path *ret, struct why *why)
{
    const struct focus f = session_focus(s);
    const char *own = f.rayservice ? f.rayservice->route_prefix : NULL;
    return path_under(s, own && strcmp(own, "/") != 0 ? own : "", ret, why);
}

/* The users' way, once it has been tried: one that leads nowhere from here is no news of the service. /-/healthz stands
 * before any application. */
void session_probe_way(struct session *s)
{
    struct probe_target target = {.pod = NULL};
    if (!s->way_prober) return;
    bool known = session_way_known(s) && path_under(s, "", &target.path, NULL);
    prober_set_targets(s->way_prober, &target, known, 0);
    if (known) serve_path_done(&target.path);
}

void session_serve_open(struct session *s)
{
    const struct http_client_conf conf = {.proxy = NULL};

    s->http = http_client_new(s->loop, &conf);
    s->serve = (struct serve_open){.http = s->http, .kube_ops = s->kube_ops, .kube = s->kube};
    if (s->conf->no_probe) {
        session_tell_source(s, PROBER_SOURCE, WORLD_SERVE, SOURCE_OFF, ERR_OK, "--no-probe");
    } else {
        s->prober = prober_new(s->loop, &s->serve, NULL, &s->sink);
        s->way_prober = prober_new(s->loop, &s->serve, &(struct prober_conf){.way = true}, &s->sink);
    }
    s->serve_status = serve_status_new(s->loop, &s->serve, &s->sink);
}

void session_serve_close(struct session *s)
{
    session_stop_asking(s);
    session_way_close(s);
    prober_free(s->prober);
    prober_free(s->way_prober);
    serve_status_free(s->serve_status);
    http_client_free(s->http);
    s->prober = s->way_prober = NULL;
    s->serve_status = NULL;
    s->http = NULL;
}
