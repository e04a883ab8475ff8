/*
 * serve_probes.h - observes the Serve of one RayService: health probes of its workers' proxies and of its users' route
 * (prober.h), and the Serve controller's status from the Ray dashboard (serve_status.h).
 *
 * The workers are those of the focus whose probes count (focus_probes); they are reached through the API server's
 * proxy, from within the cluster directly. The chat page, where there is one, is probed by its Service. Without
 * Kubernetes the address that --prompt names is probed. With
 * --no-probe only the Serve status is read.
 *
 * It needs to be updated when the world has changed or the route of prompts has. Instances of one world share the
 * counter that numbers probe records. Their sources (PROBER_SOURCE, PROBER_ROUTE_SOURCE, SERVE_SOURCE) have fixed
 * names: the sink sets which RayService owns a change.
 */
#ifndef RAYDECK_SESSION_SERVE_PROBES_H
#define RAYDECK_SESSION_SERVE_PROBES_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/serve/prober.h"
#include "backends/world/joins.h"

struct serve_probes;

/* All is borrowed until serve_probes_free. */
struct serve_probes_conf {
    struct loop *loop;
    const struct conf *conf;
    const struct serve_open *serve;
    const struct sink *sink;
    uint64_t *probes;           /* probes so far: numbers their keys */
    struct prober_share *share; /* with whom the limits of worker probes are split */
};

/* Sends nothing before serve_probes_update. */
struct serve_probes *serve_probes_new(const struct serve_probes_conf *conf);
/* Cancels the probes in flight and sets the sources OFF, so that the world drops their rows. NULL is fine. */
void serve_probes_free(struct serve_probes *p);

/* focus: of the RayService; borrowed for the call, in which only changes of the three sources are published. */
void serve_probes_update(struct serve_probes *p, const struct world *w, const struct focus *focus);
/* The users' route up to Serve's root, copied; NULL: none known (prompt_router_probe_route). */
void serve_probes_set_route(struct serve_probes *p, const struct serve_path *route);
/* The Serve proxy of a worker pod; serve_path_done. */
struct serve_path serve_probes_worker_path(const struct serve_probes *p, const struct pod *pod);
bool serve_probes_lack_route(const struct serve_probes *p);         /* none is set; false with --no-probe */
void serve_probes_set_fast_poll(struct serve_probes *p, bool fast); /* of the status, while a head is being lost */
void serve_probes_refresh(struct serve_probes *p);                  /* polls the status now */

/* The first probes have ended and the dashboard has answered, or neither is possible. */
bool serve_probes_are_settled(const struct serve_probes *p);

#endif
