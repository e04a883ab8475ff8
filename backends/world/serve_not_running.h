/*
 * serve_not_running.h - the Serve application that does not run, and why, in Serve's own words. Pure.
 *
 * The Ray dashboard's Serve API says it first; while it is not heard, the RayService's status does: that of the pending
 * RayCluster, where a first deployment or an upgrade that fails stands alone, then that of the active one. Serve API's
 * word is of the cluster in focus: of an upgrade it says nothing. Statuses: Ray Serve's ApplicationStatus and
 * DeploymentStatus (facts in records.def: DEPLOYING, DEPLOY_FAILED, UNHEALTHY …).
 */
#ifndef RAYDECK_WORLD_SERVE_NOT_RUNNING_H
#define RAYDECK_WORLD_SERVE_NOT_RUNNING_H

#include "backends/base/text.h"
#include "backends/world/joins.h"

/* Borrowed from the world until its next change. */
struct serve_not_running {
    const char *name,
        *status;         /* of the application or of the deployment; status NULL: everything runs, or is unknown */
    const char *message; /* of a traceback its error first (traceback.h); NULL: none */
    bool failed;         /* not merely under way */
    bool upgrade;        /* of the pending RayCluster, while another one is active */
};
struct serve_not_running serve_not_running_of(const struct world *w, const struct focus *f);

/* The one of a list that says most: what has failed before what is under way. */
struct serve_not_running serve_not_running_in(const struct deployment *deployments, size_t count);

/* "echo-app DEPLOY_FAILED: ValueError: …", of an upgrade "upgrade: echo-app …"; "" where everything runs. Cut at size,
 * with an ellipsis. */
char *serve_not_running_words(const struct serve_not_running *s, char *out, size_t size);
char *serve_not_running_brief(const struct serve_not_running *s, char *out, size_t size); /* the error alone */

#endif
