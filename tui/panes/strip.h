/* strip.h - the strip at the top: the context, what may be changed, how fresh each backend is, and the time. */
#ifndef RAYDECK_PANES_STRIP_H
#define RAYDECK_PANES_STRIP_H

#include "tui/panes/pane.h"

void strip_draw(const struct view *v, struct canvas *cv);

#endif
