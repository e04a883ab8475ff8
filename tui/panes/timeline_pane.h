/*
 * timeline_pane.h - the state of the pane of the timeline (T): which span of time is shown, where the cursor is, which
 * lane is selected. It takes the whole screen while it has the focus.
 *
 * It follows the time of the view (in a replay: the recording's) until it is scrolled; the cursor does until it is
 * moved. The cursor is always within what is shown.
 */
#ifndef RAYDECK_PANES_TIMELINE_PANE_H
#define RAYDECK_PANES_TIMELINE_PANE_H

#include "tui/panes/pane.h"
#include "tui/panes/timeline_draw.h"

struct timeline_pane {
    struct pane pane;
    struct timeline_plan plan;
    struct timeline_scene scene; /* as of the last update, and as long as its view lives; its outage is `outage` */
    struct outage outage;
    struct selection selection; /* what lies at the cursor, kept here because `selected` is called without a view */
    bool selects;
    int zoom;
    uint64_t to_ms;          /* the end of what is shown; 0: now */
    uint64_t cursor_ms;      /* 0: the end of what is shown */
    enum timeline_kind kind; /* of the selected lane, and its key, which survive that lanes come and go */
    char key[TIMELINE_KEY_MAX];
    size_t top;
};

/* The loss whose T0 and rungs are shown: the outage, else the one before it. *ret: none has its state NONE. */
void timeline_outage_of(const struct view *v, struct outage *ret);

#endif
