/*
 * recovery_priv.h - what the observer of a head's death remembers between changes. Private to recovery*.c.
 */
#ifndef RAYDECK_WORLD_RECOVERY_PRIV_H
#define RAYDECK_WORLD_RECOVERY_PRIV_H

#include "backends/world/outage.h"

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
    /* The event of a failed liveness probe is stamped before the container has ended, by its grace at most. */
    LIVENESS_EVENT_MS = 60000,
    /* A container that ended longer ago than the watch is late ended while nobody looked. */
    ENDED_UNSEEN_MS = 5000,
    HEAD_ACTORS = 256 /* actors of the old head that are remembered */
};

/* A head as it was last seen well. All NULL: none was seen. */
struct head_then {
    char *uid, *name, *cluster, *ip, *ray_node;
    char *container; /* the Ray container's ID, and its start */
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
    char *old_container;
    struct known_u64 old_started;
    struct known_u64 old_ended_ms;     /* the old head's pod or container was seen to be no more */
    char *new_container;               /* of the head that follows, as it was last seen to run */
    uint64_t counted;                  /* the generation of the last request that was counted */
    uint64_t answered_wall_ms, gap_ms; /* of probes since T0: the last answer, the longest time between two */
    uint64_t look_ms;                  /* of the last look at Redis that found silence */
    bool probed[RECOVERY_WORKERS];     /* since T0 */
    bool probe_ok[RECOVERY_WORKERS];   /* since the new head was ready */
    struct runtime_then {
        char *monitor; /* its key */
        uint64_t pid;
    } runtime[RECOVERY_WORKERS];
    size_t runtimes;
    struct outage report; /* of the outage that is over, once it is final */
    struct outage before; /* the one before it that cost a head */
};

/* Marks a rung, once; fmt is the evidence. Returns true when it is new. */
bool rung_mark(struct recovery *r, enum rung rung, uint64_t at_ms, uint64_t wall_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The report is kept as it is, and nothing more is counted. */
static inline bool outage_is_final(const struct recovery *r)
{
    return r->outage == OUTAGE_OVER && r->memory->report.final && r->memory->report.t0_ms == r->t0_ms;
}

/* A RayService's Serve applications, as its Serve API tells them; NULL: it tells none. */
const struct row *recovery_serveapp(const struct recovery *r, const struct world *w);
/* Whether Ray nodes of this service's GCS are known. */
bool recovery_has_raynodes(const struct world *w, const struct focus *f);

/* ---- outage_fields.c ------------------------------------------------------------------------------------------ */

void baseline_take(struct baseline *b, const struct world *w, const struct focus *f, const struct head_then *old);
void baseline_done(struct baseline *b);
/* The GCS's fields against those of T0: fills table, fields and checkpoints. */
void outage_take_fields(const struct recovery *r, const struct world *w, struct outage *ret);

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
/* What became of the worker pods of T0, and of the processes on their Neuron devices. */
void outage_take_workers(const struct recovery *r, const struct world *w, struct outage *ret);
/* WORKERS_SAME, and whether the worker pods are all there and ready, the same or not. */
bool workers_proxies_answer(const struct recovery *r);
bool workers_settled(const struct recovery *r, const struct world *w, const struct focus *f);

/* The head that follows: another pod, or the same one with its container started again. NULL: none yet. */
const struct pod *head_follower(const struct recovery *r, const struct focus *f);

#endif
