/* requests.c - the pane of requests: its rows. */
#include "tui/panes/requests.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    RATE_MS = 10000 /* the window of a rate */,
    DOT_ROWS_MAX = 3,
    DOTS_FROM_ROWS = 12,
    DOTS_SHARE = 4 /* of the rows beyond: a quarter */
};

static const struct column columns[REQUESTS_COLUMNS] = {
    [REQUESTS_PHASE] = {.title = "PROMPT", .min = 9, .max = 9}, /* of one width: nothing moves as it changes */
    [REQUESTS_SENT] = {.title = "SENT", .min = 8, .max = 8, .priority = 2, .numeric = true},
    [REQUESTS_LATENCY] = {.title = "TOOK", .min = 7, .max = 7, .right = true, .numeric = true},
    [REQUESTS_ANSWER] = {.title = "ANSWER", .min = 10, .max = 0, .width = 50, .priority = 1},
};

static void requests_init(struct pane *p)
{
    struct requests *s = (struct requests *)p;
    table_init(&s->table, columns, REQUESTS_COLUMNS);
    p->table = &s->table;
}

static void requests_done(struct pane *p)
{
    table_done(&((struct requests *)p)->table);
}

bool request_is(const struct request *r, const char *kind)
{
    return r->kind && strcmp(r->kind, kind) == 0;
}

static bool phase_is(const struct request *r, const char *phase)
{
    return r->phase && strcmp(r->phase, phase) == 0;
}

static bool is_outage(const struct view *v)
{
    return v->outage->state != OUTAGE_NONE && !v->outage->final;
}

static char dot_of(const struct request *r)
{
    if (phase_is(r, "ok")) return '.';
    if (phase_is(r, "slow")) return 's';
    if (phase_is(r, "failed")) return 'X';
    return '?';
}

static void add_dot(struct requests *s, const struct request *r)
{
    if (s->dot_count == REQUESTS_DOTS) memmove(s->dots, s->dots + 1, --s->dot_count);
    s->dots[s->dot_count++] = dot_of(r);
    s->dots[s->dot_count] = '\0';
}

/* "+3.9s" after the loss of the head, else the minute. */
static void asked_text(const struct view *v, uint64_t due, char out[STAMP_TEXT_MAX])
{
    if (is_outage(v) && due >= v->outage->t0_wall_ms)
        outage_offset(out, due - v->outage->t0_wall_ms);
    else
        stamp_minutes(out, due);
}

static void answer_text(const struct request *r, char *out, size_t size)
{
    if (phase_is(r, "waiting") && r->tokens.known && r->tokens.value)
        snprintf(out, size, "%llu token%s so far", (unsigned long long)r->tokens.value, text_plural(r->tokens.value));
    else if (phase_is(r, "waiting") && r->target && strncmp(r->target, "POST", 4) == 0)
        snprintf(out, size, "waiting for the first token");
    else if (phase_is(r, "waiting"))
        snprintf(out, size, "waiting (no streaming: /infer)");
    else if (phase_is(r, "failed"))
        snprintf(out, size, "%s%s%s", or_dash(r->failure), r->why ? ": " : "", r->why ? r->why : "");
    else if (r->answer && r->answer[0])
        snprintf(out, size, "\"%.*s\"", (int)size - 4, r->answer);
    else
        snprintf(out, size, "%s", or_dash(r->phase));
}

static void add_prompt(struct requests *s, const struct view *v, const struct request *r)
{
    struct table_row *tr = table_row_add(&s->table, r->record.key);
    char text[TABLE_CELL_MAX + 8], stamp[STAMP_TEXT_MAX], num[TEXT_NUM_MAX];
    bool waiting = phase_is(r, "waiting"), failed = phase_is(r, "failed");
    struct known_u64 took = r->latency_us;
    if (waiting && r->due.known && v->wall_ms >= r->due.value) took = known_u64((v->wall_ms - r->due.value) * 1000);
    s->waiting += waiting;
    s->last_due_ms = r->due.value;
    table_cell_set(tr, REQUESTS_PHASE,
                   failed    ? ROLE_BAD
                   : waiting ? ROLE_ACTIVE
                             : ROLE_TEXT,
                   waiting ? "…" : or_dash(r->phase));
    if (r->due.known) asked_text(v, r->due.value, stamp);
    table_cell_num(tr, REQUESTS_SENT, ROLE_DIM, r->due.known ? (double)r->due.value : NAN, r->due.known ? stamp : "–");
    table_cell_num(tr, REQUESTS_LATENCY, ROLE_TEXT, took.known ? (double)took.value : NAN, text_latency(num, took));
    answer_text(r, text, sizeof text);
    table_cell_set(tr, REQUESTS_ANSWER, failed ? ROLE_BAD : ROLE_TEXT, text);
}

/* The route of the newest request, and the target of the newest probe. */
static void set_path(struct requests *s, const struct world *w)
{
    const struct row *row = world_last(w, TABLE_REQUEST);
    const char *path = row ? ROW(row, request)->path : NULL;
    snprintf(s->path, sizeof s->path, "%.95s", path ? path : "");
    while (row && !request_is(ROW(row, request), "probe")) row = world_prev(w, row);
    const char *target = row ? ROW(row, request)->target : NULL;
    snprintf(s->target, sizeof s->target, "%.95s", target ? target : "");
}

/* Over the window, or since the first probe where that is shorter. */
static struct known_u64 rate_of(size_t recent, uint64_t first_ms, uint64_t wall_ms)
{
    uint64_t seconds = (wall_ms > first_ms ? wall_ms - first_ms : 0) / 1000 + 1;
    return recent ? known_u64((recent + seconds / 2) / seconds) : UNKNOWN_U64;
}

static void requests_rebuild(struct requests *s, const struct view *v)
{
    size_t prompts = 0, skip, recent = 0;
    uint64_t first_ms = v->wall_ms;
    WORLD_EACH (row, v->world, TABLE_REQUEST) prompts += request_is(ROW(row, request), "prompt");
    skip = prompts > REQUESTS_PROMPTS ? prompts - REQUESTS_PROMPTS : 0;
    s->dot_count = s->waiting = 0;
    s->dots[0] = '\0';
    set_path(s, v->world);
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (request_is(r, "prompt") && skip) {
            skip--;
        } else if (request_is(r, "prompt")) {
            add_prompt(s, v, r);
        } else if (request_is(r, "probe") && r->due.known && !row->gone_ms) { /* as probe_sum_of counts */
            if (r->due.value >= s->since_wall_ms) add_dot(s, r);
            if (r->due.value + RATE_MS <= v->wall_ms) continue;
            recent++;
            if (r->due.value < first_ms) first_ms = r->due.value;
        }
    }
    s->per_s = rate_of(recent, first_ms, v->wall_ms);
}

int requests_dot_rows(const struct requests *s)
{
    const int rows = 1 + (s->pane.rows > DOTS_FROM_ROWS ? (s->pane.rows - DOTS_FROM_ROWS) / DOTS_SHARE : 0);
    return rows < DOT_ROWS_MAX ? rows : DOT_ROWS_MAX;
}

static int least_head(const struct requests *s)
{
    return REQUESTS_HEAD + s->page.there;
}

int requests_head(const struct requests *s)
{
    return least_head(s) + requests_dot_rows(s) - 1;
}

static void requests_update(struct pane *p, const struct view *v)
{
    struct requests *s = (struct requests *)p;
    uint64_t generation = world_generation(v->world, TABLE_REQUEST) + world_generation(v->world, TABLE_SLICE);
    s->page = chat_page_at(v->world, v->focus, v->now_ms);
    chat_page_words(&s->page, s->page_words);
    s->page.why = NULL;
    if (!pane_due(&s->due, p, v, generation, s->waiting ? 100 : 1000)) return;
    bool follow = s->table.shown_count == 0 || s->table.selected_at + 1 == s->table.shown_count;
    s->since_wall_ms = v->wall_ms > REQUESTS_WINDOW_MS ? v->wall_ms - REQUESTS_WINDOW_MS : 0;
    if (is_outage(v)) s->since_wall_ms = v->outage->t0_wall_ms;
    table_begin(&s->table);
    requests_rebuild(s, v);
    table_end(&s->table);
    if (follow) table_edge(&s->table, true);
    s->sum = probe_sum_of(v->world, "probe", s->since_wall_ms);
    if (!is_outage(v)) return;
    const struct outage_requests *since = &v->outage->request[OUTAGE_PROBES];
    s->sum.ok = since->ok;
    s->sum.slow = since->slow;
    s->sum.failed = since->failed;
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    const struct requests *s = (const struct requests *)p;
    (void)v;
    (void)cols;
    return least_head(s) + (s->table.count ? table_height(&s->table) : 1);
}

static void requests_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct requests *s = (const struct requests *)p;
    struct fresh f = fresh_of(v->world, WORLD_SERVE, "probe", v->now_ms);
    char words[FRESH_TEXT_MAX];
    bool old = fresh_is_old(f.state);
    fresh_words(f.state, f.age_ms, words);
    if (s->path[0])
        snprintf(out, size, "path %s%s%s", s->path, old ? " · " : "", old ? words : "");
    else
        snprintf(out, size, "%s", old ? words : "");
}

static void requests_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct requests *s = (const struct requests *)p;
    struct fresh f = fresh_of(v->world, WORLD_SERVE, "probe", v->now_ms);
    size_t show = s->dot_count < 30 ? s->dot_count : 30;
    char p95[TEXT_NUM_MAX];
    int at;
    if (is_outage(v))
        at = snprintf(out, size, "  probe   %s", s->dots + s->dot_count - show);
    else if (s->dot_count)
        at = snprintf(out, size, "  Probes  %zu ok, %zu slow, %zu failed · p95 %s", s->sum.ok, s->sum.slow,
                      s->sum.failed, text_latency(p95, s->sum.p95_us));
    else
        at = snprintf(out, size, "  Probes  %s", f.why[0] ? f.why : "none");
    if (at < 0 || (size_t)at >= size || s->table.count == 0) return;
    const struct table_row *tr = &s->table.rows[s->table.count - 1];
    if (is_outage(v) && s->last_due_ms < v->outage->t0_wall_ms) return; /* it is no evidence of the outage */
    snprintf(out + at, size - (size_t)at, "%s%s %s%s", is_outage(v) ? " · prompt " : " · last prompt ",
             strcmp(tr->cell[REQUESTS_PHASE].text, "…") == 0 ? "waiting" : tr->cell[REQUESTS_PHASE].text,
             tr->cell[REQUESTS_LATENCY].text, s->waiting > 1 ? " · more waiting" : "");
}

static struct pane_request requests_input(struct pane *p, const struct view *v, const struct input *in)
{
    struct input moved = *in;
    (void)v;
    if (in->type == INPUT_MOUSE) moved.row -= requests_head((const struct requests *)p);
    return pane_table_input(p, p->rows - requests_head((const struct requests *)p), &moved);
}

const struct pane_ops requests_pane_ops = {
    .name = "requests",
    .title = "Requests",
    .tab = "Requests",
    .letter = '4',
    .rows_of = TABLE_REQUEST,
    .state_size = sizeof(struct requests),
    .min_rows = 4,
    .init = requests_init,
    .done = requests_done,
    .update = requests_update,
    .draw = requests_draw,
    .wanted_rows = wanted_rows,
    .status = requests_status,
    .brief = requests_brief,
    .selected = pane_table_selected,
    .detail = requests_detail,
    .input = requests_input,
};
