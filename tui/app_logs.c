/* app_logs.c - `L`: follows the logs that are shown, and that of the head in focus; keeps those of pods that are gone.
 */
#include "tui/app_logs.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "tui/app_priv.h"
#include "tui/panes/log_view.h"
#include "tui/panes/pane_tools.h"

#include <stdlib.h>
#include <string.h>

enum { LOGS_KEPT = 24, TAIL_LINES = 5000, FRAME_MS = 60, CONTAINERS = 16 };

/* The log of one container of one pod (its UID), as it was asked for. */
struct pod_log {
    struct app_logs *owner;
    struct pod_log *next;
    char *ns, *pod, *uid, *container; /* container NULL: the only one */
    bool previous;
    enum log_since since;
    struct log_ring ring;
    struct kube_log *log; /* NULL: it is not followed */
    bool is_head, shown;
    bool gone; /* the pod is, and the ring ends with a note that says so */
    uint64_t gone_wall_ms;
};
/* The pods that were chosen, by UID: one, or those of the marked rows. None: all. */
struct pods_chosen {
    char **uid;
    size_t count;
};
struct app_logs {
    struct context *at;
    struct log_view view;
    struct pod_log *logs; /* newest first */
    struct pods_chosen chosen;
    char *container; /* the one that was chosen, of one pod; NULL: the Ray container */
    size_t wanted;   /* pods whose logs would be in the view if it had room */
};

static bool is_open(const struct app_logs *l)
{
    return l->view.overlay.ops != NULL;
}

/* ---- one log ------------------------------------------------------------------------------------------------------
 */

static void log_changed(void *arg)
{
    struct pod_log *g = arg;
    struct app *app = g->owner->at->app;
    if (!g->shown || !is_open(g->owner) || g->owner->at != app->at) return;
    app->dirty = true;
    alarm_set_by(app->soon, FRAME_MS);
}

static void on_line(void *arg, uint64_t ns, char *text)
{
    struct pod_log *g = arg;
    log_ring_add(&g->ring, ns, text, false);
    log_changed(g);
}

static void on_note(void *arg, uint64_t ns, const char *words)
{
    struct pod_log *g = arg;
    log_ring_add(&g->ring, ns, mem_printf("── %s ──", words), true);
    log_changed(g);
}

static void log_follow(struct pod_log *g)
{
    static const uint64_t seconds[LOG_SINCES] = {[LOG_SINCE_5M] = 300, [LOG_SINCE_1H] = 3600};
    const struct kube_ops *ops;
    struct kube *kube = session_kube(g->owner->at->session, &ops);
    const struct kube_log_want want = {.ns = g->ns,
                                       .pod = g->pod,
                                       .container = g->container,
                                       .previous = g->previous,
                                       .since_s = seconds[g->since],
                                       .tail = TAIL_LINES};
    if (kube && ops->log) g->log = ops->log(kube, &want, &(struct kube_log_calls){on_line, on_note, log_changed, g});
}

static void log_close(struct pod_log *g)
{
    const struct kube_ops *ops;
    if (g->log && session_kube(g->owner->at->session, &ops)) ops->log_close(g->log);
    g->log = NULL;
}

static void log_free(struct pod_log *g)
{
    struct pod_log **at = &g->owner->logs;
    while (*at != g) at = &(*at)->next;
    *at = g->next;
    log_close(g);
    log_ring_done(&g->ring);
    free(g->ns);
    free(g->pod);
    free(g->uid);
    free(g->container);
    free(g);
}

/* Another pod has the name now: its log is not this one's. */
static bool name_is_taken(const struct pod_log *g)
{
    const struct pod *now = pod_named(session_world(g->owner->at->session), g->ns, g->pod);
    return now && strcmp(now->record.key, g->uid) != 0;
}

/* The API server no longer has the pod: what the ring holds is all that there will be. That its row is gone alone
 * proves less: another namespace may be watched. row NULL: there is none. */
static void log_mark_gone(struct pod_log *g, const struct row *row)
{
    const struct kube_ops *ops;
    char stamp[STAMP_TEXT_MAX], words[256];
    const bool deleted = row && row->gone_ms;
    if (g->gone || g->previous || !session_kube(g->owner->at->session, &ops)) return;
    if (g->log && name_is_taken(g)) ops->log_last(g->log);
    if (g->log ? ops->log_state(g->log, NULL) != KUBE_LOG_ENDED : !deleted) return;
    g->gone = true;
    g->gone_wall_ms = deleted ? row->gone_wall_ms : loop_wall_ms(g->owner->at->app->loop);
    snprintf(words, sizeof words, "%s %s, UID %.64s%s", deleted ? "pod deleted" : "pod found gone",
             stamp_clock(stamp, g->gone_wall_ms), g->uid,
             g->ring.entries.count ? ": the lines above are the last of its log"
                                   : ": its log was not read before, and the API server has it no more");
    on_note(g, g->gone_wall_ms * 1000000, words);
    log_close(g);
}

/* ---- which there are ----------------------------------------------------------------------------------------------
 */

/* KubeRay's autoscaler runs beside the Ray container of a head. */
static const char *ray_container(const struct pod *pod)
{
    for (size_t i = 0; i < pod->list_count; i++)
        if (pod->list[i].init != TRI_YES && pod->list[i].name && strcmp(pod->list[i].name, "autoscaler") != 0)
            return pod->list[i].name;
    return NULL;
}

static bool log_is(const struct pod_log *g, const char *uid, const char *container, bool previous, enum log_since since)
{
    return strcmp(g->uid, uid) == 0 &&
           (g->gone || (g->previous == previous && g->since == since && text_unchanged(g->container, container)));
}

/* Of those that are not shown the oldest goes; of a pod that is gone only where all are. Never the added one, which the
 * caller goes on with: it may be the only one whose pod is not gone. */
static void logs_trim(struct app_logs *l, const struct pod_log *added)
{
    size_t count = 0;
    struct pod_log *oldest = NULL;
    for (struct pod_log *g = l->logs; g; g = g->next) {
        count++;
        if (g != added && !g->shown && (!oldest || !g->gone || oldest->gone)) oldest = g;
    }
    if (count > LOGS_KEPT && oldest) log_free(oldest);
}

static struct pod_log *log_of(struct app_logs *l, const struct row *row, const char *container, bool previous,
                              enum log_since since)
{
    const struct pod *pod = ROW(row, pod);
    for (struct pod_log *g = l->logs; g; g = g->next)
        if (log_is(g, pod->record.key, container, previous, since)) return g;
    struct pod_log *g = mem_zero(1, sizeof *g);
    g->owner = l;
    g->ns = mem_str(pod->ns);
    g->pod = mem_str(pod->name);
    g->uid = mem_str(pod->record.key);
    g->container = mem_str(container);
    g->previous = previous;
    g->since = since;
    g->is_head = text_eq(pod->role, "head");
    log_ring_init(&g->ring);
    g->next = l->logs;
    l->logs = g;
    if (row->gone_ms)
        log_mark_gone(g, row);
    else
        log_follow(g);
    logs_trim(l, g);
    return g;
}

static struct app_logs *logs_of(struct context *at)
{
    if (!at->logs) at->logs = mem_zero(1, sizeof *at->logs);
    at->logs->at = at;
    return at->logs;
}

/* ---- the view -----------------------------------------------------------------------------------------------------
 */

static void stream_words(struct pod_log *g, struct log_stream *s)
{
    const struct kube_ops *ops;
    const char *why = "";
    char stamp[STAMP_TEXT_MAX];
    enum kube_log_state state = KUBE_LOG_ENDED;
    if (g->log && session_kube(g->owner->at->session, &ops)) state = ops->log_state(g->log, &why);
    s->bad = g->gone || state == KUBE_LOG_WAITING || state == KUBE_LOG_REFUSED;
    if (g->gone)
        snprintf(s->state, sizeof s->state, "deleted %s, UID %.40s: its last lines",
                 stamp_clock(stamp, g->gone_wall_ms), g->uid);
    else if (state == KUBE_LOG_WAITING)
        snprintf(s->state, sizeof s->state, "waiting for its log: %s", *why ? why : "the stream ended");
    else
        snprintf(s->state, sizeof s->state, "%s",
                 state == KUBE_LOG_FOLLOWING ? "following"
                 : state == KUBE_LOG_OPENING ? "opening"
                 : state == KUBE_LOG_REFUSED ? why
                                             : "ended");
}

static void stream_show(struct app_logs *l, struct pod_log *g, const char *cluster)
{
    const struct focus focus = session_focus(l->at->session);
    struct log_stream *s = &l->view.stream[l->view.streams++];
    *s = (struct log_stream){.ring = &g->ring};
    snprintf(s->name, sizeof s->name, "%s", pod_short(g->pod, focus.raycluster ? focus.raycluster->name : cluster));
    g->shown = true;
}

static void stream_add(struct app_logs *l, const struct row *row, const char *container)
{
    const struct log_view *v = &l->view;
    const struct pod *pod = ROW(row, pod);
    l->wanted++;
    if (v->streams < LOG_STREAMS)
        stream_show(l, log_of(l, row, container ? container : ray_container(pod), v->previous, v->since), pod->cluster);
}

/* The row of a pod that is gone goes too, after a while; its lines stay. */
static void stream_add_kept(struct app_logs *l, const char *uid)
{
    struct pod_log *g = l->logs;
    while (g && strcmp(g->uid, uid) != 0) g = g->next;
    if (!g) return;
    l->wanted++;
    if (l->view.streams < LOG_STREAMS) stream_show(l, g, NULL);
}

static void streams_add_chosen(struct app_logs *l)
{
    const struct pods_chosen *c = &l->chosen;
    for (size_t i = 0; i < c->count; i++) {
        const struct row *row = world_find(session_world(l->at->session), TABLE_POD, c->uid[i]);
        if (row)
            stream_add(l, row, c->count == 1 ? l->container : NULL);
        else
            stream_add_kept(l, c->uid[i]);
    }
}

/* Those of the cluster that exist, and those that are gone whose lines were kept. */
static void streams_add_all(struct app_logs *l)
{
    const struct world *w = session_world(l->at->session);
    const struct focus focus = session_focus(l->at->session);
    for (struct focus_pods at = focus_pods_of(w, &focus); at.row; focus_pods_next(&at)) {
        bool kept = !at.row->gone_ms;
        for (const struct pod_log *g = l->logs; g && !kept; g = g->next)
            kept = strcmp(g->uid, ROW(at.row, pod)->record.key) == 0;
        if (kept) stream_add(l, at.row, NULL);
    }
}

/* The row of the only pod that was chosen; NULL: all are shown, several were chosen, or it is there no more. */
static const struct row *only_row(const struct app_logs *l)
{
    if (l->view.all || l->chosen.count != 1) return NULL;
    return world_find(session_world(l->at->session), TABLE_POD, l->chosen.uid[0]);
}

/* "of 2 marked pods"; "of 12 of 20 pods of mistral-44qn2" where the view has no room for more. */
static void title_set(struct app_logs *l)
{
    struct log_view *v = &l->view;
    const struct focus focus = session_focus(l->at->session);
    const struct row *row = only_row(l);
    char of[40] = "";
    if (l->wanted > v->streams) snprintf(of, sizeof of, " of %zu", l->wanted);
    if (row && v->streams == 1) {
        const char *container = l->container ? l->container : ray_container(ROW(row, pod));
        snprintf(v->title, sizeof v->title, "%.120s%s%.60s", ROW(row, pod)->name, container ? " · " : "",
                 container ? container : "");
    } else if (l->chosen.count > 1 && !v->all) {
        snprintf(v->title, sizeof v->title, "of %zu%s marked pods", v->streams, of);
    } else {
        snprintf(v->title, sizeof v->title, "of %zu%s pods of %.120s", v->streams, of,
                 focus.raycluster ? or_dash(focus.raycluster->name) : "the RayService");
    }
}

static void view_fill(struct app_logs *l)
{
    struct log_view *v = &l->view;
    for (struct pod_log *g = l->logs; g; g = g->next) g->shown = false;
    v->streams = l->wanted = 0;
    if (!v->all) streams_add_chosen(l);
    if (!v->streams) {
        v->all = true;
        streams_add_all(l);
    }
    title_set(l);
    log_view_reset(v);
}

/* Only the head's is followed without being shown; lines of what is gone are kept. */
static void view_closed(struct app_logs *l)
{
    for (struct pod_log *g = l->logs, *next; g; g = next) {
        next = g->next;
        g->shown = false;
        if (!g->gone && (!g->is_head || g->previous || g->since != LOG_SINCE_ALL)) log_free(g);
    }
}

static void container_next(struct app_logs *l)
{
    const struct row *row = only_row(l);
    if (!row) {
        app_say(l->at->app, true, "a container is chosen of one pod; %s shows that of the row alone",
                l->chosen.count == 1 ? "a" : "L, where no row is marked,");
        return;
    }
    const struct pod *pod = ROW(row, pod);
    const char *now = l->container ? l->container : ray_container(pod);
    size_t at = 0;
    while (at < pod->list_count && !text_eq(pod->list[at].name, now)) at++;
    if (pod->list_count < 2) {
        app_say(l->at->app, true, "the pod has no other container");
        return;
    }
    char *chosen = mem_str(pod->list[(at + 1) % pod->list_count].name);
    free(l->container);
    l->container = chosen;
    view_fill(l);
}

static void logs_act(struct app_logs *l)
{
    struct log_view *v = &l->view;
    switch (v->action) {
    case LOG_TOGGLE_PREVIOUS: v->previous = !v->previous; break;
    case LOG_NEXT_SINCE: v->since = (enum log_since)((v->since + 1) % LOG_SINCES); break;
    case LOG_TOGGLE_ALL: v->all = !v->all; break;
    case LOG_NEXT_CONTAINER: container_next(l); return;
    }
    view_fill(l);
}

static void logs_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    if (result == OVERLAY_ACTION) {
        logs_act(app->at->logs);
        return;
    }
    app_overlay_close(app);
    view_closed(app->at->logs);
}

/* ---- the command --------------------------------------------------------------------------------------------------
 */

static void chosen_done(struct pods_chosen *c)
{
    for (size_t i = 0; i < c->count; i++) free(c->uid[i]);
    free(c->uid);
    *c = (struct pods_chosen){.count = 0};
}

/* Several rows can be of one pod. */
static void chosen_add(struct pods_chosen *c, const char *uid)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->uid[i], uid) == 0) return;
    c->uid = mem_grow(c->uid, c->count + 1, sizeof *c->uid);
    c->uid[c->count++] = mem_str(uid);
}

/* Of the marked rows, else of the selected one. False, and says so: the marked rows have none. */
static bool rows_chosen(struct app *app, struct pods_chosen *ret)
{
    struct focus focus = session_focus(app->at->session);
    const struct view view = app_view(app, &focus);
    const size_t marks = screen_marks(app->at->screen);
    struct selection s;
    for (size_t at = 0; screen_mark_next(app->at->screen, &view, &at, &s);)
        if (s.pod_uid[0]) chosen_add(ret, s.pod_uid);
    if (!marks && screen_selection(app->at->screen, &s) && s.pod_uid[0]) chosen_add(ret, s.pod_uid);
    if (!marks || ret->count) return true;
    app_say(app, true, "logs: no marked row belongs to a pod; Esc clears the marks, :logs all follows all pods");
    return false;
}

/* The pods that args name; none: all. False, and says so: there is no such pod. */
static bool pods_choose(struct app *app, const char *args, struct pods_chosen *ret)
{
    const struct focus focus = session_focus(app->at->session);
    *ret = (struct pods_chosen){.count = 0};
    if (!*args) return rows_chosen(app, ret);
    if (strcmp(args, "all") == 0) return true;
    const bool head = strcmp(args, "head") == 0;
    const struct pod *pod = head ? focus.head : pod_named(session_world(app->at->session), focus.ns, args);
    if (pod)
        chosen_add(ret, pod->record.key);
    else
        app_say(app, true, "logs: there is no pod %s; logs [all|head|POD]", args);
    return pod != NULL;
}

void app_logs_open(struct app *app, const char *args)
{
    struct pods_chosen chosen;
    if (!pods_choose(app, args, &chosen)) return;
    struct app_logs *l = logs_of(app->at);
    chosen_done(&l->chosen);
    free(l->container);
    l->chosen = chosen;
    l->container = NULL;
    log_view_open(&l->view);
    l->view.all = !chosen.count;
    view_fill(l);
    if (!l->view.streams) {
        l->view.overlay.ops->done(&l->view.overlay);
        app_say(app, true, "logs: there is no pod");
        return;
    }
    app->message[0] = '\0'; /* of the keys of rows, which are others here */
    app_overlay_open(app, &l->view.overlay, logs_result);
}

/* The states, and pods that have gone since. */
void app_logs_update(struct app *app)
{
    struct app_logs *l = app->at->logs;
    size_t stream = 0;
    if (!l) return;
    for (struct pod_log *g = l->logs; g; g = g->next)
        log_mark_gone(g, world_find(session_world(app->at->session), TABLE_POD, g->uid));
    if (!is_open(l)) return;
    for (stream = 0; stream < l->view.streams; stream++)
        for (struct pod_log *g = l->logs; g; g = g->next)
            if (l->view.stream[stream].ring == &g->ring) stream_words(g, &l->view.stream[stream]);
}

void app_logs_tick(struct app *app)
{
    const struct focus focus = session_focus(app->at->session);
    if (app->replay || !session_kube(app->at->session, &(const struct kube_ops *){NULL})) return;
    if (focus.head_row && focus.head && ray_container(focus.head))
        (void)log_of(logs_of(app->at), focus.head_row, ray_container(focus.head), false, LOG_SINCE_ALL);
    app_logs_update(app);
}

void app_logs_free(struct app_logs *l)
{
    if (!l) return;
    while (l->logs) log_free(l->logs);
    chosen_done(&l->chosen);
    free(l->container);
    free(l);
}
