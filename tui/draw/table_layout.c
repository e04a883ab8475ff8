/* table_layout.c - How wide a table's columns are. */
#include "tui/draw/table_layout.h"

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

/* The arrow of a sorted column must not cut its head. */
static int least_width(const struct table_view *t, int i)
{
    return t->columns[i].min + (t->sort == i);
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

static void fit_natural(const struct table_view *t, struct fit *f, bool usual)
{
    for (int i = 0; i < t->column_count; i++) {
        const struct column *c = &t->columns[i];
        int width = t->natural[i], most = c->max + (t->sort == i);
        if (c->max > 0 && width > most) width = most;
        if (usual && width < c->usual) width = c->usual;
        f->width[i] = width < least_width(t, i) ? least_width(t, i) : width;
    }
}

/* Takes `over` columns away from what is wider than its minimum, the least important first; what cannot be had is
 * returned. */
static int fit_shrink(const struct table_view *t, struct fit *f, int over)
{
    int priority = 0;
    for (int i = 0; i < t->column_count; i++)
        if (t->columns[i].priority > priority) priority = t->columns[i].priority;
    for (; priority >= 0; priority--)
        for (int i = t->column_count - 1; i >= 0 && over > 0; i--) {
            int spare = f->width[i] - least_width(t, i);
            if (f->out[i] || t->columns[i].priority != priority || spare <= 0) continue;
            int cut = spare < over ? spare : over;
            f->width[i] -= cut;
            over -= cut;
        }
    return over;
}

static bool fit_try(const struct table_view *t, struct fit *f, int cols)
{
    for (int usual = 1; usual >= 0; usual--) {
        fit_natural(t, f, usual);
        for (f->gap = 2; f->gap > 0; f->gap--)
            if (fit_total(t, f) <= cols) return true;
    }
    f->gap = 1;
    return fit_shrink(t, f, fit_total(t, f) - cols) <= 0;
}

static bool leave_one(const struct table_view *t, struct fit *f)
{
    int least = -1;
    for (int i = 0; i < t->column_count; i++) {
        int priority = t->columns[i].priority;
        if (f->out[i] || priority <= 0) continue;
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
