/*
 * aws_keys.h - the credentials that a request to AWS is signed with. All of it is secret but the source; it is wiped
 * when it goes.
 */
#ifndef RAYDECK_AWS_AWS_KEYS_H
#define RAYDECK_AWS_AWS_KEYS_H

#include "backends/base/err.h"
#include "backends/base/known.h"

#include <stdbool.h>
#include <stddef.h>

enum { AWS_KEY_MAX = 8 * 1024 };

struct aws_keys {
    char *id, *secret;
    char *token;              /* of a session; NULL: keys that last */
    struct known_u64 ends_ms; /* wall clock */
};

/* How a source of keys tells its end: once, from the loop, never from within its start. */
struct keys_calls {
    void (*done)(void *arg, enum err err, struct aws_keys *keys /* takes; NULL on failure */, const struct why *why);
    void *arg;
};

/* Copies them when they can be sent: ids and secrets are printable and without blanks, at most AWS_KEY_MAX long. Where
 * one is missing, empty or neither, ERR_PARSE. */
enum err aws_keys_set(struct aws_keys *ret, const char *id, const char *secret, const char *token /* or NULL */);
void aws_keys_done(struct aws_keys *k); /* wipes; a zeroed one is fine */

#endif
