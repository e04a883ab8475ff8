/* timeline_text.c - see timeline_text.h. */
#include "tui/panes/timeline_text.h"

#include "backends/base/stamp.h"
#include "tui/panes/timeline_draw_priv.h"

#include <stdlib.h>
#include <string.h>

enum {
    BEFORE_MS = 20 * 1000,
    AFTER_MS = 20 * 1000,
    LEAST_MS = 60 * 1000,
    OVERHEAD = 4 /* lines that are no lanes': axis, rungs, the words below, symbols */
};

/* One line a lane, four of prompts, and a blank between groups. */
static int rows_wanted(const struct timeline_scene *s, struct timeline_plan *plan, int cols)
{
    timeline_plan_of(s, TIMELINE_ROWS, cols, plan);
    int rows = OVERHEAD + (int)plan->lanes;
    for (int i = 0; i < plan->lines; i++) {
        const struct timeline_line *line = &plan->line[i];
        const bool blank = line->lane >= TIMELINE_LANES;
        rows += blank || (line->part > 0 && plan->lane[line->lane].shape == SHAPE_BARS);
    }
    return rows;
}

/* Lines, of which there are as many; where there are several losses, each under its T0. cv NULL: only counts them. */
static int loss_rungs_draw(const struct outage *o, bool titled, struct canvas *cv, int row)
{
    enum rung order[RUNG_COUNT];
    char stamp[STAMP_TEXT_MAX], cause[OUTAGE_WORDS_MAX];
    int number = 0;
    if (titled && cv)
        canvas_printf(cv, row, 1, ROLE_TEXT, "T0 %s, %s", stamp_clock(stamp, o->t0_wall_ms),
                      outage_cause_words(o, cause));
    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[order[i]];
        char offset[TEXT_NUM_MAX];
        if (!rung->seen) continue;
        number++;
        if (cv)
            canvas_printf(cv, row + titled + number - 1, 1, ROLE_TEXT, "%d %8s  %s%s%s", number,
                          outage_offset(offset, rung->after_ms), rung_words(order[i]), *rung->note ? ": " : "",
                          rung->note);
    }
    return number + titled;
}

static int rungs_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv, int row)
{
    const size_t losses = scene_losses(s, plan);
    size_t at = 0;
    int rows = 0;
    for (const struct outage *o; (o = scene_loss(s, plan, &at));)
        rows += loss_rungs_draw(o, losses > 1, cv, row + rows);
    return rows;
}

void timeline_text(const struct timeline_scene *s, const char *title, int cols, bool ascii, struct buf *out)
{
    enum { HEAD = 2 };
    struct timeline_plan plan;
    struct canvas cv;
    char caption[TIMELINE_WORDS_MAX];
    const int rows = rows_wanted(s, &plan, cols), rungs = rungs_draw(s, &plan, NULL, 0);
    timeline_plan_of(s, rows, cols, &plan);
    canvas_init(&cv, HEAD + rows + 1 + rungs, cols);
    cv.ascii = ascii;
    canvas_printf(&cv, 0, 0, ROLE_TEXT, "%s  %s", title, timeline_caption(s, caption));
    struct canvas lanes = canvas_sub(&cv, HEAD, 0, rows, cols);
    if (plan.lanes)
        timeline_draw(s, &plan, &lanes);
    else
        canvas_text(&lanes, 0, 1, ROLE_TEXT, "nothing was watched");
    rungs_draw(s, &plan, &cv, HEAD + rows + 1);
    char *text = canvas_dump(&cv, false);
    size_t len = strlen(text);
    while (len > 1 && text[len - 1] == '\n' && text[len - 2] == '\n') text[--len] = '\0';
    buf_str(out, text);
    free(text);
    canvas_done(&cv);
}

struct timeline_scene timeline_scene_of_loss(const struct timeline *t, const struct outage *o)
{
    const uint64_t now_ms = timeline_now_ms(t), t0 = o->t0_ms;
    uint64_t last = LEAST_MS;
    for (int i = 0; i < RUNG_COUNT; i++)
        if (o->rung[i].seen && o->rung[i].after_ms + AFTER_MS > last) last = o->rung[i].after_ms + AFTER_MS;
    const uint64_t to_ms = t0 + last < now_ms ? t0 + last : now_ms;
    const uint64_t half = to_ms > t0 ? (to_ms - t0) / 8 : 0;
    return (struct timeline_scene){.timeline = t,
                                   .outage = o,
                                   .from_ms = t0 > BEFORE_MS ? t0 - BEFORE_MS : 0,
                                   .to_ms = to_ms > t0 ? to_ms : t0 + 1,
                                   .cursor_ms = t0 + half,
                                   .selected = TIMELINE_LANES};
}
