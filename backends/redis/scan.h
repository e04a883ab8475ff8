/*
 * scan.h - finds the GCSs in a Redis and keeps the view of them fresh, over one connection and within a budget.
 *
 * Keys are found by SCAN, hashes of the newer layout by their names, of the older one by asking a hash for a field that
 * only a GCS has. Where one namespace is wanted, its hashes are asked for by name at once, and SCAN only tells which
 * others there are. A hash is read again when it was told to have changed (at most every SCAN_AGAIN_MS), or, without
 * tracking, every SCAN_POLL_MS; a large one more seldom. A GCS writes a heartbeat into KV each second: a change that it
 * explains does not cost a reading of all of KV.
 */
#ifndef RAYDECK_REDIS_SCAN_H
#define RAYDECK_REDIS_SCAN_H

#include "backends/redis/gcs_view.h"
#include "backends/redis/resp.h"

enum {
    SCAN_AGAIN_MS = 2000,
    SCAN_POLL_MS = 3000,
    SCAN_BEAT_MS = 1500,     /* KV was told to have changed: how long a heartbeat has time to explain it */
    SCAN_KV_MS = 30000,      /* KV is read that often whatever explains its changes */
    SCAN_REFUSED_MS = 30000, /* also after a cursor that does not end, then twice as long each time, up to: */
    SCAN_ENDLESS_MS = 16 * 60 * 1000,
    SCAN_FIELDS_A_MS = 5,       /* a hash rests a millisecond for so many fields: 1,000,000 of them for 200 s */
    SCAN_EMPTY_MS = 5000,       /* nothing found yet: look again */
    SCAN_KEYS_AGAIN_MS = 60000, /* for new namespaces, without tracking */
    SCAN_KEYS_TRACKED_MS = 600000,
    SCAN_PROBES_MAX = 10000, /* keys asked whether they are a GCS of the older layout */
    SCAN_PUSHED_RATE = 4,    /* unknown keys and flushes that are followed at once, a second */
    SCAN_PUSHED_BURST = 64,
    SCAN_TOLD_MAX = 64 /* unknown keys told while busy; more: everything is looked at again */
};

struct scan_conf {
    struct loop *loop;
    struct resp *conn;
    struct budget *budget; /* the source's, over all its connections */
    const char *source;
    const char *ns; /* copied; NULL: all */
    bool novalues;  /* the server knows HSCAN … NOVALUES */
    bool (*unscannable)(void *arg, const char *key, size_t len);
    void (*emit)(void *arg, struct change *c /* takes */);
    void (*listed)(void *arg);                             /* the first full list is complete */
    void (*refused)(void *arg, const struct reply *error); /* it goes on, later */
    void (*layout)(void *arg);                             /* a namespace of the older layout came or went */
    /* What SCAN or HSCAN goes through without end: "HSCAN RAYx@ACTOR"; NULL: nothing does, any more. */
    void (*endless)(void *arg, const char *what);
    void *arg;
};

struct scan;
struct scan *scan_new(const struct scan_conf *conf); /* begins at once */
void scan_free(struct scan *s);                      /* only together with its connection; NULL is fine */
struct gcs_view *scan_view(struct scan *s);

void scan_told(struct scan *s, const char *key, size_t len); /* a key changed */
void scan_flushed(struct scan *s);                           /* a message said that everything is gone */
/* The heartbeat in this hash, KV, is another one: where nothing else was told to have changed it, it is not read again.
 */
void scan_beat(struct scan *s, struct gcs_hash *kv);
void scan_set_fast(struct scan *s, bool fast); /* while a head is being lost, KV is read at each change */
void scan_refresh(struct scan *s);             /* everything may have changed: reads it, now */
/* From now on changes of keys with these prefixes are told; count 0: none, poll. */
void scan_tracked(struct scan *s, const struct gcs_span *prefixes, size_t count);
/* Key of the hash being scanned with its values, or NULL. */
const struct gcs_hash *scan_scanning(const struct scan *s);
/* Does a namespace belong to what is wanted? */
bool scan_wants(const struct scan *s, const struct gcs_ns *ns);

#endif
