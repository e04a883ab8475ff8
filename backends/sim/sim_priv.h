/* sim_priv.h - internals of the simulator; for sim.c and sim_commands.c only. */
#ifndef RAYDECK_SIM_SIM_PRIV_H
#define RAYDECK_SIM_SIM_PRIV_H

#include "backends/sim/api.h"
#include "backends/sim/control.h"
#include "backends/sim/guard.h"
#include "backends/sim/pki.h"
#include "backends/sim/sim.h"
#include "backends/sim/sim_worlds.h"

struct sim {
    struct loop *loop;
    struct sim_conf conf;
    char *dir, *program, *token;
    struct guard *guard; /* removes the files, and dir if we created it */
    struct sim_worlds *worlds;
    struct pki pki;
    struct templates *templates;
    struct objects *objects;
    struct sched *sched;
    struct kuberay *kuberay;
    struct api *api;
    struct https *https;
    struct control *control;
    struct alarm *dropping;
    bool faults[FAULT_COUNT];
    uint64_t rounds; /* resets so far */
};

/* sim.c */
enum start { START_AS_BEGUN, START_RUNNING, START_EMPTY, START_NO_FT };
/* Restarts the simulation, with new names and UIDs. */
enum err sim_reset(struct sim *s, enum start start, struct why *why);

/* sim_commands.c */
void sim_answer(void *sim, const char *line, char *out, size_t size); /* a callback of control.h */

#endif
