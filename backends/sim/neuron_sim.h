/*
 * neuron_sim.h - neuron-monitor on every simulated K8s node: an inf2.24xlarge's JSON lines, served on a unix socket,
 * and printed by `raydeck-sim monitor --dir DIR --node NAME`, the console's neuron command.
 *
 * A line has the members and types of the recorded samples. Its runtimes are the model replicas on the node's pod; each
 * lists all cores. Utilisation follows the prompts, on top of a slow seeded random walk; counts are per period.
 */
#ifndef RAYDECK_SIM_NEURON_SIM_H
#define RAYDECK_SIM_NEURON_SIM_H

#include "backends/base/buf.h"
#include "backends/link/loop.h"
#include "backends/sim/ray_sim.h"

enum { NEURON_SIM_NODES = 32, NEURON_SIM_CLIENTS = 64, NEURON_SIM_PERIOD_MS = 1000, NEURON_SIM_LINE_MAX = 256 * 1024 };

struct neuron_sim;

/* Listens on dir/neuron.sock; ray is borrowed. ERR_IO: why names the path. */
enum err neuron_sim_new(struct loop *l, const char *dir, const struct ray_sim *ray, uint64_t seed,
                        struct neuron_sim **ret, struct why *why);
/* Replaces the Ray; borrowed as the first. Drops the old one's runtimes. */
void neuron_sim_set_ray(struct neuron_sim *n, const struct ray_sim *ray);
/* Adds a K8s node with Neuron devices, or changes its Ray pod (NULL: none, so no runtime). instance_id: as in the
 * Node's providerID. */
void neuron_sim_set_node(struct neuron_sim *n, const char *knode, const char *instance_id, const char *pod);
/* That replica's actor (hex id) computes a prompt for ms. */
void neuron_sim_prompt(struct neuron_sim *n, const char *actor, uint64_t ms);
/* The fault garbage: truncates every other line. */
void neuron_sim_set_garbage(struct neuron_sim *n, bool on);
/* The node's next line, one period later, with '\n', as the socket sends it. ERR_NOT_FOUND: no such node. */
enum err neuron_sim_line(struct neuron_sim *n, const char *knode, struct buf *out);
void neuron_sim_free(struct neuron_sim *n); /* unlinks the socket; NULL is fine */

/* `raydeck-sim monitor`: copies the node's lines from dir/neuron.sock to stdout until the simulator ends or stdout is
 * closed. Blocks; returns the exit status (0; 3: no simulator, reported on stderr). */
int neuron_sim_monitor(const char *dir, const char *knode);

#endif
