/* columns_menu.c - sorts by a column, hides and shows columns; see columns_menu.h. */
#include "tui/panes/columns_menu.h"

#include "tui/draw/table_layout.h"
#include "tui/panes/motion.h"

#include <string.h>

enum { MENU_COLS = 44, MENU_NAME = 4, MENU_STATE = 26, BELOW = 2 /* the message and the footer stay in sight */ };

/* Motion, and the ways out. */
static const char reserved[] = "gjkoq";

static bool letter_free(const char out[TABLE_COLUMNS], int upto, char letter)
{
    return !strchr(reserved, letter) && !memchr(out, letter, (size_t)upto);
}

static char letter_of(const char out[TABLE_COLUMNS], int upto, const char *title)
{
    for (const char *c = title; *c; c++) {
        const char letter = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        if (letter >= 'a' && letter <= 'z' && letter_free(out, upto, letter)) return letter;
    }
    for (char letter = 'a'; letter <= 'z'; letter++)
        if (letter_free(out, upto, letter)) return letter;
    return '\0';
}

void column_letters(const struct table_view *t, char out[TABLE_COLUMNS])
{
    memset(out, 0, TABLE_COLUMNS);
    for (int i = 0; i < t->column_count; i++)
        if (t->columns[i].title[0]) out[i] = letter_of(out, i, t->columns[i].title);
}

/* The listed columns, in order. */
static size_t columns_listed(const struct table_view *t, int out[TABLE_COLUMNS])
{
    size_t n = 0;
    for (int i = 0; i < t->column_count; i++)
        if (t->columns[i].title[0]) out[n++] = i;
    return n;
}

void columns_menu_open(struct columns_menu *m, struct table_view *(*table)(void *arg, int *ret_cols), void *arg)
{
    int listed[TABLE_COLUMNS], cols;
    *m = (struct columns_menu){.overlay = {.ops = &columns_overlay}, .table = table, .arg = arg};
    const struct table_view *t = table(arg, &cols);
    const size_t n = t ? columns_listed(t, listed) : 0;
    for (size_t i = 0; i < n; i++)
        if (listed[i] == t->sort) m->picked = i;
}

static void picked_move(struct columns_menu *m, size_t n, int by)
{
    const size_t step = by < 0 ? 0u - (size_t)by : (size_t)by;
    if (by < 0)
        m->picked = step > m->picked ? 0 : m->picked - step;
    else
        m->picked = step > n - 1 - m->picked ? n - 1 : m->picked + step;
}

static void column_toggle(struct table_view *t, int column)
{
    table_hide(t, column, !t->hidden[column]);
}

static void letter_typed(struct columns_menu *m, struct table_view *t, uint32_t key)
{
    char letters[TABLE_COLUMNS];
    int listed[TABLE_COLUMNS];
    const bool capital = key >= 'A' && key <= 'Z';
    const char letter = (char)(capital ? key - 'A' + 'a' : key);
    const size_t n = columns_listed(t, listed);
    column_letters(t, letters);
    for (size_t i = 0; i < n; i++) {
        if (letters[listed[i]] != letter) continue;
        m->picked = i;
        if (capital)
            column_toggle(t, listed[i]);
        else
            table_sort_by(t, listed[i]);
    }
}

static bool is_closing(const struct input *in)
{
    return in->type == INPUT_KEY && !in->mods && (in->key == KEYP_ESC || in->key == 'o' || in->key == 'q');
}

/* At the right, low: the first rows of the table stay in sight. */
static struct canvas menu_corner(struct canvas *cv, size_t n)
{
    const int high = (int)n + 4, wide = MENU_COLS + 4, room = cv->rows - BELOW;
    const int top = room > high ? room - high : 0, left = cv->cols > wide ? cv->cols - wide : 0;
    return canvas_sub(cv, top, left, high < cv->rows ? high : cv->rows, wide);
}

/* The first listed column that is in sight in so many rows. */
static size_t first_shown(const struct columns_menu *m, int page)
{
    return page > 0 && m->picked >= (size_t)page ? m->picked - (size_t)page + 1 : 0;
}

/* A click picks a column; on the picked one it sorts, as Enter does. */
static void menu_clicked(struct columns_menu *m, struct table_view *t, const int *listed, size_t n,
                         const struct input *in)
{
    struct canvas screen = {.rows = m->overlay.rows, .cols = m->overlay.cols};
    const struct canvas corner = menu_corner(&screen, n);
    const int page = corner.rows - 4, row = in->row - corner.top - 1, col = in->col - corner.left;
    if (row < 0 || row >= page || col < 1 || col >= corner.cols - 1) return;
    const size_t clicked = first_shown(m, page) + (size_t)row;
    if (clicked >= n) return;
    if (clicked == m->picked) table_sort_by(t, listed[clicked]);
    m->picked = clicked;
}

enum overlay_result columns_menu_input(struct columns_menu *m, const struct input *in)
{
    int listed[TABLE_COLUMNS], cols;
    struct table_view *t = m->table(m->arg, &cols);
    const size_t n = t ? columns_listed(t, listed) : 0;
    if (!n || is_closing(in)) return OVERLAY_CANCELLED;
    const bool plain = in->type == INPUT_KEY && !in->mods;
    const int by = motion_by(in, (int)n);
    if (in->type == INPUT_MOUSE && in->mouse == MOUSE_PRESS) return menu_clicked(m, t, listed, n, in), OVERLAY_STAYS;
    if (plain && in->key == ' ')
        column_toggle(t, listed[m->picked]);
    else if (by)
        picked_move(m, n, by);
    else if (plain && in->key == KEYP_ENTER)
        table_sort_by(t, listed[m->picked]);
    else if (plain && in->key == '0')
        table_reset(t);
    else if (plain && in->key < 0x80)
        letter_typed(m, t, in->key);
    return OVERLAY_STAYS;
}

static const char *state_of(const struct table_view *t, const struct table_layout *at, int column)
{
    if (t->hidden[column]) return "hidden";
    if (!at->width[column]) return "no room here";
    return t->sort != column ? "" : t->sort_down ? "↓ sorted" : "↑ sorted";
}

void columns_menu_draw(const struct columns_menu *m, struct canvas *cv)
{
    char letters[TABLE_COLUMNS];
    int listed[TABLE_COLUMNS];
    struct table_layout at;
    int cols;
    const struct table_view *t = m->table(m->arg, &cols);
    if (!t) return;
    const size_t n = columns_listed(t, listed);
    column_letters(t, letters);
    table_layout(t, cols, &at);
    struct canvas corner = menu_corner(cv, n);
    struct canvas in = overlay_box(&corner, (int)n + 2, MENU_COLS, ROLE_DIALOG, "Columns");
    const int page = in.rows - 2;
    const size_t from = first_shown(m, page);
    for (int row = 0; row < page && from + (size_t)row < n; row++) {
        const int column = listed[from + (size_t)row];
        const bool picked = from + (size_t)row == m->picked;
        const enum role role = picked ? ROLE_SELECTED : ROLE_DIALOG;
        canvas_fill(&in, row, 0, 1, in.cols, role, ' ');
        if (picked) canvas_text(&in, row, 0, role, ">");
        canvas_printf(&in, row, 2, picked ? role : ROLE_KEY, "%c", letters[column]);
        canvas_field(&in, row, MENU_NAME, MENU_STATE - MENU_NAME - 1, role, t->columns[column].title);
        canvas_field(&in, row, MENU_STATE, in.cols - MENU_STATE, role, state_of(t, &at, column));
    }
    if (in.rows < 2) return;
    canvas_field(&in, in.rows - 2, 0, in.cols, ROLE_DIM, "letter sorts, again reverses · 0 resets");
    overlay_keys_draw(&m->overlay, &in, in.rows - 1, "capital or Space hides · Esc closes");
}

static void columns_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    columns_menu_draw((const struct columns_menu *)o, cv);
}

static enum overlay_result columns_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return columns_menu_input((struct columns_menu *)o, in);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"a … z", "Sort by the column of that letter; again reverses"},
                                           {"A … Z", "Hide that column, or show it again"},
                                           {"↑ ↓", "The next column, the previous one"},
                                           {"Enter", "Sort by the selected column"},
                                           {"Space", "Hide the selected column, or show it again"},
                                           {"0", "The table's own order, and every column"},
                                           {"Esc o q", "Leave"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops columns_overlay = {.name = "columns",
                                            .place = "this menu of columns",
                                            .keys = help_keys,
                                            .no_text = true,
                                            .draw = columns_overlay_draw,
                                            .input = columns_overlay_input};
