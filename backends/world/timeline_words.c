/* timeline_words.c - what a lane says at one moment, in words. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/timeline_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct timeline_step *step_at(const struct fifo *steps, uint64_t at_ms)
{
    const size_t until = fifo_until(steps, at_ms);
    return until ? fifo_at(steps, until - 1) : NULL;
}

/* How long a state has lasted by then. */
static void length_add(char *out, uint64_t since_ms, uint64_t at_ms)
{
    char length[TEXT_NUM_MAX];
    const size_t used = strlen(out);
    if (at_ms < since_ms) return;
    snprintf(out + used, TIMELINE_WORDS_MAX - used, ", %s", text_duration(length, at_ms - since_ms));
}

static void band_words(const struct timeline *t, const struct timeline_lane *lane, uint64_t at_ms, char *out)
{
    const struct timeline_pod *pod = lane->index < t->pods ? t->pod[lane->index] : NULL;
    const size_t until = pod ? fifo_until(&pod->spans, at_ms) : 0;
    if (!until) {
        snprintf(out, TIMELINE_WORDS_MAX, "not created yet");
        return;
    }
    const struct timeline_span *span = fifo_at(&pod->spans, until - 1);
    snprintf(out, TIMELINE_WORDS_MAX, "%s", span->words);
    /* Since when it has been so is not known where it was not known before. */
    const struct timeline_span *before = until > 1 ? fifo_at(&pod->spans, until - 2) : NULL;
    if (before ? before->state != TIMELINE_UNKNOWN : span->at_ms > t->began_ms) length_add(out, span->at_ms, at_ms);
}

static void value_words(enum timeline_kind kind, const struct timeline_step *step, uint64_t at_ms, char *out)
{
    const double value = (double)step->value, other = (double)step->other;
    char num[TEXT_NUM_MAX];
    switch (kind) {
    case LANE_BEAT:
        snprintf(out, TIMELINE_WORDS_MAX, "%s old", text_seconds(num, (uint64_t)step->value + (at_ms - step->at_ms)));
        break;
    case LANE_CONNECTIONS:
        snprintf(out, TIMELINE_WORDS_MAX, "%.0f Ray connection%s", value, value > 1 || value < 1 ? "s" : "");
        break;
    case LANE_FIELDS: snprintf(out, TIMELINE_WORDS_MAX, "%.0f Redis field%s", value, text_plural(value == 1)); break;
    case LANE_ENDPOINTS: snprintf(out, TIMELINE_WORDS_MAX, "%.0f ready, %.0f besides the head", value, other); break;
    case LANE_REPLICAS: snprintf(out, TIMELINE_WORDS_MAX, "%.0f of %.0f RUNNING", value, other); break;
    case LANE_CORE: snprintf(out, TIMELINE_WORDS_MAX, "%.0f %%", value); break;
    default: break;
    }
}

static void values_words(const struct timeline *t, const struct timeline_lane *lane, uint64_t at_ms, char *out)
{
    const struct timeline_values *v =
        lane->kind == LANE_CORE ? &t->core[lane->index]->values : &t->values[VALUES_BEAT + (lane->kind - LANE_BEAT)];
    const struct timeline_step *step = step_at(&v->steps, at_ms);
    const bool now = step && step == fifo_last(&v->steps);
    const char *why = now ? v->why : "";
    if (!step)
        snprintf(out, TIMELINE_WORDS_MAX, "unknown: not watched yet");
    else if (step->state == TIMELINE_READY)
        value_words(lane->kind, step, at_ms, out);
    else if (step->state == TIMELINE_UNKNOWN)
        snprintf(out, TIMELINE_WORDS_MAX, "unknown%s%s", *why ? ": " : "", why);
    else
        snprintf(out, TIMELINE_WORDS_MAX, "%s", *why ? why : "not read");
}

static uint32_t slowest_of(const struct timeline_series *s, uint64_t from_ms, uint64_t to_ms)
{
    uint32_t slowest = 0;
    for (size_t i = from_ms ? fifo_until(&s->seconds, from_ms - 1) : 0; i < s->seconds.count; i++) {
        const struct timeline_second *second = fifo_at(&s->seconds, i);
        if (second->at_ms >= to_ms) break;
        if (second->slowest_us > slowest) slowest = second->slowest_us;
    }
    return slowest;
}

static void series_words(const struct timeline *t, const struct timeline_lane *lane, uint64_t from_ms, uint64_t to_ms,
                         char *out)
{
    const struct timeline_cell cell = timeline_cell(t, lane, from_ms, to_ms);
    const struct timeline_series *s = timeline_series_of(t, lane);
    const uint32_t ended = cell.ok + cell.slow + cell.failed, slowest = slowest_of(s, from_ms, to_ms);
    size_t used = 0;
    if (ended) used = (size_t)snprintf(out, TIMELINE_WORDS_MAX, "%u of %u answered", cell.ok + cell.slow, ended);
    if (ended && cell.ok + cell.slow)
        used += (size_t)snprintf(out + used, TIMELINE_WORDS_MAX - used, ", %.0f ms", (double)slowest / 1000);
    if (cell.unknown)
        used += (size_t)snprintf(out + used, TIMELINE_WORDS_MAX - used, "%s%u say nothing of Serve", used ? ", " : "",
                                 cell.unknown);
    if (cell.waiting)
        used += (size_t)snprintf(out + used, TIMELINE_WORDS_MAX - used, "%s%u not answered yet", used ? ", " : "",
                                 cell.waiting);
    if (used) return;
    const bool now = s->heard.steps.count && step_at(&s->heard.steps, to_ms) == fifo_last(&s->heard.steps);
    if (cell.state == TIMELINE_UNKNOWN)
        snprintf(out, TIMELINE_WORDS_MAX, "unknown%s%s", now && *s->heard.why ? ": " : "", now ? s->heard.why : "");
    else
        snprintf(out, TIMELINE_WORDS_MAX, "none was due");
}

static void prompt_words(const struct timeline *t, uint64_t from_ms, uint64_t to_ms, char *out)
{
    static const char *const words[] = {"waits", "ok", "slow", "failed", "says nothing of Serve", "cancelled"};
    char num[TEXT_NUM_MAX];
    const struct timeline_prompt *p = timeline_prompt_near(t, from_ms);
    const uint64_t done_ms = p && p->done_ms ? p->done_ms : t->now_ms;
    if (!p || p->due_ms >= to_ms || done_ms < from_ms) {
        snprintf(out, TIMELINE_WORDS_MAX, "%s", t->prompts.count ? "none was sent then" : "no prompt was sent");
        return;
    }
    snprintf(out, TIMELINE_WORDS_MAX, "%s %s%s%s%s%s", words[p->phase],
             text_seconds(num, done_ms > p->due_ms ? done_ms - p->due_ms : 0), *p->failure ? ", " : "", p->failure,
             *p->head ? ", " : "", p->head);
}

static void marks_words(const struct timeline *t, const struct timeline_lane *lane, uint64_t from_ms, uint64_t to_ms,
                        char *out)
{
    const struct timeline_cell cell = timeline_cell(t, lane, from_ms, to_ms);
    const struct timeline_event *e = timeline_event_near(t, to_ms ? to_ms - 1 : 0);
    const uint32_t all = cell.normal + cell.warnings;
    const char *about = e && strrchr(e->about, '-') ? strrchr(e->about, '-') + 1 : e ? e->about : "";
    if (!all || !e) {
        out[0] = '\0';
        return;
    }
    snprintf(out, TIMELINE_WORDS_MAX, "%s %s", e->reason, about);
    const size_t used = strlen(out);
    if (all > 1) snprintf(out + used, TIMELINE_WORDS_MAX - used, ", and %u more", all - 1);
}

char *timeline_words(const struct timeline *t, const struct timeline_lane *lane, uint64_t at_ms, uint64_t around_ms,
                     char out[TIMELINE_WORDS_MAX])
{
    out[0] = '\0';
    if (at_ms > t->now_ms + SOURCE_STALE_MS) return out; /* the future */
    if (at_ms > t->now_ms) at_ms = t->now_ms;            /* no change has come since */
    const uint64_t from_ms = at_ms > around_ms ? at_ms - around_ms : 0;
    switch (lane->shape) {
    case SHAPE_BAND: band_words(t, lane, at_ms, out); break;
    case SHAPE_SERIES: series_words(t, lane, from_ms, at_ms + 1, out); break;
    case SHAPE_BARS: prompt_words(t, from_ms, at_ms + 1, out); break;
    case SHAPE_MARKS: marks_words(t, lane, from_ms, at_ms + 1, out); break;
    default: values_words(t, lane, at_ms, out); break;
    }
    return out;
}

char *timeline_dropped_words(const struct timeline *t, char out[TIMELINE_WORDS_MAX])
{
    const struct {
        uint64_t count;
        const char *one, *many;
    } dropped[] = {{t->pods_dropped, "pod", "pods"},
                   {t->cores_dropped, "core", "cores"},
                   {t->prompts.dropped, "prompt", "prompts"},
                   {t->events.dropped, "event", "events"}};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(dropped); i++) {
        if (!dropped[i].count) continue;
        used += (size_t)snprintf(out + used, TIMELINE_WORDS_MAX - used, "%s%llu %s", used ? ", " : "",
                                 (unsigned long long)dropped[i].count,
                                 dropped[i].count == 1 ? dropped[i].one : dropped[i].many);
    }
    if (used) snprintf(out + used, TIMELINE_WORDS_MAX - used, " not kept");
    return out;
}
