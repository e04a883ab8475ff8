/*
 * secrets.h - identifies and masks secret values in Kubernetes objects. Pure.
 *
 * Secret are: a Secret's data and stringData; an environment variable, setting or parameter whose name or value looks
 * like a secret (text_looks_secret); the password in a URL. A reference to a Secret (name and key) is not.
 */
#ifndef RAYDECK_DEPLOY_SECRETS_H
#define RAYDECK_DEPLOY_SECRETS_H

#include "backends/base/json.h"

#include <stdbool.h>

#define MASKED "•••" /* as backends/base/mask.h shows it */

/* The path of a value: its member name, and the path of its parent; the root has no `up`. */
struct secrets_at {
    const struct secrets_at *up;
    const char *name; /* of the member; NULL: an item of a list, or the root */
    const cJSON *node;
};

bool secrets_is_one(const struct secrets_at *at);

/* A displayable value: safe, one line, at most max bytes, masked if secret; a URL without its password. Numbers and
 * booleans as in JSON; objects and lists as JSON with secrets masked. Caller frees. */
char *secrets_value(const struct secrets_at *at, size_t max);

/* Removes the object's secret values, verbatim or decoded, from a text (a server's message). The object may be NULL.
 * Caller frees. */
char *secrets_text(const cJSON *object, const char *text);

#endif
