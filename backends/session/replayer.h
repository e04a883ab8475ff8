/*
 * replayer.h - plays a recording into a session: its changes at their times, by a clock that is set. What the session
 * knows at a moment is what the one that was recorded knew then.
 */
#ifndef RAYDECK_SESSION_REPLAYER_H
#define RAYDECK_SESSION_REPLAYER_H

#include "backends/recording/recording_read.h"
#include "backends/session/session.h"

/* A tick a second is played, as a live session has them, but at most so many where the recording says nothing for long:
 * the machine was asleep. */
enum { REPLAYER_TICK_MS = 1000, REPLAYER_TICKS = 3600 };

struct replayer;
/* Sets the loop's clock to the recording's beginning. r and s are borrowed; s is of session_open_replay. */
struct replayer *replayer_new(struct loop *l, struct recording *r, struct session *s);
void replayer_free(struct replayer *p); /* NULL is fine */

/* Plays to that moment (the recording's at_ms). Backwards it begins anew. */
void replayer_to(struct replayer *p, uint64_t at_ms);
uint64_t replayer_now(const struct replayer *p);

#endif
