/* timeline_read.c - what lies in a lane between two moments. */
#include "backends/base/mem.h"
#include "backends/world/timeline_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *group, *name, *brief;
    enum timeline_shape shape;
} kinds[LANE_KINDS] = {
#define X(name, group, words, brief, shape) {group, words, brief, SHAPE_##shape},
    TIMELINE_LANE_MAP(X)
#undef X
};

const char *timeline_service(const struct timeline *t)
{
    return t->service;
}

uint64_t timeline_began_ms(const struct timeline *t)
{
    return t->began_ms;
}

uint64_t timeline_now_ms(const struct timeline *t)
{
    return t->now_ms;
}

uint64_t timeline_wall_ms(const struct timeline *t, uint64_t at_ms)
{
    return t->wall_ms + at_ms > t->now_ms ? t->wall_ms + at_ms - t->now_ms : 0;
}

uint64_t timeline_at_ms(const struct timeline *t, uint64_t wall_ms)
{
    return t->now_ms + wall_ms > t->wall_ms ? t->now_ms + wall_ms - t->wall_ms : 0;
}

/* ---- what each lane reads from ----------------------------------------------------------------------------------- */

static const struct timeline_pod *pod_of(const struct timeline *t, const struct timeline_lane *lane)
{
    return lane->index < t->pods ? t->pod[lane->index] : NULL;
}

static const struct timeline_values *values_of(const struct timeline *t, const struct timeline_lane *lane)
{
    if (lane->kind == LANE_CORE) return lane->index < t->cores ? &t->core[lane->index]->values : NULL;
    return &t->values[VALUES_BEAT + (lane->kind - LANE_BEAT)];
}

const struct timeline_series *timeline_series_of(const struct timeline *t, const struct timeline_lane *lane)
{
    static const enum tally_series series[] = {[LANE_ROUTE] = TALLY_ROUTE,
                                               [LANE_FRESH] = TALLY_FRESH,
                                               [LANE_PROXIES] = TALLY_PROXIES,
                                               [LANE_PROMPTS] = TALLY_PROMPTS};
    return &t->series[series[lane->kind]];
}

size_t timeline_spans(const struct timeline *t, const struct timeline_lane *lane)
{
    const struct timeline_pod *pod = lane->shape == SHAPE_BAND ? pod_of(t, lane) : NULL;
    return pod ? pod->spans.count : 0;
}

const struct timeline_span *timeline_span(const struct timeline *t, const struct timeline_lane *lane, size_t index)
{
    return fifo_at(&pod_of(t, lane)->spans, index);
}

size_t timeline_prompts(const struct timeline *t)
{
    return t->prompts.count;
}

const struct timeline_prompt *timeline_prompt(const struct timeline *t, size_t index)
{
    return fifo_at(&t->prompts, index);
}

size_t timeline_events(const struct timeline *t)
{
    return t->events.count;
}

const struct timeline_event *timeline_event(const struct timeline *t, size_t index)
{
    return fifo_at(&t->events, index);
}

static uint64_t time_distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

const struct timeline_event *timeline_event_near(const struct timeline *t, uint64_t at_ms)
{
    const size_t until = fifo_until(&t->events, at_ms);
    const struct timeline_event *before = until ? timeline_event(t, until - 1) : NULL;
    const struct timeline_event *after = until < t->events.count ? timeline_event(t, until) : NULL;
    if (!before || !after) return before ? before : after;
    return time_distance(before->at_ms, at_ms) <= time_distance(after->at_ms, at_ms) ? before : after;
}

/* How far a prompt is from a moment; 0: it was asked and not yet answered then. */
static uint64_t prompt_distance(const struct timeline *t, const struct timeline_prompt *p, uint64_t at_ms)
{
    const uint64_t done_ms = p->done_ms ? p->done_ms : t->now_ms;
    return at_ms < p->due_ms ? p->due_ms - at_ms : at_ms > done_ms ? at_ms - done_ms : 0;
}

const struct timeline_prompt *timeline_prompt_near(const struct timeline *t, uint64_t at_ms)
{
    const struct timeline_prompt *near = NULL;
    for (size_t i = 0; i < t->prompts.count; i++) {
        const struct timeline_prompt *p = timeline_prompt(t, i);
        if (!near || prompt_distance(t, p, at_ms) <= prompt_distance(t, near, at_ms)) near = p;
    }
    return near;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static void cell_add_state(struct timeline_cell *cell, enum timeline_state state)
{
    if (state > cell->state) cell->state = state;
}

/* Before the first item, and before the console watched, nothing is known. */
static bool lies_before(const struct timeline *t, uint64_t from_ms)
{
    return from_ms < t->began_ms || (t->now_ms > TIMELINE_MS && from_ms < t->now_ms - TIMELINE_MS);
}

static struct timeline_cell band_cell(const struct timeline *t, const struct timeline_pod *pod, uint64_t from_ms,
                                      uint64_t to_ms)
{
    struct timeline_cell cell = {.value = NAN};
    const size_t first = fifo_until(&pod->spans, from_ms);
    for (size_t i = first ? first - 1 : 0; i < pod->spans.count; i++) {
        const struct timeline_span *span = fifo_at(&pod->spans, i);
        if (span->at_ms >= to_ms) break;
        const bool ends = span->state == TIMELINE_GONE || span->state == TIMELINE_FAILED;
        const struct timeline_span *before = i ? fifo_at(&pod->spans, i - 1) : NULL;
        const bool ended = before && (before->state == TIMELINE_GONE || before->state == TIMELINE_FAILED);
        cell.died = cell.died || (ends && !ended && span->at_ms >= from_ms);
        cell_add_state(&cell, span->state);
    }
    (void)t;
    return cell;
}

/* The part of a step's time that lies in the cell. */
static uint64_t step_span(const struct timeline_values *v, size_t index, uint64_t from_ms, uint64_t to_ms,
                          uint64_t *ret_end_ms)
{
    const struct timeline_step *step = fifo_at(&v->steps, index);
    const struct timeline_step *next = index + 1 < v->steps.count ? fifo_at(&v->steps, index + 1) : NULL;
    const uint64_t begin_ms = step->at_ms > from_ms ? step->at_ms : from_ms;
    *ret_end_ms = next && next->at_ms < to_ms ? next->at_ms : to_ms;
    return *ret_end_ms > begin_ms ? *ret_end_ms - begin_ms : 0;
}

static struct timeline_cell values_cell(const struct timeline *t, enum timeline_kind kind,
                                        const struct timeline_values *v, uint64_t from_ms, uint64_t to_ms)
{
    struct timeline_cell cell = {.value = NAN};
    const size_t first = fifo_until(&v->steps, from_ms);
    double sum = 0, most = NAN;
    uint64_t time = 0;
    bool zero = false;

    if (!first && lies_before(t, from_ms)) cell.state = TIMELINE_UNKNOWN;
    for (size_t i = first ? first - 1 : 0; i < v->steps.count; i++) {
        const struct timeline_step *step = fifo_at(&v->steps, i);
        uint64_t end_ms;
        if (step->at_ms >= to_ms) break;
        const uint64_t span = step_span(v, i, from_ms, to_ms, &end_ms);
        cell_add_state(&cell, (enum timeline_state)step->state);
        if (step->state != TIMELINE_READY) continue;
        const double age = (double)step->value + (double)(end_ms - step->at_ms);
        if (!(most >= age)) most = age;
        sum += (double)step->value * (double)(span ? span : 1);
        time += span ? span : 1;
        const bool begins = step->at_ms >= from_ms;
        cell.begins = cell.begins || begins;
        cell.fell = step->value > 0 && (cell.fell || zero);
        zero = begins && !(step->value > 0);
        cell.value = (double)step->value;
    }
    if (kind == LANE_BEAT) cell.value = most / 1000;
    if (kind == LANE_CORE && time) cell.value = sum / (double)time;
    return cell;
}

static struct timeline_cell series_cell(const struct timeline *t, const struct timeline_series *s, uint64_t from_ms,
                                        uint64_t to_ms)
{
    struct timeline_cell cell = values_cell(t, LANE_ROUTE, &s->heard, from_ms, to_ms);
    /* Seconds that begin in the cell, and where it is shorter than one, the one that it lies in. */
    const uint64_t begin_ms = to_ms - from_ms < 1000 ? from_ms - from_ms % 1000 : from_ms;
    for (size_t i = begin_ms ? fifo_until(&s->seconds, begin_ms - 1) : 0; i < s->seconds.count; i++) {
        const struct timeline_second *second = fifo_at(&s->seconds, i);
        if (second->at_ms >= to_ms) break;
        cell.ok += second->ok;
        cell.slow += second->slow;
        cell.failed += second->failed;
        cell.unknown += second->unknown;
    }
    for (size_t i = from_ms ? fifo_until(&s->waiting, from_ms - 1) : 0; i < s->waiting.count; i++) {
        if (((const struct timeline_waiting *)fifo_at(&s->waiting, i))->due_ms >= to_ms) break;
        cell.waiting++;
    }
    return cell;
}

static struct timeline_cell marks_cell(const struct timeline *t, uint64_t from_ms, uint64_t to_ms)
{
    struct timeline_cell cell = {.value = NAN};
    for (size_t i = from_ms ? fifo_until(&t->events, from_ms - 1) : 0; i < t->events.count; i++) {
        const struct timeline_event *e = timeline_event(t, i);
        if (e->at_ms >= to_ms) break;
        cell.normal += !e->warning;
        cell.warnings += e->warning;
    }
    return cell;
}

struct timeline_cell timeline_cell(const struct timeline *t, const struct timeline_lane *lane, uint64_t from_ms,
                                   uint64_t to_ms)
{
    struct timeline_cell none = {.value = NAN};
    if (to_ms > t->now_ms + 1) to_ms = t->now_ms + 1; /* the future is nothing */
    if (from_ms >= to_ms) return none;
    switch (lane->shape) {
    case SHAPE_BAND: return pod_of(t, lane) ? band_cell(t, pod_of(t, lane), from_ms, to_ms) : none;
    case SHAPE_SERIES:
    case SHAPE_BARS: return series_cell(t, timeline_series_of(t, lane), from_ms, to_ms);
    case SHAPE_MARKS: return marks_cell(t, from_ms, to_ms);
    default: break;
    }
    const struct timeline_values *v = values_of(t, lane);
    return v ? values_cell(t, lane->kind, v, from_ms, to_ms) : none;
}

/* ---- lanes ------------------------------------------------------------------------------------------------------- */

struct lanes {
    struct timeline_lane *out;
    size_t count, max;
};

static struct timeline_lane *lane_add(struct lanes *lanes, enum timeline_kind kind, size_t index, const char *name,
                                      const char *key)
{
    if (lanes->count == lanes->max) return NULL;
    struct timeline_lane *lane = &lanes->out[lanes->count++];
    *lane = (struct timeline_lane){.kind = kind,
                                   .shape = kinds[kind].shape,
                                   .group = kinds[kind].group,
                                   .brief = kinds[kind].brief,
                                   .index = index};
    snprintf(lane->name, sizeof lane->name, "%s", name);
    snprintf(lane->key, sizeof lane->key, "%s", key);
    return lane;
}

static const char *suffix_of(const char *name)
{
    const char *dash = strrchr(name, '-');
    return dash && dash[1] ? dash + 1 : name;
}

static void lanes_add_pods(const struct timeline *t, struct lanes *lanes, bool heads, uint64_t from_ms, uint64_t to_ms)
{
    for (size_t i = 0; i < t->pods; i++) {
        const struct timeline_pod *pod = t->pod[i];
        if (pod->head != heads) continue;
        const struct timeline_cell cell = band_cell(t, pod, from_ms, to_ms);
        if (cell.state > TIMELINE_GONE || cell.died)
            lane_add(lanes, heads ? LANE_HEAD : LANE_WORKER, i, suffix_of(pod->name), pod->uid);
    }
}

static void lanes_add_cores(const struct timeline *t, struct lanes *lanes, uint64_t from_ms, uint64_t to_ms)
{
    for (size_t i = 0; i < t->cores; i++) {
        const struct timeline_core *core = t->core[i];
        const struct timeline_cell cell = values_cell(t, LANE_CORE, &core->values, from_ms, to_ms);
        if (cell.state != TIMELINE_NONE) lane_add(lanes, LANE_CORE, i, core->name, core->key);
    }
}

size_t timeline_lanes(const struct timeline *t, uint64_t from_ms, uint64_t to_ms, struct timeline_lane *out, size_t max)
{
    struct lanes lanes = {.out = out, .max = max};
    if (!t->began_ms) return 0;
    for (int kind = 0; kind < LANE_KINDS; kind++) {
        if (kind == LANE_HEAD || kind == LANE_WORKER)
            lanes_add_pods(t, &lanes, kind == LANE_HEAD, from_ms, to_ms);
        else if (kind == LANE_CORE)
            lanes_add_cores(t, &lanes, from_ms, to_ms);
        else if (kind != LANE_FRESH || t->series[TALLY_FRESH].seconds.count) /* of a load alone */
            lane_add(&lanes, (enum timeline_kind)kind, 0, kinds[kind].name, "");
    }
    return lanes.count;
}
