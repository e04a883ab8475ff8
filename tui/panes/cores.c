/* cores.c - the pane of NeuronCores: its rows. */
#include "tui/panes/cores.h"

#include "backends/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POD_SUFFIX = 5, /* "q5rdw" */
    NODE_NAME = 14,
    WIDE_FROM = 60,
    BARS_ROWS_MOST = 24 /* wanted of bars */,
    HEAT_FRAME = 2 /* head and legend */,
    FITS_MS = 10000
};

static const struct column columns[CORES_COLUMNS] = {
    [CORES_POD] = {.title = "POD", .min = 5, .max = POD_SUFFIX, .width = POD_SUFFIX},
    [CORES_CORE] = {.title = "CORE", .min = 4, .max = 8, .right = true, .numeric = true},
    [CORES_UTIL] = {.title = "UTIL", .min = CORES_BAR + CORES_NUMBER, .max = CORES_BAR + CORES_NUMBER, .numeric = true},
    [CORES_HISTORY] = {.title = "60 s", .min = CORES_SPARK, .max = CORES_SPARK, .priority = 2},
    [CORES_REPLICA] = {.title = "SERVE REPLICA", .min = 12, .max = 0, .width = 24, .priority = 1},
};

/* One core, or a run of unused cores of one monitor. */
struct item {
    const struct row *row;
    const struct core *core;
    unsigned monitor; /* its index among the monitors */
};

static void cores_init(struct pane *p)
{
    struct cores *s = (struct cores *)p;
    memcpy(s->columns, columns, sizeof columns);
    table_init(&s->table, s->columns, CORES_COLUMNS);
    p->table = &s->table;
}

static void cores_done(struct pane *p)
{
    table_done(&((struct cores *)p)->table);
    heat_done(&((struct cores *)p)->heat);
}

const struct monitor *monitor_of_core(const struct world *w, const struct core *core)
{
    const struct row *row = core->source ? world_find(w, TABLE_MONITOR, core->source) : NULL;
    return row ? ROW(row, monitor) : NULL;
}

/* By name, numbers as numbers: the order of the first samples has no meaning. */
static unsigned monitor_place(const struct world *w, const char *source)
{
    unsigned place = 0;
    WORLD_EACH (row, w, TABLE_MONITOR) place += !source || strverscmp(row->record->key, source) < 0;
    return place;
}

static int by_place(const void *va, const void *vb)
{
    const struct item *a = va, *b = vb;
    if (a->monitor != b->monitor) return a->monitor < b->monitor ? -1 : 1;
    if (a->core->index.value != b->core->index.value) return a->core->index.value < b->core->index.value ? -1 : 1;
    return strcmp(a->core->record.key, b->core->record.key);
}

static struct item *items_collect(const struct world *w, size_t *ret_count)
{
    size_t room = 0, n = 0;
    WORLD_EACH (row, w, TABLE_CORE) room++;
    struct item *items = mem_zero(room + 1, sizeof *items);
    WORLD_EACH (row, w, TABLE_CORE)
        if (!row->gone_ms) {
            const struct core *core = ROW(row, core);
            items[n++] = (struct item){row, core, monitor_place(w, core->source)};
        }
    if (n > 1) qsort(items, n, sizeof *items, by_place);
    *ret_count = n;
    return items;
}

enum core_use core_use_of(const struct world *w, const struct core *core)
{
    double past[HISTORY_POINTS];
    if (core->held == TRI_NO) return CORE_NO_RUNTIME;
    if (!core->utilisation.known) return core->held == TRI_YES ? CORE_HELD : CORE_UNKNOWN;
    if (core->held != TRI_YES || core->utilisation.value > 0) return CORE_USED;
    size_t n = world_history(w, core->record.key, past, HISTORY_POINTS);
    for (size_t i = 0; i < n; i++)
        if (past[i] > 0) return CORE_USED;
    return CORE_IDLE;
}

const char *core_use_words(enum core_use use)
{
    static const char *const words[] = {[CORE_UNKNOWN] = "–",
                                        [CORE_NO_RUNTIME] = "no runtime",
                                        [CORE_IDLE] = "allocated, idle",
                                        [CORE_HELD] = "allocated, –",
                                        [CORE_USED] = "in use"};
    return words[use];
}

size_t core_minute(const struct world *w, const struct core *core, double *out, size_t buckets)
{
    double past[HISTORY_POINTS];
    const struct monitor *m = monitor_of_core(w, core);
    uint64_t period = m && m->period_ms.known && m->period_ms.value ? m->period_ms.value : 1000;
    size_t n = world_history(w, core->record.key, past, HISTORY_POINTS);
    uint64_t want = CORES_SECONDS * 1000 / period;
    size_t each = (size_t)(want + buckets - 1) / buckets, made = 0;
    if (each == 0) each = 1;
    if (n > each * buckets) n = each * buckets;
    size_t skip = world_history(w, core->record.key, past, HISTORY_POINTS) - n;
    /* The newest bucket is the one that may be short: it is the one that still moves. */
    for (size_t i = 0; i < n; i += each) {
        double sum = 0;
        size_t known = 0;
        for (size_t k = i; k < i + each && k < n; k++)
            if (!isnan(past[skip + k])) {
                sum += past[skip + k];
                known++;
            }
        out[made++] = known ? sum / (double)known : NAN;
    }
    return made;
}

/* The one pod whose replicas hold cores of a monitor; NULL where there is none, or more than one. */
static const struct pod *only_pod(const struct view *v, const struct item *items, size_t n, unsigned monitor)
{
    const struct pod *found = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct pod *pod = items[i].monitor == monitor ? pod_of_core(v->world, v->focus, items[i].core) : NULL;
        if (pod && found && pod != found) return NULL;
        if (pod) found = pod;
    }
    return found;
}

static const char *place_of(const struct view *v, const struct core *core, const struct pod *pod)
{
    const struct monitor *m = monitor_of_core(v->world, core);
    if (pod) return pod_suffix(pod->name);
    if (m && m->pod) return pod_suffix(m->pod);
    if (m && m->knode) return m->knode;
    return or_dash(m ? m->instance_id : NULL);
}

static bool is_related(const struct view *v, const struct pod *pod)
{
    return v->selection && v->selection->table != TABLE_CORE && pod && v->selection->pod_uid[0] &&
           strcmp(v->selection->pod_uid, pod->record.key) == 0;
}

static void add_core(struct cores *s, const struct view *v, const struct core *core, const struct pod *only)
{
    const struct pod *pod = pod_of_core(v->world, v->focus, core);
    const struct actor *actor = actor_of_core(v->world, v->focus, core);
    struct table_row *tr = table_row_add(&s->table, core->record.key);
    char text[TABLE_CELL_MAX], num[TEXT_NUM_MAX];
    if (!pod) pod = only;
    tr->related = is_related(v, pod);
    table_cell_set(tr, CORES_POD, ROLE_TEXT, place_of(v, core, pod));
    table_cell_num(tr, CORES_CORE, ROLE_TEXT, (double)core->index.value, count_text(num, core->index));
    enum core_use use = core_use_of(v->world, core);
    if (use == CORE_USED)
        snprintf(text, sizeof text, "%.0f%%", core->utilisation.value);
    else
        snprintf(text, sizeof text, "%s", core_use_words(use));
    table_cell_num(tr, CORES_UTIL, use == CORE_USED ? ROLE_TEXT : ROLE_DIM,
                   core->utilisation.known ? core->utilisation.value : NAN, text);
    if (actor) table_cell_set(tr, CORES_REPLICA, ROLE_TEXT, replica_label(actor, text, sizeof text));
}

static void add_range(struct cores *s, const struct view *v, const struct item *items, size_t n, const struct pod *only)
{
    struct table_row *tr = table_row_add(&s->table, items[0].core->record.key);
    char text[48];
    uint64_t first = items[0].core->index.value, last = items[n - 1].core->index.value;
    if (n == 1)
        snprintf(text, sizeof text, "%llu", (unsigned long long)first);
    else
        snprintf(text, sizeof text, "%llu–%llu", (unsigned long long)first, (unsigned long long)last);
    tr->related = is_related(v, only);
    table_cell_set(tr, CORES_POD, ROLE_TEXT, place_of(v, items[0].core, only));
    table_cell_num(tr, CORES_CORE, ROLE_TEXT, (double)first, text);
    table_cell_set(tr, CORES_UTIL, ROLE_DIM, core_use_words(CORE_NO_RUNTIME));
}

/* How many cores from items[0] on share a row: those without a runtime and without an allocation. */
static size_t run_of(const struct view *v, const struct item *items, size_t n)
{
    size_t run = 0;
    while (run < n && items[run].monitor == items[0].monitor && items[run].core->held == TRI_NO &&
           (run == 0 || items[run].core->index.value == items[run - 1].core->index.value + 1) &&
           !actor_of_core(v->world, v->focus, items[run].core))
        run++;
    return run;
}

static void sum_of(const struct world *w, struct cores_sum *sum)
{
    *sum = (struct cores_sum){0};
    WORLD_EACH (row, w, TABLE_CORE)
        if (!row->gone_ms) {
            sum->cores++;
            sum->held += ROW(row, core)->held == TRI_YES;
        }
    WORLD_EACH (row, w, TABLE_MONITOR) {
        const struct monitor *m = ROW(row, monitor);
        if (row->gone_ms) continue;
        if (m->p50.known && (!sum->p50.known || m->p50.value > sum->p50.value)) sum->p50 = m->p50;
        if (m->p99.known && (!sum->p99.known || m->p99.value > sum->p99.value)) sum->p99 = m->p99;
        if (m->errors.known) sum->errors = known_u64(sum->errors.value + m->errors.value);
    }
    WORLD_EACH (row, w, TABLE_DEVICE) {
        const struct device *d = ROW(row, device);
        if (!row->gone_ms && d->ecc_uncorrected.known)
            sum->ecc_uncorrected = known_u64(sum->ecc_uncorrected.value + d->ecc_uncorrected.value);
    }
}

struct used_device {
    const struct device *device;
    unsigned place;
};

static int by_index_and_place(const void *va, const void *vb)
{
    const struct used_device *a = va, *b = vb;
    if (a->device->index.value != b->device->index.value)
        return a->device->index.value < b->device->index.value ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* The devices with memory in use, in their order; the caller frees. */
static struct used_device *used_devices(const struct world *w, size_t *ret_count)
{
    size_t room = 0, n = 0;
    WORLD_EACH (row, w, TABLE_DEVICE) room++;
    struct used_device *used = mem_zero(room + 1, sizeof *used);
    WORLD_EACH (row, w, TABLE_DEVICE) {
        const struct device *d = ROW(row, device);
        if (row->gone_ms || !d->memory_used.known || d->memory_used.value == 0 || !d->memory_total.known) continue;
        used[n++] = (struct used_device){d, monitor_place(w, d->source)};
    }
    if (n > 1) qsort(used, n, sizeof *used, by_index_and_place);
    *ret_count = n;
    return used;
}

/* "device 0  q5rdw 16.3/32 GiB   x2p7c 16.3/32 GiB" */
static void devices_text(struct cores *s, const struct view *v, const struct item *items, size_t n)
{
    const double gib = 1024.0 * 1024 * 1024;
    uint64_t shown = UINT64_MAX;
    size_t at = 0, count;
    struct used_device *used = used_devices(v->world, &count);
    s->devices[0] = '\0';
    for (size_t i = 0; i < count && at + 40 < sizeof s->devices; i++) {
        const struct device *d = used[i].device;
        const struct pod *pod = only_pod(v, items, n, used[i].place);
        struct core like = {.source = d->source};
        int wrote = 0;
        if (d->index.value != shown)
            wrote = snprintf(s->devices + at, sizeof s->devices - at, "%sdevice %llu", at ? "   " : "",
                             (unsigned long long)d->index.value);
        shown = d->index.value;
        at += wrote > 0 ? (size_t)wrote : 0;
        wrote = snprintf(s->devices + at, sizeof s->devices - at, "  %.14s %.1f/%.0f GiB", place_of(v, &like, pod),
                         (double)d->memory_used.value / gib, (double)d->memory_total.value / gib);
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    free(used);
}

/* ---- bars or heat ---- */

bool cores_heat(const struct cores *s)
{
    return s->view == CORES_AUTO ? s->crowded : s->view == CORES_HEAT;
}

static struct cores_fit fit_of(const struct cores *s, int rows, bool heat)
{
    struct cores_fit fit = {.exec = rows >= 5, .devices = s->devices[0] != '\0'};
    const int bars = table_height(&s->table), most = heat ? heat_lines(&s->heat, s->pane.cols) + HEAT_FRAME : bars;
    if (rows < 12 && (heat || rows < bars + 1 + fit.devices)) fit.devices = 0;
    fit.table = rows - fit.exec - fit.devices;
    if (fit.table > most) fit.table = most;
    return fit;
}

void cores_view_next(struct pane *p)
{
    struct cores *s = (struct cores *)p;
    s->view = cores_heat(s) ? CORES_BARS : CORES_HEAT;
}

/* Rows come and go with each replica: a view that followed each of them would flicker. */
static void view_choose(struct cores *s, int rows, int cols, uint64_t now_ms)
{
    if (rows == 0 || s->table.count == 0 || s->table.filter[0]) return;
    if (rows != s->crowded_rows || cols != s->crowded_cols) s->crowded = false;
    s->crowded_rows = rows;
    s->crowded_cols = cols;
    const bool fits = fit_of(s, rows, false).table >= table_height(&s->table);
    if (fits && !s->fits_since_ms) s->fits_since_ms = now_ms;
    if (!fits) s->fits_since_ms = 0;
    if (!fits)
        s->crowded = true;
    else if (now_ms >= s->fits_since_ms + FITS_MS)
        s->crowded = false;
}

static void columns_grow(struct cores *s, int cols)
{
    const int more = cols > WIDE_FROM ? cols - WIDE_FROM : 0;
    static const int sparks[] = {10, 12, 15, 20, 30, 60}; /* a minute in whole samples */
    const int bar = CORES_BAR + more / 4;
    int spark = CORES_SPARK;
    for (size_t i = 0; i < ARRAY_LEN(sparks); i++)
        if (sparks[i] <= CORES_SPARK + more / 2) spark = sparks[i];
    struct column *util = &s->columns[CORES_UTIL], *history = &s->columns[CORES_HISTORY];
    util->min = util->max = CORES_NUMBER + (bar < CORES_BAR_MAX ? bar : CORES_BAR_MAX);
    history->min = history->max = spark;
}

/* A core that belongs to no pod is placed by its K8s node, or by its instance: one of two widths, by whether there is
 * one. */
static void column_of_places(struct cores *s)
{
    bool nodes = false;
    for (size_t i = 0; i < s->table.count; i++) nodes |= text_width(s->table.rows[i].cell[CORES_POD].text) > POD_SUFFIX;
    s->columns[CORES_POD].width = s->columns[CORES_POD].max = nodes ? NODE_NAME : POD_SUFFIX;
}

static int heat_load(enum core_use use, struct known_f64 utilisation)
{
    if (use == CORE_NO_RUNTIME) return HEAT_NO_RUNTIME;
    if (use == CORE_IDLE) return 0;
    if (use != CORE_USED || !utilisation.known || !(utilisation.value >= 0)) return HEAT_UNKNOWN;
    return utilisation.value >= 100 ? 9 : (int)(utilisation.value / 10);
}

static void add_heat(struct cores *s, const struct world *w, const struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct core *core = items[i].core;
        const enum core_use use = core_use_of(w, core);
        heat_cell_add(&s->heat, &(struct heat_cell){.load = heat_load(use, core->utilisation),
                                                    .percent = core->utilisation.known ? core->utilisation.value : 0,
                                                    .device = (unsigned)core->device.value,
                                                    .row = s->table.count - 1});
    }
}

static void add_place(struct cores *s, const struct view *v, const struct item *first, const struct pod *only)
{
    const struct pod *pod = pod_of_core(v->world, v->focus, first->core);
    heat_place_add(&s->heat, place_of(v, first->core, pod ? pod : only), first->core->source);
}

static void cores_rebuild(struct cores *s, const struct view *v)
{
    const struct world *w = v->world;
    size_t n;
    struct item *items = items_collect(w, &n);
    const struct pod *only = NULL;
    unsigned monitor = UINT32_MAX;
    table_begin(&s->table);
    heat_clear(&s->heat);
    for (size_t i = 0; i < n;) {
        if (items[i].monitor != monitor) {
            only = only_pod(v, items, n, items[i].monitor);
            add_place(s, v, &items[i], only);
        }
        monitor = items[i].monitor;
        size_t run = run_of(v, items + i, n - i);
        if (run)
            add_range(s, v, items + i, run, only);
        else
            add_core(s, v, items[i].core, only);
        add_heat(s, w, items + i, run ? run : 1);
        i += run ? run : 1;
    }
    s->table.not_shown = (size_t)world_dropped(w, TABLE_CORE);
    world_unread_words(w, TABLE_MONITOR, s->table.note, sizeof s->table.note);
    column_of_places(s);
    table_end(&s->table);
    sum_of(w, &s->sum);
    devices_text(s, v, items, n);
    free(items);
}

static void cores_update(struct pane *p, const struct view *v)
{
    struct cores *s = (struct cores *)p;
    const struct world *w = v->world;
    columns_grow(s, p->cols);
    uint64_t generation = world_generation(w, TABLE_CORE) + world_generation(w, TABLE_MONITOR) +
                          world_generation(w, TABLE_DEVICE) + world_generation(w, TABLE_ACTOR) +
                          world_generation(w, TABLE_POD) + world_generation(w, TABLE_RAYNODE) +
                          world_generation(w, TABLE_KNODE);
    if (pane_due(&s->due, p, v, generation, 60000)) cores_rebuild(s, v);
    heat_freshen(&s->heat, w, v->now_ms);
    view_choose(s, p->rows, p->cols, v->now_ms);
}

static int cores_wanted(const struct pane *p, const struct view *v, int cols)
{
    const struct cores *s = (const struct cores *)p;
    (void)v;
    if (s->table.count == 0) return 3;
    const int below = 1 + (s->devices[0] != '\0'), bars = table_height(&s->table);
    if (s->view == CORES_HEAT || (s->view == CORES_AUTO && bars > BARS_ROWS_MOST))
        return heat_lines(&s->heat, cols) + HEAT_FRAME + below;
    return bars + below;
}

static void cores_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct cores *s = (const struct cores *)p;
    struct fresh f = fresh_of(v->world, WORLD_NEURON, NULL, v->now_ms);
    char words[FRESH_TEXT_MAX];
    fresh_words(f.state, f.age_ms, words);
    if (s->sum.cores)
        snprintf(out, size, "%zu of %zu held%s%s", s->sum.held, s->sum.cores, fresh_is_old(f.state) ? " · " : "",
                 fresh_is_old(f.state) ? words : "");
    else
        snprintf(out, size, "%s", words);
}

/* "q5rdw 68 66 %" a place. */
static void cores_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct cores *s = (const struct cores *)p;
    struct fresh f = fresh_of(v->world, WORLD_NEURON, NULL, v->now_ms);
    char errors[TEXT_NUM_MAX], words[FRESH_TEXT_MAX];
    const char *place = NULL;
    size_t at = 0;
    if (s->sum.cores == 0) {
        snprintf(out, size, "  Cores   %s", f.why[0] ? f.why : "none seen");
        return;
    }
    at += (size_t)snprintf(out, size, "  Cores   %zu of %zu held", s->sum.held, s->sum.cores);
    for (size_t i = 0; i < s->table.count && at + 96 < size; i++) {
        const struct table_row *tr = &s->table.rows[i];
        if (isnan(tr->cell[CORES_UTIL].number)) continue;
        bool next = !place || strcmp(place, tr->cell[CORES_POD].text) != 0;
        if (next && place) at += (size_t)snprintf(out + at, size - at, " %%");
        if (next) at += (size_t)snprintf(out + at, size - at, " · %.14s", tr->cell[CORES_POD].text);
        at += (size_t)snprintf(out + at, size - at, " %.0f", tr->cell[CORES_UTIL].number);
        place = tr->cell[CORES_POD].text;
    }
    at += (size_t)snprintf(out + at, size - at, "%s · errors %s", place ? " %" : "", count_text(errors, s->sum.errors));
    if (fresh_is_old(f.state)) snprintf(out + at, size - at, " · %s", fresh_words(f.state, f.age_ms, words));
}

struct cores_fit cores_fit(const struct cores *s, int rows)
{
    return fit_of(s, rows, cores_heat(s));
}

size_t cores_selected_row(const struct cores *s)
{
    return s->table.shown_count ? s->table.shown[s->table.selected_at] : SIZE_MAX;
}

static struct pane_request cores_input(struct pane *p, const struct view *v, const struct input *in)
{
    struct cores *s = (struct cores *)p;
    const int rows = cores_fit(s, p->rows).table;
    (void)v;
    if (!cores_heat(s) || in->type != INPUT_MOUSE || in->mouse != MOUSE_PRESS) return pane_table_input(p, rows, in);
    const size_t row = heat_row_at(&s->heat, rows, p->cols, cores_selected_row(s), in->row, in->col);
    if (row < s->table.count) (void)table_select(&s->table, s->table.rows[row].key);
    return (struct pane_request){.type = REQUEST_NONE};
}

const struct pane_ops cores_pane_ops = {
    .name = "cores",
    .title = "NeuronCores",
    .tab = "Cores",
    .letter = '2',
    .rows_of = TABLE_CORE,
    .state_size = sizeof(struct cores),
    .min_rows = 4,
    .init = cores_init,
    .done = cores_done,
    .update = cores_update,
    .draw = cores_draw,
    .wanted_rows = cores_wanted,
    .status = cores_status,
    .brief = cores_brief,
    .selected = pane_table_selected,
    .detail = cores_detail,
    .input = cores_input,
};
