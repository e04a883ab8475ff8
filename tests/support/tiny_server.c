/* tiny_server.c - a TCP server that plays a script. */
#include "tests/support/tiny_server.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 1024 * 1024, URL_MAX = 256 };

struct peer {
    uv_tcp_t tcp;
    struct tiny_server *server;
    struct peer *next, **self;
    struct buf in;
    struct alarm *later;
    struct tiny_reply reply;
    int part;
    char block[16384];
};

struct tiny_server {
    struct loop *loop;
    uv_tcp_t tcp;
    struct tiny_reply (*answer)(void *arg, const char *request);
    void *arg;
    struct peer *peers;
    unsigned port, connections;
    char *last;
    char url[URL_MAX];
};

static void peer_closed(uv_handle_t *h)
{
    struct peer *p = h->data;
    buf_done(&p->in);
    free(p);
}

static void peer_close(struct peer *p, bool reset)
{
    if (uv_is_closing((uv_handle_t *)&p->tcp)) return;
    *p->self = p->next;
    if (p->next) p->next->self = p->self;
    alarm_free(p->later);
    if (!reset || uv_tcp_close_reset(&p->tcp, peer_closed)) uv_close((uv_handle_t *)&p->tcp, peer_closed);
}

struct written {
    uv_write_t req;
    char *copy;
};

static void on_written(uv_write_t *req, int status)
{
    struct written *w = (struct written *)(void *)req;
    (void)status;
    free(w->copy);
    free(w);
}

static void peer_send(struct peer *p, const char *bytes, size_t len)
{
    struct written *w = mem_zero(1, sizeof *w);
    w->copy = mem_strn(bytes, len);
    uv_buf_t b = uv_buf_init(w->copy, (unsigned)len);
    if (uv_write(&w->req, (uv_stream_t *)&p->tcp, &b, 1, on_written)) on_written(&w->req, 0);
}

void tiny_feed(struct tiny_server *s, const char *bytes)
{
    for (struct peer *p = s->peers; p; p = p->next)
        if (p->reply.fed) peer_send(p, bytes, strlen(bytes));
}

static void on_shut(uv_shutdown_t *req, int status)
{
    struct peer *p = req->data;
    free(req);
    (void)status;
    peer_close(p, false);
}

/* What was written is on its way before the end is. */
static void hang_up(struct peer *p)
{
    uv_shutdown_t *req = mem_zero(1, sizeof *req);
    req->data = p;
    if (uv_shutdown(req, (uv_stream_t *)&p->tcp, on_shut)) {
        free(req);
        peer_close(p, false);
    }
}

static void next_part(void *arg)
{
    struct peer *p = arg;
    const struct tiny_reply *r = &p->reply;

    if (p->part == 0 && r->bytes) peer_send(p, r->bytes, r->len ? r->len : strlen(r->bytes));
    if (p->part == 1) peer_send(p, r->then, strlen(r->then));
    if (p->part == 0 && r->then) {
        p->part = 1;
        alarm_set(p->later, r->then_ms, 0);
        return;
    }
    if (r->reset)
        peer_close(p, true);
    else if (r->hang_up)
        hang_up(p);
}

static void on_request(struct peer *p)
{
    struct tiny_server *s = p->server;

    free(s->last);
    s->last = mem_str(buf_text(&p->in));
    p->reply = s->answer(s->arg, s->last);
    p->part = 0;
    buf_clear(&p->in);
    if (p->reply.bytes || p->reply.hang_up || p->reply.reset) alarm_set(p->later, p->reply.after_ms, 0);
}

static void on_alloc(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
    struct peer *p = h->data;
    (void)wanted;
    *out = uv_buf_init(p->block, sizeof p->block);
}

/* The head, and as much of the body as it announces. */
static bool is_whole(const struct buf *in)
{
    const char *text = buf_text(in), *end = strstr(text, "\r\n\r\n"), *said = strcasestr(text, "\r\nContent-Length:");

    if (!end) return false;
    size_t body = said && said < end ? strtoul(said + 17, NULL, 10) : 0;
    return in->len - (size_t)(end + 4 - text) >= body;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
    struct peer *p = stream->data;

    if (n < 0) {
        peer_close(p, false);
        return;
    }
    buf_add(&p->in, b->base, (size_t)n);
    if (is_whole(&p->in)) on_request(p);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct tiny_server *s = stream->data;
    struct peer *p = mem_zero(1, sizeof *p);

    assert(!status);
    (void)status;
    p->server = s;
    buf_init(&p->in, REQUEST_MAX);
    uv_tcp_init(loop_uv(s->loop), &p->tcp);
    p->tcp.data = p;
    p->later = alarm_new(s->loop, next_part, p);
    p->next = s->peers;
    if (p->next) p->next->self = &p->next;
    p->self = &s->peers;
    s->peers = p;
    s->connections++;
    if (uv_accept(stream, (uv_stream_t *)&p->tcp))
        peer_close(p, false);
    else
        uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read);
}

struct tiny_server *tiny_start(struct loop *l, struct tiny_reply (*answer)(void *arg, const char *request), void *arg)
{
    struct tiny_server *s = mem_zero(1, sizeof *s);
    struct sockaddr_in at;
    int len = sizeof at;

    s->loop = l;
    s->answer = answer;
    s->arg = arg;
    s->last = mem_str("");
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop_uv(l), &s->tcp);
    s->tcp.data = s;
    int bad = uv_tcp_bind(&s->tcp, (const struct sockaddr *)&at, 0);
    bad |= uv_listen((uv_stream_t *)&s->tcp, 64, on_connection);
    bad |= uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&at, &len);
    if (bad) abort();
    s->port = ntohs(at.sin_port);
    return s;
}

unsigned tiny_port(const struct tiny_server *s)
{
    return s->port;
}

unsigned tiny_connections(const struct tiny_server *s)
{
    return s->connections;
}

const char *tiny_last(const struct tiny_server *s)
{
    return s->last;
}

static void server_closed(uv_handle_t *h)
{
    struct tiny_server *s = h->data;
    free(s->last);
    free(s);
}

void tiny_stop(struct tiny_server *s)
{
    while (s->peers) peer_close(s->peers, false);
    uv_close((uv_handle_t *)&s->tcp, server_closed);
}

const char *tiny_url(struct tiny_server *s, const char *path)
{
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u%s", s->port, path);
    return s->url;
}
