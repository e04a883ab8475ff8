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
    /* If the GCS's connections to Redis are gone too, two missed heartbeats are enough. A silence is dated by the last
     * heartbeat, so that being sure of it later costs no accuracy. */
    HEARTBEATS_MISSED_MS = 2500,
    /* Once the new head is ready, the ladder closes so long after the last rung was reached or lost, even if another
     * one is never observed. */
    RECOVERY_PATIENCE_MS = 60000,
    /* The Killing event of a failed liveness probe precedes the container's exit by its grace period at most. */
    LIVENESS_EVENT_MS = 60000,
    /* A container that exited longer ago than any delay of the watch exited while we were not watching. */
    ENDED_UNSEEN_MS = 5000,
    /* A heartbeat that old on the first observation was the last one. The head's clock may differ from ours. */
    FOUND_SILENT_MS = 10000,
    HEAD_ACTORS = 256 /* actors on the old head, at most */
};

/* The head when it was last seen running. All NULL: never. */
struct head_before {
    char *uid, *name, *cluster, *ip, *ray_node;
    char *container; /* the Ray container's ID, and its start */
    struct known_u64 started;
};

/* The signs of life of the GCS that Redis shows. */
struct gcs_signs {
    struct known_u64 heartbeat;                         /* last value: a time stamp by the head's clock */
    uint64_t heartbeat_seen_ms, heartbeat_seen_wall_ms; /* when it last advanced, by our clocks; 0: never */
    struct known_u64 connections;                       /* in the last sample */
    char *state_ns;                                     /* the storage namespace whose state has been seen there */
    uint64_t connections_before;                        /* last count above 0 before T0; 0: never seen */
    struct known_u64 connections_min;                   /* since the heartbeat advanced */
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
    struct gcs_signs gcs;
    struct baseline baseline;
    char *old_cluster; /* the RayCluster of the lost head */
    char *old_container;
    struct known_u64 old_started;
    struct known_u64 old_ended_ms;     /* when the end of the old head's pod or container was observed */
    char *new_container;               /* the new head's container ID, when last seen running */
    char *new_ray_node;                /* its id in the table NODE */
    char *lost_ray_node;               /* that of a new head that was lost too: NODE still says ALIVE of it */
    uint64_t counted;                  /* generation of the last request counted */
    uint64_t answered_wall_ms, gap_ms; /* probes since T0: time of the last success, longest time between two */
    bool observed, dated;            /* the first observation has been, and what it found is dated (recovery_found.c) */
    bool nodes_seen;                 /* the GCS's table NODE has been read since T0, or before */
    bool probed[RECOVERY_WORKERS];   /* since T0 */
    bool probe_ok[RECOVERY_WORKERS]; /* since the new head was ready */
    struct runtime_before {
        char *monitor; /* key of its record */
        uint64_t pid;
    } runtime[RECOVERY_WORKERS];
    size_t runtimes;
    struct outage_requests over[OUTAGE_CLASSES]; /* as they were counted when it was over */
    struct outage report;                        /* of the last outage, once it is final */
    struct outage previous;                      /* see outage_previous */
    struct outage_list past;                     /* see outage_past; owned */
};

/* Marks a rung as reached, if it is not; fmt is the evidence. */
void rung_mark(struct recovery *r, enum rung rung, uint64_t at_ms, uint64_t wall_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Takes a rung back that does not hold any more. */
void rung_lose(struct recovery *r, enum rung rung, uint64_t at_ms);

/* Identifies one run of the head's Ray container. */
struct run {
    const char *container;
    struct known_u64 started;
};
bool run_ended(const struct pod *p, const struct run *run);

/* We killed gcs_server, and nothing that follows from it was seen yet. */
static inline bool recovery_kill_unseen(const struct recovery *r)
{
    return r->cause == CAUSE_KILLED && !r->head_lost && !r->silent_since_ms.known;
}

/* The report does not change any more, and nothing is counted. */
static inline bool outage_is_final(const struct recovery *r)
{
    return r->outage == OUTAGE_OVER && r->memory->report.final && r->memory->report.t0_ms == r->t0_ms;
}

/* Is the report still being made: rungs are reached and lost, requests counted? */
static inline bool outage_is_open(const struct recovery *r)
{
    return r->outage != OUTAGE_NONE && !outage_is_final(r);
}

/* The SERVEAPP row of the RayService; NULL: none. */
const struct row *recovery_serveapp(const struct recovery *r, const struct world *w);

/* ---- recovery_loss.c: the head, and what became of it ----------------------------------------------------------- */

/* Is this RayCluster being deleted, with its RayService or alone, or replaced by another one (an upgrade)? What goes
 * with it is no loss. Unknown: neither is in focus. */
enum tri cluster_is_leaving(const struct focus *f, const char *cluster);
void head_before_done(struct head_before *h);
/* Remembers the head in focus as the one that can be lost. */
void head_remember(struct recovery *r, const struct world *w, const struct focus *f);
/* Clears everything that belongs to one outage; the state of the service (head last seen, GCS, baseline) stays. */
void ladder_reset(struct recovery *r);
/* Begins an outage of the head last seen. */
void ladder_open(struct recovery *r, const struct world *w, const struct focus *f, uint64_t at_ms, uint64_t wall_ms);
/* Ends the outage as it stands. */
void ladder_close(struct recovery *r);
/* Opens a ladder if the change shows the loss of the head, or of the ready successor of a lost one. */
void observe_loss(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* The same for our own delete. */
void observe_deleted(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* The same for our own kill of gcs_server. */
void observe_killed(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* The same for the GCS's silence; marks and takes back RUNG_GCS_SILENT. */
void observe_silence(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
                     uint64_t wall_ms);
/* The grace that the lost head was deleted with, in seconds. */
struct known_u64 head_grace_s(const struct recovery *r, const struct pod *p);
/* The same for the GCS's state in Redis. */
void observe_state(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* Dates the end of a lost head: HEAD GOING until then, HEAD DOWN from then on. */
void observe_down(struct recovery *r, const struct world *w, uint64_t now_ms, uint64_t wall_ms);

/* ---- recovery_found.c ------------------------------------------------------------------------------------------ */

/* The first observation, once all that it needs has been read. */
void observe_found(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* ---- recovery_rungs.c: what marks the rungs of a new head, and takes them back ----------------------------------- */

void observe_rungs(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* The rungs that Redis shows. */
void observe_gcs(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* ---- outage_fields.c ------------------------------------------------------------------------------------------ */

/* gone: with what has just left Redis. */
void baseline_capture(struct baseline *b, const struct world *w, const struct focus *f, const struct head_before *old,
                      bool gone);
void baseline_done(struct baseline *b);
/* Compares the GCS's fields with those at T0: fills table, fields and checkpoints. Nothing of them is known while Redis
 * is not heard. */
void outage_fill_fields(const struct recovery *r, const struct world *w, uint64_t now_ms, struct outage *ret);

/* ---- recovery_gcs.c: times are by our clocks -------------------------------------------------------------------- */

/* Records the heartbeat and connections of a redis record. outage: an outage is running. */
void gcs_sample(struct gcs_signs *g, const struct redis *redis, bool outage, uint64_t now_ms, uint64_t wall_ms);
/* Is the GCS silent? ret: since when, and the evidence. terminating: the head is known to be. */
bool gcs_is_silent(const struct gcs_signs *g, const struct world *w, bool terminating, uint64_t now_ms,
                   uint64_t wall_ms, struct rung_state *ret);
/* Is the GCS's state in Redis? Its table NODE is never empty: dead nodes stay in it. */
bool gcs_state_is_there(const struct world *w, const struct focus *f);
/* Is it not, in a Redis that answers? */
bool gcs_state_is_gone(const struct world *w, const struct focus *f);
/* Are any Ray nodes of this service's GCS known? */
bool gcs_has_nodes(const struct world *w, const struct focus *f);
/* The NODE record that the new head's run has written; NULL: none. */
const struct raynode *gcs_new_node(const struct recovery *r, const struct world *w, const struct focus *f);
/* The NODE record of the old head; NULL: NODE has none, or its node ID is not known. */
const struct raynode *gcs_old_node(const struct recovery *r, const struct world *w, const struct focus *f);
/* Does another head than the old one stand in NODE, and the old one as DEAD? */
bool gcs_is_of_another_head(const struct recovery *r, const struct world *w, const struct focus *f);
/* Is a GCS back? ret: the evidence in its note. */
bool gcs_is_back(const struct recovery *r, const struct world *w, const struct focus *f, struct rung_state *ret);
/* After an outage: the GCS must be seen alive again before it can fall silent. */
void gcs_reset(struct gcs_signs *g, struct known_u64 silent_since_ms);
void gcs_done(struct gcs_signs *g);

/* ---- recovery_workers.c ---------------------------------------------------------------------------------------- */

void workers_capture(struct recovery *r, const struct world *w, const struct focus *f); /* with their Neuron runtimes */
void workers_clear(struct recovery *r);
/* Counts a request that completed since T0. */
void workers_request(struct recovery *r, const struct request *q);
/* T0 is dated back: counts those that have ended since then. */
void workers_count_since(struct recovery *r, const struct world *w, uint64_t wall_ms);
/* The lost head served until then: what was answered before is not counted. */
void workers_forget_answers(struct recovery *r, const struct world *w, uint64_t until_wall_ms);
/* Compares the worker pods and their Neuron runtimes with those at T0. */
void outage_fill_workers(const struct recovery *r, const struct world *w, struct outage *ret);
/* Has each worker's Serve proxy answered a probe since the new head was ready? Are all worker pods, the same ones or
 * replacements, there and ready? */
bool workers_proxies_answer(const struct recovery *r);
bool workers_settled(const struct recovery *r, const struct world *w, const struct focus *f);

/* The new head: another pod, or the same pod with its container restarted. NULL: none yet. */
const struct pod *head_successor(const struct recovery *r, const struct focus *f);

#endif
