/* gcs.c - the pane of the GCS's tables in Redis. */
#include "tui/panes/gcs.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/wrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GCS_NARROW = 50,
    GCS_WIDE = 62,  /* below it a name gives way to "kept 49/51 +3 -2 expected" */
    GCS_NOTED = 72, /* what was kept and a note stand side by side */
    AGE_WIDTH = 5
};
enum { GCS_NOW_MS = 3000 }; /* a heartbeat or a change is "now" for that long: the GCS writes one each second */

static const struct column columns[GCS_COLUMNS] = {
    [GCS_TABLE] = {.title = "TABLE", .min = 8, .max = 24},
    [GCS_FIELDS] = {.title = "FIELDS", .min = 6, .max = 7, .width = 6, .right = true, .numeric = true},
    [GCS_BYTES] = {.title = "BYTES", .min = 8, .max = 9, .width = 8, .right = true, .numeric = true, .priority = 2},
    [GCS_CHANGED] =
        {.title = "CHANGED", .min = 7, .max = 0, .width = 25 /* kept 49/51 +3 -2 expected */, .numeric = true},
};

static void gcs_init(struct pane *p)
{
    struct gcs *s = (struct gcs *)p;
    memcpy(s->columns, columns, sizeof columns);
    table_init(&s->table, s->columns, GCS_COLUMNS);
    p->table = &s->table;
}

static void gcs_done(struct pane *p)
{
    table_done(&((struct gcs *)p)->table);
}

bool gcs_shows(const struct view *v, const char *ns)
{
    const char *of = v->focus->gcs_ns;
    return !of || (ns && strcmp(ns, of) == 0);
}

char *short_id(const char *id, char out[32])
{
    size_t len = id ? strlen(id) : 0;
    if (len <= 12)
        snprintf(out, 32, "%s", or_dash(id));
    else
        snprintf(out, 32, "%.4s…%s", id, id + len - 2);
    return out;
}

static bool is_outage(const struct view *v)
{
    return v->outage->state != OUTAGE_NONE;
}

/* "now    heartbeat". A table that is written every second has changed "now": an age would repaint a quiet screen for
 * ever. */
static void set_changed(struct table_row *tr, const struct view *v, struct known_u64 changed, const char *note)
{
    char age[TEXT_NUM_MAX], text[TABLE_CELL_MAX];
    const bool now = changed.known && v->wall_ms < changed.value + GCS_NOW_MS;
    const char *words = now ? "now" : age_since(age, changed, v->wall_ms);
    const int blanks = *note ? AGE_WIDTH + 1 - (int)text_width(words) : 0;
    snprintf(text, sizeof text, "%s%*s%s", words, blanks > 0 ? blanks : 0, "", note);
    table_cell_num(tr, GCS_CHANGED, ROLE_TEXT, changed.known ? -(double)changed.value : NAN, text);
}

/* "kept 4/4 +1 · 4 alive 1 dead" */
static void set_kept(struct table_row *tr, const struct outage_fields *k, const char *note)
{
    char kept[OUTAGE_WORDS_MAX], text[TABLE_CELL_MAX];
    bool bad;
    outage_field_words(k, kept, &bad);
    snprintf(text, sizeof text, "%.80s%s%s", kept, *note ? " · " : "", note);
    if (k && k->known)
        table_cell_num(tr, GCS_CHANGED, bad ? ROLE_BAD : ROLE_TEXT, (double)k->kept, text);
    else
        table_cell_set(tr, GCS_CHANGED, ROLE_DIM, text);
}

static void node_note(const struct view *v, char *out, size_t size)
{
    size_t alive = 0, dead = 0;
    WORLD_EACH (row, v->world, TABLE_RAYNODE) {
        const struct raynode *n = ROW(row, raynode);
        if (row->gone_ms || !n->state || !gcs_shows(v, n->ns)) continue;
        alive += strcmp(n->state, "ALIVE") == 0;
        dead += strcmp(n->state, "DEAD") == 0;
    }
    out[0] = '\0';
    if (alive + dead) snprintf(out, size, "%zu alive %zu dead", alive, dead);
}

static void add_table(struct gcs *s, const struct view *v, const struct row *row)
{
    const struct gcstable *t = ROW(row, gcstable);
    char text[TABLE_CELL_MAX], num[TEXT_NUM_MAX], note[48] = "";
    struct table_row *tr = table_row_add(&s->table, row->record->key);
    tr->sign = row->gone_ms ? '-' : ' ';
    tr->role = row->gone_ms ? ROLE_GONE : ROLE_TEXT;
    if (v->focus->gcs_ns)
        snprintf(text, sizeof text, "%s", or_dash(t->table));
    else
        snprintf(text, sizeof text, "%s %.40s", or_dash(t->table), or_dash(t->ns));
    table_cell_set(tr, GCS_TABLE, ROLE_TEXT, text);
    table_cell_num(tr, GCS_FIELDS, ROLE_TEXT, t->fields.known ? (double)t->fields.value : NAN,
                   count_text(num, t->fields));
    table_cell_num(tr, GCS_BYTES, ROLE_TEXT, t->bytes.known ? (double)t->bytes.value : NAN, text_bytes(num, t->bytes));
    if (text_eq(t->table, "NODE"))
        node_note(v, note, sizeof note);
    else if (text_eq(t->table, "KV") && s->heartbeat.known)
        snprintf(note, sizeof note, "heartbeat");
    if (is_outage(v))
        set_kept(tr, outage_fields_of(v->outage, t->table), s->pane.cols >= GCS_NOTED ? note : "");
    else
        set_changed(tr, v, t->changed, note);
    if (!row->gone_ms && t->fields.known) s->fields += t->fields.value;
}

static void add_checkpoints(struct gcs *s, const struct view *v)
{
    struct known_u64 bytes = UNKNOWN_U64, changed = UNKNOWN_U64;
    char text[48], num[TEXT_NUM_MAX];
    s->checkpoints = s->checkpoints_present = 0;
    WORLD_EACH (row, v->world, TABLE_CHECKPOINT) {
        const struct checkpoint *c = ROW(row, checkpoint);
        if (!gcs_shows(v, c->ns)) continue;
        s->checkpoints++;
        if (row->gone_ms || c->present != TRI_YES) continue;
        s->checkpoints_present++;
        if (c->bytes.known) bytes = known_u64(bytes.value + c->bytes.value);
        if (c->changed.known && (!changed.known || c->changed.value > changed.value)) changed = c->changed;
    }
    if (s->checkpoints == 0) return;
    struct table_row *tr = table_row_add(&s->table, GCS_CHECKPOINTS);
    snprintf(text, sizeof text, "%zu/%zu", s->checkpoints_present, s->checkpoints);
    table_cell_set(tr, GCS_TABLE, ROLE_TEXT, s->pane.cols < GCS_WIDE ? "checkpoints" : "Serve checkpoints");
    table_cell_num(tr, GCS_FIELDS, s->checkpoints_present < s->checkpoints ? ROLE_WARN : ROLE_TEXT,
                   (double)s->checkpoints_present, text);
    table_cell_num(tr, GCS_BYTES, ROLE_TEXT, bytes.known ? (double)bytes.value : NAN, text_bytes(num, bytes));
    if (is_outage(v)) {
        set_kept(tr, &v->outage->checkpoints, "");
    } else {
        set_changed(tr, v, changed, "");
    }
}

/* The most informative tables first; tables that are unknown here follow, by name. */
static size_t rank_of(const struct gcstable *t)
{
    static const char *const order[] = {"ACTOR", "ACTOR_TASK_SPEC", "NODE", "WORKERS", "JOB", "PLACEMENT_GROUP", "KV"};
    size_t i = 0;
    while (i < ARRAY_LEN(order) && (!t->table || strcmp(t->table, order[i]) != 0)) i++;
    return i;
}

static int by_rank(const void *va, const void *vb)
{
    const struct row *const *a = va, *const *b = vb;
    size_t ra = rank_of(ROW(*a, gcstable)), rb = rank_of(ROW(*b, gcstable));
    return ra != rb ? (ra < rb ? -1 : 1) : strcmp((*a)->record->key, (*b)->record->key);
}

/* SCAN returns them in any order. */
static void add_tables(struct gcs *s, const struct view *v)
{
    size_t room = 0, count = 0;
    WORLD_EACH (row, v->world, TABLE_GCSTABLE) room++;
    const struct row **rows = mem_zero(room + 1, sizeof *rows);
    WORLD_EACH (row, v->world, TABLE_GCSTABLE)
        if (gcs_shows(v, ROW(row, gcstable)->ns)) rows[count++] = row;
    if (count > 1) qsort(rows, count, sizeof *rows, by_rank);
    for (size_t i = 0; i < count; i++) add_table(s, v, rows[i]);
    free(rows);
}

static uint64_t generations_sum(const struct world *w)
{
    return world_generation(w, TABLE_GCSTABLE) + world_generation(w, TABLE_CHECKPOINT) +
           world_generation(w, TABLE_RAYNODE) + world_generation(w, TABLE_REDIS) +
           world_generation(w, TABLE_RAYSERVICE);
}

static void set_warning(struct gcs *s, const struct outage *o)
{
    const bool gone = o->state == OUTAGE_RUNNING && o->state_gone;
    s->warning_role = gone ? ROLE_BAD : ROLE_WARN;
    s->warning = gone            ? "the GCS's state is gone: Redis came back empty"
                 : o->node_stale ? "NODE still says old head ALIVE: stale until replaced"
                                 : NULL;
    s->warning_brief = gone            ? "state gone: Redis came back empty"
                       : o->node_stale ? "NODE says old head ALIVE: stale"
                                       : NULL;
}

/* T0 is what the recovery's pane says it is: not every loss is a delete. */
static const char *since_title(const struct view *v)
{
    if (!is_outage(v)) return "CHANGED";
    return strcmp(outage_since_words(v->outage), "since the delete") == 0 ? "SINCE DELETE" : "SINCE T0";
}

static void gcs_update(struct pane *p, const struct view *v)
{
    struct gcs *s = (struct gcs *)p;
    if (!pane_due(&s->due, p, v, generations_sum(v->world), 1000)) return;
    s->columns[GCS_CHANGED].title = since_title(v);
    s->columns[GCS_TABLE].min = p->cols >= GCS_NARROW ? 15 : 8;
    s->fields = 0;
    set_warning(s, v->outage);
    s->heartbeat = v->focus->redis ? v->focus->redis->heartbeat : UNKNOWN_U64;
    table_begin(&s->table);
    add_tables(s, v);
    add_checkpoints(s, v);
    s->table.not_shown = (size_t)world_dropped(v->world, TABLE_GCSTABLE);
    static const enum table records[] = {TABLE_RAYNODE, TABLE_ACTOR, TABLE_JOB, TABLE_RAYWORKER, TABLE_PGROUP};
    for (size_t i = 0; i < ARRAY_LEN(records); i++)
        if (world_unread_words(v->world, records[i], s->table.note, sizeof s->table.note)) break;
    table_end(&s->table);
}

/* "ns 3f0c…91 · 4 head connections · 1 replica · AOF –" */
static void server_text(const struct view *v, char *out, size_t size)
{
    const struct redis *r = v->focus->redis;
    char ns[32], conns[TEXT_NUM_MAX], replicas[TEXT_NUM_MAX], why[96] = "";
    if (r && r->ray_why) snprintf(why, sizeof why, " (%s)", r->ray_why);
    snprintf(out, size, "ns %s · %s head connections%s · %s replica%s · AOF %s", short_id(v->focus->gcs_ns, ns),
             count_text(conns, r ? r->ray_connections : UNKNOWN_U64), why,
             count_text(replicas, r ? r->replicas : UNKNOWN_U64),
             text_plural(r && r->replicas.known ? r->replicas.value : 0), or_dash(r ? r->aof : NULL));
}

/* Lines below the table, and the rows left for it. Where not all fits, the server's line is left out first. */
static int table_rows(const struct gcs *s, int rows, bool *ret_server)
{
    int height = table_height(&s->table), under = rows >= 5 ? 1 + (s->warning != NULL) : 0;
    bool server = under > 0;
    if (server && s->warning && height > rows - under) {
        server = false;
        under--;
    }
    if (ret_server) *ret_server = server;
    return height < rows - under ? height : rows - under;
}

static bool is_ft_off(const struct view *v, const struct fresh *f)
{
    return f->state == FRESH_OFF && v->focus->rayservice && v->focus->rayservice->ft == TRI_NO;
}

static void draw_nothing(const struct view *v, struct canvas *cv, const struct fresh *f)
{
    if (is_ft_off(v, f))
        pane_say(cv, 0, ROLE_WARN,
                 "GCS fault tolerance is off: the GCS keeps its tables in the head, and loses them with it");
    else if (f->state == FRESH_OFF)
        pane_say(cv, 0, ROLE_DIM, "no Redis configured or discovered; set --redis URL, or --redis-via COMMAND");
    else if (f->why[0])
        pane_say(cv, 0, f->state == FRESH_DENIED ? ROLE_BAD : ROLE_DIM, f->why);
    else if (world_count(v->world, TABLE_GCSTABLE))
        pane_say(cv, 0, ROLE_WARN, "nothing under this RayService's storage namespace");
    else
        pane_say(cv, 0, ROLE_DIM, "no GCS tables here yet");
}

static void gcs_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct gcs *s = (const struct gcs *)p;
    struct fresh f = fresh_of(v->world, WORLD_REDIS, NULL, v->now_ms);
    if (s->table.count == 0 && s->warning)
        pane_say(cv, 0, s->warning_role, s->warning);
    else if (s->table.count == 0)
        draw_nothing(v, cv, &f);
    if (s->table.count == 0) return;
    bool server;
    int rows = table_rows(s, cv->rows, &server);
    struct canvas top = canvas_sub(cv, 0, 0, rows, cv->cols);
    table_draw(&s->table, &top, focused);
    char text[200];
    if (s->warning && rows < cv->rows) canvas_field(cv, rows++, 2, cv->cols - 2, s->warning_role, s->warning);
    server_text(v, text, sizeof text);
    if (server && rows < cv->rows) wrap_parts_draw(cv, rows, 2, 1, ROLE_TEXT, text);
    if (fresh_is_old(f.state)) pane_stale(cv);
}

static int gcs_wanted(const struct pane *p, const struct view *v, int cols)
{
    const struct gcs *s = (const struct gcs *)p;
    (void)v;
    (void)cols;
    return s->table.count ? table_height(&s->table) + 1 + (s->warning != NULL) : 3;
}

/* Of a Redis that is not heard it was the last one: it is not "ok". */
static void heartbeat_text(const struct view *v, struct known_u64 beat, const struct fresh *f, char *out, size_t size)
{
    uint64_t age = beat.known && v->wall_ms > beat.value ? v->wall_ms - beat.value : 0;
    if (!beat.known || (fresh_is_old(f->state) && age < GCS_NOW_MS))
        snprintf(out, size, "–");
    else if (age < GCS_NOW_MS)
        snprintf(out, size, "ok");
    else
        snprintf(out, size, "%llus", (unsigned long long)(age / 1000));
}

static void gcs_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct redis *r = v->focus->redis;
    struct fresh f = fresh_of(v->world, WORLD_REDIS, NULL, v->now_ms);
    char words[FRESH_TEXT_MAX], memory[TEXT_NUM_MAX], beat[32];
    (void)p;
    fresh_words(f.state, f.age_ms, words);
    if (!r) {
        snprintf(out, size, "%s", words);
        return;
    }
    heartbeat_text(v, r->heartbeat, &f, beat, sizeof beat);
    const char *state = f.throttled ? f.why : fresh_is_old(f.state) ? words : "";
    snprintf(out, size, "%s · %s · hb %s%s%s", r->tls == TRI_YES ? "rediss" : "redis",
             text_bytes(memory, r->used_memory), beat, *state ? " · " : "", state);
}

static void gcs_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct gcs *s = (const struct gcs *)p;
    struct fresh f = fresh_of(v->world, WORLD_REDIS, NULL, v->now_ms);
    char beat[32], words[FRESH_TEXT_MAX], points[64] = "";
    const char *old = fresh_is_old(f.state) ? fresh_words(f.state, f.age_ms, words) : "";
    if (s->table.count == 0) {
        const char *nothing = s->warning         ? s->warning_brief
                              : is_ft_off(v, &f) ? "fault tolerance is off"
                              : f.why[0]         ? f.why
                                                 : "nothing seen";
        snprintf(out, size, "  GCS     %s", nothing);
    } else if (is_outage(v) && v->outage->fields.known) {
        char kept[OUTAGE_WORDS_MAX];
        snprintf(out, size, "  GCS     fields %s%s%s%s%s", outage_field_words(&v->outage->fields, kept, NULL),
                 s->warning ? " · " : "", s->warning ? s->warning_brief : "", old[0] ? " · " : "", old);
    } else {
        heartbeat_text(v, s->heartbeat, &f, beat, sizeof beat);
        if (s->checkpoints)
            snprintf(points, sizeof points, " · %zu/%zu Serve checkpoints", s->checkpoints_present, s->checkpoints);
        snprintf(out, size, "  GCS     %llu fields · heartbeat %s%s%s%s", (unsigned long long)s->fields, beat, points,
                 old[0] ? " · " : "", old);
    }
}

static struct pane_request gcs_input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)v;
    return pane_table_input(p, table_rows((struct gcs *)p, p->rows, NULL), in);
}

const struct pane_ops gcs_pane_ops = {
    .name = "gcs",
    .title = "GCS in Redis",
    .tab = "GCS",
    .letter = '3',
    .rows_of = TABLE_GCSTABLE,
    .state_size = sizeof(struct gcs),
    .min_rows = 4,
    .init = gcs_init,
    .done = gcs_done,
    .update = gcs_update,
    .draw = gcs_draw,
    .wanted_rows = gcs_wanted,
    .status = gcs_status,
    .brief = gcs_brief,
    .selected = pane_table_selected,
    .detail = gcs_detail,
    .input = gcs_input,
};
