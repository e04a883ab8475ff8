/*
 * hash_read.h - one round through one hash of the GCS, in small steps within the budget.
 *
 * Tables with records are read by HSCAN, which brings small values along. Of KV and the others only sizes are wanted,
 * and a value of theirs may be hundreds of megabytes (uploaded packages): HKEYS and a pipelined HSTRLEN up to
 * HASH_KEYS_MAX fields, above it HSCAN, without values where the server can (7.4). The older layout's one hash is read
 * like KV, and the values of its records one by one. A hash that once broke the connection by its size is not scanned
 * again, only counted.
 */
#ifndef RAYDECK_REDIS_HASH_READ_H
#define RAYDECK_REDIS_HASH_READ_H

#include "backends/link/budget.h"
#include "backends/redis/gcs_view.h"
#include "backends/redis/resp.h"

enum {
    HASH_KEYS_MAX = 1000,          /* fields asked for by one HKEYS */
    HASH_KEYS_UNSCANNABLE = 50000, /* the same, where HSCAN brings too much */
    HASH_BATCH = 128,              /* commands in a pipeline */

    HASH_VALUE_MAX = 1024 * 1024 /* a record larger than this is not fetched */
};

#define HASH_SCAN_COUNT "100" /* fields asked for by one HSCAN; as a number: */
enum { HASH_PAGE = 100 };

enum hash_outcome {
    HASH_READ,    /* the view was told all */
    HASH_ABSENT,  /* no such key, or not a hash */
    HASH_REFUSED, /* the error reply says why */
    HASH_ENDLESS  /* HSCAN's cursor comes again, or brings nothing: it was cut */
};

/* What a read works with; outlives it. */
struct hash_env {
    struct loop *loop;
    struct resp *conn;
    struct gcs_view *view;
    struct budget *budget;
    bool scan_novalues;
    void (*done)(void *arg, struct gcs_hash *h, enum hash_outcome outcome, const struct reply *error);
    void (*progress)(void *arg, const struct gcs_hash *h, uint64_t fields, uint64_t total); /* of a large one */
    void *arg;
};

struct hash_read;
struct hash_read *hash_read_start(const struct hash_env *env, struct gcs_hash *h, bool unscannable);
/* Stops it where it is; frees. In done() it is over, and freed by the caller all the same. NULL is fine. */
void hash_read_free(struct hash_read *hr);
/* The hash that is being scanned with values: to be held unscannable if the connection breaks by size now. */
const struct gcs_hash *hash_read_scanning(const struct hash_read *hr);

#endif
