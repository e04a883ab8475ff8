/*
 * gcs_tally.h - the sums of a round: how many fields and bytes a table has, their list, KV's namespaces. Private to
 * gcs_view.c.
 */
#ifndef RAYDECK_REDIS_GCS_TALLY_H
#define RAYDECK_REDIS_GCS_TALLY_H

#include "backends/redis/gcs_view.h"

/* A field of a table was seen. `word`: the table's name. */
void gcs_tally_field(struct gcs_hash *h, enum gcs_table table, struct gcs_span word, struct gcs_span id,
                     struct known_u64 bytes);
void gcs_tally_begin(struct gcs_hash *h);                                     /* all sums to nothing */
void gcs_tally_put(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms); /* gcstable and kvspace records */
void gcs_tally_free(struct gcs_hash *h);

#endif
