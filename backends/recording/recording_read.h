/*
 * recording_read.h - a recording that is read: what it is of, what in it could not be read, and its changes from any
 * moment on. It is held in memory, compressed, whole.
 *
 * Times are the recorder's: at_ms (CLOCK_BOOTTIME) orders everything, wall_ms is for people. A recording whose frames'
 * times run backwards is read up to there.
 */
#ifndef RAYDECK_RECORDING_RECORDING_READ_H
#define RAYDECK_RECORDING_RECORDING_READ_H

#include "backends/base/buf.h"
#include "backends/world/change.h"

#include <stdbool.h>

enum {
    RECORDING_MAX = 1 << 30, /* bytes of a file */
    RECORDING_FRAMES = 1 << 20,
    RECORDING_PROBLEMS = 16 /* kept in words; more are counted */
};

struct recording_about {
    char *raydeck, *context, *ns, *service; /* of the opening; NULL: not said */
    bool redacted, demo;
    uint64_t begin_ms, begin_wall_ms, end_ms, end_wall_ms; /* of the first and the last frame that can be read */
    uint64_t changes;                                      /* as the tails say */
    char *problem[RECORDING_PROBLEMS];                     /* "frame 12 (of 14:03:11): garbled" */
    size_t problems;                                       /* all of them */
};

struct recording;
/* Takes the bytes out of *bytes. ERR_PARSE where nothing in it can be read: another program's file, zero bytes. */
enum err recording_of_bytes(struct buf *bytes, struct recording **ret, struct why *why);
/* Blocks: before a loop runs. A file that is no regular one, or beyond RECORDING_MAX, is an error. */
enum err recording_open(const char *path, struct recording **ret, struct why *why);
void recording_close(struct recording *r); /* NULL is fine */
const struct recording_about *recording_about(const struct recording *r);

/* Begins at the last keyframe that was complete at at_ms, or at the start: the next changes are the keyframe's
 * (*ret_base of recording_next is true), then those since. */
void recording_seek(struct recording *r, uint64_t at_ms);
/* The next change, which the caller owns; NULL: there is no more. ret_base: it only makes the world that was found.
 * ret_anew: forget the world before you take it. ret_ms: when the world took it, never less than before. */
struct recorded {
    struct change *change;
    bool base, anew;
    uint64_t ms;
};
bool recording_next(struct recording *r, struct recorded *ret);

#endif
