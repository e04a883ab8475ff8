/* nodes_view.c - see nodes_view.h. */
#include "tui/panes/nodes_view.h"

#include "backends/base/stamp.h"
#include "tui/draw/wrap.h"
#include "tui/panes/fresh.h"
#include "tui/panes/overlay_list.h"
#include "tui/panes/pane_tools.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    COLUMN_NAME,
    COLUMN_STATUS,
    COLUMN_SINCE,
    COLUMN_RAY,
    COLUMN_NEURON,
    COLUMN_PRESSURE,
    COLUMN_TYPE,
    COLUMN_ZONE,
    COLUMNS
};
enum {
    WHOLE_NAMES_COLS = 110,
    VIEW_COLS = 150,
    TABLE_SHARE = 2 /* of the rows: half */,
    FRAME_ROWS = 2,
    FRAME_COLS = 4,
    LEAST_ROWS = 3
};

static const struct column columns[COLUMNS] = {
    [COLUMN_NAME] = {.title = "NODE", .min = 20, .max = 46},
    [COLUMN_STATUS] = {.title = "STATUS", .min = 15, .max = 18, .width = 18 /* NotReady, cordoned */},
    [COLUMN_SINCE] = {.title = "SINCE", .min = 5, .max = 6, .width = 5, .priority = 1, .numeric = true},
    [COLUMN_RAY] = {.title = "RAY PODS", .min = 8, .max = 18, .width = 15 /* head, 2 workers */},
    [COLUMN_NEURON] = {.title = "NEURON", .min = 6, .max = 6, .priority = 2, .right = true, .numeric = true},
    [COLUMN_PRESSURE] = {.title = "PRESSURE", .min = 14, .max = 30, .priority = 3},
    [COLUMN_TYPE] = {.title = "TYPE", .min = 13, .max = 16, .priority = 5},
    [COLUMN_ZONE] = {.title = "ZONE", .min = 10, .max = 14, .priority = 4},
};

void nodes_view_open(struct nodes_view *n)
{
    *n = (struct nodes_view){.overlay = {.ops = &nodes_overlay}};
    table_init(&n->table, columns, COLUMNS);
    buf_init(&n->about, NODES_TEXT_MAX);
}

/* ---- the rows ---- */

struct ray_pods {
    size_t heads, workers, others;
};

static bool is_ray_pod(const struct row *row)
{
    return !row->gone_ms && ROW(row, pod)->role;
}

static struct ray_pods ray_pods_of(const struct world *w, const char *node)
{
    struct ray_pods n = {0};
    WORLD_WITH(row, w, POD_BY_NODE, NULL, node)
    {
        if (!is_ray_pod(row)) continue;
        const char *role = ROW(row, pod)->role;
        n.heads += text_eq(role, "head");
        n.workers += text_eq(role, "worker");
        n.others += !text_eq(role, "head") && !text_eq(role, "worker");
    }
    return n;
}

/* The pods of the namespaces that are watched: without their list nothing is known of them. */
static bool pods_are_read(const struct view *v)
{
    const enum freshness f = fresh_of(v->world, WORLD_KUBE, "pods", v->now_ms).state;
    return f != FRESH_OFF && f != FRESH_WAITING && f != FRESH_DENIED && f != FRESH_ABSENT;
}

/* "head, 2 workers"; "none"; "–" where the pods are not read. */
static enum role ray_words(const struct view *v, const char *node, char *out, size_t size)
{
    const struct ray_pods n = ray_pods_of(v->world, node);
    char workers[32] = "", others[32] = "";
    if (!pods_are_read(v)) {
        snprintf(out, size, "–");
        return ROLE_DIM;
    }
    if (n.workers) snprintf(workers, sizeof workers, "%zu worker%s", n.workers, text_plural(n.workers));
    if (n.others) snprintf(others, sizeof others, "%zu other%s", n.others, text_plural(n.others));
    snprintf(out, size, "%s%s%s%s%s",
             n.heads == 1 ? "head"
             : n.heads    ? "heads"
                          : "",
             n.heads && n.workers ? ", " : "", workers, (n.heads || n.workers) && n.others ? ", " : "", others);
    if (!*out) snprintf(out, size, "none");
    return n.heads ? ROLE_STRONG : n.workers || n.others ? ROLE_TEXT : ROLE_DIM;
}

/* kubectl's words, of which "SchedulingDisabled" has no room in a column. */
static enum role status_words(const struct knode *k, char *out, size_t size)
{
    const bool cordoned = k->unschedulable == TRI_YES;
    snprintf(out, size, "%s%s",
             k->ready == TRI_YES  ? "Ready"
             : k->ready == TRI_NO ? "NotReady"
                                  : "–",
             cordoned ? ", cordoned" : "");
    return k->ready == TRI_NO ? ROLE_BAD : cordoned ? ROLE_WARN : k->ready == TRI_YES ? ROLE_OK : ROLE_DIM;
}

static void cell_number(struct table_row *tr, int column, struct known_u64 n, const char *text)
{
    table_cell_num(tr, column, n.known ? ROLE_TEXT : ROLE_DIM, n.known ? (double)n.value : NAN, text);
}

/* "Memory, Disk": the column's head says of what. */
static void pressure_words(const struct knode *k, char *out, size_t size)
{
    static const char tail[] = "Pressure";
    size_t len = 0;
    const char *text = !k->pressure ? "–" : *k->pressure ? k->pressure : "none";
    for (; *text && len + 1 < size; text++) {
        if (strncmp(text, tail, sizeof tail - 1) == 0) text += sizeof tail - 1;
        if (!*text) break;
        out[len++] = *text;
    }
    out[len] = '\0';
}

/* The whole name where the table has the room; all of it stands in the words below. */
static void node_add(struct nodes_view *n, const struct view *v, const struct row *row, int cols)
{
    const struct knode *k = ROW(row, knode);
    struct table_row *tr = table_row_add(&n->table, k->record.key);
    char text[TABLE_CELL_MAX], num[TEXT_NUM_MAX];
    snprintf(text, sizeof text, "%.*s", cols < WHOLE_NAMES_COLS ? pane_node_length(k->name) : TABLE_CELL_MAX - 1,
             or_dash(k->name));
    table_cell_set(tr, COLUMN_NAME, ROLE_STRONG, text);
    const enum role status = status_words(k, text, sizeof text);
    table_cell_set(tr, COLUMN_STATUS, status, text);
    cell_number(tr, COLUMN_SINCE, k->ready_since, age_since(num, k->ready_since, v->wall_ms));
    const enum role ray = ray_words(v, k->name, text, sizeof text);
    table_cell_set(tr, COLUMN_RAY, ray, text);
    cell_number(tr, COLUMN_NEURON, k->neuron_devices, count_text(num, k->neuron_devices));
    pressure_words(k, text, sizeof text);
    table_cell_set(tr, COLUMN_PRESSURE, k->pressure && *k->pressure ? ROLE_BAD : ROLE_DIM, text);
    table_cell_set(tr, COLUMN_TYPE, ROLE_TEXT, or_dash(k->instance_type));
    table_cell_set(tr, COLUMN_ZONE, ROLE_TEXT, or_dash(k->zone));
}

/* ---- the selected one, in words ---- */

static void about_pods(const struct view *v, const char *node, struct buf *out)
{
    bool some = false;
    if (!pods_are_read(v)) {
        buf_str(out, "Ray pods  –\n");
        return;
    }
    buf_str(out, "Ray pods  ");
    WORLD_WITH(row, v->world, POD_BY_NODE, NULL, node)
    {
        if (!is_ray_pod(row)) continue;
        const struct pod *p = ROW(row, pod);
        buf_printf(out, "%s%s %s", some ? ", " : "", p->role, or_dash(p->name));
        some = true;
    }
    buf_printf(out, "%s%s%s\n", some ? "" : "none", v->focus->ns ? " · of namespace " : "",
               v->focus->ns ? v->focus->ns : "");
}

static void about_node(const struct view *v, const struct knode *k, struct buf *out)
{
    char status[TABLE_CELL_MAX], age[TEXT_NUM_MAX], devices[TEXT_NUM_MAX], cores[TEXT_NUM_MAX];
    status_words(k, status, sizeof status);
    buf_printf(out, "node      %s  %s  %s  kubelet %s\n", or_dash(k->name), or_dash(k->instance_type), or_dash(k->zone),
               or_dash(k->kubelet_version));
    buf_printf(out, "status    %s since %s%s%s\n", status, age_since(age, k->ready_since, v->wall_ms),
               k->ready == TRI_NO && k->ready_message ? ": " : "",
               k->ready == TRI_NO && k->ready_message ? k->ready_message : "");
    about_pods(v, k->name, out);
    buf_printf(out, "Neuron    %s devices, %s cores offered\n", count_text(devices, k->neuron_devices),
               count_text(cores, k->neuron_cores));
    if (k->unschedulable == TRI_YES)
        buf_str(out, "cordoned  no new pod is scheduled here: kubectl uncordon allows it\n");
    if (k->unschedulable == TRI_UNKNOWN) buf_str(out, "cordoned  –\n");
    buf_printf(out, "pressure  %s\n", !k->pressure ? "–" : *k->pressure ? k->pressure : "none");
}

/* ---- the overlay ---- */

static int inner_cols(int cols)
{
    const int room = cols > FRAME_COLS ? cols - FRAME_COLS : 1;
    return room < VIEW_COLS ? room : VIEW_COLS;
}

/* The table takes its rows, at most what the words below leave, and these at most their share. */
static struct overlay_list view_list(const struct nodes_view *n, int rows, int cols)
{
    const int room = rows > FRAME_ROWS ? rows - FRAME_ROWS : 1;
    const int wanted = n->table.count ? wrap_hang_height(buf_text(&n->about), inner_cols(cols)) + 1 : 0;
    const int most = room / TABLE_SHARE, words = (wanted < most ? wanted : most) + 1;
    const int left = room - words;
    return overlay_list_of(&n->table, left > LEAST_ROWS ? left : LEAST_ROWS, inner_cols(cols), words);
}

static const char *empty_words(const struct fresh *f)
{
    return f->why[0] ? f->why : f->state == FRESH_OFF ? "Kubernetes is off" : "the API server lists none";
}

void nodes_view_text(const struct view *v, struct buf *out)
{
    const struct fresh f = fresh_of(v->world, WORLD_KUBE, "nodes", v->now_ms);
    char words[FRESH_TEXT_MAX];
    bool some = false;
    if (fresh_is_old(f.state)) buf_printf(out, "%s\n", fresh_words(f.state, f.age_ms, words));
    WORLD_EACH (row, v->world, TABLE_KNODE) {
        if (row->gone_ms) continue;
        if (some) buf_str(out, "\n");
        about_node(v, ROW(row, knode), out);
        some = true;
    }
    if (!some) buf_printf(out, "%s\n", empty_words(&f));
}

static void view_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    struct nodes_view *n = (struct nodes_view *)o;
    const struct fresh f = fresh_of(v->world, WORLD_KUBE, "nodes", v->now_ms);
    char words[FRESH_TEXT_MAX] = "";
    (void)rows;
    table_begin(&n->table);
    WORLD_EACH (row, v->world, TABLE_KNODE)
        if (!row->gone_ms) node_add(n, v, row, cols);
    table_end(&n->table);
    n->old = fresh_is_old(f.state);
    if (n->old) fresh_words(f.state, f.age_ms, words);
    snprintf(n->title, sizeof n->title, "Kubernetes nodes%s%s", *words ? " · " : "", words);
    snprintf(n->empty, sizeof n->empty, "%s", empty_words(&f));
    buf_clear(&n->about);
    const char *key = table_selected(&n->table);
    const struct row *row = key ? world_find(v->world, TABLE_KNODE, key) : NULL;
    if (row) about_node(v, ROW(row, knode), &n->about);
}

static void view_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct nodes_view *n = (const struct nodes_view *)o;
    const struct overlay_list at = view_list(n, cv->rows, cv->cols);
    (void)v;
    struct canvas in = overlay_list_draw(&n->table, at, n->title, n->empty, cv);
    if (in.rows < at.below) return;
    struct canvas list = canvas_sub(&in, 0, 0, in.rows - at.below, in.cols);
    if (n->old) pane_stale(&list);
    struct canvas about = canvas_sub(&in, in.rows - at.below + 1, 0, at.below - 2 > 0 ? at.below - 2 : 0, in.cols);
    if (n->table.count) wrap_hang_draw(&about, 0, 0, ROLE_DIALOG, buf_text(&n->about), 0);
    overlay_keys_draw(o, &in, in.rows - 1,
                      n->table.count ? "Enter describes it · y YAML · : cmd · Esc leaves" : "Esc leaves");
}

static enum overlay_result view_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct nodes_view *n = (struct nodes_view *)o;
    const bool plain = in->type == INPUT_KEY && !in->mods;
    (void)v;
    if (in->key == KEYP_ESC || in->key == 'q') return OVERLAY_CANCELLED;
    if (plain && in->key == ':') return OVERLAY_COMMAND;
    n->as_yaml = plain && in->key == 'y';
    if (n->as_yaml || (plain && in->key == 'd')) return n->table.count ? OVERLAY_ACTION : OVERLAY_STAYS;
    return overlay_list_input(o, &n->table, view_list(n, o->rows, o->cols), in) ? OVERLAY_ACTION : OVERLAY_STAYS;
}

static void view_done(struct overlay *o)
{
    struct nodes_view *n = (struct nodes_view *)o;
    if (n->table.columns) {
        table_done(&n->table);
        buf_done(&n->about);
    }
    *n = (struct nodes_view){.overlay = {.ops = NULL}};
}

const char *nodes_view_choice(const struct nodes_view *n, const struct world *w)
{
    const char *key = table_selected(&n->table);
    const struct row *row = key ? world_find(w, TABLE_KNODE, key) : NULL;
    return row ? ROW(row, knode)->name : NULL;
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Enter d", "Describe the node"},
                                           {"y", "Show it as YAML"},
                                           {":", "Type a command"},
                                           {"Esc q", "Leave"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops nodes_overlay = {.name = "nodes",
                                          .place = "this list of nodes",
                                          .keys = help_keys,
                                          .uses = OVERLAY_USES_LIST,
                                          .no_text = true,
                                          .update = view_update,
                                          .draw = view_draw,
                                          .input = view_input,
                                          .done = view_done};
