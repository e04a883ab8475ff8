/*
 * serve_not_running.h - the Serve application that is not running, with Serve's reason. Pure.
 *
 * Sources, in order: the Ray dashboard's Serve API, then the RayService's status: that of the pending RayCluster (a
 * failing first deployment or upgrade), then that of the active one. The Serve API covers only the cluster in focus,
 * not the pending one of an upgrade. Statuses: Ray Serve's ApplicationStatus and DeploymentStatus (facts in
 * records.def: DEPLOYING, DEPLOY_FAILED, UNHEALTHY …).
 */
#ifndef RAYDECK_WORLD_SERVE_NOT_RUNNING_H
#define RAYDECK_WORLD_SERVE_NOT_RUNNING_H

#include "backends/base/text.h"
#include "backends/world/joins.h"

/* Borrowed from the world until its next change. */
struct serve_not_running {
    const char *name, *status; /* of the application or deployment; status NULL: all run, or unknown */
    const char *message;       /* a traceback begins with its error (traceback.h); NULL: none */
    bool failed;               /* failed, not merely in progress */
    bool upgrade;              /* of the pending RayCluster, while another one is active */
};
struct serve_not_running serve_not_running_of(const struct world *w, const struct focus *f);

/* The most significant one of a list: failed before in progress. */
struct serve_not_running serve_not_running_in(const struct deployment *deployments, size_t count);

/* "echo-app DEPLOY_FAILED: ValueError: …", of an upgrade "upgrade: echo-app …"; "": all run. Truncated at size with an
 * ellipsis. */
char *serve_not_running_words(const struct serve_not_running *s, char *out, size_t size);
char *serve_not_running_brief(const struct serve_not_running *s, char *out, size_t size); /* the error alone */

#endif
