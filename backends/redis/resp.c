/* resp.c - a connection on which commands are sent and replies matched to them. */
#include "backends/redis/resp.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/transport.h"

#include <stdlib.h>
#include <string.h>

enum { CHECK_MS = 1000, COMMAND_MAX = 64 * 1024 };

/* A command that was sent and whose reply is outstanding. */
struct pending {
    enum allow command;
    resp_done *done;
    void *arg;
    uint64_t sent_us;
};

struct resp {
    struct transport transport;
    struct alarm *check;
    struct reply_reader *reader;
    struct resp_calls calls;
    struct pending *queue; /* a ring buffer */
    size_t first, count, cap;
    uint64_t received, received_ms, opened_ms, latency_us;
    unsigned depth; /* nesting of callback_enter */
    bool open, subscribed, closed, freed;
};

static void resp_release(struct resp *r)
{
    reply_reader_free(r->reader);
    free(r->queue);
    free(r);
}

/* Every entry point from the loop runs between these two, so that a callback may call resp_free: the memory goes when
 * the outermost returns. */
static void callback_enter(struct resp *r)
{
    r->depth++;
}

static void callback_leave(struct resp *r)
{
    if (--r->depth == 0 && r->freed) resp_release(r);
}

static void resp_fail(struct resp *r, enum err err, const char *why)
{
    if (r->closed || r->freed) return;
    r->closed = true;
    transport_close(&r->transport);
    alarm_stop(r->check);
    r->calls.closed(r->calls.arg, err, why);
}

static void on_opened(void *arg)
{
    struct resp *r = arg;
    callback_enter(r);
    if (!r->closed) {
        r->open = true;
        r->received_ms = loop_now_ms();
        r->calls.opened(r->calls.arg);
    }
    callback_leave(r);
}

static bool is_push(const struct resp *r, const struct reply *reply)
{
    const struct reply *kind = reply_item(reply, 0);
    return r->subscribed && reply_is_text(kind) && strcmp(kind->text, "message") == 0;
}

static void reply_dispatch(struct resp *r, const struct reply *reply)
{
    if (is_push(r, reply)) {
        if (r->calls.pushed) r->calls.pushed(r->calls.arg, reply);
        return;
    }
    if (r->count == 0) {
        /* A full Redis sends "-ERR max number of clients reached" to no command; a server that is no Redis sends
         * whatever it likes. */
        const bool is_error = reply->type == REPLY_ERROR;
        struct why why;
        char *text = is_error ? text_safe(reply->text, reply->len, TEXT_ONE_LINE, ERR_TEXT_MAX / 2) : NULL;
        (void)why_set(&why, is_error ? ERR_SERVER : ERR_PROTOCOL, "Redis: %s",
                      is_error ? text : "a reply to no command");
        free(text);
        resp_fail(r, why.code, why.text);
        return;
    }
    const struct pending pending = r->queue[r->first];
    r->first = (r->first + 1) % r->cap;
    r->count--;
    r->latency_us = loop_now_us() - pending.sent_us;
    if (pending.done) pending.done(pending.arg, reply);
}

static bool resp_is_alive(const struct resp *r)
{
    return !r->closed && !r->freed;
}

static enum err bytes_parse(struct resp *r, const char *bytes, size_t len, struct why *why)
{
    enum err err = reply_feed(r->reader, bytes, len, why);
    while (!err && resp_is_alive(r)) {
        struct reply *reply = NULL;
        err = reply_next(r->reader, &reply, why);
        if (err || !reply) break;
        reply_dispatch(r, reply);
        reply_free(reply);
    }
    return err;
}

static void on_received(void *arg, const char *bytes, size_t len)
{
    struct resp *r = arg;
    struct why why;
    callback_enter(r);
    r->received += len;
    r->received_ms = loop_now_ms();
    for (size_t at = 0; at < len && resp_is_alive(r);) {
        const size_t piece = len - at < REPLY_FEED_MAX ? len - at : (size_t)REPLY_FEED_MAX;
        if (bytes_parse(r, bytes + at, piece, &why) != ERR_OK) resp_fail(r, why.code, why.text);
        at += piece;
    }
    callback_leave(r);
}

static void on_closed(void *arg, enum err err, const char *why)
{
    struct resp *r = arg;
    callback_enter(r);
    resp_fail(r, err, why);
    callback_leave(r);
}

static void on_check(void *arg)
{
    struct resp *r = arg;
    const uint64_t now = loop_now_ms();
    callback_enter(r);
    if (!r->open && now - r->opened_ms > RESP_CONNECT_MS) resp_fail(r, ERR_TIMEOUT, "no connection within 10 s");
    if (resp_is_alive(r) && r->open && r->count) {
        const uint64_t sent_ms = r->queue[r->first].sent_us / 1000;
        const uint64_t since = sent_ms > r->received_ms ? sent_ms : r->received_ms;
        if (now > since + RESP_SILENCE_MS) resp_fail(r, ERR_TIMEOUT, "Redis gave no answer for 10 s");
    }
    callback_leave(r);
}

struct resp *resp_open(struct loop *l, const struct redis_url *url, const char *via, const struct resp_calls *calls)
{
    struct resp *r = mem_zero(1, sizeof *r);
    const struct bytes_calls link = {on_opened, on_received, on_closed, r};
    r->calls = *calls;
    r->reader = reply_reader_new();
    r->opened_ms = r->received_ms = loop_now_ms();
    r->check = alarm_new(l, on_check, r);
    alarm_set(r->check, CHECK_MS, CHECK_MS);
    transport_open(&r->transport, l, url, via, RESP_CONNECT_MS, &link);
    return r;
}

void resp_free(struct resp *r)
{
    if (!r || r->freed) return;
    r->freed = true;
    transport_close(&r->transport);
    alarm_free(r->check);
    r->check = NULL;
    if (r->depth == 0) resp_release(r);
}

static void reply_expect(struct resp *r, enum allow command, resp_done *done, void *arg)
{
    if (r->count == r->cap) {
        const size_t cap = r->cap ? r->cap * 2 : 64;
        struct pending *queue = mem_zero(cap, sizeof *queue);
        for (size_t i = 0; i < r->count; i++) queue[i] = r->queue[(r->first + i) % r->cap];
        free(r->queue);
        r->queue = queue;
        r->first = 0;
        r->cap = cap;
    }
    r->queue[(r->first + r->count++) % r->cap] = (struct pending){command, done, arg, loop_now_us()};
}

enum err resp_send(struct resp *r, enum allow command, const struct gcs_span *args, size_t count, resp_done *done,
                   void *arg)
{
    if (!r || !resp_is_alive(r) || !transport_is_open(&r->transport)) return ERR_RESET;
    if (r->count >= RESP_PIPELINE_MAX) return ERR_LIMIT;
    struct buf out;
    buf_init(&out, COMMAND_MAX);
    enum err err = allow_format(command, args, count, &out);
    if (!err) err = transport_write(&r->transport, out.data, out.len);
    /* AUTH has the password in it */
    buf_wipe(&out);
    if (err) return err;
    if (command == ALLOW_SUBSCRIBE) r->subscribed = true;
    reply_expect(r, command, done, arg);
    return ERR_OK;
}

bool resp_awaits(const struct resp *r, enum allow command)
{
    return r && r->count && r->queue[r->first].command == command;
}

size_t resp_pending(const struct resp *r)
{
    return r ? r->count : 0;
}

uint64_t resp_received(const struct resp *r)
{
    return r ? r->received : 0;
}

uint64_t resp_latency_us(const struct resp *r)
{
    return r ? r->latency_us : 0;
}
