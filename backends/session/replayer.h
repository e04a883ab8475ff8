/*
 * replayer.h - plays a recording into a session: applies its changes at their times and sets the clock accordingly, so
 * that the session is at each moment in the state of the recorded one.
 */
#ifndef RAYDECK_SESSION_REPLAYER_H
#define RAYDECK_SESSION_REPLAYER_H

#include "backends/recording/recording_read.h"
#include "backends/session/session.h"

/* Ticks once a second, as a live session does, but at most so often in a gap of the recording (the machine was
 * suspended). */
enum { REPLAYER_TICK_MS = 1000, REPLAYER_TICKS = 3600 };

struct replayer;
/* Sets the loop's clock to the start of the recording. r and s are borrowed; s is from session_open_replay. */
struct replayer *replayer_new(struct loop *l, struct recording *r, struct session *s);
void replayer_free(struct replayer *p); /* NULL is fine */

/* Plays up to that moment (the recording's at_ms); backwards: from a keyframe before it. */
void replayer_to(struct replayer *p, uint64_t at_ms);
/* To be called once somebody else has read the recording: the next replayer_to plays from its beginning. */
void replayer_restart(struct replayer *p);
uint64_t replayer_now(const struct replayer *p);

#endif
