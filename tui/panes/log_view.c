/* log_view.c - draws logs, and merges those of several pods. */
#include "tui/panes/log_view.h"

#include "backends/base/log_line.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/panes/pane_tools.h"
#include "tui/panes/text_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STAMP_COLS = 14, NAME_COLS_MOST = 24, SLACK_LINES = 1024 };
static const uint64_t LATE_NS = 2000000000; /* lines that come within it stay in the order in which they came */

void log_view_open(struct log_view *v)
{
    v->overlay = (struct overlay){.ops = &log_overlay};
    v->stamps = false;
    text_view_open(&v->view, true, true);
}

void log_view_reset(struct log_view *v)
{
    const bool wraps = v->view.wraps;
    text_view_open(&v->view, wraps, true);
    v->is_merged = false;
    v->generation++;
}

const char *log_since_word(enum log_since since)
{
    static const char *const words[LOG_SINCES] = {
        [LOG_SINCE_ALL] = "all", [LOG_SINCE_5M] = "5m", [LOG_SINCE_1H] = "1h"};
    return words[since];
}

/* ---- several logs as one ------------------------------------------------------------------------------------------
 */

static bool is_kept(const struct log_view *v, const struct log_line_at *at)
{
    return at->n >= v->stream[at->stream].ring->first;
}

static uint64_t ns_of(const struct log_view *v, const struct log_line_at *at)
{
    return log_ring_at(v->stream[at->stream].ring, at->n)->ns;
}

/* The room of lines that were dropped is used before more is allocated. */
static void merged_add(struct log_view *v, unsigned stream, uint64_t n)
{
    if (v->merged_end == v->merged_capacity && v->merged_from > v->merged_capacity / 2) {
        memmove(v->merged, v->merged + v->merged_from, (v->merged_end - v->merged_from) * sizeof *v->merged);
        v->merged_end -= v->merged_from;
        v->merged_from = 0;
    }
    if (v->merged_end == v->merged_capacity) {
        v->merged_capacity = v->merged_capacity ? 2 * v->merged_capacity : 1024;
        v->merged = mem_grow(v->merged, v->merged_capacity, sizeof *v->merged);
    }
    v->merged[v->merged_end++] = (struct log_line_at){stream, n};
}

/* The stream with the oldest of the lines that are next; v->streams: none has any. */
static size_t oldest_stream(const struct log_view *v, const uint64_t next[LOG_STREAMS])
{
    size_t oldest = v->streams;
    uint64_t ns = UINT64_MAX;
    for (size_t i = 0; i < v->streams; i++) {
        if (next[i] >= log_ring_end(v->stream[i].ring)) continue;
        const uint64_t at = log_ring_at(v->stream[i].ring, next[i])->ns;
        if (oldest < v->streams && at >= ns) continue;
        oldest = i;
        ns = at;
    }
    return oldest;
}

/* Merges what is new behind what there is. */
static void merged_append(struct log_view *v)
{
    for (size_t i = 0; i < v->streams; i++)
        if (v->merged_next[i] < v->stream[i].ring->first) v->merged_next[i] = v->stream[i].ring->first;
    for (size_t i; (i = oldest_stream(v, v->merged_next)) < v->streams;)
        merged_add(v, (unsigned)i, v->merged_next[i]++);
}

/* A line came that belongs further up than where those end that come at the same time by other ways: of a log whose
 * past was read late. */
static bool comes_late(const struct log_view *v)
{
    if (v->merged_from == v->merged_end || !is_kept(v, &v->merged[v->merged_end - 1])) return false;
    const uint64_t last = ns_of(v, &v->merged[v->merged_end - 1]);
    const size_t oldest = oldest_stream(v, v->merged_next);
    if (oldest == v->streams) return false;
    return ns_of(v, &(struct log_line_at){(unsigned)oldest, v->merged_next[oldest]}) + LATE_NS < last;
}

/* All anew; the line that was at the top stays there, where it is still kept. */
static void merged_rebuild(struct log_view *v)
{
    const size_t at = v->merged_from + (size_t)(v->view.top - v->merged_first);
    const bool held = v->is_merged && v->view.top >= v->merged_first && at < v->merged_end;
    const struct log_line_at top = held ? v->merged[at] : (struct log_line_at){0, 0};
    v->merged_from = v->merged_end = 0;
    v->merged_first = 0;
    memset(v->merged_next, 0, sizeof v->merged_next);
    merged_append(v);
    for (size_t i = 0; held && i < v->merged_end; i++)
        if (v->merged[i].stream == top.stream && v->merged[i].n >= top.n) {
            v->view.top = i;
            break;
        }
    v->is_merged = true;
    v->generation++;
}

/* What is new costs what it is; all is merged anew where it must be, or where more was dropped than is kept. */
static void merged_update(struct log_view *v)
{
    size_t kept = 0;
    if (v->streams < 2) return;
    for (size_t i = 0; i < v->streams; i++) {
        kept += v->stream[i].ring->entries.count;
        if (v->merged_next[i] < v->stream[i].ring->first) v->merged_next[i] = v->stream[i].ring->first;
    }
    for (; v->is_merged && v->merged_from < v->merged_end && !is_kept(v, &v->merged[v->merged_from]); v->merged_from++)
        v->merged_first++;
    if (!v->is_merged || comes_late(v) || v->merged_end - v->merged_from > 2 * kept + SLACK_LINES)
        merged_rebuild(v);
    else
        merged_append(v);
}

static struct log_line_at line_at(const struct log_view *v, uint64_t n)
{
    return v->streams > 1 ? v->merged[v->merged_from + (size_t)(n - v->merged_first)] : (struct log_line_at){0, n};
}

/* ---- lines --------------------------------------------------------------------------------------------------------
 */

/* On a narrow screen only what distinguishes it. */
static const char *stream_name(const struct log_stream *s, int cols)
{
    return cols > 2 * NAME_COLS_MOST ? s->name : pod_suffix(s->name);
}

static int names_width(const struct log_view *v, int cols)
{
    int most = 0;
    for (size_t i = 0; i < v->streams; i++) {
        const int width = (int)text_width(stream_name(&v->stream[i], cols));
        if (width > most) most = width;
    }
    return most < NAME_COLS_MOST ? most : NAME_COLS_MOST;
}

static enum role stream_role(unsigned stream)
{
    static const enum role roles[] = {ROLE_KEY, ROLE_OK, ROLE_SPARK, ROLE_ACTIVE, ROLE_NEW, ROLE_STALE};
    return roles[stream % ARRAY_LEN(roles)];
}

static void line_get(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    struct log_view *v = (struct log_view *)(uintptr_t)arg; /* its scratch alone is written */
    const struct log_line_at at = line_at(v, n);
    const struct log_stream *s = &v->stream[at.stream];
    int col = 0;
    *ret = (struct text_line){.parts = 0};
    if (!is_kept(v, &at)) return; /* dropped, and hidden */
    const struct log_entry *e = log_ring_at(s->ring, at.n);
    if (v->streams > 1) {
        ret->part[ret->parts++] = text_part_of(stream_name(s, cols), stream_role(at.stream), 0);
        col = names_width(v, cols) + 1;
    }
    if (v->stamps && e->ns) {
        log_stamp_text(v->stamp, e->ns);
        ret->part[ret->parts++] = text_part_of(v->stamp, ROLE_DIM, col);
        col += STAMP_COLS;
    }
    ret->part[ret->parts++] =
        (struct text_part){.text = e->text, .len = e->len, .role = e->note ? ROLE_WARN : ROLE_TEXT, .col = col};
    ret->hang = col;
}

/* One that was dropped between others that are kept. */
static bool line_hidden(const void *arg, uint64_t n)
{
    const struct log_view *v = arg;
    const struct log_line_at at = line_at(v, n);
    return !is_kept(v, &at);
}

static struct text_source source_of(const struct log_view *v)
{
    struct text_source source = {.generation = v->generation, .line = line_get, .arg = (void *)(uintptr_t)v};
    if (v->streams > 1) {
        source.first = v->merged_first;
        source.count = v->merged_end - v->merged_from;
        source.hidden = line_hidden;
    } else if (v->streams) {
        source.first = v->stream[0].ring->first;
        source.count = log_ring_end(v->stream[0].ring) - source.first;
    }
    return source;
}

/* ---- the overlay --------------------------------------------------------------------------------------------------
 */

static const struct log_stream *bad_stream(const struct log_view *v)
{
    for (size_t i = 0; i < v->streams; i++)
        if (v->stream[i].bad) return &v->stream[i];
    return NULL;
}

static void view_update(struct overlay *o, const struct view *view, int rows, int cols)
{
    struct log_view *v = (struct log_view *)o;
    (void)view;
    merged_update(v);
    const struct text_source source = source_of(v);
    text_view_update(&v->view, &source, rows - TEXT_PAGE_ROWS - (bad_stream(v) != NULL), cols - 2);
}

/* "following · since 5m · 1204 lines, 300 older dropped". */
static void status_words(const struct log_view *v, char *out, size_t size)
{
    const struct text_source source = source_of(v);
    const char *state = !v->view.follows   ? "G follows"
                        : v->streams != 1  ? "merged"
                        : v->stream[0].bad ? "not followed"
                                           : v->stream[0].state;
    const bool since = v->since != LOG_SINCE_ALL;
    uint64_t dropped = 0;
    for (size_t i = 0; i < v->streams; i++) dropped += v->stream[i].ring->first;
    const int at =
        snprintf(out, size, "%.60s%s%s · %llu line%s", state, since ? " · since " : "",
                 since ? log_since_word(v->since) : "", (unsigned long long)source.count, text_plural(source.count));
    if (dropped && at > 0 && (size_t)at < size)
        snprintf(out + at, size - (size_t)at, ", %llu older dropped", (unsigned long long)dropped);
}

static void view_draw(const struct overlay *o, const struct view *view, struct canvas *cv)
{
    const struct log_view *v = (const struct log_view *)o;
    const struct text_source source = source_of(v);
    const struct log_stream *bad = bad_stream(v);
    char status[160], title[256], line[400];
    status_words(v, status, sizeof status);
    snprintf(title, sizeof title, "Logs %s%s", v->title, v->previous ? " (previous run)" : "");
    static const struct footer_key keys[] = {{"t", "times", true, false},    {"s", "since", true, false},
                                             {"p", "previous", true, false}, {"c", "container", true, false},
                                             {"a", "all", true, false},      {"w", "save", true, false},
                                             {"W", "wrap", true, false}};
    struct canvas body = text_page_draw(cv, view, title, status, keys, ARRAY_LEN(keys));
    if (bad && body.rows > 1) {
        snprintf(line, sizeof line, "%s%s%s", v->streams > 1 ? bad->name : "", v->streams > 1 ? ": " : "", bad->state);
        canvas_field(&body, 0, 0, body.cols, ROLE_WARN, line);
        body = canvas_sub(&body, 1, 0, body.rows - 1, body.cols);
    }
    if (!source.count && !text_view_typing(&v->view))
        pane_say(&body, 1, ROLE_DIM, bad ? "no line was read" : "no line yet");
    else
        text_view_draw(&v->view, &source, &body);
}

static bool action_of(struct log_view *v, uint32_t key)
{
    switch (key) {
    case 'p': v->action = LOG_TOGGLE_PREVIOUS; return true;
    case 's': v->action = LOG_NEXT_SINCE; return true;
    case 'c': v->action = LOG_NEXT_CONTAINER; return true;
    case 'a': v->action = LOG_TOGGLE_ALL; return true;
    default: return false;
    }
}

static enum overlay_result view_input(struct overlay *o, const struct view *view, const struct input *in)
{
    struct log_view *v = (struct log_view *)o;
    const struct text_source source = source_of(v);
    const bool plain = in->type == INPUT_KEY && !(in->mods & (MOD_CTRL | MOD_ALT));
    (void)view;
    if (plain && !text_view_typing(&v->view) && in->key == 't') {
        v->stamps = !v->stamps;
        return OVERLAY_STAYS;
    }
    if (plain && !text_view_typing(&v->view) && action_of(v, in->key)) return OVERLAY_ACTION;
    switch (text_view_input(&v->view, &source, in)) {
    case TEXT_VIEW_SAVE: return OVERLAY_SAVE;
    case TEXT_VIEW_USED: return OVERLAY_STAYS;
    case TEXT_VIEW_UNUSED: break;
    }
    return text_page_input(in);
}

/* With the times, whether they are shown or not. */
static void view_text(const struct overlay *o, struct buf *out)
{
    struct log_view *v = (struct log_view *)(uintptr_t)o;
    const struct text_source source = source_of(v);
    const bool stamps = v->stamps;
    v->stamps = true;
    text_view_print(&source, 200, out);
    v->stamps = stamps;
}

static void view_done(struct overlay *o)
{
    struct log_view *v = (struct log_view *)o;
    text_view_done(&v->view);
    free(v->merged);
    *v = (struct log_view){.streams = 0};
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"t", "Show times, or not"},
                                           {"s", "Since 5 m, 1 h, all"},
                                           {"p", "The run before this one"},
                                           {"c", "The next container"},
                                           {"a", "All pods of the cluster, merged"},
                                           {":", "Type a command"},
                                           {"Esc q", "Leave; a search that is shown ends first"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

static bool takes_text(const struct overlay *o)
{
    return text_view_typing(&((const struct log_view *)o)->view);
}

const struct overlay_ops log_overlay = {.name = "log",
                                        .place = "these logs",
                                        .keys = help_keys,
                                        .uses = OVERLAY_USES_TEXT,
                                        .typing = takes_text,
                                        .update = view_update,
                                        .draw = view_draw,
                                        .input = view_input,
                                        .text = view_text,
                                        .done = view_done};
