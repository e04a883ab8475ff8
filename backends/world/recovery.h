/*
 * recovery.h - the ladder of a head's death, each rung from an observation, never from a status that lies. What the
 * outage was is told by outage.h alone; here are its marks.
 *
 * Fed with every change after the world has applied it (recovery_observe); pure, so that a recording gives the same
 * ladder as the hour it was made in. It opens by itself when a head pod gets a deletionTimestamp, is gone, fails, its
 * Ray container ends, the GCS falls silent, or when our own delete is accepted. Rungs come in whatever order they are
 * observed. The sources for each rung are those of DESIGN §5 and facts/gcs.md.
 */
#ifndef RAYDECK_WORLD_RECOVERY_H
#define RAYDECK_WORLD_RECOVERY_H

#include "backends/world/joins.h"
#include "backends/world/world.h"

/* X(NAME, words) in the order in which they are shown */
#define RUNG_MAP(X)                                                                                                    \
    X(DELETE_ACCEPTED, "delete accepted")                                                                              \
    X(GCS_SILENT, "GCS silent")                                                                                        \
    X(HEAD_CREATED, "new head created, bound")                                                                         \
    X(HEAD_RUNNING, "head container running")                                                                          \
    X(GCS_READING, "GCS reading Redis")                                                                                \
    X(HEAD_ALIVE, "new head ALIVE, old DEAD")                                                                          \
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
    bool reached;
    uint64_t at_ms, wall_ms;      /* when it was observed, ours */
    char note[RECOVERY_NOTE_MAX]; /* the evidence: "uid 9c1e…, grace 0", "connections 4 → 0" */
};

enum outage_state { OUTAGE_NONE, OUTAGE_RUNNING, OUTAGE_OVER };

/* What T0 was seen from: X(NAME, words). One that is seen later and says more takes the place of an earlier one. */
#define OUTAGE_CAUSE_MAP(X)                                                                                            \
    X(NONE, "")                                                                                                        \
    X(SILENCE, "GCS silent")                                                                                           \
    X(GONE, "head pod gone")                                                                                           \
    X(FAILED, "head pod failed")                                                                                       \
    X(CONTAINER, "head container ended")                                                                               \
    X(DELETED, "head pod deleted")                                                                                     \
    X(OURS, "delete accepted")

enum outage_cause {
#define X(name, words) CAUSE_##name,
    OUTAGE_CAUSE_MAP(X)
#undef X
        CAUSE_COUNT
};

enum {
    KEPT_TABLES = 16,
    RECOVERY_WORKERS = 256,
    OUTAGE_SECONDS = 90, /* an outage is watched at least so long: without FT workers restart after half a minute */
    OUTAGE_FAILURES = 8  /* classes of failure told apart; the last takes what is beyond */
};

/* Requests that ended since T0. Cancelled ones are not counted. */
enum outage_class { OUTAGE_PROBES, OUTAGE_PROMPTS, OUTAGE_CLASSES };
struct outage_requests {
    size_t ok, slow, failed; /* slow ones were answered too, and are not among ok */
    struct known_u64 slowest_us;
};
struct outage_failure {
    char name[32]; /* the request's word: "refused", "timeout", "5xx" */
    size_t count;
};

/* A worker pod as it was at T0. */
struct worker_then {
    char *uid, *name;
    struct known_u64 restarts;
};

struct recovery {
    char *service; /* the RayService's UID that this ladder belongs to; NULL until one was seen */
    enum outage_state outage;
    uint64_t t0_ms, t0_wall_ms; /* delete accepted, or the first sign where nobody here deleted */
    enum outage_cause cause;
    char evidence[RECOVERY_NOTE_MAX]; /* of the cause: "OOMKilled, exit code 137" */
    bool ours;                        /* T0 is our accepted delete */
    struct known_u64 grace_s;         /* of our delete */
    char *old_head_uid, *old_head_name, *new_head_uid, *new_head_name;
    char *old_ray_node;           /* hex id in the GCS; NULL unknown */
    struct known_u64 silent_ms;   /* when the GCS fell silent, ours: the reconnect clock's start */
    struct known_u64 over_ms;     /* when the last rung was reached */
    struct known_u64 reconnect_s; /* how long workers wait for a GCS */
    struct rung_state rung[RUNG_COUNT];
    struct worker_then worker[RECOVERY_WORKERS];
    size_t workers;
    bool head_lost; /* a pod or its container was lost, and not only the GCS silent for a while */
    struct outage_requests request[OUTAGE_CLASSES];
    struct outage_failure failure[OUTAGE_FAILURES];
    char second[OUTAGE_SECONDS + 1]; /* probes by the second since T0 in which they were due: see outage.h */
    /* private: what the observer remembers */
    struct recovery_memory *memory;
};

void recovery_init(struct recovery *r);
void recovery_done(struct recovery *r);

/* After world_apply(w, c): looks at the change and at the world, and marks rungs. The ladder belongs to the first
 * RayService that *f names: a focus on another one is ignored, so that it cannot move this ladder. */
void recovery_observe(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* Its pods were not read for a while: what was remembered of its head is forgotten, and not held to be lost. */
void recovery_resume(struct recovery *r);
/* Time alone is evidence too: a heartbeat that has not moved. Call about once a second; returns true on a new rung. */
bool recovery_tick(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

const char *rung_words(enum rung rung);

#endif
