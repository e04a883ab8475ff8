/* text_page.h - the frame of a text that takes the whole screen: a rule with its title above, a line of keys below,
 * where the console's message stands while there is one. */
#ifndef RAYDECK_PANES_TEXT_PAGE_H
#define RAYDECK_PANES_TEXT_PAGE_H

#include "tui/panes/chrome.h"
#include "tui/panes/overlay.h"

enum { TEXT_PAGE_ROWS = 2 /* of the frame */ };

/* Draws the frame; returns the window of the text. right: the rule's right end, "": nothing. keys: those of the page,
 * the first ones shown where there is no room for all; those of every page (search, the palette, the help, the way out)
 * always are. */
enum { TEXT_PAGE_KEYS = 12 };
struct canvas text_page_draw(struct canvas *cv, const struct view *v, const char *title, const char *right,
                             const struct footer_key *keys, size_t count);
/* What a page returns for a key that neither it nor its text uses. */
enum overlay_result text_page_input(const struct input *in);

#endif
