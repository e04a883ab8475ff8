/*
 * credentials_plan.h - which way the keys will come, from the environment and the profile alone; nothing is asked yet.
 *
 * Strings are borrowed from the settings and the environment.
 */
#ifndef RAYDECK_AWS_CREDENTIALS_PLAN_H
#define RAYDECK_AWS_CREDENTIALS_PLAN_H

#include "backends/aws/credentials.h"
#include "backends/aws/role.h"

enum plan_base { PLAN_KEYS, PLAN_WEB, PLAN_CONTAINER, PLAN_IMDS };

struct plan {
    enum plan_base base;
    struct aws_keys keys;                       /* PLAN_KEYS */
    struct role_wanted web;                     /* PLAN_WEB */
    struct role_wanted role[CREDENTIALS_ROLES]; /* to be assumed with the base's keys, from the last to the first */
    size_t roles;
};

/* ERR_PARSE, ERR_NOT_FOUND, ERR_LIMIT, ERR_UNSUPPORTED: why names the variable or the profile. Caller: plan_done. */
enum err plan_make(struct plan *p, const struct aws_settings *settings, struct why *why);
void plan_done(struct plan *p);

#endif
