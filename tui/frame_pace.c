/* frame_pace.c - see frame_pace.h. */
#include "tui/frame_pace.h"

#include "backends/base/text.h"
#include "backends/world/request_kind.h"

static bool is_routine(const struct change *c)
{
    if (c->type == CHANGE_ALIVE) return true;
    if (c->type != CHANGE_PUT || !c->record) return false;
    switch (c->record->table) {
    case TABLE_REDIS:
    case TABLE_MONITOR:
    case TABLE_CORE:
    case TABLE_GCSTABLE: return true;
    case TABLE_REQUEST: {
        const struct request *r = (const void *)c->record;
        return (text_eq(r->kind, REQUEST_PROBE) || text_eq(r->kind, REQUEST_ROUTE)) && !text_eq(r->phase, "failed");
    }
    default: return false;
    }
}

uint64_t frame_pace_due(struct frame_pace *p, const struct change *c, bool outage, uint64_t now_ms)
{
    const bool pods = c->type == CHANGE_RELISTED && c->table == TABLE_POD; /* all of them: nothing to wait for */
    const uint64_t wait_ms = pods ? 0 : !outage && is_routine(c) ? FRAME_ROUTINE_MS : FRAME_SOON_MS;
    const uint64_t due_ms = now_ms + wait_ms;
    if (!p->due_ms || due_ms < p->due_ms) p->due_ms = due_ms;
    return p->due_ms;
}

void frame_pace_drawn(struct frame_pace *p)
{
    p->due_ms = 0;
}
