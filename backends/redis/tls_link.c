/* tls_link.c - TLS over a byte link, by libcurl. */
#include "backends/redis/tls_link.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/url.h"
#include "backends/link/curl_err.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { PUMP_MS = 5, PIECE = 16 * 1024, PIECES_A_TURN = 64 };

struct tls_link {
    struct loop *loop;
    struct bytes_calls calls;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *connect_to;
    struct alarm *pump; /* drives curl while it connects; later: there is more to read than one turn took */
    uv_poll_t poll;
    struct buf out;
    unsigned busy;
    bool polling, over, freed, poll_open;
    struct curl_sockets sockets;
    char error[CURL_ERROR_SIZE];
};

static void tls_release(struct tls_link *t)
{
    if (t->busy || !t->freed || t->poll_open) return;
    if (t->out.data) mem_wipe(t->out.data, t->out.len);
    buf_done(&t->out);
    free(t);
}

static void poll_closed(uv_handle_t *h)
{
    struct tls_link *t = h->data;
    t->poll_open = false;
    tls_release(t);
}

/* The socket is let go of before curl closes it. */
static void tls_shut(struct tls_link *t)
{
    if (t->over) return;
    t->over = true;
    alarm_free(t->pump);
    t->pump = NULL;
    if (t->polling) uv_close((uv_handle_t *)&t->poll, poll_closed);
    t->polling = false;
    if (t->multi && t->easy) curl_multi_remove_handle(t->multi, t->easy);
    curl_easy_cleanup(t->easy);
    curl_multi_cleanup(t->multi);
    curl_slist_free_all(t->connect_to);
}

static void tls_end(struct tls_link *t, enum err err, const char *what)
{
    struct why why;
    if (t->over) return;
    (void)why_set(&why, err, "%s", what);
    tls_shut(t);
    t->calls.closed(t->calls.arg, err, why.text);
}

static void end_curl(struct tls_link *t, CURLcode code)
{
    char text[CURL_ERROR_SIZE];
    memcpy(text, t->error, sizeof text);
    enum err err = curl_err(t->easy, code, &t->sockets);
    tls_end(t, err, curl_err_words(err, code, text, &t->sockets));
}

/* ---- bytes ---- */

static void socket_watch(struct tls_link *t);

static void output_flush(struct tls_link *t)
{
    while (!t->over && t->out.len > 0) {
        size_t sent = 0;
        const CURLcode code = curl_easy_send(t->easy, t->out.data, t->out.len, &sent);
        if (sent) mem_wipe(t->out.data, sent); /* it may have been a password */
        if (sent) buf_drop(&t->out, sent);
        if (code == CURLE_AGAIN) return;
        if (code != CURLE_OK) end_curl(t, code);
    }
}

/* TLS keeps decrypted bytes that no poll tells of: read first, and poll only once there is nothing more. */
static void input_drain(struct tls_link *t)
{
    char piece[PIECE];
    for (int i = 0; i < PIECES_A_TURN && !t->over; i++) {
        size_t len = 0;
        const CURLcode code = curl_easy_recv(t->easy, piece, sizeof piece, &len);
        if (code == CURLE_AGAIN) return;
        if (code != CURLE_OK)
            end_curl(t, code);
        else if (len == 0)
            tls_end(t, ERR_RESET, "the connection was closed");
        else
            t->calls.received(t->calls.arg, piece, len);
    }
    if (!t->over) alarm_set(t->pump, 0, 0);
}

static void tls_process(struct tls_link *t)
{
    t->busy++;
    output_flush(t);
    input_drain(t);
    output_flush(t);
    socket_watch(t);
    t->busy--;
    tls_release(t);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
    (void)events;
    (void)status; /* the next read says what it is */
    tls_process(p->data);
}

static void socket_watch(struct tls_link *t)
{
    if (t->over) return;
    const int wanted = UV_READABLE | (t->out.len > 0 ? UV_WRITABLE : 0);
    const int bad = uv_poll_start(&t->poll, wanted, on_poll);
    if (bad) tls_end(t, ERR_IO, uv_strerror(bad));
}

/* ---- connecting ---- */

static void tls_connected(struct tls_link *t)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    alarm_stop(t->pump);
    if (curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD ||
        uv_poll_init_socket(loop_uv(t->loop), &t->poll, fd) != 0) {
        tls_end(t, ERR_IO, "no socket");
        return;
    }
    t->poll.data = t;
    t->polling = t->poll_open = true;
    t->calls.opened(t->calls.arg);
    socket_watch(t);
}

static void connect_step(struct tls_link *t)
{
    int running = 0, left;
    curl_multi_perform(t->multi, &running);
    const CURLMsg *m = curl_multi_info_read(t->multi, &left);
    if (!m || m->msg != CURLMSG_DONE) return;
    if (m->data.result != CURLE_OK)
        end_curl(t, m->data.result);
    else
        tls_connected(t);
}

static void on_pump(void *arg)
{
    struct tls_link *t = arg;
    if (t->polling) {
        tls_process(t);
        return;
    }
    t->busy++;
    connect_step(t);
    t->busy--;
    tls_release(t);
}

static void set_up(struct tls_link *t, const struct tls_where *where, uint64_t connect_timeout_ms)
{
    const bool renamed = where->server_name != NULL, v6 = strchr(where->host, ':') != NULL;
    char *url = url_build("https", renamed ? where->server_name : where->host, where->port, "/");
    char *to = mem_printf(v6 ? "::[%s]:%u" : "::%s:%u", where->host, where->port);
    curl_easy_setopt(t->easy, CURLOPT_URL, url);
    if (renamed) t->connect_to = curl_slist_append(NULL, to);
    if (renamed) curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to);
    curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_sockets_set(t->easy, &t->sockets);
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
    curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L); /* a name look-up must not hold up a close */
    curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(t->easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    if (where->ca_file) {
        /* this authority and no other */
        curl_easy_setopt(t->easy, CURLOPT_CAINFO, where->ca_file);
        curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
    }
    free(url);
    free(to);
}

struct tls_link *tls_open(struct loop *l, const struct tls_where *where, uint64_t connect_timeout_ms,
                          const struct bytes_calls *calls)
{
    struct tls_link *t = mem_zero(1, sizeof *t);
    t->loop = l;
    t->calls = *calls;
    buf_init(&t->out, BYTES_QUEUE_MAX);
    t->pump = alarm_new(l, on_pump, t);
    t->multi = curl_multi_init();
    t->easy = curl_easy_init();
    if (t->easy && t->multi) {
        set_up(t, where, connect_timeout_ms);
        curl_multi_add_handle(t->multi, t->easy);
    }
    alarm_set(t->pump, 0, PUMP_MS);
    return t;
}

enum err tls_write(struct tls_link *t, const void *data, size_t len)
{
    if (t->over || !t->polling) return ERR_RESET;
    const enum err err = buf_add(&t->out, data, len);
    if (!err) alarm_set(t->pump, 0, 0);
    return err;
}

void tls_free(struct tls_link *t)
{
    if (!t || t->freed) return;
    tls_shut(t);
    t->freed = true;
    tls_release(t);
}
