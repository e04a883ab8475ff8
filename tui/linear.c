/* linear.c - see linear.h. */
#include "tui/linear.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"
#include "backends/world/timeline.h"
#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 2048, WORLDS = WORLD_SERVE + 1 };

/* Of a pod: the state that was reported last. */
struct said_pod {
    char key[TIMELINE_KEY_MAX];
    uint64_t at_ms;
    char words[sizeof((struct timeline_span *)0)->words];
};

struct linear {
    void (*line)(void *arg, const char *text);
    void *arg;
    bool begun;
    uint64_t now_ms; /* of the view before */
    uint64_t wall_ms;
    char question[ANSWERS][32];
    enum verdict verdict[ANSWERS];
    struct said_pod pod[TIMELINE_PODS];
    size_t pods;
    enum freshness fresh[WORLDS];
    enum outage_phase phase;
    uint64_t t0_ms;
    struct outage_rung printed[RUNG_COUNT];
};

struct linear *linear_new(void (*line)(void *arg, const char *text), void *arg)
{
    struct linear *l = mem_zero(1, sizeof *l);
    l->line = line;
    l->arg = arg;
    return l;
}

void linear_free(struct linear *l)
{
    free(l);
}

static void line_emit(const struct linear *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line_emit(const struct linear *l, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES], clock[STAMP_TEXT_MAX];
    va_list ap;
    if (!l->begun) return;
    const int len = snprintf(text, sizeof text, "%s ", stamp_clock(clock, l->wall_ms));
    va_start(ap, fmt);
    vsnprintf(text + len, sizeof text - (size_t)len, fmt, ap);
    va_end(ap);
    l->line(l->arg, text);
}

static void lines_emit(const struct linear *l, const struct buf *text)
{
    for (const char *at = buf_text(text); *at;) {
        const size_t len = strcspn(at, "\n");
        line_emit(l, "%.*s", (int)len, at);
        at += len + (at[len] == '\n');
    }
}

/* ---- the answers ------------------------------------------------------------------------------------------------ */

/* A change of the word alone is a length or a count that runs on. */
static void answers_report(struct linear *l, const struct view *v)
{
    struct answer answer[ANSWERS];
    answers_of(v->world, v->focus, v->outage, v->previous, v->now_ms, v->wall_ms, answer);
    for (int i = 0; i < ANSWERS; i++) {
        const struct answer *a = &answer[i];
        if (text_eq(l->question[i], a->question) && l->verdict[i] == a->verdict) continue;
        snprintf(l->question[i], sizeof l->question[i], "%s", a->question);
        l->verdict[i] = a->verdict;
        line_emit(l, "%s %s: %s", a->question, a->word, a->text);
    }
}

/* ---- pods ------------------------------------------------------------------------------------------------------- */

static struct said_pod *pod_said(struct linear *l, const char *key)
{
    for (size_t i = 0; i < l->pods; i++)
        if (text_eq(l->pod[i].key, key)) return &l->pod[i];
    if (l->pods == TIMELINE_PODS) { /* the first one has long been gone */
        memmove(&l->pod[0], &l->pod[1], (TIMELINE_PODS - 1) * sizeof l->pod[0]);
        l->pods--;
    }
    struct said_pod *pod = &l->pod[l->pods++];
    *pod = (struct said_pod){.at_ms = 0};
    snprintf(pod->key, sizeof pod->key, "%s", key);
    return pod;
}

static void pod_report(struct linear *l, const struct view *v, const struct timeline_lane *lane)
{
    const struct row *row = world_find(v->world, TABLE_POD, lane->key);
    const char *name = row && ROW(row, pod)->name ? ROW(row, pod)->name : lane->name;
    const size_t count = timeline_spans(v->timeline, lane);
    struct said_pod *said = pod_said(l, lane->key);
    for (size_t i = 0; i < count; i++) {
        const struct timeline_span *span = timeline_span(v->timeline, lane, i);
        if (span->at_ms < said->at_ms || (span->at_ms == said->at_ms && text_eq(span->words, said->words))) continue;
        if (!text_eq(span->words, said->words) && (said->words[0] || span->state != TIMELINE_UNKNOWN))
            line_emit(l, "%s pod %s: %s", lane->kind == LANE_HEAD ? "head" : "worker", name, span->words);
        said->at_ms = span->at_ms;
        snprintf(said->words, sizeof said->words, "%s", span->words);
    }
}

static void pods_report(struct linear *l, const struct view *v)
{
    struct timeline_lane lane[TIMELINE_LANES];
    if (!v->timeline) return;
    const uint64_t from_ms = v->now_ms > TIMELINE_MS ? v->now_ms - TIMELINE_MS : 0;
    const size_t count = timeline_lanes(v->timeline, from_ms, v->now_ms + 1, lane, TIMELINE_LANES);
    for (size_t i = 0; i < count; i++)
        if (lane[i].kind == LANE_HEAD || lane[i].kind == LANE_WORKER) pod_report(l, v, &lane[i]);
}

/* ---- events, prompts, sources ----------------------------------------------------------------------------------- */

static void events_report(const struct linear *l, const struct view *v)
{
    WORLD_EACH (row, v->world, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        char words[LINE_MAX_BYTES / 2];
        if (row->gone_ms || row->changed_ms <= l->now_ms) continue;
        if (v->focus->ns && !text_eq(e->ns, v->focus->ns)) continue;
        line_emit(l, "%s %s %s: %s", text_eq(e->type, "Normal") ? "event" : "warning",
                  e->about_kind ? e->about_kind : "–", e->about ? e->about : "–", event_words(e, words, sizeof words));
    }
}

static void prompts_report(const struct linear *l, const struct view *v)
{
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        char words[LINE_MAX_BYTES / 2];
        if (!text_eq(r->kind, REQUEST_PROMPT) || row->changed_ms <= l->now_ms) continue;
        if (!text_eq(r->phase, "waiting"))
            line_emit(l, "%s", request_answer_words(r, words, sizeof words));
        else if (row->seen_ms > l->now_ms)
            line_emit(l, "prompt: %s", r->question ? r->question : "–");
    }
}

/* Its age alone is no news. */
static void sources_report(struct linear *l, const struct view *v)
{
    static const char *const names[WORLDS] = {
        [WORLD_KUBE] = "Kubernetes", [WORLD_REDIS] = "Redis", [WORLD_NEURON] = "Neuron", [WORLD_SERVE] = "Serve"};
    for (int kind = 0; kind < WORLDS; kind++) {
        struct known_u64 age = UNKNOWN_U64;
        const struct source *worst = NULL;
        char words[FRESH_TEXT_MAX];
        const enum freshness fresh = world_freshness(v->world, (enum world_kind)kind, v->now_ms, &age, &worst);
        if (fresh == l->fresh[kind]) continue;
        l->fresh[kind] = fresh;
        fresh_words(fresh, age, words);
        const char *why = worst && worst->why && fresh != FRESH_LIVE ? worst->why : "";
        line_emit(l, "%s: %s%s%s", names[kind], fresh == FRESH_LIVE ? "live" : words, *why ? ": " : "", why);
    }
}

/* ---- the head --------------------------------------------------------------------------------------------------- */

static void outage_begin(struct linear *l, const struct outage *o)
{
    char cause[OUTAGE_WORDS_MAX];
    if (o->state == OUTAGE_NONE || o->t0_ms == l->t0_ms) return;
    l->t0_ms = o->t0_ms;
    memset(l->printed, 0, sizeof l->printed);
    line_emit(l, "%s %s: %s%s%s",
              outage_is_loss(o) || o->head_lost ? "head lost:" : "outage:", *o->old_head ? o->old_head : "the GCS",
              outage_cause_words(o, cause), *o->evidence ? ", " : "", o->evidence);
}

static void rungs_report(struct linear *l, const struct outage *o)
{
    enum rung order[RUNG_COUNT];
    struct buf news;
    if (o->state == OUTAGE_NONE) return;
    buf_init(&news, OUTAGE_TEXT_MAX);
    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) outage_rung_news(o, order[i], &l->printed[order[i]], &news);
    lines_emit(l, &news);
    buf_done(&news);
}

/* The answers say how it stands meanwhile. */
static void end_report(struct linear *l, const struct outage *o)
{
    const enum outage_phase phase = outage_phase_of(o), before = l->phase;
    char length[OUTAGE_WORDS_MAX];
    struct buf losses;
    l->phase = phase;
    if (phase != PHASE_OVER || before == PHASE_OVER) return;
    line_emit(l, "the recovery is over: %s", outage_main_words(o, length));
    buf_init(&losses, OUTAGE_TEXT_MAX);
    outage_losses_text(o, &losses);
    lines_emit(l, &losses);
    buf_done(&losses);
}

void linear_observe(struct linear *l, const struct view *v)
{
    l->wall_ms = v->wall_ms;
    sources_report(l, v);
    outage_begin(l, v->outage);
    pods_report(l, v);
    events_report(l, v);
    rungs_report(l, v->outage);
    end_report(l, v->outage);
    answers_report(l, v);
    prompts_report(l, v);
    l->now_ms = v->now_ms;
    l->begun = true;
}
