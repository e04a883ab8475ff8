/* http.c - the life of a request: send, dispatch of its callbacks, cancel, deferred free. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/http_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How long after curl's own time-out a request is ended in any case: curl 7.88 sets no timer for one that waits for a
 * connection, nor for any once a socket of its own could not be polled. */
enum { LIMIT_AFTER_MS = 2000 };

static void request_unlink(struct http_request *r)
{
    *r->self = r->next;
    if (r->next) r->next->self = r->self;
}

static void request_link(struct http_request **list, struct http_request *r)
{
    r->next = *list;
    if (r->next) r->next->self = &r->next;
    r->self = list;
    *list = r;
}

/* Removes the transfer from curl. The struct stays on the `ended` list: a callback on the stack may still use it. */
static void request_end(struct http_request *r)
{
    if (!r->easy) return;
    request_unlink(r);
    curl_multi_remove_handle(r->client->multi, r->easy);
    curl_easy_cleanup(r->easy);
    r->easy = NULL;
    alarm_free(r->silence);
    alarm_free(r->limit);
    r->silence = r->limit = NULL;
    curl_slist_free_all(r->headers);
    curl_slist_free_all(r->connect_to);
    r->headers = r->connect_to = NULL;
    request_link(&r->client->ended, r);
}

static void client_free_ended(struct http_client *c)
{
    if (c->depth > 0) return;
    while (c->ended) {
        struct http_request *r = c->ended;
        request_unlink(r);
        if (r->secret) buf_wipe(&r->body);
        buf_done(&r->body);
        free(r);
    }
}

static void answer_times(CURL *easy, struct http_answer *a)
{
    curl_off_t total = 0, first = 0, retry = 0;
    long connects = 0;

    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    a->total_us = total > 0 ? (uint64_t)total : 0;
    a->first_byte_us = first > 0 ? (uint64_t)first : 0;
    a->retry_after_s = retry > 0 ? (uint64_t)retry : 0;
    a->new_connections = connects > 0 ? (uint64_t)connects : 0;
}

/* Calls done() and ends the request. */
static void request_done(struct http_request *r, enum err err, const char *why)
{
    struct http_client *c = r->client;
    char safe[ERR_TEXT_MAX];
    char *type = NULL;
    struct http_answer a = {.err = err, .why = safe, .status = r->status, .body = "", .content_type = ""};

    r->done_called = true;
    text_safe_into(safe, sizeof safe, why, strlen(why));
    answer_times(r->easy, &a);
    if (!curl_easy_getinfo(r->easy, CURLINFO_CONTENT_TYPE, &type) && type) a.content_type = type;
    if (!r->streamed) {
        a.body = buf_text(&r->body);
        a.body_len = r->body.len;
    }
    c->depth++;
    r->calls.done(r->calls.arg, &a);
    c->depth--;
    request_end(r);
    client_free_ended(c);
}

static void request_finished(struct http_request *r)
{
    if (r->abort_err) {
        request_done(r, r->abort_err, r->abort_why);
        return;
    }
    enum err err = curl_err(r->easy, r->result, &r->sockets);
    request_done(r, err, err ? curl_err_words(err, r->result, r->error, &r->sockets) : "");
}

static bool request_has_bytes(const struct http_request *r)
{
    return r->streamed && r->body.len > 0;
}

/* Calls bytes() with one piece, which may end the request. */
static void request_deliver_piece(struct http_request *r)
{
    size_t len = r->body.len < HTTP_PIECE ? r->body.len : HTTP_PIECE;
    r->iteration = r->client->iteration;
    bool more = r->calls.bytes(r->calls.arg, r->body.data, len);
    if (r->done_called) return;
    if (!more) {
        request_done(r, ERR_CANCELLED, "stopped by the caller");
        return;
    }
    buf_drop(&r->body, len);
    if (!r->paused || r->finished || r->body.len > 0) return;
    r->paused = false;
    CURLcode code = curl_easy_pause(r->easy, CURLPAUSE_CONT);
    /* curl_easy_pause delivers what curl held back at once; the multi handle does not report that call's failure */
    if (code == CURLE_OK && !r->abort_err) return;
    r->finished = true;
    r->result = code;
}

/* Calls the next one of head(), bytes() and done(). */
static void request_dispatch(struct http_request *r)
{
    if (r->head_pending) {
        r->head_pending = false;
        r->calls.head(r->calls.arg, r->status);
    } else if (request_has_bytes(r)) {
        request_deliver_piece(r);
    } else {
        request_finished(r);
    }
}

/* The first request with a callback pending in this iteration. Scans from the start each time: any callback may change
 * the list. ret_later: one has more bytes for the next iteration. */
static struct http_request *request_next_pending(struct http_client *c, bool *ret_later)
{
    for (struct http_request *r = c->requests; r; r = r->next) {
        if (r->done_called) continue;
        if (r->head_pending) return r;
        if (request_has_bytes(r)) {
            if (r->iteration != c->iteration) return r;
            *ret_later = true;
        } else if (r->finished) {
            return r;
        }
    }
    return NULL;
}

static void collect_results(struct http_client *c)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(c->multi, &left))) {
        struct http_request *r = NULL;
        if (m->msg != CURLMSG_DONE) continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        assert(r);
        r->finished = true;
        r->result = m->data.result;
    }
}

void http_dispatch(struct http_client *c)
{
    struct http_request *r;
    bool later = false;

    collect_results(c);
    c->depth++;
    while (!c->freed && (r = request_next_pending(c, &later))) {
        request_dispatch(r);
        collect_results(c);
    }
    c->depth--;
    if (later && !c->freed) http_dispatch_next(c);
    client_free_ended(c);
}

static void request_time_out(struct http_request *r, const char *why)
{
    r->abort_err = ERR_TIMEOUT;
    r->abort_why = why;
    r->finished = true;
    http_dispatch(r->client);
}

static void on_silence(void *arg)
{
    request_time_out(arg, "nothing was received for too long");
}

static void on_limit(void *arg)
{
    request_time_out(arg, "no answer in time");
}

/* From the loop, as every end of a request. why: in static storage. */
static void request_fail_later(struct http_request *r, enum err err, const char *why)
{
    r->abort_err = err;
    r->abort_why = why;
    r->finished = true;
    http_dispatch_next(r->client);
}

struct http_request *http_send(struct http_client *c, const struct http_ask *ask, const struct http_calls *calls)
{
    struct http_request *r = mem_zero(1, sizeof *r);

    assert(!c->freed && calls->done);
    r->client = c;
    r->calls = *calls;
    r->secret = ask->secret;
    r->proxied = ask->proxied;
    buf_init(&r->body, ask->body_max ? ask->body_max : HTTP_BODY_MAX);
    r->stream_max = ask->stream_max ? ask->stream_max : HTTP_STREAM_MAX;
    r->easy = curl_easy_init();
    if (!r->easy) mem_exhausted();
    request_link(&c->requests, r);
    if (http_setup(r, ask)) {
        request_fail_later(r, ERR_USAGE, "not a request that can be sent: its URL, method or a header");
        return r;
    }
    const CURLMcode code = curl_multi_add_handle(c->multi, r->easy);
    if (code != CURLM_OK) {
        request_fail_later(r, ERR_IO, curl_multi_strerror(code));
        return r;
    }
    if (ask->timeout_ms > 0) {
        r->limit = alarm_new(c->loop, on_limit, r);
        alarm_set(r->limit, ask->timeout_ms + LIMIT_AFTER_MS, 0);
    }
    if (ask->silence_ms > 0) {
        r->silence_ms = ask->silence_ms;
        r->silence = alarm_new(c->loop, on_silence, r);
        alarm_set(r->silence, r->silence_ms, 0);
    }
    return r;
}

void http_cancel(struct http_request *r)
{
    if (!r || r->done_called) return;
    request_done(r, ERR_CANCELLED, "cancelled");
}

const char *http_response_header(const struct http_request *r, const char *name)
{
    struct curl_header *header = NULL;
    return curl_easy_header(r->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

void http_cancel_all(struct http_client *c)
{
    while (c->requests) {
        struct http_request *r = c->requests;
        if (r->done_called)
            request_end(r); /* freed by request_done, which is on the stack */
        else
            request_done(r, ERR_CANCELLED, "cancelled");
    }
    client_free_ended(c);
}
