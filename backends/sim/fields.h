/*
 * fields.h - who manages which fields: the sets of server-side apply (FieldsV1), as Kubernetes 1.34 keeps them.
 *
 * A set is JSON: "f:NAME" for a member, "k:{...}" for an item of a list with keys, "v:VALUE" for one of a list that is
 * a set, "." for the item itself; {} where it ends. A value without a structure of its own (an atomic one, as
 * workerGroupSpecs or nodeSelector) ends the set.
 */
#ifndef RAYDECK_SIM_FIELDS_H
#define RAYDECK_SIM_FIELDS_H

#include "backends/base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* What a configuration says: all but apiVersion, kind and what names the object. Caller frees. */
cJSON *fields_of(const cJSON *config);

/* Takes config's fields into live, as an apply does: members one by one, keyed lists item by item, the rest whole. */
void fields_merge(cJSON *live, const cJSON *config);

/* Paths that both sets have while config's value differs from live's, each told as ".spec.replicas". With `take` they
 * are removed from `theirs`. */
void fields_conflicts(const cJSON *mine, cJSON *theirs, const cJSON *live, const cJSON *config, bool take,
                      void (*conflict)(void *arg, const char *path), void *arg);

/* Removes from live what `old` has, and neither `now` nor any of the sets in `others` (an array). */
void fields_drop(cJSON *live, const cJSON *old, const cJSON *now, const cJSON *others);

/* Removes a dotted path of members from a set ("spec.rayClusterConfig.workerGroupSpecs"). */
void fields_disown(cJSON *set, const char *dotted);

#endif
