/*
 * gcs_records.h - the rows of the GCS's tables and KV as Ray 2.60 writes them (field numbers:
 * src/ray/protobuf/gcs.proto and common.proto of that version), from a ray_sim. Pure; the caller writes the rows.
 */
#ifndef RAYDECK_SIM_GCS_RECORDS_H
#define RAYDECK_SIM_GCS_RECORDS_H

#include "backends/base/buf.h"
#include "backends/sim/ray_sim.h"

/* field and value are borrowed until it returns. value NULL: the field is deleted. */
typedef void gcs_row(void *arg, const char *table, const char *field, size_t field_len, const char *value,
                     size_t value_len);

/* All rows of NODE, ACTOR, ACTOR_TASK_SPEC (deleted for dead actors), JOB and WORKERS. */
void gcs_rows_tables(const struct ray_sim *r, const char *session, gcs_row *row, void *arg);
/* The rows of KV that a head writes when it registers: addresses, agents' addresses (deleted for dead nodes), metadata.
 * `fresh`: also those of a cluster's first head (cluster id, session, Serve's checkpoints, code). */
void gcs_rows_kv(const struct ray_sim *r, const char *session, bool fresh, gcs_row *row, void *arg);
/* One more exported class, as each new head's Serve controller writes it. */
void gcs_rows_class(const struct ray_sim *r, gcs_row *row, void *arg);
void gcs_rows_heartbeat(uint64_t wall_ms, gcs_row *row, void *arg);
void gcs_rows_autoscaling(const struct ray_sim *r, uint64_t wall_ms, gcs_row *row, void *arg);

#endif
