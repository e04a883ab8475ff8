/*
 * gcs_tally.h - totals of a round: each table's number of fields, bytes and list of fields, and the same for each
 * namespace of KV. Private to gcs_view.c.
 */
#ifndef RAYDECK_REDIS_GCS_TALLY_H
#define RAYDECK_REDIS_GCS_TALLY_H

#include "backends/redis/gcs_view.h"

/* Adds a field. `word`: the table's name. */
void gcs_tally_field(struct gcs_hash *h, enum gcs_table table, struct gcs_span word, struct gcs_span id,
                     struct known_u64 bytes);
void gcs_tally_begin(struct gcs_hash *h);                                      /* resets all totals */
void gcs_tally_emit(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms); /* emits gcstable and kvspace records */
void gcs_tally_free(struct gcs_hash *h);

#endif
