/*
 * imds.h - credentials of the instance's role from the instance metadata service, version 2: PUT for a token, then GET
 * the role's name, then its keys. AWS_EC2_METADATA_SERVICE_ENDPOINT overrides the endpoint;
 * AWS_EC2_METADATA_DISABLED=true disables it.
 */
#ifndef RAYDECK_AWS_IMDS_H
#define RAYDECK_AWS_IMDS_H

#include "backends/aws/aws_keys.h"
#include "backends/link/http.h"

struct imds;

/* http must not use a proxy. ERR_UNSUPPORTED: disabled; ERR_USAGE: the endpoint given is none. */
enum err imds_start(struct http_client *http, const struct keys_calls *calls, struct imds **ret, struct why *why);
void imds_free(struct imds *i); /* no callback follows; NULL is fine */

#endif
