/* color.h - maps a theme to the terminal's attributes and colour pairs. Private to paint.c. */
#ifndef RAYDECK_TERM_COLOR_H
#define RAYDECK_TERM_COLOR_H

#include "tui/term/theme.h"
#include "tui/term/truecolor.h"

#include <curses.h>

struct ink {
    attr_t attributes;
    int pair;
};
enum { COLOR_DIRECT = 0x1000000 };

/* Call it after start_color: 0 (mono), 8, 16, 256 or COLOR_DIRECT. */
int color_depth(void);
/* What a terminal of that depth shows of a role: pure. */
struct shade {
    attr_t attributes;
    int fg, bg; /* COLOR_DEFAULT, a number of the palette, or 0xrrggbb */
};
struct shade color_shade(const struct theme *theme, enum role role, int depth, struct truecolor *direct);
/* direct: filled, for a terminal of 256 colours that takes direct ones too; NULL: it does not. */
void color_inks(const struct theme *theme, int depth, struct truecolor *direct, struct ink ret[ROLE_COUNT]);

#endif
