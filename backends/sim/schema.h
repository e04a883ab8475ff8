/*
 * schema.h - what the simulated API server knows of the kinds that can be applied: the members it allows, and the
 * values it fills in. As far as the console shows them.
 */
#ifndef RAYDECK_SIM_SCHEMA_H
#define RAYDECK_SIM_SCHEMA_H

#include "backends/sim/objects.h"

bool schema_can_apply(enum sim_kind kind);
/* The first member that the kind does not declare, as ".spec.foo" (caller frees), or NULL. */
char *schema_unknown(enum sim_kind kind, const cJSON *config);
/* Why it is not valid, as the API server words it (caller frees), or NULL. */
char *schema_invalid(enum sim_kind kind, const cJSON *config);
/* Fills in what was left out. uid gives addresses. */
void schema_defaults(enum sim_kind kind, cJSON *obj);
bool schema_has_generation(enum sim_kind kind);

#endif
