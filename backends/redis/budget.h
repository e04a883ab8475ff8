/*
 * budget.h - how much a Redis may be asked: calls and bytes per second, as two buckets that fill with time. Pure.
 *
 * A look at a server must not be felt by those who live on it. The buckets hold one second's worth, so that a small GCS
 * is read at once and a large one is spread out. A rate of 0 is unlimited.
 */
#ifndef RAYDECK_REDIS_BUDGET_H
#define RAYDECK_REDIS_BUDGET_H

#include <stdint.h>

enum { BUDGET_CALLS = 2000, BUDGET_BYTES = 4 * 1024 * 1024 /* a second */ };

struct budget {
    uint32_t calls_rate, bytes_rate; /* per second */
    int64_t calls, bytes;            /* left; may be below zero after a large answer */
    uint64_t filled_ms;
};

void budget_init(struct budget *b, uint32_t calls_rate, uint32_t bytes_rate, uint64_t now_ms);

/* 0: go on. Else the milliseconds until something may be asked again. */
uint64_t budget_wait(struct budget *b, uint64_t now_ms);
void budget_spend(struct budget *b, uint64_t calls, uint64_t bytes);

#endif
