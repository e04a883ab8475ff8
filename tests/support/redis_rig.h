/*
 * redis_rig.h - the Redis backend against something, and a world that hears what it says.
 */
#ifndef RAYDECK_TESTS_REDIS_RIG_H
#define RAYDECK_TESTS_REDIS_RIG_H

#include "backends/backend.h"
#include "backends/world/world.h"

#define RIG_NS "mistral-raycluster-7hq2x"

struct redis_rig {
    struct loop *loop;
    struct world *world;
    struct redis_link *link;
    unsigned changes, puts, gone, relisted, of_source;
    unsigned put_of[TABLE_COUNT];
    bool closed; /* a change from now on is a defect */
    uint64_t limit_ms;
};

/* Opens it; conf->url is what most tests set. */
void rig_open(struct redis_rig *rig, const struct redis_open *conf);
void rig_open_on(struct redis_rig *rig, struct loop *loop /* takes */, const struct redis_open *conf);
void rig_close(struct redis_rig *rig);

/* Runs the loop until cond(rig, arg), at most ten seconds; then the test fails, saying what. */
void rig_until(struct redis_rig *rig, bool (*cond)(struct redis_rig *rig, const void *arg), const void *arg,
               const char *what);
#define RIG_UNTIL(rig, cond, arg) rig_until(rig, cond, arg, #cond)

/* Conditions. */
bool rig_listed(struct redis_rig *rig, const void *unused); /* a first full list is complete */
bool rig_live(struct redis_rig *rig, const void *unused);
bool rig_down(struct redis_rig *rig, const void *unused);
bool rig_denied(struct redis_rig *rig, const void *unused);
bool rig_tracking_known(struct redis_rig *rig, const void *unused);
bool rig_heard(struct redis_rig *rig, const void *unused); /* a heartbeat */

const struct source *rig_source(const struct redis_rig *rig);
const struct redis *rig_redis(const struct redis_rig *rig); /* NULL: not yet */
/* A living row by "<table record key>"; NULL where there is none. */
const struct record *rig_find(const struct redis_rig *rig, enum table table, const char *key);

#endif
