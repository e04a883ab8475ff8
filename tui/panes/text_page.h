/* text_page.h - the frame of a text that takes the whole screen: a rule with its title above, a line of keys below,
 * where the console's message stands while there is one. */
#ifndef RAYDECK_PANES_TEXT_PAGE_H
#define RAYDECK_PANES_TEXT_PAGE_H

#include "tui/panes/overlay.h"

enum { TEXT_PAGE_ROWS = 2 /* of the frame */ };

/* Draws the frame; returns the window of the text. right: the rule's right end, "": nothing. */
struct canvas text_page_draw(struct canvas *cv, const struct view *v, const char *title, const char *right,
                             const char *keys);
/* What a page returns for a key that neither it nor its text uses. */
enum overlay_result text_page_input(const struct input *in);

#endif
