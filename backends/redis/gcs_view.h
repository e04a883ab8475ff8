/*
 * gcs_view.h - a model of the GCSs in a Redis: namespaces, their hashes, and a digest of each row, so that only what
 * changed is emitted as a change. No I/O.
 *
 * A hash is read in rounds: begin, every field once (in any order), end. A row with the same digest as in the last
 * round emits nothing; a row that is missing from a round is emitted as gone; a value that cannot be parsed is emitted
 * as gone and counted as unread. The view owns namespaces and hashes; pointers stay valid until gcs_view_drop. Where a
 * storage namespace exists in both layouts (Ray was upgraded), the newer one is used.
 */
#ifndef RAYDECK_REDIS_GCS_VIEW_H
#define RAYDECK_REDIS_GCS_VIEW_H

#include "backends/base/known.h"
#include "backends/redis/gcs_parse.h"
#include "backends/world/change.h"

enum {
    GCS_NAMESPACES_MAX = 256,
    GCS_HASHES_MAX = 2048,
    GCS_ROWS_MAX = 100000, /* rows of a hash; more are counted as dropped */
    /* Bytes of all rows of a Redis, including their records in the world. A hash may grow to what is left for all
     * others, so that none starves another; with rows that are DEAD or REMOVED (a GCS keeps up to 100,000 dead actors,
     * workers and jobs) only to a quarter of that, so that live ones always fit. */
    GCS_MEMORY_MAX = 40 * 1024 * 1024,
    GCS_ENDED_SHARE = 4,
    GCS_WORLD_ROW = 256, /* overhead of a row in the world, without the record */
    GCS_FIELDS_LISTED = 4096,
    GCS_TABLES_OF_HASH = 64, /* tables in one hash of the older layout */
    GCS_KV_SPACES = 256
};

struct gcs_ns {
    struct gcs_ns *next;
    char *raw; /* the bytes in Redis */
    size_t len;
    char *name; /* safe text */
    enum gcs_layout layout;
    char *ray_version; /* NULL: not known */
    enum gcs_age age;
    struct known_u64 heartbeat; /* its time stamp, ms since 1970 */
    size_t hashes;
};

struct gcs_row;
struct gcs_tally;
struct gcs_hash {
    struct gcs_hash *next;
    struct gcs_ns *ns;
    char *key; /* raw bytes */
    size_t key_len;
    enum gcs_table table; /* of GCS_HASH_A_TABLE */
    char *word;           /* the table's name, safe text */
    struct gcs_row *rows;
    struct gcs_tally *tallies;
    size_t tally_count, row_count, dropped;
    size_t memory; /* of its rows */
    uint32_t round;
    uint64_t touched_ms; /* wall time of the last invalidation; 0: never */
    /* owned by scan.c */
    bool dirty, was_read, tracked;
    uint64_t fields;                    /* HLEN, when it was last read */
    uint64_t due_ms, read_ms;           /* read_ms: when the last read began */
    unsigned invalidations, heartbeats; /* since then; each heartbeat explains one invalidation */
    unsigned endless;                   /* consecutive HSCANs that did not end */
};

struct gcs_view {
    struct gcs_ns *namespaces;
    struct gcs_hash *hashes;
    size_t ns_count, hash_count;
    uint64_t dropped_emitted[TABLE_COUNT]; /* last count emitted of rows beyond GCS_ROWS_MAX, over all hashes */
    uint64_t unread[TABLE_COUNT], unread_emitted[TABLE_COUNT]; /* rows whose value cannot be parsed, over all hashes */
    struct why unread_why;
    size_t memory; /* bytes of all rows, at most about GCS_MEMORY_MAX */
    const char *source;
    void (*emit)(void *arg, struct change *c /* takes */);
    void *arg;
};

void gcs_view_init(struct gcs_view *v, const char *source, void (*emit)(void *arg, struct change *c), void *arg);
void gcs_view_done(struct gcs_view *v); /* frees everything; emits nothing */

/* Finds the hash of a Redis key, or adds it if the key belongs to a GCS. NULL: it does not, or a limit is reached.
 * GCS_ONE_HASH: the caller knows that `key` is such a hash. */
struct gcs_hash *gcs_view_hash(struct gcs_view *v, const char *key, size_t len, enum gcs_layout layout);
struct gcs_hash *gcs_view_find(const struct gcs_view *v, const char *key, size_t len); /* NULL: not known */
void gcs_view_drop(struct gcs_view *v, struct gcs_hash *h); /* it was deleted; emits its rows as gone */

/* Splits a field into its table and id. False: not a field of a GCS. */
bool gcs_view_place(const struct gcs_hash *h, struct gcs_span field, enum gcs_table *ret_table,
                    struct gcs_span *ret_word, struct gcs_span *ret_id);

void gcs_view_begin(struct gcs_hash *h);
/* value: NULL where only the size was read. */
void gcs_view_field(struct gcs_view *v, struct gcs_hash *h, struct gcs_span field, struct known_u64 bytes,
                    const struct gcs_span *value, uint64_t wall_ms);
void gcs_view_end(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms);
/* KV only, between two rounds: it changed at touched_ms, but all fields and sizes are the same. */
void gcs_view_touched(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms);

/* For a hash too large to be read: only its number of fields is known. */
void gcs_view_count(struct gcs_view *v, struct gcs_hash *h, uint64_t fields, uint64_t wall_ms);

#endif
