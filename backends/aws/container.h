/*
 * container.h - the keys of the container's role: of ECS's agent (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) or of EKS Pod
 * Identity's (AWS_CONTAINER_CREDENTIALS_FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE).
 *
 * By http, a full URI is asked only on this machine or at the agents' own link-local addresses.
 */
#ifndef RAYDECK_AWS_CONTAINER_H
#define RAYDECK_AWS_CONTAINER_H

#include "backends/aws/aws_keys.h"
#include "backends/link/http.h"

struct container_keys;

bool container_is_set(void); /* whether the environment names one */

/* Where it is asked: at ECS's agent, where relative is not NULL, else at full. Caller frees. ERR_USAGE. */
enum err container_url(const char *relative, const char *full, char **ret, struct why *why);

/* http must not use a proxy. */
enum err container_start(struct http_client *http, const struct keys_calls *calls, struct container_keys **ret,
                         struct why *why);
void container_free(struct container_keys *c); /* no callback comes after it; NULL is fine */

#endif
