#include "backends/link/backoff.h"

void backoff_init(struct backoff *b, uint32_t first_ms, uint32_t most_ms, uint32_t seed)
{
    *b = (struct backoff){.first_ms = first_ms, .most_ms = most_ms, .next_ms = first_ms, .seed = seed ? seed : 1};
}

/* Marsaglia's xorshift: good enough to keep clients from knocking at the same moment. */
static uint32_t random_next(struct backoff *b)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 17;
    b->seed ^= b->seed << 5;
    return b->seed;
}

uint32_t backoff_next(struct backoff *b)
{
    uint32_t base = b->next_ms, span = base / 2;
    uint32_t delay = base - base / 4 + (span ? random_next(b) % (span + 1) : 0);

    b->tries++;
    b->next_ms = base > b->most_ms / 2 ? b->most_ms : base * 2;
    return delay;
}

void backoff_reset(struct backoff *b)
{
    b->next_ms = b->first_ms;
    b->tries = 0;
}
