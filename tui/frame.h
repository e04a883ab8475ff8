/*
 * frame.h - a frame of the console that is drawn from a session alone, without a terminal: what `raydeck snapshot`
 * shows, and those parts of the console's own frame that rest on its session.
 */
#ifndef RAYDECK_FRAME_H
#define RAYDECK_FRAME_H

#include "backends/session/session.h"
#include "tui/commands.h"
#include "tui/panes/chrome.h"
#include "tui/panes/pane.h"
#include "tui/panes/screen.h"

enum { FRAME_KEYS = 24 };

/* The session's current state. Fills ret_outage, which the view borrows as it does focus. */
struct view frame_view(const struct session *s, const struct focus *focus, struct outage *ret_outage);
/* The footer's commands, those that do something where the screen stands (the pane in focus, its selected row, an
 * opened detail), of so many rows, after screen_update; those that never work in a replay are not offered in one, nor
 * the replay's keys, which come first there, elsewhere; enabled as `may` says. Those that are kept come last, or before
 * what goes through a leader: the palette, the help, the way out. Returns their number. */
size_t frame_keys(const struct screen *screen, const struct world *w, int rows, bool replay,
                  bool (*may)(void *arg, enum command_id id), void *arg, struct footer_key ret[FRAME_KEYS]);
/* What a session knows of the chrome. */
void frame_chrome(const struct session *s, struct chrome *ret);

struct frame_conf {
    const char *context; /* NULL: none */
    bool demo, redacted;
    unsigned sim_speed; /* 0: not simulated */
    const char *page;   /* page.h; NULL: as the console is first shown */
};
/* Draws the console of a session on the whole canvas. ERR_NOT_FOUND: the page is not shown at that moment. */
enum err frame_draw(const struct session *s, const struct frame_conf *conf, struct canvas *cv, struct why *why);

#endif
