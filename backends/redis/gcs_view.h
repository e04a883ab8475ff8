/*
 * gcs_view.h - what is known of the GCSs in a Redis: namespaces, their hashes, and a memory of each row, so that only
 * what changed becomes a change. No I/O.
 *
 * A hash is read in rounds: begin, every field once (in any order), end. A row whose bytes are the same as last time
 * says nothing; one that was not seen in a round is gone; one that cannot be read is not there, and counted. The view
 * owns namespaces and hashes; a pointer to one is good until gcs_view_drop. Where a storage namespace exists in both
 * layouts (Ray was upgraded), the newer one counts.
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
    /* What all rows of a Redis take, with the records that the world makes of them. A new row may make its hash as
     * large as what is left for the others, so that none starves another; of what has ended (dead actors, workers,
     * jobs, of which a GCS keeps a hundred thousand) a quarter of that, so that the living always have room. */
    GCS_MEMORY_MAX = 40 * 1024 * 1024,
    GCS_ENDED_SHARE = 4,
    GCS_WORLD_ROW = 256, /* of the world, besides the record */
    GCS_FIELDS_LISTED = 4096,
    GCS_TABLES_OF_HASH = 64, /* tables in one hash of the older layout */
    GCS_KV_SPACES = 256
};

struct gcs_ns {
    struct gcs_ns *next;
    char *raw; /* as it stands in Redis */
    size_t len;
    char *name; /* safe */
    enum gcs_layout layout;
    char *ray_version; /* NULL: not known */
    enum gcs_age age;
    struct known_u64 heartbeat; /* the time in it */
    size_t hashes;
};

struct gcs_row;
struct gcs_tally;
struct gcs_hash {
    struct gcs_hash *next;
    struct gcs_ns *ns;
    char *key; /* raw */
    size_t key_len;
    enum gcs_table table; /* GCS_HASH_A_TABLE: which one */
    char *word;           /* its name, safe */
    struct gcs_row *rows;
    struct gcs_tally *tallies;
    size_t tally_count, row_count, dropped;
    size_t memory; /* of its rows */
    uint32_t round;
    uint64_t touched_ms; /* wall time at which a change of it was told; 0: never */
    /* the scanner's */
    bool dirty, was_read, tracked;
    uint64_t fields;          /* HLEN, when it was last read */
    uint64_t due_ms, read_ms; /* read_ms: when it was last begun to be read */
    unsigned told, beats;     /* changes told, and heartbeats seen that explain one, since then */
    unsigned endless;         /* times running that HSCAN did not end */
};

struct gcs_view {
    struct gcs_ns *namespaces;
    struct gcs_hash *hashes;
    size_t ns_count, hash_count;
    uint64_t dropped_told[TABLE_COUNT];                     /* rows beyond GCS_ROWS_MAX, of all hashes */
    uint64_t unread[TABLE_COUNT], unread_told[TABLE_COUNT]; /* rows whose value could not be read, of all hashes */
    struct why unread_why;
    size_t memory; /* of all rows, at most about GCS_MEMORY_MAX */
    const char *source;
    void (*emit)(void *arg, struct change *c /* takes */);
    void *arg;
};

void gcs_view_init(struct gcs_view *v, const char *source, void (*emit)(void *arg, struct change *c), void *arg);
void gcs_view_done(struct gcs_view *v); /* forgets all, without a change */

/* The hash behind a Redis key: found, or made when it belongs to a GCS. NULL where it does not, or beyond a limit.
 * GCS_ONE_HASH: `key` is known to be such a hash. */
struct gcs_hash *gcs_view_hash(struct gcs_view *v, const char *key, size_t len, enum gcs_layout layout);
struct gcs_hash *gcs_view_find(const struct gcs_view *v, const char *key, size_t len); /* NULL: not known */
void gcs_view_drop(struct gcs_view *v, struct gcs_hash *h); /* it is not there any more: so are its rows */

/* Which table a field belongs to, and its id there. False for a field that is none of the GCS's. */
bool gcs_view_place(const struct gcs_hash *h, struct gcs_span field, enum gcs_table *ret_table,
                    struct gcs_span *ret_word, struct gcs_span *ret_id);

void gcs_view_begin(struct gcs_hash *h);
/* value: NULL where only the size was asked for. */
void gcs_view_field(struct gcs_view *v, struct gcs_hash *h, struct gcs_span field, struct known_u64 bytes,
                    const struct gcs_span *value, uint64_t wall_ms);
void gcs_view_end(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms);
/* Between two rounds: it has changed (touched_ms), and every field and size is as it was. Of KV alone. */
void gcs_view_touched(struct gcs_view *v, struct gcs_hash *h, uint64_t wall_ms);

/* A hash too large to be read: only how many fields it has is known. */
void gcs_view_count(struct gcs_view *v, struct gcs_hash *h, uint64_t fields, uint64_t wall_ms);

#endif
