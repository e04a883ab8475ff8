/* screen_draw.c - draws the screen. */
#include "tui/panes/answers_view.h"
#include "tui/panes/footer.h"
#include "tui/panes/screen_priv.h"
#include "tui/panes/strip.h"

#include "backends/base/text.h"
#include "tui/draw/rule.h"
#include "tui/draw/wrap.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { RULE_TITLE_AT = 3, STATUS_MAX = 320, TAB_STATUS_GAP = 8, MESSAGE_ROWS = 3, MESSAGE_OF_ROWS = 12 };

static struct canvas canvas_window(const struct canvas *cv, struct rect r)
{
    return canvas_sub(cv, r.row, r.col, r.rows, r.cols);
}

static void too_small(const struct screen *s, struct canvas *cv)
{
    char text[80];
    snprintf(text, sizeof text, "raydeck needs %d×%d, this is %d×%d", LAYOUT_MIN_COLS, LAYOUT_MIN_ROWS, s->cols,
             s->rows);
    if (cv->rows > 1)
        wrap_draw(cv, 0, 0, ROLE_WARN, text, 0);
    else
        canvas_field(cv, 0, 0, cv->cols, ROLE_WARN, text);
}

/* How many rows are marked, those behind the filter too. */
static void marks_words(const struct table_view *t, char *out, size_t size)
{
    size_t hidden;
    const size_t marks = table_marks(t, &hidden);
    out[0] = '\0';
    if (marks && hidden)
        snprintf(out, size, "%zu marked, %zu not shown", marks, hidden);
    else if (marks)
        snprintf(out, size, "%zu marked", marks);
}

/* What a person has done to the rows: the marks, and the active filter; "": nothing. Both in fewer words where they
 * have no room. */
static void rows_words(const struct pane *p, int room, char *out, size_t size)
{
    const struct table_view *t = p->table;
    char marks[64] = "", filter[128] = "";
    if (t) marks_words(t, marks, sizeof marks);
    if (t && t->filter[0])
        snprintf(filter, sizeof filter, "filter %s%s: %zu of %zu", t->filter_inverts ? "!" : "", t->filter,
                 t->shown_count, t->count);
    snprintf(out, size, "%s%s%s", marks, marks[0] && filter[0] ? " · " : "", filter);
    if (marks[0] && filter[0] && (int)text_width(out) > room)
        snprintf(out, size, "%zu marked · /%s%s %zu/%zu", table_marks(t, NULL), t->filter_inverts ? "!" : "", t->filter,
                 t->shown_count, t->count);
}

/* The right end of a pane's rule: its status behind that. */
static void status_of(const struct pane *p, const struct view *v, char out[STATUS_MAX])
{
    char status[120] = "", rows[192];
    p->ops->status(p, v, status, sizeof status);
    rows_words(p, INT_MAX, rows, sizeof rows);
    snprintf(out, STATUS_MAX, "%s%s%s", rows, rows[0] && status[0] ? " · " : "", status);
}

static void draw_tabs(const struct screen *s, const struct view *v, struct canvas *cv)
{
    char text[SCREEN_TABS_MAX], status[STATUS_MAX];
    int at[LAYOUT_PANES], width[LAYOUT_PANES];
    struct canvas row = canvas_window(cv, s->layout.tabs);
    if (s->layout.tabs.rows == 0) return;
    if (s->opened) {
        rule_draw(&row, 0, s->detail.title, "Esc back · / search", true);
        return;
    }
    screen_tabs(s, text, at, width);
    status_of(s->panes[s->focus], v, status);
    /* Where both have no room marks and filter stay: else rows would be missing for no reason that is seen. */
    const int room = row.cols - TAB_STATUS_GAP - (int)text_width(text);
    if ((int)text_width(status) > room) rows_words(s->panes[s->focus], room, status, sizeof status);
    rule_draw(&row, 0, text, status, false);
    for (int i = 0; i < LAYOUT_PANES; i++)
        canvas_role(&row, 0, RULE_TITLE_AT + at[i], width[i], i == (int)s->focus ? ROLE_TITLE : ROLE_DIM);
}

static void draw_pane(const struct screen *s, const struct view *v, struct canvas *cv, enum layout_pane which)
{
    const struct pane *p = s->panes[which];
    const struct layout *l = &s->layout;
    bool focused = which == s->focus;
    char title[64], status[STATUS_MAX];
    if (l->pane[which].rows == 0) return;
    struct canvas content = canvas_window(cv, l->pane[which]), rule = canvas_window(cv, l->rule[which]);
    if (focused && s->opened) {
        if (rule.rows) rule_draw(&rule, 0, s->detail.title, "Esc back · / search", true);
        detail_opened_draw(&s->detail, &content);
        return;
    }
    if (rule.rows) {
        status_of(p, v, status);
        if (which == LAYOUT_RECOVERY)
            snprintf(title, sizeof title, "%s", p->ops->title);
        else
            snprintf(title, sizeof title, "%c %s", p->ops->letter, p->ops->title);
        rule_draw(&rule, 0, title, status, focused);
    }
    p->ops->draw(p, v, &content, focused);
}

static void draw_detail(const struct screen *s, struct canvas *cv)
{
    struct canvas rule = canvas_window(cv, s->layout.detail_rule), content = canvas_window(cv, s->layout.detail);
    if (rule.rows == 0) return;
    rule_draw(&rule, 0, s->detail.title[0] ? s->detail.title : "nothing selected", s->detail.title[0] ? "selected" : "",
              false);
    detail_draw(&s->detail, &content);
}

static void draw_briefs(const struct screen *s, struct canvas *cv)
{
    struct canvas to = canvas_window(cv, s->layout.briefs);
    const char *from = s->briefs;
    for (int row = 0; row < to.rows && *from; row++) {
        char line[512];
        size_t len = strcspn(from, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line - 1), from);
        enum role role = strncmp(line, "- ", 2) == 0 ? ROLE_GONE : strncmp(line, "+ ", 2) == 0 ? ROLE_NEW : ROLE_TEXT;
        canvas_field(&to, row, 0, to.cols, role, line);
        from += len + (from[len] == '\n');
    }
}

/* Rows of a message: more than one where it is only a few of many, and where it covers no marks that an audience
 * watches. */
static int message_rows(const struct screen *s)
{
    const int more = s->rows / MESSAGE_OF_ROWS;
    return s->focus == LAYOUT_STAGE ? 1 : more < MESSAGE_ROWS ? 1 + more : MESSAGE_ROWS;
}

static void draw_bottom(const struct screen *s, const struct view *v, struct canvas *cv)
{
    const int over = message_rows(s) - 1, at = s->layout.message.row;
    struct canvas footer = canvas_window(cv, s->layout.footer), message = canvas_window(cv, s->layout.message);
    struct canvas rows = canvas_sub(cv, at - over, 0, over + 1, message.cols);
    footer_draw(v->chrome, &footer);
    bool shared = s->layout.message.row == s->layout.footer.row;
    if (!shared || (v->chrome && !v->chrome->message_idle)) footer_message(v->chrome, &rows);
    if (!s->typing) return;
    canvas_fill(&message, 0, 0, 1, message.cols, ROLE_INPUT, ' ');
    canvas_text(&message, 0, 1, ROLE_KEY, "/");
    textbox_draw(&s->filter, &message, 0, 2, message.cols - 3, ROLE_INPUT);
}

void screen_draw(const struct screen *s, const struct view *view, struct canvas *cv)
{
    struct view v = *view;
    const struct layout *l = &s->layout;
    v.selection = s->selects ? &s->selection : NULL;
    canvas_clear(cv, ROLE_TEXT);
    if (l->shape == LAYOUT_TOO_SMALL) {
        too_small(s, cv);
        return;
    }
    struct canvas strip = canvas_window(cv, l->strip), answers = canvas_window(cv, l->answers);
    strip_draw(&v, &strip);
    answers_draw(s->answers, &answers);
    draw_tabs(s, &v, cv);
    for (int i = 0; i < LAYOUT_PANES; i++) draw_pane(s, &v, cv, (enum layout_pane)i);
    for (int i = 0; i < 2; i++)
        canvas_fill(cv, l->split[i].row, l->split[i].col, l->split[i].rows, l->split[i].cols, ROLE_RULE, 0x2502);
    draw_briefs(s, cv);
    draw_detail(s, cv);
    draw_bottom(s, &v, cv);
}
