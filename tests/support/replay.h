/*
 * replay.h - a recording of a real failure (tests/fixtures/recordings), fed into a world second by second as the
 * backends would have: by their parsers, at the recording's times, with a tick each second and a proof of life of every
 * source that was reached. Our clock is the recording's wall clock.
 *
 * Of the users' own requests only the Serve proxies' /-/healthz through the service is fed, once a second: it stands
 * for the console's own probe of that way. All of them are kept as the truth that a test holds the answers against.
 */
#ifndef RAYDECK_TESTS_REPLAY_H
#define RAYDECK_TESTS_REPLAY_H

#include "backends/world/answers.h"
#include "backends/world/recoveries.h"
#include "backends/world/timeline.h"
#include "tui/panes/pane.h"

struct replay {
    struct world *world;
    struct recoveries *recoveries;
    struct timeline *timeline;
    struct focus focus;
    struct outage outage;      /* as of now_ms */
    uint64_t begin_ms, end_ms; /* of the recording, wall */
    uint64_t now_ms;           /* wall and ours */
    /* Called with each change once the world has taken it; set it after replay_open. NULL: nothing. */
    void (*applied)(void *arg, const struct replay *p, const struct change *c);
    void *applied_arg;
    struct replay_tape *tape; /* private */
};

enum replay_part {
    REPLAY_AS_RECORDED = 0,
    REPLAY_KUBERNETES = 1, /* neither Redis nor the Serve API nor a probe is fed */
    REPLAY_PROMPTS = 2,    /* the users' prompts are fed as prompts of ours */
    REPLAY_NO_TABLES = 4,  /* how many fields a GCS table has is not: the test adds the tables */
    REPLAY_WHOAMI = 8 /* /whoami by the service stands for the probe of the users' way, where no /-/healthz took it */
};

/* folder: its name under tests/fixtures/recordings. parts: of enum replay_part. Nothing is fed yet. What cannot be read
 * fails the test. */
void replay_open(struct replay *p, const char *folder, unsigned parts);
void replay_close(struct replay *p);

/* Adds what the recording does not have, as arrived at that time. Before the first replay_until. */
void replay_add(struct replay *p, uint64_t wall_ms, struct change *c /* takes */);

/* Feeds all that arrived until then, and lets time pass until then. */
void replay_until(struct replay *p, uint64_t wall_ms);
void replay_answers(const struct replay *p, struct answer out[ANSWERS]);
struct view replay_view(const struct replay *p); /* of the console; without a chrome */
const struct recovery *replay_recovery(const struct replay *p);

/* What the users' requests that were sent in the second before wall_ms came to; one without an answer for
 * REPLAY_PATIENCE_MS counts as failed. */
enum { REPLAY_PATIENCE_MS = 5000 };
struct replay_users {
    size_t proxies_ok, proxies_failed; /* GET /-/healthz through the service */
    size_t served, failed;             /* requests that a model had to answer */
    bool hanging; /* of those that failed, some have no answer yet (the simulated cluster's alone) */
};
struct replay_users replay_users_of(const struct replay *p, uint64_t wall_ms);

#endif
