/*
 * diff.h - what applying an object changes: field by field between what is live and what the server says would be there
 * (the result of a dry run), and what that means. Pure.
 *
 * Left out: status, managedFields, uid, resourceVersion, generation, creationTimestamp, kubectl's last-applied
 * annotation. Lists of things with names (containers, groups, ports, environment) are compared by name; serveConfigV2,
 * a YAML text inside the object, as what it holds. Secrets are masked: that one changed is said, never from what to
 * what. Every text is safe.
 */
#ifndef RAYDECK_DEPLOY_DIFF_H
#define RAYDECK_DEPLOY_DIFF_H

#include "backends/base/buf.h"
#include "backends/base/json.h"

#include <stdbool.h>
#include <stddef.h>

enum { DIFF_ROWS = 500, DIFF_VALUE_MAX = 160, DIFF_PATH_MAX = 512, DIFF_MEANINGS = 4 };

struct diff_row {
    char *path;      /* ".spec.rayClusterConfig.workerGroupSpecs[inf2].replicas" */
    char *old, *now; /* NULL: not there */
};
struct diff {
    bool made; /* there is no live one: the whole object is new */
    struct diff_row *row;
    size_t count;
    size_t beyond;                /* rows more than DIFF_ROWS */
    char *meaning[DIFF_MEANINGS]; /* sentences; the first `meanings` are there */
    size_t meanings;
    bool new_cluster; /* a RayService's change that makes KubeRay start a RayCluster beside the old one */
};

/* live NULL: the object would be made. Caller: diff_done. */
void diff_of(const cJSON *live, const cJSON *next, struct diff *ret);
void diff_done(struct diff *d); /* a zeroed one is fine */

/* "~ .spec.replicas: 2 → 4", "+ .metadata.labels.x: y", "- …". */
void diff_row_words(const struct diff_row *row, struct buf *out);

#endif
