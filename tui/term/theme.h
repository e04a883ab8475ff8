/*
 * theme.h - maps roles to colours, from themes/NAME.yaml. theme_parse has no I/O; the built-in default needs no file.
 *
 * File: name, and a map `roles` of role name (tui/draw/role.def) to {fg, bg, bold, dim, underline, reverse, italic}. A
 * colour is one of 16 names (red, bright-red, default …), 0-255, or "#rrggbb"; the terminal's nearest is used. Absent
 * roles are those of the default theme. A bg of the role text is the page: what other roles leave to the terminal is
 * then the page's. Errors name file, line and column.
 */
#ifndef RAYDECK_TERM_THEME_H
#define RAYDECK_TERM_THEME_H

#include "backends/base/err.h"
#include "tui/draw/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLOR_DEFAULT = -1, COLOR_RGB = 0x1000000 /* | rrggbb; else an index 0..255 */ };
struct look {
    int32_t fg, bg;
    bool bold, dim, underline, reverse, italic;
};
struct theme {
    char name[32];
    struct look look[ROLE_COUNT];
};
void theme_default(struct theme *t);
/* What a terminal without colours, or one that must show none, is drawn with: the theme itself where it has none, else
 * the theme mono, because what colours alone say would be lost. The result is the argument, or static. */
const struct theme *theme_without_colors(const struct theme *t);
enum err theme_parse(const char *file, const char *bytes, size_t len, struct theme *ret, struct why *why);

/* The nearest palette index of a colour for a terminal of `colors` (8, 16, 256). */
int theme_nearest(int32_t color, int colors);

#endif
