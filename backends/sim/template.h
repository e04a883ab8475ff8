/*
 * template.h - templates of the simulated cluster's objects, from cluster.json: recorded from a real KubeRay 1.7 and
 * API server 1.34, with ${NAMES} for what differs between clusters. The file is compiled into the program.
 */
#ifndef RAYDECK_SIM_TEMPLATE_H
#define RAYDECK_SIM_TEMPLATE_H

#include <cjson/cJSON.h>

/* The value of a ${NAME}; a list ends with a NULL name. */
struct template_value {
    const char *name, *value;
};

struct templates;
struct templates *templates_new(void);
void templates_free(struct templates *t); /* NULL is fine */

/* A copy of the named object with values substituted in strings and member names; the caller owns it. The name must
 * exist, and values must contain every ${NAME}. */
cJSON *template_make(const struct templates *t, const char *name, const struct template_value *values);

/* The same for JSON in the caller's source, with ' instead of ". */
cJSON *template_text(const char *text, const struct template_value *values);

#endif
