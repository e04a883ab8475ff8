/* rule.h - the line over a pane: "── 1 Pods ───────── right text ─", its title first, what it is about on the right. */
#ifndef RAYDECK_DRAW_RULE_H
#define RAYDECK_DRAW_RULE_H

#include "tui/draw/canvas.h"

#include <stdbool.h>

/* Over the whole width of the row. Where there is not room for both, the right text is cut, then the title. NULL or ""
 * for none. A focused pane's title stands out. */
void rule_draw(struct canvas *cv, int row, const char *title, const char *right, bool focused);

#endif
