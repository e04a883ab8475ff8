/*
 * steps_view.h - the steps of a deployment or a clean-up over the screen: each with its state and its lines; the last
 * line stays in view unless a person scrolls. Pure: drawing, scrolling, and what a key asks for.
 */
#ifndef RAYDECK_PANES_STEPS_VIEW_H
#define RAYDECK_PANES_STEPS_VIEW_H

#include "deploy/steps.h"
#include "tui/panes/overlay.h"
#include "tui/term/input.h"

enum steps_action { STEPS_STOP, STEPS_CONFIRM /* open the question */ };

struct steps_view {
    struct overlay overlay;
    const struct steps *steps; /* borrowed while it is open */
    char title[96];
    char end[STEP_TEXT_MAX];  /* the outcome; "" while it is running */
    bool bad;                 /* it failed */
    bool asks;                /* it waits for an answer: Enter opens the question, n declines */
    bool stops;               /* s stops it */
    int back;                 /* lines scrolled back from the end */
    enum steps_action action; /* of OVERLAY_ACTION */
};

void steps_view_open(struct steps_view *v);
/* Limits how far it is scrolled back to the lines there are; before each frame. */
void steps_view_update(struct steps_view *v, int rows, int cols);
/* CANCELLED: Esc or q. DECLINED: n. ACTION: v->action. */
enum overlay_result steps_view_input(struct steps_view *v, const struct input *in);
void steps_view_draw(const struct steps_view *v, struct canvas *cv);

#endif
