/*
 * log_ring.h - the last lines of a log, bounded in lines and bytes. Lines have numbers that never change: the oldest is
 * `first`, and what came before it was dropped. Pure.
 */
#ifndef RAYDECK_BASE_LOG_RING_H
#define RAYDECK_BASE_LOG_RING_H

#include "backends/base/fifo.h"

#include <stdbool.h>

enum { LOG_RING_LINES = 10000, LOG_RING_BYTES = 4 * 1024 * 1024 };

struct log_entry {
    uint64_t ns; /* since 1970; 0: unknown */
    char *text;  /* safe */
    size_t len;
    bool note; /* ours, about the log */
};
struct log_ring {
    struct fifo entries;
    uint64_t first; /* the number of the oldest; also how many were dropped */
    size_t bytes;
};

void log_ring_init(struct log_ring *r);
void log_ring_done(struct log_ring *r);
void log_ring_add(struct log_ring *r, uint64_t ns, char *text /* takes */, bool note);
uint64_t log_ring_end(const struct log_ring *r); /* the number after the last one */
const struct log_entry *log_ring_at(const struct log_ring *r, uint64_t n);

#endif
