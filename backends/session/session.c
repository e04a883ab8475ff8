/* session.c - opens the backends, applies their changes to the world, and reconciles. */
#include "backends/session/session_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"

#include <stdlib.h>
#include <string.h>

/* The world shows the RayService in focus, or the last one if it was deleted. */
struct focus session_focus(const struct session *s)
{
    if (s->focus_fresh) return s->focus;
    const struct focus f = focus_of(s->world, s->ns, s->service);
    const bool moved = f.rayservice && world_focus(s->world, f.rayservice->record.key);
    return moved ? focus_of(s->world, s->ns, s->service) : f;
}

static void focus_renew(struct session *s)
{
    s->focus = session_focus(s);
    s->focus_fresh = true;
}

struct focus session_focus_of(const struct session *s, const char *uid)
{
    const struct row *row = uid ? world_find(s->world, TABLE_RAYSERVICE, uid) : NULL;
    if (!row) return (struct focus){.ns = NULL};
    const struct rayservice *r = ROW(row, rayservice);
    const struct focus f = focus_of(world_of_service(s->world, uid), r->ns, r->name);
    const bool is_another = f.rayservice && !text_eq(f.rayservice->record.key, uid); /* created again under that name */
    return is_another ? (struct focus){.ns = r->ns, .service = r->name} : f;
}

/* Whether the change's source belongs to the service in focus, or to no service. */
static bool change_is_of_focus(const struct change *c, const struct focus *f)
{
    return !c->owner || !f->rayservice || text_eq(c->owner, f->rayservice->record.key);
}

static enum table change_table(const struct change *c)
{
    return c->type == CHANGE_PUT && c->record ? c->record->table : c->table;
}

/* A change that a reconcile depends on. */
static bool change_needs_reconcile(const struct change *c)
{
    if (c->type == CHANGE_ALIVE || c->type == CHANGE_PROGRESS) return false;
    if (c->type == CHANGE_SOURCE) return c->state == SOURCE_OFF || c->state == SOURCE_ABSENT; /* removes its rows */
    enum table t = change_table(c);
    return t == TABLE_RAYSERVICE || t == TABLE_RAYCLUSTER || t == TABLE_POD || t == TABLE_REDIS;
}

/* Whether the focus must be recomputed: it borrows from these tables, but only from head pods, so that events of ten
 * thousand workers do not recompute it. */
static bool change_moves_focus(const struct session *s, const struct change *c)
{
    if (!change_needs_reconcile(c)) return false;
    if (s->focus_fresh && !change_is_of_focus(c, &s->focus)) return false;
    bool one = c->type == CHANGE_PUT || c->type == CHANGE_GONE;
    if (!one || change_table(c) != TABLE_POD || !s->focus_fresh) return true;
    const char *key = c->type == CHANGE_PUT && c->record ? c->record->key : c->key;
    if (s->focus.head && text_eq(s->focus.head->record.key, key)) return true;
    return c->type == CHANGE_PUT && c->record && text_eq(((const struct pod *)(const void *)c->record)->role, "head");
}

/* Records the head's state with a prompt when it is sent, for display with the answer. */
static void request_set_head(struct session *s, struct change *c)
{
    if (c->type != CHANGE_PUT || !c->record || c->record->table != TABLE_REQUEST) return;
    struct request *r = (struct request *)(void *)c->record;
    if (!text_eq(r->kind, REQUEST_PROMPT)) return;
    if (!s->kube) return; /* the head is unknown */
    struct focus f = session_focus(s);
    const struct world *w = s->world;
    if (!change_is_of_focus(c, &f)) {
        f = session_focus_of(s, c->owner);
        w = world_of_service(w, c->owner);
    }
    char words[OUTAGE_WORDS_MAX];
    struct outage outage;
    outage_of(recoveries_of(s->recoveries, &f), w, &f, c->at_ms, c->wall_ms, &outage);
    record_set(&r->head, outage_head_words(&outage, f.head, words));
}

static void on_change(void *owner, struct change *c)
{
    struct session *s = owner;
    bool found = change_needs_reconcile(c), moves = change_moves_focus(s, c);

    if (!c->at_ms) c->at_ms = session_now_ms(s);
    if (!c->wall_ms) c->wall_ms = clock_wall_ms(s->clock);
    request_set_head(s, c);
    world_apply(s->world, c);
    if (moves) s->focus_fresh = false;
    focus_renew(s); /* it borrows from the records that the change may have replaced */
    if (s->calls.applied) s->calls.applied(s->calls.arg, c);
    recoveries_observe(s->recoveries, s->world, &s->focus, c, moves);
    timelines_observe(s->timelines, s->world, &s->focus, c);
    session_services_set_fast_poll(s);
    if (!s->replays && c->type == CHANGE_SOURCE && c->world == WORLD_KUBE && c->state == SOURCE_DENIED)
        session_permission_doubt(s);
    if (found || (!s->kube_settled && c->world == WORLD_KUBE)) session_reconcile_soon(s);
    if (s->calls.changed) s->calls.changed(s->calls.arg, c);
    change_free(c);
}

void session_publish_source(struct session *s, const char *source, enum world_kind world, enum source_state state,
                            enum err err, const char *why)
{
    on_change(s, change_source(source, world, state, err, why, NULL));
}

static const struct budget_rate reconcile_rates[BUDGET_KINDS] = {
    [BUDGET_REQUESTS] = {SESSION_RECONCILE_RATE, SESSION_RECONCILES}};

uint64_t session_now_ms(const struct session *s)
{
    return clock_now_ms(s->clock);
}

/* ---- reconciling ------------------------------------------------------------------------------------------------ */

void session_reconcile_soon(struct session *s)
{
    const uint64_t wait = budget_wait(&s->reconciles, session_now_ms(s), NULL);
    /* At once after a quiet time, so that a start is quick; else once per SESSION_RECONCILE_MS. */
    bool calm = session_now_ms(s) >= s->reconciled_ms + SESSION_RECONCILE_MS;
    alarm_set_by(s->reconcile, wait ? wait : calm ? 0 : SESSION_RECONCILE_MS);
}

void session_reconcile_after(struct session *s, uint64_t ms)
{
    alarm_set_by(s->reconcile, ms);
}

static void session_reconcile(void *arg)
{
    struct session *s = arg;

    if (s->replays) return;
    s->reconciled_ms = session_now_ms(s);
    budget_spend(&s->reconciles, BUDGET_REQUESTS, 1);
    session_focus_update(s);
    session_ingresses_list(s);
    session_services_update(s);
    s->kube_settled = s->kube_settled || session_world_settled(s, WORLD_KUBE);
}

/* The guard of the Kubernetes client (struct kube_guard). */
static enum err kube_may_change(void *arg, struct why *why)
{
    return session_may_change(arg, why);
}

static const char *kube_held_lease(void *arg)
{
    const struct session *s = arg;
    return s->lease;
}

static enum err kube_open_configured(struct session *s, struct why *why)
{
    const struct conf *c = s->conf;
    const struct kube_open conf = {.kubeconfig = c->kubeconfig,
                                   .context = c->context,
                                   .scope = {.only = s->only_ns, .all = s->all},
                                   .kubectl = c->kubectl,
                                   .guard = {kube_may_change, s, kube_held_lease}};
    struct why own = {.code = ERR_OK};

    if (text_eq(c->kubeconfig, "none")) {
        session_publish_source(s, "kube", WORLD_KUBE, SOURCE_OFF, ERR_OK, "--kubeconfig none");
        return ERR_OK;
    }
    s->kube_ops = kube_kinds[0];
    enum err err = s->kube_ops->open(s->loop, &conf, &s->sink, &s->kube, &own);
    if (!err) return ERR_OK;
    s->kube_ops = NULL;
    if (c->kubeconfig || c->context) {
        if (why) *why = own;
        return err;
    }
    session_publish_source(s, "kube", WORLD_KUBE, SOURCE_DOWN, err, own.text);
    return ERR_OK;
}

static const struct neuron_ops *neuron_kind_for(const char *spec)
{
    for (size_t i = 0; neuron_kinds[i]; i++) {
        if (neuron_kinds[i]->takes(spec)) return neuron_kinds[i];
    }
    return NULL;
}

static void neuron_open_spec(struct session *s, size_t i)
{
    const char *spec = s->conf->neuron[i];
    const struct neuron_ops *ops = neuron_kind_for(spec);
    char *source = s->conf->neurons == 1 ? mem_str("neuron") : mem_printf("neuron/%zu", i + 1);
    struct why why = {.code = ERR_OK};
    enum err err = ERR_UNSUPPORTED;

    if (ops) {
        const struct neuron_open conf = {.source = source, .spec = spec};
        err = ops->open(s->loop, &conf, &s->sink, &s->neuron[i].be, &why);
        if (!err) s->neuron[i].ops = ops;
    } else {
        why_set(&why, err, "no kind of Neuron source takes this address");
    }
    if (err) session_publish_source(s, source, WORLD_NEURON, SOURCE_DOWN, err, why.text);
    free(source);
}

static void neurons_open(struct session *s)
{
    const struct conf *c = s->conf;

    if (c->neurons == 0 || text_eq(c->neuron[0], "none")) {
        session_publish_source(s, "neuron", WORLD_NEURON, SOURCE_OFF, ERR_OK,
                               c->neurons ? "--neuron none" : "no neuron-monitor is configured (--neuron 'COMMAND')");
        return;
    }
    for (size_t i = 0; i < c->neurons; i++) neuron_open_spec(s, i);
}

static struct session *session_new(struct loop *l, const struct conf *conf, const struct session_calls *calls)
{
    struct session *s = mem_zero(1, sizeof *s);

    s->loop = l;
    s->clock = loop_clock(l);
    s->conf = conf;
    if (calls) s->calls = *calls;
    s->world = world_new();
    s->recoveries = recoveries_new();
    s->timelines = timelines_new();
    s->reconcile = clock_alarm_new(s->clock, session_reconcile, s);
    budget_init(&s->reconciles, reconcile_rates, session_now_ms(s));
    s->sink = (struct sink){on_change, s};
    s->ns = mem_str(conf->ns);
    s->service = mem_str(conf->service);
    s->chosen = conf->service != NULL;
    s->only_ns = mem_str(conf->ns);
    s->all = s->scope.all = conf->all_namespaces;
    s->scope.only = mem_str(conf->ns);
    return s;
}

void session_remember(struct session *s, const struct outage *kept)
{
    recoveries_remember(s->recoveries, kept);
}

struct session *session_open_replay(struct loop *l, const struct conf *conf, const struct session_calls *calls)
{
    struct session *s = session_new(l, conf, calls);
    s->replays = s->kube_settled = true;
    return s;
}

bool session_replays(const struct session *s)
{
    return s->replays;
}

void session_take(struct session *s, struct change *c)
{
    on_change(s, c);
}

void session_take_base(struct session *s, struct change *c)
{
    world_apply(s->world, c);
    s->focus_fresh = false;
    change_free(c);
}

void session_reset(struct session *s)
{
    recoveries_free(s->recoveries);
    timelines_free(s->timelines);
    s->world = world_renew(s->world);
    s->recoveries = recoveries_new();
    s->timelines = timelines_new();
    s->focus_fresh = false;
}

enum err session_open(struct loop *l, const struct conf *conf, const struct session_calls *calls, struct session **ret,
                      struct why *why)
{
    struct session *s = session_new(l, conf, calls);

    enum err err = kube_open_configured(s, why);
    if (err) {
        session_close(s);
        return err;
    }
    s->http = http_client_new(s->loop, &(struct http_client_conf){.proxy = NULL});
    s->serve = (struct serve_open){.http = s->http, .kube_ops = s->kube_ops, .kube = s->kube};
    session_services_open(s);
    neurons_open(s);
    session_reconcile_soon(s);
    *ret = s;
    return ERR_OK;
}

void session_close(struct session *s)
{
    if (!s) return;
    /* Requests in flight may still publish their end: ignores it. */
    s->calls = (struct session_calls){.changed = NULL};
    session_services_close(s);
    http_client_free(s->http);
    for (size_t i = 0; i < CONF_NEURONS; i++) {
        if (s->neuron[i].be) s->neuron[i].ops->close(s->neuron[i].be);
    }
    if (s->kube) s->kube_ops->close(s->kube);
    alarm_free(s->reconcile);
    recoveries_free(s->recoveries);
    timelines_free(s->timelines);
    world_free(s->world);
    free(s->ns);
    free(s->service);
    free(s->scope.ns);
    free(s->scope.only);
    free(s->only_ns);
    session_permission_done(s);
    session_killing_done(&s->killing);
    free(s->ingresses.ns);
    free(s->lease);
    free(s);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

const struct world *session_world(const struct session *s)
{
    return s->world;
}

const struct recovery *session_recovery(const struct session *s)
{
    struct focus f = session_focus(s);
    return recoveries_of(s->recoveries, &f);
}

const struct timeline *session_timeline(const struct session *s)
{
    const struct focus f = session_focus(s);
    return timelines_of(s->timelines, &f);
}

const struct sink *session_sink(const struct session *s)
{
    return &s->sink;
}

const struct clock *session_clock(const struct session *s)
{
    return s->clock;
}

const struct kube_where *session_where(const struct session *s)
{
    return s->kube ? s->kube_ops->where(s->kube) : NULL;
}

void session_publish_time(struct session *s, uint64_t now_ms)
{
    struct change *c = change_new(CHANGE_ALIVE, "console", WORLD_CONSOLE);

    c->at_ms = now_ms;
    c->wall_ms = clock_wall_ms(s->clock);
    if (s->calls.changed) s->calls.changed(s->calls.arg, c);
    change_free(c);
}

void session_tick(struct session *s)
{
    uint64_t now = session_now_ms(s);
    bool moved = world_expire(s->world, now);

    if (moved) s->focus_fresh = false;
    focus_renew(s);
    moved = recoveries_tick(s->recoveries, s->world, &s->focus, now, clock_wall_ms(s->clock)) || moved;
    timelines_tick(s->timelines, s->world, &s->focus, now, clock_wall_ms(s->clock));
    if (moved) session_publish_time(s, now);
    if (s->replays) return;
    session_services_set_fast_poll(s);
    session_services_tick(s);
    session_permission_tick(s, now);
}

void session_refresh(struct session *s)
{
    if (s->replays) return;
    s->ingresses.all_denied = false;
    if (s->kube && s->kube_ops->refresh) s->kube_ops->refresh(s->kube);
    session_services_refresh(s);
    session_permission_refresh(s);
    session_reconcile_soon(s);
}
