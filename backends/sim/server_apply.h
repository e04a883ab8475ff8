/*
 * server_apply.h - server-side apply on one object: merging, the managers of its fields, conflicts. Pure.
 *
 * Recorded from Kubernetes 1.34: a field of another manager conflicts when the value differs; forced, it changes hands.
 * What a manager applied before and no longer says goes, unless another manager has it too.
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

/* The object as it would be; caller frees. NULL: *ret_refusal is the Status of a 409 (caller frees). live NULL: there
 * is none yet. */
cJSON *apply_merge(const cJSON *live, const struct apply_ask *ask, cJSON **ret_refusal);

/* The fields of a manager's entry, or NULL. operation is "Apply" or "Update". */
cJSON *managed_fields(const cJSON *obj, const char *manager, const char *operation);
/* Writes that entry; takes fields. An entry whose fields are the same keeps its time; an empty one goes. */
void managed_set(cJSON *obj, const char *manager, const char *operation, cJSON *fields, uint64_t now_ms);
/* No entry but `manager`'s has that dotted path any more. */
void managed_disown(cJSON *obj, const char *manager, const char *dotted);

#endif
