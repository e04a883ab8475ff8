/*
 * sim_play.h - the simulated cluster (KubeRay, Ray and its GCS) by a clock of its own, without a socket or a child:
 * what happens there is fed into a world as the backends would have, by their parsers. A minute of it takes
 * milliseconds.
 *
 * A probe is sent to each worker's proxy five times a second and one to the service each second, both through the API
 * server, and the Serve API is polled at the console's rates. Who answers what is as backends/sim/api_proxy.c has it.
 * What users see, who need no API server, is kept beside it.
 */
#ifndef RAYDECK_TESTS_SIM_PLAY_H
#define RAYDECK_TESTS_SIM_PLAY_H

#include "backends/sim/fault.h"
#include "backends/sim/kuberay.h"
#include "tests/support/replay.h"

enum sim_play_api {
    SIM_PLAY_API_ANSWERS,
    SIM_PLAY_API_STOPPED, /* takes requests and answers none */
    SIM_PLAY_API_CUTS     /* closes every connection */
};

struct sim_play_parts;
struct sim_play {
    struct world *world;
    struct recoveries *recoveries;
    struct focus focus;
    struct outage outage;
    uint64_t now_ms; /* ours, and wall */
    struct sim_play_parts *parts;
};

/* A RayService that has run for days, with or without GCS fault tolerance. */
void sim_play_open(struct sim_play *p, bool ft);
void sim_play_close(struct sim_play *p);
void sim_play_pass(struct sim_play *p, uint64_t ms); /* a multiple of a second */

/* What a person or a failure does. */
void sim_play_kill_head(struct sim_play *p, int64_t grace_s);   /* our delete; grace -1: the pod's own */
void sim_play_delete_head(struct sim_play *p, int64_t grace_s); /* somebody else's */
void sim_play_kill_worker(struct sim_play *p);
void sim_play_fault(struct sim_play *p, enum fault f, bool on); /* not of Redis, of connections or of answers' forms */
void sim_play_redis_gone(struct sim_play *p, bool gone);        /* it comes back empty */
void sim_play_api(struct sim_play *p, enum sim_play_api how);
void sim_play_prompts(struct sim_play *p); /* from now on one is sent each second */
void sim_play_relist(struct sim_play *p);  /* every watch is too old */

struct view sim_play_view(struct sim_play *p);                /* of the console; without a chrome */
struct replay_users sim_play_users(const struct sim_play *p); /* of the last second */
const struct kuberay *sim_play_kuberay(const struct sim_play *p);

#endif
