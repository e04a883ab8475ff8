/*
 * gcs_parse.h - decodes the values of the GCS's hashes into records. No I/O, no clock.
 *
 * Values are protobuf messages (gcs.proto). Unknown fields are skipped; proto3 omits zeros, so that an absent state is
 * the first of its enumeration. Runtime environments, job configurations and pickled exceptions are never decoded;
 * text is made safe and cut at GCS_TEXT_MAX, and words that look like secrets are replaced. A record's key is its
 * field's id, whatever id the message holds.
 */
#ifndef RAYDECK_REDIS_GCS_PARSE_H
#define RAYDECK_REDIS_GCS_PARSE_H

#include "backends/redis/gcs_key_parse.h"
#include "backends/redis/gcs_words.h"
#include "backends/world/record.h"

enum {
    GCS_VALUE_MAX = 4 * 1024 * 1024,  /* bytes of a value */
    GCS_UNPACK_MAX = 8 * 1024 * 1024, /* bytes of memory to unpack one */
    GCS_ID_MAX = 64,
    GCS_TEXT_MAX = 512,
    GCS_RESOURCES_MAX = 256
};

/* Where a value was found. */
struct gcs_place {
    const char *ns; /* the storage namespace, safe text */
    enum gcs_age age;
};

/* `table` must have records. ERR_PARSE: not such a message; ERR_LIMIT: beyond one of the limits above. */
enum err gcs_parse(enum gcs_table table, const struct gcs_place *place, struct gcs_span id, struct gcs_span value,
                   struct record **ret, struct why *why);

/* A record's key, "<ns>/<hex id>". Caller frees. */
char *gcs_record_key(const char *ns, struct gcs_span id);

/* A field's name as displayed: text for KV, the id in hex for other tables. Caller frees. */
char *gcs_field_name(enum gcs_table table, struct gcs_span id);

/* Parses the heartbeat, {"time": seconds}, into ms since 1970; unknown where it is malformed. */
struct known_u64 gcs_heartbeat(struct gcs_span value);

/* ray_version of CLUSTER_METADATA, safe text, or NULL. Caller frees. */
char *gcs_ray_version(struct gcs_span value);

#endif
