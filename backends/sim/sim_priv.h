/* sim_priv.h - what the files of the simulator's whole share. Included by sim.c and sim_commands.c alone. */
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
    struct guard *guard; /* removes what is in dir, and dir if we made it */
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
/* Back to a start, with other names and UIDs. */
enum err sim_reset(struct sim *s, enum start start, struct why *why);

/* sim_commands.c */
void sim_answer(void *sim, const char *line, char *out, size_t size); /* of the control socket */

#endif
