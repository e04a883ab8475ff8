/*
 * painted.h - what a terminal shows of a canvas: its bytes as tui/term/paint.h writes them for that terminal, read back
 * through libvterm. As text for screen tests: the lines, and under each one that has other looks than the most frequent
 * a line of letters; at the end what each letter stands for ("n208": an index, "#rrggbb": direct).
 */
#ifndef RAYDECK_TESTS_PAINTED_H
#define RAYDECK_TESTS_PAINTED_H

#include "tui/draw/canvas.h"

#include <stdbool.h>

struct painted_terminal {
    const char *name;  /* a terminfo name */
    const char *theme; /* of themes/, without ".yaml" */
    int colors;        /* that the terminal must have, as paint_colors says; fails the test otherwise */
    bool mono, direct; /* as in struct paint_conf */
};
char *painted_text(const struct painted_terminal *terminal, const struct canvas *cv); /* caller frees */

#endif
