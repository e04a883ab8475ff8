/*
 * schema.h - the schemas of the kinds that can be applied: allowed fields, validation and defaulting, as far as the
 * console displays them.
 */
#ifndef RAYDECK_SIM_SCHEMA_H
#define RAYDECK_SIM_SCHEMA_H

#include "backends/sim/objects.h"

bool schema_can_apply(enum sim_kind kind);
/* The first unknown field, as ".spec.foo" (caller frees), or NULL. */
char *schema_unknown(enum sim_kind kind, const cJSON *config);
/* The API server's validation error (caller frees), or NULL. */
char *schema_invalid(enum sim_kind kind, const cJSON *config);
/* Defaulting. metadata.uid determines cluster IPs. */
void schema_defaults(enum sim_kind kind, cJSON *obj);
bool schema_has_generation(enum sim_kind kind);

#endif
