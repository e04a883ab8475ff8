/* help.h - the help overlay: keys and commands, from commands.def. */
#ifndef RAYDECK_PANES_HELP_H
#define RAYDECK_PANES_HELP_H

#include "tui/panes/overlay.h"
#include "tui/panes/text_view.h"
#include "tui/term/input.h"

struct help {
    struct overlay overlay;
    struct text_view view;
};
void help_open(struct help *h);
void help_done(struct help *h);
void help_size(struct help *h, int rows, int cols); /* size of the screen; call it before each frame */
enum overlay_result help_input(struct help *h, const struct input *in);
void help_draw(const struct help *h, struct canvas *cv);

#endif
