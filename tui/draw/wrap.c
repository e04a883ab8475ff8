/* wrap.c - Text in lines of a given width. */
#include "tui/draw/wrap.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { UTF8_MAX = 4 };

static int columns_of(uint32_t cp)
{
    int width = cp == TEXT_INVALID || cp == '\t' ? 1 : text_cp_width(cp);
    return width < 0 ? 1 : width;
}

static size_t without_blanks(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) len--;
    return len;
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
            return resume > 0 && gap > 0 ? gap : without_blanks(text, at);
        }
        used += columns;
        at += bytes;
    }
    *ret_next = at + (text[at] == '\n');
    return without_blanks(text, at);
}

int wrap_hang_of(const char *line, int width)
{
    int col = (int)strspn(line, " "), lead = col, blanks = 0;
    for (const char *at = line + col; *at && *at != '\n' && col <= width / 2;) {
        if (blanks >= 2 && *at != ' ') return col;
        uint32_t cp;
        blanks = *at == ' ' ? blanks + 1 : 0;
        at += text_decode(at, strnlen(at, UTF8_MAX), &cp);
        col += columns_of(cp);
    }
    return lead <= width / 2 ? lead : 0;
}

/* Bytes before that column; of all the text or line where it is shorter. */
static size_t bytes_before(const char *text, int column)
{
    size_t at = 0;
    for (int used = 0; used < column && text[at] && text[at] != '\n';) {
        uint32_t cp;
        at += text_decode(text + at, strnlen(text + at, UTF8_MAX), &cp);
        used += columns_of(cp);
    }
    return at;
}

size_t wrap_first_line(const char *text, int width, int hang, size_t *ret_next)
{
    const size_t len = wrap_line(text, width, ret_next), second = bytes_before(text, hang);
    const bool whole = !text[len] || text[len] == '\n';
    if (whole || len >= second || hang >= width || !text[second] || text[second] == '\n') return len;
    const size_t rest = wrap_line(text + second, width - hang, ret_next);
    *ret_next += second;
    return second + rest;
}

/* Lines one by one; cv NULL counts them only. Lines that continue another one are indented where it hangs. */
static int wrap_walk(struct canvas *cv, int row, int col, int width, enum role role, const char *text, int skip,
                     bool hangs)
{
    int rows = 0, indent = 0;
    bool begins = true;
    size_t next;
    for (; *text && rows < INT_MAX && (!cv || row + rows < cv->rows); text += next) {
        if (begins && hangs) indent = wrap_hang_of(text, width);
        size_t len = begins ? wrap_first_line(text, width, indent, &next) : wrap_line(text, width - indent, &next);
        int at = begins ? col : col + indent;
        begins = next > 0 && text[next - 1] == '\n';
        if (skip-- > 0) continue;
        if (cv) canvas_textn(cv, row + rows, at, role, text, len);
        rows++;
    }
    return rows;
}

int wrap_height(const char *text, int width)
{
    return wrap_walk(NULL, 0, 0, width, ROLE_TEXT, text, 0, false);
}

int wrap_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip)
{
    return wrap_walk(cv, row, col, cv->cols - col, role, text, skip, false);
}

int wrap_hang_height(const char *text, int width)
{
    return wrap_walk(NULL, 0, 0, width, ROLE_TEXT, text, 0, true);
}

int wrap_hang_draw(struct canvas *cv, int row, int col, enum role role, const char *text, int skip)
{
    return wrap_walk(cv, row, col, cv->cols - col, role, text, skip, true);
}

/* Bytes of the longest run of leading parts that fits; 0: none does. */
static size_t parts_len(const char *text, int width, int lines)
{
    static const char *const ends[] = {" · ", "; ", ", "};
    size_t fitting = 0;
    for (const char *at = text;; at++) {
        bool part = !*at;
        for (size_t i = 0; i < ARRAY_LEN(ends); i++) part |= strncmp(at, ends[i], strlen(ends[i])) == 0;
        if (part) {
            char *run = mem_strn(text, (size_t)(at - text));
            const bool fits = wrap_height(run, width) <= lines;
            free(run);
            if (!fits) return fitting;
            fitting = (size_t)(at - text);
        }
        if (!*at) return fitting;
    }
}

void wrap_parts_draw(struct canvas *cv, int row, int col, int lines, enum role role, const char *text)
{
    const int width = cv->cols - col;
    struct canvas room = canvas_sub(cv, row, col, lines, width);
    if (width <= 0 || lines <= 0) return;
    const size_t len = parts_len(text, width, lines);
    char *run = mem_strn(text, len);
    if (len || !*text)
        wrap_draw(&room, 0, 0, role, run, 0);
    else
        canvas_field(&room, 0, 0, width, role, text);
    free(run);
}
