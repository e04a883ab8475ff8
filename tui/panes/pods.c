/* pods.c - the pane of pods. */
#include "tui/panes/pods.h"

#include "backends/base/text.h"
#include "backends/world/pod_status.h"
#include "backends/world/serve_not_running.h"

#include "backends/base/stamp.h"
#include "tui/draw/table_layout.h"
#include "tui/panes/chrome.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    STATUS_USUAL = 17 /* ContainerCreating, as each pod that starts */,
    PODS_NARROW = 100,
    PODS_TINY = 64,
    PODS_BRIEF_ROWS = 8,
    POD_SUPERSEDED_MS = 60 * 1000
};

static const struct column columns[PODS_COLUMNS] = {
    [PODS_ROLE] = {.title = "ROLE", .min = 6, .max = 13},
    [PODS_NAME] = {.title = "NAME", .min = 12, .max = 48},
    [PODS_READY] = {.title = "READY", .min = 5, .max = 5, .width = 5, .priority = 1},
    [PODS_STATUS] = {.title = "STATUS", .min = 11, .max = 28, .width = STATUS_USUAL},
    [PODS_RESTARTS] = {.title = "RESTARTS", .min = 8, .max = 8, .width = 8, .priority = 2, .numeric = true},
    [PODS_AGE] = {.title = "AGE", .min = 4, .max = 6, .width = 5 /* 4d22h */, .priority = 3, .numeric = true},
    [PODS_NODE] = {.title = "K8S NODE", .min = 8, .max = 48, .priority = 7},
    [PODS_IP] = {.title = "IP", .min = 12, .max = 39, .priority = 9, .extra = true},
    [PODS_RAY] = {.title = "RAY NODE", .min = 8, .max = 8, .priority = 8, .extra = true},
    [PODS_SERVE] = {.title = "SERVE", .min = 5, .max = 5, .priority = 4},
};

static void pods_init(struct pane *p)
{
    struct pods *s = (struct pods *)p;
    memcpy(s->columns, columns, sizeof columns);
    table_init(&s->table, s->columns, PODS_COLUMNS);
    p->table = &s->table;
}

static void pods_done(struct pane *p)
{
    table_done(&((struct pods *)p)->table);
}

bool pods_shows(const struct view *v, const struct pod *pod)
{
    return v->focus->rayservice ? focus_has_pod(v->focus, pod) : pod->role != NULL;
}

static enum role status_role(const struct pod *pod)
{
    if (pod_is_failing(pod)) return ROLE_BAD;
    if (!pod->status || pod->deleted.known) return ROLE_WARN;
    return strcmp(pod->status, "Running") == 0 && pod->is_ready != TRI_NO ? ROLE_TEXT : ROLE_WARN;
}

static void status_text(const struct pod *pod, char *out, size_t size)
{
    if (pod->status && strcmp(pod->status, "Pending") == 0 && pod->reason && strcmp(pod->reason, "Pending") != 0)
        snprintf(out, size, "Pending: %s", pod->reason);
    else
        snprintf(out, size, "%s", or_dash(pod->status));
}

static void ready_text(const struct pod *pod, char out[TEXT_NUM_MAX])
{
    if (pod->ready.known && pod->containers.known)
        snprintf(out, TEXT_NUM_MAX, "%llu/%llu", (unsigned long long)pod->ready.value,
                 (unsigned long long)pod->containers.value);
    else
        snprintf(out, TEXT_NUM_MAX, "–");
}

static const char *tri_word(enum tri t)
{
    return t == TRI_YES ? "yes" : t == TRI_NO ? "no" : "–";
}

/* '-' for a deleted pod; '+' for one created since the start, or replacing a lost head. */
static char row_sign(const struct row *row, const struct view *v)
{
    if (row->gone_ms) return '-';
    if (text_eq(row->record->key, v->outage->new_head_uid)) return '+';
    return !row->first_listed && v->now_ms - row->seen_ms < WORLD_TOMBSTONE_MS ? '+' : ' ';
}

static void set_name(struct table_row *tr, const struct pods *s, const struct view *v, const struct pod *pod)
{
    const char *name = s->pane.cols < PODS_NARROW ? pod_short(pod->name, pod->cluster) : or_dash(pod->name);
    char placed[TABLE_CELL_MAX]; /* where pods of several namespaces are shown */
    if (!v->focus->ns && pod->ns) {
        snprintf(placed, sizeof placed, "%.50s/%.70s", pod->ns, name);
        name = placed;
    }
    table_cell_set(tr, PODS_NAME, ROLE_TEXT, name);
}

static void add_row(struct pods *s, const struct view *v, const struct row *row)
{
    const struct pod *pod = ROW(row, pod);
    struct table_row *tr = table_row_add(&s->table, row->record->key);
    char text[160], num[TEXT_NUM_MAX];
    tr->sign = row_sign(row, v);
    tr->role = tr->sign == '-' ? ROLE_GONE : tr->sign == '+' ? ROLE_NEW : ROLE_TEXT;
    tr->related = v->selection && v->selection->table != TABLE_POD && text_eq(v->selection->pod_uid, row->record->key);
    table_cell_set(tr, PODS_ROLE, ROLE_TEXT, or_dash(pod->role));
    set_name(tr, s, v, pod);
    table_cell_num(tr, PODS_AGE, ROLE_TEXT, pod->created.known ? -(double)pod->created.value : NAN,
                   age_since(num, pod->created, row->gone_ms ? row->gone_wall_ms : v->wall_ms));
    snprintf(text, sizeof text, "%.*s", pane_node_length(pod->node), or_dash(pod->node));
    table_cell_set(tr, PODS_NODE, ROLE_TEXT, text);
    table_cell_set(tr, PODS_IP, ROLE_TEXT, or_dash(pod->ip));
    table_cell_set(tr, PODS_SERVE, ROLE_TEXT, tri_word(serve_endpoint_is_ready(v->world, v->focus, pod)));
    const struct raynode *node = raynode_of_pod(v->world, v->focus, pod);
    snprintf(text, sizeof text, "%.8s", node ? or_dash(node->id) : "–");
    table_cell_set(tr, PODS_RAY, ROLE_TEXT, node ? text : "–");
    if (row->gone_ms) {
        table_cell_set(tr, PODS_STATUS, ROLE_TEXT, "gone");
        return;
    }
    ready_text(pod, num);
    table_cell_set(tr, PODS_READY, ROLE_TEXT, num);
    status_text(pod, text, sizeof text);
    table_cell_set(tr, PODS_STATUS, status_role(pod), text);
    table_cell_num(tr, PODS_RESTARTS, ROLE_TEXT, pod->restarts.known ? (double)pod->restarts.value : NAN,
                   count_text(num, pod->restarts));
}

/* Heads first, then workers, then the rest; within each, in order of arrival, so that rows never jump. */
static int pod_rank(const struct pod *pod)
{
    if (!pod->role) return 2;
    return strcmp(pod->role, "head") == 0 ? 0 : strcmp(pod->role, "worker") == 0 ? 1 : 2;
}

/* In 80 columns names lose their cluster's prefix, and have priority over the nodes. */
static void set_columns(struct pods *s, const struct view *v)
{
    const struct raycluster *rc = v->focus->raycluster;
    bool narrow = s->pane.cols < PODS_NARROW;
    s->columns[PODS_NAME].min = narrow && s->pane.cols >= PODS_TINY ? 23 : 12;
    s->columns[PODS_NODE].min = narrow ? 16 : 8;
    s->columns[PODS_STATUS].min = s->pane.cols >= PODS_TINY ? STATUS_USUAL : 11;
    if (narrow && rc && rc->name)
        snprintf(s->name_title, sizeof s->name_title, "NAME (%s-…)", rc->name);
    else
        snprintf(s->name_title, sizeof s->name_title, "NAME");
    s->columns[PODS_NAME].title = s->name_title;
}

/* A head that is gone has been seen for long enough where a newer one stands. */
static bool is_superseded(const struct view *v, const struct row *row)
{
    const struct pod *pod = ROW(row, pod);
    const struct row *head = v->focus->head_row;
    if (!row->gone_ms || v->now_ms < row->gone_ms + POD_SUPERSEDED_MS || !text_eq(pod->role, "head")) return false;
    return head && head->order > row->order && text_eq(ROW(head, pod)->cluster, pod->cluster);
}

static void add_rows(struct pods *s, const struct view *v, int of_rank)
{
    if (v->focus->rayservice) {
        for (struct focus_pods at = focus_pods_of(v->world, v->focus); at.row; focus_pods_next(&at))
            if (pod_rank(ROW(at.row, pod)) == of_rank && !is_superseded(v, at.row)) add_row(s, v, at.row);
        return;
    }
    WORLD_EACH (row, v->world, TABLE_POD) {
        /* One of another namespace, or of whatever is not the service that was asked for, is not read: not gone. */
        if (row->gone_ms && (v->focus->service || (v->focus->ns && !text_eq(v->focus->ns, ROW(row, pod)->ns))))
            continue;
        if (pods_shows(v, ROW(row, pod)) && pod_rank(ROW(row, pod)) == of_rank && !is_superseded(v, row))
            add_row(s, v, row);
    }
}

/* The selection of a head that has left moves on to the head that is. */
static bool selects_superseded(const struct pods *s, const struct view *v)
{
    const char *key = table_selected(&s->table);
    const struct row *row = key ? world_find(v->world, TABLE_POD, key) : NULL;
    return row && is_superseded(v, row);
}

static void pods_update(struct pane *p, const struct view *v)
{
    struct pods *s = (struct pods *)p;
    const struct world *w = v->world;
    uint64_t generation = world_generation(w, TABLE_POD) + world_generation(w, TABLE_RAYNODE) +
                          world_generation(w, TABLE_RAYCLUSTER) + world_generation(w, TABLE_RAYSERVICE) +
                          world_generation(w, TABLE_SLICE);
    if (!pane_due(&s->due, p, v, generation, 1000)) return;
    const bool moves_on = selects_superseded(s, v);
    set_columns(s, v);
    table_begin(&s->table);
    for (int r = 0; r <= 2; r++) add_rows(s, v, r);
    s->table.not_shown = (size_t)world_dropped(w, TABLE_POD);
    world_unread_words(w, TABLE_POD, s->table.note, sizeof s->table.note);
    table_end(&s->table);
    if (moves_on) table_select(&s->table, v->focus->head_row->record->key);
}

/* "deleted 12:43:12Z, grace 0": over the columns that have no meaning for a deleted pod. */
static void gone_text(const struct view *v, const struct row *row, char *out, size_t size)
{
    const struct outage *o = v->outage;
    const struct pod *pod = ROW(row, pod);
    char clock[STAMP_TEXT_MAX];
    bool ours = o->ours && text_eq(row->record->key, o->old_head_uid);
    if (ours && o->grace_s.known)
        snprintf(out, size, "deleted %s, grace %llu", stamp_clock(clock, o->t0_wall_ms),
                 (unsigned long long)o->grace_s.value);
    else if (ours)
        snprintf(out, size, "deleted %s", stamp_clock(clock, o->t0_wall_ms));
    else
        snprintf(out, size, "%s %s", pod->deleted.known ? "deleted, gone" : "gone",
                 stamp_clock(clock, row->gone_wall_ms));
}

static void draw_gone(const struct pods *s, const struct view *v, struct canvas *cv, bool focused)
{
    struct table_layout at;
    table_layout(&s->table, cv->cols, &at);
    int from = at.width[PODS_READY] ? PODS_READY : PODS_STATUS, to = PODS_STATUS;
    if (at.width[PODS_RESTARTS]) to = PODS_RESTARTS;
    int width = at.at[to] + at.width[to] - at.at[from];
    for (int line = 1; line < cv->rows; line++) {
        bool selected;
        const struct table_row *tr = pane_row_at(&s->table, cv->rows, line, &selected);
        const struct row *row = tr && tr->sign == '-' ? world_find(v->world, TABLE_POD, tr->key) : NULL;
        if (!row || !row->gone_ms) continue;
        char text[96];
        gone_text(v, row, text, sizeof text);
        canvas_field(cv, line, at.at[from], width, selected && focused ? ROLE_SELECTED : ROLE_GONE, text);
    }
}

static void pods_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const struct pods *s = (const struct pods *)p;
    struct fresh f = fresh_of(v->world, WORLD_KUBE, "pods", v->now_ms);
    table_draw(&s->table, cv, focused);
    draw_gone(s, v, cv, focused);
    if (fresh_is_old(f.state)) pane_stale(cv);
    if (s->table.count > 0) return;
    size_t services = world_count(v->world, TABLE_RAYSERVICE);
    uint64_t done, total;
    const char *remedy = fresh_no_cluster(v->world, v->now_ms);
    if (remedy) pane_say(cv, 1, ROLE_STRONG, remedy);
    if (f.why[0])
        pane_say(cv, remedy ? 2 : 1, f.state == FRESH_DENIED ? ROLE_BAD : ROLE_DIM, f.why);
    else if (f.state == FRESH_OFF)
        pane_say(cv, 1, ROLE_DIM, "Kubernetes is off");
    else if (world_progress(v->world, TABLE_POD, &done, &total))
        pane_say(cv, 1, ROLE_DIM, "listing pods …");
    else if (s->table.note[0])
        pane_say(cv, 1, ROLE_WARN, s->table.note);
    else
        pane_say(cv, 1, ROLE_DIM,
                 v->focus->rayservice ? "this RayService has no pods"
                 : services > 1       ? "several RayServices can be seen: choose one with :svc"
                 : v->chrome && v->chrome->replay
                     ? "no RayService and no Ray pods here"
                     : "no RayService and no Ray pods here; x d deploys one, :ns NAMESPACE looks elsewhere");
}

static int pods_wanted(const struct pane *p, const struct view *v, int cols)
{
    (void)cols;
    const int height = table_height(&((const struct pods *)p)->table);
    const int least = fresh_no_cluster(v->world, v->now_ms) ? 4 : 2;
    return height > least ? height : least;
}

static size_t words_add(char *out, size_t size, size_t at, const char *sep, const char *text)
{
    if (at >= size) return at;
    int n = snprintf(out + at, size - at, "%s%s", at ? sep : "", text);
    return n < 0 ? at : at + (size_t)n;
}

static void pods_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    (void)p;
    const struct focus *f = v->focus;
    struct fresh fresh = fresh_of(v->world, WORLD_KUBE, "pods", v->now_ms);
    char text[160];
    uint64_t done, total;
    size_t at = 0;
    out[0] = '\0';
    if (f->raycluster && f->raycluster->name) at = words_add(out, size, at, " · ", f->raycluster->name);
    const struct serve_not_running serve = serve_not_running_of(v->world, f);
    char words[sizeof text - 8];
    if (serve.failed) {
        snprintf(text, sizeof text, "Serve: %s", serve_not_running_brief(&serve, words, sizeof words));
        at = words_add(out, size, at, " · ", text);
    } else if (v->outage->state == OUTAGE_RUNNING && f->rayservice && f->rayservice->service_status) {
        snprintf(text, sizeof text, "RayService says %s (not evidence)", f->rayservice->service_status);
        at = words_add(out, size, at, " · ", text);
    } else if (f->rayservice && f->rayservice->ray_version) {
        snprintf(text, sizeof text, "Ray %s", f->rayservice->ray_version);
        at = words_add(out, size, at, " · ", text);
        const char *kuberay = f->head ? f->head->kuberay : NULL;
        snprintf(text, sizeof text, "KubeRay %s", kuberay && *kuberay == 'v' ? kuberay + 1 : or_dash(kuberay));
        if (kuberay) at = words_add(out, size, at, " · ", text);
    }
    if (world_progress(v->world, TABLE_POD, &done, &total) && (total == 0 || done < total)) {
        snprintf(text, sizeof text, total ? "%llu of ~%llu" : "%llu so far", (unsigned long long)done,
                 (unsigned long long)total);
        at = words_add(out, size, at, " · ", text);
    }
    if (fresh.throttled)
        words_add(out, size, at, " · ", fresh.why);
    else if (fresh_is_old(fresh.state))
        words_add(out, size, at, " · ", fresh_words(fresh.state, fresh.age_ms, text));
}

/* The utilisation of the pod's held cores, as " cores 67 66 %". */
static void cores_text(const struct view *v, const struct row *pod, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    WORLD_EACH (row, v->world, TABLE_CORE) {
        const struct core *core = ROW(row, core);
        if (row->gone_ms || core->held != TRI_YES || at + 8 >= size) continue;
        const struct pod *owner = pod_of_core(v->world, v->focus, core);
        if (!owner || !text_eq(owner->record.key, pod->record->key)) continue;
        int n = core->utilisation.known ? snprintf(out + at, size - at, " %.0f", core->utilisation.value)
                                        : snprintf(out + at, size - at, " –");
        at += n > 0 ? (size_t)n : 0;
    }
}

static void brief_row(const struct view *v, const struct row *row, char *out, size_t size)
{
    const struct pod *pod = ROW(row, pod);
    char ready[TEXT_NUM_MAX], age[TEXT_NUM_MAX], restarts[TEXT_NUM_MAX], status[96], cores[64];
    const char *name = pod_short(pod->name, pod->cluster);
    char sign = row_sign(row, v);
    if (row->gone_ms) {
        gone_text(v, row, status, sizeof status);
        snprintf(out, size, "- %-7s %-18s %s", or_dash(pod->role), name, status);
        return;
    }
    ready_text(pod, ready);
    status_text(pod, status, sizeof status);
    cores_text(v, row, cores, sizeof cores);
    snprintf(out, size, "%c %-7s %-18s %-5s %-17s %-3s %-5s%s%s%s", sign, or_dash(pod->role), name, ready, status,
             count_text(restarts, pod->restarts), age_since(age, pod->created, v->wall_ms), cores[0] ? " cores" : "",
             cores, cores[0] ? " %" : "");
}

/* During an outage the rows themselves; else the number of ready pods. */
static void pods_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct pods *s = (const struct pods *)p;
    bool outage = v->outage->state != OUTAGE_NONE;
    size_t at = 0, ready = 0, known = 0, gone = 0;
    out[0] = '\0';
    for (size_t i = 0; i < s->table.count; i++) {
        const struct row *row = world_find(v->world, TABLE_POD, s->table.rows[i].key);
        if (!row) continue;
        char line[320];
        if (outage && i < PODS_BRIEF_ROWS) {
            brief_row(v, row, line, sizeof line);
            at = words_add(out, size, at, "\n", line);
        }
        gone += row->gone_ms != 0;
        if (row->gone_ms) continue;
        known++;
        ready += ROW(row, pod)->is_ready == TRI_YES;
    }
    if (outage && at) return;
    struct fresh f = fresh_of(v->world, WORLD_KUBE, "pods", v->now_ms);
    if (known == 0)
        snprintf(out, size, "  Pods    %s", f.why[0] ? f.why : "none");
    else
        snprintf(out, size, "  Pods    %zu of %zu ready%s", ready, known, gone ? " · some gone" : "");
}

static struct pane_request pods_input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)v;
    return pane_table_input(p, p->rows, in);
}

const struct pane_ops pods_pane_ops = {
    .name = "pods",
    .title = "Pods",
    .tab = "Pods",
    .letter = '1',
    .rows_of = TABLE_POD,
    .state_size = sizeof(struct pods),
    .min_rows = 4,
    .init = pods_init,
    .done = pods_done,
    .update = pods_update,
    .draw = pods_draw,
    .wanted_rows = pods_wanted,
    .status = pods_status,
    .brief = pods_brief,
    .selected = pane_table_selected,
    .detail = pods_detail,
    .input = pods_input,
};
