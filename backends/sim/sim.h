/*
 * sim.h - the simulated cluster as a whole: API server, KubeRay, the GCS in a real redis-server, neuron-monitor, Serve.
 * All its files are in one directory, and removed at the end.
 *
 * Files: kubeconfig (mode 0600) and config.yaml, for `raydeck --config`; env (mode 0600), lines NAME=VALUE for the
 * variables of a manifest, including the simulator's Redis; control, a unix socket.
 */
#ifndef RAYDECK_SIM_SIM_H
#define RAYDECK_SIM_SIM_H

#include "backends/base/err.h"
#include "backends/link/loop.h"
#include "backends/sim/fault.h"
#include "backends/sim/kuberay.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIM_COMMAND_MAX = 512, SIM_ANSWER_MAX = 4096, SIM_CONTROLS = 16 };

struct sim_conf {
    const char *dir;     /* created if absent, and then removed at the end */
    bool owns_dir;       /* removed at the end even if it existed */
    const char *program; /* raydeck-sim itself, for the neuron command; NULL: /proc/self/exe */
    uint64_t seed;
    double speed;         /* divides the simulated delays; 0: 1 */
    uint64_t bookmark_ms; /* interval of a watch's bookmarks; 0: a minute */
    bool no_ft;           /* a RayService without GCS fault tolerance */
    bool no_redis;
    bool redis_volatile; /* its Redis does not persist: one that restarts is empty */
    bool empty;          /* KubeRay and the K8s nodes, and no RayService */
    bool openai;         /* Serve answers the OpenAI API too */
    bool devices_known;
    unsigned devices;        /* Neuron devices per worker node, if devices_known; else 6 */
    unsigned pods;           /* additional pods of another application, for benchmarks; at most CROWD_MAX */
    struct guard *guard;     /* started before any thread; borrowed */
    void (*quit)(void *arg); /* the command `quit` was received */
    /* Optional: what RBAC would judge of each request; resource as "pods/proxy", group "" of the core. */
    void (*requested)(void *arg, const char *verb, const char *group, const char *resource);
    void *arg;
};

struct sim;
/* Without a redis-server returns ERR_OK, and why says so. */
enum err sim_new(struct loop *l, const struct sim_conf *conf, struct sim **ret, struct why *why);
void sim_free(struct sim *s); /* NULL is fine */

enum err sim_set_fault(struct sim *s, enum fault f, bool on, struct why *why);
/* Executes a line of the control socket; writes the reply, without '\n', to out (SIM_ANSWER_MAX bytes). */
void sim_command(struct sim *s, const char *line, char *out);
struct kuberay *sim_kuberay(const struct sim *s);
unsigned sim_port(const struct sim *s);     /* of the API server */
const char *sim_token(const struct sim *s); /* its bearer token */
const char *sim_ca_pem(const struct sim *s);

#endif
