/*
 * recovery.h - the ladder of a head's death, each rung from an observation, never from a status that lies.
 *
 * Fed with every change after the world has applied it (recovery_observe); pure, so that a recording gives the same
 * ladder as the hour it was made in. It opens by itself when a head pod gets a deletionTimestamp, is gone, fails, or
 * the GCS falls silent, or when our own delete is accepted. Rungs come in whatever order they are observed. The sources
 * for each rung are those of DESIGN §5 and facts/gcs.md.
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

struct rung_state {
    bool reached;
    uint64_t at_ms, wall_ms; /* when it was observed, ours */
    char note[160];          /* the evidence: "uid 9c1e…, grace 0", "connections 4 → 0" */
};

enum outage { OUTAGE_NONE, OUTAGE_RUNNING, OUTAGE_OVER };

/* One GCS table against what it held at T0. */
struct kept {
    const char *table;
    size_t before, kept, lost, lost_expected, added;
    bool known; /* the field names were listed before and since */
};
enum { KEPT_TABLES = 16, RECOVERY_WORKERS = 256 };

/* A worker pod as it was at T0. */
struct worker_then {
    char *uid, *name;
    struct known_u64 restarts;
};

struct recovery {
    enum outage outage;
    uint64_t t0_ms, t0_wall_ms; /* delete accepted, or the first sign where nobody here deleted */
    bool ours;                  /* T0 is our accepted delete */
    struct known_u64 grace_s;   /* of our delete */
    char *old_head_uid, *old_head_name, *new_head_uid, *new_head_name;
    char *old_ray_node;           /* hex id in the GCS; NULL unknown */
    struct known_u64 silent_ms;   /* when the GCS fell silent, ours: the reconnect clock's start */
    struct known_u64 over_ms;     /* when the last rung was reached */
    struct known_u64 reconnect_s; /* how long workers wait for a GCS */
    struct rung_state rung[RUNG_COUNT];
    struct worker_then worker[RECOVERY_WORKERS];
    size_t workers;
    bool head_lost; /* a pod was lost, and not only the GCS silent for a while */
    uint64_t requests_ok, requests_failed, requests_slow, slowest_us; /* since T0, probes and prompts */
    uint64_t probes_ok, prompts_ok, slowest_probe_us;
    /* private: what the observer remembers */
    struct recovery_memory *memory;
};

void recovery_init(struct recovery *r);
void recovery_done(struct recovery *r);

/* After world_apply(w, c): looks at the change and at the world, and marks rungs. `ns` and `service` may be NULL. */
void recovery_observe(struct recovery *r, const struct world *w, const struct focus *f, const struct change *c);
/* Time alone is evidence too: a heartbeat that has not moved. Call about once a second; returns true on a new rung. */
bool recovery_tick(struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* How many of the worker pods of T0 still live under the same UID, and how many restarts were added. */
struct worker_now {
    size_t then, same, replaced;
    uint64_t restarts;
    bool known;
};

/* The last finished ladder is kept in *last (for "last drill" times); RUNG times are relative to t0_ms. */
struct recovery_past {
    bool known;
    uint64_t t0_wall_ms;
    struct known_u64 rung_ms[RUNG_COUNT];
    uint64_t requests_ok, requests_failed;
    struct worker_now workers; /* when it was over */
};
const struct recovery_past *recovery_past(const struct recovery *r);
/* The finished ladder before the one that *r shows now: what its rungs are compared with. */
const struct recovery_past *recovery_past_before(const struct recovery *r);

struct worker_now recovery_workers(const struct recovery *r, const struct world *w, const struct focus *f);

/* The processes on Neuron devices at T0, and how many of them still run under the same pid. */
struct runtimes_now {
    size_t then, same;
};
struct runtimes_now recovery_runtimes(const struct recovery *r, const struct world *w);

/* GCS fields kept since T0; returns the number of tables written (<= KEPT_TABLES). */
size_t recovery_kept(const struct recovery *r, const struct world *w, struct kept out[KEPT_TABLES]);

const char *rung_words(enum rung rung);

/* How the head is: "head up", "head not ready", "head down 5.4s", "head back, recovering 41.2s", "no head". */
enum { RECOVERY_HEAD_MAX = 64 };
const char *recovery_head_words(const struct recovery *r, const struct pod *head, uint64_t now_ms,
                                char out[RECOVERY_HEAD_MAX]);

#endif
