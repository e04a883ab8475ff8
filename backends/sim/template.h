/*
 * template.h - the objects of the simulated cluster, from cluster.json: recorded from a real KubeRay 1.7 and API
 * server 1.34, with ${NAMES} where one cluster differs from another. The file is part of the program.
 */
#ifndef RAYDECK_SIM_TEMPLATE_H
#define RAYDECK_SIM_TEMPLATE_H

#include <cjson/cJSON.h>

/* What a ${NAME} becomes; a list ends with a NULL name. */
struct template_value {
    const char *name, *value;
};

struct templates;
struct templates *templates_new(void);
void templates_free(struct templates *t); /* NULL is fine */

/* A copy of the named object with its values filled in, in strings and in member names; the caller owns it. The name
 * must exist, and every ${NAME} must be among the values. */
cJSON *template_make(const struct templates *t, const char *name, const struct template_value *values);

/* The same for a short text in the caller's code, in which ' stands for ". */
cJSON *template_text(const char *text, const struct template_value *values);

#endif
