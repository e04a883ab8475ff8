/*
 * imds.h - the keys of the instance's role, from the instance metadata service, version 2: a token by PUT, then the
 * name of the role, then its keys. AWS_EC2_METADATA_SERVICE_ENDPOINT says where else it is;
 * AWS_EC2_METADATA_DISABLED=true that it is not to be asked.
 */
#ifndef RAYDECK_AWS_IMDS_H
#define RAYDECK_AWS_IMDS_H

#include "backends/aws/aws_keys.h"
#include "backends/link/http.h"

struct imds;

/* http must not use a proxy. ERR_UNSUPPORTED: disabled; ERR_USAGE: the endpoint given is none. */
enum err imds_start(struct http_client *http, const struct keys_calls *calls, struct imds **ret, struct why *why);
void imds_free(struct imds *i); /* no callback comes after it; NULL is fine */

#endif
