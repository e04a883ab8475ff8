/* https.c - the HTTPS server: libmicrohttpd driven by our loop. */
#include "backends/sim/https.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

enum { STREAM_BLOCK = 16 * 1024 };

struct connection {
    int fd;
    struct connection *prev, *next;
};
struct https {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    uv_poll_t *poll;
    struct alarm *alarm;
    struct https_conf conf;
    unsigned port;
    bool running, closing; /* running: inside MHD_run */
    struct connection *connections;
    struct https_request *requests;
};
struct https_request {
    struct https *server;
    struct MHD_Connection *connection;
    struct https_request *prev, *next;
    char *method, *path;
    struct buf body;
    bool handled, suspended, too_large, dropped;
    struct https_stream *stream;   /* the stream that answers it, if any */
    struct MHD_Response *response; /* set: ready to be queued */
    unsigned status;
    void (*gone)(void *arg);
    void *gone_arg;
};
struct https_stream {
    struct https_request *request;
    struct buf out;
    bool suspended, ended, cut;
    void (*closed)(void *arg);
    void *arg;
};

/* ---- driving libmicrohttpd --------------------------------------------------------------------------------------- */

static void timer_arm(struct https *h)
{
    MHD_UNSIGNED_LONG_LONG wait;
    if (MHD_get_timeout(h->daemon, &wait) == MHD_YES)
        alarm_set(h->alarm, (uint64_t)wait, 0);
    else
        alarm_stop(h->alarm);
}

static void daemon_run(struct https *h)
{
    if (h->running || h->closing) return;
    h->running = true;
    MHD_run(h->daemon);
    h->running = false;
    timer_arm(h);
}

/* Runs the daemon from the loop, not from here: the caller may be called by it. */
static void daemon_wake(struct https *h)
{
    if (!h->closing) alarm_set(h->alarm, 0, 0);
}

static void on_timer(void *arg)
{
    daemon_run(arg);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    daemon_run(poll->data);
}

static void poll_closed(uv_handle_t *handle)
{
    free(handle);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static struct https_request *request_new(struct https *h, struct MHD_Connection *c, const char *path,
                                         const char *method)
{
    struct https_request *r = mem_zero(1, sizeof *r);
    r->server = h;
    r->connection = c;
    r->method = mem_str(method);
    r->path = mem_str(path);
    buf_init(&r->body, HTTPS_REQUEST_MAX);
    DL_APPEND(h->requests, r);
    return r;
}

static void request_free(struct https_request *r)
{
    DL_DELETE(r->server->requests, r);
    if (r->stream) r->stream->request = NULL;
    if (r->response) MHD_destroy_response(r->response);
    free(r->method);
    free(r->path);
    buf_done(&r->body);
    free(r);
}

static enum MHD_Result response_queue(struct https_request *r)
{
    struct MHD_Response *response = r->response;
    r->response = NULL;
    enum MHD_Result queued = MHD_queue_response(r->connection, r->status, response);
    MHD_destroy_response(response);
    return queued;
}

static void response_send(struct https_request *r, unsigned status, const char *content_type,
                          struct MHD_Response *response)
{
    assert(response && !r->response);
    MHD_add_response_header(response, "Content-Type", content_type);
    MHD_add_response_header(response, "Cache-Control", "no-cache, private");
    r->response = response;
    r->status = status;
    r->gone = NULL;
    if (!r->suspended) return;
    r->suspended = false;
    MHD_resume_connection(r->connection);
    daemon_wake(r->server);
}

static enum MHD_Result access_handler(void *cls, struct MHD_Connection *c, const char *path, const char *method,
                                      const char *version, const char *data, size_t *data_len, void **context)
{
    struct https *h = cls;
    struct https_request *r = *context;
    (void)version;
    if (!r) {
        *context = request_new(h, c, path, method);
        return MHD_YES;
    }
    if (*data_len) {
        if (buf_add(&r->body, data, *data_len) != ERR_OK) r->too_large = true;
        *data_len = 0;
        return MHD_YES;
    }
    if (!r->handled) {
        r->handled = true;
        if (r->too_large)
            https_answer(r, 413, "text/plain", "", 0);
        else if (!h->closing)
            h->conf.handle(h->conf.arg, r);
    }
    if (r->dropped) return MHD_NO;
    if (h->closing && !r->response) https_answer(r, 503, "text/plain", "", 0);
    if (r->response) return response_queue(r);
    r->suspended = true;
    MHD_suspend_connection(c);
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode code)
{
    struct https_request *r = *context;
    (void)cls;
    (void)c;
    (void)code;
    if (!r) return;
    if (r->gone) r->gone(r->gone_arg);
    request_free(r);
    *context = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct https *h = cls;
    struct connection *con = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        con = mem_zero(1, sizeof *con);
        con->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        DL_APPEND(h->connections, con);
        *context = con;
    } else if (con) {
        DL_DELETE(h->connections, con);
        free(con);
        *context = NULL;
    }
}

const char *https_method(const struct https_request *r)
{
    return r->method;
}

const char *https_path(const struct https_request *r)
{
    return r->path;
}

const char *https_query(const struct https_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *https_header(const struct https_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *https_body(const struct https_request *r, size_t *ret_len)
{
    if (ret_len) *ret_len = r->body.len;
    return buf_text(&r->body);
}

void https_on_gone(struct https_request *r, void (*gone)(void *arg), void *arg)
{
    r->gone = gone;
    r->gone_arg = arg;
}

void https_answer(struct https_request *r, unsigned status, const char *content_type, const void *body, size_t len)
{
    void *copy = mem_alloc(len ? len : 1);
    if (len) memcpy(copy, body, len);
    response_send(r, status, content_type, MHD_create_response_from_buffer(len, copy, MHD_RESPMEM_MUST_FREE));
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

static ssize_t stream_read(void *cls, uint64_t pos, char *out, size_t max)
{
    struct https_stream *s = cls;
    (void)pos;
    if (s->out.len) {
        size_t n = s->out.len < max ? s->out.len : max;
        memcpy(out, s->out.data, n);
        buf_drop(&s->out, n);
        return (ssize_t)n;
    }
    if (s->request->dropped || s->cut) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (s->ended || s->request->server->closing) return MHD_CONTENT_READER_END_OF_STREAM;
    s->suspended = true;
    MHD_suspend_connection(s->request->connection);
    return 0;
}

static void stream_free(void *cls)
{
    struct https_stream *s = cls;
    if (s->closed) s->closed(s->arg);
    if (s->request) s->request->stream = NULL;
    buf_done(&s->out);
    free(s);
}

static void stream_wake(struct https_stream *s)
{
    if (s->suspended) {
        s->suspended = false;
        MHD_resume_connection(s->request->connection);
    }
    daemon_wake(s->request->server);
}

struct https_stream *https_stream_new(struct https_request *r, const char *content_type, void (*closed)(void *arg),
                                      void *arg)
{
    struct https_stream *s = mem_zero(1, sizeof *s);
    s->request = r;
    r->stream = s;
    s->closed = closed;
    s->arg = arg;
    buf_init(&s->out, HTTPS_STREAM_MAX);
    r->gone = NULL;
    response_send(r, 200, content_type,
                  MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, s, stream_free));
    return s;
}

enum err https_stream_write(struct https_stream *s, const void *bytes, size_t len)
{
    enum err e = s->ended ? ERR_RESET : buf_add(&s->out, bytes, len);
    if (e == ERR_OK) stream_wake(s);
    return e;
}

void https_stream_end(struct https_stream *s)
{
    s->ended = true;
    stream_wake(s);
}

void https_stream_cut(struct https_stream *s)
{
    s->cut = true;
    https_stream_end(s);
}

/* ---- the server -------------------------------------------------------------------------------------------------- */

unsigned https_port(const struct https *h)
{
    return h->port;
}

/* libmicrohttpd ignores suspended connections; resumed, it finds them closed. */
static void resume_all(struct https *h)
{
    struct https_request *r;
    DL_FOREACH(h->requests, r)
    {
        bool *suspended = r->stream ? &r->stream->suspended : &r->suspended;
        if (*suspended) MHD_resume_connection(r->connection);
        *suspended = false;
    }
}

void https_drop_all(struct https *h)
{
    struct connection *c;
    struct https_request *r;
    DL_FOREACH(h->connections, c) shutdown(c->fd, SHUT_RDWR);
    DL_FOREACH(h->requests, r) r->dropped = true;
    resume_all(h);
    daemon_wake(h);
}

static enum err listen_on(struct https *h, struct why *why)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->conf.port)};
    if (inet_pton(AF_INET, h->conf.address, &address.sin_addr) != 1)
        return why_set(why, ERR_USAGE, "%s: not an IPv4 address", h->conf.address);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)h->conf.cert_pem},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)h->conf.key_pem},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!h->conf.key_pem) tls[0].option = MHD_OPTION_END;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (h->conf.key_pem ? MHD_USE_TLS : 0);
    h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, access_handler, h, MHD_OPTION_SOCK_ADDR, &address,
                                 MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_NOTIFY_CONNECTION,
                                 on_connection, h, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTPS_CONNECTIONS,
                                 MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (!h->daemon) return why_set(why, ERR_IO, "cannot listen on %s: %s", h->conf.address, strerror(errno));
    return ERR_OK;
}

enum err https_new(struct loop *l, const struct https_conf *conf, struct https **ret, struct why *why)
{
    struct https *h = mem_zero(1, sizeof *h);
    h->loop = l;
    h->conf = *conf;
    enum err e = listen_on(h, why);
    if (e != ERR_OK) {
        free(h);
        return e;
    }
    h->conf.address = h->conf.cert_pem = h->conf.key_pem = NULL;
    h->port = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    h->alarm = alarm_new(l, on_timer, h);
    h->poll = mem_zero(1, sizeof *h->poll);
    h->poll->data = h;
    int fd = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    int failed = uv_poll_init(loop_uv(l), h->poll, fd);
    if (!failed) failed = uv_poll_start(h->poll, UV_READABLE, on_readable);
    assert(!failed);
    (void)failed;
    *ret = h;
    return ERR_OK;
}

void https_free(struct https *h)
{
    if (!h) return;
    struct https_request *r;
    DL_FOREACH(h->requests, r)
    {
        if (r->gone) r->gone(r->gone_arg);
        r->gone = NULL;
    }
    h->closing = true;
    uv_poll_stop(h->poll);
    uv_close((uv_handle_t *)h->poll, poll_closed);
    alarm_free(h->alarm);
    resume_all(h);
    MHD_run(h->daemon);
    /* That run queued the answers of suspended requests; any left is a bug. */
    MHD_stop_daemon(h->daemon);
    free(h);
}
