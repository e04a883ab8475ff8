/* stage_strip.c - the requests of the last minute, a second a slot. */
#include "tui/panes/stage.h"

#include "backends/world/timeline.h"
#include "tui/panes/timeline_pane.h"

#include <stdlib.h>

#include "backends/base/mem.h"

enum { SECOND_MS = 1000, SLOTS_LEAST = 45, STRIP_MARGIN = 2 };

int stage_slots(int cols)
{
    const int room = cols - 2 * STRIP_MARGIN, wide = room / SLOTS_LEAST;
    const int slots = room / (wide > 1 ? wide : 1);
    return slots < 1 ? 1 : slots > STAGE_SLOTS ? STAGE_SLOTS : slots;
}

static char slot_of(const struct timeline_cell *sum)
{
    if (sum->failed) return 'X';
    if (sum->slow) return 's';
    if (sum->ok) return '.';
    if (sum->waiting) return '?';
    return sum->unknown || sum->state == TIMELINE_UNKNOWN ? '-' : ' ';
}

/* Of all series, by when they were due: the worst of a second counts. */
static struct timeline_cell second_sum(const struct timeline *t, const struct timeline_lane *lanes, size_t count,
                                       uint64_t from_ms)
{
    struct timeline_cell sum = {0};
    for (size_t i = 0; i < count; i++) {
        if (lanes[i].shape != SHAPE_SERIES && lanes[i].kind != LANE_PROMPTS) continue;
        const struct timeline_cell cell = timeline_cell(t, &lanes[i], from_ms, from_ms + SECOND_MS);
        sum.ok += cell.ok;
        sum.slow += cell.slow;
        sum.failed += cell.failed;
        sum.waiting += cell.waiting;
        sum.unknown += cell.unknown;
        if (cell.state == TIMELINE_UNKNOWN) sum.state = TIMELINE_UNKNOWN;
    }
    return sum;
}

/* The slot of a moment by the wall clock; -1: before the first. */
static int slot_at(const struct timeline *t, uint64_t wall_ms, uint64_t from_ms, int slots)
{
    const uint64_t at = timeline_at_ms(t, wall_ms);
    if (!wall_ms || at < from_ms || at >= from_ms + (uint64_t)slots * SECOND_MS) return -1;
    return (int)((at - from_ms) / SECOND_MS);
}

void stage_strip_of(const struct view *v, int slots, struct stage_strip *ret)
{
    *ret = (struct stage_strip){.slots = slots, .lost = -1, .back = -1, .lost_word = "lost"};
    const struct timeline *t = v->timeline;
    if (!t || !timeline_began_ms(t)) return;
    struct timeline_lane *lanes = mem_zero(TIMELINE_LANES, sizeof *lanes);
    struct outage *o = mem_zero(1, sizeof *o);
    const uint64_t end_ms = v->now_ms - v->now_ms % SECOND_MS + SECOND_MS, span = (uint64_t)slots * SECOND_MS;
    const uint64_t from_ms = end_ms > span ? end_ms - span : 0;
    const size_t count = timeline_lanes(t, from_ms, end_ms, lanes, TIMELINE_LANES);
    for (int i = 0; i < slots; i++) {
        const struct timeline_cell sum = second_sum(t, lanes, count, from_ms + (uint64_t)i * SECOND_MS);
        ret->slot[i] = slot_of(&sum);
        ret->ok += sum.ok;
        ret->slow += sum.slow;
        ret->failed += sum.failed;
    }
    ret->known = true;
    timeline_outage_of(v, o);
    if (o->state != OUTAGE_NONE) {
        ret->lost = slot_at(t, o->t0_wall_ms, from_ms, slots);
        if (o->rung[RUNG_HEAD_READY].seen) ret->back = slot_at(t, o->rung[RUNG_HEAD_READY].wall_ms, from_ms, slots);
        if (o->cause == CAUSE_OURS || o->cause == CAUSE_DELETED) ret->lost_word = "kill";
    }
    free(lanes);
    free(o);
}
