/* fifo.c - see fifo.h. */
#include "backends/base/fifo.h"

#include "backends/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIFO_FIRST = 16 };

void fifo_init(struct fifo *f, size_t size, size_t most)
{
    assert(size > 0 && most > 0);
    *f = (struct fifo){.size = size, .most = most};
}

void fifo_done(struct fifo *f)
{
    free(f->items);
    *f = (struct fifo){.size = f->size, .most = f->most};
}

void fifo_shift(struct fifo *f, size_t count)
{
    if (count > f->count) count = f->count;
    f->first += count;
    f->count -= count;
    if (!f->count) f->first = 0;
}

void fifo_clear(struct fifo *f)
{
    fifo_shift(f, f->count);
    f->dropped = 0;
}

/* Room for one more behind the last. Moves the items to the front once as many slots before them are free, so that a
 * push costs constant time on average. */
static void fifo_reserve(struct fifo *f)
{
    if (f->first + f->count < f->capacity) return;
    if (f->first && f->first >= f->capacity / 2) {
        memmove(f->items, f->items + f->first * f->size, f->count * f->size);
        f->first = 0;
        return;
    }
    f->capacity = f->capacity ? f->capacity * 2 : FIFO_FIRST;
    f->items = mem_grow(f->items, f->capacity, f->size);
}

void *fifo_push(struct fifo *f)
{
    if (f->count == f->most) {
        fifo_shift(f, 1);
        f->dropped++;
    }
    fifo_reserve(f);
    unsigned char *item = f->items + (f->first + f->count++) * f->size;
    memset(item, 0, f->size);
    return item;
}

void *fifo_at(const struct fifo *f, size_t index)
{
    assert(index < f->count);
    return f->items + (f->first + index) * f->size;
}

void *fifo_last(const struct fifo *f)
{
    return f->count ? fifo_at(f, f->count - 1) : NULL;
}

size_t fifo_until(const struct fifo *f, uint64_t at_ms)
{
    size_t low = 0, high = f->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        uint64_t time_ms;
        memcpy(&time_ms, fifo_at(f, middle), sizeof time_ms);
        if (time_ms <= at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void *fifo_insert(struct fifo *f, uint64_t at_ms)
{
    size_t index = fifo_until(f, at_ms);
    if (f->count == f->most && index == 0) {
        f->dropped++;
        return NULL;
    }
    index -= f->count == f->most;
    unsigned char *last = fifo_push(f), *item = fifo_at(f, index);
    memmove(item + f->size, item, (size_t)(last - item));
    memset(item, 0, f->size);
    return item;
}
