/* color.c - Colours the terminal can show, of those a theme asks for. */
#include "tui/term/color.h"

#include "tui/term/palette.h"

#include <term.h>

int color_depth(void)
{
    if (!has_colors() || COLORS < 8) return 0;
    /* An extended capability: a flag, a number of bits, or bits for each of red, green and blue. */
    char rgb[] = "RGB";
    char *bits = tigetstr(rgb);
    bool direct = tigetflag(rgb) > 0 || tigetnum(rgb) > 0 || (bits && bits != (char *)-1);
    if (direct && COLORS >= COLOR_DIRECT) return COLOR_DIRECT;
    return COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : 8;
}

static bool is_direct(int32_t color)
{
    return color != COLOR_DEFAULT && (color & COLOR_RGB);
}

/* With direct colour terminfo still takes 0..7 for the palette's first colours; the rest is 0xrrggbb. */
static int number_of(int32_t color, int depth, struct truecolor *direct)
{
    if (direct && is_direct(color)) return truecolor_number(direct, color & 0xFFFFFF);
    if (depth != COLOR_DIRECT || color == COLOR_DEFAULT) return theme_nearest(color, depth);
    if (!(color & COLOR_RGB) && color < 8) return color;
    int32_t rgb = color & COLOR_RGB ? color & 0xFFFFFF : palette_rgb(color);
    return rgb < 8 ? 0 : rgb;
}

static attr_t attributes_of(const struct look *look, int depth)
{
    attr_t a = A_NORMAL;
    if (look->bold) a |= A_BOLD;
    if (look->dim) a |= A_DIM;
    if (look->underline) a |= A_UNDERLINE;
    if (look->italic) a |= A_ITALIC;
    if (look->reverse) a |= A_REVERSE;
    /* Eight colours: bold is what makes them bright. */
    if (depth == 8 && !(look->fg & COLOR_RGB) && look->fg >= 8 && look->fg < 16) a |= A_BOLD;
    return a;
}

/* What a theme takes from the palette itself. */
static void palette_keep(const struct theme *theme, struct truecolor *direct)
{
    truecolor_init(direct);
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct look *look = &theme->look[role];
        if (!is_direct(look->fg)) truecolor_keep(direct, look->fg);
        if (!is_direct(look->bg)) truecolor_keep(direct, look->bg);
    }
}

/* Among few colours a grey surface's nearest is black: on the terminal's own page, black mostly, nothing would stand
 * out. */
static bool surface_is_lost(const struct look *look, const struct look *page, struct shade s, int depth)
{
    const bool grey = look->bg != COLOR_DEFAULT && look->bg != 0 && look->bg != COLOR_RGB;
    return depth < 256 && page->bg == COLOR_DEFAULT && grey && s.bg == 0;
}

struct shade color_shade(const struct theme *theme, enum role role, int depth, struct truecolor *direct)
{
    if (depth == 0) theme = theme_without_colors(theme);
    const struct look *page = &theme->look[ROLE_TEXT];
    struct look look = theme->look[role];
    struct shade s = {attributes_of(&look, depth), COLOR_DEFAULT, COLOR_DEFAULT};
    if (depth == 0) return s;
    /* A theme with a page of its own leaves nothing to the terminal's. */
    if (page->bg != COLOR_DEFAULT && look.bg == COLOR_DEFAULT) look.bg = page->bg;
    if (page->bg != COLOR_DEFAULT && look.fg == COLOR_DEFAULT) look.fg = page->fg;
    s.fg = number_of(look.fg, depth, direct), s.bg = number_of(look.bg, depth, direct);
    if (surface_is_lost(&look, page, s, depth))
        return (struct shade){s.attributes | A_REVERSE, COLOR_DEFAULT, COLOR_DEFAULT};
    /* Among eight colours a dark grey's nearest is black: unseen on a black screen. */
    if (depth == 8 && s.fg == 0 && look.fg != 0 && s.bg == COLOR_DEFAULT) {
        s.fg = COLOR_DEFAULT;
        s.attributes |= A_DIM;
    }
    /* Nor is a grey seen whose nearest is that of the page. */
    if (depth < 256 && s.fg == s.bg && look.fg != look.bg) s.fg = number_of(page->fg, depth, direct);
    return s;
}

void color_inks(const struct theme *theme, int depth, struct truecolor *direct, struct ink ret[ROLE_COUNT])
{
    if (direct) palette_keep(theme, direct);
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct shade s = color_shade(theme, (enum role)role, depth, direct);
        ret[role] = (struct ink){s.attributes, 0};
        if ((s.fg == COLOR_DEFAULT && s.bg == COLOR_DEFAULT) || role + 1 >= COLOR_PAIRS) continue;
        if (init_extended_pair(role + 1, s.fg, s.bg) != ERR) ret[role].pair = role + 1;
    }
}
