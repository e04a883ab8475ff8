#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/openai_parse.h"
#include "backends/serve/serve_get.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>
#include <string.h>

/* ---- ingresses -------------------------------------------------------------------------------------------------- */

static void on_ingresses(void *arg, enum err err, const char *why)
{
    struct session *s = arg;

    (void)err; /* its source says it */
    (void)why;
    s->way.ingress_waits = false;
    s->way.ingress_known = true;
    session_discover_soon(s);
}

static void ask_ingresses(struct session *s)
{
    struct prompt_way *w = &s->way;
    uint64_t now = session_now_ms(s);

    if (!s->kube || !s->kube_ns || w->ingress_waits || !s->kube_ops->ingresses) return;
    if (text_same(w->ingress_ns, s->kube_ns) && now - w->ingress_at_ms < SESSION_INGRESS_MS) return;
    if (!text_same(w->ingress_ns, s->kube_ns)) w->ingress_known = false;
    free(w->ingress_ns);
    w->ingress_ns = mem_str(s->kube_ns);
    w->ingress_at_ms = now;
    w->ingress_waits = true;
    s->kube_ops->ingresses(s->kube, w->ingress_ns, on_ingresses, s);
}

static bool ways_are_known(const struct session *s)
{
    return !s->kube || !s->kube_ops->ingresses || s->way.ingress_known;
}

/* ---- what is spoken there --------------------------------------------------------------------------------------- */

static void set_kind(struct session *s, const char *kind, bool sure)
{
    s->way.kind = kind;
    s->way.sure = sure;
    session_send_asked(s);
}

static bool all_run(const struct deployment *deployments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!text_eq(deployments[i].app_status, "RUNNING")) return false;
    return count > 0;
}

/* By its own word, else by what the RayService says of it. Nothing is known where there is no Kubernetes to ask: then
 * an answer is taken for what it is. */
static bool serve_runs(const struct session *s)
{
    struct focus f = session_focus(s);
    if (!s->kube) return true;
    const struct row *row = f.rayservice ? world_find(s->world, TABLE_SERVEAPP, f.rayservice->record.key) : NULL;
    if (row && !row->gone_ms) return all_run(ROW(row, serveapp)->deployments, ROW(row, serveapp)->deployments_count);
    return f.rayservice && all_run(f.rayservice->deployments, f.rayservice->deployments_count);
}

/* ---- ways that lead nowhere from here --------------------------------------------------------------------------- */

bool session_way_shut(const struct session *s, const struct serve_path *path)
{
    for (size_t i = 0; i < SESSION_SHUT; i++) {
        const struct shut_way *shut = &s->way.shut[i];
        if (text_eq(shut->base, path->base) && session_now_ms(s) - shut->at_ms < SESSION_SHUT_MS) return true;
    }
    return false;
}

/* The one that was shut longest ago gives its place. */
static void shut_way(struct session *s, const struct serve_path *path)
{
    struct shut_way *place = &s->way.shut[0];
    for (size_t i = 1; i < SESSION_SHUT; i++)
        if (s->way.shut[i].at_ms < place->at_ms) place = &s->way.shut[i];
    free(place->base);
    *place = (struct shut_way){mem_str(path->base), session_now_ms(s)};
    session_discover_soon(s);
}

/* Nobody there, not somebody who says no: an ingress may be for other networks than ours. One that was asked for by
 * name stays. */
static bool leads_nowhere(const struct session *s, enum serve_failure f)
{
    bool silent = f == SERVE_FAILURE_REFUSED || f == SERVE_FAILURE_RESET || f == SERVE_FAILURE_TIMEOUT ||
                  f == SERVE_FAILURE_UNREACHABLE;
    return silent && s->kube && !s->conf->prompt && !s->way.looked.proxied;
}

static void on_models(void *arg, const struct http_answer *answer)
{
    struct session *s = arg;
    struct prompt_way *w = &s->way;

    w->look = NULL;
    enum serve_failure f = serve_failure_of(answer, w->looked.proxied, NULL);
    char *model = NULL;
    if (leads_nowhere(s, f)) {
        shut_way(s, &w->looked);
        return;
    }
    if (f == SERVE_FAILURE_NONE && openai_parse_models(answer->body, answer->body_len, &model, NULL) == ERR_OK) {
        free(w->model);
        w->model = model;
        set_kind(s, "openai", true);
        return;
    }
    /* One that answers, but has no models, speaks the blueprint's way; while Serve still starts, no path is there yet.
     * One that does not answer may say more later. */
    bool sure = f == SERVE_FAILURE_NONE || (f == SERVE_FAILURE_CLIENT && answer->status == 404 && serve_runs(s));
    if (sure || !w->kind) set_kind(s, "infer", sure);
}

static void forget_look(struct session *s)
{
    struct prompt_way *w = &s->way;

    serve_get_cancel(w->look);
    w->look = NULL;
    w->kind = NULL;
    w->sure = false;
    free(w->model);
    w->model = NULL;
    serve_path_done(&w->looked);
}

static void start_look(struct session *s)
{
    struct prompt_way *w = &s->way;
    const struct serve_get_calls calls = {.done = on_models, .arg = s};

    w->look_at_ms = session_now_ms(s);
    w->look = serve_get_start(s->loop, &s->serve, &w->looked, "/v1/models", SESSION_KIND_MS, OPENAI_BODY_MAX, &calls);
}

void session_way_doubted(struct session *s)
{
    s->way.sure = s->conf->prompt_kind != NULL;
    s->way.look_at_ms = 0;
    session_look_for_way(s);
}

/* What Serve speaks may have become another thing while it did not run. */
static void doubt_when_served(struct session *s)
{
    bool runs = serve_runs(s);
    if (runs && !s->way.served) {
        s->way.sure = s->way.sure && s->conf->prompt_kind;
        s->way.look_at_ms = 0;
    }
    s->way.served = runs;
}

void session_look_for_way(struct session *s)
{
    struct prompt_way *w = &s->way;
    struct serve_path path = {.words = NULL};

    if (!s->http) return;
    ask_ingresses(s);
    if (!ways_are_known(s) || !session_prompt_path(s, &path, NULL)) return;
    if (!w->looked.base || !serve_path_same(&w->looked, &path)) {
        forget_look(s);
        w->looked = path;
        path = (struct serve_path){.words = NULL};
        w->look_at_ms = 0;
    }
    serve_path_done(&path);
    doubt_when_served(s);
    if (s->conf->prompt_kind && !w->kind)
        set_kind(s, s->conf->prompt_kind, true);
    else if (!w->sure && !w->look && (!w->look_at_ms || session_now_ms(s) - w->look_at_ms >= SESSION_KIND_MS))
        start_look(s);
}

bool session_way_known(const struct session *s)
{
    struct serve_path path = {.words = NULL};

    if (!s->way.kind || !session_prompt_path(s, &path, NULL)) return false;
    bool same = s->way.looked.base && serve_path_same(&s->way.looked, &path);
    serve_path_done(&path);
    return same;
}

void session_way_close(struct session *s)
{
    forget_look(s);
    free(s->way.ingress_ns);
    s->way.ingress_ns = NULL;
    for (size_t i = 0; i < SESSION_SHUT; i++) free(s->way.shut[i].base);
    memset(s->way.shut, 0, sizeof s->way.shut);
}
