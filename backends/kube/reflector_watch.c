/* reflector_watch.c - the watch of a reflector: splits the stream into lines, emits each event, and decides at the end
 * whether to watch again or to list. */
#include "backends/base/mem.h"
#include "backends/kube/reflector_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    WATCH_LEAST_S = 240,      /* timeoutSeconds: between this … */
    WATCH_SPREAD_S = 120,     /* … and so many more */
    WATCH_PROGRESS_MS = 5000, /* a watch that lasted so long made progress, even without an event */
    PIECE = 64 * 1024
};

static void event_emit(struct reflector *r, struct kube_event *ev)
{
    switch (ev->type) {
    case KUBE_PUT:
        if (!reflector_keeps(r, ev->record)) break;
        sink_put(&r->sink, change_put(r->source, WORLD_KUBE, ev->record));
        ev->record = NULL;
        break;
    case KUBE_GONE: sink_put(&r->sink, change_gone(r->source, WORLD_KUBE, r->table, ev->key)); break;
    case KUBE_BOOKMARK: sink_put(&r->sink, change_new(CHANGE_ALIVE, r->source, WORLD_KUBE)); break;
    case KUBE_ERROR: r->broken = ev->error; return;
    }
    r->progressed = true;
    if (*ev->version) memcpy(r->version, ev->version, sizeof r->version);
}

/* One line; false ends the watch. */
static bool on_line(void *arg, char *text, size_t len)
{
    struct reflector *r = arg;
    struct kube_event ev;
    struct why why = {0};
    r->lines++;
    if (len == 0) return true;
    r->line_at_ms = loop_now_ms();
    switch (kube_parse_line(r->table, text, len, &ev, &why)) {
    case ERR_OK:
        reflector_live(r);
        event_emit(r, &ev);
        kube_event_done(&ev);
        return r->broken.code == ERR_OK;
    case ERR_PROTOCOL:
        /* only this object cannot be parsed: the stream goes on */
        reflector_add_unread(r, 1, why.text);
        return true;
    default: why_set(&r->broken, ERR_PARSE, "line %" PRIu64 " of the watch: %s", r->lines, why.text); return false;
    }
}

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct reflector *r = arg;
    while (len && r->broken.code == ERR_OK) {
        size_t part = len < PIECE ? len : PIECE;
        /* the buffer holds one incomplete line */
        bool ends = memchr(bytes, '\n', part) != NULL;
        if (buf_add(&r->line, bytes, part) != ERR_OK)
            why_set(&r->broken, ERR_LIMIT, "line %" PRIu64 " of the watch is longer than %d MiB", r->lines + 1,
                    KUBE_LINE_MAX / 1024 / 1024);
        else if (ends)
            buf_lines(&r->line, on_line, r);
        bytes += part;
        len -= part;
    }
    /* counts complete lines, not bytes: a line could trickle in for ever */
    if (r->broken.code == ERR_OK && loop_now_ms() - r->line_at_ms >= r->silence_ms)
        why_set(&r->broken, ERR_TIMEOUT, "no whole line of the watch for %u s", (unsigned)(r->silence_ms / 1000));
    return r->broken.code == ERR_OK;
}

static void on_head(void *arg, long status)
{
    struct reflector *r = arg;
    if (status != 200) return;
    backoff_works(&r->soon, loop_now_ms());
    backoff_works(&r->down, loop_now_ms());
    reflector_live(r);
}

/* The version has expired, or the stream is malformed: lists again. */
static void watch_broken(struct reflector *r)
{
    bool gone = r->broken.code == ERR_GONE;
    r->version[0] = '\0';
    if (gone) {
        reflector_pause(r, "the watched resourceVersion expired");
        return;
    }
    why_prefix(&r->broken, r->source);
    reflector_failed(r, r->broken.code, r->broken.text, 0);
}

static void watch_ended(struct reflector *r, enum err err, const char *why)
{
    uint64_t lived = loop_now_ms() - r->watch_began_ms;
    bool progressed = r->progressed || lived >= WATCH_PROGRESS_MS;
    /* Not even a bookmark in that time: an etcd restored from a backup may not have reached the version yet, and would
     * stay silent until it does. Lists again. */
    if (r->lines == 0 && lived >= r->silence_ms / 2) r->version[0] = '\0';
    if (progressed && (err == ERR_OK || err == ERR_RESET || (err == ERR_TIMEOUT && lived >= r->silence_ms)))
        reflector_pause(r, "its watches end early"); /* no error yet: published only if it repeats */
    else if (err == ERR_OK)
        reflector_pause(r, "its watches end without an event");
    else
        reflector_failed(r, err, why, 0);
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct reflector *r = arg;
    r->call = NULL;
    buf_done(&r->line);
    reflector_charge(r, answer, 0);
    if (r->broken.code != ERR_OK)
        watch_broken(r);
    else if (answer->err != ERR_OK)
        watch_ended(r, answer->err, answer->why);
    else if (answer->status < 200 || answer->status > 299)
        reflector_refused(r, answer);
    else
        watch_ended(r, ERR_OK, "");
}

void reflector_watch(struct reflector *r)
{
    unsigned seconds = WATCH_LEAST_S + (r->soon.seed + r->soon.tries * 7u) % WATCH_SPREAD_S;
    char *url = mem_printf("%s?watch=1&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%u%s%s", r->path,
                           r->version, seconds, r->selector ? "&labelSelector=" : "", r->selector ? r->selector : "");
    r->lines = 0;
    r->progressed = false;
    r->broken.code = ERR_OK;
    r->watch_began_ms = r->line_at_ms = loop_now_ms();
    buf_clear(&r->line);
    r->call = kube_link_send(r->link, KUBE_WATCHES,
                             &(struct http_ask){.method = "GET", .url = url, .silence_ms = r->silence_ms},
                             &(struct http_calls){.bytes = on_bytes, .head = on_head, .done = on_done, .arg = r});
    free(url);
}
