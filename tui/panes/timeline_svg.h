/*
 * timeline_svg.h - a timeline as SVG 1.1: one self-contained file without scripts, links or fonts, for a ticket or a
 * slide. Pure.
 *
 * It draws the lanes that the pane draws, each with a title that a browser shows where the pointer is. Colours are
 * those of a light or a dark page, by the reader's preference unless one is asked for; shapes and patterns carry what
 * colours say. Foreign text is escaped.
 */
#ifndef RAYDECK_PANES_TIMELINE_SVG_H
#define RAYDECK_PANES_TIMELINE_SVG_H

#include "backends/base/buf.h"
#include "tui/panes/timeline_draw.h"

enum { TIMELINE_SVG_MAX = 8 * 1024 * 1024 };
enum svg_theme { SVG_AUTO, SVG_LIGHT, SVG_DARK };

/* title: "RayService mistral/mistral"; safe text. */
void timeline_svg(const struct timeline_scene *s, const char *title, enum svg_theme theme, struct buf *out);

#endif
