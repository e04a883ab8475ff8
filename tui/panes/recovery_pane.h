/* recovery_pane.h - when the recovery pane is shown. */
#ifndef RAYDECK_PANES_RECOVERY_PANE_H
#define RAYDECK_PANES_RECOVERY_PANE_H

#include "tui/panes/pane.h"

enum { RECOVERY_SHOWN_MS = 3 * 60 * 1000 /* after the outage has ended */ };
bool recovery_pane_shown(const struct view *v);

#endif
