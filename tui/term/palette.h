/* palette.h - the RGB values of the 256 standard colours. */
#ifndef RAYDECK_TERM_PALETTE_H
#define RAYDECK_TERM_PALETTE_H

#include <stdint.h>

int32_t palette_rgb(int index); /* 0xrrggbb; index 0..255 */

#endif
