/*
 * request_kind.h - the kinds of REQUEST records, and the sources of the probes among them. A request by the users'
 * route is written "way", as all recordings and JSON output have it.
 */
#ifndef RAYDECK_WORLD_REQUEST_KIND_H
#define RAYDECK_WORLD_REQUEST_KIND_H

#define REQUEST_PROBE "probe"   /* of a worker's own Serve proxy */
#define REQUEST_ROUTE "way"     /* by the users' route: ingress, service or the API server's proxy */
#define REQUEST_PROMPT "prompt" /* by the same */

#define REQUEST_PATH_PROXY "API server proxy" /* the record's path, where it is that */

#define PROBER_SOURCE "probe"
#define PROBER_ROUTE_SOURCE "probe/way"
#define PROBER_PAGE_SOURCE "probe/page" /* of the chat page: LIVE answers, DOWN does not; no records */

/* What a probe sends, and its target in the record. */
#define SERVE_HEALTH_PATH "/-/healthz"
#define SERVE_HEALTH_TARGET "GET " SERVE_HEALTH_PATH

enum { REQUEST_LATE_MS = 100 }; /* sent so long after it was due, or longer, a request is late */

#endif
