/*
 * paint.h - turns a canvas into the bytes that update a terminal: ncurses on a memfd. No tty, no clock, never blocks.
 *
 * ncurses keeps its own model of the screen and writes the differences, here to a buffer. One at a time per process
 * (ncurses' current screen). ncurses reads nothing: its input is /dev/null and typeahead is off.
 */
#ifndef RAYDECK_TERM_PAINT_H
#define RAYDECK_TERM_PAINT_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "tui/draw/canvas.h"
#include "tui/term/theme.h"

#include <stdbool.h>

enum { PAINT_ROWS_MAX = 500, PAINT_COLS_MAX = 1000, PAINT_BYTES_MAX = 32 * 1024 * 1024 };

struct paint;
struct paint_conf {
    const char *terminal; /* a terminfo name */
    int rows, cols;
    bool mono, ascii;
    bool direct;               /* it takes direct colours, whatever its terminfo entry says */
    const struct theme *theme; /* copied */
};
/* A terminal without a terminfo entry is drawn on as PAINT_STAND_IN. ERR_UNSUPPORTED: there is no entry of that
 * either, or the terminal cannot move its cursor; `why` has a remedy. */
#define PAINT_STAND_IN "xterm-256color"
enum err paint_open(const struct paint_conf *conf, struct paint **ret, struct why *why);
void paint_free(struct paint *p); /* NULL is fine; writes nothing: see paint_leave */

/* Each appends bytes to out, or none. The first frame, and the first after paint_leave, enters the alternate screen and
 * draws everything. paint_leave restores the normal screen, colours and cursor. */
void paint_frame(struct paint *p, const struct canvas *cv, struct buf *out);
void paint_leave(struct paint *p, struct buf *out);
void paint_size(struct paint *p, int rows, int cols);
void paint_theme(struct paint *p, const struct theme *theme);
void paint_redraw(struct paint *p); /* the next frame draws everything */

bool paint_stands_in(const struct paint *p);  /* the terminal has no entry: drawn on as PAINT_STAND_IN */
int paint_colors(const struct paint *p);      /* 0: mono; 8, 16, 256; 0x1000000: direct */
bool paint_like_xterm(const struct paint *p); /* supports titles and a title stack, as xterm does */
/* The bytes of paint_leave, for restoring without ncurses: NUL-terminated, whole capabilities. Returns their number. */
size_t paint_leave_bytes(struct paint *p, char *out, size_t size);

#endif
