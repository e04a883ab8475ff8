/*
 * truecolor.h - direct colours on a terminal whose terminfo entry has only 256: ncurses is given a number of its
 * palette for each, and the bytes that select that number are replaced by those that select the colour (ISO 8613-6:
 * "38;2;R;G;B"). Pure.
 *
 * Against a terminfo entry with direct colour (xterm-direct) this needs no entry, which Debian has in a package of its
 * own, works for every terminal's own entry, and costs fewer bytes: what a theme takes from the palette stays a number.
 */
#ifndef RAYDECK_TERM_TRUECOLOR_H
#define RAYDECK_TERM_TRUECOLOR_H

#include "backends/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct truecolor {
    int32_t rgb[256]; /* 0xrrggbb of a number that stands for a colour; -1: it stands for itself */
    bool taken[256];  /* by a colour, or by the theme for itself */
};
void truecolor_init(struct truecolor *t);
void truecolor_keep(struct truecolor *t, int number); /* it stands for itself */
/* The number that stands for a colour: one for each, 16 to 255; the nearest where none is left. */
int truecolor_number(struct truecolor *t, int32_t rgb);

/* Appends the bytes, with the numbers replaced. Whole sequences. */
void truecolor_write(const struct truecolor *t, const char *bytes, size_t len, struct buf *out);

#endif
