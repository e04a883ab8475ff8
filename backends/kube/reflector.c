/* reflector.c - lists one kind page by page, decides what follows each response, and publishes the source's state. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/reflector_priv.h"
#include "backends/kube/request_body.h"
#include "backends/kube/status_parse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void on_alarm(void *arg);

/* The bursts allow the first list of a large cluster. */
static const struct budget_rate rates[BUDGET_KINDS] = {
    [BUDGET_CONNECTIONS] = {1, 30},
    [BUDGET_REQUESTS] = {REFLECTOR_RATE, REFLECTOR_BURST},
    [BUDGET_BYTES] = {4 * 1024 * 1024, 256 * 1024 * 1024},
};

/* ---- scope ------------------------------------------------------------------------------------------------------- */

static const char *scope_read(const struct reflector *r)
{
    const char *ns = r->fell_back ? r->fallback : r->ns;
    return ns ? ns : SCOPE_ALL;
}

static void scope_set(struct reflector *r, bool fell_back)
{
    r->fell_back = fell_back;
    free(r->path);
    r->path = request_path(r->root, fell_back ? r->fallback : r->ns, r->resource, NULL);
}

static void scope_copy(struct reflector *r, const struct reflector_scope *scope)
{
    record_set(&r->ns, scope->ns);
    record_set(&r->fallback, scope->ns ? NULL : scope->fallback);
    r->partial = scope->partial;
    scope_set(r, r->fell_back && r->fallback);
}

void reflector_set_scope(struct reflector *r, const struct reflector_scope *scope)
{
    const bool same =
        text_unchanged(scope->ns, r->ns) && (!r->fell_back || text_unchanged(scope->fallback, r->fallback));
    scope_copy(r, scope);
    if (same) return;
    reflector_relist(r);
    reflector_publish_state(r, SOURCE_CONNECTING, ERR_OK, NULL);
}

struct reflector *reflector_new(struct kube_link *link, const struct reflector_conf *conf, const struct sink *sink)
{
    struct reflector *r = mem_zero(1, sizeof *r);
    r->link = link;
    r->sink = *sink;
    r->table = conf->table;
    r->source = mem_str(conf->source);
    r->root = mem_str(conf->root);
    r->resource = mem_str(conf->resource);
    r->selector = mem_str(conf->selector);
    r->keep = conf->keep;
    scope_copy(r, &conf->scope);
    r->alarm = alarm_new(kube_link_loop(link), on_alarm, r);
    backoff_init(&r->soon, REFLECTOR_FIRST_MS, REFLECTOR_MOST_MS, loop_random(kube_link_loop(link)));
    backoff_init(&r->down, REFLECTOR_FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(kube_link_loop(link)));
    backoff_init(&r->slow, REFLECTOR_DENIED_MS, REFLECTOR_DENIED_MS, loop_random(kube_link_loop(link)));
    budget_init(&r->budget, rates, loop_now_ms());
    cycle_init(&r->tokens);
    buf_init(&r->line, KUBE_LINE_MAX);
    r->silence_ms = REFLECTOR_SILENCE_MS;
    r->state = SOURCE_OFF;
    reflector_publish_state(r, SOURCE_CONNECTING, ERR_OK, NULL);
    alarm_set(r->alarm, conf->delay_ms, 0);
    return r;
}

void reflector_free(struct reflector *r)
{
    if (!r) return;
    kube_call_cancel(r->call);
    alarm_free(r->alarm);
    buf_done(&r->line);
    free(r->source);
    free(r->path);
    free(r->root);
    free(r->resource);
    free(r->ns);
    free(r->fallback);
    free(r->selector);
    free(r->state_scope);
    free(r->next);
    cycle_done(&r->tokens);
    free(r);
}

void reflector_publish_state(struct reflector *r, enum source_state state, enum err err, const char *why)
{
    const char *scope = scope_read(r);
    if (state == r->state && err == r->state_why.code && text_unchanged(why, r->state_why.text) &&
        text_unchanged(scope, r->state_scope))
        return;
    r->state = state;
    why_set(&r->state_why, err, "%s", why ? why : "");
    record_set(&r->state_scope, scope);
    struct change *c = change_source(r->source, WORLD_KUBE, state, err, why && *why ? r->state_why.text : NULL,
                                     kube_link_access(r->link)->shown);
    c->key = mem_str(scope);
    sink_put(&r->sink, c);
}

void reflector_live(struct reflector *r)
{
    struct why only;
    if (!r->fell_back) {
        reflector_publish_state(r, SOURCE_LIVE, ERR_OK, NULL);
        return;
    }
    const enum err err = r->partial ? ERR_FORBIDDEN : ERR_OK;
    why_set(&only, err, "namespace %s only: %s", r->fallback, r->denied.text);
    reflector_publish_state(r, SOURCE_LIVE, err, only.text);
}

static bool is_link_err(enum err err)
{
    return err == ERR_REFUSED || err == ERR_RESET || err == ERR_TIMEOUT || err == ERR_DNS || err == ERR_TLS;
}

void reflector_alive(struct reflector *r, uint64_t took_ms)
{
    if (r->state == SOURCE_LIVE && r->call) {
        struct change *c = change_new(CHANGE_ALIVE, r->source, WORLD_KUBE);
        c->number = took_ms + 1;
        sink_put(&r->sink, c);
    } else if (!r->call && reflector_is_cut(r)) {
        reflector_after(r, 0);
    }
}

void reflector_lost(struct reflector *r, enum err err, const char *why)
{
    if (!r->call || r->state != SOURCE_LIVE) return;
    kube_call_cancel(r->call);
    r->call = NULL;
    free(r->next);
    r->next = NULL;
    reflector_failed(r, err, why, 0);
}

bool reflector_is_cut(const struct reflector *r)
{
    return r->state == SOURCE_DOWN && is_link_err(r->state_why.code);
}

void reflector_after(struct reflector *r, uint64_t ms)
{
    alarm_set(r->alarm, ms, 0);
}

void reflector_failed(struct reflector *r, enum err err, const char *why, uint64_t retry_after_s)
{
    /* whether a link is there again the liveness probe finds out, for all kinds */
    uint64_t ms = backoff_next(is_link_err(err) ? &r->soon : &r->down, loop_now_ms());
    reflector_publish_state(r, err == ERR_AUTH ? SOURCE_DENIED : SOURCE_DOWN, err, why);
    /* adds the jittered delay to Retry-After, so that clients with the same Retry-After do not all retry at the same
     * moment */
    if (retry_after_s && retry_after_s <= 60 && retry_after_s * 1000 > ms) ms += retry_after_s * 1000;
    reflector_after(r, ms);
}

/* Keeps the state LIVE: the data is valid, and its age is shown. */
static void reflector_throttled(struct reflector *r, const char *why)
{
    if (r->state == SOURCE_LIVE) reflector_publish_state(r, SOURCE_LIVE, ERR_THROTTLED, why);
}

void reflector_pause(struct reflector *r, const char *what)
{
    uint64_t ms = backoff_next(&r->soon, loop_now_ms());
    char *why = mem_printf("throttled: %s; again in %u s", what, (unsigned)((ms + 999) / 1000));
    if (ms >= REFLECTOR_PUBLISHED_MS) reflector_throttled(r, why);
    free(why);
    reflector_after(r, ms);
}

void reflector_charge(struct reflector *r, const struct http_answer *answer, size_t listed)
{
    budget_spend(&r->budget, BUDGET_REQUESTS, 1);
    budget_spend(&r->budget, BUDGET_CONNECTIONS, answer->new_connections);
    budget_spend(&r->budget, BUDGET_BYTES, listed);
}

static void on_alarm(void *arg);

/* An HTTP status that is not 2xx. */
void reflector_refused(struct reflector *r, const struct http_answer *answer)
{
    struct why why = {0};
    status_parse(answer->status, answer->body, answer->body_len, &why);
    switch (why.code) {
    case ERR_FORBIDDEN:
        if (r->fallback && !r->fell_back) {
            r->denied = why;
            scope_set(r, true);
            on_alarm(r);
            return;
        }
        reflector_publish_state(r, SOURCE_DENIED, why.code, why.text);
        break;
    case ERR_AUTH: reflector_publish_state(r, SOURCE_DENIED, why.code, why.text); break;
    case ERR_NOT_FOUND: reflector_publish_state(r, SOURCE_ABSENT, why.code, why.text); break;
    case ERR_GONE: /* an expired continue token or version; a first page has neither */
        if (!*r->version && r->pages == 0) {
            reflector_failed(r, why.code, why.text, answer->retry_after_s);
            return;
        }
        r->version[0] = '\0';
        reflector_pause(r, "the continue token or resourceVersion expired");
        return;
    default:
        /* an overloaded or starting server says nothing about the version; any other error may be about it */
        if (answer->status != 429 && answer->status != 503 && answer->status != 504) r->version[0] = '\0';
        reflector_failed(r, why.code, why.text, answer->retry_after_s);
        return;
    }
    r->version[0] = '\0';
    scope_set(r, false);
    reflector_after(r, backoff_next(&r->slow, loop_now_ms()));
}

void reflector_add_unread(struct reflector *r, uint64_t count, const char *why)
{
    r->unread += count;
    if (!r->unread && !r->unread_published) return;
    r->unread_published = r->unread;
    sink_put(&r->sink, change_unread(r->source, WORLD_KUBE, r->table, r->unread, why));
}

/* ---- lists --------------------------------------------------------------------------------------------------- */

static struct change *table_change(const struct reflector *r, enum change_type type)
{
    struct change *c = change_new(type, r->source, WORLD_KUBE);
    c->table = r->table;
    return c;
}

bool reflector_keeps(const struct reflector *r, const struct record *record)
{
    return !r->keep || r->ns || r->fell_back || r->keep(record);
}

static void page_emit(struct reflector *r, struct kube_page *p)
{
    if (r->state != SOURCE_LIVE || !text_unchanged(scope_read(r), r->state_scope)) reflector_live(r);
    if (r->pages++ == 0) {
        r->listed = 0;
        r->unread = r->beyond = 0;
        sink_put(&r->sink, table_change(r, CHANGE_RELIST));
    }
    for (size_t i = 0; i < p->count; i++) {
        if (!reflector_keeps(r, p->items[i])) continue;
        sink_put(&r->sink, change_put(r->source, WORLD_KUBE, p->items[i]));
        p->items[i] = NULL;
    }
    r->listed += p->count;
    r->beyond += p->beyond;
    if (p->skipped) reflector_add_unread(r, p->skipped, p->skipped_why.text);
    if (p->next) {
        struct change *c = table_change(r, CHANGE_PROGRESS);
        c->number = r->listed;
        c->total = p->remaining.known ? r->listed + p->remaining.value : 0;
        sink_put(&r->sink, c);
    }
}

static void list_complete(struct reflector *r, const struct kube_page *p)
{
    reflector_live(r);
    memcpy(r->version, p->version, sizeof r->version);
    if (r->unread != r->unread_published) reflector_add_unread(r, 0, NULL);
    if (r->beyond || r->beyond_published) {
        struct change *c = table_change(r, CHANGE_DROPPED);
        c->number = r->beyond_published = r->beyond;
        sink_put(&r->sink, c);
    }
    sink_put(&r->sink, table_change(r, CHANGE_RELISTED));
    reflector_after(r, REFLECTOR_WATCH_MS);
}

static void on_page(void *arg, const struct http_answer *answer)
{
    struct reflector *r = arg;
    struct kube_page page = {0};
    struct why why = {0};
    r->call = NULL;
    free(r->next);
    r->next = NULL;
    reflector_charge(r, answer, answer->body_len);
    if (answer->err != ERR_OK) {
        reflector_failed(r, answer->err, answer->why, 0);
        return;
    }
    if (answer->status < 200 || answer->status > 299) {
        reflector_refused(r, answer);
        return;
    }
    if (kube_parse_page(r->table, answer->body, answer->body_len, &page, &why) != ERR_OK) {
        why_prefix(&why, r->source);
        reflector_failed(r, why.code, why.text, 0);
        return;
    }
    page_emit(r, &page);
    if (!page.next) {
        list_complete(r, &page);
    } else if (cycle_is_closed(&r->tokens, page.next, strlen(page.next))) {
        reflector_failed(r, ERR_PROTOCOL, "a list that does not end: its continue tokens repeat", 0);
    } else if (r->pages >= REFLECTOR_PAGES) {
        reflector_failed(r, ERR_LIMIT, "a list that does not end", 0);
    } else {
        r->next = page.next;
        page.next = NULL;
        on_alarm(r);
    }
    kube_page_done(&page);
}

/* Requests the next page if there is a continue token, else a new list. */
static void page_request(struct reflector *r)
{
    struct buf url;
    buf_init(&url, 64 * 1024);
    r->version[0] = '\0';
    if (!r->next) {
        r->pages = 0;
        cycle_done(&r->tokens);
    }
    buf_printf(&url, "%s?limit=%d", r->path, REFLECTOR_PAGE);
    if (r->selector) buf_printf(&url, "&labelSelector=%s", r->selector);
    if (r->next) {
        buf_str(&url, "&continue=");
        text_url_encode(r->next, strlen(r->next), &url);
    }
    r->call = kube_link_send(
        r->link, KUBE_WATCHES,
        &(struct http_ask){
            .method = "GET", .url = buf_text(&url), .timeout_ms = REFLECTOR_LIST_MS, .body_max = KUBE_PAGE_MAX},
        &(struct http_calls){.done = on_page, .arg = r});
    buf_done(&url);
}

static void on_alarm(void *arg)
{
    struct reflector *r = arg;
    char limit[BUDGET_TEXT_MAX];
    enum budget_kind kind;
    if (r->call) return;
    uint64_t wait = budget_wait(&r->budget, loop_now_ms(), &kind);
    if (wait) {
        char *why = mem_printf("throttled: no more than %s", budget_words(&r->budget, kind, limit));
        reflector_throttled(r, why);
        free(why);
        reflector_after(r, wait);
    } else if (*r->version) {
        reflector_watch(r);
    } else {
        page_request(r);
    }
}

void reflector_relist(struct reflector *r)
{
    kube_call_cancel(r->call);
    r->call = NULL;
    free(r->next);
    r->next = NULL;
    r->version[0] = '\0';
    scope_set(r, false);
    backoff_reset(&r->soon);
    backoff_reset(&r->down);
    reflector_after(r, 0);
}
