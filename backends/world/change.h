/*
 * change.h - an event from a source, and the only input of the world.
 *
 * A change owns its data, names its source, and has our times (at_ms since boot, wall_ms); the source's own times are
 * in the record. Recordings store changes, and replays feed them. Parsers drop secrets, so that no change holds one.
 */
#ifndef RAYDECK_WORLD_CHANGE_H
#define RAYDECK_WORLD_CHANGE_H

#include "backends/base/err.h"
#include "backends/world/record.h"

#include <stdint.h>

enum world_kind { WORLD_KUBE, WORLD_REDIS, WORLD_NEURON, WORLD_SERVE, WORLD_CONSOLE, WORLD_KINDS };

/* Source (connection) state. Sources never report staleness: world_freshness derives it from the last proof of life. */
enum source_state {
    SOURCE_OFF,        /* not configured, or "none" */
    SOURCE_CONNECTING, /* no response yet */
    SOURCE_LIVE,
    SOURCE_DOWN,   /* failed, with the reason; being retried */
    SOURCE_DENIED, /* 401, 403, NOAUTH, NOPERM */
    SOURCE_ABSENT  /* the kind does not exist there (404) */
};

#define SCOPE_ALL "*"

enum change_type {
    CHANGE_SOURCE, /* a source appears, or its state changes: source, world, state, why, detail; key: the K8s namespace
                      that it reads, SCOPE_ALL: all of them, NULL: it reads none, or does not say */
    CHANGE_ALIVE,  /* a proof of life of the source, without news; number: it is the response to a request of ours,
                      which took number - 1 ms; 0: it is not, or how long is not known */
    CHANGE_PUT,    /* record: adds or replaces a row */
    CHANGE_GONE,   /* table, key: removes a row (a tombstone stays for a while) */
    CHANGE_RELIST, /* table: a full list begins; marks the source's rows of that table */
    CHANGE_RELISTED, /* table: the list is complete; removes rows still marked, unless items of it are unread */
    CHANGE_DELETED,  /* we deleted a pod and the server accepted: key = UID, detail = "ns/name", number = grace s
                        (UINT64_MAX: the pod's own) */
    CHANGE_KILLED, /* we killed gcs_server in a pod's container: key = UID, detail = "ns/name", why = the answer, number
                      = how long that took, in ms: it was killed within that time before at_ms */
    CHANGE_DROPPED, /* table, number of rows left out: beyond a limit, or (err is not OK) because they could not be
                       parsed, with the first one's why. Replaces the number before; 0: none any more */
    CHANGE_PROGRESS /* table, number of total: how far a first list or scan is; total 0 = unknown */
};

/* A source's id is short, unique among those of its owner, and shown in messages: "kube/pods", "redis",
 * "neuron/ip-10-0-1-7", "serve". */
struct change {
    enum change_type type;
    char *source; /* never NULL */
    char *owner;  /* UID of the RayService that the source is read for; NULL: the cluster's, or of whichever there is */
    enum world_kind world;
    uint64_t at_ms;   /* ours, CLOCK_BOOTTIME */
    uint64_t wall_ms; /* ours, corrected by the server's Date where that is known */
    enum source_state state;
    enum err err; /* of SOURCE_DOWN, SOURCE_DENIED, SOURCE_ABSENT, and of DROPPED; of SOURCE_LIVE: ERR_THROTTLED, or
                     ERR_FORBIDDEN: all namespaces may not be read, only the one that is its key */
    char *why;    /* safe text for display */
    char *detail; /* SOURCE: address or command as shown, no secrets */
    enum table table;
    char *key;
    uint64_t number, total;
    struct record *record; /* PUT */
};

/* All of them return a change that the caller owns; the sink sets at_ms and wall_ms where they are 0. */
struct change *change_new(enum change_type type, const char *source, enum world_kind world);
struct change *change_put(const char *source, enum world_kind world, struct record *record /* takes */);
struct change *change_gone(const char *source, enum world_kind world, enum table table, const char *key);
struct change *change_source(const char *source, enum world_kind world, enum source_state state, enum err err,
                             const char *why, const char *detail);
/* DROPPED: `number` items of a list or a stream could not be parsed and were left out. */
struct change *change_unread(const char *source, enum world_kind world, enum table table, uint64_t number,
                             const char *why);
struct change *change_copy(const struct change *c);
void change_free(struct change *c);

/* One line of a recording and back (JSON, no newline). */
enum err change_to_json(const struct change *c, struct buf *out);
enum err change_from_json(const char *bytes, size_t len, struct change **ret, struct why *why);

/* Receives the changes of a backend. */
struct sink {
    void (*change)(void *owner, struct change *c /* takes */);
    void *owner;
};
static inline void sink_put(const struct sink *sink, struct change *c)
{
    sink->change(sink->owner, c);
}

#endif
