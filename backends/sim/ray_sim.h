/*
 * ray_sim.h - the state of the simulated Ray cluster: nodes, the Serve controller, proxies and replicas, jobs and
 * workers, with ids from the seed. gcs_sim writes it to Redis, neuron_sim simulates its load, the simulated dashboard
 * serves it. Pure: no I/O, no clock; wall times (ms) are passed in. Pointers are valid until the next call that adds.
 *
 * Replicas are placed round-robin on the worker nodes; each takes its deployment's NeuronCores, counted within its pod
 * from 0.
 */
#ifndef RAYDECK_SIM_RAY_SIM_H
#define RAYDECK_SIM_RAY_SIM_H

#include "backends/sim/serve_config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RAY_SIM_NODES = 64, /* dead ones included; when full, the oldest dead one is dropped */
    RAY_SIM_ACTORS = 256,
    RAY_SIM_JOBS = 64,
    RAY_SIM_WORKERS = 512,
    RAY_SIM_NAME = 128
};

struct ray_sim_conf {
    uint64_t seed;
    struct serve_config serve; /* without a deployment: that of serve_config_read(NULL) */
};
enum ray_sim_state { RAY_SIM_PENDING = 1, RAY_SIM_ALIVE = 2, RAY_SIM_RESTARTING = 3, RAY_SIM_DEAD = 4 };

struct ray_sim_node {
    char id[57]; /* hex */
    char pod[RAY_SIM_NAME], ip[48], group[64];
    bool head, alive;
    uint64_t start_ms, end_ms;
    unsigned neuron_cores; /* resources; 0: none */
    unsigned cores_taken;
};
enum ray_sim_kind { RAY_SIM_CONTROLLER, RAY_SIM_PROXY, RAY_SIM_REPLICA };
struct ray_sim_actor {
    char id[33], worker[57], owner_worker[57];
    enum ray_sim_kind kind;
    enum ray_sim_state state;
    char name[RAY_SIM_NAME * 2], class_name[RAY_SIM_NAME];
    char deployment[64], replica[9]; /* of replicas */
    char node[57];
    unsigned pid, port, restarts;
    uint64_t start_ms, end_ms;
    unsigned core, cores; /* NeuronCores core … core + cores - 1 of its pod */
};
struct ray_sim_job {
    char id[9], node[57], ip[48];
    unsigned pid, port;
    bool dead;
    uint64_t start_ms, end_ms;
};
struct ray_sim_worker {
    char id[57], node[57], ip[48];
    bool driver, alive;
    unsigned pid, port;
    uint64_t start_ms;
};

struct ray_sim;
struct ray_sim *ray_sim_new(const struct ray_sim_conf *conf);
void ray_sim_free(struct ray_sim *r);
const struct ray_sim_conf *ray_sim_conf(const struct ray_sim *r);

/* A worker's raylet registers: ALIVE, with a proxy; pending replicas start on it. */
void ray_sim_worker_up(struct ray_sim *r, const char *pod, const char *ip, const char *group, unsigned neuron_cores,
                       uint64_t wall_ms);
void ray_sim_worker_down(struct ray_sim *r, const char *pod, uint64_t wall_ms); /* its replicas become pending */

/* The new head's registration, in the measured steps: the node; the older heads and their proxies (DEAD, and the
 * controller RESTARTING); then the controller (ALIVE, num_restarts + 1); then proxy and job. */
void ray_sim_head_node(struct ray_sim *r, const char *pod, const char *ip, uint64_t wall_ms);
void ray_sim_old_heads_die(struct ray_sim *r, uint64_t wall_ms);
void ray_sim_head_controller(struct ray_sim *r, uint64_t wall_ms);
void ray_sim_head_proxy(struct ray_sim *r, uint64_t wall_ms);
void ray_sim_head_job(struct ray_sim *r, uint64_t wall_ms);

size_t ray_sim_nodes(const struct ray_sim *r, const struct ray_sim_node **ret);
size_t ray_sim_actors(const struct ray_sim *r, const struct ray_sim_actor **ret);
size_t ray_sim_jobs(const struct ray_sim *r, const struct ray_sim_job **ret);
size_t ray_sim_workers(const struct ray_sim *r, const struct ray_sim_worker **ret);
const struct ray_sim_node *ray_sim_head(const struct ray_sim *r); /* the one that is ALIVE, or NULL */
const struct ray_sim_node *ray_sim_node_of(const struct ray_sim *r, const char *id);     /* by hex id */
const struct ray_sim_node *ray_sim_node_named(const struct ray_sim *r, const char *pod); /* the newest of that pod */

/* The body of the Ray dashboard's GET /api/serve/applications/ as recorded from Ray 2.60. Caller frees. */
char *ray_sim_serve_applications(const struct ray_sim *r, uint64_t wall_ms);

#endif
