/* wrap.h - safe text broken into lines of a width: at spaces where there are any, inside a word where one is too long,
 * at every '\n'. Never between a character and its combining marks. */
#ifndef RAYDECK_DRAW_WRAP_H
#define RAYDECK_DRAW_WRAP_H

#include "tui/draw/canvas.h"

#include <stddef.h>

/* Bytes of the first line of text (blanks at its end left out); *ret_next is how many to skip to the line after it. At
 * the end of the text both are 0. A line holds at least one character, however narrow. Tabs count as one column. */
size_t wrap_line(const char *text, int width, size_t *ret_next);
int wrap_height(const char *text, int width); /* lines */

/* Draws lines from line `skip` on, in the window's width, up to its last row. Returns the rows used. */
int wrap_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip);

/* The same for lines of "key   value": what continues one stands under its value. */
int wrap_hang_height(const char *text, int width);
int wrap_hang_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip);

#endif
