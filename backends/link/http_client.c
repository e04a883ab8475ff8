/* http_client.c - curl's multi handle on libuv: a uv_poll_t per socket, one timer (curl's docs/examples/multi-uv.c). */
#include "backends/base/mem.h"
#include "backends/link/http_priv.h"

#include <stdlib.h>

/* ---- curl's sockets and timer on the loop --------------------------------------------------------------------- */

struct watch {
    uv_poll_t poll;
    struct http_client *client;
    struct watch *next, **self;
    curl_socket_t fd;
    int events;
};

static void handle_closed_one(struct http_client *c)
{
    if (--c->handles == 0) free(c);
}

static void on_watch_closed(uv_handle_t *h)
{
    struct watch *w = h->data;
    handle_closed_one(w->client);
    free(w);
}

static void watch_close(struct watch *w)
{
    *w->self = w->next;
    if (w->next) w->next->self = w->self;
    uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static bool watch_is_open(const struct http_client *c, const struct watch *w)
{
    const struct watch *at = c->watches;
    while (at && at != w) at = at->next;
    return at != NULL;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *w = poll->data;
    struct http_client *c = w->client;
    /* With CURL_CSELECT_ERR curl reports a generic error; made to read, it reports the socket's errno. */
    int what = status < 0 ? CURL_CSELECT_IN | CURL_CSELECT_OUT : 0, running;

    if (events & UV_READABLE) what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE) what |= CURL_CSELECT_OUT;
    curl_multi_socket_action(c->multi, w->fd, what, &running);
    /* libuv stops polling on an error; curl may still use the socket */
    if (status < 0 && watch_is_open(c, w) && !uv_is_active((uv_handle_t *)poll))
        uv_poll_start(poll, w->events, on_ready);
    http_dispatch(c);
}

static struct watch *watch_new(struct http_client *c, curl_socket_t fd)
{
    struct watch *w = mem_zero(1, sizeof *w);

    if (uv_poll_init_socket(loop_uv(c->loop), &w->poll, fd)) {
        free(w);
        return NULL;
    }
    w->poll.data = w;
    w->client = c;
    w->fd = fd;
    w->next = c->watches;
    if (w->next) w->next->self = &w->next;
    w->self = &c->watches;
    c->watches = w;
    c->handles++;
    curl_multi_assign(c->multi, fd, w);
    return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct http_client *c = arg;
    struct watch *w = socket_arg;
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w) watch_close(w);
        curl_multi_assign(c->multi, fd, NULL);
        return 0;
    }
    if (!w) w = watch_new(c, fd);
    if (w) w->events = events;
    return w && !uv_poll_start(&w->poll, events, on_ready) ? 0 : -1;
}

static void curl_due(struct http_client *c)
{
    int running;

    c->calling_curl = true;
    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    c->calling_curl = false;
}

static void on_timer(uv_timer_t *t)
{
    struct http_client *c = t->data;

    curl_due(c);
    http_dispatch(c);
}

static int set_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http_client *c = arg;

    (void)multi;
    /* curl has more to read than it reads in one call: the loop polls everything else first. */
    c->curl_waits = timeout_ms == 0 && c->calling_curl;
    if (c->curl_waits) http_dispatch_next(c);
    if (timeout_ms < 0 || c->curl_waits) {
        uv_timer_stop(&c->timer);
        return 0;
    }
    uv_update_time(loop_uv(c->loop));
    uv_timer_start(&c->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

/* Curl's timer, an idle handle and a socket may each call curl in one iteration: together they deliver one piece. */
static void on_iteration_end(uv_check_t *check)
{
    ((struct http_client *)check->data)->iteration++;
}

/* An idle handle runs once per loop iteration; a 0 ms timer may run repeatedly in one (libuv before 1.45). */
static void on_next_iteration(uv_idle_t *idle)
{
    struct http_client *c = idle->data;

    uv_idle_stop(idle);
    if (c->curl_waits) {
        c->curl_waits = false;
        curl_due(c);
    }
    http_dispatch(c);
}

void http_dispatch_next(struct http_client *c)
{
    uv_idle_start(&c->next_iteration, on_next_iteration);
}

/* ---- the client ---------------------------------------------------------------------------------------------- */

struct http_client *http_client_new(struct loop *l, const struct http_client_conf *conf)
{
    struct http_client *c = mem_zero(1, sizeof *c);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->loop = l;
    c->ca_pem = mem_str(conf->tls.ca_pem);
    c->cert_pem = mem_str(conf->tls.cert_pem);
    c->key_pem = mem_str(conf->tls.key_pem);
    c->server_name = mem_str(conf->tls.server_name);
    c->insecure = conf->tls.insecure;
    c->proxy = mem_str(conf->proxy);
    c->sync_clock = conf->sync_clock;
    c->user_agent = mem_str(conf->user_agent ? conf->user_agent : "raydeck/" RAYDECK_VERSION);
    uv_timer_init(loop_uv(l), &c->timer);
    c->timer.data = c;
    uv_idle_init(loop_uv(l), &c->next_iteration);
    c->next_iteration.data = c;
    uv_check_init(loop_uv(l), &c->iteration_end);
    c->iteration_end.data = c;
    uv_check_start(&c->iteration_end, on_iteration_end);
    uv_unref((uv_handle_t *)&c->iteration_end);
    c->handles = 3;
    c->iteration = 1;

    c->multi = curl_multi_init();
    if (!c->multi) mem_exhausted();
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    return c;
}

static void on_handle_closed(uv_handle_t *h)
{
    handle_closed_one(h->data);
}

void http_client_free(struct http_client *c)
{
    if (!c || c->freed) return;
    c->freed = true;
    http_cancel_all(c);
    curl_multi_cleanup(c->multi);
    while (c->watches) watch_close(c->watches);
    curl_global_cleanup();
    mem_free_secret(c->key_pem);
    free(c->ca_pem);
    free(c->cert_pem);
    free(c->server_name);
    mem_free_secret(c->proxy);
    free(c->user_agent);
    uv_close((uv_handle_t *)&c->timer, on_handle_closed);
    uv_close((uv_handle_t *)&c->next_iteration, on_handle_closed);
    uv_close((uv_handle_t *)&c->iteration_end, on_handle_closed);
}
