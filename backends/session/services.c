/* services.c - what the session holds of each RayService, by its UID. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>

static const struct budget_rate open_rates[BUDGET_KINDS] = {[BUDGET_CONNECTIONS] = {1, SESSION_REDIS_OPENS}};

static void on_reconcile(void *arg, uint64_t after_ms)
{
    struct session *s = arg;
    if (after_ms)
        session_discover_after(s, after_ms);
    else
        session_discover_soon(s);
}

static struct session_service *service_new(struct session *s, const char *uid)
{
    struct session_service *of = mem_zero(1, sizeof *of);
    const struct redis_discovery_conf redis = {.loop = s->loop,
                                               .conf = s->conf,
                                               .ops = s->redis_ops,
                                               .kube_ops = s->kube_ops,
                                               .kube = s->kube,
                                               .sink = &s->sink,
                                               .opens = &s->redis_opens};

    of->uid = mem_str(uid);
    if (s->redis_ops) of->redis = redis_discovery_new(&redis, &(struct redis_discovery_calls){on_reconcile, s});
    of->next = s->services;
    s->services = of;
    return of;
}

static void service_free(struct session_service *of)
{
    redis_discovery_free(of->redis);
    free(of->uid);
    free(of);
}

/* Frees those of other RayServices than this one: the sources "redis", "probe" and "serve" are of one at a time. */
static void services_retire(struct session *s, const struct session_service *but)
{
    for (struct session_service **at = &s->services, *of; (of = *at);) {
        if (of == but) {
            at = &of->next;
            continue;
        }
        *at = of->next;
        service_free(of);
    }
}

/* Of the RayService in focus. While there is none, the one that was stays; what configuration alone has opened becomes
 * that of the first RayService. */
static struct session_service *service_in_focus(struct session *s, const struct rayservice *r)
{
    const char *uid = r ? r->record.key : NULL;
    struct session_service *of = s->services;

    if (of && !uid) return of;
    while (of && of->uid && !text_eq(of->uid, uid)) of = of->next;
    if (!of) of = service_new(s, uid);
    if (!of->uid) of->uid = mem_str(uid);
    services_retire(s, of);
    return of;
}

void session_services_open(struct session *s)
{
    budget_init(&s->redis_opens, open_rates, session_now_ms(s));
    if (text_eq(s->conf->redis, "none"))
        session_tell_source(s, "redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, "--redis none");
    else
        s->redis_ops = redis_kinds[0];
    session_services_update(s);
}

void session_services_update(struct session *s)
{
    const struct focus f = session_focus(s);
    struct session_service *of = service_in_focus(s, f.rayservice);
    if (of->redis) redis_discovery_update(of->redis, s->world, &f);
}

bool session_services_pending(const struct session *s)
{
    for (const struct session_service *of = s->services; of; of = of->next)
        if (of->redis && redis_discovery_is_pending(of->redis)) return true;
    return false;
}

/* From the first sign of a head's loss until the recovery is over. */
void session_services_set_fast_poll(struct session *s)
{
    const bool fast = session_recovery(s)->outage == OUTAGE_RUNNING;
    for (struct session_service *of = s->services; of; of = of->next)
        if (of->redis) redis_discovery_set_fast_poll(of->redis, fast);
}

void session_services_tick(struct session *s)
{
    for (struct session_service *of = s->services; of; of = of->next)
        if (of->redis) redis_discovery_tick(of->redis);
}

void session_services_refresh(struct session *s)
{
    for (struct session_service *of = s->services; of; of = of->next)
        if (of->redis) redis_discovery_refresh(of->redis);
}

void session_services_close(struct session *s)
{
    services_retire(s, NULL);
}
