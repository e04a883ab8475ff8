/* role.h - roles: the meaning of a cell, which a theme maps to colours (themes/, tui/term/theme.h). Never colour alone:
 * a word or a glyph also conveys each role. */
#ifndef RAYDECK_DRAW_ROLE_H
#define RAYDECK_DRAW_ROLE_H

/* X(NAME, name in theme files, default theme's colour in 16 colours, attributes) is in tui/draw/role.def */
enum role {
#define ROLE(name, word) ROLE_##name,
#include "tui/draw/role.def"
#undef ROLE
    ROLE_COUNT
};
const char *role_name(enum role role);

#endif
