/*
 * replay_losses.h - the head losses that a recording shows, and which one is next. Plays the whole recording once, in a
 * session of its own; what an outage and its T0 are is outage.h's.
 */
#ifndef RAYDECK_REPLAY_LOSSES_H
#define RAYDECK_REPLAY_LOSSES_H

#include "backends/conf.h"
#include "backends/recording/recording_read.h"
#include "backends/world/outage.h"

enum { REPLAY_LOSSES_MAX = 4096, REPLAY_LOSS_LEAD_MS = 5000 };

struct replay_loss {
    uint64_t at_ms, wall_ms; /* T0, by the recording's clocks */
    char cause[OUTAGE_WORDS_MAX];
};
struct replay_losses {
    struct replay_loss *item; /* oldest first; the first REPLAY_LOSSES_MAX */
    size_t count;
};

/* One that had begun before the recording is none of it: nobody can see it happen. Another replayer of the recording
 * has to begin anew afterwards (replayer_restart). Caller: replay_losses_done. */
void replay_losses_find(const struct conf *conf, struct recording *recording, struct replay_losses *ret);
void replay_losses_done(struct replay_losses *all);

/* Of a replay at now_ms: the first one after it, or the last one that has begun; NULL: there is none. shown_ms: T0 of
 * the one that the replay was last brought to (0: none): where it is not reached yet, the one after or before that. */
const struct replay_loss *replay_losses_next(const struct replay_losses *all, uint64_t now_ms, uint64_t shown_ms);
const struct replay_loss *replay_losses_previous(const struct replay_losses *all, uint64_t now_ms, uint64_t shown_ms);
/* Where a replay is brought to: REPLAY_LOSS_LEAD_MS before T0, or to the recording's beginning. */
uint64_t replay_loss_landing(const struct replay_loss *loss, uint64_t begin_ms);

#endif
