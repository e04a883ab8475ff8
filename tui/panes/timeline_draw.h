/*
 * timeline_draw.h - draws a timeline: lanes over one time axis, and what each says at the cursor. Pure.
 *
 * A column stands for col_ms. What a column holds is the most important of what lies in it: a death or a failure is
 * never hidden by what surrounds it, and what is not known is drawn as "?" and never as good; but the time in which
 * nobody watched yet, which is no failure of anything, is blank under one label.
 *
 * Where the rows do not suffice for all lanes, those below are left out and counted; where there are more, groups are
 * set apart, then bands and heights are drawn in two rows or three. Below TIMELINE_WIDE columns the words at the cursor
 * are cut short, or left out, and those of the selected lane stand whole in the last line.
 */
#ifndef RAYDECK_PANES_TIMELINE_DRAW_H
#define RAYDECK_PANES_TIMELINE_DRAW_H

#include "backends/world/outage.h"
#include "backends/world/timeline.h"
#include "tui/draw/canvas.h"

enum { TIMELINE_WIDE = 100, TIMELINE_ROWS = 256, TIMELINE_ZOOMS = 7 };

/* The lengths of the axis: from 2 minutes to 2 hours. */
uint64_t timeline_zoom_ms(int zoom);

struct timeline_scene {
    const struct timeline *timeline;
    const struct outage *outage;    /* whose T0 and rungs are drawn; NULL, or state NONE: none */
    const struct outage_list *past; /* whose rungs are drawn beside those; NULL: none */
    uint64_t from_ms, to_ms;        /* at least this is drawn; from_ms is moved to whole columns */
    uint64_t cursor_ms;
    size_t selected, top; /* lanes; top: the first that is shown */
};

/* One line of the plot: the lane, and which of its lines; lane TIMELINE_LANES: a blank. */
struct timeline_line {
    unsigned char part, parts;
    unsigned short lane;
};
struct timeline_plan {
    struct timeline_lane lane[TIMELINE_LANES];
    size_t lanes;
    struct timeline_line line[TIMELINE_ROWS];
    int lines;
    size_t below;           /* lanes that are not shown, under the last one */
    int label, plot, words; /* columns; words 0: there is no room for them */
    bool wide;              /* they are whole; else those of the selected lane are in the last line */
    uint64_t from_ms, col_ms;
    bool ladder, legend; /* a line of the rungs, and one of the symbols */
    /* The first columns, in which nobody watched yet: blank under one label. 0 where there are too few for that label,
     * and what is unknown in them is marked as any other. */
    int unwatched;
};
#define TIMELINE_UNWATCHED "not watched"
void timeline_plan_of(const struct timeline_scene *s, int rows, int cols, struct timeline_plan *ret);
/* The lanes and columns alone, of exactly that time: without lines. */
void timeline_plan_exact(const struct timeline_scene *s, int columns, struct timeline_plan *ret);
void timeline_draw(const struct timeline_scene *s, const struct timeline_plan *plan, struct canvas *cv);

/* "+6.0 s" from T0 where there is one, else "12:43:12.0Z". */
char *timeline_moment(const struct timeline_scene *s, uint64_t at_ms, char out[TIMELINE_WORDS_MAX]);
/* "2 min · T0 = delete accepted 12:42:11.0Z · cursor +6.0 s" */
char *timeline_caption(const struct timeline_scene *s, char out[TIMELINE_WORDS_MAX]);

#endif
