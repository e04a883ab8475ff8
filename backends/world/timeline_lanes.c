/* timeline_lanes.c - reads the lanes of pods, the GCS, Serve and the NeuronCores from the world. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers.h"
#include "backends/world/pod_status.h"
#include "backends/world/timeline_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SEEN_LATE_MS = 2000 /* a pod that was created so long before it was seen existed before */ };

/* ---- pods -------------------------------------------------------------------------------------------------------- */

static struct timeline_pod *pod_find(const struct timeline *t, const char *uid)
{
    for (size_t i = 0; i < t->pods; i++)
        if (text_eq(t->pod[i]->uid, uid)) return t->pod[i];
    return NULL;
}

static void pod_add_span(struct timeline_pod *pod, uint64_t at_ms, enum timeline_state state, const char *words)
{
    struct timeline_span *last = fifo_last(&pod->spans);
    if (last && last->state == state && strcmp(last->words, words) == 0) return;
    if (last && at_ms <= last->at_ms) at_ms = last->at_ms;
    if (!last || at_ms > last->at_ms) last = fifo_push(&pod->spans);
    *last = (struct timeline_span){.at_ms = at_ms, .state = state};
    snprintf(last->words, sizeof last->words, "%s", words);
}

static struct timeline_pod *pod_add(const struct timeline_look *l, const struct row *row)
{
    struct timeline *t = l->t;
    const struct pod *record = ROW(row, pod);
    if (t->pods == TIMELINE_PODS) return NULL;
    struct timeline_pod *pod = t->pod[t->pods++] = mem_zero(1, sizeof *pod);
    fifo_init(&pod->spans, sizeof(struct timeline_span), TIMELINE_SPANS);
    snprintf(pod->uid, sizeof pod->uid, "%s", record->record.key);
    snprintf(pod->name, sizeof pod->name, "%s", record->name ? record->name : "");
    pod->head = text_eq(record->role, "head");
    const uint64_t born_ms = record->created.known ? timeline_at_ms(t, record->created.value) : t->began_ms;
    if (born_ms + SEEN_LATE_MS < t->now_ms || !record->created.known)
        pod_add_span(pod, born_ms < t->now_ms ? born_ms : t->now_ms, TIMELINE_UNKNOWN, "not watched yet");
    return pod;
}

static void pod_words(const struct timeline_pod *lane, const struct row *row, char *out, size_t size)
{
    const struct pod *pod = ROW(row, pod);
    char ready[TEXT_NUM_MAX * 2] = "", restarts[TEXT_NUM_MAX * 2] = "";
    const char *status = pod->status ? pod->status : "–";
    if (row->gone_ms) {
        snprintf(out, size, "%s", *lane->note ? lane->note : "gone");
        return;
    }
    if (pod->ready.known && pod->containers.known)
        snprintf(ready, sizeof ready, " %llu/%llu", (unsigned long long)pod->ready.value,
                 (unsigned long long)pod->containers.value);
    if (pod->restarts.known && (pod->restarts.value || !lane->head))
        snprintf(restarts, sizeof restarts, ", %llu restart%s", (unsigned long long)pod->restarts.value,
                 text_plural(pod->restarts.value));
    snprintf(out, size, "%.36s%.20s%.20s", status, ready, restarts);
}

static enum timeline_state state_of_pod(const struct row *row)
{
    static const enum timeline_state states[] = {
        [POD_UNKNOWN] = TIMELINE_UNKNOWN, [POD_PENDING] = TIMELINE_PENDING,         [POD_STARTING] = TIMELINE_STARTING,
        [POD_READY] = TIMELINE_READY,     [POD_TERMINATING] = TIMELINE_TERMINATING, [POD_FAILED] = TIMELINE_FAILED,
        [POD_GONE] = TIMELINE_GONE};
    return states[pod_state_of(row)];
}

static void pod_look(const struct timeline_look *l, struct timeline_pod *pod, const struct row *row)
{
    const struct timeline *t = l->t;
    const struct timeline_span *last = fifo_last(&pod->spans);
    const struct source *s = world_source_named(l->w, row ? row->source : "kube/pods");
    char words[sizeof last->words];
    bool off = false;

    if (row && row->gone_ms) {
        pod_words(pod, row, words, sizeof words);
        pod_add_span(pod, row->gone_ms, TIMELINE_GONE, words);
    } else if (!row && last && last->state == TIMELINE_GONE) {
        return;
    } else if (!timeline_is_heard(t, s, &off)) {
        snprintf(words, sizeof words, "unknown: %.40s is %s", s ? s->id : "kube/pods", timeline_deaf_words(t, s));
        pod_add_span(pod, timeline_deaf_since(t, s), TIMELINE_UNKNOWN, words);
    } else if (!row) {
        pod_add_span(pod, t->now_ms, TIMELINE_GONE, *pod->note ? pod->note : "gone");
    } else {
        pod_words(pod, row, words, sizeof words);
        pod_add_span(pod, t->now_ms, state_of_pod(row), words);
    }
}

void timeline_look_pod(const struct timeline_look *l, const char *uid)
{
    const struct row *row = world_find(l->w, TABLE_POD, uid);
    struct timeline_pod *pod = pod_find(l->t, uid);
    if (!pod && row && !row->gone_ms && ROW(row, pod)->role && focus_has_pod(l->f, ROW(row, pod)))
        pod = pod_add(l, row);
    if (pod) pod_look(l, pod, row);
}

void timeline_look_pods(const struct timeline_look *l)
{
    uint64_t dropped = 0;
    for (struct focus_pods at = focus_pods_of(l->w, l->f); at.row; focus_pods_next(&at)) {
        if (at.row->gone_ms || pod_find(l->t, at.row->record->key)) continue;
        timeline_look_pod(l, at.row->record->key);
        dropped += l->t->pods == TIMELINE_PODS;
    }
    if (dropped > l->t->pods_dropped) l->t->pods_dropped = dropped;
    for (size_t i = 0; i < l->t->pods; i++) pod_look(l, l->t->pod[i], world_find(l->w, TABLE_POD, l->t->pod[i]->uid));
}

void timeline_look_ours(const struct timeline_look *l, const struct change *c)
{
    struct timeline_pod *pod = pod_find(l->t, c->key);
    if (!pod) return;
    if (c->type == CHANGE_KILLED)
        snprintf(pod->note, sizeof pod->note, "gcs_server killed by us");
    else if (c->number == UINT64_MAX)
        snprintf(pod->note, sizeof pod->note, "deleted by us");
    else
        snprintf(pod->note, sizeof pod->note, "deleted by us, grace %llu", (unsigned long long)c->number);
}

/* ---- the GCS ----------------------------------------------------------------------------------------------------- */

static void value_look(const struct timeline_look *l, struct timeline_values *v, const struct source *s,
                       struct known_f64 value, double other)
{
    bool off = false;
    if (!timeline_is_heard(l->t, s, &off)) {
        values_lose(v, l->t, s);
        return;
    }
    values_add(v, l->t->now_ms, value.known ? TIMELINE_READY : TIMELINE_UNKNOWN, value.value, other);
    if (!value.known) snprintf(v->why, sizeof v->why, "not reported");
}

/* Nothing is read: that is no loss. */
static void values_off(struct timeline_values *v, const struct timeline *t, const char *why)
{
    values_add(v, t->now_ms, TIMELINE_NONE, 0, 0);
    snprintf(v->why, sizeof v->why, "%s", why);
}

static struct known_f64 number_of(struct known_u64 n)
{
    return n.known ? known_f64((double)n.value) : UNKNOWN_F64;
}

/* The fields of all tables of this GCS, unknown where one's are not known. */
static struct known_f64 fields_of(const struct timeline_look *l)
{
    struct known_f64 sum = UNKNOWN_F64;
    WORLD_EACH (row, l->w, TABLE_GCSTABLE) {
        const struct gcstable *table = ROW(row, gcstable);
        if (row->gone_ms || (l->f->gcs_ns && !text_eq(table->ns, l->f->gcs_ns))) continue;
        if (!table->fields.known) return UNKNOWN_F64;
        sum = known_f64(sum.value + (double)table->fields.value);
    }
    return sum;
}

/* The age that the heartbeat has now; from there on it grows with time. */
static struct known_f64 beat_of(const struct timeline *t, const struct redis *redis)
{
    const struct known_u64 beat = redis->heartbeat;
    if (!beat.known) return UNKNOWN_F64;
    return known_f64(t->wall_ms > beat.value ? (double)(t->wall_ms - beat.value) : 0);
}

static const struct source *redis_source(const struct timeline_look *l)
{
    for (size_t i = 0; i < world_sources(l->w); i++)
        if (world_source(l->w, i)->world == WORLD_REDIS) return world_source(l->w, i);
    return NULL;
}

static void beat_look(const struct timeline_look *l, const struct redis *redis, const struct source *s)
{
    struct timeline_values *v = &l->t->values[VALUES_BEAT];
    const struct timeline_step *last = fifo_last(&v->steps);
    const struct known_f64 age = beat_of(l->t, redis);
    /* The same beat, which is older by the time that has passed, is no news. */
    const double grown = last ? (double)last->value + (double)(l->t->now_ms - last->at_ms) : 0;
    bool off = false;
    if (last && last->state == TIMELINE_READY && age.known && fabs(grown - age.value) < 1 &&
        timeline_is_heard(l->t, s, &off))
        return;
    value_look(l, v, s, age, 0);
}

void timeline_look_gcs(const struct timeline_look *l)
{
    struct timeline *t = l->t;
    const struct redis *redis = l->f->redis;
    const struct source *s = redis ? world_source_named(l->w, redis->record.key) : redis_source(l);
    const bool no_ft = l->f->rayservice && l->f->rayservice->ft == TRI_NO;
    bool off = false;

    if (no_ft || (!timeline_is_heard(t, s, &off) && off)) {
        for (int i = VALUES_BEAT; i <= VALUES_FIELDS; i++)
            values_off(&t->values[i], t, no_ft ? "FT is off: lost with the head" : "no Redis is read");
        return;
    }
    if (redis)
        beat_look(l, redis, s);
    else
        value_look(l, &t->values[VALUES_BEAT], s, UNKNOWN_F64, 0);
    value_look(l, &t->values[VALUES_CONNECTIONS], s, redis ? number_of(redis->ray_connections) : UNKNOWN_F64, 0);
    value_look(l, &t->values[VALUES_FIELDS], s, fields_of(l), 0);
}

/* ---- Serve ------------------------------------------------------------------------------------------------------- */

static void replicas_look(const struct timeline_look *l)
{
    const struct row *row = world_find(l->w, TABLE_SERVEAPP, l->t->service);
    const struct source *s = row ? world_source_named(l->w, row->source) : world_source_named(l->w, "serve");
    struct known_f64 running = UNKNOWN_F64;
    size_t all = 0;
    if (row && !row->gone_ms) {
        const struct serveapp *app = ROW(row, serveapp);
        size_t count = 0;
        for (size_t i = 0; i < app->replicas_count; i++) count += text_eq(app->replicas[i].state, "RUNNING");
        running = known_f64((double)count);
        all = app->replicas_count;
    }
    value_look(l, &l->t->values[VALUES_REPLICAS], s, running, (double)all);
}

void timeline_look_serve(const struct timeline_look *l)
{
    const struct serve_endpoints e = serve_endpoints_of(l->w, l->f);
    const struct source *s = world_source_named(l->w, e.source ? e.source : "kube/endpointslices");
    value_look(l, &l->t->values[VALUES_ENDPOINTS], s, e.known ? known_f64((double)e.ready) : UNKNOWN_F64,
               (double)e.besides_head);
    replicas_look(l);
}

/* ---- NeuronCores ------------------------------------------------------------------------------------------------- */

static struct timeline_core *core_find(const struct timeline *t, const char *key)
{
    for (size_t i = 0; i < t->cores; i++)
        if (strcmp(t->core[i]->key, key) == 0) return t->core[i];
    return NULL;
}

/* By its pod, once that is known; else by its source. */
static void core_name(struct timeline_core *core, const struct core *record, const struct pod *pod)
{
    const char *dash = pod && pod->name ? strrchr(pod->name, '-') : NULL;
    const char *slash = record->source ? strrchr(record->source, '/') : NULL;
    const char *of = dash ? dash + 1 : slash ? slash + 1 : record->source ? record->source : "";
    if (*core->name && !pod) return;
    snprintf(core->name, sizeof core->name, "%.20s %llu", of, (unsigned long long)record->index.value);
}

static struct timeline_core *core_add(const struct timeline_look *l, const struct core *record)
{
    struct timeline *t = l->t;
    const struct pod *pod = pod_of_core(l->w, l->f, record);
    if (pod && !focus_has_pod(l->f, pod)) return NULL;
    if (t->cores == TIMELINE_CORES) return NULL;
    struct timeline_core *core = t->core[t->cores++] = mem_zero(1, sizeof *core);
    values_init(&core->values);
    snprintf(core->key, sizeof core->key, "%s", record->record.key);
    return core;
}

static void core_look(const struct timeline_look *l, struct timeline_core *core, const struct row *row)
{
    if (!row || row->gone_ms) {
        values_off(&core->values, l->t, "its monitor is gone");
        return;
    }
    const struct core *record = ROW(row, core);
    const struct source *s = world_source_named(l->w, row->source);
    bool off = false;
    core_name(core, record, pod_of_core(l->w, l->f, record));
    if (timeline_is_heard(l->t, s, &off) && record->held == TRI_NO)
        values_off(&core->values, l->t, "no Neuron runtime holds it");
    else
        value_look(l, &core->values, s, record->utilisation, 0);
}

void timeline_look_core(const struct timeline_look *l, const char *key)
{
    const struct row *row = world_find(l->w, TABLE_CORE, key);
    struct timeline_core *core = core_find(l->t, key);
    if (!core && row && !row->gone_ms && ROW(row, core)->held == TRI_YES) core = core_add(l, ROW(row, core));
    if (core) core_look(l, core, row);
}

void timeline_look_cores(const struct timeline_look *l)
{
    uint64_t dropped = 0;
    if (l->t->cores == TIMELINE_CORES)
        WORLD_EACH (row, l->w, TABLE_CORE)
            dropped += !row->gone_ms && ROW(row, core)->held == TRI_YES && !core_find(l->t, row->record->key);
    if (dropped > l->t->cores_dropped) l->t->cores_dropped = dropped;
    for (size_t i = 0; i < l->t->cores; i++)
        core_look(l, l->t->core[i], world_find(l->w, TABLE_CORE, l->t->core[i]->key));
}

/* ---- while no change came ---------------------------------------------------------------------------------------- */

static void values_interrupt(struct timeline_values *v, uint64_t at_ms)
{
    const struct timeline_step *last = fifo_last(&v->steps);
    if (!last || last->state != TIMELINE_READY) return;
    values_add(v, at_ms, TIMELINE_UNKNOWN, 0, 0);
    snprintf(v->why, sizeof v->why, "not watched");
}

void timeline_interrupt(struct timeline *t)
{
    const uint64_t at_ms = t->now_ms + 1; /* what was seen last was true then */
    for (size_t i = 0; i < t->pods; i++) {
        const struct timeline_span *last = fifo_last(&t->pod[i]->spans);
        if (last && last->state != TIMELINE_GONE) pod_add_span(t->pod[i], at_ms, TIMELINE_UNKNOWN, "not watched");
    }
    for (size_t i = 0; i < t->cores; i++) values_interrupt(&t->core[i]->values, at_ms);
    for (size_t i = 0; i < VALUES_COUNT; i++) values_interrupt(&t->values[i], at_ms);
    for (size_t i = 0; i < TALLY_SERIES; i++) values_interrupt(&t->series[i].heard, at_ms);
}
