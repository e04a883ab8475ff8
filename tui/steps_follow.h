/*
 * steps_follow.h - an engine's steps for a subcommand: printed as they come, confirmed by its guards, ended by a signal
 * or a limit with what was sent and what is left.
 */
#ifndef RAYDECK_STEPS_FOLLOW_H
#define RAYDECK_STEPS_FOLLOW_H

#include "deploy/step_engine.h"
#include "tui/snapshot.h"

/* In its owner's struct; the first three are the owner's to set. */
struct steps_follow {
    struct snapshot *snapshot;
    enum err (*guards)(void *arg, struct why *why); /* before the run is confirmed: ERR_OK, or why it is not */
    void *arg;
    bool confirming, confirmed, over;
    struct why end;
};

/* For the engine, before it is opened. */
struct step_observer steps_follow_observer(struct steps_follow *f);
/* Runs it to its end. ERR_TIMEOUT and ERR_CANCELLED where limit_ms or a signal ended it. */
enum err steps_follow(struct steps_follow *f, struct step_engine *engine, uint64_t limit_ms, struct why *why);

#endif
