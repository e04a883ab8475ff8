/*
 * steps_view.h - the steps of a deployment or a clean-up over the screen: each with its state and what it has said, the
 * end followed unless one scrolls. Pure: drawing and scrolling; the steps are borrowed for the call.
 */
#ifndef RAYDECK_PANES_STEPS_VIEW_H
#define RAYDECK_PANES_STEPS_VIEW_H

#include "deploy/steps.h"
#include "tui/panes/overlay.h"
#include "tui/term/input.h"

struct steps_view {
    char title[96];
    char end[STEP_TEXT_MAX]; /* how it ended; "" while it goes on */
    bool bad;                /* the end is no good one */
    bool asks;               /* it waits for an answer, which Enter asks for */
    bool stops;              /* it can be stopped, by s: the owner's key */
    int back;                /* lines scrolled back from the end */
};

/* CANCELLED: Esc or q. */
enum overlay steps_view_input(struct steps_view *v, const struct input *in);
void steps_view_draw(struct steps_view *v, const struct steps *steps, struct canvas *cv);

#endif
