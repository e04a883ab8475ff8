/* events.c - the pane of Events. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "deploy/start_cause.h"
#include "tui/panes/detail.h"
#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_TIME, EVENTS_ABOUT, EVENTS_WHAT, EVENTS_COLUMNS };
enum { EVENTS_SHOWN = 500, EVENTS_HOUR_MS = 3600 * 1000 };
#define EVENTS_OURS "console/delete" /* the key of the row of our own delete */

static const struct column columns[EVENTS_COLUMNS] = {
    [EVENTS_TIME] = {.title = "TIME", .min = 9, .max = 9, .numeric = true},
    [EVENTS_ABOUT] = {.title = "ABOUT", .min = 8, .max = 24, .width = 18 /* Pod …head-d4544 */, .ends = true},
    [EVENTS_WHAT] = {.title = "EVENT", .min = 8, .max = 0, .width = 48},
};

struct events {
    struct pane pane;
    struct table_view table;
    struct pane_due due;
    size_t last_hour;
};

static void events_init(struct pane *p)
{
    struct events *s = (struct events *)p;
    table_init(&s->table, columns, EVENTS_COLUMNS);
    p->table = &s->table;
}

static void events_done(struct pane *p)
{
    table_done(&((struct events *)p)->table);
}

static uint64_t event_time(const struct event *e)
{
    return e->last.known ? e->last.value : e->first.known ? e->first.value : 0;
}

struct happened {
    const struct event *event;
    size_t arrival;
};

static int order_of(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Most stamps are whole seconds: within one, the resourceVersion shows what was written first; without it the stamp,
 * and what came first. */
static int by_time(const void *va, const void *vb)
{
    const struct happened *a = va, *b = vb;
    const struct known_u64 *first = &a->event->version, *second = &b->event->version;
    int order = order_of(event_time(a->event) / 1000, event_time(b->event) / 1000);
    if (!order && first->known && second->known) order = order_of(first->value, second->value);
    if (!order) order = order_of(event_time(a->event), event_time(b->event));
    return order ? order : order_of(a->arrival, b->arrival);
}

/* Events that the API server has expired stay listed. */
static struct happened *events_collect(const struct view *v, size_t *ret_count)
{
    size_t room = 0, n = 0;
    WORLD_EACH (row, v->world, TABLE_EVENT) room++;
    struct happened *all = mem_zero(room + 1, sizeof *all);
    WORLD_EACH (row, v->world, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (v->focus->ns && !(e->ns && strcmp(e->ns, v->focus->ns) == 0)) continue;
        all[n] = (struct happened){e, n};
        n++;
    }
    if (n > 1) qsort(all, n, sizeof *all, by_time);
    *ret_count = n;
    return all;
}

/* "Pod …head-d4544": the kind, and the distinguishing suffix of a pod's name. */
static void about_text(const struct view *v, const struct event *e, char *out, size_t size)
{
    const struct raycluster *rc = v->focus->raycluster;
    const char *name = pod_short(e->about, rc ? rc->name : NULL);
    char ns[64] = ""; /* where several are shown */
    if (!v->focus->ns && e->ns) snprintf(ns, sizeof ns, "%.60s/", e->ns);
    if (e->about_kind && strcmp(e->about_kind, "Pod") == 0)
        snprintf(out, size, "%sPod %s%s", ns, name != e->about ? "…" : "", name);
    else
        snprintf(out, size, "%s%s", ns, or_dash(e->about_kind));
}

static void add_event(struct events *s, const struct view *v, const struct event *e)
{
    char text[TABLE_CELL_MAX], clock[STAMP_TEXT_MAX];
    struct table_row *tr = table_row_add(&s->table, e->record.key);
    bool warning = e->type && strcmp(e->type, "Normal") != 0;
    const struct pod *pod = pod_of_event(v->world, e);
    tr->related =
        pod && v->selection && v->selection->table == TABLE_POD && text_eq(v->selection->key, pod->record.key);
    table_cell_num(tr, EVENTS_TIME, ROLE_DIM, (double)event_time(e),
                   event_time(e) ? stamp_clock(clock, event_time(e)) : "–");
    about_text(v, e, text, sizeof text);
    table_cell_set(tr, EVENTS_ABOUT, ROLE_TEXT, text);
    event_words(e, text, sizeof text);
    table_cell_set(tr, EVENTS_WHAT, warning ? ROLE_WARN : ROLE_TEXT, text);
}

static void add_ours(struct events *s, const struct view *v)
{
    const struct outage *o = v->outage;
    char text[TABLE_CELL_MAX], clock[STAMP_TEXT_MAX];
    struct table_row *tr = table_row_add(&s->table, EVENTS_OURS);
    const struct raycluster *rc = v->focus->raycluster;
    const char *name = pod_short(o->old_head, rc ? rc->name : NULL);
    table_cell_num(tr, EVENTS_TIME, ROLE_DIM, (double)o->t0_wall_ms, stamp_clock(clock, o->t0_wall_ms));
    snprintf(text, sizeof text, "Pod %s%s", name != o->old_head && *o->old_head ? "…" : "", name);
    table_cell_set(tr, EVENTS_ABOUT, ROLE_TEXT, text);
    snprintf(text, sizeof text, "%s by you, uid %.8s", o->ours ? "DELETE" : "kill of gcs_server",
             or_dash(o->old_head_uid));
    table_cell_set(tr, EVENTS_WHAT, ROLE_STRONG, text);
    s->last_hour += o->t0_wall_ms + EVENTS_HOUR_MS > v->wall_ms;
}

static void events_update(struct pane *p, const struct view *v)
{
    struct events *s = (struct events *)p;
    uint64_t generation = world_generation(v->world, TABLE_EVENT) + world_generation(v->world, TABLE_RAYCLUSTER);
    if (!pane_due(&s->due, p, v, generation, 60000)) return;
    /* The newest is at the bottom and stays selected, unless an older one is. */
    bool follow = s->table.shown_count == 0 || s->table.selected_at + 1 == s->table.shown_count;
    size_t n;
    struct happened *all = events_collect(v, &n);
    size_t first = n > EVENTS_SHOWN ? n - EVENTS_SHOWN : 0;
    bool ours = v->outage->state != OUTAGE_NONE && outage_is_by_us(v->outage);
    table_begin(&s->table);
    s->last_hour = 0;
    for (size_t i = first; i < n; i++) {
        /* Servers stamp events in whole seconds: within one, our own change comes first. */
        if (ours && event_time(all[i].event) / 1000 >= v->outage->t0_wall_ms / 1000) {
            add_ours(s, v);
            ours = false;
        }
        add_event(s, v, all[i].event);
        s->last_hour += event_time(all[i].event) + EVENTS_HOUR_MS > v->wall_ms;
    }
    if (ours) add_ours(s, v);
    table_end(&s->table);
    if (follow) table_edge(&s->table, true);
    free(all);
}

static void events_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct events *s = (const struct events *)p;
    struct fresh f = fresh_of(v->world, WORLD_KUBE, "events", v->now_ms);
    if (s->table.count > 0) {
        table_draw(&s->table, cv, focused);
        if (fresh_is_old(f.state)) pane_stale(cv);
    } else if (f.why[0]) {
        pane_say(cv, 0, f.state == FRESH_DENIED ? ROLE_BAD : ROLE_DIM, f.why);
    } else {
        pane_say(cv, 0, ROLE_DIM,
                 f.state == FRESH_OFF ? "Kubernetes is off" : "none (the API server keeps them one hour)");
    }
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)v;
    (void)cols;
    const struct events *s = (const struct events *)p;
    return s->table.count ? table_height(&s->table) : 2;
}

static void events_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct events *s = (const struct events *)p;
    struct fresh f = fresh_of(v->world, WORLD_KUBE, "events", v->now_ms);
    char words[FRESH_TEXT_MAX];
    if (fresh_is_old(f.state))
        snprintf(out, size, "%s", fresh_words(f.state, f.age_ms, words));
    else if (s->table.count > 0)
        snprintf(out, size, s->last_hour < s->table.count ? "%zu in the last hour of %zu" : "%zu in the last hour",
                 s->last_hour, s->table.count);
    else
        out[0] = '\0';
}

static void events_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct events *s = (const struct events *)p;
    struct fresh f = fresh_of(v->world, WORLD_KUBE, "events", v->now_ms);
    if (s->table.count == 0) {
        snprintf(out, size, "  Events  %s", f.why[0] ? f.why : "none in the last hour");
        return;
    }
    const struct table_row *tr = &s->table.rows[s->table.count - 1];
    snprintf(out, size, "  Events  %s %s %s", tr->cell[EVENTS_TIME].text, tr->cell[EVENTS_ABOUT].text,
             tr->cell[EVENTS_WHAT].text);
}

/* What it means and what to do; NULL: it says it all. kubelet's "Failed" may say less than the pod's own state: "Error:
 * ImagePullBackOff". */
static const char *event_cause(const struct world *w, const struct event *e)
{
    const char *cause = text_eq(e->type, "Normal") ? NULL : start_cause(e->message);
    if (cause || !text_eq(e->reason, "Failed")) return cause;
    const struct pod *pod = pod_of_event(w, e);
    return pod ? start_cause(pod->message) : NULL;
}

void event_detail(const struct view *v, const struct row *row, struct buf *out)
{
    char stamp[STAMP_TEXT_MAX], num[TEXT_NUM_MAX];
    const struct event *e = ROW(row, event);
    buf_printf(out, "%s  %s  %s/%s\n", or_dash(e->type), or_dash(e->reason), or_dash(e->about_kind), or_dash(e->about));
    const char *cause = event_cause(v->world, e);
    buf_printf(out, "%s\n\n", or_dash(e->message));
    if (cause) buf_printf(out, "means  %s\n\n", cause);
    buf_printf(out, "from   %s\n", or_dash(e->component));
    buf_printf(out, "first  %s\n", e->first.known ? stamp_iso(stamp, e->first.value) : "–");
    buf_printf(out, "last   %s\n", e->last.known ? stamp_iso(stamp, e->last.value) : "–");
    buf_printf(out, "count  %s\n", count_text(num, e->count));
}

static void events_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const char *key = table_selected(&((const struct events *)p)->table);
    const struct row *row = key ? world_find(v->world, TABLE_EVENT, key) : NULL;
    if (row)
        event_detail(v, row, out);
    else if (key)
        buf_str(out, "Deleted from this console, and accepted by the API server.\n");
}

static struct pane_request events_input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)v;
    return pane_table_input(p, p->rows, in);
}

const struct pane_ops events_pane_ops = {
    .name = "events",
    .title = "Events",
    .tab = "Events",
    .letter = '5',
    .rows_of = TABLE_EVENT,
    .state_size = sizeof(struct events),
    .min_rows = 2,
    .init = events_init,
    .done = events_done,
    .update = events_update,
    .draw = events_draw,
    .wanted_rows = wanted_rows,
    .status = events_status,
    .brief = events_brief,
    .selected = pane_table_selected,
    .detail = events_detail,
    .input = events_input,
};
