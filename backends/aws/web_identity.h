/*
 * web_identity.h - credentials of a role from STS with a web identity token (AssumeRoleWithWebIdentity; IRSA).
 */
#ifndef RAYDECK_AWS_WEB_IDENTITY_H
#define RAYDECK_AWS_WEB_IDENTITY_H

#include "backends/aws/request.h"

struct web_identity {
    const char *arn, *session /* or NULL */;
    const char *token_file;
};

struct web_identity_request;
/* ERR_IO and others: the token file cannot be read; ERR_USAGE. done is not called then. */
enum err web_identity_start(struct loop *l, struct http_client *http, const struct aws_settings *settings,
                            const struct web_identity *web, const struct keys_calls *calls,
                            struct web_identity_request **ret, struct why *why);
void web_identity_free(struct web_identity_request *r); /* no callback follows; NULL is fine */

#endif
