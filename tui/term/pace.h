/*
 * pace.h - bytes on their way to the terminal, and when the next frame may follow.
 *
 * Writing never blocks: what the terminal does not take waits here. A frame is ended by ESC[5n ("are you there?"); the
 * next one may follow when all was written, the answer has come or 1 s has passed, and the least time between frames
 * is over. Bounded: one frame and what is said beside it.
 */
#ifndef RAYDECK_TERM_PACE_H
#define RAYDECK_TERM_PACE_H

#include "backends/base/buf.h"
#include "backends/link/loop.h"

#include <stdbool.h>

enum { PACE_FRAME_MS = 50, PACE_BURST = 4, PACE_SLOW_MS = 500, PACE_ANSWER_MS = 1000, PACE_LEAVE_MS = 2000 };

struct pace;
struct pace_conf {
    int fd; /* non-blocking; borrowed until pace_close */
    bool slow;
    void (*ready)(void *arg);
    void (*gone)(void *arg); /* the terminal is no more; once */
    void *arg;
};
struct pace *pace_open(struct loop *l, const struct pace_conf *conf);
void pace_close(struct pace *p); /* no callback after this; what is unsent is dropped; NULL is fine */

bool pace_may_draw(const struct pace *p);
struct buf *pace_out(struct pace *p);               /* add bytes here, then pace_send or pace_frame */
void pace_send(struct pace *p);                     /* what was added is no frame */
void pace_frame(struct pace *p, size_t len_before); /* a frame was added behind len_before bytes, or nothing was */
void pace_answered(struct pace *p);                 /* the answer to ESC[5n has come */
bool pace_arrived(const struct pace *p);            /* the last frame is on the terminal, as far as can be known */
bool pace_shown(const struct pace *p);              /* the terminal has answered every frame */
/* How long an answer that is still owed is worth waiting for on the way out; 0: none is, or the terminal has never
 * given one. */
uint64_t pace_leave_ms(const struct pace *p);
void pace_hold(struct pace *p, bool hold);           /* suspended: nothing is written, nothing may be drawn */
bool pace_drain(struct pace *p, uint64_t within_ms); /* blocking, for the way out; false: the rest was dropped */
uint64_t pace_sent(const struct pace *p);

#endif
