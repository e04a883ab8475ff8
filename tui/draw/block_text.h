/*
 * block_text.h - text in big letters of filled cells, to be read from the back of a room. Letters, digits and ": . / -
 * %"; a dash of any kind is "-", small letters are drawn as capitals, and anything else as "?".
 */
#ifndef RAYDECK_DRAW_BLOCK_TEXT_H
#define RAYDECK_DRAW_BLOCK_TEXT_H

#include "tui/draw/canvas.h"

/* From small to large. HALF needs the half blocks, which ASCII has none of. */
enum block_size {
    BLOCK_NONE,
    BLOCK_HALF,   /* 3 rows; a dot is a column wide and half a row high */
    BLOCK_TALL,   /* 5 rows; a dot is a column */
    BLOCK_SQUARE, /* 5 rows; a dot is two columns */
    BLOCK_DOUBLE  /* 10 rows; a dot is four columns and two rows */
};
int block_text_rows(enum block_size size);
int block_text_cols(const char *text, enum block_size size);
/* The largest size up to `most` in which the text fits into that room; NONE: it fits in none. */
enum block_size block_text_fit(const char *text, int rows, int cols, enum block_size most, bool ascii);
/* Draws the dots in `role` and leaves the cells between them alone; clipped as any text. NONE draws nothing. */
void block_text_draw(struct canvas *cv, int row, int col, enum role role, const char *text, enum block_size size);

#endif
