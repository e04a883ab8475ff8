/*
 * drill_fault.h - THE table of the faults that a drill injects. Pure.
 *
 * Each ends the GCS of the head. What follows is observed and not assumed: KubeRay makes a new head pod, or the
 * container of the same one restarts.
 */
#ifndef RAYDECK_DEPLOY_DRILL_FAULT_H
#define RAYDECK_DEPLOY_DRILL_FAULT_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* X(NAME, the word of --fault, grace in seconds (-1: the pod's own), verb and resource of the right it needs) */
#define DRILL_FAULT_MAP(X)                                                                                             \
    X(DELETE, "delete", -1, "delete", "pods")                                                                          \
    X(DELETE_NOW, "delete-now", 0, "delete", "pods")                                                                   \
    X(GCS, "gcs", -1, "create", "pods/exec")
enum drill_fault {
#define X(name, word, grace, verb, resource) DRILL_FAULT_##name,
    DRILL_FAULT_MAP(X)
#undef X
        DRILL_FAULTS
};

/* What the access review asks: may this user do that? */
struct drill_right {
    const char *verb, *resource;
};

/* word NULL: DELETE, or with grace_s 0 DELETE_NOW. ERR_USAGE: no such fault, or a grace period that does not go with
 * it. *ret_grace_s: the one that the delete asks for; -1: the pod's own. */
enum err drill_fault_find(const char *word, int64_t grace_s, enum drill_fault *ret, int64_t *ret_grace_s,
                          struct why *why);
const char *drill_fault_word(enum drill_fault f);
struct drill_right drill_fault_right(enum drill_fault f);
/* As the report names it: "deletion of the head pod, grace 0". */
enum { DRILL_FAULT_TEXT_MAX = 96 };
const char *drill_fault_text(enum drill_fault f, int64_t grace_s, char out[DRILL_FAULT_TEXT_MAX]);
/* "will be deleted, grace 0", of the head pod. */
const char *drill_fault_plan(enum drill_fault f, int64_t grace_s, char out[DRILL_FAULT_TEXT_MAX]);

#endif
