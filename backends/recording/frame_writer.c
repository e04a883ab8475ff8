/* frame_writer.c - compresses the lines of one frame after the other; see frame_writer.h. */
#include "backends/recording/frame_writer.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Level 3 takes 1 % of a core for 2 MB a second; a window of 1 MiB holds a frame of a small cluster whole, and keeps a
 * recorder's memory small. */
enum { LEVEL = 3, WINDOW_LOG = 20, PIECE_BYTES = 64 * 1024 };

struct frame_writer {
    struct frame_calls calls;
    ZSTD_CCtx *zstd;
    uint32_t next;
    bool open, begun; /* begun: its head was passed to the callback */
    struct frame_head head;
    struct frame_tail tail;
    size_t raw;
    char piece[PIECE_BYTES];
};

struct frame_writer *frame_writer_new(const struct frame_calls *calls, uint32_t first_number)
{
    struct frame_writer *w = mem_zero(1, sizeof *w);
    w->calls = *calls;
    w->next = first_number;
    w->zstd = ZSTD_createCCtx();
    if (!w->zstd) mem_exhausted();
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_windowLog, WINDOW_LOG);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
    return w;
}

void frame_writer_free(struct frame_writer *w)
{
    if (!w) return;
    ZSTD_freeCCtx(w->zstd);
    free(w);
}

static void piece_hand_on(struct frame_writer *w, const void *bytes, size_t len, bool ends)
{
    const struct frame_piece piece = {&w->head, bytes, len, !w->begun, ends};
    if (!len) return;
    w->begun = true;
    w->calls.piece(w->calls.arg, &piece);
}

static void body_compress(struct frame_writer *w, const char *bytes, size_t len, ZSTD_EndDirective how)
{
    ZSTD_inBuffer in = {bytes, len, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {w->piece, sizeof w->piece, 0};
        left = ZSTD_compressStream2(w->zstd, &out, &in, how);
        if (ZSTD_isError(left)) mem_exhausted(); /* the only possible error */
        w->tail.body_bytes += (uint32_t)out.pos;
        piece_hand_on(w, w->piece, out.pos, false);
    } while (how == ZSTD_e_continue ? in.pos < in.size : left > 0);
}

static void head_begin(struct frame_writer *w, const struct frame_head *head)
{
    unsigned char bytes[SKIPPABLE_BYTES + HEAD_BYTES];
    w->head = *head;
    w->tail = (struct frame_tail){.number = head->number, .at_ms = head->at_ms, .wall_ms = head->wall_ms};
    w->open = true;
    w->begun = false;
    w->raw = 0;
    frame_head_pack(&w->head, bytes);
    piece_hand_on(w, bytes, sizeof bytes, false);
}

void frame_begin(struct frame_writer *w, enum frame_kind kind, uint32_t flags, uint64_t at_ms, uint64_t wall_ms)
{
    frame_end(w);
    const struct frame_head head = {RECORDING_VERSION, (uint16_t)kind, w->next++, flags, at_ms, wall_ms};
    head_begin(w, &head);
}

void frame_line(struct frame_writer *w, const char *line, size_t len, uint64_t at_ms, uint64_t wall_ms)
{
    if (!w->open) return;
    body_compress(w, line, len, ZSTD_e_continue);
    body_compress(w, "\n", 1, ZSTD_e_continue);
    w->raw += len + 1;
    w->tail.lines++;
    w->tail.at_ms = at_ms;
    w->tail.wall_ms = wall_ms;
}

void frame_flush(struct frame_writer *w)
{
    if (w->open) body_compress(w, NULL, 0, ZSTD_e_flush);
}

void frame_end(struct frame_writer *w)
{
    unsigned char bytes[SKIPPABLE_BYTES + TAIL_BYTES];
    if (!w->open) return;
    body_compress(w, NULL, 0, ZSTD_e_end);
    frame_tail_pack(&w->tail, bytes);
    piece_hand_on(w, bytes, sizeof bytes, true);
    w->open = false;
}

const struct frame_head *frame_open_head(const struct frame_writer *w)
{
    return w->open ? &w->head : NULL;
}

size_t frame_open_raw(const struct frame_writer *w)
{
    return w->raw;
}

static void piece_add(void *out, const struct frame_piece *piece)
{
    buf_add(out, piece->bytes, piece->len);
}

void frame_single(const struct frame_head *head, const char *line, struct buf *out)
{
    const struct frame_calls calls = {piece_add, out};
    struct frame_writer *w = frame_writer_new(&calls, head->number);
    head_begin(w, head);
    frame_line(w, line, strlen(line), head->at_ms, head->wall_ms);
    frame_end(w);
    frame_writer_free(w);
}
