/*
 * steps_view.h - an overlay with the steps of a deployment or a clean-up, their states and lines. It follows the last
 * line unless scrolled, and is searched. Pure.
 */
#ifndef RAYDECK_PANES_STEPS_VIEW_H
#define RAYDECK_PANES_STEPS_VIEW_H

#include "deploy/steps.h"
#include "tui/panes/overlay.h"
#include "tui/panes/text_view.h"
#include "tui/term/input.h"

enum steps_action { STEPS_STOP, STEPS_CONFIRM /* open the question */ };

struct steps_view {
    struct overlay overlay;
    const struct steps *steps; /* borrowed while it is open */
    char title[96];
    char end[STEP_TEXT_MAX]; /* the outcome; "" while it is running */
    bool bad;                /* it failed */
    bool asks;               /* waits for confirmation: Enter opens the question, n declines */
    bool stops;              /* s stops it */
    struct text_view text;
    char beyond[STEPS_MAX][48]; /* of each step: how many lines are left out */
    enum steps_action action;   /* of OVERLAY_ACTION */
};

enum role step_tone_role(enum step_tone tone); /* of a line */

void steps_view_open(struct steps_view *v);
/* Call it before each frame. */
void steps_view_update(struct steps_view *v, int rows, int cols);
/* CANCELLED: Esc or q. DECLINED: n. ACTION: v->action. */
enum overlay_result steps_view_input(struct steps_view *v, const struct input *in);
void steps_view_draw(const struct steps_view *v, struct canvas *cv);

#endif
