/* glyph.h - what stands for a character where there is only ASCII. The glyphs by name are in canvas.h. */
#ifndef RAYDECK_DRAW_GLYPH_H
#define RAYDECK_DRAW_GLYPH_H

#include <stdint.h>

uint32_t glyph_fold(uint32_t cp); /* one column of ASCII; '?' where nothing resembles it */

#endif
