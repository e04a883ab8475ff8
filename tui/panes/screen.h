/*
 * screen.h - the main screen: the truth strip, the three answers, the panes as they fit, the footer; which pane has the
 * focus, what is zoomed, the opened detail and the filter being typed. Pure: no I/O, no clock; it never sees a backend.
 *
 * A frame is screen_size (when it changed), screen_update, screen_draw. What lies over the screen (dialog, palette,
 * help, prompt box, picker) is drawn on the same canvas after it and is the caller's.
 */
#ifndef RAYDECK_PANES_SCREEN_H
#define RAYDECK_PANES_SCREEN_H

#include "tui/panes/chrome.h"
#include "tui/panes/pane.h"

struct screen;
struct screen *screen_new(void);
void screen_free(struct screen *s); /* NULL is fine */

void screen_size(struct screen *s, int rows, int cols);
/* Looks at what changed. view->selection is ignored: the screen's own is used. */
void screen_update(struct screen *s, const struct view *view);
void screen_draw(const struct screen *s, const struct view *view, struct canvas *cv);

/*
 * What a person pressed that was no command's key, or any key while screen_typing(): arrows, hjkl, g G, PgUp PgDn,
 * digits and R for the panes, text of the filter, clicks and the wheel. May return a request, which the caller carries
 * out (REQUEST_OPEN: screen_open).
 */
struct pane_request screen_input(struct screen *s, const struct view *view, const struct input *in);
/* True while the filter is being typed: every key but ^C goes to screen_input first. */
bool screen_typing(const struct screen *s);

/* The commands that are the screen's own business. */
bool screen_focus(struct screen *s, char letter); /* '1' … '7', 'R'; false where that pane is not shown */
void screen_next(struct screen *s, int by);       /* 1: the next pane, -1: the previous one */
void screen_zoom(struct screen *s);               /* this pane alone, and back */
bool screen_open(struct screen *s);               /* the selected row's detail; false where nothing is selected */
/* One step back: the filter being typed, the detail, the zoom, the filter. False where there was nothing to close. */
bool screen_back(struct screen *s);
bool screen_filter(struct screen *s); /* begins to type one; false where the pane has no table */
bool screen_sort(struct screen *s);   /* false where the pane has no table */

/* What has the focus and what is selected in it. */
const struct pane *screen_pane(const struct screen *s);
bool screen_selection(const struct screen *s, struct selection *ret);
bool screen_opened(const struct screen *s); /* a detail or a zoomed pane: q goes back first */

/* True while something on the screen counts (an outage, ARMED, a prompt in flight): draw every 100 ms, else 1 s. */
bool screen_timed(const struct view *view);

#endif
