/*
 * ingress_route.h - a RayService's ingress as a route to Serve. Pure.
 */
#ifndef RAYDECK_SESSION_INGRESS_ROUTE_H
#define RAYDECK_SESSION_INGRESS_ROUTE_H

#include "backends/backend.h"
#include "backends/world/world.h"

/* Uses the rules in the RayService's namespace whose backend is NAME-serve-svc; false: none is usable. Caller frees
 * with serve_path_done. */
bool ingress_route(const struct world *w, const struct rayservice *r, struct serve_path *ret);

#endif
