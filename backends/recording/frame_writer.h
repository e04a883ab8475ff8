/*
 * frame_writer.h - writes lines into the frames of a recording (format.h). No I/O: passes the bytes to a callback, in
 * order.
 */
#ifndef RAYDECK_RECORDING_FRAME_WRITER_H
#define RAYDECK_RECORDING_FRAME_WRITER_H

#include "backends/recording/format.h"

#include <stdbool.h>
#include <stddef.h>

/* head: of the frame that the bytes belong to. begins, ends: they are its first, its last bytes. */
struct frame_piece {
    const struct frame_head *head;
    const void *bytes;
    size_t len;
    bool begins, ends;
};
struct frame_calls {
    void (*piece)(void *arg, const struct frame_piece *piece); /* all borrowed until it returns */
    void *arg;
};

struct frame_writer;
struct frame_writer *frame_writer_new(const struct frame_calls *calls, uint32_t first_number);
void frame_writer_free(struct frame_writer *w); /* an open frame stays truncated; NULL is fine */

/* Ends an open frame first. */
void frame_begin(struct frame_writer *w, enum frame_kind kind, uint32_t flags, uint64_t at_ms, uint64_t wall_ms);
/* One line without its '\n'; a frame must be open. at_ms, wall_ms: for the tail. */
void frame_line(struct frame_writer *w, const char *line, size_t len, uint64_t at_ms, uint64_t wall_ms);
void frame_flush(struct frame_writer *w); /* makes all lines so far readable; no-op without an open frame */
void frame_end(struct frame_writer *w);   /* no-op without an open frame */

/* The open frame; NULL: none. */
const struct frame_head *frame_open_head(const struct frame_writer *w);
size_t frame_open_raw(const struct frame_writer *w); /* bytes of lines in it */

struct buf;
/* Appends a whole frame of one line to out. */
void frame_single(const struct frame_head *head, const char *line, struct buf *out);

#endif
