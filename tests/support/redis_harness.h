/*
 * redis_harness.h - the Redis backend against something, and a world that hears what it says.
 */
#ifndef RAYDECK_TESTS_REDIS_HARNESS_H
#define RAYDECK_TESTS_REDIS_HARNESS_H

#include "backends/backend.h"
#include "backends/world/world.h"

#define HARNESS_NS "mistral-raycluster-7hq2x"

struct redis_harness {
    struct loop *loop;
    struct world *world;
    struct redis_link *link;
    unsigned changes, puts, gone, relisted, of_source;
    unsigned put_of[TABLE_COUNT];
    bool closed; /* a change from now on is a defect */
    bool holds_clock;
};

/* Opens it; conf->url is what most tests set. */
void harness_open(struct redis_harness *harness, const struct redis_open *conf);
void harness_open_on(struct redis_harness *harness, struct loop *loop /* takes */, const struct redis_open *conf);
void harness_close(struct redis_harness *harness);

/* From now on the clock of heartbeat_poll.c passes in harness_until alone, and stands still while a poll is under way.
 */
void harness_hold_clock(struct redis_harness *harness);

/* Runs the loop until cond(harness, arg), at most DEADLINE_MS; then the test fails, saying what. */
void harness_until(struct redis_harness *harness, bool (*cond)(struct redis_harness *harness, const void *arg),
                   const void *arg, const char *what);
#define HARNESS_UNTIL(harness, cond, arg) harness_until(harness, cond, arg, #cond)

/* Conditions. */
bool harness_listed(struct redis_harness *harness, const void *unused); /* a first full list is complete */
bool harness_live(struct redis_harness *harness, const void *unused);
bool harness_down(struct redis_harness *harness, const void *unused);
bool harness_denied(struct redis_harness *harness, const void *unused);
bool harness_tracking_known(struct redis_harness *harness, const void *unused);
bool harness_heard(struct redis_harness *harness, const void *unused); /* a heartbeat */

const struct source *harness_source(const struct redis_harness *harness);
const struct redis *harness_redis(const struct redis_harness *harness); /* NULL: not yet */
/* A living row by "<table record key>"; NULL where there is none. */
const struct record *harness_find(const struct redis_harness *harness, enum table table, const char *key);

#endif
