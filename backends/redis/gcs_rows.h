/*
 * gcs_rows.h - the rows of a hash: for each record emitted its key, a digest of its source bytes, and when that last
 * changed. Private to gcs_view.c and gcs_tally.c.
 */
#ifndef RAYDECK_REDIS_GCS_ROWS_H
#define RAYDECK_REDIS_GCS_ROWS_H

#include "backends/redis/gcs_view.h"

/* Marks a row as seen in this round. True: it is new or its digest differs, and must be emitted. *ret_changed_ms:
 * when its digest last changed (0: never). A new row beyond GCS_ROWS_MAX or GCS_MEMORY_MAX is counted as dropped. */
bool gcs_rows_seen(struct gcs_view *v, struct gcs_hash *h, enum table table, const char *key, uint64_t digest,
                   uint64_t wall_ms, uint64_t *ret_changed_ms);
bool gcs_rows_in_round(const struct gcs_hash *h, const char *key, enum table table); /* seen already */

/* Charges the memory of a row's record; r is NULL where its value cannot be parsed (counted in v->unread). False:
 * the row is new and does not fit; it is removed, counted as dropped, and must not be emitted. */
bool gcs_rows_keep(struct gcs_view *v, struct gcs_hash *h, const char *key, enum table table, const struct record *r);

/* Removes rows not seen in this round (or all of them), and emits each as gone. */
void gcs_rows_sweep(struct gcs_view *v, struct gcs_hash *h, bool all);
void gcs_rows_free(struct gcs_view *v, struct gcs_hash *h);

#endif
