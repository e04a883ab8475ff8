/* reading.c - see reading.h. */
#include "tui/reading.h"

static bool is_reading(const struct reading *r)
{
    return r->state == READING_SENT || r->state == READING_SHOWN;
}

void reading_sent(struct reading *r, uint64_t now_ms)
{
    *r = (struct reading){READING_SENT, now_ms + READING_MUTE_MS};
}

void reading_shown(struct reading *r, uint64_t now_ms)
{
    if (r->state == READING_SENT) *r = (struct reading){READING_SHOWN, now_ms + READING_MS};
}

void reading_typed(struct reading *r, uint64_t now_ms)
{
    if (is_reading(r) && r->due_ms < now_ms + READING_MS) r->due_ms = now_ms + READING_MS;
}

bool reading_over(struct reading *r, uint64_t now_ms)
{
    if (is_reading(r) && now_ms >= r->due_ms) r->state = READING_OVER;
    return r->state == READING_OVER;
}

uint64_t reading_left(const struct reading *r, uint64_t now_ms)
{
    return is_reading(r) && r->due_ms > now_ms ? r->due_ms - now_ms : 0;
}
