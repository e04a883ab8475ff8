/*
 * tls_link.c - a byte stream over TLS, on libcurl's CURLOPT_CONNECT_ONLY.
 *
 * While connecting, a repeating timer calls curl_multi_perform. Once connected, a uv_poll_t on curl's socket triggers
 * curl_easy_recv and curl_easy_send (link_process); the same timer, now one-shot with 0 ms, schedules link_process for
 * the next loop iteration.
 */
#include "backends/redis/tls_link.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/url.h"
#include "backends/link/curl_err.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

/* While it connects, libcurl goes from address to address and from socket to socket: it is run by a timer for that
 * second, which is less than following its sockets. Once connected there is one socket, which is polled by the loop. */
enum { CONNECT_POLL_MS = 5, READ_SIZE = 16 * 1024, READS_PER_ITERATION = 64 };

struct tls_link {
    struct loop *loop;
    struct bytes_calls calls;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *connect_to;
    struct alarm *timer; /* connecting: drives curl; connected: runs link_process in the next loop iteration */
    uv_poll_t poll;      /* initialized once connected */
    struct buf out;      /* queued by tls_write, not sent yet */
    unsigned depth;      /* of our calls on the stack from which a callback may call tls_free */
    bool added;          /* easy to multi */
    bool connected, closed, freed;
    bool poll_open; /* poll's close callback is outstanding, or poll is not closed yet */
    struct curl_sockets sockets;
    char error[CURL_ERROR_SIZE];
};

/* Frees the memory once tls_free was called, no callback is on the stack and libuv no longer holds the handle. */
static void link_release(struct tls_link *t)
{
    if (t->depth || !t->freed || t->poll_open) return;
    buf_wipe(&t->out);
    free(t);
}

static void on_poll_closed(uv_handle_t *h)
{
    struct tls_link *t = h->data;
    t->poll_open = false;
    link_release(t);
}

/* Stops polling the socket before curl closes it: libuv requires that order. */
static void link_teardown(struct tls_link *t)
{
    if (t->closed) return;
    t->closed = true;
    alarm_free(t->timer);
    t->timer = NULL;
    if (t->connected) uv_close((uv_handle_t *)&t->poll, on_poll_closed);
    t->connected = false;
    if (t->added) curl_multi_remove_handle(t->multi, t->easy);
    curl_easy_cleanup(t->easy);
    curl_multi_cleanup(t->multi);
    curl_slist_free_all(t->connect_to);
}

static void link_fail(struct tls_link *t, enum err err, const char *what)
{
    struct why why;
    if (t->closed) return;
    (void)why_set(&why, err, "%s", what);
    link_teardown(t);
    t->calls.closed(t->calls.arg, err, why.text);
}

static void link_fail_curl(struct tls_link *t, CURLcode code)
{
    char text[CURL_ERROR_SIZE];
    memcpy(text, t->error, sizeof text);
    enum err err = curl_err(t->easy, code, &t->sockets);
    link_fail(t, err, curl_err_words(err, code, text, &t->sockets));
}

/* ---- sending and receiving ---- */

static void socket_watch(struct tls_link *t);

static void output_flush(struct tls_link *t)
{
    while (!t->closed && t->out.len > 0) {
        size_t sent = 0;
        const CURLcode code = curl_easy_send(t->easy, t->out.data, t->out.len, &sent);
        if (sent) mem_wipe(t->out.data, sent); /* may hold a password */
        if (sent) buf_drop(&t->out, sent);
        if (code == CURLE_AGAIN) return;
        if (code != CURLE_OK) link_fail_curl(t, code);
    }
}

/* The TLS library may hold decrypted bytes for which the socket never becomes readable: always read until
 * CURLE_AGAIN before polling, and cap the reads so that one peer cannot monopolize the loop. */
static void input_drain(struct tls_link *t)
{
    char bytes[READ_SIZE];
    for (int i = 0; i < READS_PER_ITERATION && !t->closed; i++) {
        size_t len = 0;
        const CURLcode code = curl_easy_recv(t->easy, bytes, sizeof bytes, &len);
        if (code == CURLE_AGAIN) return;
        if (code != CURLE_OK)
            link_fail_curl(t, code);
        else if (len == 0)
            link_fail(t, ERR_RESET, "the connection was closed");
        else
            t->calls.received(t->calls.arg, bytes, len);
    }
    if (!t->closed) alarm_set(t->timer, 0, 0); /* more may be buffered: continue in the next loop iteration */
}

static void link_process(struct tls_link *t)
{
    t->depth++;
    output_flush(t);
    input_drain(t);
    output_flush(t);
    socket_watch(t);
    t->depth--;
    link_release(t);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
    (void)events;
    (void)status; /* curl_easy_recv reports the error */
    link_process(p->data);
}

static void socket_watch(struct tls_link *t)
{
    if (t->closed) return;
    const int wanted = UV_READABLE | (t->out.len > 0 ? UV_WRITABLE : 0);
    const int bad = uv_poll_start(&t->poll, wanted, on_poll);
    if (bad) link_fail(t, ERR_IO, uv_strerror(bad));
}

/* ---- connecting ---- */

static void link_connected(struct tls_link *t)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    alarm_stop(t->timer);
    if (curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD ||
        uv_poll_init_socket(loop_uv(t->loop), &t->poll, fd) != 0) {
        link_fail(t, ERR_IO, "no socket");
        return;
    }
    t->poll.data = t;
    t->connected = t->poll_open = true;
    t->calls.opened(t->calls.arg);
    link_process(t); /* bytes that came with the end of the handshake may be held already */
}

static CURLMcode connect_advance(struct tls_link *t)
{
    int running = 0;
    if (!t->added) {
        const CURLMcode code = curl_multi_add_handle(t->multi, t->easy);
        if (code != CURLM_OK) return code;
        t->added = true;
    }
    return curl_multi_perform(t->multi, &running);
}

static void connect_step(struct tls_link *t)
{
    int left;
    const CURLMcode code = connect_advance(t);
    if (code != CURLM_OK) {
        link_fail(t, ERR_IO, curl_multi_strerror(code));
        return;
    }
    const CURLMsg *m = curl_multi_info_read(t->multi, &left);
    if (!m || m->msg != CURLMSG_DONE) return;
    if (m->data.result != CURLE_OK)
        link_fail_curl(t, m->data.result);
    else
        link_connected(t);
}

static void on_timer(void *arg)
{
    struct tls_link *t = arg;
    if (t->connected) {
        link_process(t);
        return;
    }
    t->depth++;
    connect_step(t);
    t->depth--;
    link_release(t);
}

/* curl takes SNI and the name to verify from the URL; where they differ from the host, CURLOPT_CONNECT_TO redirects.
 */
static void easy_configure(struct tls_link *t, const struct tls_endpoint *endpoint, uint64_t connect_timeout_ms)
{
    const bool renamed = endpoint->server_name != NULL, v6 = strchr(endpoint->host, ':') != NULL;
    char *url = url_build("https", renamed ? endpoint->server_name : endpoint->host, endpoint->port, "/");
    char *to = mem_printf(v6 ? "::[%s]:%u" : "::%s:%u", endpoint->host, endpoint->port);
    curl_easy_setopt(t->easy, CURLOPT_URL, url);
    if (renamed) t->connect_to = curl_slist_append(NULL, to);
    if (renamed) curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to);
    curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_sockets_set(t->easy, &t->sockets);
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
    curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L); /* closing must not join a hanging resolver thread */
    curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(t->easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    if (endpoint->ca_file) {
        /* trust this CA only, not the system's as well */
        curl_easy_setopt(t->easy, CURLOPT_CAINFO, endpoint->ca_file);
        curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
    }
    free(url);
    free(to);
}

struct tls_link *tls_open(struct loop *l, const struct tls_endpoint *endpoint, uint64_t connect_timeout_ms,
                          const struct bytes_calls *calls)
{
    struct tls_link *t = mem_zero(1, sizeof *t);
    t->loop = l;
    t->calls = *calls;
    buf_init(&t->out, BYTES_QUEUE_MAX);
    t->timer = alarm_new(l, on_timer, t);
    t->multi = curl_multi_init();
    t->easy = curl_easy_init();
    if (!t->easy || !t->multi) mem_exhausted();
    easy_configure(t, endpoint, connect_timeout_ms);
    alarm_set(t->timer, 0, CONNECT_POLL_MS);
    return t;
}

enum err tls_write(struct tls_link *t, const void *data, size_t len)
{
    if (t->closed || !t->connected) return ERR_RESET;
    const enum err err = buf_add(&t->out, data, len);
    if (!err) alarm_set(t->timer, 0, 0);
    return err;
}

void tls_free(struct tls_link *t)
{
    if (!t || t->freed) return;
    link_teardown(t);
    t->freed = true;
    link_release(t);
}
