/*
 * steps_follow.h - runs a step engine for a subcommand: prints its steps, confirms by its guards, and on a signal or
 * timeout reports what was sent and what is left.
 */
#ifndef RAYDECK_STEPS_FOLLOW_H
#define RAYDECK_STEPS_FOLLOW_H

#include "deploy/step_engine.h"
#include "tui/snapshot.h"

/* Embedded in its owner's struct; the owner sets the first four. */
struct steps_follow {
    struct snapshot *snapshot;
    enum err (*guards)(void *arg, struct why *why); /* confirms the run: ERR_OK, or the err and why */
    void *arg;
    /* A signal arrived: true, and the run goes on; NULL or false: it is cancelled. */
    bool (*interrupted)(void *arg);
    bool as_messages; /* the steps go to stderr: stdout holds JSON */
    bool confirming, confirmed, over;
    struct why end;
};

/* For the engine, before it is opened. */
struct step_observer steps_follow_observer(struct steps_follow *f);
/* Runs it to its end. ERR_TIMEOUT: after limit_ms; ERR_CANCELLED: a signal arrived. */
enum err steps_follow(struct steps_follow *f, struct step_engine *engine, uint64_t limit_ms, struct why *why);

#endif
