/* overlay.c - the stack of open overlays, and the frame that most of them are drawn in. */
#include "tui/panes/overlay.h"

#include "backends/base/text.h"

#include <assert.h>
#include <string.h>

/* Corners and sides of the frame; ASCII has them folded by the canvas. */
enum {
    TOP_LEFT = 0x250C,
    TOP_RIGHT = 0x2510,
    BOTTOM_LEFT = 0x2514,
    BOTTOM_RIGHT = 0x2518,
    ACROSS = 0x2500,
    DOWN = 0x2502
};

static int fit_into(int wanted, int room)
{
    return wanted < room ? wanted : room > 0 ? room : 0;
}

struct canvas overlay_box(struct canvas *cv, int rows, int cols, enum role frame, const char *title)
{
    rows = fit_into(rows + 2, cv->rows);
    cols = fit_into(cols + 4, cv->cols);
    struct canvas box = canvas_sub(cv, (cv->rows - rows) / 2, (cv->cols - cols) / 2, rows, cols);
    canvas_fill(&box, 0, 0, rows, cols, ROLE_DIALOG, ' ');
    canvas_fill(&box, 0, 1, 1, cols - 2, frame, ACROSS);
    canvas_fill(&box, rows - 1, 1, 1, cols - 2, frame, ACROSS);
    canvas_fill(&box, 1, 0, rows - 2, 1, frame, DOWN);
    canvas_fill(&box, 1, cols - 1, rows - 2, 1, frame, DOWN);
    canvas_fill(&box, 0, 0, 1, 1, frame, TOP_LEFT);
    canvas_fill(&box, 0, cols - 1, 1, 1, frame, TOP_RIGHT);
    canvas_fill(&box, rows - 1, 0, 1, 1, frame, BOTTOM_LEFT);
    canvas_fill(&box, rows - 1, cols - 1, 1, 1, frame, BOTTOM_RIGHT);
    int width = title ? (int)text_width(title) : 0;
    if (width > cols - 6) width = cols - 6;
    if (width > 0) {
        canvas_fill(&box, 0, 2, 1, width + 2, frame, ' ');
        canvas_field(&box, 0, 3, width, frame, title);
    }
    return canvas_sub(&box, 1, 2, rows - 2, cols - 4);
}

/* ---- its help ---- */

bool overlay_types_always(const struct overlay *o)
{
    (void)o;
    return true;
}

/* One that is drawn without being open takes no input. */
static bool is_typing(const struct overlay *o)
{
    return o->ops && o->ops->typing && o->ops->typing(o);
}

bool overlay_wants_help(const struct overlay *o, const struct input *in)
{
    /* Esc and a `?` that arrive at once, as on a slow line, look like Alt. */
    if (!o->ops->keys || in->type != INPUT_KEY || in->mods & MOD_CTRL) return false;
    return in->key == KEYP_F1 || (in->key == '?' && !is_typing(o));
}

/* Bytes of the leading hints that fit whole; 0: not even the first does. */
static size_t hints_len(const char *keys, const char *gap, int cols)
{
    size_t fitting = 0;
    for (const char *from = keys; from;) {
        const char *end = strstr(from, gap);
        const size_t len = end ? (size_t)(end - keys) : strlen(keys);
        if ((int)text_widthn(keys, len) > cols) break;
        fitting = len;
        from = end ? end + strlen(gap) : NULL;
    }
    return fitting;
}

void overlay_keys_draw(const struct overlay *o, struct canvas *in, int row, const char *keys)
{
    const bool dots = strstr(keys, " · ") != NULL;
    const char *help = is_typing(o) ? (dots ? " · F1 help" : "   F1 help") : dots ? " · ? help" : "   ? help";
    const int wide = (int)text_width(keys);
    const size_t whole = hints_len(keys, dots ? " · " : "   ", in->cols);
    canvas_field(in, row, 0, in->cols, ROLE_DIM, whole ? "" : keys);
    canvas_textn(in, row, 0, ROLE_DIM, keys, whole);
    if (wide + (int)text_width(help) <= in->cols) canvas_text(in, row, wide, ROLE_DIM, help);
}

/* ---- the stack ---- */

bool overlay_is_open(const struct overlay_stack *s, const struct overlay *o)
{
    const struct overlay *open = s->top;
    while (open && open != o) open = open->below;
    return open != NULL;
}

void overlay_push(struct overlay_stack *s, struct overlay *o,
                  void (*on_result)(void *owner, enum overlay_result result))
{
    assert(!overlay_is_open(s, o));
    o->below = s->top;
    o->on_result = on_result;
    s->top = o;
}

void overlay_pop(struct overlay_stack *s)
{
    struct overlay *o = s->top;
    if (!o) return;
    s->top = o->below;
    o->below = NULL;
    if (o->ops->done) o->ops->done(o);
}

void overlay_finish(struct overlay_stack *s, enum overlay_result result, void *owner)
{
    if (result == OVERLAY_STAYS) return;
    if (s->top->on_result)
        s->top->on_result(owner, result);
    else if (result != OVERLAY_ACTION)
        overlay_pop(s);
}

void overlays_update(struct overlay_stack *s, const struct view *v, int rows, int cols)
{
    for (struct overlay *o = s->top; o; o = o->below) {
        o->rows = rows;
        o->cols = cols;
        if (o->ops->update) o->ops->update(o, v, rows, cols);
    }
}

static void draw_from(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    if (!o) return;
    draw_from(o->below, v, cv);
    o->ops->draw(o, v, cv);
}

void overlays_draw(const struct overlay_stack *s, const struct view *v, struct canvas *cv)
{
    draw_from(s->top, v, cv);
}
