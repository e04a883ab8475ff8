/*
 * recording_read.h - reads a recording: its origin, its corrupt parts, and its changes from any time on. Holds the
 * whole file in memory, compressed.
 *
 * Times are the recorder's: at_ms (CLOCK_BOOTTIME) is for ordering, wall_ms for display. Reading stops at a frame whose
 * time is before its predecessor's.
 */
#ifndef RAYDECK_RECORDING_RECORDING_READ_H
#define RAYDECK_RECORDING_RECORDING_READ_H

#include "backends/base/buf.h"
#include "backends/world/change.h"

#include <stdbool.h>

enum {
    RECORDING_MAX = 1 << 30, /* bytes of a file */
    RECORDING_FRAMES = 1 << 20,
    RECORDING_PROBLEMS = 16 /* kept as text; more are counted */
};

struct recording_about {
    char *raydeck, *context, *ns, *service; /* from the opening; NULL: unknown */
    bool redacted, demo;
    uint64_t begin_ms, begin_wall_ms, end_ms, end_wall_ms; /* of the first and the last readable frame */
    uint64_t changes;                                      /* sum of the tails */
    char *problem[RECORDING_PROBLEMS];                     /* "frame 12 (of 14:03:11): garbled" */
    size_t problems;                                       /* all of them */
};

struct recording;
/* Takes the bytes of *bytes. ERR_PARSE: nothing in it is readable (another program's file, zero bytes). */
enum err recording_of_bytes(struct buf *bytes, struct recording **ret, struct why *why);
/* Blocks: call it before the loop runs. Only regular files of at most RECORDING_MAX. */
enum err recording_open(const char *path, struct recording **ret, struct why *why);
/* Reads its opening alone: the loss of the head that it was saved for. ERR_NOT_FOUND: it has none, or is no recording.
 */
struct outage;
enum err recording_loss_read(const char *path, struct outage *ret, struct why *why);
void recording_close(struct recording *r); /* NULL is fine */
const struct recording_about *recording_about(const struct recording *r);

/* Seeks to the last keyframe that was complete at at_ms, or to the start: the next changes are the keyframe's
 * (*ret_base of recording_next is true), then those after it. */
void recording_seek(struct recording *r, uint64_t at_ms);
/* The next change, owned by the caller; NULL: no more. ret_base: it belongs to a keyframe. ret_anew: reset the world
 * before applying it. ret_ms: when it was applied, monotonic. */
struct recorded {
    struct change *change;
    bool base, anew;
    uint64_t ms;
};
bool recording_next(struct recording *r, struct recorded *ret);

#endif
