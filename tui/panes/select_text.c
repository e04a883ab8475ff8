/* select_text.c - see select_text.h. */
#include "tui/panes/select_text.h"

#include "backends/base/text.h"
#include "tui/draw/wrap.h"
#include "tui/panes/motion.h"

#include <string.h>

enum { FRAME_ROWS = 2, WHY_ROWS = 4 /* at most */, SELECT_COLS_MIN = 8 };

/* Bytes of the word that begins at text, up to the blank or the line's end after it; quotes and backslashes as POSIX
 * shells have them. */
static size_t word_length(const char *text)
{
    char quote = '\0';
    size_t i = 0;
    for (; text[i] && (quote || (text[i] != ' ' && text[i] != '\n')); i++) {
        if (quote == text[i])
            quote = '\0';
        else if (!quote && (text[i] == '\'' || text[i] == '"'))
            quote = text[i];
        else if (quote != '\'' && text[i] == '\\' && text[i + 1])
            i++;
    }
    return i;
}

void select_text_lines(const char *text, int cols, struct buf *out)
{
    const size_t room = cols > SELECT_COLS_MIN ? (size_t)cols : SELECT_COLS_MIN;
    size_t used = 0;
    buf_clear(out);
    while (*text) {
        const size_t len = word_length(text), wide = text_widthn(text, len);
        const bool last = !text[len] || text[len] == '\n';
        if (used && used + 1 + wide + (last ? 0 : 2) > room) {
            buf_str(out, " \\\n");
            used = 0;
        }
        if (used) buf_char(out, ' ');
        buf_add(out, text, len);
        used += wide + (used ? 1 : 0);
        text += len;
        if (*text == '\n') {
            buf_char(out, '\n'); /* the next command */
            used = 0;
            text++;
        }
        text += strspn(text, " ");
    }
}

void select_text_open(struct select_text *s, const char *text, const char *why, bool mouse)
{
    *s = (struct select_text){.overlay = {.ops = &select_overlay}, .why = why, .mouse = mouse};
    buf_init(&s->text, SELECT_TEXT_MAX);
    buf_init(&s->lines, 2 * SELECT_TEXT_MAX);
    buf_str(&s->text, text);
}

/* A word longer than the screen takes several rows, which a terminal does not join: there is no help. */
static int rows_of(const char *line, size_t len, int cols)
{
    const int wide = (int)text_widthn(line, len);
    return wide > cols && cols > 0 ? (wide + cols - 1) / cols : 1;
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

static void select_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    struct select_text *s = (struct select_text *)o;
    (void)v;
    s->cols = cols;
    s->why_rows = least_of(wrap_height(s->why, cols), WHY_ROWS);
    s->page = rows > FRAME_ROWS + s->why_rows ? rows - FRAME_ROWS - s->why_rows : 1;
    select_text_lines(buf_text(&s->text), cols, &s->lines);
    s->count = 0;
    for (const char *line = buf_text(&s->lines); *line;) {
        const size_t len = strcspn(line, "\n");
        s->count += rows_of(line, len, cols);
        line += len + (line[len] == '\n');
    }
    if (s->top > s->count - s->page) s->top = s->count - s->page;
    if (s->top < 0) s->top = 0;
}

/* Bytes of the first characters of a text that fill no more than cols columns. */
static size_t bytes_within(const char *text, size_t len, int cols)
{
    size_t at = 0;
    while (at < len) {
        size_t next = at + 1;
        while (next < len && ((unsigned char)text[next] & 0xC0) == 0x80) next++;
        if ((int)text_widthn(text, next) > cols) break;
        at = next;
    }
    return at ? at : len;
}

static void draw_lines(const struct select_text *s, struct canvas *cv)
{
    int row = -s->top;
    for (const char *line = buf_text(&s->lines); *line;) {
        size_t len = strcspn(line, "\n");
        const char *next = line + len + (line[len] == '\n');
        do {
            const size_t part = bytes_within(line, len, cv->cols);
            if (row >= 0 && row < cv->rows) canvas_textn(cv, row, 0, ROLE_STRONG, line, part);
            row++;
            line += part;
            len -= part;
        } while (len);
        line = next;
    }
}

static void select_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct select_text *s = (const struct select_text *)o;
    const int shown = least_of(s->count, s->page), head = 1 + s->why_rows, rows = head + shown + 1;
    const int top = cv->rows > rows ? cv->rows - rows : 0;
    struct canvas in = canvas_sub(cv, top, 0, rows, cv->cols), why = canvas_sub(&in, 1, 0, s->why_rows, cv->cols),
                  body = canvas_sub(&in, head, 0, shown, cv->cols);
    (void)v;
    canvas_fill(&in, 0, 0, in.rows, in.cols, ROLE_TEXT, ' ');
    canvas_fill(&in, 0, 0, 1, in.cols, ROLE_RULE, 0x2500);
    canvas_text(&in, 0, 2, ROLE_TITLE, " Not sent to the clipboard ");
    wrap_draw(&why, 0, 0, ROLE_WARN, s->why, 0);
    draw_lines(s, &body);
    if (in.rows > head + shown)
        overlay_keys_draw(o, &in, head + shown,
                          s->mouse ? "Shift and mouse select · Esc closes" : "select it with the mouse · Esc closes");
}

static enum overlay_result select_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct select_text *s = (struct select_text *)o;
    (void)v;
    if (in->type == INPUT_KEY && (in->key == KEYP_ESC || in->key == KEYP_ENTER || in->key == 'q' || in->key == 'c'))
        return OVERLAY_CANCELLED;
    s->top += motion_by(in, s->page);
    return OVERLAY_STAYS;
}

static void select_done(struct overlay *o)
{
    struct select_text *s = (struct select_text *)o;
    buf_done(&s->text);
    buf_done(&s->lines);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {
        {"mouse", "Select by the terminal's own means; with --mouse, while Shift is held"},
        {"j k ↑ ↓", "A line down, a line up"},
        {"Esc q Enter", "Leave (c too)"},
        {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops select_overlay = {.name = "select",
                                           .place = "this text to copy",
                                           .keys = help_keys,
                                           .no_text = true,
                                           .update = select_update,
                                           .draw = select_draw,
                                           .input = select_input,
                                           .done = select_done};
