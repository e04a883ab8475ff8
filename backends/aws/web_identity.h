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
/* Reads the token off the loop, then requests. settings and web are borrowed until done, which is called from the
 * loop, also where the token cannot be read. */
struct web_identity_request *web_identity_start(struct loop *l, struct http_client *http,
                                                const struct aws_settings *settings, const struct web_identity *web,
                                                const struct keys_calls *calls);
void web_identity_free(struct web_identity_request *r); /* no callback follows; NULL is fine */

#endif
