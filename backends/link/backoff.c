/* backoff.c - exponential back-off with jitter. */
#include "backends/link/backoff.h"

void backoff_init(struct backoff *b, uint32_t first_ms, uint32_t most_ms, uint32_t seed)
{
    *b = (struct backoff){.first_ms = first_ms, .most_ms = most_ms, .next_ms = first_ms, .seed = seed ? seed : 1};
}

void backoff_works(struct backoff *b, uint64_t now_ms)
{
    if (!b->works_since_ms) b->works_since_ms = now_ms;
}

bool backoff_is_healthy(const struct backoff *b, uint64_t now_ms)
{
    return b->works_since_ms && now_ms >= b->works_since_ms + BACKOFF_HEALTHY_MS;
}

/* Marsaglia's xorshift: good enough to spread reconnects over time. */
static uint32_t random_next(struct backoff *b)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 17;
    b->seed ^= b->seed << 5;
    return b->seed;
}

uint32_t backoff_next(struct backoff *b, uint64_t now_ms)
{
    if (backoff_is_healthy(b, now_ms)) backoff_reset(b);
    b->works_since_ms = 0;
    uint32_t base = b->next_ms;
    b->tries++;
    b->next_ms = base > b->most_ms / 2 ? b->most_ms : base * 2;
    return base - base / 2 + random_next(b) % (base + 1);
}

void backoff_reset(struct backoff *b)
{
    b->next_ms = b->first_ms;
    b->tries = 0;
}
