/*
 * fifo.h - a bounded queue of items of one size, in order of arrival: beyond its maximum the oldest are dropped, and
 * counted. Items are plain bytes; what they point to is the owner's.
 */
#ifndef RAYDECK_BASE_FIFO_H
#define RAYDECK_BASE_FIFO_H

#include <stddef.h>
#include <stdint.h>

struct fifo {
    unsigned char *items;
    size_t size, most; /* of an item in bytes; of items */
    size_t first, count, capacity;
    uint64_t dropped; /* since fifo_init; those removed by fifo_shift are not */
};

void fifo_init(struct fifo *f, size_t size, size_t most);
void fifo_done(struct fifo *f);
/* Appends a zeroed item and returns it. Pointers to items are good until the next push. */
void *fifo_push(struct fifo *f);
void *fifo_at(const struct fifo *f, size_t index); /* 0: the oldest */
void *fifo_last(const struct fifo *f);             /* NULL: it is empty */
void fifo_shift(struct fifo *f, size_t count);     /* removes the oldest */
void fifo_clear(struct fifo *f);

/* Inserts a zeroed item among those ordered by time, behind those of the same time. NULL: it is full, and that item
 * would be the oldest; it is counted as dropped. The caller sets the item's time. */
void *fifo_insert(struct fifo *f, uint64_t at_ms);

/* How many of the oldest items have a time of at most at_ms; items must begin with a uint64_t time and be ordered by
 * it. */
size_t fifo_until(const struct fifo *f, uint64_t at_ms);

#endif
