/*
 * spark.h - a short history in one line: a column a sample, newest on the right, eight heights ("▁▂▃▄▅▆▇█"; "_.-=+*%#"
 * in ASCII). NAN is an unknown sample, drawn as a dot; the lowest height is zero.
 */
#ifndef RAYDECK_DRAW_SPARK_H
#define RAYDECK_DRAW_SPARK_H

#include "tui/draw/canvas.h"

#include <stddef.h>

/* Draws the last `width` of count samples, oldest first, right-aligned; `top` is the full height (<= 0: the largest
 * sample drawn). */
void spark_draw(struct canvas *cv, int row, int col, int width, enum role role, const double *samples, size_t count,
                double top);

#endif
