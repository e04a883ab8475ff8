/*
 * motion.h - the keys and the wheel that move through rows and lines: THE place that maps them, for tables and texts
 * alike. less', vim's and htop's: arrows, j k, PgUp PgDn, ^B ^F, Space, ^U ^D (half a page), g G, Home End. Before rows
 * that can be marked Space comes to nobody here: it marks them (commands.def).
 */
#ifndef RAYDECK_PANES_MOTION_H
#define RAYDECK_PANES_MOTION_H

#include "tui/term/input.h"

enum motion {
    MOTION_NONE,
    MOTION_UP,
    MOTION_DOWN,
    MOTION_PAGE_UP,
    MOTION_PAGE_DOWN,
    MOTION_HALF_UP,
    MOTION_HALF_DOWN,
    MOTION_FIRST,
    MOTION_LAST,
    MOTION_WHEEL_UP,
    MOTION_WHEEL_DOWN
};
enum { MOTION_ALL = 1 << 24 /* lines: more than any text or table has */ };

enum motion motion_of(const struct input *in);

/* Rows or lines to move by where `page` of them are visible; 0: the input moves nothing. */
int motion_by(const struct input *in, int page);

#endif
