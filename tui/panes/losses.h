/*
 * losses.h - the last two head losses that this console observed, side by side: the same kill with and without GCS
 * fault tolerance, for example. The reports are copies and outlive their session. Pure.
 */
#ifndef RAYDECK_PANES_LOSSES_H
#define RAYDECK_PANES_LOSSES_H

#include "tui/panes/overlay.h"
#include "tui/panes/pane.h"

enum { LOSSES = 2 };

/* How fast the demo's cluster was simulated as the head was lost (view.sim_speed), and whether that changed before it
 * was over. */
struct loss_speed {
    unsigned times;
    bool changed;
};
struct losses {
    struct overlay overlay;
    struct outage item[LOSSES];        /* the older one first; state NONE: there is none */
    struct loss_speed speed[LOSSES];   /* of each */
    char service_uid[OUTAGE_NAME_MAX]; /* of the RayService last in focus */
};

/* Copies the report of the current outage, if it is a head loss; call it once a second, and before the session closes.
 */
void losses_record(struct losses *l, const struct view *v);
void losses_open(struct losses *l); /* keeps the reports */
void losses_draw(const struct losses *l, struct canvas *cv);
enum overlay_result losses_input(const struct input *in);

#endif
