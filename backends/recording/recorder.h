/*
 * recorder.h - turns the changes of a world into the frames of a recording, with a keyframe every two minutes for
 * seeking. Pure: times are passed in, bytes go to a callback.
 *
 * A frame of changes is flushed every second and ended after half a minute; a keyframe is written in pieces.
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
    RECORDER_KEYFRAME_ROWS = 500, /* written at once: some 10 ms */
    RECORDER_TURN_MS = 20,        /* between two pieces of a keyframe */
    RECORDER_LINE_MAX = 8 * 1024 * 1024
};

/* The opening of a file. All borrowed; NULL: unknown. */
struct outage;
struct recorder_opening {
    const char *raydeck, *context, *ns, *service;
    const struct outage *loss; /* of the head, which the file was saved for; NULL: none, or it is not over */
    bool redacted, demo;
};
struct buf;
/* Appends the opening's frame, the first one of a file. */
void recorder_opening(const struct recorder_opening *o, uint64_t at_ms, uint64_t wall_ms, struct buf *out);

/* Replaces confidential text in place by as many bytes; NULL: no redaction. Questions and answers of prompts are
 * replaced whole. */
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
/* Flushes, ends frames, writes keyframes; returns the milliseconds until the next call is due. */
uint64_t recorder_turn(struct recorder *r, const struct world *w, uint64_t now_ms, uint64_t wall_ms);
/* The world is replaced by an empty one. */
void recorder_anew(struct recorder *r, uint64_t now_ms, uint64_t wall_ms);
/* Ends the open frame. */
void recorder_cut(struct recorder *r);

uint64_t recorder_changes(const struct recorder *r); /* written so far */
uint64_t recorder_lost(const struct recorder *r);    /* changes longer than RECORDER_LINE_MAX: left out */

#endif
