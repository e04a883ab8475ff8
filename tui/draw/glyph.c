/* glyph.c - Drawing characters, in UTF-8 and in ASCII. */
#include "tui/draw/glyph.h"

#include "backends/base/mem.h"
#include "tui/draw/canvas.h"

const char *glyph(bool ascii, enum glyph g)
{
    static const char *const glyphs[GLYPH_COUNT][2] = {
        [GLYPH_DOT] = {"·", "."},      [GLYPH_BULLET] = {"•", "*"}, [GLYPH_CHECK] = {"✔", "v"},
        [GLYPH_CROSS] = {"✗", "x"},    [GLYPH_POINT] = {"▸", ">"},  [GLYPH_ARROW] = {"→", ">"},
        [GLYPH_HLINE] = {"─", "-"},    [GLYPH_VLINE] = {"│", "|"},  [GLYPH_UNKNOWN] = {"–", "-"},
        [GLYPH_ELLIPSIS] = {"…", "~"}, [GLYPH_FULL] = {"█", "#"},   [GLYPH_EMPTY] = {"░", "."},
        [GLYPH_CRUMB] = {"›", ">"},
    };
    return (unsigned)g < GLYPH_COUNT ? glyphs[g][ascii] : "?";
}

uint32_t glyph_fold(uint32_t cp)
{
    /* Everything beyond ASCII that our own screens write, and what typographers put into plain text. */
    static const struct {
        uint32_t from, to;
        char as;
    } folds[] = {
        {0xA0, 0xA0, ' '},     {0xB5, 0xB5, 'u'},      {0xB7, 0xB7, '.'},     {0xD7, 0xD7, 'x'},
        {0x2010, 0x2015, '-'}, {0x2018, 0x2019, '\''}, {0x201C, 0x201D, '"'}, {0x2022, 0x2022, '*'},
        {0x2026, 0x2026, '~'}, {0x2039, 0x2039, '<'},  {0x203A, 0x203A, '>'}, {0x2190, 0x2190, '<'},
        {0x2191, 0x2191, '^'}, {0x2192, 0x2192, '>'},  {0x2193, 0x2193, 'v'}, {0x2212, 0x2212, '-'},
        {0x2264, 0x2264, '<'}, {0x2265, 0x2265, '>'},  {0x2500, 0x2501, '-'}, {0x2502, 0x2503, '|'},
        {0x2504, 0x2505, '-'}, {0x250A, 0x250A, '.'},  {0x250C, 0x254B, '+'}, {0x256D, 0x2570, '+'},
        {0x2573, 0x2573, 'x'}, {0x2577, 0x2577, '|'},  {0x2581, 0x2582, '_'}, {0x2583, 0x2584, '-'},
        {0x2585, 0x2586, '='}, {0x2587, 0x258A, '#'},  {0x258B, 0x258F, '+'}, {0x2591, 0x2591, '.'},
        {0x2592, 0x2593, ':'}, {0x259A, 0x259A, '%'},  {0x25B2, 0x25B2, '^'}, {0x25B8, 0x25B8, '>'},
        {0x25CF, 0x25CF, '*'}, {0x2713, 0x2714, 'v'},  {0x2717, 0x2718, 'x'},
    };
    if (cp < 0x80) return cp;
    for (size_t i = 0; i < ARRAY_LEN(folds); i++)
        if (cp >= folds[i].from && cp <= folds[i].to) return (uint32_t)folds[i].as;
    return '?';
}

/* Source: the table cp437 that the kernel builds its font from (drivers/tty/vt/cp437.uni), less what Debian's Lat15
 * fonts (console-setup) lack. */
uint32_t glyph_console(uint32_t cp)
{
    static const uint32_t kept[] = {0xA0,   0xB0,   0xB1,   0xB5,   0xB7,   0x2022, 0x2190, 0x2191,
                                    0x2192, 0x2193, 0x2264, 0x2265, 0x2500, 0x2502, 0x250C, 0x2510,
                                    0x2514, 0x2518, 0x251C, 0x2524, 0x252C, 0x2534, 0x253C, 0x2580,
                                    0x2584, 0x2588, 0x258C, 0x2590, 0x2591, 0x2592, 0x2593};
    static const struct {
        uint32_t from, to, as;
    } near[] = {{0x2581, 0x2582, '_'},    {0x2583, 0x2585, 0x2584}, {0x2586, 0x2587, 0x2588}, {0x2589, 0x258A, 0x2588},
                {0x258B, 0x258D, 0x258C}, {0x258E, 0x258F, ' '},    {0x25B8, 0x25B8, '>'},    {0x25CF, 0x25CF, 0x2022}};
    if (cp < 0x80) return cp;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (kept[i] == cp) return cp;
    for (size_t i = 0; i < ARRAY_LEN(near); i++)
        if (cp >= near[i].from && cp <= near[i].to) return near[i].as;
    return glyph_fold(cp);
}
