/* wrap.h - wraps safe text: at '\n', else at spaces, else within a word; never between a character and its combining
 * marks. */
#ifndef RAYDECK_DRAW_WRAP_H
#define RAYDECK_DRAW_WRAP_H

#include "tui/draw/canvas.h"

#include <stddef.h>

/* Bytes of the first line of text, without trailing blanks; *ret_next: bytes up to the next line. At the end of the
 * text both are 0. A line has at least one character, however narrow. Tabs count as one column. */
size_t wrap_line(const char *text, int width, size_t *ret_next);
int wrap_height(const char *text, int width); /* lines */

/* Draws the lines from `skip` on in the window. Returns the rows used. */
int wrap_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip);

/* The leading parts of a text (" · ", "; " and ", " are between them) that fit whole into so many lines: half a
 * sentence may say the opposite. Where not even the first one fits, its beginning, with an ellipsis. */
void wrap_parts_draw(struct canvas *cv, int row, int col, int lines, enum role role, const char *text);

/* Where the lines that continue one begin: under its second column, where that leaves them half the width at least,
 * else under its first word. */
int wrap_hang_of(const char *line, int width);
/* wrap_line for the first line of one that hangs there: it breaks within the second column rather than before it, which
 * would leave the first one alone and win no room. */
size_t wrap_first_line(const char *text, int width, int hang, size_t *ret_next);
/* wrap_height and wrap_draw for lines of "key   value": continuation lines begin at wrap_hang_of. */
int wrap_hang_height(const char *text, int width);
int wrap_hang_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip);

#endif
