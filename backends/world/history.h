/*
 * history.h - the last HISTORY_POINTS samples of one number. NaN is unknown.
 */
#ifndef RAYDECK_WORLD_HISTORY_H
#define RAYDECK_WORLD_HISTORY_H

#include "backends/base/known.h"
#include "backends/world/world.h"

struct history {
    float point[HISTORY_POINTS];
    unsigned next, count;
    unsigned same; /* how many of the newest points are alike */
};

/* Returns true when what is drawn from it has changed: not where all points were this value already. */
bool history_add(struct history *h, struct known_f64 value);
size_t history_read(const struct history *h, double *out, size_t max); /* oldest first */

#endif
