/* serve_probes.c - selects the workers, route and dashboard to probe; see serve_probes.h. */
#include "backends/session/serve_probes.h"

#include "backends/base/mem.h"
#include "backends/base/url.h"
#include "backends/serve/serve_request.h"
#include "backends/serve/serve_status.h"
#include "backends/session/prompt_routes.h"
#include "backends/world/chat_page.h"
#include "backends/world/request_kind.h"

#include <stdlib.h>

enum { PAGE_INTERVAL_MS = 8000 /* a source is stale after 10 s */ };

struct serve_probes {
    struct serve_probes_conf how;
    struct prober *workers, *route; /* NULL: --no-probe */
    struct prober *page;            /* NULL: --no-probe, or no chat page was there yet */
    bool has_route;                 /* of route */
    struct serve_status *status;
};

/* ---- the workers ------------------------------------------------------------------------------------------------ */

static struct serve_path worker_path(const struct pod *pod, bool in_cluster)
{
    struct serve_path path = {.words = NULL};

    if (in_cluster && pod->ip) {
        char *url = url_build("http", pod->ip, SERVE_PORT, NULL);
        path = serve_path_direct(url);
        free(url);
        return path;
    }
    path.words = mem_str(REQUEST_PATH_PROXY);
    path.base = mem_printf("/api/v1/namespaces/%s/pods/%s:%d/proxy", pod->ns, pod->name, SERVE_PORT);
    path.proxied = true;
    return path;
}

struct serve_path serve_probes_worker_path(const struct serve_probes *p, const struct pod *pod)
{
    return worker_path(pod, prompt_routes_from_open(p->how.conf, p->how.serve).in_cluster);
}

/* Without Kubernetes only the address of --prompt is probed. */
static void address_set_target(struct serve_probes *p, const struct prompt_routes_from *from)
{
    struct probe_target target = {.pod = NULL};
    struct prompt_routes routes;
    const bool is_named = prompt_routes_of(from, NULL, NULL, &routes, NULL) == ERR_OK;

    if (is_named) target.path = routes.path[0];
    prober_set_targets(p->workers, &target, is_named, 0);
    prompt_routes_done(&routes);
}

static void workers_set_targets(struct serve_probes *p, const struct world *w, const struct focus *f)
{
    const struct prompt_routes_from from = prompt_routes_from_open(p->how.conf, p->how.serve);
    size_t count = 0, all = 0;

    if (!from.has_kube) {
        address_set_target(p, &from);
        return;
    }
    struct probe_target *targets = mem_zero(PROBER_TARGETS, sizeof *targets);
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        if (!focus_probes(f, at.row)) continue;
        if (all++ >= PROBER_TARGETS) continue; /* the prober reports how many are left out */
        targets[count].pod = ROW(at.row, pod)->name;
        targets[count++].path = worker_path(ROW(at.row, pod), from.in_cluster);
    }
    prober_set_targets(p->workers, targets, count, all - count);
    for (size_t i = 0; i < count; i++) serve_path_done(&targets[i].path);
    free(targets);
}

/* ---- the chat page ---------------------------------------------------------------------------------------------- */

/* By its Service, which has a ready pod or has not: a page without one does not answer. */
static void page_set_target(struct serve_probes *p, const struct world *w, const struct focus *f)
{
    const struct chat_page page = chat_page_of(w, f);
    const struct prober_conf conf = {.probes = p->how.probes, .page = true, .interval_ms = PAGE_INTERVAL_MS};
    struct probe_target target = {.pod = NULL};
    if (!p->how.serve->kube || (!page.pods && !p->page)) return;
    if (!p->page) p->page = prober_new(p->how.loop, p->how.serve, &conf, p->how.sink);
    if (page.pods) {
        target.path.words = mem_str(REQUEST_PATH_PROXY);
        target.path.base = mem_printf("/api/v1/namespaces/%s/services/%s" CHAT_PAGE_SUFFIX ":%d/proxy",
                                      f->rayservice->ns, f->rayservice->name, CHAT_PAGE_PORT);
        target.path.proxied = true;
    }
    prober_set_targets(p->page, &target, page.pods > 0, 0);
    serve_path_done(&target.path);
}

/* ---- the dashboard ---------------------------------------------------------------------------------------------- */

/* Uses the RayCluster's head service: KubeRay creates the RayService's (NAME-head-svc) only once the service is active,
 * which a failing first deployment never is. */
static char *dashboard_service(const struct focus *f)
{
    const struct rayservice *r = f->rayservice;
    const char *cluster = f->raycluster       ? f->raycluster->name
                          : r->active_cluster ? r->active_cluster
                                              : r->pending_cluster;
    if (f->raycluster && f->raycluster->head_service) return mem_str(f->raycluster->head_service);
    return mem_printf("%s-head-svc", cluster ? cluster : r->name);
}

static void status_set_dashboard(struct serve_probes *p, const struct focus *f)
{
    const struct rayservice *r = f->rayservice;
    if (!p->how.serve->kube || !r || !r->ns || !r->name) {
        serve_status_set(p->status, NULL, NULL); /* of a deleted RayService */
        return;
    }
    char *service = dashboard_service(f);
    struct serve_path path = {
        .words = mem_str(REQUEST_PATH_PROXY),
        .base = mem_printf("/api/v1/namespaces/%s/services/%s:dashboard/proxy", r->ns, service),
        .proxied = true,
    };
    serve_status_set(p->status, r->record.key, &path);
    serve_path_done(&path);
    free(service);
}

/* ---- the object ------------------------------------------------------------------------------------------------- */

struct serve_probes *serve_probes_new(const struct serve_probes_conf *conf)
{
    struct serve_probes *p = mem_zero(1, sizeof *p);

    p->how = *conf;
    if (conf->conf->no_probe) {
        sink_put(conf->sink, change_source(PROBER_SOURCE, WORLD_SERVE, SOURCE_OFF, ERR_OK, "--no-probe", NULL));
    } else {
        const struct prober_conf workers = {.probes = conf->probes, .share = conf->share};
        const struct prober_conf route = {.probes = conf->probes, .users_route = true};
        p->workers = prober_new(conf->loop, conf->serve, &workers, conf->sink);
        p->route = prober_new(conf->loop, conf->serve, &route, conf->sink);
    }
    p->status = serve_status_new(conf->loop, conf->serve, conf->sink);
    return p;
}

void serve_probes_free(struct serve_probes *p)
{
    if (!p) return;
    if (p->workers) prober_set_targets(p->workers, NULL, 0, 0);
    if (p->route) prober_set_targets(p->route, NULL, 0, 0);
    if (p->page) prober_set_targets(p->page, NULL, 0, 0);
    serve_status_set(p->status, NULL, NULL);
    prober_free(p->workers);
    prober_free(p->route);
    prober_free(p->page);
    serve_status_free(p->status);
    free(p);
}

void serve_probes_update(struct serve_probes *p, const struct world *w, const struct focus *focus)
{
    if (p->workers) workers_set_targets(p, w, focus);
    if (p->workers) page_set_target(p, w, focus);
    status_set_dashboard(p, focus);
}

void serve_probes_set_route(struct serve_probes *p, const struct serve_path *route)
{
    struct probe_target target = {.pod = NULL};

    if (!p->route) return;
    if (route) target.path = *route;
    p->has_route = route != NULL;
    prober_set_targets(p->route, &target, p->has_route, 0);
}

bool serve_probes_lack_route(const struct serve_probes *p)
{
    return p->route && !p->has_route;
}

void serve_probes_set_fast_poll(struct serve_probes *p, bool fast)
{
    serve_status_set_fast_poll(p->status, fast);
}

void serve_probes_refresh(struct serve_probes *p)
{
    serve_status_refresh(p->status);
}

bool serve_probes_are_settled(const struct serve_probes *p)
{
    if (p->workers && !(prober_is_settled(p->workers) && prober_is_settled(p->route))) return false;
    if (p->page && !prober_is_settled(p->page)) return false;
    return serve_status_is_settled(p->status);
}
