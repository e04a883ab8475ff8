/*
 * server_apply.h - server-side apply on one object: merging, the managers of its fields, conflicts. Pure.
 *
 * Recorded from Kubernetes 1.34: a field owned by another manager conflicts if the value differs; with force, ownership
 * moves. A field that a manager applied before and no longer applies is removed, unless another manager owns it too.
 */
#ifndef RAYDECK_SIM_SERVER_APPLY_H
#define RAYDECK_SIM_SERVER_APPLY_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct apply_ask {
    const cJSON *config; /* what is applied */
    const char *manager;
    bool force;
    uint64_t now_ms;
};

/* Returns the merged object; caller frees. NULL: *ret_refusal is the Status of a 409 (caller frees). live NULL: the
 * object does not exist yet. */
cJSON *apply_merge(const cJSON *live, const struct apply_ask *ask, cJSON **ret_refusal);

/* The fields of a manager's entry, or NULL. operation is "Apply" or "Update". */
cJSON *managed_fields(const cJSON *obj, const char *manager, const char *operation);
/* Sets that entry; takes fields. Keeps the time of an entry whose fields are equal; removes an empty one. */
void managed_set(cJSON *obj, const char *manager, const char *operation, cJSON *fields, uint64_t now_ms);
/* Removes that dotted path from all entries but `manager`'s. */
void managed_disown(cJSON *obj, const char *manager, const char *dotted);

#endif
