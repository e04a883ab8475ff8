/*
 * conflict_parse.h - parses the field conflicts in a 409 to a server-side apply. No I/O.
 *
 * Format: a Status whose details.causes have reason FieldManagerConflict, a message 'conflict with "NAME" …' and the
 * field's path (Kubernetes API, Server-Side Apply, "Conflicts").
 */
#ifndef RAYDECK_DEPLOY_CONFLICT_PARSE_H
#define RAYDECK_DEPLOY_CONFLICT_PARSE_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { CONFLICTS = 64, CONFLICT_MANAGER_MAX = 128, CONFLICT_FIELD_MAX = 256 };

#define OWN_MANAGER "raydeck"
#define GROUPS_FIELD ".spec.rayClusterConfig.workerGroupSpecs"

struct conflict {
    char manager[CONFLICT_MANAGER_MAX], field[CONFLICT_FIELD_MAX]; /* safe; "": not given */
};
struct conflicts {
    struct conflict item[CONFLICTS];
    size_t count, beyond;
};

/* ERR_NOT_FOUND: not such a Status, or without field conflicts. */
enum err conflict_parse(const char *bytes, size_t len, struct conflicts *ret);

/* Whether all conflicts are about workerGroupSpecs, which KubeRay's operator owns after its first update, or about our
 * own create, whose fields were not recorded as applied. */
bool conflicts_may_be_forced(const struct conflicts *c);

/* Whether each conflict (field and manager) is also in the other list. */
bool conflicts_are_within(const struct conflicts *c, const struct conflicts *shown);

/* "owned by kuberay-operator: .spec.a, .spec.b; by kubectl: .spec.c" */
void conflicts_words(const struct conflicts *c, struct why *why);

#endif
