/*
 * gcs_parse.h - values of the GCS's hashes into records. No I/O, no clock.
 *
 * Values are protobuf messages (gcs.proto). Unknown fields are skipped; proto3 leaves zeros out, so that an absent
 * state is the first of its enumeration. Runtime environments, job configurations and pickled exceptions are never
 * taken out, text is made safe, cut at GCS_TEXT_MAX, and a word of it that looks like a secret is left out. A record
 * is named by its field's id, not by what the message says it is.
 */
#ifndef RAYDECK_REDIS_GCS_PARSE_H
#define RAYDECK_REDIS_GCS_PARSE_H

#include "backends/redis/gcs_key_parse.h"
#include "backends/redis/gcs_words.h"
#include "backends/world/record.h"

enum {
    GCS_VALUE_MAX = 4 * 1024 * 1024,  /* bytes of a value */
    GCS_UNPACK_MAX = 8 * 1024 * 1024, /* memory that unpacking one may take */
    GCS_ID_MAX = 64,
    GCS_TEXT_MAX = 512,
    GCS_RESOURCES_MAX = 256
};

/* Where a value was found. */
struct gcs_place {
    const char *ns; /* the storage namespace, safe text */
    enum gcs_age age;
};

/* `table` is one with records. ERR_PARSE for bytes that are no such message, ERR_LIMIT for what is beyond a maximum. */
enum err gcs_parse(enum gcs_table table, const struct gcs_place *place, struct gcs_span id, struct gcs_span value,
                   struct record **ret, struct why *why);

/* A record's key, "<ns>/<hex id>". Caller frees. */
char *gcs_record_key(const char *ns, struct gcs_span id);

/* A field's name for people: KV's text, everybody else's id in hex. Caller frees. */
char *gcs_field_name(enum gcs_table table, struct gcs_span id);

/* {"time": seconds} of the heartbeat, as milliseconds since 1970; unknown where it is something else. */
struct known_u64 gcs_heartbeat(struct gcs_span value);

/* ray_version of CLUSTER_METADATA, safe, or NULL. Caller frees. */
char *gcs_ray_version(struct gcs_span value);

#endif
