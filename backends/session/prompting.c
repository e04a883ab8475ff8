/* prompting.c - passes the session's prompts to the router of the RayService in focus. */
#include "backends/serve/serve_request.h"
#include "backends/session/session_priv.h"

/* Updates the routes before a prompt is sent. */
static struct prompt_router *router_now(struct session *s)
{
    session_services_update_routes(s);
    return s->services->router;
}

static enum err session_is_live(const struct session *s, struct why *why)
{
    return s->replays ? why_set(why, ERR_UNSUPPORTED, "a recording is replayed: no prompt is sent") : ERR_OK;
}

enum err session_may_ask(const struct session *s, const char **ret_path, struct why *why)
{
    struct why own = {.code = ERR_OK};
    if (session_is_live(s, why)) return ERR_UNSUPPORTED;
    const struct serve_path *route = prompt_router_route(s->services->router, &own);
    if (!route) {
        if (why) *why = own;
        return own.code;
    }
    if (ret_path) *ret_path = route->words;
    return ERR_OK;
}

const char *session_prompt_kind(const struct session *s, const char **ret_model)
{
    return s->replays ? NULL : prompt_router_protocol(s->services->router, ret_model);
}

enum err session_ask(struct session *s, const struct prompt *prompt, void (*done)(void *arg, const struct request *r),
                     void *arg, struct why *why)
{
    if (session_is_live(s, why)) return ERR_UNSUPPORTED;
    return prompt_router_ask(router_now(s), prompt, done, arg, why);
}

static enum err series_worker(const struct session *s, struct load_series *series, struct why *why)
{
    const struct focus f = session_focus(s);
    const struct pod *pod = f.rayservice ? pod_named(s->world, f.rayservice->ns, series->pod) : NULL;

    if (!pod) return why_set(why, ERR_NOT_FOUND, "there is no pod %s", series->pod);
    series->path = serve_probes_worker_path(s->services->probes, pod);
    return ERR_OK;
}

/* Fills in where the series goes; its path is to be freed. */
static enum err series_route(const struct prompt_router *router, struct load_series *series, struct why *why)
{
    const struct serve_path *route = prompt_router_route(router, why);
    const char *model = NULL, *protocol = prompt_router_protocol(router, &model);

    if (!route) return ERR_NOT_FOUND;
    if (!series->question) route = prompt_router_probe_route(router);
    if (!route || !protocol) return why_set(why, ERR_NOT_FOUND, "it is not known yet what the route to Serve speaks");
    if (route->proxied && series->per_s > SESSION_LOAD_PROXIED_PER_S)
        return why_set(why, ERR_USAGE, "%g requests/s: at most %d go through the API server's proxy", series->per_s,
                       SESSION_LOAD_PROXIED_PER_S);
    if (route->proxied && series->fresh)
        return why_set(why, ERR_USAGE, "the API server's proxy keeps connections of its own to the service");
    series->path = serve_path_copy(route);
    series->prompt = series->question ? prompt_kind_named(protocol) : NULL;
    series->model = model;
    return ERR_OK;
}

enum err session_load_start(struct session *s, const struct load_conf *conf, const struct load_calls *calls,
                            struct load **ret, struct why *why)
{
    struct load_series series[LOAD_SERIES_MAX];
    struct load_conf filled = *conf;
    const struct prompt_router *router;
    enum err err = session_is_live(s, why);
    size_t routed = 0;

    if (err || conf->count > LOAD_SERIES_MAX) return err ? err : load_start(s->loop, &s->serve, conf, calls, ret, why);
    router = router_now(s);
    for (; !err && routed < conf->count; routed += !err) {
        series[routed] = conf->series[routed];
        err = series[routed].pod ? series_worker(s, &series[routed], why) : series_route(router, &series[routed], why);
    }
    filled.series = series;
    if (filled.sink) filled.sink = &s->services->sink;
    if (!err) err = load_start(s->loop, &s->serve, &filled, calls, ret, why);
    while (routed) serve_path_done(&series[--routed].path);
    return err;
}

bool session_load_is_proxied(const struct session *s)
{
    const struct serve_path *route = s->replays ? NULL : prompt_router_probe_route(s->services->router);
    return route && route->proxied;
}

bool session_asks(const struct session *s)
{
    for (const struct session_service *of = s->services; of; of = of->next)
        if (prompt_router_in_flight(of->router)) return true;
    return false;
}

size_t session_stop_asking(struct session *s)
{
    size_t count = 0;
    for (struct session_service *of = s->services; of; of = of->next) count += prompt_router_cancel(of->router);
    return count;
}
