/* bar.c - a bar of eighths. */
#include "tui/draw/bar.h"

#include <math.h>

void bar_draw(struct canvas *cv, int row, int col, int width, enum role full, struct known_f64 share)
{
    if (width <= 0) return;
    if (!share.known || isnan(share.value)) {
        canvas_field(cv, row, col, width, ROLE_DIM, glyph(cv->ascii, GLYPH_UNKNOWN));
        return;
    }
    double of = share.value < 0 ? 0 : share.value > 1 ? 1 : share.value;
    int eighths = (int)lround(of * width * 8), whole = eighths / 8, rest = eighths % 8;
    /* ASCII has no eighths: the nearest whole cell. */
    if (cv->ascii) {
        whole += rest >= 4;
        rest = 0;
    }
    canvas_fill(cv, row, col, 1, width, ROLE_BAR_EMPTY, 0x2591);
    canvas_fill(cv, row, col, 1, whole, full, cv->ascii ? '#' : 0x2588);
    if (rest) canvas_fill(cv, row, col + whole, 1, 1, full, (uint32_t)(0x2590 - rest));
}
