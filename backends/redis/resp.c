/* resp.c - a connection on which commands are sent and replies matched to them. */
#include "backends/redis/resp.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/wire.h"

#include <stdlib.h>
#include <string.h>

enum { CHECK_MS = 1000, COMMAND_MAX = 64 * 1024 };

struct owed {
    enum allow command;
    resp_done *done;
    void *arg;
    uint64_t sent_us;
};

struct resp {
    struct wire wire;
    struct alarm *check;
    struct reply_reader *reader;
    struct resp_calls calls;
    struct owed *queue; /* a ring */
    size_t first, count, cap;
    uint64_t received, heard_ms, opened_ms, answered_us;
    unsigned busy; /* depth of our callbacks on the stack */
    bool open, subscribed, over, freed;
};

static void resp_release(struct resp *r)
{
    reply_reader_free(r->reader);
    free(r->queue);
    free(r);
}

/* Every way into our code from outside is between these, so that resp_free may be called from any callback. */
static void callback_enter(struct resp *r)
{
    r->busy++;
}

static void callback_leave(struct resp *r)
{
    if (--r->busy == 0 && r->freed) resp_release(r);
}

static void resp_fail(struct resp *r, enum err err, const char *why)
{
    if (r->over || r->freed) return;
    r->over = true;
    wire_close(&r->wire);
    alarm_stop(r->check);
    r->calls.closed(r->calls.arg, err, why);
}

static void on_opened(void *arg)
{
    struct resp *r = arg;
    callback_enter(r);
    if (!r->over) {
        r->open = true;
        r->heard_ms = loop_now_ms();
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
        /* "-ERR max number of clients reached" comes unasked, and so does what is no Redis */
        const bool said = reply->type == REPLY_ERROR;
        struct why why;
        char *text = said ? text_safe(reply->text, reply->len, TEXT_ONE_LINE, ERR_TEXT_MAX / 2) : NULL;
        (void)why_set(&why, said ? ERR_SERVER : ERR_PROTOCOL, "Redis: %s", said ? text : "an answer nobody asked for");
        free(text);
        resp_fail(r, why.code, why.text);
        return;
    }
    const struct owed owed = r->queue[r->first];
    r->first = (r->first + 1) % r->cap;
    r->count--;
    r->answered_us = loop_now_us() - owed.sent_us;
    if (owed.done) owed.done(owed.arg, reply);
}

static bool resp_is_alive(const struct resp *r)
{
    return !r->over && !r->freed;
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
    r->heard_ms = loop_now_ms();
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
        const uint64_t asked_ms = r->queue[r->first].sent_us / 1000;
        const uint64_t since = asked_ms > r->heard_ms ? asked_ms : r->heard_ms;
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
    r->opened_ms = r->heard_ms = loop_now_ms();
    r->check = alarm_new(l, on_check, r);
    alarm_set(r->check, CHECK_MS, CHECK_MS);
    wire_open(&r->wire, l, url, via, RESP_CONNECT_MS, &link);
    return r;
}

void resp_free(struct resp *r)
{
    if (!r || r->freed) return;
    r->freed = true;
    wire_close(&r->wire);
    alarm_free(r->check);
    r->check = NULL;
    if (r->busy == 0) resp_release(r);
}

static void reply_expect(struct resp *r, enum allow command, resp_done *done, void *arg)
{
    if (r->count == r->cap) {
        const size_t cap = r->cap ? r->cap * 2 : 64;
        struct owed *queue = mem_zero(cap, sizeof *queue);
        for (size_t i = 0; i < r->count; i++) queue[i] = r->queue[(r->first + i) % r->cap];
        free(r->queue);
        r->queue = queue;
        r->first = 0;
        r->cap = cap;
    }
    r->queue[(r->first + r->count++) % r->cap] = (struct owed){command, done, arg, loop_now_us()};
}

enum err resp_ask(struct resp *r, enum allow command, const struct gcs_span *args, size_t count, resp_done *done,
                  void *arg)
{
    if (!r || !resp_is_alive(r) || !wire_is_open(&r->wire)) return ERR_RESET;
    if (r->count >= RESP_PIPELINE_MAX) return ERR_LIMIT;
    struct buf out;
    buf_init(&out, COMMAND_MAX);
    enum err err = allow_format(command, args, count, &out);
    if (!err) err = wire_write(&r->wire, out.data, out.len);
    /* it may have been a password */
    if (out.data) mem_wipe(out.data, out.len);
    buf_done(&out);
    if (err) return err;
    if (command == ALLOW_SUBSCRIBE) r->subscribed = true;
    reply_expect(r, command, done, arg);
    return ERR_OK;
}

bool resp_awaits(const struct resp *r, enum allow command)
{
    return r && r->count && r->queue[r->first].command == command;
}

size_t resp_owed(const struct resp *r)
{
    return r ? r->count : 0;
}

uint64_t resp_received(const struct resp *r)
{
    return r ? r->received : 0;
}

uint64_t resp_answered_us(const struct resp *r)
{
    return r ? r->answered_us : 0;
}
