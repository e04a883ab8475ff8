/*
 * container.h - the container credential provider: ECS's agent (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) or EKS Pod
 * Identity's (AWS_CONTAINER_CREDENTIALS_FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE).
 *
 * A full URI with http is allowed for loopback and the agents' link-local addresses only.
 */
#ifndef RAYDECK_AWS_CONTAINER_H
#define RAYDECK_AWS_CONTAINER_H

#include "backends/aws/aws_keys.h"
#include "backends/link/http.h"

struct container_keys;

bool container_is_set(void); /* does the environment configure one? */

/* The agent's URL: ECS's with the path relative if that is not NULL, else full. Caller frees. ERR_USAGE. */
enum err container_url(const char *relative, const char *full, char **ret, struct why *why);

/* Reads the token file off the loop, where one is set, then requests. http must not use a proxy. ERR_USAGE: done is not
 * called then; a file that cannot be read is reported through it. */
enum err container_start(struct loop *l, struct http_client *http, const struct keys_calls *calls,
                         struct container_keys **ret, struct why *why);
void container_free(struct container_keys *c); /* no callback follows; NULL is fine */

#endif
