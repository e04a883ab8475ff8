/*
 * recorder.h - turns the changes of a world into the frames of a recording, with a keyframe every two minutes so that
 * it can be entered in its middle. Pure: times are passed in, bytes go to a callback.
 *
 * A frame of changes is flushed each second and ended after half a minute; a keyframe is written a piece a turn.
 */
#ifndef RAYDECK_RECORDING_RECORDER_H
#define RAYDECK_RECORDING_RECORDER_H

#include "backends/recording/frame_writer.h"
#include "backends/world/world.h"

enum {
    RECORDER_FLUSH_MS = 1000,
    RECORDER_FRAME_MS = 30 * 1000,
    RECORDER_FRAME_RAW = 4 * 1024 * 1024,
    RECORDER_KEYFRAME_MS = 120 * 1000,
    RECORDER_KEYFRAME_ROWS = 500, /* written in a turn: some 10 ms */
    RECORDER_TURN_MS = 20,        /* between two pieces of a keyframe */
    RECORDER_LINE_MAX = 8 * 1024 * 1024
};

/* What the opening of a file says. All borrowed, NULL: not known. */
struct recorder_opening {
    const char *raydeck, *context, *ns, *service;
    bool redacted, demo;
};
struct buf;
/* Adds the frame with it, which stands at the start of each file. */
void recorder_opening(const struct recorder_opening *o, uint64_t at_ms, uint64_t wall_ms, struct buf *out);

/* Replaces in place what must not be handed on, by as many bytes; NULL: nothing. The questions and answers of prompts
 * are replaced whole. */
struct recorder_redaction {
    void (*text)(void *arg, char *text, size_t len);
    void *arg;
};

struct recorder;
struct recorder *recorder_new(const struct frame_calls *calls, const struct recorder_redaction *redaction,
                              uint64_t now_ms, uint64_t wall_ms);
void recorder_free(struct recorder *r); /* NULL is fine */

/* After the world has taken it; borrows it. */
void recorder_change(struct recorder *r, const struct change *c);
/* Flushes, ends frames, writes keyframes; returns how long it need not be called again. */
uint64_t recorder_turn(struct recorder *r, const struct world *w, uint64_t now_ms, uint64_t wall_ms);
/* Another world takes the place of this one, with nothing in it yet. */
void recorder_anew(struct recorder *r, uint64_t now_ms, uint64_t wall_ms);
/* Ends the open frame: what was given so far is whole. */
void recorder_cut(struct recorder *r);

uint64_t recorder_changes(const struct recorder *r); /* written so far */
uint64_t recorder_lost(const struct recorder *r);    /* longer than RECORDER_LINE_MAX: left out */

#endif
