/* services.c - the session's objects per RayService, by UID. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>

static const struct budget_rate open_rates[BUDGET_KINDS] = {[BUDGET_CONNECTIONS] = {1, SESSION_REDIS_OPENS}};

static void on_reconcile(void *arg, uint64_t after_ms)
{
    struct session *s = arg;
    if (after_ms)
        session_reconcile_after(s, after_ms);
    else
        session_reconcile_soon(s);
}

static void on_change(void *owner, struct change *c)
{
    const struct session_service *of = owner;
    c->owner = mem_str(of->owner);
    sink_put(&of->session->sink, c);
}

static struct session_service *service_new(struct session *s)
{
    struct session_service *of = mem_zero(1, sizeof *of);
    const struct prompt_router_conf router = {.loop = s->loop,
                                              .conf = s->conf,
                                              .serve = &s->serve,
                                              .world = s->world,
                                              .sink = &of->sink,
                                              .prompts = &s->prompts};

    of->session = s;
    of->sink = (struct sink){on_change, of};
    of->router = prompt_router_new(&router, &(struct prompt_router_calls){on_reconcile, s});
    of->next = s->services;
    s->services = of;
    return of;
}

/* Their last changes come back here. */
static void service_deactivate(struct session_service *of)
{
    struct redis_discovery *redis = of->redis;
    struct serve_probes *probes = of->probes;

    of->redis = NULL;
    of->probes = NULL;
    redis_discovery_free(redis);
    serve_probes_free(probes);
}

/* Objects opened before the RayService was known are opened again. */
static void service_activate(struct session *s, struct session_service *of)
{
    const struct redis_discovery_conf redis = {.loop = s->loop,
                                               .conf = s->conf,
                                               .ops = s->redis_ops,
                                               .kube_ops = s->kube_ops,
                                               .kube = s->kube,
                                               .sink = &of->sink,
                                               .opens = &s->redis_opens};
    const struct serve_probes_conf probes = {.loop = s->loop,
                                             .conf = s->conf,
                                             .serve = &s->serve,
                                             .sink = &of->sink,
                                             .probes = &s->probes,
                                             .share = &s->probing};

    if (!text_unchanged(of->owner, of->uid)) {
        service_deactivate(of);
        of->owner = mem_str(of->uid);
    }
    if (!of->redis && s->redis_ops)
        of->redis = redis_discovery_new(&redis, &(struct redis_discovery_calls){on_reconcile, s});
    if (!of->probes) of->probes = serve_probes_new(&probes);
}

static void service_free(struct session_service *of)
{
    service_deactivate(of);
    prompt_router_free(of->router);
    free(of->uid);
    free(of->owner);
    free(of->ns);
    free(of->name);
    free(of);
}

static bool service_exists(const struct session *s, const struct session_service *of)
{
    const struct row *row = of->uid ? world_find(s->world, TABLE_RAYSERVICE, of->uid) : NULL;
    return row && !row->gone_ms;
}

/* Keeps services out of focus while they exist, up to a limit, and while their prompts are in flight. */
static void services_retire(struct session *s)
{
    size_t held = 1;

    for (struct session_service **at = &s->services->next, *of; (of = *at);) {
        const bool is_read = held++ < SESSION_SERVICES && service_exists(s, of);
        if (!is_read) service_deactivate(of);
        if (is_read || prompt_router_in_flight(of->router)) {
            at = &of->next;
            continue;
        }
        *at = of->next;
        service_free(of);
    }
}

static void service_set_name(struct session_service *of, const struct rayservice *r)
{
    if (of->uid) return;
    of->uid = mem_str(r->record.key);
    of->ns = mem_str(r->ns);
    of->name = mem_str(r->name);
}

/* Moves the service in focus to the front. Without a focus the first one stays; the one opened by configuration alone
 * becomes the first RayService's. */
static struct session_service *service_set_first(struct session *s, const struct rayservice *r)
{
    struct session_service **at = &s->services, *of;

    if (r) {
        while ((of = *at) && of->uid && !text_eq(of->uid, r->record.key)) at = &of->next;
        if (of) {
            *at = of->next;
            of->next = s->services;
            s->services = of;
        } else {
            of = service_new(s);
        }
        service_set_name(of, r);
    }
    return s->services;
}

static struct focus service_focus(const struct session *s, const struct session_service *of)
{
    return of == s->services ? session_focus(s) : session_focus_of(s, of->uid);
}

static void routes_update(struct session *s)
{
    const bool listed = session_ingresses_listed(s);

    for (struct session_service *of = s->services; of; of = of->next) {
        const struct focus f = service_focus(s, of);
        prompt_router_update(of->router, &f, listed);
    }
    for (struct session_service *of = s->services; of; of = of->next)
        if (of->probes) serve_probes_set_route(of->probes, prompt_router_probe_route(of->router));
}

void session_services_update_routes(struct session *s)
{
    const struct focus f = session_focus(s);
    service_set_first(s, f.rayservice);
    routes_update(s);
}

void session_services_open(struct session *s)
{
    budget_init(&s->redis_opens, open_rates, session_now_ms(s));
    if (text_eq(s->conf->redis, "none"))
        session_publish_source(s, "redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, "--redis none");
    else
        s->redis_ops = redis_kinds[0];
    service_new(s);
    session_services_update(s);
}

/* Computes the focus each time, because starting and stopping publishes changes. */
static void service_update(struct session *s, struct session_service *of)
{
    struct focus f = service_focus(s, of);

    if (of->redis) redis_discovery_update(of->redis, s->world, &f);
    f = service_focus(s, of);
    if (of->probes) serve_probes_update(of->probes, s->world, &f);
}

void session_services_update(struct session *s)
{
    const struct focus f = session_focus(s);
    struct session_service *first = service_set_first(s, f.rayservice);

    services_retire(s);
    service_activate(s, first);
    for (struct session_service *of = s->services; of; of = of->next) service_update(s, of);
    routes_update(s);
}

bool session_services_settled(const struct session *s)
{
    const struct session_service *of = s->services;

    if (of->redis && redis_discovery_is_pending(of->redis)) return false;
    return !of->probes || serve_probes_are_settled(of->probes);
}

bool session_route_is_pending(const struct session *s)
{
    const struct session_service *of = s->services;
    const bool is_routed = prompt_router_probe_route(of->router) != NULL;

    return prompt_router_is_pending(of->router) || (is_routed && of->probes && serve_probes_lack_route(of->probes));
}

/* Fast from the first sign of a head loss until the end of the recovery. */
void session_services_set_fast_poll(struct session *s)
{
    for (struct session_service *of = s->services; of; of = of->next) {
        const struct row *row = of->uid ? world_find(s->world, TABLE_RAYSERVICE, of->uid) : NULL;
        const struct focus own = {.rayservice = row ? ROW(row, rayservice) : NULL};
        const struct recovery *r = of == s->services ? session_recovery(s) : recoveries_of(s->recoveries, &own);
        const bool fast = r->outage == OUTAGE_RUNNING;
        if (of->redis) redis_discovery_set_fast_poll(of->redis, fast);
        if (of->probes) serve_probes_set_fast_poll(of->probes, fast);
    }
}

void session_services_tick(struct session *s)
{
    for (struct session_service *of = s->services; of; of = of->next)
        if (of->redis) redis_discovery_tick(of->redis);
    session_ingresses_list(s);
    routes_update(s);
}

void session_services_refresh(struct session *s)
{
    for (struct session_service *of = s->services; of; of = of->next) {
        if (of->redis) redis_discovery_refresh(of->redis);
        if (of->probes) serve_probes_refresh(of->probes);
    }
}

void session_services_close(struct session *s)
{
    for (struct session_service *of; (of = s->services);) {
        s->services = of->next;
        service_free(of);
    }
}
