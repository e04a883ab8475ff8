/* screen_input.c - input to the screen: to the pane in focus, to the filter, by mouse. */
#include "tui/panes/pane_tools.h"
#include "tui/panes/screen_priv.h"

#include <string.h>

static const struct pane_request nothing = {.type = REQUEST_NONE};

static bool rect_has(struct rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

/* The filter takes effect as it is typed; Enter keeps it, Esc clears it. */
static void filter_type(struct screen *s, const struct input *in)
{
    struct table_view *t = s->panes[s->focus]->table;
    if (in->type == INPUT_KEY && in->key == KEYP_ENTER) {
        s->typing = false;
    } else if (in->type == INPUT_KEY && in->key == KEYP_ESC) {
        screen_back(s);
    } else if (textbox_input(&s->filter, in)) {
        table_filter(t, s->filter.text);
    }
}

static bool click_tab(struct screen *s, int col)
{
    char text[SCREEN_TABS_MAX];
    int at[LAYOUT_PANES], width[LAYOUT_PANES];
    screen_tabs(s, text, at, width);
    for (int i = 0; i < LAYOUT_PANES; i++)
        if (width[i] && col - 3 >= at[i] && col - 3 < at[i] + width[i])
            return screen_focus(s, s->panes[i]->ops->letter);
    return false;
}

static struct pane_request opened_input(struct screen *s, const struct input *in)
{
    switch (detail_opened_input(&s->detail, in)) {
    case TEXT_VIEW_SAVE: return (struct pane_request){.type = REQUEST_SAVE};
    case TEXT_VIEW_USED: return nothing;
    case TEXT_VIEW_UNUSED: break;
    }
    return pane_no_key(in);
}

/* Over an opened detail the rule has "Esc back", which a click carries out. */
static struct pane_request mouse_opened(struct screen *s, const struct input *in)
{
    const bool rule =
        rect_has(s->layout.tabs, in->row, in->col) || rect_has(s->layout.rule[s->focus], in->row, in->col);
    if (in->mouse != MOUSE_PRESS || !rule) return opened_input(s, in);
    screen_back(s);
    return nothing;
}

/* A click with Shift selects text: a terminal that reports it all the same gets no answer. */
static struct pane_request screen_mouse(struct screen *s, const struct view *view, const struct input *in)
{
    if (in->mods & MOD_SHIFT) return nothing;
    if (s->opened) return mouse_opened(s, in);
    if (in->mouse == MOUSE_PRESS && rect_has(s->layout.tabs, in->row, in->col)) click_tab(s, in->col);
    for (int i = 0; i < LAYOUT_PANES; i++) {
        bool on_rule = rect_has(s->layout.rule[i], in->row, in->col);
        if (!on_rule && !rect_has(s->layout.pane[i], in->row, in->col)) continue;
        const bool focused = i == (int)s->focus;
        if (in->mouse == MOUSE_PRESS) s->focus = (enum layout_pane)i;
        if (on_rule || in->mouse == MOUSE_RELEASE) return nothing;
        struct input moved = *in;
        moved.row -= s->layout.pane[i].row;
        moved.col -= s->layout.pane[i].col;
        const struct pane_request request = s->panes[i]->ops->input(s->panes[i], view, &moved);
        return focused ? request : nothing; /* the first click into a pane only focuses it */
    }
    return nothing;
}

static struct pane_request screen_key(struct screen *s, const struct view *view, const struct input *in)
{
    bool plain = !(in->mods & (MOD_CTRL | MOD_ALT));
    if (plain && in->key < 0x80 && screen_focus(s, (char)in->key)) return nothing;
    if (s->opened) return opened_input(s, in);
    struct pane *p = s->panes[s->focus];
    const bool leaves = plain && !p->ops->sideways;
    if (leaves && (in->key == KEYP_LEFT || in->key == 'h')) return screen_next(s, -1), nothing;
    if (leaves && (in->key == KEYP_RIGHT || in->key == 'l')) return screen_next(s, 1), nothing;
    return p->ops->input(p, view, in);
}

struct pane_request screen_input(struct screen *s, const struct view *view, const struct input *in)
{
    if (s->opened && text_view_typing(&s->detail.view)) return opened_input(s, in);
    if (s->typing && in->type != INPUT_MOUSE) {
        filter_type(s, in);
        return nothing;
    }
    if (in->type == INPUT_MOUSE) return screen_mouse(s, view, in);
    return in->type == INPUT_KEY ? screen_key(s, view, in) : nothing;
}
