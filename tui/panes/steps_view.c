/* steps_view.c - draws the steps of a deployment or clean-up. */
#include "tui/panes/steps_view.h"

#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_COLS = 110, INDENT = 4, NAME_COL = 2, FRAME_ROWS = 2 };

/* ---- the lines ---- */

enum role step_tone_role(enum step_tone tone)
{
    static const enum role roles[] = {
        [TONE_PLAIN] = ROLE_DIALOG, [TONE_HEADING] = ROLE_STRONG, [TONE_ADDED] = ROLE_OK, [TONE_REMOVED] = ROLE_BAD,
        [TONE_CHANGED] = ROLE_WARN, [TONE_WARN] = ROLE_WARN,      [TONE_BAD] = ROLE_BAD};
    return roles[tone];
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

static void one_part(struct text_line *ret, const char *text, enum role role, int col)
{
    *ret = (struct text_line){.part = {text_part_of(text, role, col)}, .parts = 1, .hang = col};
}

static uint64_t step_lines(const struct step *step)
{
    return step->name ? 1 + step->count + (step->beyond != 0) + (step->now[0] != '\0') : 0;
}

static void head_line(const struct step *step, struct text_line *ret)
{
    const int name_width = (int)strlen(step->name);
    *ret = (struct text_line){
        .part = {text_part_of(glyph_of(step->state), role_of(step->state), 0),
                 text_part_of(step->name, step->state == STEP_WAITING ? ROLE_DIM : ROLE_STRONG, NAME_COL)},
        .parts = 2};
    if (step->state != STEP_WAITING && step->state != STEP_RUNNING)
        ret->part[ret->parts++] =
            text_part_of(step_state_word(step->state), role_of(step->state), NAME_COL + name_width + 2);
    ret->hang = ret->part[ret->parts - 1].col;
}

/* Of a row of a difference the sign and the name have a colour, the values none; a sign alone says it, too. */
static void logged_line(const struct step_line *line, struct text_line *ret)
{
    const enum role role = step_tone_role(line->tone);
    const size_t indent = strspn(line->text, " "), name = strcspn(line->text, ":");
    one_part(ret, line->text, role, INDENT);
    if (line->tone < TONE_ADDED || line->tone > TONE_CHANGED || !line->text[name]) return;
    ret->part[0] = (struct text_part){.text = line->text, .len = name, .role = role, .col = INDENT};
    ret->part[1] = text_part_of(line->text + name, ROLE_DIALOG, INDENT + (int)text_widthn(line->text, name));
    ret->parts = 2;
    ret->hang = INDENT + (int)indent + 2;
}

static void step_line(const struct steps_view *v, size_t step, uint64_t n, struct text_line *ret)
{
    const struct step *s = &v->steps->item[step];
    if (n == 0)
        head_line(s, ret);
    else if (n <= s->count)
        logged_line(&s->line[n - 1], ret);
    else if (s->beyond && n == s->count + 1)
        one_part(ret, v->beyond[step], ROLE_DIM, INDENT);
    else
        one_part(ret, s->now, v->asks ? ROLE_STRONG : ROLE_ACTIVE, INDENT);
}

static void line_get(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    const struct steps_view *v = arg;
    (void)cols;
    for (size_t i = 0; i < v->steps->count; i++) {
        const uint64_t lines = step_lines(&v->steps->item[i]);
        if (n < lines) {
            step_line(v, i, n, ret);
            return;
        }
        n -= lines;
    }
    one_part(ret, v->end, v->bad ? ROLE_BAD : ROLE_OK, 0);
}

/* A step's lines grow before those of the next one: each count of lines is a text of its own. */
static struct text_source source_of(const struct steps_view *v)
{
    struct text_source source = {.count = v->end[0] != '\0', .line = line_get, .arg = (void *)(uintptr_t)v};
    for (size_t i = 0; i < v->steps->count; i++) source.count += step_lines(&v->steps->item[i]);
    source.generation = source.count;
    return source;
}

/* ---- the view ---- */

void steps_view_open(struct steps_view *v)
{
    v->overlay = (struct overlay){.ops = &steps_overlay};
    text_view_open(&v->text, true, true);
}

enum overlay_result steps_view_input(struct steps_view *v, const struct input *in)
{
    const struct text_source source = source_of(v);
    const bool plain = in->type == INPUT_KEY && !(in->mods & (MOD_CTRL | MOD_ALT));
    const bool typing = text_view_typing(&v->text);
    if (!typing && v->stops && plain && in->key == 's') {
        v->action = STEPS_STOP;
        return OVERLAY_ACTION;
    }
    if (!typing && v->asks && plain && in->key == KEYP_ENTER) {
        v->action = STEPS_CONFIRM;
        return OVERLAY_ACTION;
    }
    /* While a search is shown n is its next match; it never declines then. */
    if (!typing && v->asks && plain && in->key == 'n' && !v->text.search.query[0]) return OVERLAY_DECLINED;
    const enum text_view_result used = text_view_input(&v->text, &source, in);
    if (used != TEXT_VIEW_UNUSED) return used == TEXT_VIEW_SAVE ? OVERLAY_SAVE : OVERLAY_STAYS;
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == 'q')) return OVERLAY_CANCELLED;
    return OVERLAY_STAYS;
}

/* The content's size on a screen of so many rows and columns: within the frame, above the line of keys. */
static int body_cols(int cols)
{
    return cols - 4 < STEPS_COLS ? cols - 4 : STEPS_COLS;
}

void steps_view_update(struct steps_view *v, int rows, int cols)
{
    const struct text_source source = source_of(v);
    const int width = body_cols(cols);
    for (size_t i = 0; i < v->steps->count; i++)
        if (v->steps->item[i].beyond)
            snprintf(v->beyond[i], sizeof v->beyond[i], "… and %zu more", v->steps->item[i].beyond);
    text_view_update(&v->text, &source, rows - FRAME_ROWS - 1, width > INDENT ? width : 0);
}

void steps_view_draw(const struct steps_view *v, struct canvas *cv)
{
    const struct text_source source = source_of(v);
    int cols = body_cols(cv->cols);
    if (cols <= INDENT) return;
    struct canvas in = overlay_box(cv, cv->rows, cols, v->bad ? ROLE_DANGER : ROLE_DIALOG, v->title);
    if (in.rows < 2 || in.cols <= INDENT) return;
    struct canvas body = canvas_sub(&in, 0, 0, in.rows - 1, in.cols);
    text_view_draw(&v->text, &source, &body);
    overlay_keys_draw(&v->overlay, &in, in.rows - 1,
                      v->end[0]          ? "Esc closes   / search   ↑ ↓ scroll"
                      : v->asks          ? "Enter confirms   n cancels   Esc hides this, it waits   / search"
                      : v->stops         ? "s stops   Esc hides this, it continues; its key shows it again"
                      : !v->text.follows ? "G to the end   Esc hides this, it continues"
                                         : "Esc hides this, it continues; its key shows it again   / search");
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

static void steps_overlay_text(const struct overlay *o, struct buf *out)
{
    const struct text_source source = source_of((const struct steps_view *)o);
    text_view_print(&source, STEPS_COLS, out);
}

/* It may be shown again: at its end, without a search. */
static void steps_overlay_done(struct overlay *o)
{
    text_view_open(&((struct steps_view *)o)->text, true, true);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key over[] = {{"Esc q", "Leave"}, {NULL, NULL}};
    static const struct pane_key asking[] = {{"Enter", "Confirm: what stands there is done"},
                                             {"n", "Cancel, where nothing is searched"},
                                             {"Esc q", "Hide this; it waits, and the same key shows it again"},
                                             {NULL, NULL}};
    static const struct pane_key stoppable[] = {{"s", "Stop; what was done stays"},
                                                {"Esc q", "Hide this; it continues, and the same key shows it again"},
                                                {NULL, NULL}};
    static const struct pane_key running[] = {{"Esc q", "Hide this; it continues, and the same key shows it again"},
                                              {NULL, NULL}};
    const struct steps_view *v = (const struct steps_view *)o;
    return v->end[0] ? over : v->asks ? asking : v->stops ? stoppable : running;
}

static bool takes_text(const struct overlay *o)
{
    return text_view_typing(&((const struct steps_view *)o)->text);
}

const struct overlay_ops steps_overlay = {.name = "steps",
                                          .place = "these steps",
                                          .keys = help_keys,
                                          .uses = OVERLAY_USES_TEXT,
                                          .typing = takes_text,
                                          .update = steps_overlay_update,
                                          .draw = steps_overlay_draw,
                                          .input = steps_overlay_input,
                                          .text = steps_overlay_text,
                                          .done = steps_overlay_done};
