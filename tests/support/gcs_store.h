/*
 * gcs_store.h - the hashes of a Redis in memory: a simulated GCS writes its rows there, and the console's own view of a
 * GCS (backends/redis/gcs_view.h) reads them.
 */
#ifndef RAYDECK_TESTS_GCS_STORE_H
#define RAYDECK_TESTS_GCS_STORE_H

#include "backends/redis/gcs_view.h"

struct gcs_store;
/* emit: the changes that a read leads to. */
struct gcs_store *gcs_store_new(void (*emit)(void *arg, struct change *c /* takes */), void *arg);
void gcs_store_free(struct gcs_store *s);

/* A gcs_row (backends/sim/gcs_records.h); arg: the store. */
void gcs_store_row(void *store, const char *table, const char *field, size_t field_len, const char *value,
                   size_t value_len);
void gcs_store_flush(struct gcs_store *s); /* everything is gone: FLUSHALL, or a Redis that came back empty */

/* Reads each hash that was written since the last read, as those of this storage namespace. */
void gcs_store_read(struct gcs_store *s, const char *ns, uint64_t wall_ms);
struct known_u64 gcs_store_heartbeat(const struct gcs_store *s);

#endif
