/* frame_reader.c - finds frames by their heads and tails, and decompresses them; see frame_reader.h. */
#include "backends/recording/frame_reader.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <string.h>
#include <zstd.h>

enum { HEAD_ALL = SKIPPABLE_BYTES + HEAD_BYTES, TAIL_ALL = SKIPPABLE_BYTES + TAIL_BYTES, PROBLEM_MAX = 160 };

static void scan_problem(const struct frame_scan *s, size_t offset, const char *words)
{
    char text[PROBLEM_MAX];
    snprintf(text, sizeof text, "at byte %zu: %s", offset, words);
    if (s->problem) s->problem(s->arg, text);
}

static bool head_at(const struct frame_scan *s, size_t at, struct frame_head *ret)
{
    return at + HEAD_ALL <= s->len && frame_head_unpack(s->bytes + at, ret);
}

/* The offset of the next head; the file's length: none. */
static size_t find_head(const struct frame_scan *s, size_t from)
{
    static const unsigned char magic[] = {0x5D, 0x2A, 0x4D, 0x18};
    struct frame_head head;
    while (from < s->len) {
        const unsigned char *found = memmem(s->bytes + from, s->len - from, magic, sizeof magic);
        if (!found) break;
        from = (size_t)(found - s->bytes);
        if (head_at(s, from, &head)) return from;
        from++;
    }
    return s->len;
}

/* True: whole. */
static bool find_end(const struct frame_scan *s, struct frame_found *f)
{
    size_t size = ZSTD_findFrameCompressedSize(s->bytes + f->body, s->len - f->body);
    size_t tail = f->body + size;
    if (ZSTD_isError(size) || tail + TAIL_ALL > s->len) return false;
    struct frame_tail t;
    if (!frame_tail_unpack(s->bytes + tail, &t) || t.number != f->head.number || t.body_bytes != size) return false;
    f->tail = t;
    f->body_len = size;
    return true;
}

bool frame_next(struct frame_scan *s, struct frame_found *ret)
{
    while (s->at < s->len) {
        struct frame_found f = {.offset = s->at, .body = s->at + HEAD_ALL};
        if (!head_at(s, s->at, &f.head)) {
            size_t next = find_head(s, s->at);
            scan_problem(s, s->at, next < s->len ? "no frame; passed over up to the next" : "no frame from here on");
            s->at = next;
            continue;
        }
        f.tail = (struct frame_tail){.number = f.head.number, .at_ms = f.head.at_ms, .wall_ms = f.head.wall_ms};
        f.whole = find_end(s, &f);
        if (f.whole) {
            s->at = f.body + f.body_len + TAIL_ALL;
        } else {
            size_t next = find_head(s, f.body);
            f.body_len = next - f.body;
            scan_problem(s, f.offset,
                         next < s->len ? "a garbled frame; passed over"
                                       : "the recording is cut off in this frame; read up to there");
            s->at = next;
            if (next < s->len) continue;
        }
        *ret = f;
        return true;
    }
    return false;
}

/* Appends the output until the end, an error or the limit. */
static enum err body_decompress(ZSTD_DCtx *zstd, const unsigned char *bytes, size_t len, struct buf *out,
                                struct why *why)
{
    char piece[64 * 1024];
    ZSTD_inBuffer in = {bytes, len, 0};
    for (;;) {
        ZSTD_outBuffer to = {piece, sizeof piece, 0};
        size_t left = ZSTD_decompressStream(zstd, &to, &in);
        if (buf_add(out, piece, to.pos)) return why_set(why, ERR_LIMIT, "a frame longer than %zu bytes", out->max);
        if (ZSTD_isError(left)) return why_set(why, ERR_PARSE, "garbled: %s", ZSTD_getErrorName(left));
        if (left == 0) return ERR_OK;
        if (in.pos == in.size && to.pos < to.size) return why_set(why, ERR_PARSE, "cut off");
    }
}

static void lines_drop_half(struct buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] != '\n') out->len--;
    if (out->data) out->data[out->len] = '\0';
}

enum err frame_lines(const unsigned char *bytes, const struct frame_found *frame, struct buf *out, struct why *why)
{
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    if (!zstd) mem_exhausted();
    ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, FRAME_WINDOW_LOG);
    buf_clear(out);
    enum err err = body_decompress(zstd, bytes + frame->body, frame->body_len, out, why);
    ZSTD_freeDCtx(zstd);
    if (!frame->whole && err == ERR_PARSE) err = ERR_OK;
    if (err)
        buf_clear(out);
    else
        lines_drop_half(out);
    return err;
}
