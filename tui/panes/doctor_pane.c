#include "tui/panes/doctor_pane.h"

#include "deploy/doctor.h"
#include "tui/panes/chrome.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

static const struct column columns[DOCTOR_COLUMNS] = {
    [DOCTOR_SEVERITY] = {.title = "SEVERITY", .min = 8, .max = 8, .numeric = true},
    [DOCTOR_RULE] = {.title = "RULE", .min = 4, .max = 4},
    [DOCTOR_WHERE] = {.title = "WHERE", .min = 12, .max = 34, .priority = 1},
    [DOCTOR_WHAT] = {.title = "WHAT", .min = 12, .max = 0},
};

struct doctor_pane {
    struct pane pane;
    struct table_view table;
    struct pane_due due;
    struct findings found;
};

static void init(struct pane *p)
{
    struct doctor_pane *s = (struct doctor_pane *)p;
    table_init(&s->table, columns, DOCTOR_COLUMNS);
    findings_init(&s->found);
    p->table = &s->table;
}

static void done(struct pane *p)
{
    struct doctor_pane *s = (struct doctor_pane *)p;
    table_done(&s->table);
    findings_done(&s->found);
}

/* The row's key and, up to its last '#', the detail's title: the nth finding of a rule about an object. */
static void key_of(const struct findings *f, size_t at, char out[DOCTOR_KEY_MAX])
{
    const struct finding *item = &f->items[at];
    size_t nth = 0;
    for (size_t i = 0; i < at; i++)
        nth += f->items[i].rule == item->rule && text_eq(f->items[i].where.object, item->where.object);
    snprintf(out, DOCTOR_KEY_MAX, "%s %.100s#%zu", item->rule->id, item->where.object ? item->where.object : "", nth);
}

static enum role role_of(enum finding_severity severity)
{
    static const enum role roles[FINDING_SEVERITIES] = {[FINDING_ERROR] = ROLE_BAD,
                                                        [FINDING_WARNING] = ROLE_WARN,
                                                        [FINDING_INFO] = ROLE_TEXT,
                                                        [FINDING_UNKNOWN] = ROLE_DIM};
    return roles[severity];
}

/* Judges only while it is looked at. */
static void update(struct pane *p, const struct view *v)
{
    struct doctor_pane *s = (struct doctor_pane *)p;
    const struct chrome *c = v->chrome;
    const struct doctor_ask ask = {.now_ms = v->now_ms,
                                   .wall_ms = v->wall_ms,
                                   .may_delete = c ? c->may_delete : TRI_UNKNOWN,
                                   .may_why = c ? c->may_why : NULL,
                                   .aws = c ? c->aws : NULL};
    if (p->rows == 0 || !pane_due(&s->due, p, v, world_generation_all(v->world), 1000)) return;
    findings_done(&s->found);
    findings_init(&s->found);
    doctor_of(v->world, v->focus, &ask, &s->found);
    table_begin(&s->table);
    for (size_t i = 0; i < s->found.count; i++) {
        const struct finding *f = &s->found.items[i];
        char key[DOCTOR_KEY_MAX];
        key_of(&s->found, i, key);
        struct table_row *row = table_row_add(&s->table, key);
        const enum role role = role_of(f->severity);
        table_cell_num(row, DOCTOR_SEVERITY, role, (double)f->severity, finding_severity_word(f->severity));
        table_cell_set(row, DOCTOR_RULE, ROLE_TEXT, f->rule->id);
        table_cell_set(row, DOCTOR_WHERE, ROLE_TEXT, or_dash(f->where.object));
        table_cell_set(row, DOCTOR_WHAT, ROLE_TEXT, f->message);
    }
    s->table.not_shown = s->found.dropped;
    table_end(&s->table);
}

static void draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct doctor_pane *s = (const struct doctor_pane *)p;
    (void)v;
    if (s->table.count > 0)
        table_draw(&s->table, cv, focused);
    else
        pane_say(cv, 0, ROLE_OK, "every rule that was asked holds");
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    const struct doctor_pane *s = (const struct doctor_pane *)p;
    (void)v;
    (void)cols;
    return s->table.count ? table_height(&s->table) : 2;
}

static void status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const size_t *of = ((const struct doctor_pane *)p)->found.of;
    (void)v;
    snprintf(out, size, "%zu error%s · %zu warning%s · %zu unknown", of[FINDING_ERROR],
             of[FINDING_ERROR] == 1 ? "" : "s", of[FINDING_WARNING], of[FINDING_WARNING] == 1 ? "" : "s",
             of[FINDING_UNKNOWN]);
}

static void brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    char text[80];
    status(p, v, text, sizeof text);
    snprintf(out, size, "  Doctor  %s", text);
}

/* A finding is no row of the world: its key is one that no RayService has. */
static bool selected(const struct pane *p, struct selection *ret)
{
    return pane_table_selected(p, TABLE_RAYSERVICE, ret);
}

static void detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const struct doctor_pane *s = (const struct doctor_pane *)p;
    const char *wanted = table_selected(&s->table);
    (void)v;
    for (size_t i = 0; wanted && i < s->found.count; i++) {
        const struct finding *f = &s->found.items[i];
        char key[DOCTOR_KEY_MAX];
        key_of(&s->found, i, key);
        if (strcmp(key, wanted) != 0) continue;
        buf_printf(out, "%s  %s: %s\n\n", f->rule->id, finding_severity_word(f->severity), f->rule->title);
        buf_printf(out, "where   %s\nwhat    %s\n", or_dash(f->where.object), f->message);
        buf_printf(out, "why     %s\nfix     %s\nsource  %s\n", f->rule->why, f->rule->fix, f->rule->source);
    }
}

static struct pane_request input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)v;
    return pane_table_input(p, p->rows, in);
}

const struct pane_ops doctor_pane_ops = {
    .name = "doctor",
    .title = "Doctor",
    .tab = "Doctor",
    .letter = '6',
    .state_size = sizeof(struct doctor_pane),
    .min_rows = 2,
    .init = init,
    .done = done,
    .update = update,
    .draw = draw,
    .wanted_rows = wanted_rows,
    .status = status,
    .brief = brief,
    .selected = selected,
    .detail = detail,
    .input = input,
};
