/*
 * canvas.h - a grid of cells with a role each: what panes draw on. Pure.
 *
 * A canvas may be a window on another (canvas_sub); coordinates are its own, and whatever falls outside is clipped. A
 * wide character takes two cells, the second one empty; one that does not fit is replaced by a space. Only safe text
 * (base/text.h) may be drawn; unsafe characters are drawn as '?'. An ASCII canvas draws our glyphs as their ASCII
 * stand-ins of the same width, and all other characters beyond ASCII as '?'.
 */
#ifndef RAYDECK_DRAW_CANVAS_H
#define RAYDECK_DRAW_CANVAS_H

#include "tui/draw/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELL_MARKS = 3 };
struct cell {
    uint32_t cp;               /* 0: the second half of a wide character */
    uint32_t mark[CELL_MARKS]; /* combining characters */
    unsigned char role;
};
struct cursor {
    int row, col; /* of the root; row -1: hidden */
};
struct canvas {
    struct cell *cells;    /* of the whole grid */
    int stride, top, left; /* position of this window in it */
    int rows, cols;
    bool ascii; /* glyphs fall back: see glyph() */
    bool owned;
    struct cursor *cursor; /* shared by all windows of a root, which owns it */
};

void canvas_init(struct canvas *c, int rows, int cols); /* blank, ROLE_TEXT */
void canvas_done(struct canvas *c);
void canvas_clear(struct canvas *c, enum role role);
struct canvas canvas_sub(const struct canvas *c, int row, int col, int rows, int cols); /* clipped to c */
const struct cell *canvas_cell(const struct canvas *c, int row, int col);               /* NULL outside */
int clamp_int(int v, int low, int high); /* the nearest to v from low to high; low where that is above high */
int canvas_role_end(const struct canvas *c, int row, int col); /* of the cells of one role from (row, col) on */

/* Draws safe text from (row, col) on, clipped at the window's edge; returns the column after it. */
int canvas_text(struct canvas *c, int row, int col, enum role role, const char *text);
int canvas_textn(struct canvas *c, int row, int col, enum role role, const char *text, size_t len);
int canvas_printf(struct canvas *c, int row, int col, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The same in exactly `width` columns: padded, or truncated with an ellipsis. width < 0: right-aligned. */
void canvas_field(struct canvas *c, int row, int col, int width, enum role role, const char *text);
/* The same, left-aligned, for text whose end matters: it is truncated at its beginning. */
void canvas_field_end(struct canvas *c, int row, int col, int width, enum role role, const char *text);
void canvas_fill(struct canvas *c, int row, int col, int rows, int cols, enum role role, uint32_t cp);
void canvas_role(struct canvas *c, int row, int col, int cols, enum role role); /* sets the role of existing cells */
void canvas_cursor(struct canvas *c, int row, int col); /* where the terminal's cursor goes; window coordinates */

/* As lines of UTF-8 without trailing blanks, for screen tests. Caller frees. with_roles adds, under each line with
 * roles other than TEXT, a line of letters (a to z, then A to Z, in the order of role.def). */
char *canvas_dump(const struct canvas *c, bool with_roles);

/* Glyphs by name, with their ASCII stand-ins: "▸" ">" and so on. */
enum glyph {
    GLYPH_DOT,
    GLYPH_BULLET,
    GLYPH_CHECK,
    GLYPH_CROSS,
    GLYPH_POINT,
    GLYPH_ARROW,
    GLYPH_HLINE,
    GLYPH_VLINE,
    GLYPH_UNKNOWN,
    GLYPH_ELLIPSIS,
    GLYPH_FULL,
    GLYPH_EMPTY,
    GLYPH_CRUMB,
    GLYPH_COUNT
};
const char *glyph(bool ascii, enum glyph g);

#endif
