/*
 * spark.h - a short history in one line: a column a sample, newest on the right, eight heights ("▁▂▃▄▅▆▇█"; "_.-=+*%#"
 * in ASCII). NAN is a sample that is unknown: a dot, told apart from the lowest height, which is zero.
 */
#ifndef RAYDECK_DRAW_SPARK_H
#define RAYDECK_DRAW_SPARK_H

#include "tui/draw/canvas.h"

#include <stddef.h>

/* The last `width` of count samples, oldest first; `top` is the full height (<= 0: the largest of those drawn). Fewer
 * samples than columns leave blanks on the left. */
void spark_draw(struct canvas *cv, int row, int col, int width, enum role role, const double *samples, size_t count,
                double top);

#endif
