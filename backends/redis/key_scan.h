/*
 * key_scan.h - which keys of a Redis are hashes of a GCS: all of them by SCAN, or one namespace's by name.
 */
#ifndef RAYDECK_REDIS_KEY_SCAN_H
#define RAYDECK_REDIS_KEY_SCAN_H

#include "backends/link/budget.h"
#include "backends/redis/gcs_key_parse.h"
#include "backends/redis/resp.h"

struct key_scan_conf {
    struct loop *loop;
    struct resp *conn;
    struct budget *budget;
    const char *ns; /* borrowed; NULL: SCAN */
    /* May be told more than once of the same key. */
    void (*found)(void *arg, const char *key, size_t len, enum gcs_layout layout);
    void (*progress)(void *arg, uint64_t keys, uint64_t total);
    /* error: NULL when it is complete; endless: it was cut, because the cursor comes again, or brings nothing. */
    void (*done)(void *arg, const struct reply *error, bool endless);
    void *arg;
};

struct key_scan;
struct key_scan *key_scan_start(const struct key_scan_conf *conf);
void key_scan_free(struct key_scan *k); /* in done, or together with the connection; NULL is fine */

#endif
