/*
 * recovery_priv.h - the state of a recovery between changes. Private to recovery*.c and outage*.c.
 */
#ifndef RAYDECK_WORLD_RECOVERY_PRIV_H
#define RAYDECK_WORLD_RECOVERY_PRIV_H

#include "backends/world/outage.h"

enum {
    /* The GCS writes its heartbeat every second, and we read it about as often. It counts as silent after so long
     * without a new one: while the head is known to be terminating, and otherwise. */
    SILENT_TERMINATING_MS = 3500,
    SILENT_MS = 6000,
    HEARTBEAT_LATE_MS = 6000, /* a heartbeat may be read that late: KV is read every 2 s at most */
    /* If the GCS's connections to Redis are gone too, fewer missed heartbeats are enough: one while the head is
     * terminating, else two. */
    HEARTBEAT_MISSED_MS = 900,
    HEARTBEATS_MISSED_MS = 2500,
    /* The ladder closes so long after the new head is ready, even if another rung is never observed. */
    RECOVERY_PATIENCE_MS = 60000,
    /* The Killing event of a failed liveness probe precedes the container's exit by its grace period at most. */
    LIVENESS_EVENT_MS = 60000,
    /* A container that exited longer ago than any delay of the watch exited while we were not watching. */
    ENDED_UNSEEN_MS = 5000,
    HEAD_ACTORS = 256 /* actors on the old head, at most */
};

/* The head when it was last seen running. All NULL: never. */
struct head_before {
    char *uid, *name, *cluster, *ip, *ray_node;
    char *container; /* the Ray container's ID, and its start */
    struct known_u64 started;
};

/* What Redis shows about the GCS. */
struct gcs_view {
    struct known_u64 heartbeat;               /* last value: a time stamp by the head's clock */
    uint64_t heartbeat_ms, heartbeat_wall_ms; /* when it last advanced, by our clocks; 0: never */
    struct known_u64 connections;             /* in the last sample */
    uint64_t connections_well;                /* last count above 0 before T0; 0: never seen */
    uint64_t connections_least;               /* least count since T0 */
    uint64_t sample_ms;                       /* time of the last sample (redis record) */
    char *from, *from_well;                   /* the address that they come from: now, and before T0 */
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
    struct head_before head;
    struct gcs_view gcs;
    struct baseline baseline;
    char *old_container;
    struct known_u64 old_started;
    struct known_u64 old_ended_ms;     /* when the end of the old head's pod or container was observed */
    char *new_container;               /* the new head's container ID, when last seen running */
    uint64_t counted;                  /* generation of the last request counted */
    uint64_t answered_wall_ms, gap_ms; /* probes since T0: time of the last success, longest time between two */
    uint64_t silent_sample_ms;         /* time of the sample that showed the silence */
    bool probed[RECOVERY_WORKERS];     /* since T0 */
    bool probe_ok[RECOVERY_WORKERS];   /* since the new head was ready */
    struct runtime_before {
        char *monitor; /* key of its record */
        uint64_t pid;
    } runtime[RECOVERY_WORKERS];
    size_t runtimes;
    struct outage report; /* of the last outage, once it is final */
    struct outage before; /* of the last earlier outage in which a head was lost */
};

/* Marks a rung as reached, if it is not yet; fmt is the evidence. Returns true if it was not. */
bool rung_mark(struct recovery *r, enum rung rung, uint64_t at_ms, uint64_t wall_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The report does not change any more, and nothing is counted. */
static inline bool outage_is_final(const struct recovery *r)
{
    return r->outage == OUTAGE_OVER && r->memory->report.final && r->memory->report.t0_ms == r->t0_ms;
}

/* The SERVEAPP row of the RayService; NULL: none. */
const struct row *recovery_serveapp(const struct recovery *r, const struct world *w);
/* Are any Ray nodes of this service's GCS known? */
bool recovery_has_raynodes(const struct world *w, const struct focus *f);

/* ---- outage_fields.c ------------------------------------------------------------------------------------------ */

void baseline_capture(struct baseline *b, const struct world *w, const struct focus *f, const struct head_before *old);
void baseline_done(struct baseline *b);
/* Compares the GCS's fields with those at T0: fills table, fields and checkpoints. */
void outage_fill_fields(const struct recovery *r, const struct world *w, struct outage *ret);

/* ---- recovery_gcs.c: times are by our clocks
 * ---------------------------------------------------------------------------- */

/* Records the heartbeat and connections of a redis record. outage: an outage is running. */
void gcs_sample(struct gcs_view *g, const struct redis *redis, bool outage, uint64_t now_ms, uint64_t wall_ms);
/* Is the GCS silent? ret: since when, and the evidence. terminating: the head is known to be. */
bool gcs_is_silent(const struct gcs_view *g, const struct world *w, bool terminating, uint64_t now_ms, uint64_t wall_ms,
                   struct rung_state *ret);
/* Does a GCS use Redis again after the silence? ret: the evidence. */
bool gcs_is_back(const struct gcs_view *g, const struct recovery *r, struct rung_state *ret);
/* After an outage: the GCS must be seen alive again before it can fall silent. */
void gcs_reset(struct gcs_view *g, struct known_u64 silent_ms);
void gcs_done(struct gcs_view *g);

/* ---- recovery_workers.c ---------------------------------------------------------------------------------------- */

void workers_capture(struct recovery *r, const struct world *w, const struct focus *f); /* with their Neuron runtimes */
void workers_clear(struct recovery *r);
/* Counts a request that completed since T0. */
void workers_request(struct recovery *r, const struct request *q);
/* Compares the worker pods and their Neuron runtimes with those at T0. */
void outage_fill_workers(const struct recovery *r, const struct world *w, struct outage *ret);
/* Has each worker's Serve proxy answered a probe since the new head was ready? Are all worker pods, the same ones or
 * replacements, there and ready? */
bool workers_proxies_answer(const struct recovery *r);
bool workers_settled(const struct recovery *r, const struct world *w, const struct focus *f);

/* The new head: another pod, or the same pod with its container restarted. NULL: none yet. */
const struct pod *head_successor(const struct recovery *r, const struct focus *f);

#endif
