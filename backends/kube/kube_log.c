/* kube_log.c - the log of one container as a stream that is resumed: no line twice, none lost without a word. */
#include "backends/kube/kube_log.h"

#include "backends/base/hash.h"
#include "backends/base/log_line.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/kube/request_body.h"
#include "backends/link/backoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_MS = 500, SEEN_MAX = 4096, STATUS_BAD_REQUEST = 400 };
static const uint64_t NS_PER_S = 1000000000, NS_PER_MS = 1000000;

/* The lines of the newest second: the server sends them again when the stream is resumed. */
struct seen {
    uint64_t *hash; /* owned */
    bool *again;    /* of each: it came in this stream; owned */
    size_t count, capacity;
    bool overflowed; /* more than SEEN_MAX: they are recognized by their stamps alone */
};

struct kube_log {
    struct kube *be;
    struct kube_log *next, **self; /* of be->logs */
    struct kube_log_calls calls;
    char *ns, *pod, *container;
    bool previous;
    uint64_t since_s, tail;
    struct kube_call *call; /* in flight; NULL: none */
    struct alarm *retry;
    struct backoff backoff;
    enum kube_log_state state;
    struct why why;
    struct buf part;  /* of a line that has not ended yet */
    bool skips;       /* the rest of a line that is too long */
    bool is_resent;   /* part is of the last stream, whose server sends it again */
    bool last;        /* no further attempt */
    bool ended_clean; /* the server ended the last stream */
    bool resumes;     /* no line of before this stream has come again yet, nor a new one */
    uint64_t last_ns; /* of the newest line; 0: none yet */
    struct seen seen;
};

static void state_set(struct kube_log *g, enum kube_log_state state)
{
    g->state = state;
    g->calls.changed(g->calls.arg);
}

enum kube_log_state kube_api_log_state(const struct kube_log *g, const char **ret_why)
{
    if (ret_why) *ret_why = g->why.text;
    return g->state;
}

/* ---- lines that come again ----------------------------------------------------------------------------------------
 */

static void seen_add(struct seen *s, uint64_t hash)
{
    if (s->count == SEEN_MAX) {
        s->overflowed = true;
        return;
    }
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 64;
        s->hash = mem_grow(s->hash, s->capacity, sizeof *s->hash);
        s->again = mem_grow(s->again, s->capacity, sizeof *s->again);
    }
    s->hash[s->count] = hash;
    s->again[s->count++] = true; /* it came in this stream: another one like it is another line */
}

/* A line that was emitted before this stream began. */
static bool line_is_known(struct kube_log *g, uint64_t ns, uint64_t hash)
{
    struct seen *s = &g->seen;
    for (size_t i = 0; i < s->count; i++)
        if (!s->again[i] && s->hash[i] == hash) return s->again[i] = true;
    return s->overflowed && ns <= g->last_ns;
}

static void line_remember(struct kube_log *g, uint64_t ns, uint64_t hash)
{
    if (ns / NS_PER_S > g->last_ns / NS_PER_S) {
        g->seen.count = 0;
        g->seen.overflowed = false;
    }
    if (ns > g->last_ns) g->last_ns = ns;
    if (ns / NS_PER_S == g->last_ns / NS_PER_S) seen_add(&g->seen, hash);
}

/* Before the first new line of a stream in which none came again. */
static void gap_note(struct kube_log *g, uint64_t ns)
{
    char from[STAMP_TEXT_MAX], to[STAMP_TEXT_MAX], words[200];
    log_stamp_text(from, g->last_ns);
    if (g->ended_clean)
        snprintf(words, sizeof words, "the log ended after %s; what follows is of the container's next run", from);
    else
        snprintf(words, sizeof words,
                 "lines between %s and %s may be missing: the log was rotated, or its container restarted", from,
                 log_stamp_text(to, ns));
    g->calls.note(g->calls.arg, ns, words);
}

static void line_take(struct kube_log *g, const char *raw, size_t len)
{
    uint64_t ns = 0;
    size_t at = 0;
    const bool stamped = log_stamp_parse(raw, len, &ns, &at);
    char *text = log_text_clean(raw + at, len - at);
    const uint64_t hash = hash_text(ns, text);
    if (stamped && g->last_ns && line_is_known(g, ns, hash)) {
        g->resumes = false;
        free(text);
        return;
    }
    if (g->resumes && stamped) gap_note(g, ns);
    if (stamped) {
        g->resumes = false;
        line_remember(g, ns, hash);
    }
    g->calls.line(g->calls.arg, ns, text);
}

static bool part_take(void *arg, char *text, size_t len)
{
    struct kube_log *g = arg;
    if (!g->skips) line_take(g, text, len);
    g->skips = false;
    return true;
}

/* The rest of a line beyond LOG_RAW_MAX is skipped; what is taken of it ends with an ellipsis. */
static void part_add(struct kube_log *g, const char *bytes, size_t len)
{
    while (len) {
        const size_t room = g->part.max - g->part.len, n = len < room ? len : room;
        (void)buf_add(&g->part, bytes, n);
        buf_lines(&g->part, part_take, g);
        bytes += n;
        len -= n;
        if (g->part.len < g->part.max) continue;
        if (!g->skips) line_take(g, buf_text(&g->part), g->part.len);
        g->skips = true;
        buf_clear(&g->part);
    }
}

/* ---- the stream ---------------------------------------------------------------------------------------------------
 */

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct kube_log *g = arg;
    if (g->is_resent) buf_clear(&g->part); /* its line comes whole */
    g->is_resent = false;
    part_add(g, bytes, len);
    return true;
}

static void on_head(void *arg, long status)
{
    struct kube_log *g = arg;
    if (status < 200 || status >= 300) return;
    backoff_works(&g->backoff, loop_now_ms());
    g->why = (struct why){0};
    state_set(g, KUBE_LOG_FOLLOWING);
}

/* What is left of a line that does not come again. */
static void part_flush(struct kube_log *g, bool cut)
{
    const uint64_t ns = g->last_ns;
    g->resumes = false; /* it is of the stream before */
    if (g->part.len && !g->skips) {
        line_take(g, buf_text(&g->part), g->part.len);
        if (cut) g->calls.note(g->calls.arg, ns, "the line above was cut with the connection");
    }
    g->skips = false;
    buf_clear(&g->part);
}

static void log_end(struct kube_log *g, enum kube_log_state state, bool cut)
{
    part_flush(g, cut);
    state_set(g, state);
}

/* An answer after which another attempt would be answered the same. */
static bool is_final(const struct kube_log *g, const struct http_answer *answer)
{
    return answer->status == 404 || answer->status == 401 || answer->status == 403 ||
           (answer->status == STATUS_BAD_REQUEST && g->previous);
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct kube_log *g = arg;
    const enum err err = kube_api_judge(answer, &g->why);
    g->call = NULL;
    if (answer->status >= 200 && answer->status < 300) g->ended_clean = err == ERR_OK;
    if (err == ERR_OK) part_flush(g, false);
    g->is_resent = g->part.len > 0;
    if (answer->err == ERR_OK && is_final(g, answer)) {
        log_end(g, answer->status == 404 ? KUBE_LOG_ENDED : KUBE_LOG_REFUSED, true);
    } else if (g->last || (err == ERR_OK && g->previous)) {
        log_end(g, KUBE_LOG_ENDED, true);
    } else {
        alarm_set(g->retry, backoff_next(&g->backoff, loop_now_ms()), 0);
        state_set(g, KUBE_LOG_WAITING);
    }
}

static char *log_path(const struct kube_log *g)
{
    struct buf out;
    char *root = request_path("/api/v1", g->ns, "pods", g->pod);
    buf_init(&out, 4096);
    (void)buf_printf(&out, "%s/log?timestamps=true%s", root, g->previous ? "&previous=true" : "&follow=true");
    if (g->container) {
        (void)buf_str(&out, "&container=");
        (void)text_url_encode(g->container, strlen(g->container), &out);
    }
    if (g->last_ns) { /* in whole seconds, as metav1.Time is */
        char stamp[STAMP_TEXT_MAX];
        (void)buf_printf(&out, "&sinceTime=%s", stamp_iso(stamp, g->last_ns / NS_PER_MS));
    } else {
        if (g->since_s) (void)buf_printf(&out, "&sinceSeconds=%llu", (unsigned long long)g->since_s);
        if (g->tail) (void)buf_printf(&out, "&tailLines=%llu", (unsigned long long)g->tail);
    }
    free(root);
    return buf_take(&out);
}

static void log_request(void *arg)
{
    struct kube_log *g = arg;
    char *path = log_path(g);
    const struct http_ask ask = {
        .method = "GET", .url = path, .header = {{"Accept", "application/json, */*"}}}; /* as kubectl logs */
    for (size_t i = 0; i < g->seen.count; i++) g->seen.again[i] = false;
    g->resumes = g->last_ns != 0;
    /* Beside the watches: where the server is found dead, they are cut and resumed together. */
    g->call = kube_link_send(g->be->link, KUBE_WATCHES, &ask,
                             &(struct http_calls){.bytes = on_bytes, .head = on_head, .done = on_done, .arg = g});
    state_set(g, KUBE_LOG_OPENING);
    free(path);
}

struct kube_log *kube_api_log(struct kube *be, const struct kube_log_want *want, const struct kube_log_calls *calls)
{
    struct kube_log *g = mem_zero(1, sizeof *g);
    g->be = be;
    g->calls = *calls;
    g->ns = mem_str(want->ns);
    g->pod = mem_str(want->pod);
    g->container = mem_str(want->container);
    g->previous = want->previous;
    g->since_s = want->since_s;
    g->tail = want->tail;
    g->retry = alarm_new(be->loop, log_request, g);
    backoff_init(&g->backoff, FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(be->loop));
    buf_init(&g->part, LOG_RAW_MAX);
    g->next = be->logs;
    if (g->next) g->next->self = &g->next;
    g->self = &be->logs;
    be->logs = g;
    alarm_set(g->retry, 0, 0); /* no callback before this returns */
    return g;
}

void kube_api_log_close(struct kube_log *g)
{
    if (!g) return;
    *g->self = g->next;
    if (g->next) g->next->self = g->self;
    kube_call_cancel(g->call);
    alarm_free(g->retry);
    buf_done(&g->part);
    free(g->seen.hash);
    free(g->seen.again);
    free(g->ns);
    free(g->pod);
    free(g->container);
    free(g);
}

void kube_api_logs_close(struct kube *be)
{
    while (be->logs) kube_api_log_close(be->logs);
}

void kube_api_log_last(struct kube_log *g)
{
    g->last = true;
    if (g->call || g->state == KUBE_LOG_ENDED || g->state == KUBE_LOG_REFUSED) return;
    alarm_stop(g->retry);
    log_end(g, KUBE_LOG_ENDED, true);
}
