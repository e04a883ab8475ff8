/*
 * timeline_bars.h - the prompts as bars: which of them are shown, and on which line each. A prompt goes on the first
 * line that is free where it begins, so that none hides another. Pure.
 *
 *     for (struct bars b = bars_of(t, plan, lines); bars_step(&b);) … b.prompt, b.line …
 */
#ifndef RAYDECK_PANES_TIMELINE_BARS_H
#define RAYDECK_PANES_TIMELINE_BARS_H

#include "tui/panes/timeline_draw.h"

enum { TIMELINE_BARS_MAX = 8 };

/* The prompts of which something is shown, each on the first line that is free where it begins. */
struct bars {
    const struct timeline *timeline;
    const struct timeline_plan *plan;
    size_t next, to;
    int end[TIMELINE_BARS_MAX]; /* of the last bar of each line */
    int lines;
    /* of the current one */
    const struct timeline_prompt *prompt;
    int first, last, line; /* columns, cut at the edges; line: `lines` where none is free */
};

struct bars bars_of(const struct timeline *t, const struct timeline_plan *plan, int lines);
bool bars_step(struct bars *b); /* false: no more */
/* Too many for a bar each: they are shown by what came of them. Of a struct bars that was not stepped yet. */
bool bars_are_dense(const struct bars *b);
/* How many lines they take, at most `most`; 1 where they are too many. */
int bars_depth(const struct timeline *t, const struct timeline_plan *plan, int most);

#endif
