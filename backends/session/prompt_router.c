/* prompt_router.c - selects the route of prompts and detects its protocol; see prompt_router.h. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"
#include "backends/serve/openai_parse.h"
#include "backends/serve/prompt_record.h"
#include "backends/serve/serve_request.h"
#include "backends/session/prompt_router_priv.h"

#include <stdlib.h>
#include <string.h>

static uint64_t router_now_ms(const struct prompt_router *r)
{
    return clock_now_ms(loop_clock(r->how.loop));
}

/* ---- unreachable routes ------------------------------------------------------------------------------------------ */

static bool is_unreachable(const struct prompt_router *r, const struct serve_path *path)
{
    for (size_t i = 0; i < UNREACHABLE_MAX; i++) {
        const struct unreachable *u = &r->unreachable[i];
        if (text_eq(u->base, path->base) && router_now_ms(r) - u->at_ms < PROMPT_ROUTER_UNREACHABLE_MS) return true;
    }
    return false;
}

/* Replaces the oldest. */
static void unreachable_add(struct prompt_router *r, const struct serve_path *path)
{
    struct unreachable *place = &r->unreachable[0];
    for (size_t i = 1; i < UNREACHABLE_MAX; i++)
        if (r->unreachable[i].at_ms < place->at_ms) place = &r->unreachable[i];
    free(place->base);
    *place = (struct unreachable){mem_str(path->base), router_now_ms(r)};
}

/* The first reachable candidate; the last one, the API server's proxy, unconditionally. */
static void route_select(struct prompt_router *r, const struct rayservice *service)
{
    struct prompt_routes_from from = prompt_routes_from_open(r->how.conf, r->how.serve);
    struct prompt_routes routes;
    const char *left_out = NULL;
    size_t i = 0;

    serve_path_done(&r->selected);
    serve_path_done(&r->probed);
    r->why = (struct why){.code = ERR_OK};
    r->configured = false;
    if (prompt_routes_of(&from, r->how.world, service, &routes, &r->why)) return;
    for (; !routes.configured && i + 1 < routes.count && is_unreachable(r, &routes.path[i]); i++)
        left_out = routes.path[i].words;
    r->configured = routes.configured;
    r->selected = serve_path_copy(&routes.path[i]);
    if (left_out) {
        char *words = mem_printf("%s (%s: no answer from here)", routes.path[i].words, left_out);
        free(r->selected.words);
        r->selected.words = words;
    }
    prompt_routes_done(&routes);
    from.at_root = true;
    if (prompt_routes_of(&from, r->how.world, service, &routes, NULL)) return;
    if (i < routes.count) r->probed = serve_path_copy(&routes.path[i]);
    prompt_routes_done(&routes);
}

const struct world *router_world(const struct prompt_router *r)
{
    return world_of_service(r->how.world, r->service_uid);
}

/* ---- the protocol ------------------------------------------------------------------------------------------------ */

static void protocol_set(struct prompt_router *r, const char *protocol, bool sure)
{
    r->detection.protocol = protocol;
    r->detection.sure = sure;
    router_send_waiting(r);
}

static bool all_run(const struct deployment *deployments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!text_eq(deployments[i].app_status, "RUNNING")) return false;
    return count > 0;
}

/* From the Serve status, else the RayService's. Without Kubernetes neither is known, and any response counts. */
static bool serve_runs(const struct prompt_router *r)
{
    if (!r->how.serve->kube) return true;
    if (!r->service_uid) return false;
    const struct row *app = world_find(router_world(r), TABLE_SERVEAPP, r->service_uid);
    if (app && !app->gone_ms) return all_run(ROW(app, serveapp)->deployments, ROW(app, serveapp)->deployments_count);
    const struct row *row = world_find(router_world(r), TABLE_RAYSERVICE, r->service_uid);
    return row && all_run(ROW(row, rayservice)->deployments, ROW(row, rayservice)->deployments_count);
}

/* No response, as opposed to an error response. */
static bool is_silence(enum serve_failure f)
{
    return f == SERVE_FAILURE_REFUSED || f == SERVE_FAILURE_RESET || f == SERVE_FAILURE_TIMEOUT ||
           f == SERVE_FAILURE_UNREACHABLE;
}

static void on_models(void *arg, const struct http_answer *answer)
{
    struct prompt_router *r = arg;
    struct detection *d = &r->detection;
    const enum serve_failure f = serve_failure_of(answer, d->route.proxied, NULL);
    char *model = NULL;

    d->get = NULL;
    r->calls.reconcile(r->calls.arg, 0); /* starts probing the route, or selects another */
    if (is_silence(f) && !r->configured && !d->route.proxied) {
        unreachable_add(r, &d->route);
        return;
    }
    if (f == SERVE_FAILURE_NONE && openai_parse_models(answer->body, answer->body_len, &model, NULL) == ERR_OK) {
        free(d->model);
        d->model = model;
        protocol_set(r, "openai", true);
        return;
    }
    /* A server without /v1/models speaks the blueprint's protocol, unless Serve is still starting, when all paths are
     * missing. After no response the detection is repeated. */
    const bool absent = f == SERVE_FAILURE_CLIENT && answer->status == 404 && serve_runs(r);
    const bool sure = f == SERVE_FAILURE_NONE || absent;
    if (sure || !d->protocol) protocol_set(r, "infer", sure);
}

static void detection_reset(struct detection *d)
{
    serve_request_cancel(d->get);
    free(d->model);
    serve_path_done(&d->route);
    *d = (struct detection){.protocol = NULL};
}

/* If the protocol is unknown or uncertain. */
static void detection_continue(struct prompt_router *r)
{
    struct detection *d = &r->detection;
    const struct serve_request_calls calls = {.done = on_models, .arg = r};
    const char *configured = r->how.conf->prompt_kind;

    if (configured && !d->protocol) protocol_set(r, configured, true);
    if (d->sure || d->get || (d->at_ms && router_now_ms(r) - d->at_ms < PROMPT_ROUTER_DETECT_MS)) return;
    d->at_ms = router_now_ms(r);
    d->get = serve_request_get(r->how.loop, r->how.serve, &d->route, "/v1/models", PROMPT_ROUTER_DETECT_MS,
                               OPENAI_BODY_MAX, &calls);
}

void router_detect_again(struct prompt_router *r)
{
    r->detection.sure = r->how.conf->prompt_kind != NULL;
    r->detection.at_ms = 0;
    if (router_is_ready(r)) detection_continue(r);
}

/* The protocol may have changed while Serve was not running. */
static void detection_doubt_when_served(struct prompt_router *r)
{
    const bool runs = serve_runs(r);
    if (runs && !r->served) {
        r->detection.sure = r->detection.sure && r->how.conf->prompt_kind;
        r->detection.at_ms = 0;
    }
    r->served = runs;
}

bool router_is_ready(const struct prompt_router *r)
{
    const struct detection *d = &r->detection;
    return d->protocol && r->selected.base && d->route.base && serve_path_same(&d->route, &r->selected);
}

/* ---- the object -------------------------------------------------------------------------------------------------- */

struct prompt_router *prompt_router_new(const struct prompt_router_conf *conf, const struct prompt_router_calls *calls)
{
    struct prompt_router *r = mem_zero(1, sizeof *r);
    r->how = *conf;
    r->calls = *calls;
    why_set(&r->why, ERR_NOT_FOUND, "the route to Serve is not known yet");
    return r;
}

void prompt_router_free(struct prompt_router *r)
{
    if (!r) return;
    prompt_router_cancel(r);
    sink_put(r->how.sink, change_source(PROMPT_SOURCE, WORLD_CONSOLE, SOURCE_OFF, ERR_OK, NULL, NULL));
    detection_reset(&r->detection);
    serve_path_done(&r->selected);
    serve_path_done(&r->probed);
    for (size_t i = 0; i < UNREACHABLE_MAX; i++) free(r->unreachable[i].base);
    free(r->service_uid);
    free(r);
}

void prompt_router_update(struct prompt_router *r, const struct focus *focus, bool ingresses_listed)
{
    struct detection *d = &r->detection;

    free(r->service_uid);
    r->service_uid = mem_str(focus->rayservice ? focus->rayservice->record.key : NULL);
    route_select(r, focus->rayservice);
    if (!r->selected.base || !ingresses_listed) return;
    if (!d->route.base || !serve_path_same(&d->route, &r->selected)) {
        detection_reset(d);
        d->route = serve_path_copy(&r->selected);
    }
    detection_doubt_when_served(r);
    detection_continue(r);
    router_send_waiting(r);
}

const struct serve_path *prompt_router_route(const struct prompt_router *r, struct why *why)
{
    if (r->selected.base) return &r->selected;
    if (why) *why = r->why;
    return NULL;
}

const struct serve_path *prompt_router_probe_route(const struct prompt_router *r)
{
    return router_is_ready(r) && r->probed.base ? &r->probed : NULL;
}

bool prompt_router_is_pending(const struct prompt_router *r)
{
    return r->selected.base && !router_is_ready(r);
}

const char *prompt_router_protocol(const struct prompt_router *r, const char **ret_model)
{
    if (ret_model) *ret_model = r->detection.model;
    return r->detection.protocol;
}
