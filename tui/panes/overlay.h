/* overlay.h - what lies over the screen (dialog, prompt box, palette, picker, help): how each answers a key, and the
 * centred box they are drawn in. */
#ifndef RAYDECK_PANES_OVERLAY_H
#define RAYDECK_PANES_OVERLAY_H

#include "tui/draw/canvas.h"

enum overlay {
    OVERLAY_STAYS,
    OVERLAY_CANCELLED, /* Esc, or q where nothing is typed */
    OVERLAY_DONE       /* confirmed: the caller reads the result and closes it */
};

/* A framed box in the middle of cv, cleared, at most rows × cols of content; returns the window of the content. */
struct canvas overlay_box(struct canvas *cv, int rows, int cols, enum role frame, const char *title);

#endif
