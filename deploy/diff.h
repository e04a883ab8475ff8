/*
 * diff.h - the effect of an apply: field differences between the live object and the result of a dry run, and their
 * consequences. Pure.
 *
 * Ignores status, managedFields, uid, resourceVersion, generation, creationTimestamp and kubectl's last-applied
 * annotation. Compares lists with names (containers, groups, ports, environment) by name, and serveConfigV2, a YAML
 * string, by its content. Masks the values of secrets. Text is safe.
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
    char *head;      /* what rows have in common: "spec.rayClusterConfig.workerGroupSpecs[inf2]"; "" at the top */
    char *name;      /* "replicas"; of a list's item "[inf2]" */
    char *old, *now; /* NULL: absent */
};
struct diff {
    bool made; /* there is no live object: all of it is new */
    struct diff_row *row;
    size_t count;
    size_t beyond;                /* rows more than DIFF_ROWS */
    char *meaning[DIFF_MEANINGS]; /* sentences, the weightiest first; `meanings` of them */
    size_t meanings;
    bool new_cluster; /* KubeRay will create a second RayCluster */
};

/* live NULL: the object is new. Caller: diff_done. */
void diff_of(const cJSON *live, const cJSON *next, struct diff *ret);
void diff_done(struct diff *d); /* a zeroed one is fine */

/* '+', '-' or '~'. */
char diff_row_sign(const struct diff_row *row);
/* "~ replicas: 2 → 4", "+ x: y", "- …", to stand under row->head. */
void diff_row_words(const struct diff_row *row, struct buf *out);

#endif
