/* timeline_draw_priv.h - what draws the lanes: shared by tui/panes/timeline_*.c alone. */
#ifndef RAYDECK_PANES_TIMELINE_DRAW_PRIV_H
#define RAYDECK_PANES_TIMELINE_DRAW_PRIV_H

#include "tui/panes/timeline_draw.h"

/* A lane's line: its window on the canvas is `plot` columns of one row. */
struct lane_line {
    const struct timeline *timeline;
    const struct timeline_lane *lane;
    const struct timeline_plan *plan;
    int part, parts;
};
void lane_draw(const struct lane_line *l, struct canvas *cv);
enum { TIMELINE_TICKS = 64 };
struct timeline_tick {
    uint64_t at_ms;
    bool t0;
    char text[TEXT_NUM_MAX];
};
/* So far apart that their texts fit; returns how many. */
size_t timeline_ticks(const struct timeline_scene *s, const struct timeline_plan *plan,
                      struct timeline_tick ret[TIMELINE_TICKS]);
/* What lies in a column; of the time before anybody watched only what was learnt of it later. */
struct timeline_cell plan_cell(const struct timeline *t, const struct timeline_lane *lane,
                               const struct timeline_plan *plan, int col);
void axis_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv);
void ladder_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv);
/* The losses whose rungs are drawn, oldest first: those of which something lies in the plan's time (NULL: all), and
 * that of T0. *at is 0 before the first; NULL: no more. */
const struct outage *scene_loss(const struct timeline_scene *s, const struct timeline_plan *plan, size_t *at);
size_t scene_losses(const struct timeline_scene *s, const struct timeline_plan *plan);
/* The last rung that was reached by then, in words. */
void ladder_words(const struct timeline_scene *s, char out[TIMELINE_WORDS_MAX]);
bool has_outage(const struct timeline_scene *s);
/* -1: it lies outside. */
int column_of(const struct timeline_plan *plan, uint64_t at_ms);

#endif
