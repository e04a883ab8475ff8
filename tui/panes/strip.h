/* strip.h - the truth strip: where this is, what may be done here, how fresh each world is, and the time. */
#ifndef RAYDECK_PANES_STRIP_H
#define RAYDECK_PANES_STRIP_H

#include "tui/panes/pane.h"

void strip_draw(const struct view *v, struct canvas *cv);

#endif
