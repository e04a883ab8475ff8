/* palette.c - colours a terminal has, and the nearest of them. */
#include "tui/term/palette.h"

#include "backends/base/mem.h"
#include "tui/term/theme.h"

#include <stdbool.h>
#include <stdlib.h>

/* xterm's own; a terminal may be set up otherwise, so nothing is chosen from the first 16 when there are more. */
static const int32_t first16[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
                                    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

int32_t palette_rgb(int index)
{
    static const int32_t steps[6] = {0, 0x5f, 0x87, 0xaf, 0xd7, 0xff};
    if (index < 16) return first16[index < 0 ? 0 : index];
    if (index >= 232) return (8 + 10 * (index - 232)) * 0x10101;
    index -= 16;
    return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
}

/* Differences weighed roughly as the eye does ("redmean"). */
static int64_t colour_distance(int32_t a, int32_t b)
{
    int64_t ra = a >> 16 & 255, rb = b >> 16 & 255, red = ra - rb, mean = (ra + rb) / 2;
    int64_t green = (a >> 8 & 255) - (b >> 8 & 255), blue = (a & 255) - (b & 255);
    return (512 + mean) * red * red / 256 + 4 * green * green + (767 - mean) * blue * blue / 256;
}

/* Without a hue of its own: among few colours it must not be given one. */
static bool is_grey(int32_t rgb)
{
    int r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;
    return abs(r - g) < 24 && abs(g - b) < 24 && abs(r - b) < 24;
}

static int nearest_colour(int32_t want, int from, int to)
{
    int best = -1;
    for (int i = from; i < to; i++) {
        if (to <= 16 && is_grey(want) && !is_grey(palette_rgb(i))) continue;
        if (best < 0 || colour_distance(want, palette_rgb(i)) < colour_distance(want, palette_rgb(best))) best = i;
    }
    return best;
}

int theme_nearest(int32_t color, int colors)
{
    if (color == COLOR_DEFAULT || colors < 8) return COLOR_DEFAULT;
    bool rgb = color & COLOR_RGB;
    if (!rgb && color < (colors < 16 ? 8 : colors < 256 ? 16 : 256)) return color;
    if (!rgb && color < 16) return color - 8;
    int32_t want = rgb ? color & 0xFFFFFF : palette_rgb(color);
    return colors >= 256 ? nearest_colour(want, 16, 256) : nearest_colour(want, 0, colors >= 16 ? 16 : 8);
}
