/*
 * screen.h - the main screen: the strip, the three answers, the panes that fit, the footer; the focus, the zoom, the
 * open detail and the filter being typed. Pure: no I/O, no clock; it never sees a backend.
 *
 * A frame is screen_size (when it changed), screen_update, screen_draw. Overlays (overlay.h) are drawn on
 * the same canvas after it, by the caller.
 */
#ifndef RAYDECK_PANES_SCREEN_H
#define RAYDECK_PANES_SCREEN_H

#include "tui/panes/chrome.h"
#include "tui/panes/cores.h"
#include "tui/panes/layout.h"
#include "tui/panes/pane.h"

struct screen;
struct screen *screen_new(void);
void screen_free(struct screen *s); /* NULL is fine */

void screen_size(struct screen *s, int rows, int cols);
/* Updates the panes. view->selection is ignored: the screen's own is used. */
void screen_update(struct screen *s, const struct view *view);
void screen_draw(const struct screen *s, const struct view *view, struct canvas *cv);

/*
 * Handles a key that is not bound to a command, or any key while screen_typing(): arrows, hjkl, g G, PgUp PgDn, digits
 * and R for the panes, text of the filter, clicks and the wheel. May return a request, which the caller carries out
 * (REQUEST_OPEN: screen_open).
 */
struct pane_request screen_input(struct screen *s, const struct view *view, const struct input *in);
/* True while the filter or what is searched is being typed: every key but ^C goes to screen_input first. */
bool screen_typing(const struct screen *s);

/* The commands that only concern the screen. */
bool screen_focus(struct screen *s, char letter); /* '1' … '7', 'R'; false: that pane is not shown */
void screen_next(struct screen *s, int by);       /* 1: the next pane, -1: the previous one */
void screen_zoom(struct screen *s);               /* toggles: the focused pane alone */
bool screen_is_whole(const struct screen *s);     /* the focused pane takes the whole screen, zoomed or not */
/* How the panes are arranged: the one in focus by its letter, without those that are shown only while they have it. */
struct screen_layout {
    char pane;
    bool zoomed;
    enum cores_view cores;
    struct layout_sizes sizes; /* of the panes */
};
struct screen_layout screen_layout(const struct screen *s);
void screen_layout_set(struct screen *s, const struct screen_layout *layout); /* leaves the stage and the like alone */
/* The pane in focus gets so many rows or columns from its neighbour, or gives them. False: nothing can be moved. */
bool screen_taller(struct screen *s, int rows);
bool screen_wider(struct screen *s, int cols);
void screen_sizes_reset(struct screen *s); /* as computed */
void screen_heat(struct screen *s);        /* NeuronCores: bars or the heat view, with the focus there */
bool screen_open(struct screen *s);        /* opens the selected row's detail; false: no selection */
/* Closes one thing: the filter being typed, the detail, the zoom, the marks, the filter. False: nothing to close. */
bool screen_back(struct screen *s);
/* Opens the filter's text box, or the search in the opened detail; false: the pane has no table. */
bool screen_filter(struct screen *s);
struct table_view *screen_table(const struct screen *s); /* of the pane in focus; NULL: it shows none */
struct table_view *screen_rows(const struct screen *s); /* the same, whose rows are drawn as such: not as a heat view */
/* The marked rows of the pane in focus; in an opened detail there are none: it is one row's. */
size_t screen_marks(const struct screen *s);
/* One after the other, in the pane's own order, with their pods (view: the world of now); *at begins as 0. */
bool screen_mark_next(const struct screen *s, const struct view *view, size_t *at, struct selection *ret);

/* The pane in focus and its selected row. */
const struct pane *screen_pane(const struct screen *s);
bool screen_selection(const struct screen *s, struct selection *ret);
const char *screen_detail(const struct screen *s); /* the selected row's; borrowed */
bool screen_detail_opened(const struct screen *s);
bool screen_opened(const struct screen *s); /* a detail or a zoomed pane: q goes back first */

/* True while a time on the screen runs (an outage, ARMED, a prompt in flight): draw every 100 ms, else every 1 s. */
bool screen_timed(const struct view *view);

#endif
