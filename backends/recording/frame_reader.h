/*
 * frame_reader.h - finds the frames in the bytes of a recording (format.h). No I/O.
 *
 * A corrupt frame is reported and skipped; a truncated one is read up to its last complete line. No input can trip an
 * assert or use more than FRAME_RAW_MAX of memory.
 */
#ifndef RAYDECK_RECORDING_FRAME_READER_H
#define RAYDECK_RECORDING_FRAME_READER_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/recording/format.h"

#include <stdbool.h>

struct frame_found {
    size_t offset; /* of its head */
    struct frame_head head;
    struct frame_tail tail; /* valid if whole; else holds only the head's times */
    size_t body, body_len;  /* position of its body */
    bool whole;             /* it has its tail; else the file ends within it */
};

/* Iterates over the frames; calls `problem`, with a text that contains the offset, for bytes that are no frame. */
struct frame_scan {
    const unsigned char *bytes;
    size_t len, at;
    void (*problem)(void *arg, const char *words);
    void *arg;
};
/* The next frame, whole or truncated at the end; false: no more. */
bool frame_next(struct frame_scan *s, struct frame_found *ret);

/* Decompresses its lines, each ended by '\n'; of a truncated frame as many as can be read. ERR_PARSE: corrupt;
 * ERR_LIMIT: longer than FRAME_RAW_MAX; appends nothing then. */
enum err frame_lines(const unsigned char *bytes, const struct frame_found *frame, struct buf *out, struct why *why);

#endif
