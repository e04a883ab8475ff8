/* serve_request.c - sends one request to Serve, directly or through the API server's proxy. */
#include "backends/serve/serve_request.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>

enum { POD_NAME_MAX = 253 /* a DNS subdomain, RFC 1123 */ };

struct serve_request {
    struct serve_request_calls calls;
    struct http_request *request; /* NULL: not sent, or ended */
    struct alarm *later;          /* reports from the loop an end before serve_request_get returned */
    struct http_answer answer;    /* of such an end; owns its strings */
    char *pod;
    bool starting, cancelled;
};

/* ---- one get --------------------------------------------------------------------------------------------------- */

static void get_free(struct serve_request *g)
{
    alarm_free(g->later);
    free((char *)(uintptr_t)g->answer.why);
    free(g->pod);
    free(g);
}

static void on_later(void *arg)
{
    struct serve_request *g = arg;
    struct serve_request_calls calls = g->calls;
    calls.done(calls.arg, &g->answer);
    get_free(g);
}

static void finish_later(struct serve_request *g, struct loop *l, enum err err, const char *why)
{
    g->answer = (struct http_answer){.err = err, .why = mem_str(why ? why : ""), .body = "", .content_type = ""};
    g->later = alarm_new(l, on_later, g);
    alarm_set(g->later, 0, 0);
}

static void pod_note(struct serve_request *g)
{
    const char *pod = g->pod || !g->request ? NULL : http_response_header(g->request, "X-Serving-Pod");
    if (pod) g->pod = text_safe(pod, strlen(pod), TEXT_ONE_LINE, POD_NAME_MAX);
}

const char *serve_request_pod(const struct serve_request *g)
{
    return g ? g->pod : NULL;
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct serve_request *g = arg;
    pod_note(g);
    g->request = NULL;
    if (g->starting) { /* ended before it was sent: reported from the loop */
        g->answer.err = answer->err == ERR_OK ? ERR_PROTOCOL : answer->err;
        g->answer.why = mem_str(answer->why);
        return;
    }
    if (g->cancelled) return;
    struct serve_request_calls calls = g->calls;
    calls.done(calls.arg, answer);
    get_free(g);
}

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct serve_request *g = arg;
    pod_note(g);
    return !g->cancelled && g->calls.bytes(g->calls.arg, bytes, len);
}

static void header_add(struct http_ask *ask, const char *name, const char *value)
{
    size_t i = 0;
    while (ask->header[i].name) i++;
    ask->header[i] = (struct http_header){name, value};
}

static void get_send(struct serve_request *g, const struct serve_open *how, const struct serve_path *path,
                     struct http_ask *ask)
{
    const struct http_calls http = {.done = on_done, .arg = g, .bytes = g->calls.bytes ? on_bytes : NULL};
    bool can_proxy = how->kube_ops && how->kube_ops->proxy && how->kube;
    if (!path->proxied && path->host) header_add(ask, "Host", path->host);
    g->starting = true;
    if (path->proxied && can_proxy)
        g->request = how->kube_ops->proxy(how->kube, ask->url, ask, &http);
    else if (!path->proxied && how->http)
        g->request = http_send(how->http, ask, &http);
    g->starting = false;
}

static struct serve_request *request_start(struct loop *l, const struct serve_open *how, const struct serve_path *path,
                                           const char *suffix, struct http_ask *ask,
                                           const struct serve_request_calls *calls)
{
    struct serve_request *g = mem_zero(1, sizeof *g);
    g->calls = *calls;
    char *url = mem_printf("%s%s", path->base ? path->base : "", suffix);
    ask->url = url;
    get_send(g, how, path, ask);
    if (!g->request) {
        char *why = (char *)(uintptr_t)g->answer.why;
        if (g->answer.err == ERR_OK)
            finish_later(g, l, ERR_UNSUPPORTED,
                         path->proxied ? "the API server's proxy cannot be used" : "no HTTP client");
        else
            finish_later(g, l, g->answer.err, why);
        free(why);
    }
    free(url);
    return g;
}

static struct http_ask get_ask(uint64_t timeout_ms, size_t body_max)
{
    return (struct http_ask){.method = "GET",
                             .header = {{"Accept", "application/json, text/plain"}},
                             .timeout_ms = timeout_ms,
                             .connect_timeout_ms = timeout_ms,
                             .body_max = body_max,
                             .stream_max = HTTP_BODY_MAX};
}

struct serve_request *serve_request_get(struct loop *l, const struct serve_open *how, const struct serve_path *path,
                                        const char *suffix, uint64_t timeout_ms, size_t body_max,
                                        const struct serve_request_calls *calls)
{
    struct http_ask ask = get_ask(timeout_ms, body_max);
    return request_start(l, how, path, suffix, &ask, calls);
}

struct serve_request *serve_request_get_fresh(struct loop *l, const struct serve_open *how,
                                              const struct serve_path *path, const char *suffix, uint64_t timeout_ms,
                                              size_t body_max, const struct serve_request_calls *calls)
{
    struct http_ask ask = get_ask(timeout_ms, body_max);
    ask.fresh = !path->proxied;
    return request_start(l, how, path, suffix, &ask, calls);
}

struct serve_request *serve_request_post(struct loop *l, const struct serve_open *how, const struct serve_path *path,
                                         const char *suffix, const char *json, uint64_t timeout_ms, size_t body_max,
                                         const struct serve_request_calls *calls)
{
    struct http_ask ask = {
        .method = "POST",
        .header = {{"Accept", "text/event-stream, application/json"}, {"Content-Type", "application/json"}},
        .body = json,
        .body_len = strlen(json),
        .timeout_ms = timeout_ms,
        .body_max = body_max,
        .stream_max = HTTP_BODY_MAX};
    return request_start(l, how, path, suffix, &ask, calls);
}

void serve_request_cancel(struct serve_request *g)
{
    if (!g) return;
    g->cancelled = true;
    if (g->request) http_cancel(g->request);
    get_free(g);
}

/* ---- paths ----------------------------------------------------------------------------------------------------- */

struct serve_path serve_path_direct(const char *url)
{
    char *place = url_place(url);
    struct serve_path path = {.words = mem_printf("direct %s", place), .base = url_without_slash(url)};
    free(place);
    return path;
}

struct serve_path serve_path_copy(const struct serve_path *path)
{
    return (struct serve_path){mem_str(path->words), mem_str(path->base), path->proxied, mem_str(path->host)};
}

void serve_path_done(struct serve_path *path)
{
    free(path->words);
    free(path->base);
    free(path->host);
    *path = (struct serve_path){0};
}

bool serve_path_same(const struct serve_path *a, const struct serve_path *b)
{
    return text_unchanged(a->base, b->base) && text_unchanged(a->host, b->host) && a->proxied == b->proxied;
}
