/*
 * scan.h - finds the GCSs in a Redis and keeps the view of them up to date, over one connection and within a budget.
 *
 * SCAN lists the keys. A hash of the newer layout is recognized by its name, one of the older layout by a field that
 * only a GCS has (HSTRLEN). Where one namespace is wanted, its hashes are read by name first, and SCAN only finds the
 * other namespaces. An invalidation message marks a hash dirty; a dirty hash is read again, at most every
 * SCAN_AGAIN_MS. Without tracking every hash is read every SCAN_POLL_MS; a large one less often. A GCS writes its
 * heartbeat into KV every second: an invalidation that a heartbeat explains does not read KV again.
 */
#ifndef RAYDECK_REDIS_SCAN_H
#define RAYDECK_REDIS_SCAN_H

#include "backends/redis/gcs_view.h"
#include "backends/redis/resp.h"

enum {
    SCAN_AGAIN_MS = 2000,
    SCAN_POLL_MS = 3000,
    SCAN_HEARTBEAT_MS = 1500, /* an invalidated KV waits that long for a heartbeat that explains it */
    SCAN_KV_MS = 30000,       /* KV is read at least that often, explained or not */
    SCAN_REFUSED_MS = 30000,  /* retry after an error, and after a cursor that does not end: doubled each time, up to */
    SCAN_ENDLESS_MS = 16 * 60 * 1000,
    SCAN_FIELDS_A_MS = 5,       /* delay before a re-read: 1 ms for so many fields, 200 s for 1,000,000 */
    SCAN_EMPTY_MS = 5000,       /* retry while no GCS is found */
    SCAN_KEYS_AGAIN_MS = 60000, /* period of SCAN for new namespaces, without tracking */
    SCAN_KEYS_TRACKED_MS = 600000,
    SCAN_PROBES_MAX = 10000, /* keys probed for the older layout in one SCAN */
    SCAN_PUSHED_RATE = 4,    /* invalidations of unknown keys, and flushes, acted on at once: a second */
    SCAN_PUSHED_BURST = 64,
    SCAN_PUSHED_MAX = 64 /* unknown keys queued while busy; beyond that, SCAN is scheduled */
};

struct scan_conf {
    struct loop *loop;
    struct resp *conn;
    struct budget *budget; /* shared by all connections of the source */
    const char *source;
    const char *ns; /* copied; NULL: all */
    bool novalues;  /* the server supports HSCAN … NOVALUES */
    bool (*unscannable)(void *arg, const char *key, size_t len);
    void (*emit)(void *arg, struct change *c /* takes */);
    void (*listed)(void *arg);                             /* the first full scan is complete */
    void (*refused)(void *arg, const struct reply *error); /* the scan retries after SCAN_REFUSED_MS */
    void (*layout_changed)(void *arg);                     /* a namespace of the older layout appeared or vanished */
    /* The command whose cursor never reaches 0, "HSCAN RAYx@ACTOR"; NULL: none does (any more). */
    void (*endless)(void *arg, const char *what);
    void *arg;
};

struct scan;
struct scan *scan_new(const struct scan_conf *conf); /* starts with the next loop iteration */
void scan_free(struct scan *s); /* free its connection first: replies may be pending; NULL is fine */
struct gcs_view *scan_view(struct scan *s);

void scan_invalidate(struct scan *s, const char *key, size_t len); /* an invalidation message named the key */
void scan_invalidate_all(struct scan *s);                          /* FLUSHDB or FLUSHALL */
/* The heartbeat in kv changed: explains one invalidation, so that kv need not be read again for it. */
void scan_heartbeat(struct scan *s, struct gcs_hash *kv);
void scan_set_fast(struct scan *s, bool fast); /* fast-poll mode: KV is read after each invalidation */
void scan_refresh(struct scan *s);             /* reads everything again, now */
/* Keys with these prefixes are tracked from now on; count 0: none is, all hashes are polled. */
void scan_set_tracked(struct scan *s, const struct gcs_span *prefixes, size_t count);
/* The hash that is being read by HSCAN with values, or NULL. */
const struct gcs_hash *scan_scanning(const struct scan *s);
/* Is it conf.ns, or is every namespace wanted? */
bool scan_wants(const struct scan *s, const struct gcs_ns *ns);

#endif
