/* http.c - Requests on curl's multi handle, driven by the loop. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/http_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* Takes the transfer from curl; the struct itself stays, for a telling that still looks at it. */
static void request_end(struct http_request *r)
{
    if (!r->easy) return;
    request_unlink(r);
    curl_multi_remove_handle(r->client->multi, r->easy);
    curl_easy_cleanup(r->easy);
    r->easy = NULL;
    alarm_free(r->silence);
    r->silence = NULL;
    curl_slist_free_all(r->headers);
    curl_slist_free_all(r->connect_to);
    r->headers = r->connect_to = NULL;
    request_link(&r->client->ended, r);
}

static void client_bury(struct http_client *c)
{
    if (c->telling > 0) return;
    while (c->ended) {
        struct http_request *r = c->ended;
        request_unlink(r);
        if (r->secret && r->body.data) mem_wipe(r->body.data, r->body.cap);
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

/* Tells done() and lets the request go. */
static void request_done(struct http_request *r, enum err err, const char *why)
{
    struct http_client *c = r->client;
    char safe[ERR_TEXT_MAX];
    char *type = NULL;
    struct http_answer a = {.err = err, .why = safe, .status = r->status, .body = "", .content_type = ""};

    r->over = true;
    text_safe_into(safe, sizeof safe, why, strlen(why));
    answer_times(r->easy, &a);
    if (!curl_easy_getinfo(r->easy, CURLINFO_CONTENT_TYPE, &type) && type) a.content_type = type;
    if (!r->streamed) {
        a.body = buf_text(&r->body);
        a.body_len = r->body.len;
    }
    c->telling++;
    r->calls.done(r->calls.arg, &a);
    c->telling--;
    request_end(r);
    client_bury(c);
}

static void request_finished(struct http_request *r)
{
    if (r->stopped) {
        request_done(r, r->stopped, r->stopped_why);
        return;
    }
    enum err err = curl_err(r->easy, r->result, &r->sockets);
    request_done(r, err, err ? curl_err_words(err, r->result, r->error, &r->sockets) : "");
}

static bool request_has_bytes(const struct http_request *r)
{
    return r->streamed && r->body.len > 0;
}

/* Tells bytes() one piece; the request may be over then. */
static void request_tell_piece(struct http_request *r)
{
    size_t len = r->body.len < HTTP_PIECE ? r->body.len : HTTP_PIECE;
    r->turn = r->client->turn;
    bool more = r->calls.bytes(r->calls.arg, r->body.data, len);
    if (r->over) return;
    if (!more) {
        request_done(r, ERR_CANCELLED, "stopped by its reader");
        return;
    }
    buf_drop(&r->body, len);
    if (!r->paused || r->finished || r->body.len > 0) return;
    r->paused = false;
    CURLcode code = curl_easy_pause(r->easy, CURLPAUSE_CONT);
    /* What it kept is written at once; that this failed is not told again by the multi. */
    if (code == CURLE_OK && !r->stopped) return;
    r->finished = true;
    r->result = code;
}

/* Tells the next of head(), bytes() and done(). */
static void request_tell(struct http_request *r)
{
    if (r->head_due) {
        r->head_due = false;
        r->calls.head(r->calls.arg, r->status);
    } else if (request_has_bytes(r)) {
        request_tell_piece(r);
    } else {
        request_finished(r);
    }
}

/* The first request that has something to tell in this turn. A scan from the start each time: any callback may change
 * the list. ret_later: one has more, for the next turn. */
static struct http_request *request_due(struct http_client *c, bool *ret_later)
{
    for (struct http_request *r = c->requests; r; r = r->next) {
        if (r->over) continue;
        if (r->head_due) return r;
        if (request_has_bytes(r)) {
            if (r->turn != c->turn) return r;
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

void http_tell_all(struct http_client *c)
{
    struct http_request *r;
    bool later = false;

    collect_results(c);
    c->telling++;
    while (!c->dead && (r = request_due(c, &later))) {
        request_tell(r);
        collect_results(c);
    }
    c->telling--;
    if (later && !c->dead) http_tell_later(c);
    client_bury(c);
}

static void fell_silent(void *arg)
{
    struct http_request *r = arg;

    r->stopped = ERR_TIMEOUT;
    r->stopped_why = "nothing was heard for too long";
    r->finished = true;
    http_tell_all(r->client);
}

struct http_request *http_send(struct http_client *c, const struct http_ask *ask, const struct http_calls *calls)
{
    struct http_request *r = mem_zero(1, sizeof *r);

    assert(!c->dead && calls->done);
    r->client = c;
    r->calls = *calls;
    r->secret = ask->secret;
    r->foreign = ask->foreign;
    buf_init(&r->body, ask->body_max ? ask->body_max : HTTP_BODY_MAX);
    r->most = ask->stream_max ? ask->stream_max : HTTP_STREAM_MAX;
    r->easy = curl_easy_init();
    if (!r->easy) mem_exhausted();
    request_link(&c->requests, r);
    if (http_setup(r, ask)) {
        r->stopped = ERR_USAGE;
        r->stopped_why = "not a request that can be sent: its URL, method or a header";
        r->finished = true;
        /* Told from the loop, as every other end is. */
        http_wake(c);
        return r;
    }
    curl_multi_add_handle(c->multi, r->easy);
    if (ask->silence_ms > 0) {
        r->silence_ms = ask->silence_ms;
        r->silence = alarm_new(c->loop, fell_silent, r);
        alarm_set(r->silence, r->silence_ms, 0);
    }
    return r;
}

void http_cancel(struct http_request *r)
{
    if (!r || r->over) return;
    request_done(r, ERR_CANCELLED, "cancelled");
}

void http_end_all(struct http_client *c)
{
    while (c->requests) {
        struct http_request *r = c->requests;
        if (r->over)
            request_end(r); /* freed where its done() was called from */
        else
            request_done(r, ERR_CANCELLED, "cancelled");
    }
    client_bury(c);
}
