/*
 * frame_reader.h - the frames in the bytes of a recording (format.h). No I/O.
 *
 * What cannot be read never takes the rest with it: a garbled frame is named and passed over, a cut one is read up to
 * its last whole line. Nothing that the bytes say can trip an assert or take more than FRAME_RAW_MAX.
 */
#ifndef RAYDECK_RECORDING_FRAME_READER_H
#define RAYDECK_RECORDING_FRAME_READER_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/recording/format.h"

#include <stdbool.h>

struct frame_found {
    size_t offset; /* of its head in the file */
    struct frame_head head;
    struct frame_tail tail; /* of one that is whole; else only the head's times stand in it */
    size_t body, body_len;  /* where its body lies */
    bool whole;             /* its tail is there; else the file is cut off in it */
};

/* Frames and what stands between them; `problem` is called, with a text that names the offset, for what is no frame. */
struct frame_scan {
    const unsigned char *bytes;
    size_t len, at;
    void (*problem)(void *arg, const char *words);
    void *arg;
};
/* The next frame that looks whole, or the one that is cut off at the end; false: there is no more. */
bool frame_next(struct frame_scan *s, struct frame_found *ret);

/* Its lines, each ended by '\n'; those of a frame that is not whole as far as they can be read. ERR_PARSE: garbled,
 * ERR_LIMIT: longer than FRAME_RAW_MAX; nothing is added then. */
enum err frame_lines(const unsigned char *bytes, const struct frame_found *frame, struct buf *out, struct why *why);

#endif
