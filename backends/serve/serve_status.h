/*
 * serve_status.h - polls the Serve controller's status: GET /api/serve/applications/ of the Ray dashboard.
 *
 * Emits one SERVEAPP record, keyed by the RayService's UID, when it changed. It is the source "serve": LIVE while the
 * dashboard responds, DOWN (retried at the same rate) while it does not, as in every head outage, and OFF without an
 * address. The response holds the application's environment and user_config in clear text: the parser skips them.
 */
#ifndef RAYDECK_SERVE_STATUS_H
#define RAYDECK_SERVE_STATUS_H

#include "backends/backend.h"

enum { SERVE_STATUS_MS = 5000, SERVE_STATUS_FAST_MS = 2000, SERVE_STATUS_TIMEOUT_MS = 5000 };
#define SERVE_SOURCE "serve"

struct serve_status;

/* `how` is copied; what it points to must outlive this. Sends nothing before serve_status_set. */
struct serve_status *serve_status_new(struct loop *l, const struct serve_open *how, const struct sink *sink);
/* Sets the dashboard of the RayService with that UID: its path up to, not including, "/api/…", for example
 * "/api/v1/namespaces/NS/services/NAME-head-svc:dashboard/proxy" (the proxy requires the port's name). Everything is
 * copied. A new UID removes the old one's record. NULL: none known. Setting the same again changes nothing. */
void serve_status_set(struct serve_status *s, const char *service_uid, const struct serve_path *dashboard);
/* Fast polling: every 2 s instead of 5. On by itself while the dashboard does not respond or a deployment is not
 * HEALTHY. */
void serve_status_set_fast_poll(struct serve_status *s, bool fast);
void serve_status_refresh(struct serve_status *s);          /* polls now */
bool serve_status_is_settled(const struct serve_status *s); /* it has answered or failed, or there is none */
void serve_status_free(struct serve_status *s);             /* NULL is fine */

#endif
