/* table.c - a table's rows, selection, sorting and filter. */
#include "tui/draw/table.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/arena.h"
#include "tui/draw/table_layout.h"
#include "tui/draw/table_marks.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void table_init(struct table_view *t, const struct column *columns, int column_count)
{
    assert(column_count > 0 && column_count <= TABLE_COLUMNS);
    *t = (struct table_view){.columns = columns, .column_count = column_count, .sort = -1};
    t->arena = arena_new();
    table_end(t);
}

void table_done(struct table_view *t)
{
    if (!t) return;
    table_marks_done(t);
    arena_free(t->arena);
    free(t->rows);
    free(t->shown);
    free(t->selected);
    *t = (struct table_view){0};
}

void table_begin(struct table_view *t)
{
    arena_clear(t->arena);
    t->count = t->shown_count = t->not_shown = 0;
    t->note[0] = '\0';
}

struct table_row *table_row_add(struct table_view *t, const char *key)
{
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 32;
        t->rows = mem_grow(t->rows, t->capacity, sizeof *t->rows);
        t->shown = mem_grow(t->shown, t->capacity, sizeof *t->shown);
    }
    struct table_row *r = &t->rows[t->count++];
    *r = (struct table_row){.arena = t->arena, .sign = ' ', .role = ROLE_TEXT, .cell_count = t->column_count};
    r->key = arena_strn(t->arena, key, strlen(key));
    r->cell = arena_alloc(t->arena, (size_t)t->column_count * sizeof *r->cell);
    for (int i = 0; i < t->column_count; i++) r->cell[i] = (struct table_cell){"", NAN, ROLE_TEXT};
    return r;
}

void table_cell_set(struct table_row *r, int column, enum role role, const char *text)
{
    table_cell_num(r, column, role, NAN, text);
}

void table_cell_num(struct table_row *r, int column, enum role role, double number, const char *text)
{
    assert(column >= 0 && column < r->cell_count);
    if (!text) text = "";
    size_t len = strlen(text);
    if (len >= TABLE_CELL_MAX) {
        len = TABLE_CELL_MAX - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) len--;
    }
    r->cell[column] = (struct table_cell){arena_strn(r->arena, text, len), number, role};
}

static bool row_passes(const struct table_view *t, const struct table_row *r)
{
    if (!t->filter[0]) return true;
    bool found = text_has(r->key, t->filter);
    for (int i = 0; i < r->cell_count && !found; i++) found = text_has(r->cell[i].text, t->filter);
    return found != t->filter_inverts;
}

static int order_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

/* Unknown comes last whichever way the column is sorted. */
static int compare_items(const void *va, const void *vb, void *arg)
{
    const struct table_view *t = arg;
    size_t ia = *(const size_t *)va, ib = *(const size_t *)vb;
    const struct table_cell *a = &t->rows[ia].cell[t->sort], *b = &t->rows[ib].cell[t->sort];
    int by = 0;
    if (t->columns[t->sort].numeric) {
        if (isnan(a->number) != isnan(b->number)) return isnan(a->number) ? 1 : -1;
        if (!isnan(a->number)) by = order_numbers(a->number, b->number);
    } else {
        by = strcmp(a->text, b->text);
    }
    if (by) return t->sort_down ? -by : by;
    return (ia > ib) - (ia < ib);
}

static void select_at(struct table_view *t, size_t at)
{
    const char *key = t->rows[t->shown[at]].key;
    t->selected_at = at;
    if (t->selected && strcmp(t->selected, key) == 0) return;
    free(t->selected);
    t->selected = mem_str(key);
}

static bool item_find(const struct table_view *t, const char *key, size_t *ret)
{
    for (size_t i = 0; key && i < t->shown_count; i++)
        if (strcmp(t->rows[t->shown[i]].key, key) == 0) {
            *ret = i;
            return true;
        }
    return false;
}

/* Where nothing is shown the key is kept: its row may come back with the filter's end. */
static void keep_selection(struct table_view *t)
{
    size_t at = t->selected_at;
    if (t->shown_count == 0) return;
    if (!item_find(t, t->selected, &at) && at >= t->shown_count) at = t->shown_count - 1;
    select_at(t, at);
}

static void table_sort(struct table_view *t)
{
    t->shown_count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (row_passes(t, &t->rows[i])) t->shown[t->shown_count++] = i;
    if (t->sort >= 0 && t->shown_count > 1) qsort_r(t->shown, t->shown_count, sizeof *t->shown, compare_items, t);
    keep_selection(t);
}

static int widest_cell(const struct table_view *t, int column, int wide)
{
    for (size_t i = 0; i < t->count; i++) {
        const char *text = t->rows[i].cell[column].text;
        /* A character is never wider than its bytes: most cells need no measuring. */
        int width = strlen(text) > (size_t)wide ? (int)text_width(text) : 0;
        if (width > wide) wide = width;
    }
    return wide;
}

void table_end(struct table_view *t)
{
    for (int i = 0; i < t->column_count; i++)
        if (!t->columns[i].width) t->widest[i] = widest_cell(t, i, t->widest[i]);
    table_marks_keep(t);
    table_sort(t);
}

void table_forget(struct table_view *t)
{
    memset(t->widest, 0, sizeof t->widest);
}

bool table_move(struct table_view *t, int by, int page)
{
    if (t->shown_count == 0) return false;
    if (page > 0) t->top = table_top(t, page);
    size_t was = t->selected_at, last = t->shown_count - 1, step = by < 0 ? 0u - (size_t)by : (size_t)by;
    size_t to = by < 0 ? (step > was ? 0 : was - step) : step > last - was ? last : was + step;
    select_at(t, to);
    if (page > 0) t->top = table_top(t, page);
    return to != was;
}

void table_edge(struct table_view *t, bool last)
{
    if (t->shown_count) select_at(t, last ? t->shown_count - 1 : 0);
}

bool table_select(struct table_view *t, const char *key)
{
    size_t at;
    if (!item_find(t, key, &at)) return false;
    select_at(t, at);
    return true;
}

const char *table_selected(const struct table_view *t)
{
    return t->shown_count ? t->selected : NULL;
}

void table_filter(struct table_view *t, const char *text)
{
    t->filter_inverts = text[0] == '!';
    text += t->filter_inverts;
    size_t len = strnlen(text, TABLE_FILTER_MAX);
    if (len == TABLE_FILTER_MAX) len--;
    while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) len--;
    memcpy(t->filter, text, len);
    t->filter[len] = '\0';
    table_sort(t);
}

void table_sort_by(struct table_view *t, int column)
{
    if (t->sort == column) {
        t->sort_down = !t->sort_down;
    } else {
        t->sort = column;
        t->sort_down = false;
    }
    table_end(t);
}

void table_hide(struct table_view *t, int column, bool hidden)
{
    int shown = 0;
    for (int i = 0; i < t->column_count; i++) shown += !t->hidden[i];
    if (hidden && shown <= 1) return;
    t->hidden[column] = hidden;
}

void table_reset(struct table_view *t)
{
    memset(t->hidden, 0, sizeof t->hidden);
    t->sort = -1;
    t->sort_down = false;
    table_end(t);
}
