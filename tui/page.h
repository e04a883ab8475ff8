/*
 * page.h - the pages of the console by their names, where there is no terminal: each pane alone, and the overlays that
 * a view alone fills. For `raydeck snapshot --page NAME` and `--linear`.
 *
 * Logs, descriptions and YAML are answers of the API server and no part of a view: `kubectl logs`, `describe` and
 * `get -o yaml` print them.
 */
#ifndef RAYDECK_PAGE_H
#define RAYDECK_PAGE_H

#include "backends/base/buf.h"
#include "tui/panes/screen.h"

enum { PAGE_COLS = 100 /* of a page as text */ };

/* The pane of that name, the title of its tab or its letter; NULL: none. */
const struct pane_ops *page_pane(const char *name);
/* ERR_USAGE: no page has the name. A name is a pane's ("pods"), "heat", "nodes", "losses" or "explain [PAGE]". */
enum err page_check(const char *name, struct why *why);
/* Shows a pane alone, after screen_update; the screen is updated anew before it is drawn. Does nothing for an overlay.
 * ERR_NOT_FOUND: the pane is not shown at that moment. name: checked. */
enum err page_focus(const char *name, struct screen *screen, const struct view *v, struct why *why);
/* Draws an overlay over what is drawn; nothing for a pane. name: checked. */
void page_overlay_draw(const char *name, const struct view *v, struct canvas *cv);
/* The page's content as lines of text, without what is around it. Errors: as page_check and page_focus have them. */
enum err page_text(const char *name, const struct view *v, struct buf *out, struct why *why);

#endif
