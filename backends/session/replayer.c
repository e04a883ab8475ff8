/* replayer.c - see replayer.h. */
#include "backends/session/replayer.h"

#include "backends/base/mem.h"
#include "backends/link/clock.h"

#include <stdlib.h>

struct replayer {
    struct clock *clock;
    struct recording *recording;
    struct session *session;
    struct recorded next; /* read, not yet applied */
    bool has_next;
    uint64_t now_ms, tick_ms, wall_offset_ms;
};

static void replayer_set(struct replayer *p, uint64_t at_ms)
{
    if (at_ms > p->now_ms) p->now_ms = at_ms;
    clock_set(p->clock, p->now_ms, p->now_ms + p->wall_offset_ms);
}

static void replayer_begin(struct replayer *p)
{
    const struct recording_about *a = recording_about(p->recording);
    recording_seek(p->recording, 0);
    p->now_ms = p->tick_ms = a->begin_ms;
    p->wall_offset_ms = a->begin_wall_ms - a->begin_ms;
    clock_set(p->clock, p->now_ms, p->now_ms + p->wall_offset_ms);
}

struct replayer *replayer_new(struct loop *l, struct recording *r, struct session *s)
{
    struct replayer *p = mem_zero(1, sizeof *p);
    p->clock = loop_clock(l);
    p->recording = r;
    p->session = s;
    replayer_begin(p);
    return p;
}

void replayer_free(struct replayer *p)
{
    if (!p) return;
    if (p->has_next) change_free(p->next.change);
    free(p);
}

/* Ticks every second up to at_ms. */
static void replayer_pass(struct replayer *p, uint64_t at_ms)
{
    const uint64_t most = (uint64_t)REPLAYER_TICKS * REPLAYER_TICK_MS;
    if (at_ms > p->tick_ms && at_ms - p->tick_ms > most) p->tick_ms = at_ms - most;
    while (at_ms >= p->tick_ms && at_ms - p->tick_ms >= REPLAYER_TICK_MS) {
        p->tick_ms += REPLAYER_TICK_MS;
        replayer_set(p, p->tick_ms);
        session_tick(p->session);
    }
    replayer_set(p, at_ms);
}

static void replayer_take(struct replayer *p)
{
    struct change *c = p->next.change;
    p->has_next = false;
    if (p->next.anew) session_reset(p->session);
    if (!c) return;
    if (p->next.base) {
        session_take_base(p->session, c);
        return;
    }
    if (c->wall_ms && c->at_ms == p->next.ms) {
        p->wall_offset_ms = c->wall_ms - c->at_ms;
        replayer_set(p, p->next.ms);
    }
    session_take(p->session, c);
}

void replayer_restart(struct replayer *p)
{
    if (p->has_next) change_free(p->next.change);
    p->has_next = false;
    session_reset(p->session);
    replayer_begin(p);
}

void replayer_to(struct replayer *p, uint64_t at_ms)
{
    if (at_ms < p->now_ms) replayer_restart(p);
    for (;;) {
        if (!p->has_next) p->has_next = recording_next(p->recording, &p->next);
        if (!p->has_next || (!p->next.base && p->next.ms > at_ms)) break;
        if (!p->next.base) replayer_pass(p, p->next.ms);
        replayer_take(p);
    }
    replayer_pass(p, at_ms);
}

uint64_t replayer_now(const struct replayer *p)
{
    return p->now_ms;
}
