/* timeline_text.h - a timeline as lines of text: for a terminal, and for a report. Pure. */
#ifndef RAYDECK_PANES_TIMELINE_TEXT_H
#define RAYDECK_PANES_TIMELINE_TEXT_H

#include "backends/base/buf.h"
#include "tui/panes/timeline_draw.h"

enum { TIMELINE_TEXT_COLS = 120, TIMELINE_TEXT_MAX = 256 * 1024 };

/* Appends it in so many columns, with the title (safe text) and a caption over it, and under it the rungs of the
 * recovery with their digits. */
void timeline_text(const struct timeline_scene *s, const char *title, int cols, bool ascii, struct buf *out);

/* The scene of a loss: from a little before T0 to when it was over, with the cursor in its middle. o is borrowed. */
struct timeline_scene timeline_scene_of_loss(const struct timeline *t, const struct outage *o);

#endif
