/*
 * recovery_memory.h - what the observer of a head's death remembers between changes. Private to recovery*.c.
 */
#ifndef RAYDECK_WORLD_RECOVERY_MEMORY_H
#define RAYDECK_WORLD_RECOVERY_MEMORY_H

#include "backends/world/recovery.h"

enum {
    /* The heartbeat is written each second and read about as often: so long without a new one is silence, where a head
     * is known to be going, and where nothing else has been seen yet. */
    SILENT_GOING_MS = 3500,
    SILENT_MS = 6000,
    BEAT_LATE_MS = 6000, /* KV is read every 2 s at most, and a slow reading takes its time */
    /* With connections lost as well, fewer missed beats are enough: one that a look at Redis should have shown, or two
     * where the head is not known to go. */
    BEAT_MISSED_MS = 900,
    BEATS_MISSED_MS = 2500,
    /* A head that is ready ends the outage even where a rung is never seen, after so long. */
    RECOVERY_PATIENCE_MS = 60000,
    HEAD_ACTORS = 256 /* actors of the old head that are remembered */
};

/* A head as it was last seen well. All NULL: none was seen. */
struct head_then {
    char *uid, *name, *cluster, *ip, *ray_node;
    struct known_u64 started;
};

/* What Redis shows of the GCS. */
struct gcs_view {
    struct known_u64 heartbeat;               /* its last value, by the head's clock */
    uint64_t heartbeat_ms, heartbeat_wall_ms; /* when it was last seen to move, ours; 0: never */
    struct known_u64 connections;             /* as of the last look */
    uint64_t connections_well;                /* the last count above 0 before T0; 0: never seen */
    uint64_t connections_least;               /* since T0 */
    uint64_t look_ms;                         /* of the last record */
    char *from, *from_well;                   /* the address they come from: now, and before T0 */
};

/* The fields of the GCS at T0. */
struct baseline {
    char *ns;
    struct gcstable *table[KEPT_TABLES];
    size_t tables;
    struct known_u64 checkpoints;
    char *head_actor[HEAD_ACTORS]; /* hex ids of actors that lived on the old head */
    size_t head_actors;
    char *head_ip;
};

struct recovery_memory {
    struct head_then head;
    struct gcs_view gcs;
    struct baseline baseline;
    struct known_u64 old_started;
    uint64_t counted;                /* the generation of the last request that was counted */
    uint64_t look_ms;                /* of the last look at Redis that found silence */
    bool probed[RECOVERY_WORKERS];   /* since T0 */
    bool probe_ok[RECOVERY_WORKERS]; /* since the new head was ready */
    struct runtime_then {
        char *monitor; /* its key */
        uint64_t pid;
    } runtime[RECOVERY_WORKERS];
    size_t runtimes;
    struct recovery_past past, before; /* the last finished ladder, and the one before it */
};

/* Marks a rung, once; fmt is the evidence. Returns true when it is new. */
bool rung_mark(struct recovery *r, enum rung rung, uint64_t at_ms, uint64_t wall_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- recovery_kept.c ------------------------------------------------------------------------------------------ */

void baseline_take(struct baseline *b, const struct world *w, const struct focus *f, const struct head_then *old);
void baseline_done(struct baseline *b);

/* ---- recovery_gcs.c: times are ours ---------------------------------------------------------------------------- */

/* Takes over the heartbeat and the connections of a redis record. */
void gcs_look(struct gcs_view *g, const struct redis *redis, bool outage, uint64_t now_ms, uint64_t wall_ms);
/* Is the GCS silent, by what was seen until now? *ret_at and *ret_wall: since when; note (of a rung) gets why. */
bool gcs_is_silent(const struct gcs_view *g, const struct world *w, bool going, uint64_t now_ms, uint64_t wall_ms,
                   struct rung_state *ret);
/* Does a GCS read Redis again, after a silence? */
bool gcs_is_back(const struct gcs_view *g, const struct recovery *r, struct rung_state *ret);
/* After an outage: only what is seen to live from here on can fall silent again. */
void gcs_anew(struct gcs_view *g, struct known_u64 silent_ms);
void gcs_done(struct gcs_view *g);

/* ---- recovery_workers.c ---------------------------------------------------------------------------------------- */

void workers_take(struct recovery *r, const struct world *w, const struct focus *f); /* with their runtimes */
void workers_forget(struct recovery *r);
/* A request that has finished since T0: counts it. */
void workers_request(struct recovery *r, const struct request *q);
/* WORKERS_SAME, and whether the worker pods are all there and ready, the same or not. */
bool workers_proxies_answer(const struct recovery *r);
bool workers_settled(const struct recovery *r, const struct world *w, const struct focus *f);

/* The head that follows: another pod, or the same one with its container started again. NULL: none yet. */
const struct pod *head_follower(const struct recovery *r, const struct focus *f);

#endif
