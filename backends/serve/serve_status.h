/*
 * serve_status.h - what the Serve controller itself says: GET /api/serve/applications/ of the Ray dashboard, polled.
 *
 * One SERVEAPP record under the RayService's UID, put when it changed. It is the source "serve": live while the
 * dashboard answers, down (being retried at the same pace) while it does not, as in every outage of the head, and off
 * without an address. The application's environment and user_config stand in the answer in clear: the parser never
 * looks at them.
 */
#ifndef RAYDECK_SERVE_STATUS_H
#define RAYDECK_SERVE_STATUS_H

#include "backends/backend.h"

enum { SERVE_STATUS_MS = 5000, SERVE_STATUS_HURRY_MS = 2000, SERVE_STATUS_TIMEOUT_MS = 5000 };
#define SERVE_SOURCE "serve"

struct serve_status;

/* `how` is copied; what it points to must outlive this. Nothing is asked before serve_status_set. */
struct serve_status *serve_status_new(struct loop *l, const struct serve_open *how, const struct sink *sink);
/* The dashboard (path up to, not including, "/api/…"; for example
 * "/api/v1/namespaces/NS/services/NAME-head-svc:dashboard/proxy": the proxy wants the port's name) of the RayService
 * with that UID; all copied. Another UID: the old one's record goes. NULL: none known. The same as before changes
 * nothing. */
void serve_status_set(struct serve_status *s, const char *service_uid, const struct serve_path *dashboard);
/* Every 2 s instead of 5 while something is changing. It hurries by itself while the dashboard does not answer or a
 * deployment is not HEALTHY. */
void serve_status_hurry(struct serve_status *s, bool changing);
void serve_status_refresh(struct serve_status *s); /* now */
void serve_status_free(struct serve_status *s);    /* NULL is fine */

#endif
