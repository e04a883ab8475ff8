/* rule.h - the line above a pane: "── 1 Pods ───────── right text ─". */
#ifndef RAYDECK_DRAW_RULE_H
#define RAYDECK_DRAW_RULE_H

#include "tui/draw/canvas.h"

#include <stdbool.h>

/* Draws it in the full width of the row. If both do not fit, truncates the right text, then the title. NULL or "":
 * none. A focused pane's title is emphasised. */
void rule_draw(struct canvas *cv, int row, const char *title, const char *right, bool focused);

#endif
