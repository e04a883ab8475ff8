/*
 * pace.h - the output queue to the terminal, and frame pacing.
 *
 * Writes never block: bytes that the terminal does not accept are queued. A frame ends with ESC[5n (device status
 * report); the next one may follow when all bytes were written, the terminal has answered, and the minimum interval is
 * over. Bounded: one frame and the bytes besides it.
 *
 * An answer is waited for as long as the line is known to need: PACE_ANSWER_MS, three times what the last one took, or
 * twice what writing the frame took; PACE_FIRST_MS where none has come yet. A terminal that is silent, because it has
 * let PACE_MISSES of them pass, is paced by time alone and asked no more, until it answers: it may only be far away. So
 * that no more than PACE_MISSES and one answers are ever outstanding; one is that is older than TERMIOS_ANSWER_MS is
 * lost.
 */
#ifndef RAYDECK_TERM_PACE_H
#define RAYDECK_TERM_PACE_H

#include "backends/base/buf.h"
#include "backends/link/loop.h"

#include <stdbool.h>

enum {
    PACE_FRAME_MS = 50,
    PACE_SILENT_MS = 100, /* between frames for a silent terminal, beyond a burst */
    PACE_BURST = 4,
    PACE_SLOW_MS = 500,
    PACE_FIRST_MS = 100,
    PACE_ANSWER_MS = 1000,
    PACE_ANSWER_MOST_MS = 10 * 1000,
    PACE_MISSES = 2
};

struct pace;
struct pace_conf {
    int fd;    /* non-blocking; borrowed until pace_close */
    bool slow; /* a slow line: frames PACE_SLOW_MS apart */
    void (*ready)(void *arg);
    void (*gone)(void *arg);                                      /* the terminal was closed; called once */
    void (*owed)(void *arg, unsigned answers, uint64_t asked_ms); /* outstanding now (termios_owed); may be NULL */
    void *arg;
};
struct pace *pace_open(struct loop *l, const struct pace_conf *conf);
void pace_close(struct pace *p); /* drops unsent bytes; no callback follows; NULL is fine */

bool pace_may_draw(const struct pace *p);
struct buf *pace_out(struct pace *p);               /* add bytes here, then pace_send or pace_frame */
void pace_send(struct pace *p);                     /* the added bytes are not a frame */
void pace_frame(struct pace *p, size_t len_before); /* a frame was added after len_before bytes, or nothing */
void pace_answered(struct pace *p);                 /* the answer to ESC[5n was received */
bool pace_arrived(const struct pace *p);            /* the last frame was answered, or its timeout passed */
bool pace_shown(const struct pace *p);              /* the terminal has answered every frame */
bool pace_silent(const struct pace *p);
uint64_t pace_limit_ms(const struct pace *p);        /* how long the next answer is waited for */
void pace_hold(struct pace *p, bool hold);           /* suspends or resumes writing and frames */
bool pace_drain(struct pace *p, uint64_t within_ms); /* blocks, for exit; false: the rest was dropped */
uint64_t pace_sent(const struct pace *p);            /* bytes so far */

#endif
