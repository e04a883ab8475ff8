/* detail.c - the detail of what is selected, beside or over the panes. */
#include "tui/panes/detail.h"

#include "tui/draw/wrap.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

void detail_init(struct detail *d)
{
    *d = (struct detail){0};
    buf_init(&d->text, DETAIL_MAX_BYTES);
}

void detail_done(struct detail *d)
{
    text_view_done(&d->view);
    text_lines_done(&d->lines);
    buf_done(&d->text);
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The selected row's display name. */
static void name_it(struct detail *d, const struct pane *p, const struct view *v)
{
    struct selection s;
    d->title[0] = '\0';
    if (!p->ops->selected(p, &s)) return;
    const struct row *row = world_find(v->world, s.table, s.key);
    char num[TEXT_NUM_MAX];
    if (row && s.table == TABLE_POD)
        snprintf(d->title, sizeof d->title, "%.90s", or_dash(ROW(row, pod)->name));
    else if (row && s.table == TABLE_CORE)
        snprintf(d->title, sizeof d->title, "NeuronCore %s", count_text(num, ROW(row, core)->index));
    else if (row && s.table == TABLE_GCSTABLE)
        snprintf(d->title, sizeof d->title, "%.90s", or_dash(ROW(row, gcstable)->table));
    else if (s.table == TABLE_GCSTABLE)
        snprintf(d->title, sizeof d->title, "Serve checkpoints");
    else if (row && s.table == TABLE_EVENT)
        snprintf(d->title, sizeof d->title, "%.90s", or_dash(ROW(row, event)->reason));
    else if (!row && s.table == TABLE_RAYSERVICE)
        snprintf(d->title, sizeof d->title, "%.*s", (int)least_of(strcspn(s.key, "#"), 90), s.key);
    else if (row && s.table == TABLE_REQUEST)
        snprintf(d->title, sizeof d->title, "%.90s", or_dash(ROW(row, request)->kind));
}

void detail_update(struct detail *d, const struct pane *p, const struct view *v)
{
    buf_clear(&d->text);
    name_it(d, p, v);
    p->ops->detail(p, v, &d->text);
    text_lines_set(&d->lines, buf_text(&d->text), d->text.len, ROLE_TEXT);
}

/* Lines are indented by two, and wrapped two columns before the edge. */
static int inner_width(int cols)
{
    return cols > 8 ? cols - 4 : 4;
}

int detail_height(const struct detail *d, int cols)
{
    return d->text.len ? wrap_hang_height(buf_text(&d->text), inner_width(cols)) : 0;
}

static struct canvas inner_canvas(const struct canvas *cv)
{
    return canvas_sub(cv, 0, 2, cv->rows, inner_width(cv->cols));
}

void detail_draw(const struct detail *d, struct canvas *cv)
{
    struct canvas inside = inner_canvas(cv);
    wrap_hang_draw(&inside, 0, 0, ROLE_TEXT, buf_text(&d->text), 0);
}

void detail_open(struct detail *d)
{
    text_view_open(&d->view, true, false);
}

void detail_opened_update(struct detail *d, int rows, int cols)
{
    const struct text_source source = text_lines_source(&d->lines);
    text_view_update(&d->view, &source, rows, inner_width(cols));
}

void detail_opened_draw(const struct detail *d, struct canvas *cv)
{
    const struct text_source source = text_lines_source(&d->lines);
    struct canvas inside = inner_canvas(cv);
    text_view_draw(&d->view, &source, &inside);
}

enum text_view_result detail_opened_input(struct detail *d, const struct input *in)
{
    const struct text_source source = text_lines_source(&d->lines);
    return text_view_input(&d->view, &source, in);
}
