/*
 * gcs_key_parse.h - where Ray keeps its GCS in a Redis: names of keys and fields, taken apart. No I/O.
 *
 * Ray from 2.38 keeps one hash a table, "RAY<ns>@<TABLE>", whose fields are raw ids. Before, one hash named by the
 * storage namespace alone holds everything, its fields are "<ns>@<TABLE>:<raw id>". Both may share a server. Names may
 * hold any byte; what is returned points into the bytes given.
 */
#ifndef RAYDECK_REDIS_GCS_KEY_PARSE_H
#define RAYDECK_REDIS_GCS_KEY_PARSE_H

#include <stdbool.h>
#include <stddef.h>

enum { GCS_NAME_MAX = 256 /* bytes of a storage namespace, or of a table's name */ };

enum gcs_layout { GCS_HASH_A_TABLE, GCS_ONE_HASH };

/* The tables that are read by value, those of which only names and sizes are, and what we have no name for. */
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

/* "RAY<ns>@<TABLE>": false for every other key. */
bool gcs_key_split(const char *key, size_t len, struct gcs_span *ret_ns, struct gcs_span *ret_table);

/* A field of the hash called ns (the older layout): "<ns>@<TABLE>:<id>". The counter's table is empty. */
bool gcs_field_split(struct gcs_span ns, const char *field, size_t len, struct gcs_span *ret_table,
                     struct gcs_span *ret_id);

/* A key of the KV table, "@namespace_<kv namespace>:<name>"; without one *ret_space is empty. */
void gcs_kv_split(const char *field, size_t len, struct gcs_span *ret_space, struct gcs_span *ret_name);

/* The short name of a Serve checkpoint ("app-config") where the KV key is one. */
bool gcs_checkpoint_name(const char *field, size_t len, struct gcs_span *ret_name);

#define GCS_HEARTBEAT_FIELD "@namespace_healthcheck:ray_client_server"
#define GCS_METADATA_FIELD "@namespace_cluster:CLUSTER_METADATA"
#define GCS_SESSION_FIELD "@namespace_session:session_name"

#endif
