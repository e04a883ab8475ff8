/*
 * gcs_key_parse.h - parses the names of the keys and fields under which Ray stores its GCS in a Redis. No I/O.
 *
 * Since 2.38 Ray keeps one hash per table, "RAY<ns>@<TABLE>", whose fields are raw ids ("newer layout"). Before, a
 * single hash named after the storage namespace holds everything; its fields are "<ns>@<TABLE>:<raw id>" ("older
 * layout"). Both may share a server. Names may hold any byte; returned spans point into the argument.
 */
#ifndef RAYDECK_REDIS_GCS_KEY_PARSE_H
#define RAYDECK_REDIS_GCS_KEY_PARSE_H

#include <stdbool.h>
#include <stddef.h>

enum { GCS_NAME_MAX = 256 /* bytes of a storage namespace, or of a table's name */ };

enum gcs_layout { GCS_HASH_A_TABLE, GCS_ONE_HASH };

/* Tables whose values are decoded, KV, of which only names and sizes are read, and all others. */
enum gcs_table {
    GCS_NODE,
    GCS_ACTOR,
    GCS_JOB,
    GCS_WORKERS,
    GCS_PLACEMENT_GROUP,
    GCS_KV,
    GCS_OTHER,
    GCS_TABLES = GCS_OTHER
};

struct gcs_span {
    const char *at;
    size_t len;
};

const char *gcs_table_word(enum gcs_table table); /* "NODE"; NULL for GCS_OTHER */
enum gcs_table gcs_table_of(struct gcs_span name);
bool gcs_table_has_records(enum gcs_table table); /* its values are decoded */
bool gcs_span_is(struct gcs_span span, const char *text);

/* Splits "RAY<ns>@<TABLE>"; false for every other key. */
bool gcs_key_split(const char *key, size_t len, struct gcs_span *ret_ns, struct gcs_span *ret_table);

/* Splits a field of the older layout, "<ns>@<TABLE>:<id>". The table of the job counter is empty. */
bool gcs_field_split(struct gcs_span ns, const char *field, size_t len, struct gcs_span *ret_table,
                     struct gcs_span *ret_id);

/* Splits a key of KV, "@namespace_<kv namespace>:<name>"; *ret_space is empty where it has no namespace. */
void gcs_kv_split(const char *field, size_t len, struct gcs_span *ret_space, struct gcs_span *ret_name);

/* True where the KV key is a Serve checkpoint; *ret_name is its short name, "app-config". */
bool gcs_checkpoint_name(const char *field, size_t len, struct gcs_span *ret_name);

#define GCS_HEARTBEAT_FIELD "@namespace_healthcheck:ray_client_server"
#define GCS_METADATA_FIELD "@namespace_cluster:CLUSTER_METADATA"
#define GCS_SESSION_FIELD "@namespace_session:session_name"

#endif
