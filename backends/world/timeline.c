/* timeline.c - takes each change to the lanes that it concerns, and keeps what is kept within its limits. */
#include "backends/base/mem.h"
#include "backends/world/timeline_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ------------------------------------------------------------------------------------------------------ */

void values_init(struct timeline_values *v)
{
    *v = (struct timeline_values){.why = ""};
    fifo_init(&v->steps, sizeof(struct timeline_step), TIMELINE_STEPS);
}

void values_add(struct timeline_values *v, uint64_t at_ms, enum timeline_state state, double value, double other)
{
    struct timeline_step *last = fifo_last(&v->steps);
    const float a = (float)value, b = (float)other;
    const bool known = state == TIMELINE_READY;

    if (state == TIMELINE_READY) v->why[0] = '\0';
    if (last && last->state == state &&
        (!known || (last->value <= a && last->value >= a && last->other <= b && last->other >= b)))
        return;
    if (last && at_ms <= last->at_ms) at_ms = last->at_ms;
    if (!last || at_ms > last->at_ms) last = fifo_push(&v->steps);
    *last = (struct timeline_step){.at_ms = at_ms, .state = (unsigned char)state, .value = a, .other = b};
}

void values_lose(struct timeline_values *v, const struct timeline *t, const struct source *s)
{
    bool off = false;
    if (timeline_is_heard(t, s, &off)) return;
    values_add(v, off ? t->now_ms : timeline_deaf_since(t, s), off ? TIMELINE_NONE : TIMELINE_UNKNOWN, 0, 0);
    snprintf(v->why, sizeof v->why, "%s", timeline_deaf_words(t, s));
}

/* ---- sources ----------------------------------------------------------------------------------------------------- */

static enum freshness freshness_of(const struct timeline *t, const struct source *s)
{
    return s ? source_freshness(s, t->now_ms, NULL) : FRESH_OFF;
}

bool timeline_is_heard(const struct timeline *t, const struct source *s, bool *ret_off)
{
    const enum freshness fresh = freshness_of(t, s);
    *ret_off = fresh == FRESH_OFF || fresh == FRESH_ABSENT;
    return fresh == FRESH_LIVE;
}

const char *timeline_deaf_words(const struct timeline *t, const struct source *s)
{
    switch (freshness_of(t, s)) {
    case FRESH_STALE: return "STALE";
    case FRESH_DOWN: return "DOWN";
    case FRESH_DENIED: return "DENIED";
    case FRESH_WAITING: return "connecting";
    default: return "not read";
    }
}

uint64_t timeline_deaf_since(const struct timeline *t, const struct source *s)
{
    const uint64_t since_ms = s && s->last_alive_ms ? s->last_alive_ms : s ? s->since_ms : t->now_ms;
    return since_ms < t->began_ms ? t->began_ms : since_ms < t->now_ms ? since_ms : t->now_ms;
}

/* ---- its life ---------------------------------------------------------------------------------------------------- */

static void timeline_init(struct timeline *t)
{
    *t = (struct timeline){.service = ""};
    for (size_t i = 0; i < VALUES_COUNT; i++) values_init(&t->values[i]);
    for (size_t i = 0; i < TALLY_SERIES; i++) {
        fifo_init(&t->series[i].seconds, sizeof(struct timeline_second), TIMELINE_MS / 1000);
        fifo_init(&t->series[i].waiting, sizeof(struct timeline_waiting), TIMELINE_WAITING);
        values_init(&t->series[i].heard);
    }
    fifo_init(&t->prompts, sizeof(struct timeline_prompt), TIMELINE_PROMPTS);
    fifo_init(&t->events, sizeof(struct timeline_event), TIMELINE_EVENTS);
}

struct timeline *timeline_new(void)
{
    struct timeline *t = mem_zero(1, sizeof *t);
    timeline_init(t);
    return t;
}

static void pod_free(struct timeline_pod *pod)
{
    fifo_done(&pod->spans);
    free(pod);
}

static void core_free(struct timeline_core *core)
{
    fifo_done(&core->values.steps);
    free(core);
}

static void timeline_done(struct timeline *t)
{
    for (size_t i = 0; i < t->pods; i++) pod_free(t->pod[i]);
    for (size_t i = 0; i < t->cores; i++) core_free(t->core[i]);
    for (size_t i = 0; i < VALUES_COUNT; i++) fifo_done(&t->values[i].steps);
    for (size_t i = 0; i < TALLY_SERIES; i++) {
        fifo_done(&t->series[i].seconds);
        fifo_done(&t->series[i].waiting);
        fifo_done(&t->series[i].heard.steps);
    }
    fifo_done(&t->prompts);
    fifo_done(&t->events);
}

void timeline_free(struct timeline *t)
{
    if (!t) return;
    timeline_done(t);
    free(t);
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

/* Keeps the last item before the horizon: it shows what was true there. */
static void history_trim(struct fifo *f, uint64_t horizon_ms)
{
    const size_t old = fifo_until(f, horizon_ms);
    if (old > 1) fifo_shift(f, old - 1);
}

static void items_trim(struct fifo *f, uint64_t horizon_ms)
{
    fifo_shift(f, fifo_until(f, horizon_ms));
}

static bool pod_is_over(const struct timeline_pod *pod, uint64_t horizon_ms)
{
    const struct timeline_span *last = fifo_last(&pod->spans);
    return last && last->state == TIMELINE_GONE && last->at_ms <= horizon_ms;
}

static bool core_is_over(const struct timeline_core *core, uint64_t horizon_ms)
{
    const struct timeline_step *last = fifo_last(&core->values.steps);
    return last && last->state == TIMELINE_NONE && last->at_ms <= horizon_ms;
}

static void timeline_trim(struct timeline *t)
{
    const uint64_t horizon_ms = t->now_ms > TIMELINE_MS ? t->now_ms - TIMELINE_MS : 0;
    size_t kept = 0;
    for (size_t i = 0; i < t->pods; i++) {
        if (pod_is_over(t->pod[i], horizon_ms)) {
            pod_free(t->pod[i]);
            continue;
        }
        history_trim(&t->pod[i]->spans, horizon_ms);
        t->pod[kept++] = t->pod[i];
    }
    t->pods = kept;
    kept = 0;
    for (size_t i = 0; i < t->cores; i++) {
        if (core_is_over(t->core[i], horizon_ms)) {
            core_free(t->core[i]);
            continue;
        }
        history_trim(&t->core[i]->values.steps, horizon_ms);
        t->core[kept++] = t->core[i];
    }
    t->cores = kept;
    for (size_t i = 0; i < VALUES_COUNT; i++) history_trim(&t->values[i].steps, horizon_ms);
    for (size_t i = 0; i < TALLY_SERIES; i++) {
        items_trim(&t->series[i].seconds, horizon_ms);
        items_trim(&t->series[i].waiting, horizon_ms);
        history_trim(&t->series[i].heard.steps, horizon_ms);
    }
    items_trim(&t->prompts, horizon_ms);
    items_trim(&t->events, horizon_ms);
}

/* ---- observing --------------------------------------------------------------------------------------------------- */

static void timeline_look_all(const struct timeline_look *l)
{
    timeline_look_pods(l);
    timeline_look_gcs(l);
    timeline_look_serve(l);
    timeline_look_series(l);
    timeline_look_cores(l);
}

/* What the world knows already of the time before: events that Kubernetes kept, requests that have ended, cores. */
static void timeline_begin(const struct timeline_look *l)
{
    struct timeline *t = l->t;
    t->began_ms = t->now_ms;
    WORLD_EACH (row, l->w, TABLE_EVENT) timeline_look_event(l, ROW(row, event));
    WORLD_EACH (row, l->w, TABLE_REQUEST) timeline_look_request(l, row->source, ROW(row, request));
    WORLD_EACH (row, l->w, TABLE_CORE) timeline_look_core(l, row->record->key);
    timeline_look_all(l);
}

/* Another RayService has the focus: what was seen of the one before is no part of its history. */
static void timeline_follow(struct timeline *t, const char *uid)
{
    if (strcmp(t->service, uid) == 0) return;
    const uint64_t now_ms = t->now_ms, wall_ms = t->wall_ms;
    timeline_done(t);
    timeline_init(t);
    t->now_ms = now_ms;
    t->wall_ms = wall_ms;
    snprintf(t->service, sizeof t->service, "%s", uid);
}

/* False: there is nothing to look at. */
static bool timeline_ready(const struct timeline_look *l, uint64_t now_ms, uint64_t wall_ms)
{
    struct timeline *t = l->t;
    if (t->began_ms && now_ms > t->now_ms + SOURCE_STALE_MS) timeline_interrupt(t);
    if (now_ms > t->now_ms) {
        t->now_ms = now_ms;
        t->wall_ms = wall_ms;
    }
    if (l->f->rayservice) timeline_follow(t, l->f->rayservice->record.key);
    if (!*t->service) return false;
    if (!t->began_ms) timeline_begin(l);
    return true;
}

static void observe_row(const struct timeline_look *l, enum table table, const char *key)
{
    switch (table) {
    case TABLE_POD: timeline_look_pod(l, key); break;
    case TABLE_RAYSERVICE:
    case TABLE_RAYCLUSTER: timeline_look_all(l); break;
    case TABLE_REDIS:
    case TABLE_GCSTABLE: timeline_look_gcs(l); break;
    case TABLE_SLICE:
    case TABLE_SERVEAPP: timeline_look_serve(l); break;
    case TABLE_CORE: timeline_look_core(l, key); break;
    default: break;
    }
}

static void observe_put(const struct timeline_look *l, const struct change *c)
{
    const void *record = c->record;
    if (c->record->table == TABLE_REQUEST)
        timeline_look_request(l, c->source, record);
    else if (c->record->table == TABLE_EVENT)
        timeline_look_event(l, record);
    else
        observe_row(l, c->record->table, c->record->key);
}

void timeline_observe(struct timeline *t, const struct world *w, const struct focus *f, const struct change *c)
{
    const struct timeline_look l = {t, w, f};
    const uint64_t began_ms = t->began_ms;

    if (!timeline_ready(&l, c->at_ms, c->wall_ms)) return;
    if (t->began_ms != began_ms || (c->owner && !text_eq(c->owner, t->service))) return;
    if (c->type == CHANGE_PUT && c->record)
        observe_put(&l, c);
    else if (c->type == CHANGE_GONE && c->key)
        observe_row(&l, c->table, c->key);
    else if (c->type == CHANGE_SOURCE || c->type == CHANGE_RELISTED)
        timeline_look_all(&l);
    else if (c->type == CHANGE_DELETED || c->type == CHANGE_KILLED)
        timeline_look_ours(&l, c);
}

void timeline_tick(struct timeline *t, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    const struct timeline_look l = {t, w, f};
    if (!timeline_ready(&l, now_ms, wall_ms)) return;
    timeline_look_all(&l);
    timeline_trim(t);
}
