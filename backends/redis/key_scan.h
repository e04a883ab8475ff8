/*
 * key_scan.h - finds the keys that are hashes of a GCS: of all namespaces by SCAN, or of one namespace by name.
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
    /* May report a key more than once. */
    void (*found)(void *arg, const char *key, size_t len, enum gcs_layout layout);
    void (*progress)(void *arg, uint64_t keys, uint64_t total);
    /* error: NULL on success. endless: stopped by cursor_guard, incomplete. */
    void (*done)(void *arg, const struct reply *error, bool endless);
    void *arg;
};

struct key_scan;
struct key_scan *key_scan_start(const struct key_scan_conf *conf);
void key_scan_free(struct key_scan *k); /* from done, or after its connection; NULL is fine */

#endif
