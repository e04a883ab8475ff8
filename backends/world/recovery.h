/*
 * recovery.h - observes the loss of a RayService's head and its recovery, as a "ladder": a fixed list of steps, the
 * "rungs", each marked with the time and the evidence when it is observed. Evidence is what happened (probes,
 * heartbeats, connections, container states, pod readiness), never the status of RayService or RayCluster, since those
 * are stale during an outage. The outage is the episode, the recovery is its observation, and outage.h makes the report
 * from the recovery's marks.
 *
 * recovery_observe is called with every change, after the world has applied it. Pure, so that replaying a recording
 * gives the same ladder. A ladder opens, with T0, when the head pod gets a deletionTimestamp, is removed or fails, its
 * Ray container exits, the GCS falls silent (its heartbeat in Redis stops), its state is gone from a Redis that answers
 * (it came back empty), our own delete is accepted, or our own kill of gcs_server is answered; or when the first
 * observation at a cluster that has served finds its head missing, going or another one that is not Ready. Rungs may be
 * reached in any order. A rung that stops being true is taken back ("lost again"), until the report is final. The
 * ladder closes when every rung that can be observed is true, or when the head is Ready and nothing more has come for a
 * minute; it opens again when a rung is lost after that.
 *
 * The GCS is back when the new head has written its NODE record and a heartbeat stamped after it: both are its own, by
 * its own clock. Connections to Redis or a port that accepts are those of any gcs_server that starts, and prove
 * nothing. Where NODE is not read, its heartbeat must move after the head is Ready.
 */
#ifndef RAYDECK_WORLD_RECOVERY_H
#define RAYDECK_WORLD_RECOVERY_H

#include "backends/world/joins.h"
#include "backends/world/world.h"

/* X(NAME, words), in the order in which a recovery is expected to reach them. */
#define RUNG_MAP(X)                                                                                                    \
    X(DELETE_ACCEPTED, "delete accepted")                                                                              \
    X(GCS_SILENT, "GCS silent")                                                                                        \
    X(HEAD_CREATED, "new head created, bound")                                                                         \
    X(HEAD_RUNNING, "head container running")                                                                          \
    X(HEAD_ALIVE, "new head ALIVE, old DEAD")                                                                          \
    X(GCS_BACK, "GCS back, heartbeat moves")                                                                           \
    X(SERVE_RUNNING, "Serve RUNNING")                                                                                  \
    X(HEAD_READY, "head pod ready")                                                                                    \
    X(WORKERS_SAME, "worker proxies answer, workers the same")

enum rung {
#define X(name, words) RUNG_##name,
    RUNG_MAP(X)
#undef X
        RUNG_COUNT
};

enum { RECOVERY_NOTE_MAX = 160 };
struct rung_state {
    bool reached;                 /* and it still holds */
    uint64_t at_ms, wall_ms;      /* when it was observed, by our clocks */
    char note[RECOVERY_NOTE_MAX]; /* the evidence: "uid 9c1e…, grace 0", "connections 4 → 0" */
    bool lost;                    /* it was reached at was_at_ms, and stopped being true at lost_ms (the last time) */
    uint64_t was_at_ms, lost_ms;
};

enum outage_state { OUTAGE_NONE, OUTAGE_RUNNING, OUTAGE_OVER };

/* The evidence for T0: X(NAME, words), the more specific the later in the list; a more specific one replaces another.
 */
#define OUTAGE_CAUSE_MAP(X)                                                                                            \
    X(NONE, "")                                                                                                        \
    X(FOUND, "found down")                                                                                             \
    X(SILENCE, "GCS silent")                                                                                           \
    X(STATE, "GCS state gone from Redis")                                                                              \
    X(GONE, "head pod gone")                                                                                           \
    X(FAILED, "head pod failed")                                                                                       \
    X(CONTAINER, "head container ended")                                                                               \
    X(DELETED, "head pod deleted")                                                                                     \
    X(OURS, "delete accepted")                                                                                         \
    X(KILLED, "gcs_server killed")

enum outage_cause {
#define X(name, words) CAUSE_##name,
    OUTAGE_CAUSE_MAP(X)
#undef X
        CAUSE_COUNT
};

enum {
    KEPT_TABLES = 16,
    RECOVERY_WORKERS = 256,
    OUTAGE_SECONDS = 90, /* least duration of the observation: without FT, workers restart after half a minute */
    OUTAGE_FAILURES = 8  /* kinds of failure counted separately; the last one includes all others */
};

/* Requests that completed since T0, without cancelled ones. */
enum outage_class { OUTAGE_PROBES, OUTAGE_PROMPTS, OUTAGE_CLASSES };
struct outage_requests {
    size_t ok, slow, failed; /* disjoint: slow ones succeeded, but are not counted as ok */
    struct known_u64 slowest_us;
};
struct outage_failure {
    char name[32]; /* the record's `failure`: "refused", "timeout", "5xx" */
    size_t count;
};

/* A worker pod as it was at T0. */
struct worker_before {
    char *uid, *name;
    struct known_u64 restarts;
};

struct recovery {
    char *service; /* UID of the RayService; NULL until one was observed */
    enum outage_state outage;
    uint64_t t0_ms, t0_wall_ms; /* our delete was accepted, our kill answered, or else the first evidence of the loss */
    enum outage_cause cause;
    char evidence[RECOVERY_NOTE_MAX]; /* of the cause: "OOMKilled, exit code 137" */
    bool found;                       /* it had begun before the first observation: T0 is by servers' stamps */
    bool ours; /* we deleted it: T0 is when that was accepted, or when the watch reported it, if that was earlier */
    struct known_u64 grace_s; /* of our delete */
    char *old_head_uid, *old_head_name, *new_head_uid, *new_head_name;
    char *old_ray_node;               /* hex node id in the GCS; NULL: unknown */
    struct known_u64 silent_since_ms; /* when the GCS fell silent: workers' reconnect timeout starts */
    struct known_u64 down_since_ms;   /* since when the lost head has been down: T0, or the end of its grace */
    /* When the GCS's state was seen to be gone from a Redis that answers, and to be there again. */
    struct known_u64 state_gone_ms, state_back_ms;
    bool going;                     /* the lost head is Terminating, and still serves through its grace */
    struct known_u64 over_since_ms; /* when the last rung was reached */
    struct known_u64 reconnect_s;   /* workers' RAY_gcs_rpc_server_reconnect_timeout_s */
    struct rung_state rung[RUNG_COUNT];
    struct worker_before worker[RECOVERY_WORKERS];
    size_t workers;
    bool head_lost; /* the pod or its container was lost; false: the GCS was only silent */
    struct outage_requests request[OUTAGE_CLASSES];
    struct outage_failure failure[OUTAGE_FAILURES];
    char second[OUTAGE_SECONDS + 1]; /* probe results per second since T0, by due time: see outage.h */
    /* private: observations between changes */
    struct recovery_memory *memory;
};

void recovery_init(struct recovery *r);
void recovery_done(struct recovery *r);

/* Call after world_apply(w, c): marks the rungs that the change shows. The recovery belongs to the first RayService
 * that *f names; calls with another one in focus are ignored. */
void recovery_observe(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* Its pods were not watched for a while: discards the head last seen, so that its absence does not count as a loss; the
 * next observation of it is a first one. */
void recovery_resume(struct recovery *r);
/* Detects what the absence of changes shows (a heartbeat that does not advance). Call about once a second; returns true
 * on a new rung. */
bool recovery_tick(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

const char *rung_words(enum rung rung);

#endif
