/*
 * canvas_svg.h - a canvas as SVG 1.1: one small self-contained file without scripts, links or fonts, for a README, a
 * ticket or a slide. Pure.
 *
 * Roles become classes, and a theme says how each looks. A picture of two themes follows the reader's preference, light
 * or dark. Lines, bars and blocks are drawn as shapes, so that they join in any font; each run of text is stretched to
 * its columns.
 */
#ifndef RAYDECK_CANVAS_SVG_H
#define RAYDECK_CANVAS_SVG_H

#include "backends/base/buf.h"
#include "tui/draw/canvas.h"
#include "tui/term/theme.h"

enum { CANVAS_SVG_MAX = 8 * 1024 * 1024 };

/* title: safe text. light or dark may be NULL, not both. Where a theme leaves the page to the terminal it is white in a
 * light picture and nearly black in a dark one. */
void canvas_svg(const struct canvas *cv, const char *title, const struct theme *light, const struct theme *dark,
                struct buf *out);

#endif
