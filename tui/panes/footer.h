/* footer.h - the keys that work here now; one that does not is drawn with a ✗, and says why when it is pressed. Keys of
 * one leader stand together: "x act: ✗deploy ✗kill". */
#ifndef RAYDECK_PANES_FOOTER_H
#define RAYDECK_PANES_FOOTER_H

#include "tui/draw/canvas.h"
#include "tui/panes/chrome.h"

void footer_draw(const struct chrome *c, struct canvas *cv);
void footer_message(const struct chrome *c, struct canvas *cv); /* the line above it */

#endif
