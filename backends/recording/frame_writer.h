/*
 * frame_writer.h - lines into the frames of a recording (format.h). No I/O: its bytes go to a callback, in order.
 */
#ifndef RAYDECK_RECORDING_FRAME_WRITER_H
#define RAYDECK_RECORDING_FRAME_WRITER_H

#include "backends/recording/format.h"

#include <stdbool.h>
#include <stddef.h>

/* head: of the frame the bytes belong to. begins: they are its first; ends: its last, and it is whole now. */
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
void frame_writer_free(struct frame_writer *w); /* what is open stays without its end; NULL is fine */

/* A frame that is open is ended first. */
void frame_begin(struct frame_writer *w, enum frame_kind kind, uint32_t flags, uint64_t at_ms, uint64_t wall_ms);
/* One line without its '\n'; a frame must be open. at_ms, wall_ms: for the tail. */
void frame_line(struct frame_writer *w, const char *line, size_t len, uint64_t at_ms, uint64_t wall_ms);
void frame_flush(struct frame_writer *w); /* what was put so far can be read; nothing where none is open */
void frame_end(struct frame_writer *w);   /* nothing where none is open */

/* The open frame; NULL: none is. */
const struct frame_head *frame_open_head(const struct frame_writer *w);
size_t frame_open_raw(const struct frame_writer *w); /* bytes of lines in it */

struct buf;
/* A whole frame of one line, added to out. */
void frame_single(const struct frame_head *head, const char *line, struct buf *out);

#endif
