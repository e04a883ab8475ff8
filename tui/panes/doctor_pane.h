/*
 * doctor_pane.h - the pane of findings: the HA rules on what is running, judged anew while it is looked at. It takes
 * the whole screen while it has the focus, and is not there otherwise.
 */
#ifndef RAYDECK_PANES_DOCTOR_PANE_H
#define RAYDECK_PANES_DOCTOR_PANE_H

#include "tui/panes/pane.h"

enum { DOCTOR_SEVERITY, DOCTOR_RULE, DOCTOR_WHERE, DOCTOR_WHAT, DOCTOR_COLUMNS };
enum { DOCTOR_KEY_MAX = 128 };

#endif
