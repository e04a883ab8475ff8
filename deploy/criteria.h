/*
 * criteria.h - the criteria of a drill's verdict, and their limits. Pure.
 *
 * Limits come from criteria.def, a YAML file (a map of id to limit) and flags (ID=LIMIT), later ones overriding earlier
 * ones. A limit has a unit: "5s", "1.5 s", "250ms", "2m" for seconds; "0.1%" for percent; a plain whole number for
 * counts. A malformed limit is an error.
 */
#ifndef RAYDECK_DEPLOY_CRITERIA_H
#define RAYDECK_DEPLOY_CRITERIA_H

#include "backends/base/err.h"

#include <stddef.h>

enum criterion_kind { CRITERION_PROMISE, CRITERION_PROOF };
enum criterion_compare { CRITERION_AT_MOST, CRITERION_AT_LEAST };
enum criterion_unit { CRITERION_COUNT, CRITERION_PERCENT, CRITERION_SECONDS };
enum criterion_needs {
    CRITERION_NEEDS_NOTHING,
    CRITERION_NEEDS_FIELDS,
    CRITERION_NEEDS_NEURON,
    CRITERION_NEEDS_PROMPTS
};

enum criterion_id {
#define CRITERION(name, id, kind, compare, unit, limit, needs, what, why, measured) CRITERION_##name,
#include "deploy/criteria.def"
#undef CRITERION
    CRITERIA
};
struct criterion {
    const char *id;
    enum criterion_kind kind;
    enum criterion_compare compare;
    enum criterion_unit unit;
    double limit; /* the default */
    enum criterion_needs needs;
    const char *what, *why, *measured;
};
const struct criterion *criterion_get(enum criterion_id id);

struct criteria {
    double limit[CRITERIA]; /* seconds, percent or a count */
};
void criteria_init(struct criteria *c); /* the defaults */
/* "ID=LIMIT", as a flag has it. ERR_USAGE, and *c untouched: no such criterion, or no limit in its unit. */
enum err criteria_set(struct criteria *c, const char *assignment, struct why *why);
/* A YAML map of id to limit; `name` begins the message. ERR_USAGE or ERR_PARSE, and *c untouched. */
enum err criteria_read(struct criteria *c, const char *name, const char *bytes, size_t len, struct why *why);

enum { CRITERION_TEXT_MAX = 32 };
/* How it is measured: `route` is the path of the requests in words ("ingress mistral"); "" where none ended. */
enum { CRITERION_MEASURED_MAX = 200 };
char *criterion_measured(enum criterion_id id, const char *route, char out[CRITERION_MEASURED_MAX]);
/* A value in the criterion's unit: "12.4 s", "0.12 %", "3". */
char *criterion_value(enum criterion_id id, double value, char out[CRITERION_TEXT_MAX]);
/* "at most 3.0 s" */
char *criterion_limit(enum criterion_id id, double limit, char out[CRITERION_TEXT_MAX]);

#endif
