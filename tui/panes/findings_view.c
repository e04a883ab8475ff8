/* findings_view.c - findings as rows, for the panes of doctor and lint. */
#include "tui/panes/findings_view.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/table_layout.h"
#include "tui/draw/wrap.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS(by_place)                                                                                              \
    {                                                                                                                  \
        [FINDINGS_SEVERITY] = {.title = "SEVERITY", .min = 8, .max = 8, .numeric = true},                              \
        [FINDINGS_RULE] = {.title = "RULE", .min = 4, .max = 4},                                                       \
        [FINDINGS_WHERE] = {.title = "WHERE", .min = 24, .max = 34, .priority = 1, .numeric = (by_place)},             \
        [FINDINGS_WHAT] = {.title = "WHAT", .min = 12, .max = 0, .width = 40},                                         \
    }
/* Objects are ordered by their names; places in a file by their numbers: line 9 comes before line 10. */
static const struct column by_object[FINDINGS_COLUMNS] = COLUMNS(false), by_place[FINDINGS_COLUMNS] = COLUMNS(true);

void findings_view_init(struct findings_view *s, bool of_file)
{
    table_init(&s->table, of_file ? by_place : by_object, FINDINGS_COLUMNS);
    s->pane.table = &s->table;
}

static void messages_free(struct findings_view *s)
{
    for (size_t i = 0; i < s->count; i++) free(s->message[i]);
    free(s->message);
    free(s->key);
    s->message = NULL;
    s->key = NULL;
    s->count = s->widest = 0;
}

void findings_view_done(struct findings_view *s)
{
    messages_free(s);
    table_done(&s->table);
}

/* The row's key and, up to its last '#', the detail's title: the nth finding of a rule about an object, or at a place
 * of a file. */
static void key_of(const struct findings *f, size_t at, char out[FINDINGS_KEY_MAX])
{
    const struct finding *item = &f->items[at];
    const struct finding_where *where = &item->where;
    size_t nth = 0;
    for (size_t i = 0; i < at; i++) {
        const struct finding *other = &f->items[i];
        nth += other->rule == item->rule && other->where.line == where->line && other->where.column == where->column &&
               text_unchanged(other->where.object, where->object);
    }
    if (where->line)
        snprintf(out, FINDINGS_KEY_MAX, "%s %u:%u %.80s#%zu", item->rule->id, where->line, where->column,
                 where->object ? where->object : "", nth);
    else
        snprintf(out, FINDINGS_KEY_MAX, "%s %.100s#%zu", item->rule->id, where->object ? where->object : "", nth);
}

static enum role role_of(enum finding_severity severity)
{
    static const enum role roles[FINDING_SEVERITIES] = {[FINDING_ERROR] = ROLE_BAD,
                                                        [FINDING_WARNING] = ROLE_WARN,
                                                        [FINDING_INFO] = ROLE_TEXT,
                                                        [FINDING_UNKNOWN] = ROLE_DIM};
    return roles[severity];
}

/* Without directories: the detail shows the path as given. */
static void where_of(const struct finding_where *where, char out[TABLE_CELL_MAX])
{
    const char *slash = where->file ? strrchr(where->file, '/') : NULL;
    const char *file = slash ? slash + 1 : where->file;
    if (file && where->line)
        snprintf(out, TABLE_CELL_MAX, "%.80s:%u:%u", file, where->line, where->column);
    else
        snprintf(out, TABLE_CELL_MAX, "%.120s", or_dash(where->object ? where->object : file));
}

void findings_view_fill(struct findings_view *s, const struct findings *f)
{
    messages_free(s);
    table_begin(&s->table);
    s->message = f->count ? mem_zero(f->count, sizeof *s->message) : NULL;
    s->key = f->count ? mem_zero(f->count, sizeof *s->key) : NULL;
    s->count = f->count;
    for (size_t i = 0; i < f->count; i++) {
        const struct finding *item = &f->items[i];
        char *key = s->key[i], where[TABLE_CELL_MAX];
        const size_t width = text_width(item->message);
        key_of(f, i, key);
        s->message[i] = mem_str(item->message);
        if (width > s->widest) s->widest = width;
        where_of(&item->where, where);
        struct table_row *row = table_row_add(&s->table, key);
        table_cell_num(row, FINDINGS_SEVERITY, role_of(item->severity), (double)item->severity,
                       finding_severity_word(item->severity));
        table_cell_set(row, FINDINGS_RULE, ROLE_TEXT, item->rule->id);
        table_cell_num(row, FINDINGS_WHERE, ROLE_TEXT, item->where.line * 1e6 + item->where.column, where);
        table_cell_set(row, FINDINGS_WHAT, ROLE_TEXT, item->message);
    }
    s->table.not_shown = f->dropped;
    table_end(&s->table);
}

enum { BAND_ROWS_MAX = 6, TABLE_ROWS_MIN = 4 };

/* Rows below the table, an empty one first; 0: every message fits its column, or there is no room. */
static int band_rows(const struct findings_view *s, const struct canvas *cv)
{
    struct table_layout at;
    table_layout(&s->table, cv->cols, &at);
    const int room = cv->cols - TABLE_LEAD - 10; /* a line ends at a word */
    if (room <= 0 || s->widest <= (size_t)at.width[FINDINGS_WHAT]) return 0;
    int band = 2 + (int)(s->widest / (size_t)room);
    if (band > BAND_ROWS_MAX) band = BAND_ROWS_MAX;
    return cv->rows - band >= TABLE_ROWS_MIN ? band : 0;
}

static const char *selected_message(const struct findings_view *s)
{
    const char *key = table_selected(&s->table);
    for (size_t i = 0; key && i < s->count; i++)
        if (strcmp(s->key[i], key) == 0) return s->message[i];
    return NULL;
}

void findings_view_draw(const struct findings_view *s, struct canvas *cv, bool focused, enum role role,
                        const char *none)
{
    const int band = band_rows(s, cv);
    if (!s->table.count) {
        pane_say(cv, 0, role, none);
        return;
    }
    struct canvas rows = canvas_sub(cv, 0, 0, cv->rows - band, cv->cols);
    table_draw(&s->table, &rows, focused);
    const char *message = band ? selected_message(s) : NULL;
    struct canvas below = canvas_sub(cv, cv->rows - band + 1, TABLE_LEAD, band - 1, cv->cols - TABLE_LEAD);
    if (message) (void)wrap_draw(&below, 0, 0, ROLE_TEXT, message, 0);
}

int findings_view_rows(const struct findings_view *s)
{
    return s->table.count ? table_height(&s->table) : 2;
}

void findings_view_status(const struct findings *f, char out[FINDINGS_STATUS_MAX])
{
    struct buf text;
    buf_init(&text, FINDINGS_STATUS_MAX - 1);
    findings_totals(f, " · ", &text);
    if (f->ignored_count) buf_printf(&text, " · %zu ignored", f->ignored_count);
    snprintf(out, FINDINGS_STATUS_MAX, "%s", buf_text(&text));
    buf_done(&text);
}

void findings_view_detail(const struct findings_view *s, const struct findings *f, struct buf *out)
{
    const char *wanted = table_selected(&s->table);
    for (size_t i = 0; wanted && i < f->count; i++) {
        const struct finding *item = &f->items[i];
        const struct finding_where *where = &item->where;
        char key[FINDINGS_KEY_MAX];
        key_of(f, i, key);
        if (strcmp(key, wanted) != 0) continue;
        buf_printf(out, "%s  %s: %s\n\n", item->rule->id, finding_severity_word(item->severity), item->rule->title);
        if (where->file) buf_printf(out, "file    %s", where->file);
        if (where->file && where->line) buf_printf(out, ":%u:%u", where->line, where->column);
        if (where->file) buf_str(out, "\n");
        buf_printf(out, "where   %s", or_dash(where->object));
        if (where->object && where->document) buf_printf(out, " (document %u)", where->document);
        buf_printf(out, "\nwhat    %s\n", item->message);
        buf_printf(out, "why     %s\nfix     %s\nsource  %s\n", item->why, item->rule->fix, item->rule->source);
    }
}

struct pane_request findings_view_input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)v;
    return pane_table_input(p, p->rows, in);
}
