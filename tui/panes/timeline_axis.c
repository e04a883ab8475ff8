/* timeline_axis.c - the time axis with its ticks, and the rungs of the recovery as marks on it. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "tui/panes/timeline_draw_priv.h"

#include <stdio.h>
#include <string.h>

enum { TICK_COLS = 11, SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static uint64_t tick_step(const struct timeline_plan *plan)
{
    static const uint64_t seconds[] = {1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600};
    const uint64_t least = plan->col_ms * TICK_COLS;
    for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
        if (seconds[i] * SECOND >= least) return seconds[i] * SECOND;
    return HOUR;
}

/* "T0", "+10 s", "-2 min", "+1:30" from T0. */
static void tick_relative(int64_t ms, char out[TEXT_NUM_MAX])
{
    const char sign = ms < 0 ? '-' : '+';
    const long long seconds = (ms < 0 ? -ms : ms) / SECOND;
    if (seconds == 0)
        snprintf(out, TEXT_NUM_MAX, "T0");
    else if (seconds < 120)
        snprintf(out, TEXT_NUM_MAX, "%c%lld s", sign, seconds);
    else if (seconds % 60 == 0)
        snprintf(out, TEXT_NUM_MAX, "%c%lld min", sign, seconds / 60);
    else
        snprintf(out, TEXT_NUM_MAX, "%c%lld:%02lld", sign, seconds / 60, seconds % 60);
}

static void tick_clock(const struct timeline_scene *s, uint64_t at_ms, uint64_t step_ms, char out[TEXT_NUM_MAX])
{
    char stamp[STAMP_TEXT_MAX];
    const uint64_t wall_ms = timeline_wall_ms(s->timeline, at_ms);
    snprintf(out, TEXT_NUM_MAX, "%.20s",
             step_ms < MINUTE ? stamp_clock(stamp, wall_ms) : stamp_minutes(stamp, wall_ms));
}

size_t timeline_ticks(const struct timeline_scene *s, const struct timeline_plan *plan,
                      struct timeline_tick ret[TIMELINE_TICKS])
{
    const uint64_t step_ms = tick_step(plan), end_ms = plan->from_ms + (uint64_t)plan->plot * plan->col_ms;
    /* Ticks lie at whole steps from T0, or of the wall clock. */
    const uint64_t hour_ms = timeline_wall_ms(s->timeline, plan->from_ms) / HOUR * HOUR;
    const uint64_t zero_ms = has_outage(s) ? s->outage->t0_ms : timeline_at_ms(s->timeline, hour_ms);
    const uint64_t phase_ms = zero_ms % step_ms, from_ms = plan->from_ms + step_ms - 1 - phase_ms;
    size_t count = 0;
    for (uint64_t at_ms = from_ms / step_ms * step_ms + phase_ms; at_ms < end_ms && count < TIMELINE_TICKS;
         at_ms += step_ms) {
        if (at_ms < plan->from_ms) continue;
        struct timeline_tick *tick = &ret[count++];
        *tick = (struct timeline_tick){.at_ms = at_ms, .t0 = has_outage(s) && at_ms == zero_ms};
        if (has_outage(s))
            tick_relative((int64_t)(at_ms - zero_ms), tick->text);
        else
            tick_clock(s, at_ms, step_ms, tick->text);
    }
    return count;
}

void axis_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv)
{
    struct timeline_tick tick[TIMELINE_TICKS];
    const size_t count = timeline_ticks(s, plan, tick);
    for (size_t i = 0; i < count; i++) {
        const int col = column_of(plan, tick[i].at_ms);
        if (col < 0 || col + 1 + (int)strlen(tick[i].text) > cv->cols) continue;
        canvas_fill(cv, 0, col, 1, 1, ROLE_DIM, 0x2577);
        canvas_text(cv, 0, col + 1, tick[i].t0 ? ROLE_STRONG : ROLE_HEADER, tick[i].text);
    }
}

/* ---- rungs ------------------------------------------------------------------------------------------------------- */

static bool loss_is_shown(const struct outage *o, const struct timeline_plan *plan)
{
    const uint64_t end_ms = plan->from_ms + (uint64_t)plan->plot * plan->col_ms;
    return o->t0_ms < end_ms && o->t0_ms + OUTAGE_SECONDS * SECOND >= plan->from_ms;
}

const struct outage *scene_loss(const struct timeline_scene *s, const struct timeline_plan *plan, size_t *at)
{
    const size_t past = s->past ? s->past->count : 0;
    while (*at < past) {
        const struct outage *o = s->past->loss[(*at)++];
        const bool earlier = !has_outage(s) || o->t0_ms < s->outage->t0_ms; /* that of T0 may be among them */
        if (earlier && (!plan || loss_is_shown(o, plan))) return o;
    }
    return has_outage(s) && (*at)++ == past ? s->outage : NULL;
}

size_t scene_losses(const struct timeline_scene *s, const struct timeline_plan *plan)
{
    size_t at = 0, count = 0;
    while (scene_loss(s, plan, &at)) count++;
    return count;
}

/* Those of one column stand beside each other; *last is the last column that is taken. */
static void rungs_draw(const struct outage *o, const struct timeline_plan *plan, struct canvas *cv, int *last)
{
    enum rung order[RUNG_COUNT];
    int number = 0;
    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[order[i]];
        if (!rung->seen) continue;
        const int col = column_of(plan, o->t0_ms + rung->after_ms);
        number++;
        if (col < 0) continue;
        const int at = col > *last ? col : *last + 1;
        canvas_fill(cv, 0, at, 1, 1, ROLE_STRONG, (uint32_t)('0' + number));
        *last = at;
    }
}

/* A digit for each rung that was reached, in order of time, of each loss. */
void ladder_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv)
{
    int last = -1;
    size_t at = 0;
    for (const struct outage *o; (o = scene_loss(s, plan, &at));) rungs_draw(o, plan, cv, &last);
}

/* The loss that the cursor lies in or after. */
static const struct outage *loss_at_cursor(const struct timeline_scene *s)
{
    const struct outage *found = NULL;
    size_t at = 0;
    for (const struct outage *o; (o = scene_loss(s, NULL, &at));)
        if (o->t0_ms <= s->cursor_ms) found = o;
    return found;
}

/* Offsets are from the T0 of the loss: where the axis has another T0, the loss's own time is shown. */
void ladder_words(const struct timeline_scene *s, char out[TIMELINE_WORDS_MAX])
{
    const struct outage *o = loss_at_cursor(s);
    enum rung order[RUNG_COUNT];
    char stamp[STAMP_TEXT_MAX], of[STAMP_TEXT_MAX + 4] = "";
    int number = 0;
    snprintf(out, TIMELINE_WORDS_MAX, "before T0");
    if (!o) return;
    if (o != s->outage) snprintf(of, sizeof of, "%s: ", stamp_clock(stamp, o->t0_wall_ms));
    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[order[i]];
        char offset[TEXT_NUM_MAX];
        if (!rung->seen) continue;
        number++;
        if (s->cursor_ms < o->t0_ms + rung->after_ms) continue;
        snprintf(out, TIMELINE_WORDS_MAX, "%s%d %s: %s", of, number, outage_offset(offset, rung->after_ms),
                 rung_words(order[i]));
    }
}
