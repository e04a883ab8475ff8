/*
 * role.h - the keys of a role, from STS: by other keys (AssumeRole), or by a web identity's token (IRSA).
 */
#ifndef RAYDECK_AWS_ROLE_H
#define RAYDECK_AWS_ROLE_H

#include "backends/aws/request.h"

struct role_wanted {
    const char *arn, *session /* or NULL */, *external_id /* or NULL */, *duration_s /* or NULL */;
    const char *token_file;      /* a web identity; NULL: AssumeRole */
    const struct aws_keys *keys; /* for AssumeRole */
};

struct role;
/* ERR_IO …: the token's file; ERR_USAGE. done is not called then. */
enum err role_assume(struct loop *l, struct http_client *http, const struct aws_settings *settings,
                     const struct role_wanted *wanted, const struct keys_calls *calls, struct role **ret,
                     struct why *why);
void role_free(struct role *r); /* no callback comes after it; NULL is fine */

#endif
