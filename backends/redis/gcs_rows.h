/*
 * gcs_rows.h - the memory of a hash's rows: for each record its key, a digest of what it was made of, and when that
 * last changed. Private to gcs_view.c and gcs_tally.c.
 */
#ifndef RAYDECK_REDIS_GCS_ROWS_H
#define RAYDECK_REDIS_GCS_ROWS_H

#include "backends/redis/gcs_view.h"

uint64_t gcs_digest(uint64_t seed, const void *bytes, size_t len); /* FNV-1a */

/* A row was seen in this round. True when it is new or its digest is another one: it must be put. *ret_changed_ms is
 * when it last changed while we looked (0: never). A row beyond GCS_ROWS_MAX or GCS_MEMORY_MAX is counted and not put.
 */
bool gcs_rows_seen(struct gcs_view *v, struct gcs_hash *h, enum table table, const char *key, uint64_t digest,
                   uint64_t wall_ms, uint64_t *ret_changed_ms);
bool gcs_rows_in_round(const struct gcs_hash *h, const char *key, enum table table); /* seen already */

/* What a row that has been seen is made of: its record, NULL where its value could not be read (kept in v->unread).
 * What that takes is charged. False: there is no room for a new row of this kind; it is counted, forgotten and not to
 * be put.
 */
bool gcs_rows_keep(struct gcs_view *v, struct gcs_hash *h, const char *key, enum table table, const struct record *r);

/* Forgets rows not seen in this round (or all of them), telling each. */
void gcs_rows_sweep(struct gcs_view *v, struct gcs_hash *h, bool all);
void gcs_rows_free(struct gcs_view *v, struct gcs_hash *h);

#endif
