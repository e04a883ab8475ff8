/*
 * prompt_routes.h - the routes that a prompt to a RayService can take, by what is known now. Pure.
 */
#ifndef RAYDECK_SESSION_PROMPT_ROUTES_H
#define RAYDECK_SESSION_PROMPT_ROUTES_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/world/world.h"

enum { PROMPT_ROUTES_MAX = 3 };

struct prompt_routes {
    struct serve_path path[PROMPT_ROUTES_MAX]; /* in order of preference */
    size_t count;
    bool configured; /* --prompt names the only one: it is taken whether it can be reached or not */
};
struct prompt_routes_from {
    const struct conf *conf;
    bool has_kube;   /* there is an API server */
    bool at_root;    /* to Serve itself, where /-/healthz is, and not under the application's route prefix */
    bool in_cluster; /* we run in the cluster: a service's name leads somewhere */
};

/* --prompt names an address, and no RayService is needed for its route: not "ingress", "service" or "proxy", and not
 * NULL. */
bool prompt_route_is_address(const char *prompt);

/* By what a request to Serve is sent with; at_root false. Borrows conf. */
struct prompt_routes_from prompt_routes_from_open(const struct conf *conf, const struct serve_open *serve);

/* The ingress, the service (from within the cluster), the API server's proxy; or what --prompt says. r NULL: none is in
 * focus. ERR_NOT_FOUND, ERR_UNSUPPORTED: there is no route, and why says the reason; *ret is empty. Caller frees with
 * prompt_routes_done. */
enum err prompt_routes_of(const struct prompt_routes_from *from, const struct world *w, const struct rayservice *r,
                          struct prompt_routes *ret, struct why *why);
void prompt_routes_done(struct prompt_routes *routes);

#endif
