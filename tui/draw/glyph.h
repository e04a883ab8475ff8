/* glyph.h - ASCII stand-ins of characters. canvas.h names the glyphs. */
#ifndef RAYDECK_DRAW_GLYPH_H
#define RAYDECK_DRAW_GLYPH_H

#include <stdint.h>

uint32_t glyph_fold(uint32_t cp); /* one ASCII character; '?': no stand-in */

/* The same for a console (TERM=linux), whose fonts have the characters of code page 437: lines, blocks, arrows. */
uint32_t glyph_console(uint32_t cp);

#endif
