/*
 * clients_parse.h - parses the reply to CLIENT LIST and counts the GCS's connections. No I/O.
 *
 * A GCS holds a few connections from the head pod's address, without a name. Ours have a name that starts with raydeck,
 * or one of the given ids. While no head address is known, a connection without a name counts as the GCS's if its last
 * command is one that a GCS sends.
 */
#ifndef RAYDECK_REDIS_CLIENTS_PARSE_H
#define RAYDECK_REDIS_CLIENTS_PARSE_H

#include "backends/base/known.h"

#include <stdbool.h>
#include <stddef.h>

enum { CLIENTS_FROM_MAX = 8 /* addresses listed */, CLIENTS_TEXT_MAX = 256 };
#define CLIENTS_OUR_NAME "raydeck"

struct clients_ask {
    const char *const *heads; /* addresses of head pods */
    size_t head_count;
    const uint64_t *own_ids;
    size_t own_count;
};
struct clients_sum {
    uint64_t rows, ray;
    char from[CLIENTS_TEXT_MAX]; /* "10.77.0.1", several with ", "; "" for none */
};

void clients_parse(const char *text, size_t len, const struct clients_ask *ask, struct clients_sum *ret);

#endif
