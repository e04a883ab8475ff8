/*
 * sim.h - the simulated cluster as a whole: the API server with a KubeRay behind it, the GCS in a real redis-server,
 * neuron-monitor, Serve. It lives in one folder, in which it leaves nothing.
 *
 * Files: kubeconfig (mode 0600) and config.yaml, for `raydeck --config`; env (mode 0600), lines NAME=VALUE of what a
 * manifest is filled with, the Redis of this simulator among it; control, a unix socket.
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
    const char *dir;     /* made where it is absent, and then removed at the end */
    bool owns_dir;       /* it is removed at the end even where it was there before */
    const char *program; /* raydeck-sim itself, for the neuron command; NULL: /proc/self/exe */
    uint64_t seed;
    double speed;         /* of the state machine's delays; 0: 1 */
    uint64_t bookmark_ms; /* between a watch's bookmarks; 0: a minute */
    bool no_ft;           /* a RayService without GCS fault tolerance */
    bool no_redis;
    bool empty;  /* KubeRay and the K8s nodes, and no RayService */
    bool openai; /* Serve answers the OpenAI API too */
    bool devices_known;
    unsigned devices;        /* of Neuron, on each of the workers' K8s nodes, if known; else 6 */
    unsigned pods;           /* further ones of another application, for measuring; at most CROWD_MAX */
    struct guard *guard;     /* started before there was a thread; borrowed */
    void (*quit)(void *arg); /* `quit` was said on the control socket */
    void *arg;
};

struct sim;
/* What was left out (no redis-server) is told in why, with ERR_OK. */
enum err sim_new(struct loop *l, const struct sim_conf *conf, struct sim **ret, struct why *why);
void sim_free(struct sim *s); /* NULL is fine */

enum err sim_fault(struct sim *s, enum fault f, bool on, struct why *why);
/* A line of the control socket, answered by a line without its '\n'; out has SIM_ANSWER_MAX bytes. */
void sim_command(struct sim *s, const char *line, char *out);
struct kuberay *sim_kuberay(const struct sim *s);
unsigned sim_port(const struct sim *s);     /* of the API server */
const char *sim_token(const struct sim *s); /* its bearer token */
const char *sim_ca_pem(const struct sim *s);

#endif
