/*
 * sim_worlds.h - the simulated worlds besides Kubernetes: Ray with its GCS in a real redis-server, and neuron-monitor.
 * Notifications of the simulated KubeRay keep them consistent with the pods.
 */
#ifndef RAYDECK_SIM_SIM_WORLDS_H
#define RAYDECK_SIM_SIM_WORLDS_H

#include "backends/base/err.h"
#include "backends/link/loop.h"
#include "backends/sim/gcs_records.h"
#include "backends/sim/guard.h"
#include "backends/sim/kuberay.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_worlds;
struct sim_worlds_conf {
    const char *dir; /* borrowed only while called */
    struct guard *guard;
    const bool *faults; /* FAULT_COUNT of them, borrowed; NULL: none */
    uint64_t seed;
    struct sched *sched; /* borrowed: times the GCS's actions */
    bool no_redis;
    bool redis_volatile; /* without persistence: one that restarts is empty */
    gcs_row *row;        /* takes what the GCS writes, in place of a redis-server; NULL: none does */
    void *row_arg;
};
/* Starts redis-server. If that fails, returns ERR_OK with a message in why, and runs without Redis. */
enum err sim_worlds_new(struct loop *l, const struct sim_worlds_conf *conf, struct sim_worlds **ret, struct why *why);
void sim_worlds_free(struct sim_worlds *w); /* NULL is fine */

unsigned sim_worlds_redis_port(const struct sim_worlds *w); /* 0: none */
const char *sim_worlds_redis_user(const struct sim_worlds *w);
const char *sim_worlds_redis_password(const struct sim_worlds *w);

/* Writes the GCS of a cluster that has run for days, if there is one, and assigns pods to the Neuron nodes. dir is used
 * by the first call only. */
enum err sim_worlds_boot(struct sim_worlds *w, struct kuberay *k, const char *dir, uint64_t now_ms, struct why *why);
/* Stops everything and flushes Redis; call it before the next sim_worlds_boot. */
void sim_worlds_reset(struct sim_worlds *w);
void sim_worlds_notify(struct sim_worlds *w, enum kuberay_notification what, const struct sim_pod *pod);

char *sim_worlds_applications(const struct sim_worlds *w); /* the Serve API's body; caller frees */
void sim_worlds_prompt(struct sim_worlds *w, const char *pod, uint64_t ms);
/* What comes back empty: the next head knows nothing of what was, and its workers are lost. */
enum err sim_worlds_set_redis_gone(struct sim_worlds *w, bool gone, struct why *why);
bool sim_worlds_redis_is_gone(const struct sim_worlds *w);
unsigned sim_worlds_gcs_connections(const struct sim_worlds *w); /* that the GCS holds to Redis */
void sim_worlds_set_garbage(struct sim_worlds *w, bool on);

#endif
