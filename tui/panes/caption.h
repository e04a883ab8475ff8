/*
 * caption.h - the caption of a walkthrough: a band across the bottom of the screen, in rows of its own; below the text,
 * the state of the script. Pure.
 */
#ifndef RAYDECK_PANES_CAPTION_H
#define RAYDECK_PANES_CAPTION_H

#include "tui/draw/canvas.h"

/* Borrowed for the call; safe text. */
struct caption {
    const char *text;  /* "": only the state is shown */
    const char *state; /* "3/14  waiting for the head to go, 2 s of 30 s" */
    const char *hint;  /* right of it: "any key takes over"; left out where there is no room */
    bool paused;       /* the state needs a person's attention */
};
/* The rows at the bottom of the screen that are its own: neither panes nor dialogs are drawn there. 0: on a small
 * screen it has none, and is drawn over the panes. */
int caption_own_rows(const struct caption *c, const struct canvas *cv);
void caption_draw(const struct caption *c, struct canvas *cv);

#endif
