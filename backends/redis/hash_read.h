/*
 * hash_read.h - reads one hash of a GCS once, in small steps within the budget.
 *
 * Tables with records are read by HSCAN, whose replies hold their small values. Of KV and other tables only the sizes
 * are wanted, and a value may be hundreds of megabytes (uploaded packages): HKEYS and pipelined HSTRLEN up to
 * HASH_KEYS_MAX fields, above that HSCAN, with NOVALUES where the server supports it (7.4). The single hash of the
 * older layout is read like KV, and the values of its records by HGET. A hash whose HSCAN reply once exceeded the
 * limits ("unscannable") is never scanned again: HKEYS up to HASH_KEYS_UNSCANNABLE fields, else its fields are counted
 * only.
 */
#ifndef RAYDECK_REDIS_HASH_READ_H
#define RAYDECK_REDIS_HASH_READ_H

#include "backends/link/budget.h"
#include "backends/redis/gcs_view.h"
#include "backends/redis/resp.h"

enum {
    HASH_KEYS_MAX = 1000,          /* fields; larger hashes are not read by HKEYS */
    HASH_KEYS_UNSCANNABLE = 50000, /* the same for an unscannable hash */
    HASH_BATCH = 128,              /* commands in a pipeline */

    HASH_VALUE_MAX = 1024 * 1024 /* a record larger than this is not fetched */
};

#define HASH_SCAN_COUNT "100" /* COUNT of HSCAN; as a number: */
enum { HASH_PAGE = 100 };

enum hash_outcome {
    HASH_READ,    /* the view has all of it */
    HASH_ABSENT,  /* no such key, or not a hash */
    HASH_REFUSED, /* the error reply has the reason */
    HASH_ENDLESS  /* stopped by cursor_guard */
};

/* Copied; what it points to must outlive the read. */
struct hash_env {
    struct loop *loop;
    struct resp *conn;
    struct gcs_view *view;
    struct budget *budget;
    bool scan_novalues;
    void (*done)(void *arg, struct gcs_hash *h, enum hash_outcome outcome, const struct reply *error);
    void (*progress)(void *arg, const struct gcs_hash *h, uint64_t fields,
                     uint64_t total); /* of a hash above HASH_KEYS_MAX */
    void *arg;
};

struct hash_read;
struct hash_read *hash_read_start(const struct hash_env *env, struct gcs_hash *h, bool unscannable);
/* Cancels and frees; done must call it too. While replies are pending, free the connection first. NULL is fine. */
void hash_read_free(struct hash_read *hr);
/* The hash that is being read by HSCAN with values, else NULL: unscannable if a reply exceeds the limits now. */
const struct gcs_hash *hash_read_scanning(const struct hash_read *hr);

#endif
