/*
 * secrets.h - which values of a Kubernetes object are secrets, and texts without them. Pure.
 *
 * A Secret's data and stringData; an environment variable, a setting or a parameter whose name or value looks like a
 * secret (text_looks_secret); the password of a URL. A reference to a Secret (its name and key) is none.
 */
#ifndef RAYDECK_DEPLOY_SECRETS_H
#define RAYDECK_DEPLOY_SECRETS_H

#include "backends/base/json.h"

#include <stdbool.h>

#define MASKED "•••" /* as backends/base/mask.h shows it */

/* Where a value stands: the member it is, in which object or list, and so on up to the root, which has no `up`. */
struct secrets_at {
    const struct secrets_at *up;
    const char *name; /* of the member; NULL: an item of a list, or the root */
    const cJSON *node;
};

bool secrets_is_one(const struct secrets_at *at);

/* A value as a person may see it: safe, one line, cut at max bytes, masked where it is a secret, and a URL without its
 * password. Numbers and words as JSON writes them; objects and lists as JSON with what is secret in them masked. Caller
 * frees. */
char *secrets_value(const struct secrets_at *at, size_t max);

/* A text from elsewhere (a server's message) without any secret value of the object, as it stands there or decoded. The
 * object may be NULL. Caller frees. */
char *secrets_text(const cJSON *object, const char *text);

#endif
