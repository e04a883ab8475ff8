/*
 * world.h - the in-memory model: tables of records with their age, and their sources. Pure: no I/O, no clock.
 *
 * world_apply is the only way to change it; it copies the change. Rows keep their order (first seen first), so that
 * rows on a screen never jump; a removed row stays as a tombstone for WORLD_TOMBSTONE_MS, at most WORLD_TOMBSTONES per
 * table. Each table has a generation, incremented by every visible change.
 *
 * Items that a source could not parse are left out, counted (unread) and reported; they never affect other items.
 *
 * Rows of a source that is DOWN or DENIED stay, and age; those of one that is OFF or ABSENT are removed. Finished
 * requests are kept in a ring per kind, so that probes never evict prompts. Limits are those of each owner. Strings are
 * not shared between rows: a pod takes about 1.3 KB.
 */
#ifndef RAYDECK_WORLD_WORLD_H
#define RAYDECK_WORLD_WORLD_H

#include "backends/world/change.h"

enum {
    WORLD_TOMBSTONE_MS = 10 * 60 * 1000,
    WORLD_TOMBSTONES = 64,
    WORLD_REQUESTS = 4096, /* finished requests kept, of prompts and of the rest */
    WORLD_ROWS = 100000,   /* rows a table; more are counted as dropped */
    WORLD_SOURCES = 256,   /* of one owner */
    WORLD_OWNERS = 16,     /* at once; changes of more are ignored */
    WORLD_SINCE_SLACK_MS = 10000,
    SOURCE_STALE_MS = 10000,
    SOURCE_PROMPT_MS = 2000,
    SOURCE_PROMPTS = 8,
    HISTORY_POINTS = 120 /* utilisation samples a core */
};

struct row {
    struct record *record; /* of the table's type; borrowed from the world */
    const char *source;
    uint64_t seen_ms; /* first put, ours */
    uint64_t seen_wall_ms;
    uint64_t changed_ms; /* last put that changed something, ours */
    uint64_t changed_wall_ms;
    uint64_t gone_ms; /* 0: it exists; else a tombstone since then */
    uint64_t gone_wall_ms;
    uint64_t generation; /* the table's, at the last change */
    uint64_t order;      /* of arrival */
    bool first_listed;   /* came with the first full list: existed before we connected */
};

struct source {
    const char *id, *why, *detail;
    const char *scope; /* the namespace that it reads, SCOPE_ALL, or NULL: unknown. Another one is not listed yet */
    enum world_kind world;
    enum source_state state;
    enum err err;
    uint64_t since_ms;       /* of the state */
    uint64_t last_change_ms; /* 0: never */
    uint64_t last_alive_ms;  /* 0: never */
    uint64_t listed_ms;      /* a first full list was completed; 0: not yet */
    /* When requests of ours were answered promptly, within SOURCE_PROMPT_MS; a ring. timed: it reports how long they
     * took
     */
    bool timed;
    uint64_t prompt_answer_ms[SOURCE_PROMPTS];
    unsigned prompts;
    uint64_t unread;        /* items of all tables that could not be parsed and were left out */
    const char *unread_why; /* why, for one of them; NULL: unknown */
};

struct world;

struct world *world_new(void);
/* An empty one in place of w, which is freed: all its generations lie beyond those of w, so that whatever was built of
 * w is seen to be outdated. */
struct world *world_renew(struct world *w);
void world_free(struct world *w); /* that of world_new */

/*
 * Sources that are read for one RayService (struct change's owner, a UID) fill tables of its own: Redis' and the GCS's,
 * the Serve status, the requests. Several RayServices, and what has no owner, are kept side by side; a handle shows the
 * tables of one of them, and all that is the cluster's. While nothing has come of that RayService's sources, it shows
 * what has no owner.
 */
bool world_focus(struct world *w, const char *owner); /* of which w shows them (copied; NULL: none); true: it moved */
/* A handle that shows those of another; good as long as the world, until the next world_apply. */
const struct world *world_of_service(const struct world *w, const char *owner);
/* The K8s namespace of the RayService whose tables w shows; NULL: unknown. Good until the next world_apply. */
const char *world_ns(const struct world *w);

/* Applies one change; borrows it. No content of a change can trip an assert. */
void world_apply(struct world *w, const struct change *c);

/* Removes expired tombstones. Returns true if something visible changed. */
bool world_expire(struct world *w, uint64_t now_ms);

uint64_t world_generation(const struct world *w, enum table table);
uint64_t
world_generation_all(const struct world *w); /* incremented with every table's, and with every source's state */

size_t world_count(const struct world *w, enum table table);     /* without tombstones */
uint64_t world_dropped(const struct world *w, enum table table); /* beyond a limit */
uint64_t world_unread(const struct world *w, enum table table);  /* could not be read, of all sources */
uint64_t world_unread_of(const struct world *w, enum world_kind kind);
/* "2 pods could not be read: …", for a person; "" and false where all could. */
bool world_unread_words(const struct world *w, enum table table, char *out, size_t size);
bool world_progress(const struct world *w, enum table table, uint64_t *ret_done, uint64_t *ret_total);
/* Tombstones included. Rows and records are good until the next world_apply or world_expire. */
const struct row *world_find(const struct world *w, enum table table, const char *key);
const struct row *world_first(const struct world *w, enum table table); /* tombstones included, in order of arrival */
const struct row *world_next(const struct world *w, const struct row *row);
const struct row *world_last(const struct world *w, enum table table);
const struct row *world_prev(const struct world *w, const struct row *row);
/* The first row that came at that wall time or later, in order of arrival, found from the end: most readers of a ring
 * of thousands want the last minute. Up to WORLD_SINCE_SLACK_MS older ones come too, for a clock may be set. */
const struct row *world_since(const struct world *w, enum table table, uint64_t seen_wall_ms);

#define WORLD_EACH(each, w, table)                                                                                     \
    for (const struct row *each = world_first((w), (table)); each; each = world_next((w), each))
/* The row's record as its struct: const struct pod *pod = ROW(row, pod). */
#define ROW(row, type) ((const struct type *)(const void *)(row)->record)

/* Rows by what a field of theirs says and by their namespace (the GCS's records: their storage namespace; nodes have
 * none), tombstones included, in order of arrival. value NULL finds nothing; ns NULL is any namespace. */
enum world_index {
    POD_BY_NAME,
    POD_BY_IP,
    POD_BY_NODE,
    POD_BY_CLUSTER,
    HEAD_BY_CLUSTER, /* pods of the role head */
    KNODE_BY_NAME,
    KNODE_BY_INSTANCE, /* the last part of the providerID */
    RAYNODE_BY_POD,
    RAYNODE_BY_ID,
    RAYNODE_BY_ADDRESS,
    ACTOR_BY_NODE,
    WORLD_INDEXES
};
const struct row *world_with(const struct world *w, enum world_index which, const char *ns, const char *value);
const struct row *world_with_next(const struct world *w, enum world_index which, const char *ns, const struct row *row);
#define WORLD_WITH(each, w, which, ns, value)                                                                          \
    for (const struct row *each = world_with((w), (which), (ns), (value)); each;                                       \
         each = world_with_next((w), (which), (ns), each))

/* Sources, in order of appearance. */
size_t world_sources(const struct world *w);
const struct source *world_source(const struct world *w, size_t index);
const struct source *world_source_named(const struct world *w, const char *id); /* NULL: none */

/* The effective state of a source: LIVE becomes STALE without a proof of life for SOURCE_STALE_MS. ret_age_ms (may be
 * NULL): time since the last proof of life; unknown if there was none. */
enum freshness { FRESH_OFF, FRESH_WAITING, FRESH_LIVE, FRESH_STALE, FRESH_DOWN, FRESH_DENIED, FRESH_ABSENT };
enum freshness source_freshness(const struct source *s, uint64_t now_ms, struct known_u64 *ret_age_ms);

/* The same for a whole world: the worst of its sources that are not off; the age is the oldest. ret_source: the one.
 * Of a world with other sources one that is denied does not count: world_denied_words names it, by its kind. */
enum freshness world_freshness(const struct world *w, enum world_kind kind, uint64_t now_ms,
                               struct known_u64 *ret_age_ms, const struct source **ret_source);

/* "nodes: not permitted, pods: namespace mistral only": the kinds of a world that are denied, in part or while others
 * of it are not. False, and "": there are none. */
bool world_denied_words(const struct world *w, enum world_kind kind, char *out, size_t size);

/* It is LIVE, but of one namespace alone: those of all may not be read, and its why says so. */
bool source_is_partial(const struct source *s);
/* Whether the pods of a namespace are read: TRI_UNKNOWN where the source does not say. */
enum tri world_reads_ns(const struct world *w, const char *ns);
/* Several namespaces are watched, or would be if that was permitted. */
bool world_watches_all(const struct world *w);

/* It is LIVE, but polled more slowly than configured: its why says "throttled: …". */
bool source_is_throttled(const struct source *s);
/* The first such source of a world; NULL: none. */
const struct source *world_throttled(const struct world *w, enum world_kind kind);

/* The utilisation history of a core, oldest first; NaN is unknown. Returns the number of points written (<= max). */
size_t world_history(const struct world *w, const char *core_key, double *out, size_t max);

#endif
