/*
 * aws_keys.h - the credentials that sign requests to AWS. All of it is secret, and wiped when freed.
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
    char *token;              /* session token; NULL: long-term keys */
    struct known_u64 ends_ms; /* wall clock */
};

/* A source of keys calls done once, from the loop. */
struct keys_calls {
    void (*done)(void *arg, enum err err, struct aws_keys *keys /* takes; NULL on failure */, const struct why *why);
    void *arg;
};

/* Copies and validates: ids and secrets must be printable, without blanks, at most AWS_KEY_MAX long. ERR_PARSE: one is
 * missing, empty or invalid. */
enum err aws_keys_set(struct aws_keys *ret, const char *id, const char *secret, const char *token /* or NULL */);
void aws_keys_done(struct aws_keys *k); /* wipes; a zeroed one is fine */

#endif
