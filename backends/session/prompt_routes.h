/*
 * prompt_routes.h - the candidate routes of prompts to a RayService. Pure.
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
    bool configured; /* given by --prompt: the only one, reachable or not */
};
struct prompt_routes_from {
    const struct conf *conf;
    bool has_kube;   /* an API server is configured */
    bool at_root;    /* to Serve's root (/-/healthz) instead of the application's route prefix */
    bool in_cluster; /* we run in the cluster, where service names resolve */
};

/* --prompt is an address, which needs no RayService: neither NULL nor "ingress", "service" or "proxy". */
bool prompt_route_is_address(const char *prompt);

/* From what requests to Serve use; at_root false. Borrows conf. */
struct prompt_routes_from prompt_routes_from_open(const struct conf *conf, const struct serve_open *serve);

/* The ingress, the service (from within the cluster), the API server's proxy; or the one of --prompt. r NULL: no
 * RayService in focus. ERR_NOT_FOUND, ERR_UNSUPPORTED: no route; why has the reason; *ret is empty. Caller frees with
 * prompt_routes_done. */
enum err prompt_routes_of(const struct prompt_routes_from *from, const struct world *w, const struct rayservice *r,
                          struct prompt_routes *ret, struct why *why);
void prompt_routes_done(struct prompt_routes *routes);

#endif
