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

/* Drags a line or a rule between panes; a second click on it gives the panes the computed sizes back. True: that is all
 * that the input does (a click on a rule also focuses its pane). */
static bool mouse_split(struct screen *s, const struct input *in)
{
    const enum layout_split at = layout_split_at(&s->layout, in->row, in->col);
    switch (in->mouse) {
    case MOUSE_PRESS:
        if (s->drag.clicked != at) s->drag.clicked = SPLIT_NONE;
        s->drag.held = at;
        s->drag.moved = false;
        return at == SPLIT_LINE || at == SPLIT_LINE_2;
    case MOUSE_DRAG:
        if (s->drag.held == SPLIT_NONE || (at == s->drag.held && !s->drag.moved)) return true;
        s->drag.moved = true;
        s->drag.clicked = SPLIT_NONE;
        const struct layout_sizes sizes = layout_split_to(&s->layout, s->drag.held, in->row, in->col);
        screen_sizes_set(s, &sizes);
        return true;
    case MOUSE_RELEASE: {
        const bool click = s->drag.held != SPLIT_NONE && !s->drag.moved, second = s->drag.held == s->drag.clicked;
        if (click && second) screen_sizes_reset(s);
        s->drag.clicked = click && !second ? s->drag.held : SPLIT_NONE;
        s->drag.held = SPLIT_NONE;
        return true;
    }
    default: s->drag.clicked = SPLIT_NONE; return false;
    }
}

/* A click with Shift selects text: a terminal that reports it all the same gets no answer. */
static struct pane_request screen_mouse(struct screen *s, const struct view *view, const struct input *in)
{
    if (in->mods & MOD_SHIFT) return nothing;
    if (s->opened) return mouse_opened(s, in);
    if (mouse_split(s, in)) return nothing;
    if (in->mouse == MOUSE_PRESS && rect_has(s->layout.tabs, in->row, in->col)) click_tab(s, in->col);
    for (int i = 0; i < LAYOUT_PANES; i++) {
        bool on_rule = rect_has(s->layout.rule[i], in->row, in->col);
        if (!on_rule && !rect_has(s->layout.pane[i], in->row, in->col)) continue;
        const bool focused = i == (int)s->focus;
        if (in->mouse == MOUSE_PRESS) s->focus = (enum layout_pane)i;
        if (on_rule) return nothing;
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
    if (in->type == INPUT_KEY) s->drag.held = s->drag.clicked = SPLIT_NONE;
    if (s->opened && text_view_typing(&s->detail.view)) return opened_input(s, in);
    if (s->typing && in->type != INPUT_MOUSE) {
        filter_type(s, in);
        return nothing;
    }
    if (in->type == INPUT_MOUSE) return screen_mouse(s, view, in);
    return in->type == INPUT_KEY ? screen_key(s, view, in) : nothing;
}
