/* help.h - the help overlay: keys and commands that work now, from commands.def and the pane in focus. */
#ifndef RAYDECK_PANES_HELP_H
#define RAYDECK_PANES_HELP_H

#include "tui/panes/overlay.h"
#include "tui/panes/text_view.h"
#include "tui/term/input.h"

enum { HELP_LINES = 192 };
struct help_entry {
    const char *keys, *name, *help;
};
struct help {
    struct overlay overlay;
    struct text_view view;
    struct help_entry line[HELP_LINES];
    size_t count;
    char title[96], not_now[96];
};
/* For whom it is: only what works now is listed, the pane's own keys first; of an overlay its keys alone. */
struct help_context {
    const struct overlay *overlay; /* NULL: a pane */
    bool detail;                   /* the pane's detail is open */
    const struct pane_ops *pane;
    bool table;                                 /* it shows one, with rows to act on */
    bool rows;                                  /* and they are in sight as such */
    bool (*works)(void *arg, const char *name); /* whether that command works now. NULL: each does */
    void *arg;
};
void help_open(struct help *h, const struct help_context *about); /* NULL: everything */
void help_done(struct help *h);
void help_size(struct help *h, int rows, int cols); /* size of the screen; call it before each frame */
enum overlay_result help_input(struct help *h, const struct input *in);
void help_draw(const struct help *h, struct canvas *cv);

#endif
