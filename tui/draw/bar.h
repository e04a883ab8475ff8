/*
 * bar.h - a horizontal gauge in whole cells and eighths ("███████▌░░"); '#' and '.' in ASCII. Unknown is drawn as the
 * unknown glyph, never as an empty bar.
 */
#ifndef RAYDECK_DRAW_BAR_H
#define RAYDECK_DRAW_BAR_H

#include "backends/base/known.h"
#include "tui/draw/canvas.h"

/* Draws a share, clamped to 0..1, in `width` columns. `full` is the role of the full part. */
void bar_draw(struct canvas *cv, int row, int col, int width, enum role full, struct known_f64 share);

#endif
