/* table_layout.c - How wide a table's columns are. */
#include "tui/draw/table_layout.h"

#include "backends/base/text.h"

#include <limits.h>

struct fit {
    bool out[TABLE_COLUMNS];
    int width[TABLE_COLUMNS];
    int gap;
};

static bool is_flexible(const struct column *c)
{
    return c->max == 0;
}

/* What a column gets: at best, for its usual values, and at least. Never by values that come and go. */
enum fit_size { FIT_WANTED, FIT_USUAL, FIT_LEAST };

/* One more for the arrow of a sorted column, which must not cut its head. */
static int head_width(const struct table_view *t, int i)
{
    return (int)text_width(t->columns[i].title) + (t->sort == i);
}

static int at_least(int width, int least)
{
    return width < least ? least : width;
}

static int size_of(const struct table_view *t, int i, enum fit_size size)
{
    const struct column *c = &t->columns[i];
    const int least = c->min + (t->sort == i), most = c->max + (t->sort == i);
    if (size == FIT_LEAST) return least;
    if (is_flexible(c)) return at_least(c->width, least);
    if (c->width) return at_least(size == FIT_USUAL ? at_least(c->width, head_width(t, i)) : most, least);
    const int widest = at_least(t->widest[i], head_width(t, i));
    return at_least(widest < most ? widest : most, least);
}

static int fit_total(const struct table_view *t, const struct fit *f)
{
    int total = TABLE_LEAD, gaps = -f->gap;
    for (int i = 0; i < t->column_count; i++) {
        if (f->out[i]) continue;
        total += f->width[i];
        gaps += f->gap;
    }
    return total + (gaps > 0 ? gaps : 0);
}

/* Takes `over` columns away from what is wider than `size`, the least important first; what cannot be had is returned.
 */
static int fit_shrink(const struct table_view *t, struct fit *f, enum fit_size size, int over)
{
    int priority = 0;
    for (int i = 0; i < t->column_count; i++)
        if (t->columns[i].priority > priority) priority = t->columns[i].priority;
    for (; priority >= 0; priority--)
        for (int i = t->column_count - 1; i >= 0 && over > 0; i--) {
            int spare = f->width[i] - size_of(t, i, size);
            if (f->out[i] || t->columns[i].priority != priority || spare <= 0) continue;
            int cut = spare < over ? spare : over;
            f->width[i] -= cut;
            over -= cut;
        }
    return over;
}

static bool has_extra(const struct table_view *t, const struct fit *f)
{
    bool extra = false;
    for (int i = 0; i < t->column_count; i++) extra |= !f->out[i] && t->columns[i].extra && t->columns[i].priority > 0;
    return extra;
}

static bool fit_try(const struct table_view *t, struct fit *f, int cols)
{
    for (int i = 0; i < t->column_count; i++) f->width[i] = size_of(t, i, FIT_WANTED);
    for (f->gap = 2; f->gap > 0; f->gap--)
        if (fit_total(t, f) <= cols) return true;
    f->gap = 1;
    if (fit_shrink(t, f, FIT_USUAL, fit_total(t, f) - cols) <= 0) return true;
    return !has_extra(t, f) && fit_shrink(t, f, FIT_LEAST, fit_total(t, f) - cols) <= 0;
}

static bool leave_one(const struct table_view *t, struct fit *f)
{
    const bool extra = has_extra(t, f);
    int least = -1;
    for (int i = 0; i < t->column_count; i++) {
        int priority = t->columns[i].priority;
        if (f->out[i] || priority <= 0 || (extra && !t->columns[i].extra)) continue;
        if (least < 0 || priority >= t->columns[least].priority) least = i;
    }
    if (least < 0) return false;
    return f->out[least] = true;
}

static void fit_spread(const struct table_view *t, struct fit *f, int spare)
{
    int flex = 0;
    for (int i = 0; i < t->column_count; i++) flex += !f->out[i] && is_flexible(&t->columns[i]);
    for (int i = 0; i < t->column_count && spare > 0 && flex > 0; i++) {
        if (f->out[i] || !is_flexible(&t->columns[i])) continue;
        int share = spare / flex--;
        f->width[i] += share;
        spare -= share;
    }
}

void table_layout(const struct table_view *t, int cols, struct table_layout *ret)
{
    struct fit f = {.gap = 1};
    for (int i = 0; i < t->column_count; i++) f.out[i] = t->hidden[i];
    while (!fit_try(t, &f, cols) && leave_one(t, &f)) {
    }
    fit_spread(t, &f, cols - fit_total(t, &f));
    *ret = (struct table_layout){0};
    int at = TABLE_LEAD;
    for (int i = 0; i < t->column_count; i++) {
        if (f.out[i]) continue;
        ret->at[i] = at;
        ret->width[i] = f.width[i];
        at += f.width[i] + f.gap;
    }
}

bool table_has_last_line(const struct table_view *t)
{
    return t->not_shown > 0 || (t->note[0] && t->count > 0);
}

int table_page(const struct table_view *t, int rows)
{
    int page = rows - 1 - table_has_last_line(t);
    return page > 0 ? page : 0;
}

size_t table_top(const struct table_view *t, int page)
{
    size_t top = t->top, fit = page > 0 ? (size_t)page : 1;
    if (t->selected_at < top) top = t->selected_at;
    if (t->selected_at >= top + fit) top = t->selected_at - fit + 1;
    size_t last = t->shown_count > fit ? t->shown_count - fit : 0;
    return top < last ? top : last;
}
