/*
 * fields.h - field sets of server-side apply (FieldsV1), as Kubernetes 1.34 stores them.
 *
 * A set is JSON: "f:NAME" for a member, "k:{...}" for an item of a list with keys, "v:VALUE" for one of a list that is
 * a set, "." for the item itself, {} for a leaf. An atomic value (workerGroupSpecs, nodeSelector) is a leaf.
 */
#ifndef RAYDECK_SIM_FIELDS_H
#define RAYDECK_SIM_FIELDS_H

#include "backends/base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The fields of a configuration, without apiVersion, kind and the object's identity. Caller frees. */
cJSON *fields_of(const cJSON *config);

/* Merges config into live, as an apply does: objects by member, associative lists by item, all else atomically. */
void fields_merge(cJSON *live, const cJSON *config);

/* Reports each path (".spec.replicas") that is in both sets and whose value differs between config and live. With
 * `take`, removes it from `theirs`. */
void fields_conflicts(const cJSON *mine, cJSON *theirs, const cJSON *live, const cJSON *config, bool take,
                      void (*conflict)(void *arg, const char *path), void *arg);

/* Removes from live the fields of `old` that are neither in `now` nor in one of the sets of `others` (an array). */
void fields_drop(cJSON *live, const cJSON *old, const cJSON *now, const cJSON *others);

/* Removes a dotted path of members from a set ("spec.rayClusterConfig.workerGroupSpecs"). */
void fields_disown(cJSON *set, const char *dotted);

#endif
