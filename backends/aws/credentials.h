/*
 * credentials.h - the keys to sign with, in the order that AWS's own tools look for them: the environment; the profile
 * (its keys, a web identity, or whatever the AWS CLI makes of it: SSO, credential_process, roles); the container's
 * agent; IMDSv2.
 *
 * A profile the caller names goes before the environment. What is found first counts: where it then fails, nothing
 * else is tried, and the reason is reported.
 */
#ifndef RAYDECK_AWS_CREDENTIALS_H
#define RAYDECK_AWS_CREDENTIALS_H

#include "backends/aws/aws_keys.h"
#include "backends/aws/settings.h"
#include "backends/link/http.h"

struct credentials;

/* http asks STS; meta, which must not use a proxy, the agents of container and instance. settings is borrowed until
 * done or credentials_free. */
struct credentials *credentials_start(struct loop *l, struct http_client *http, struct http_client *meta,
                                      const struct aws_settings *settings, const struct keys_calls *calls);
void credentials_free(struct credentials *c); /* no callback comes after it; NULL is fine */

#endif
