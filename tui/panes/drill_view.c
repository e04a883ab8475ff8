/* drill_view.c - draws a drill while it runs, and its report; see drill_view.h. */
#include "tui/panes/drill_view.h"

#include "tui/panes/steps_view.h"

#include "backends/base/mem.h"
#include "tui/draw/block_text.h"
#include "tui/draw/wrap.h"
#include "tui/panes/motion.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VIEW_COLS = 118,
    PAGE = 10,
    SCROLL_MAX = 100000,
    FRAME_ROWS = 2,
    FRAME_COLS = 4,
    INDENT = 2,
    NAME_COLS = 19,
    PHASES_WIDE = 84,
    BIG_FROM_ROWS = 30, /* of a report: below, big letters would push the criteria out */
    BIG_ROWS = 5
};

void drill_view_open(struct drill_view *v)
{
    v->overlay = (struct overlay){.ops = &drill_overlay};
}

void drill_view_done(struct drill_view *v)
{
    free(v->report);
    v->report = NULL;
}

/* ---- keys ---------------------------------------------------------------------------------------------------------
 */

static bool is_over(const struct drill_view *v)
{
    return v->end[0] != '\0';
}

/* What ends the load, or before the fault the drill. */
static bool input_stops(const struct drill_view *v, const struct input *in)
{
    if (is_over(v) || in->type != INPUT_KEY || (v->injected && !v->load_runs)) return false;
    if (in->key == 'c' && in->mods == MOD_CTRL) return true;
    return in->key == KEYP_ESC ? v->injected : in->key == 's' && !in->mods;
}

static enum overlay_result action_of(struct drill_view *v, enum drill_action action)
{
    v->action = action;
    return OVERLAY_ACTION;
}

static void input_scroll(struct drill_view *v, const struct input *in)
{
    int *at = v->shows_report ? &v->top : &v->back;

    *at += v->shows_report ? motion_by(in, PAGE) : -motion_by(in, PAGE);
    if (*at > SCROLL_MAX) *at = SCROLL_MAX;
    if (*at < 0) *at = 0;
}

enum overlay_result drill_view_input(struct drill_view *v, const struct input *in)
{
    const bool plain = in->type == INPUT_KEY && !(in->mods & (MOD_CTRL | MOD_ALT));

    if (input_stops(v, in)) return action_of(v, DRILL_VIEW_STOP);
    if (plain && (in->key == KEYP_ESC || in->key == 'q')) return OVERLAY_CANCELLED;
    if (v->asks && plain && in->key == KEYP_ENTER) return action_of(v, DRILL_VIEW_CONFIRM);
    if (v->asks && plain && in->key == 'n') return OVERLAY_DECLINED;
    if (v->report && plain && in->key == 'w') return action_of(v, DRILL_VIEW_SAVE);
    if (v->report && plain && in->key == KEYP_TAB)
        v->shows_report = !v->shows_report;
    else
        input_scroll(v, in);
    return OVERLAY_STAYS;
}

/* ---- the phases and the load --------------------------------------------------------------------------------------
 */

static const struct {
    const char *glyph;
    enum role role;
} states[] = {
    [STEP_WAITING] = {"·", ROLE_DIM}, [STEP_RUNNING] = {"▸", ROLE_ACTIVE}, [STEP_OK] = {"✔", ROLE_OK},
    [STEP_WARNED] = {"!", ROLE_WARN}, [STEP_FAILED] = {"✗", ROLE_BAD},     [STEP_SKIPPED] = {"-", ROLE_DIM},
};

static const struct step *step_running(const struct drill_view *v)
{
    for (size_t i = 0; i < v->steps->count; i++)
        if (v->steps->item[i].state == STEP_RUNNING) return &v->steps->item[i];
    return NULL;
}

/* On one line where they fit, else on two; cv NULL counts the lines. */
static int draw_phases(const struct drill_view *v, struct canvas *cv, int cols)
{
    const int gap = cols >= PHASES_WIDE ? 2 : 1;
    int row = 0, col = 0;

    for (size_t i = 0; i < v->steps->count; i++) {
        const struct step *step = &v->steps->item[i];
        const int width = 2 + (int)strlen(step->name);
        if (col && col + width > cols) {
            row++;
            col = 0;
        }
        if (cv) {
            canvas_text(cv, row, col, states[step->state].role, states[step->state].glyph);
            canvas_text(cv, row, col + 2, step->state == STEP_RUNNING ? ROLE_STRONG : states[step->state].role,
                        step->name);
        }
        col += width + gap;
    }
    return row + 1;
}

static void draw_now(const struct drill_view *v, struct canvas *cv, int row)
{
    const struct step *step = step_running(v);
    char deadline[64] = "";

    if (is_over(v)) {
        canvas_field(cv, row, 0, cv->cols, v->bad ? ROLE_BAD : ROLE_OK, v->end);
        return;
    }
    if (!step) return;
    if (v->limit_ms)
        snprintf(deadline, sizeof deadline, " %llu of at most %llu s", (unsigned long long)v->elapsed_ms / 1000,
                 (unsigned long long)v->limit_ms / 1000);
    const int room = cv->cols - (int)strlen(deadline);
    canvas_field(cv, row, 0, room, ROLE_ACTIVE, step->now[0] ? step->now : step->name);
    canvas_text(cv, row, room, ROLE_DIM, deadline);
}

static bool has_unknown(const struct drill_view *v)
{
    for (size_t i = 0; i < v->series_count; i++)
        if (v->series[i].unknown) return true;
    return false;
}

static int draw_series(const struct drill_view *v, struct canvas *cv, int row)
{
    const bool unknown = has_unknown(v);
    char line[128];

    if (!v->series_count) return row;
    snprintf(line, sizeof line, "%-*s %9s %7s %9s %7s %10s%s", NAME_COLS, "LOAD", "RATE", "DUE", "ANSWERED", "FAILED",
             v->load_ended ? "CANCELLED" : "IN FLIGHT", unknown ? "  UNKNOWN" : "");
    canvas_field(cv, row++, 0, cv->cols, ROLE_TITLE, line);
    for (size_t i = 0; i < v->series_count; i++, row++) {
        const struct drill_view_series *s = &v->series[i];
        char rate[24], failed[16], untold[16] = "";
        snprintf(rate, sizeof rate, "%.2g/s", s->per_s);
        snprintf(failed, sizeof failed, "%llu", (unsigned long long)s->failed);
        if (unknown) snprintf(untold, sizeof untold, " %8llu", (unsigned long long)s->unknown);
        snprintf(line, sizeof line, "%-*s %9s %7llu %9llu %7s %10llu%s", NAME_COLS, s->name, rate,
                 (unsigned long long)s->due, (unsigned long long)s->answered, failed, (unsigned long long)s->in_flight,
                 untold);
        canvas_field(cv, row, 0, cv->cols, ROLE_DIALOG, line);
        if (s->failed) canvas_field(cv, row, NAME_COLS + 29, -7, ROLE_BAD, failed);
    }
    return row;
}

/* ---- text that scrolls: the log, or the report --------------------------------------------------------------------
 */

/* Lines are counted first and drawn then, by the same walk: cv NULL counts. */
struct walk {
    struct canvas *cv;
    int cols, line, skip;
    bool big; /* the verdict's word can be read from the back of a room */
};

static void walk_text(struct walk *w, int col, enum role role, const char *text)
{
    const int height = *text ? wrap_height(text, w->cols - col) : 1, row = w->line - w->skip;

    w->line += height;
    if (!w->cv || !*text || row + height <= 0 || row >= w->cv->rows) return;
    wrap_draw(w->cv, row < 0 ? 0 : row, col, role, text, row < 0 ? -row : 0);
}

/* Of a table: continuation lines are indented to the value. */
static void walk_row(struct walk *w, enum role role, const char *text)
{
    const int height = *text ? wrap_hang_height(text, w->cols) : 1, row = w->line - w->skip;

    w->line += height;
    if (!w->cv || !*text || row + height <= 0 || row >= w->cv->rows) return;
    wrap_hang_draw(w->cv, row < 0 ? 0 : row, 0, role, text, row < 0 ? -row : 0);
}

static void walk_log(struct walk *w, const struct drill_view *v)
{

    for (size_t i = 0; i < v->steps->count; i++) {
        const struct step *step = &v->steps->item[i];
        if (step->count) walk_text(w, 0, ROLE_DIM, step->name);
        for (size_t j = 0; j < step->count; j++)
            walk_text(w, INDENT, step_tone_role(step->line[j].tone), step->line[j].text);
    }
}

/* The first line's word in big letters; what follows it stays a line. Returns the bytes drawn. */
static size_t walk_verdict(struct walk *w, enum role role, const char *report)
{
    const size_t len = strcspn(report, " \n"), next = len + strspn(report + len, " ");
    char *word = mem_strn(report, len);
    const enum block_size size = block_text_fit(word, BIG_ROWS, w->cols, BLOCK_SQUARE, true);

    if (w->cv) block_text_draw(w->cv, w->line - w->skip, 0, role, word, size);
    free(word);
    if (!size) return 0;
    w->line += BIG_ROWS + 1;
    return next + (report[next] == '\n');
}

static void walk_report(struct walk *w, const struct drill_view *v)
{
    const char *at = v->report;

    if (w->big) at += walk_verdict(w, v->bad ? ROLE_BAD : ROLE_OK, at);
    for (bool first = at == v->report || at[-1] != '\n'; *at; first = false) {
        const size_t len = strcspn(at, "\n");
        char *line = mem_strn(at, len);
        walk_row(w, first ? (v->bad ? ROLE_BAD : ROLE_OK) : ROLE_DIALOG, line);
        free(line);
        at += len + (at[len] == '\n');
    }
}

static int body_lines(const struct drill_view *v, int rows, int cols)
{
    struct walk count = {.cols = cols, .big = rows >= BIG_FROM_ROWS};

    if (v->shows_report)
        walk_report(&count, v);
    else
        walk_log(&count, v);
    return count.line;
}

/* ---- the box ------------------------------------------------------------------------------------------------------
 */

static int body_cols(int cols)
{
    return cols - FRAME_COLS < VIEW_COLS ? cols - FRAME_COLS : VIEW_COLS;
}

/* Rows above the log: phases, what it waits for, a blank, the series, a blank. */
static int head_rows(const struct drill_view *v, int cols)
{
    return draw_phases(v, NULL, cols) + 2 + (v->series_count ? (int)v->series_count + 2 : 0);
}

static int body_rows(const struct drill_view *v, int rows, int cols)
{
    const int all = rows - FRAME_ROWS - 1 - (v->note[0] != '\0');
    return v->shows_report ? all : all - head_rows(v, cols);
}

void drill_view_update(struct drill_view *v, int rows, int cols)
{
    const int width = body_cols(cols), height = body_rows(v, rows, width);

    if (width <= INDENT || height < 1) return;
    const int most = body_lines(v, height, width) - height, last = most > 0 ? most : 0;
    if (v->shows_report && v->top > last) v->top = last;
    if (!v->shows_report && v->back > last) v->back = last;
}

static const char *keys_of(const struct drill_view *v)
{
    if (is_over(v))
        return v->report ? (v->shows_report ? "↑ ↓ scroll   w saves the reports   Tab the steps   Esc closes"
                                            : "↑ ↓ scroll   w saves the reports   Tab the report   Esc closes")
                         : "Esc closes   ↑ ↓ scroll";
    if (v->asks) return "Enter confirms   n cancels   Esc hides this, it waits   ↑ ↓ scroll";
    if (v->injected && v->load_runs) return "Esc or ^C stops the load, not the observing   q hides this";
    if (v->injected) return "Esc hides this, it goes on   ↑ ↓ scroll";
    return "s stops: nothing was killed yet   Esc hides this, it goes on";
}

static void draw_body(const struct drill_view *v, struct canvas *body)
{
    const int most = body_lines(v, body->rows, body->cols) - body->rows, last = most > 0 ? most : 0;
    struct walk draw = {.cv = body, .cols = body->cols, .big = body->rows >= BIG_FROM_ROWS};

    if (v->shows_report) {
        draw.skip = v->top < last ? v->top : last;
        walk_report(&draw, v);
    } else {
        draw.skip = last - (v->back < last ? v->back : last);
        walk_log(&draw, v);
    }
}

void drill_view_draw(const struct drill_view *v, struct canvas *cv)
{
    const int cols = body_cols(cv->cols);
    int row = 0;

    if (cols <= INDENT) return;
    struct canvas in = overlay_box(cv, cv->rows, cols, is_over(v) && v->bad ? ROLE_DANGER : ROLE_DIALOG, v->title);
    if (in.rows < 2 || in.cols <= INDENT) return;
    if (!v->shows_report) {
        row = draw_phases(v, &in, in.cols);
        draw_now(v, &in, row);
        row = draw_series(v, &in, row + 2);
        if (v->series_count) row++;
    }
    const int last = in.rows - 1 - (v->note[0] != '\0');
    if (row < last) {
        struct canvas body = canvas_sub(&in, row, 0, last - row, in.cols);
        draw_body(v, &body);
    }
    if (v->note[0]) canvas_field(&in, last, 0, in.cols, ROLE_STRONG, v->note);
    overlay_keys_draw(&v->overlay, &in, in.rows - 1, keys_of(v));
}

static void drill_overlay_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    (void)v;
    drill_view_update((struct drill_view *)o, rows, cols);
}

static void drill_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    drill_view_draw((const struct drill_view *)o, cv);
}

static enum overlay_result drill_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return drill_view_input((struct drill_view *)o, in);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
#define SCROLL                                                                                                         \
    {                                                                                                                  \
        "↑ ↓", "Scroll (j k, PgUp PgDn)"                                                                               \
    }
    static const struct pane_key over[] = {SCROLL, {"Esc q", "Leave"}, {NULL, NULL}};
    static const struct pane_key reported[] = {
        SCROLL, {"Tab", "The report, the steps"}, {"w", "Save the reports"}, {"Esc q", "Leave"}, {NULL, NULL}};
    static const struct pane_key asking[] = {{"Enter", "Confirm: the fault is injected"},
                                             {"n", "Cancel the drill: nothing was killed yet"},
                                             SCROLL,
                                             {"Esc q", "Hide this; it waits, and x f shows it again"},
                                             {NULL, NULL}};
    static const struct pane_key loading[] = {{"Esc ^C", "Stop the load, not the observing"},
                                              SCROLL,
                                              {"q", "Hide this; it goes on, and x f shows it again"},
                                              {NULL, NULL}};
    static const struct pane_key observing[] = {
        SCROLL, {"Esc q", "Hide this; it goes on, and x f shows it again"}, {NULL, NULL}};
    static const struct pane_key before[] = {{"s", "Stop the drill: nothing was killed yet"},
                                             SCROLL,
                                             {"Esc q", "Hide this; it goes on, and x f shows it again"},
                                             {NULL, NULL}};
#undef SCROLL
    const struct drill_view *v = (const struct drill_view *)o;
    if (is_over(v)) return v->report ? reported : over;
    if (v->asks) return asking;
    if (v->injected) return v->load_runs ? loading : observing;
    return before;
}

const struct overlay_ops drill_overlay = {.name = "drill",
                                          .place = "this drill",
                                          .keys = help_keys,
                                          .no_text = true,
                                          .update = drill_overlay_update,
                                          .draw = drill_overlay_draw,
                                          .input = drill_overlay_input};
