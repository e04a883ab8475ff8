/* canvas.c - Cells with a character and a role. */
#include "tui/draw/canvas.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/glyph.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANVAS_SIDE_MAX = 4096, CANVAS_PRINTF_MAX = 4096 };

static const struct cell blank = {' ', {0, 0, 0}, ROLE_TEXT};

int clamp_int(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* Where n columns (or rows) from `at` on end, within a limit. Nothing, wherever it begins, ends within it too. */
static int span_end(int at, int n, int limit)
{
    if (n <= 0) return clamp_int(at, 0, limit);
    return n >= limit - at ? limit : at + n;
}

void canvas_init(struct canvas *c, int rows, int cols)
{
    *c = (struct canvas){.rows = clamp_int(rows, 0, CANVAS_SIDE_MAX), .cols = clamp_int(cols, 0, CANVAS_SIDE_MAX)};
    c->stride = c->cols;
    c->owned = true;
    c->cells = mem_zero((size_t)c->rows * (size_t)c->cols + 1, sizeof *c->cells);
    c->cursor = mem_zero(1, sizeof *c->cursor);
    canvas_clear(c, ROLE_TEXT);
}

void canvas_done(struct canvas *c)
{
    if (!c || !c->owned) return;
    free(c->cells);
    free(c->cursor);
    *c = (struct canvas){0};
}

static struct cell *cell_at(const struct canvas *c, int row, int col)
{
    return &c->cells[(size_t)(c->top + row) * (size_t)c->stride + (size_t)(c->left + col)];
}

const struct cell *canvas_cell(const struct canvas *c, int row, int col)
{
    return row >= 0 && row < c->rows && col >= 0 && col < c->cols ? cell_at(c, row, col) : NULL;
}

int canvas_role_end(const struct canvas *c, int row, int col)
{
    const unsigned char role = cell_at(c, row, col)->role;
    while (col < c->cols && cell_at(c, row, col)->role == role) col++;
    return col;
}

/* What is overwritten on one half must not leave the other half of a wide character behind, not even outside the
 * window. */
static void cell_put(struct canvas *c, int row, int col, uint32_t cp, enum role role)
{
    if (row < 0 || row >= c->rows || col < 0 || col >= c->cols) return;
    struct cell *cell = cell_at(c, row, col);
    int at = c->left + col;
    if (cell->cp == 0 && at > 0) {
        cell[-1].cp = ' ';
        memset(cell[-1].mark, 0, sizeof cell[-1].mark);
    }
    if (at + 1 < c->stride && cell[1].cp == 0) cell[1].cp = ' ';
    *cell = blank;
    cell->cp = cp;
    cell->role = (unsigned char)role;
}

static void put_wide(struct canvas *c, int row, int col, int end, uint32_t cp, enum role role)
{
    if (col < 0 || col + 2 > end) {
        cell_put(c, row, col, ' ', role);
        if (col + 1 < end) cell_put(c, row, col + 1, ' ', role);
        return;
    }
    cell_put(c, row, col, ' ', role);
    cell_put(c, row, col + 1, ' ', role);
    if (!canvas_cell(c, row, col)) return;
    cell_at(c, row, col)->cp = cp;
    cell_at(c, row, col + 1)->cp = 0;
}

static void put_mark(struct canvas *c, int row, int col, uint32_t cp)
{
    if (!canvas_cell(c, row, col)) return;
    struct cell *cell = cell_at(c, row, col);
    if (cell->cp == 0 && col > 0) cell--;
    for (int i = 0; i < CELL_MARKS; i++)
        if (!cell->mark[i]) {
            cell->mark[i] = cp;
            return;
        }
}

/* Draws up to, not into, column `end`; returns the column after what was drawn. */
static int put_text(struct canvas *c, int row, int col, int end, enum role role, const char *text, size_t len)
{
    int start = col;
    if (end > c->cols) end = c->cols;
    for (size_t i = 0; i < len && col <= end;) {
        uint32_t cp;
        i += text_decode(text + i, len - i, &cp);
        int width = cp == TEXT_INVALID ? -1 : text_cp_width(cp);
        if (width < 0) {
            cp = '?';
            width = 1;
        }
        if (c->ascii && width > 0) cp = glyph_fold(cp);
        if (width == 0) {
            if (!c->ascii && col > start) put_mark(c, row, col - 1, cp);
            continue;
        }
        if (col >= end) return end;
        if (width == 1)
            cell_put(c, row, col, cp, role);
        else if (c->ascii) {
            cell_put(c, row, col, cp, role);
            if (col + 1 < end) cell_put(c, row, col + 1, cp, role);
        } else
            put_wide(c, row, col, end, cp, role);
        col += width;
    }
    return col < end ? col : end > start ? end : start;
}

void canvas_clear(struct canvas *c, enum role role)
{
    canvas_fill(c, 0, 0, c->rows, c->cols, role, ' ');
    if (c->owned) *c->cursor = (struct cursor){-1, -1};
}

struct canvas canvas_sub(const struct canvas *c, int row, int col, int rows, int cols)
{
    struct canvas w = *c;
    int last_row = span_end(row, rows, c->rows), last_col = span_end(col, cols, c->cols);
    row = clamp_int(row, 0, c->rows);
    col = clamp_int(col, 0, c->cols);
    w.owned = false;
    w.top += row;
    w.left += col;
    w.rows = last_row > row ? last_row - row : 0;
    w.cols = last_col > col ? last_col - col : 0;
    return w;
}

int canvas_text(struct canvas *c, int row, int col, enum role role, const char *text)
{
    return canvas_textn(c, row, col, role, text, text ? strlen(text) : 0);
}

int canvas_textn(struct canvas *c, int row, int col, enum role role, const char *text, size_t len)
{
    return put_text(c, row, col, INT_MAX, role, text, len);
}

int canvas_printf(struct canvas *c, int row, int col, enum role role, const char *fmt, ...)
{
    char text[CANVAS_PRINTF_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return canvas_text(c, row, col, role, text);
}

void canvas_field(struct canvas *c, int row, int col, int width, enum role role, const char *text)
{
    bool right = width < 0;
    if (right) width = -width;
    if (width == 0) return;
    size_t len = text ? strlen(text) : 0;
    size_t wide = len ? text_width(text) : 0;
    int end = col + width;
    canvas_fill(c, row, col, 1, width, role, ' ');
    if (wide <= (size_t)width) {
        put_text(c, row, right ? end - (int)wide : col, end, role, text, len);
        return;
    }
    put_text(c, row, col, end - 1, role, text, len);
    const char *more = glyph(c->ascii, GLYPH_ELLIPSIS);
    put_text(c, row, end - 1, end, role, more, strlen(more));
}

void canvas_field_end(struct canvas *c, int row, int col, int width, enum role role, const char *text)
{
    if (!text || width <= 0 || text_width(text) <= (size_t)width) {
        canvas_field(c, row, col, width > 0 ? width : 0, role, text);
        return;
    }
    while (*text && text_width(text) >= (size_t)width) { /* by whole characters of UTF-8 */
        text++;
        while (((unsigned char)*text & 0xC0) == 0x80) text++;
    }
    canvas_field(c, row, col, 1, role, glyph(c->ascii, GLYPH_ELLIPSIS));
    canvas_field(c, row, col + 1, width - 1, role, text);
}

void canvas_fill(struct canvas *c, int row, int col, int rows, int cols, enum role role, uint32_t cp)
{
    if (text_cp_width(cp) != 1) cp = '?';
    if (c->ascii) cp = glyph_fold(cp);
    int last_row = span_end(row, rows, c->rows), last_col = span_end(col, cols, c->cols);
    for (int r = clamp_int(row, 0, c->rows); r < last_row; r++)
        for (int k = clamp_int(col, 0, c->cols); k < last_col; k++) cell_put(c, r, k, cp, role);
}

void canvas_role(struct canvas *c, int row, int col, int cols, enum role role)
{
    if (row < 0 || row >= c->rows) return;
    int last = span_end(col, cols, c->cols);
    for (int k = clamp_int(col, 0, c->cols); k < last; k++) cell_at(c, row, k)->role = (unsigned char)role;
}

void canvas_cursor(struct canvas *c, int row, int col)
{
    if (!canvas_cell(c, row, col)) return;
    *c->cursor = (struct cursor){c->top + row, c->left + col};
}

static void dump_cell(struct buf *out, const struct cell *cell)
{
    char bytes[4];
    if (cell->cp == 0) return;
    buf_add(out, bytes, text_encode(cell->cp, bytes));
    for (int i = 0; i < CELL_MARKS && cell->mark[i]; i++) buf_add(out, bytes, text_encode(cell->mark[i], bytes));
}

static void dump_roles(struct buf *out, const struct canvas *c, int row)
{
    int last = -1;
    for (int k = 0; k < c->cols; k++)
        if (cell_at(c, row, k)->role != ROLE_TEXT) last = k;
    if (last < 0) return;
    for (int k = 0; k <= last; k++) {
        unsigned role = cell_at(c, row, k)->role;
        buf_char(out, role == ROLE_TEXT ? ' ' : (char)(role < 26 ? 'a' + role : 'A' + (role - 26)));
    }
    buf_char(out, '\n');
}

char *canvas_dump(const struct canvas *c, bool with_roles)
{
    static_assert(ROLE_COUNT <= 52, "a role is one letter in a dump");
    struct buf out;
    buf_init(&out, ((size_t)c->rows + 1) * ((size_t)c->cols + 1) * (4 * (CELL_MARKS + 1) + 1));
    for (int r = 0; r < c->rows; r++) {
        int last = c->cols - 1;
        while (last >= 0 && cell_at(c, r, last)->cp == ' ' && !cell_at(c, r, last)->mark[0]) last--;
        for (int k = 0; k <= last; k++) dump_cell(&out, cell_at(c, r, k));
        buf_char(&out, '\n');
        if (with_roles) dump_roles(&out, c, r);
    }
    char *text = buf_take(&out);
    buf_done(&out);
    return text;
}
