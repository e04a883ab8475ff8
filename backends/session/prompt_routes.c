/* prompt_routes.c - candidate routes of prompts; see prompt_routes.h. */
#include "backends/session/prompt_routes.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/serve_request.h"
#include "backends/session/ingress_route.h"
#include "backends/world/request_kind.h"

#include <stdlib.h>
#include <string.h>

static struct serve_path service_route(const struct rayservice *r, const char *prefix)
{
    char *url = mem_printf("http://%s-serve-svc.%s.svc:%d%s", r->name, r->ns, SERVE_PORT, prefix);
    struct serve_path path = serve_path_direct(url);
    free(path.words);
    path.words = mem_printf("service %s-serve-svc", r->name);
    free(url);
    return path;
}

static struct serve_path proxy_route(const struct rayservice *r, const char *prefix)
{
    return (struct serve_path){
        .words = mem_str(REQUEST_PATH_PROXY),
        .base = mem_printf("/api/v1/namespaces/%s/services/%s-serve-svc:serve/proxy%s", r->ns, r->name, prefix),
        .proxied = true,
    };
}

/* --prompt selects a discovered route instead of an address. */
enum route_choice { ROUTE_ANY, ROUTE_INGRESS, ROUTE_SERVICE, ROUTE_PROXY, ROUTE_URL };

static enum route_choice route_choice_of(const char *prompt)
{
    static const char *const names[] = {"none", "ingress", "service", "proxy"};
    if (!prompt) return ROUTE_ANY;
    for (int i = 0; i < (int)ARRAY_LEN(names); i++)
        if (strcmp(prompt, names[i]) == 0) return (enum route_choice)i;
    return ROUTE_URL;
}

bool prompt_route_is_address(const char *prompt)
{
    return route_choice_of(prompt) == ROUTE_URL;
}

struct prompt_routes_from prompt_routes_from_open(const struct conf *conf, const struct serve_open *serve)
{
    const struct kube_where *where = serve->kube ? serve->kube_ops->where(serve->kube) : NULL;
    return (struct prompt_routes_from){
        .conf = conf, .has_kube = serve->kube != NULL, .in_cluster = where && text_eq(where->kubeconfig, "in-cluster")};
}

static void routes_add(struct prompt_routes *routes, struct serve_path path)
{
    routes->path[routes->count++] = path;
}

enum err prompt_routes_of(const struct prompt_routes_from *from, const struct world *w, const struct rayservice *r,
                          struct prompt_routes *ret, struct why *why)
{
    const enum route_choice choice = route_choice_of(from->conf->prompt);
    const bool any = choice == ROUTE_ANY;
    struct serve_path path = {.words = NULL};

    *ret = (struct prompt_routes){.configured = from->conf->prompt != NULL && !any};
    if (choice == ROUTE_URL) {
        routes_add(ret, serve_path_direct(from->conf->prompt));
        return ERR_OK;
    }
    if (!from->has_kube)
        return why_set(why, ERR_UNSUPPORTED, "no route to Serve is known without Kubernetes (--prompt URL)");
    if (!r || !r->ns || !r->name) return why_set(why, ERR_NOT_FOUND, "no RayService is in focus");
    const bool prefixed = !from->at_root && r->route_prefix && strcmp(r->route_prefix, "/") != 0;
    const char *prefix = prefixed ? r->route_prefix : "";
    if ((any || choice == ROUTE_INGRESS) && ingress_route(w, r, &path)) routes_add(ret, path);
    if ((any && from->in_cluster) || choice == ROUTE_SERVICE) routes_add(ret, service_route(r, prefix));
    if (any || choice == ROUTE_PROXY) routes_add(ret, proxy_route(r, prefix));
    if (ret->count) return ERR_OK;
    return why_set(why, ERR_NOT_FOUND, "no ingress with an address leads to %s-serve-svc", r->name);
}

void prompt_routes_done(struct prompt_routes *routes)
{
    for (size_t i = 0; i < routes->count; i++) serve_path_done(&routes->path[i]);
    *routes = (struct prompt_routes){.count = 0};
}
