/* log_ring.c - see log_ring.h. */
#include "backends/base/log_ring.h"

#include <stdlib.h>
#include <string.h>

void log_ring_init(struct log_ring *r)
{
    *r = (struct log_ring){.first = 0};
    fifo_init(&r->entries, sizeof(struct log_entry), LOG_RING_LINES);
}

static void oldest_drop(struct log_ring *r)
{
    struct log_entry *e = fifo_at(&r->entries, 0);
    r->bytes -= e->len;
    free(e->text);
    fifo_shift(&r->entries, 1);
    r->first++;
}

void log_ring_done(struct log_ring *r)
{
    while (r->entries.count) oldest_drop(r);
    fifo_done(&r->entries);
}

void log_ring_add(struct log_ring *r, uint64_t ns, char *text, bool note)
{
    const size_t len = strlen(text);
    while (r->entries.count && (r->entries.count >= LOG_RING_LINES || r->bytes + len > LOG_RING_BYTES)) oldest_drop(r);
    struct log_entry *e = fifo_push(&r->entries);
    *e = (struct log_entry){ns, text, len, note};
    r->bytes += len;
}

uint64_t log_ring_end(const struct log_ring *r)
{
    return r->first + r->entries.count;
}

const struct log_entry *log_ring_at(const struct log_ring *r, uint64_t n)
{
    return fifo_at(&r->entries, (size_t)(n - r->first));
}
