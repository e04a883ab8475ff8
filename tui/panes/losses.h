/*
 * losses.h - the last two losses of the head that this console watched, side by side: the same kill with and without
 * GCS fault tolerance, for one. Their reports are kept, so that they outlive the session they were seen in. Pure: taken
 * out of what a frame shows, drawn over the screen.
 */
#ifndef RAYDECK_PANES_LOSSES_H
#define RAYDECK_PANES_LOSSES_H

#include "tui/panes/overlay.h"
#include "tui/panes/pane.h"

enum { LOSSES = 2 };

struct losses {
    struct overlay overlay;
    struct outage item[LOSSES]; /* the older one first; state NONE: there is none */
};

/* Looks at the loss that is being watched, if one is; about once a second, and before what is known of it goes. */
void losses_take(struct losses *l, const struct view *v);
void losses_open(struct losses *l); /* keeps the reports */
void losses_draw(const struct losses *l, struct canvas *cv);
enum overlay_result losses_input(const struct input *in);

#endif
