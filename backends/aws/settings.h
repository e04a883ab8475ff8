/*
 * settings.h - region, profile and endpoints: from the environment, then from the profile in the shared files. Read
 * once, at the start. Empty values count as not set.
 */
#ifndef RAYDECK_AWS_SETTINGS_H
#define RAYDECK_AWS_SETTINGS_H

#include "backends/aws/profile_parse.h"

struct aws_settings {
    struct profiles files;
    const char *profile; /* "default" unless one is named */
    bool profile_named;  /* by the caller or AWS_PROFILE: it must exist */
    bool profile_asked;  /* by the caller: it precedes keys in the environment */
    char *owned_profile;
    char *region;
};

/* profile, region: the caller's, or NULL. ERR_USAGE: no region, or an invalid one; ERR_NOT_FOUND: no such profile; or a
 * file's error. Call aws_settings_done, also after a failure. */
enum err aws_settings_read(struct aws_settings *s, const char *profile, const char *region, struct why *why);
void aws_settings_done(struct aws_settings *s);

const char *aws_env(const char *name);                                        /* NULL when empty */
const char *aws_profile_value(const struct aws_settings *s, const char *key); /* of the profile; NULL */

/* "https://elasticache.us-west-2.amazonaws.com/", or what AWS_ENDPOINT_URL_ELASTICACHE, AWS_ENDPOINT_URL or the
 * profile's endpoint_url says. Caller frees. ERR_USAGE: not a URL of http or https. */
enum err aws_endpoint(const struct aws_settings *s, const char *service, char **ret, struct why *why);

#endif
