/* footer.h - the keys that are available now; one that is not is drawn with a ✗, and pressing it shows why. Keys of one
 * leader are grouped: "x act: ✗deploy ✗kill". */
#ifndef RAYDECK_PANES_FOOTER_H
#define RAYDECK_PANES_FOOTER_H

#include "tui/draw/canvas.h"
#include "tui/panes/chrome.h"

void footer_draw(const struct chrome *c, struct canvas *cv);
/* The line above it, in the last row of cv; a longer message takes the rows over that one too, and keeps its end. */
void footer_message(const struct chrome *c, struct canvas *cv);

/* Whether that key ("p") is offered and works now: a pane that names a key goes by it. Without a chrome, or one without
 * keys: true. */
bool footer_offers(const struct chrome *c, const char *key);

#endif
