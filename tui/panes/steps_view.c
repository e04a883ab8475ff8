/* steps_view.c - draws the steps of a deployment or clean-up. */
#include "tui/panes/steps_view.h"

#include "backends/base/buf.h"
#include "tui/draw/wrap.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>

enum { STEPS_COLS = 110, INDENT = 4, PAGE = 10, BACK_MAX = 100000, FRAME_ROWS = 2 };

void steps_view_open(struct steps_view *v)
{
    v->overlay = (struct overlay){.ops = &steps_overlay};
}

enum overlay_result steps_view_input(struct steps_view *v, const struct input *in)
{
    const bool plain = in->type == INPUT_KEY && !(in->mods & (MOD_CTRL | MOD_ALT));
    if (v->stops && plain && in->key == 's') {
        v->action = STEPS_STOP;
        return OVERLAY_ACTION;
    }
    if (v->asks && plain && in->key == KEYP_ENTER) {
        v->action = STEPS_CONFIRM;
        return OVERLAY_ACTION;
    }
    if (v->asks && plain && in->key == 'n') return OVERLAY_DECLINED;
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == 'q')) return OVERLAY_CANCELLED;
    v->back -= scroll_of(in, PAGE);
    if (v->back > BACK_MAX) v->back = BACK_MAX;
    if (v->back < 0) v->back = 0;
    return OVERLAY_STAYS;
}

static enum role role_of(enum step_state state)
{
    static const enum role roles[] = {
        [STEP_WAITING] = ROLE_DIM, [STEP_RUNNING] = ROLE_ACTIVE, [STEP_OK] = ROLE_OK,
        [STEP_WARNED] = ROLE_WARN, [STEP_FAILED] = ROLE_BAD,     [STEP_SKIPPED] = ROLE_DIM};
    return roles[state];
}

static const char *glyph_of(enum step_state state)
{
    static const char *const glyphs[] = {[STEP_WAITING] = "·", [STEP_RUNNING] = "▸", [STEP_OK] = "✔",
                                         [STEP_WARNED] = "!",  [STEP_FAILED] = "✗",  [STEP_SKIPPED] = "-"};
    return glyphs[state];
}

/* Lines are counted first and drawn then, by the same walk: cv NULL counts. */
struct walk {
    struct canvas *cv;
    int cols, line, skip; /* line: of the whole; skip: those above the window */
};

static void walk_text(struct walk *w, int col, enum role role, const char *text)
{
    int height = wrap_height(text, w->cols - col);
    int row = w->line - w->skip;
    w->line += height;
    if (!w->cv || row + height <= 0 || row >= w->cv->rows) return;
    wrap_draw(w->cv, row < 0 ? 0 : row, col, role, text, row < 0 ? -row : 0);
}

static void put_head(struct walk *w, const struct step *step)
{
    int row = w->line++ - w->skip;
    if (!w->cv || row < 0 || row >= w->cv->rows) return;
    canvas_text(w->cv, row, 0, role_of(step->state), glyph_of(step->state));
    int col = canvas_text(w->cv, row, 2, step->state == STEP_WAITING ? ROLE_DIM : ROLE_STRONG, step->name);
    if (step->state != STEP_WAITING && step->state != STEP_RUNNING)
        canvas_text(w->cv, row, col + 2, role_of(step->state), step_state_word(step->state));
}

static void walk_all(struct walk *w, const struct steps_view *v)
{
    const struct steps *steps = v->steps;
    static const enum role tones[] = {[TONE_PLAIN] = ROLE_DIALOG, [TONE_WARN] = ROLE_WARN, [TONE_BAD] = ROLE_BAD};
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->item[i];
        if (!step->name) continue;
        put_head(w, step);
        for (size_t j = 0; j < step->count; j++) walk_text(w, INDENT, tones[step->line[j].tone], step->line[j].text);
        if (step->beyond) {
            char text[64];
            snprintf(text, sizeof text, "… and %zu more", step->beyond);
            walk_text(w, INDENT, ROLE_DIM, text);
        }
        if (step->now[0]) walk_text(w, INDENT, v->asks ? ROLE_STRONG : ROLE_ACTIVE, step->now);
    }
    if (v->end[0]) walk_text(w, 0, v->bad ? ROLE_BAD : ROLE_OK, v->end);
}

/* The content's size on a screen of so many rows and columns: within the frame, above the line of keys. */
static int body_cols(int cols)
{
    return cols - 4 < STEPS_COLS ? cols - 4 : STEPS_COLS;
}

static int scroll_max(const struct steps_view *v, int rows, int cols)
{
    struct walk count = {.cols = cols};
    walk_all(&count, v);
    return count.line > rows ? count.line - rows : 0;
}

void steps_view_update(struct steps_view *v, int rows, int cols)
{
    const int width = body_cols(cols);
    if (width <= INDENT || rows < FRAME_ROWS + 2) return;
    const int most = scroll_max(v, rows - FRAME_ROWS - 1, width);
    if (v->back > most) v->back = most;
}

void steps_view_draw(const struct steps_view *v, struct canvas *cv)
{
    int cols = body_cols(cv->cols);
    if (cols <= INDENT) return;
    struct canvas in = overlay_box(cv, cv->rows, cols, v->bad ? ROLE_DANGER : ROLE_DIALOG, v->title);
    if (in.rows < 2 || in.cols <= INDENT) return;
    struct canvas body = canvas_sub(&in, 0, 0, in.rows - 1, in.cols);
    const int most = scroll_max(v, body.rows, in.cols), back = v->back < most ? v->back : most;
    struct walk draw = {.cv = &body, .cols = in.cols, .skip = most - back};
    walk_all(&draw, v);
    canvas_field(&in, in.rows - 1, 0, in.cols, ROLE_DIM,
                 v->end[0]  ? "Esc closes   ↑ ↓ scroll"
                 : v->asks  ? "Enter confirms   n cancels   ↑ ↓ scroll   Esc hides this, it waits"
                 : v->stops ? "s stops   Esc hides this, it continues; the same key shows it again"
                 : back     ? "↓ to the end   Esc hides this, it continues"
                            : "Esc hides this, it continues; the same key shows it again   ↑ ↓ scroll");
}

static void steps_overlay_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    (void)v;
    steps_view_update((struct steps_view *)o, rows, cols);
}

static void steps_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    steps_view_draw((const struct steps_view *)o, cv);
}

static enum overlay_result steps_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return steps_view_input((struct steps_view *)o, in);
}

const struct overlay_ops steps_overlay = {
    .name = "steps", .update = steps_overlay_update, .draw = steps_overlay_draw, .input = steps_overlay_input};
