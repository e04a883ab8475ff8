/*
 * credentials.h - the credential provider chain, in the order of AWS's own tools: the environment; the profile (its
 * keys, a web identity, or through the AWS CLI: SSO, credential_process, roles); the container's agent; IMDSv2.
 *
 * A profile that the caller names precedes the environment. Only the first configured provider is used: if it fails, no
 * other one is tried, and the reason is reported.
 */
#ifndef RAYDECK_AWS_CREDENTIALS_H
#define RAYDECK_AWS_CREDENTIALS_H

#include "backends/aws/aws_keys.h"
#include "backends/aws/settings.h"
#include "backends/link/http.h"

struct credentials;

/* http is used for STS; meta, which must not use a proxy, for the container's agent and IMDS. settings is borrowed
 * until done or credentials_free. */
struct credentials *credentials_start(struct loop *l, struct http_client *http, struct http_client *meta,
                                      const struct aws_settings *settings, const struct keys_calls *calls);
void credentials_free(struct credentials *c); /* no callback follows; NULL is fine */

#endif
