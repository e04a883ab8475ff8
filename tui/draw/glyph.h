/* glyph.h - ASCII stand-ins of characters. canvas.h names the glyphs. */
#ifndef RAYDECK_DRAW_GLYPH_H
#define RAYDECK_DRAW_GLYPH_H

#include <stdint.h>

uint32_t glyph_fold(uint32_t cp); /* one ASCII character; '?': no stand-in */

#endif
