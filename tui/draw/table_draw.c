/* table_draw.c - Draws a table. */
#include "backends/base/text.h"
#include "tui/draw/table_layout.h"

#include <stdio.h>
#include <string.h>

static void draw_heads(const struct table_view *t, struct canvas *cv, const struct table_layout *at)
{
    canvas_fill(cv, 0, 0, 1, cv->cols, ROLE_HEADER, ' ');
    for (int i = 0; i < t->column_count; i++) {
        if (!at->width[i]) continue;
        char title[TABLE_CELL_MAX];
        const char *order = t->sort != i ? "" : t->sort_down ? "↓" : "↑";
        snprintf(title, sizeof title, "%s%s", t->columns[i].title, order);
        canvas_field(cv, 0, at->at[i], t->columns[i].right ? -at->width[i] : at->width[i], ROLE_HEADER, title);
    }
}

/* "5 more", over the right end of the heads: rows that are not seen, above and below. */
static void draw_more(const struct table_view *t, struct canvas *cv, int page)
{
    char text[64];
    if (page <= 0 || t->shown_count <= (size_t)page) return;
    const int width = snprintf(text, sizeof text, " %zu more", t->shown_count - (size_t)page);
    if (width < cv->cols / 2) canvas_field(cv, 0, cv->cols - width, width, ROLE_HEADER, text);
}

/* The gutter: what is gone or new, the cursor, a person's mark. Where a row has all three its colours show the cursor.
 */
static void draw_gutter(struct canvas *cv, int line, enum role role, const struct table_row *r, bool selected,
                        bool marked)
{
    const bool sign = r->sign == '-' || r->sign == '+';
    const char first = sign ? r->sign : selected ? '>' : ' ', second = marked ? '*' : sign && selected ? '>' : ' ';
    canvas_fill(cv, line, 0, 1, 1, role, (uint32_t)first);
    canvas_fill(cv, line, 1, 1, 1, role, (uint32_t)second);
}

static void draw_row(const struct table_view *t, struct canvas *cv, const struct table_layout *at, int line,
                     size_t index, bool focused)
{
    const struct table_row *r = &t->rows[t->shown[index]];
    const bool selected = focused && index == t->selected_at, marked = table_is_marked(t, r->key);
    const enum role role = selected               ? ROLE_SELECTED
                           : marked               ? ROLE_MARKED
                           : r->role != ROLE_TEXT ? r->role
                           : r->related           ? ROLE_RELATED
                                                  : ROLE_TEXT;
    canvas_fill(cv, line, 0, 1, cv->cols, role, ' ');
    draw_gutter(cv, line, role, r, selected, marked);
    for (int i = 0; i < t->column_count; i++) {
        const struct table_cell *cell = &r->cell[i];
        if (!at->width[i] || !cell->text[0]) continue;
        enum role shown = selected || cell->role == ROLE_TEXT ? role : cell->role;
        if (t->columns[i].ends)
            canvas_field_end(cv, line, at->at[i], at->width[i], shown, cell->text);
        else
            canvas_field(cv, line, at->at[i], t->columns[i].right ? -at->width[i] : at->width[i], shown, cell->text);
    }
}

static void draw_last_line(const struct table_view *t, struct canvas *cv)
{
    char first[64] = "";
    if (t->not_shown > 0)
        snprintf(first, sizeof first, "first %zu of %zu%s", t->count, t->count + t->not_shown, t->note[0] ? " · " : "");
    int at = canvas_text(cv, cv->rows - 1, TABLE_LEAD, ROLE_WARN, first);
    canvas_field(cv, cv->rows - 1, at, cv->cols - at, ROLE_WARN, t->note);
}

void table_draw(const struct table_view *t, struct canvas *cv, bool focused)
{
    struct table_layout at;
    table_layout(t, cv->cols, &at);
    draw_heads(t, cv, &at);
    int page = table_page(t, cv->rows);
    size_t top = table_top(t, page);
    draw_more(t, cv, page);
    for (int line = 0; line < page && top + (size_t)line < t->shown_count; line++)
        draw_row(t, cv, &at, line + 1, top + (size_t)line, focused);
    if (t->count > 0 && t->shown_count == 0)
        canvas_printf(cv, 1, TABLE_LEAD, ROLE_DIM, "none of %zu rows matches the filter %s", t->count, t->filter);
    if (table_has_last_line(t)) draw_last_line(t, cv);
}

int table_height(const struct table_view *t)
{
    size_t rows = 1 + t->shown_count + table_has_last_line(t) + (t->count > 0 && t->shown_count == 0);
    return rows > 100000 ? 100000 : (int)rows;
}

enum table_hit table_click(struct table_view *t, int row, int col, int rows, int cols)
{
    if (row < 0 || row >= rows || col < 0 || col >= cols) return TABLE_HIT_NONE;
    if (row == 0) {
        struct table_layout at;
        table_layout(t, cols, &at);
        for (int i = 0; i < t->column_count; i++)
            if (at.width[i] && col >= at.at[i] && col < at.at[i] + at.width[i]) {
                table_sort_by(t, i);
                return TABLE_HIT_HEAD;
            }
        return TABLE_HIT_NONE;
    }
    int page = table_page(t, rows);
    size_t index = table_top(t, page) + (size_t)row - 1;
    if (row > page || index >= t->shown_count) return TABLE_HIT_NONE;
    const bool was = index == t->selected_at;
    table_select(t, t->rows[t->shown[index]].key);
    return was ? TABLE_HIT_SELECTED : TABLE_HIT_ROW;
}
