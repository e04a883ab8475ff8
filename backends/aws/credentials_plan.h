/*
 * credentials_plan.h - selects the credential provider from the environment and the profile, without any request.
 *
 * Strings are borrowed from the settings and the environment.
 */
#ifndef RAYDECK_AWS_CREDENTIALS_PLAN_H
#define RAYDECK_AWS_CREDENTIALS_PLAN_H

#include "backends/aws/credentials.h"
#include "backends/aws/web_identity.h"

enum plan_base { PLAN_KEYS, PLAN_WEB, PLAN_CONTAINER, PLAN_IMDS, PLAN_CLI };

struct plan {
    enum plan_base base;
    struct aws_keys keys;    /* PLAN_KEYS */
    struct web_identity web; /* PLAN_WEB */
    const char *why_cli;     /* PLAN_CLI: the profile's setting that only the AWS CLI supports */
};

/* ERR_PARSE: the message names the variable or the profile. Caller: plan_done. */
enum err plan_make(struct plan *p, const struct aws_settings *settings, struct why *why);
void plan_done(struct plan *p);

#endif
