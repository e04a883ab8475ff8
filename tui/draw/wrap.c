#include "tui/draw/wrap.h"

#include "backends/base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

enum { UTF8_MAX = 4 };

static int columns_of(uint32_t cp)
{
    int width = cp == TEXT_INVALID || cp == '\t' ? 1 : text_cp_width(cp);
    return width < 0 ? 1 : width;
}

size_t wrap_line(const char *text, int width, size_t *ret_next)
{
    size_t at = 0, gap = 0, resume = 0;
    int used = 0;
    while (text[at] && text[at] != '\n') {
        uint32_t cp;
        size_t bytes = text_decode(text + at, strnlen(text + at, UTF8_MAX), &cp);
        int columns = columns_of(cp);
        if (cp == ' ' || cp == '\t') {
            /* A run of blanks may hang over the edge; the line after it starts with the next word. */
            if (resume != at || at == 0) gap = at;
            resume = at + bytes;
        } else if (used + columns > width && at > 0 && columns > 0) {
            *ret_next = resume > 0 && gap > 0 ? resume : at;
            return resume > 0 && gap > 0 ? gap : at;
        }
        used += columns;
        at += bytes;
    }
    *ret_next = at + (text[at] == '\n');
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) at--;
    return at;
}

int wrap_height(const char *text, int width)
{
    int lines = 0;
    size_t next;
    for (; *text && lines < INT_MAX; text += next, lines++) wrap_line(text, width, &next);
    return lines;
}

int wrap_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip)
{
    int rows = 0;
    size_t next;
    for (; *text && row + rows < cv->rows; text += next) {
        size_t len = wrap_line(text, cv->cols - col, &next);
        if (skip-- > 0) continue;
        canvas_textn(cv, row + rows++, col, role, text, len);
    }
    return rows;
}
