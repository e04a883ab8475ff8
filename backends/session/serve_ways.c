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

static struct serve_path worker_path(const struct session *s, const struct pod *p)
{
    struct serve_path path = {.words = NULL};

    if (in_cluster(s) && p->ip) {
        char *url = url_build("http", p->ip, SERVE_PORT, NULL);
        path = serve_path_direct(url);
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
        targets[count++].path = serve_path_direct(s->conf->prompt);
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

void session_look_for_serve(struct session *s)
{
    struct focus f = session_focus(s);

    if (s->prober) set_targets(s, &f);
    f = session_focus(s); /* the prober has put changes */
    set_dashboard(s, &f);
    session_ingresses_list(s);
}

/* The users' way, once it has been tried: one that leads nowhere from here is no news of the service. */
void session_probe_way(struct session *s)
{
    const struct serve_path *route = prompt_router_probe_route(s->services->router);
    struct probe_target target = {.pod = NULL};
    if (!s->way_prober) return;
    if (route) target.path = *route;
    prober_set_targets(s->way_prober, &target, route != NULL, 0);
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
    prober_free(s->prober);
    prober_free(s->way_prober);
    serve_status_free(s->serve_status);
    http_client_free(s->http);
    s->prober = s->way_prober = NULL;
    s->serve_status = NULL;
    s->http = NULL;
}
