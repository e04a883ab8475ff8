/* flight_ring.c - a list of frames, dropped from its front; see flight_ring.h. */
#include "backends/recording/flight_ring.h"

#include "backends/base/mem.h"

#include <stdlib.h>

struct kept {
    struct kept *next;
    struct frame_head head;
    struct buf bytes;
    bool whole;
};
struct flight_ring {
    struct kept *first, *last;
    size_t bytes;
    bool skips; /* skips bytes until a frame begins */
};

struct flight_ring *flight_ring_new(void)
{
    return mem_zero(1, sizeof(struct flight_ring));
}

static void drop_first(struct flight_ring *f)
{
    struct kept *k = f->first;
    f->first = k->next;
    if (!f->first) f->last = NULL;
    f->bytes -= k->bytes.len;
    buf_done(&k->bytes);
    free(k);
}

void flight_ring_free(struct flight_ring *f)
{
    if (!f) return;
    while (f->first) drop_first(f);
    free(f);
}

static bool kept_is_begin(const struct kept *k)
{
    return k->head.kind == FRAME_KEYFRAME && (k->head.flags & KEYFRAME_FIRST);
}

/* The frame that the kept ones may begin with where `from` goes: that of a whole keyframe. NULL: there is none. */
static struct kept *next_begin(struct kept *from)
{
    struct kept *begin = NULL;
    for (struct kept *k = from; k; k = k->next) {
        if (k->head.kind != FRAME_KEYFRAME) continue;
        if (k->head.flags & KEYFRAME_FIRST) begin = k;
        if ((k->head.flags & KEYFRAME_LAST) && k->whole && begin) return begin;
    }
    return NULL;
}

static void drop_to(struct flight_ring *f, const struct kept *begin)
{
    while (f->first && f->first != begin) drop_first(f);
}

/* Drops the oldest frames while a quarter of an hour remains, and always down to the limit. */
static void ring_bound(struct flight_ring *f, uint64_t now_ms)
{
    for (;;) {
        struct kept *begin = f->first ? next_begin(f->first->next) : NULL;
        const bool old = begin && begin->head.at_ms + FLIGHT_MS <= now_ms;
        if (!old && f->bytes <= FLIGHT_BYTES) return;
        if (!begin) f->skips = true; /* drops the open frame too */
        drop_to(f, begin);
    }
}

void flight_ring_piece(struct flight_ring *f, const struct frame_piece *piece)
{
    if (piece->begins) {
        struct kept *k = mem_zero(1, sizeof *k);
        k->head = *piece->head;
        buf_init(&k->bytes, FLIGHT_BYTES);
        if (f->last)
            f->last->next = k;
        else
            f->first = k;
        f->last = k;
        /* Changes without a preceding keyframe are kept only if no keyframe exists. */
        f->skips = f->first == k && !kept_is_begin(k);
    }
    if (!f->last) return;
    if (f->skips) {
        if (piece->ends || piece->begins) drop_to(f, NULL);
        return;
    }
    if (buf_add(&f->last->bytes, piece->bytes, piece->len)) {
        f->skips = true;
        drop_to(f, NULL);
        return;
    }
    f->bytes += piece->len;
    f->last->whole = piece->ends;
    if (piece->ends || f->bytes > FLIGHT_BYTES) ring_bound(f, piece->head->at_ms);
}

size_t flight_ring_bytes(const struct flight_ring *f)
{
    return f->bytes;
}

void flight_ring_save(const struct flight_ring *f, struct buf *out)
{
    for (const struct kept *k = f->first; k; k = k->next)
        if (k->whole) buf_add(out, buf_text(&k->bytes), k->bytes.len);
}
