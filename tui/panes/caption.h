/*
 * caption.h - what a walkthrough says to the room: a band across the bottom of the screen, over whatever is there but
 * the footer and the line of messages; under the words, what it is at. Pure.
 */
#ifndef RAYDECK_PANES_CAPTION_H
#define RAYDECK_PANES_CAPTION_H

#include "tui/draw/canvas.h"

/* Borrowed for the call; safe text. */
struct caption {
    const char *text;  /* "": only the state is shown */
    const char *state; /* "3/14  waiting for the head to go, 2 s of 30 s" */
    const char *hint;  /* right of it: "any key takes over"; left out where there is no room */
    bool paused;       /* state is something a person should see to */
};
void caption_draw(const struct caption *c, struct canvas *cv);

#endif
