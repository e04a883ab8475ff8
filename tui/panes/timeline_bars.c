/* timeline_bars.c - see timeline_bars.h. */
#include "tui/panes/timeline_bars.h"

static int column_clamped(const struct timeline_plan *plan, uint64_t at_ms)
{
    if (at_ms < plan->from_ms) return -1;
    const uint64_t col = (at_ms - plan->from_ms) / plan->col_ms;
    return col < (uint64_t)plan->plot ? (int)col : plan->plot;
}

static uint64_t prompt_end(const struct timeline *t, const struct timeline_prompt *p)
{
    return p->done_ms ? p->done_ms : timeline_now_ms(t);
}

struct bars bars_of(const struct timeline *t, const struct timeline_plan *plan, int lines)
{
    struct bars b = {.timeline = t,
                     .plan = plan,
                     .to = timeline_prompts(t),
                     .lines = lines < TIMELINE_BARS_MAX ? lines : TIMELINE_BARS_MAX};
    const uint64_t end_ms = plan->from_ms + (uint64_t)plan->plot * plan->col_ms;
    for (int i = 0; i < b.lines; i++) b.end[i] = -2;
    while (b.to > 0 && timeline_prompt(t, b.to - 1)->due_ms >= end_ms) b.to--;
    while (b.next < b.to && prompt_end(t, timeline_prompt(t, b.next)) < plan->from_ms) b.next++;
    return b;
}

bool bars_are_dense(const struct bars *b)
{
    return b->to - b->next > (size_t)b->plan->plot * (size_t)b->lines;
}

bool bars_step(struct bars *b)
{
    while (b->next < b->to) {
        const struct timeline_prompt *p = timeline_prompt(b->timeline, b->next++);
        const int first = column_clamped(b->plan, p->due_ms),
                  last = column_clamped(b->plan, prompt_end(b->timeline, p));
        if (last < 0) continue;
        b->prompt = p;
        b->line = 0;
        while (b->line < b->lines && b->end[b->line] >= first) b->line++;
        if (b->line < b->lines) b->end[b->line] = last;
        b->first = first < 0 ? 0 : first;
        b->last = last < b->plan->plot ? last : b->plan->plot - 1;
        return true;
    }
    return false;
}

int bars_depth(const struct timeline *t, const struct timeline_plan *plan, int most)
{
    struct bars b = bars_of(t, plan, most);
    int depth = 1;
    if (bars_are_dense(&b)) return 1;
    while (bars_step(&b))
        if (b.line + 1 > depth) depth = b.line < most ? b.line + 1 : most;
    return depth;
}
