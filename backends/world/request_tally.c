/* request_tally.c - sums up the requests of a period by series; see request_tally.h. */
#include "backends/world/request_tally.h"

#include "backends/base/text.h"
#include "backends/world/probe_targets.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *kind, *words, *key;
} series[TALLY_SERIES] = {
#define X(name, kind, words, key) [TALLY_##name] = {kind, words, key},
    TALLY_SERIES_MAP(X)
#undef X
};

void tally_begin(struct request_tally *t, const char *service, uint64_t from_wall_ms)
{
    *t = (struct request_tally){.from_ms = from_wall_ms};
    snprintf(t->service, sizeof t->service, "%s", service ? service : "");
}

void tally_restart(struct request_tally *t, const char *service, uint64_t from_wall_ms)
{
    struct known_u64 before[TALLY_SERIES];

    for (int i = 0; i < TALLY_SERIES; i++) before[i] = t->sum[i].before_us;
    const bool of_load = t->of_load;
    tally_begin(t, service, from_wall_ms);
    t->of_load = of_load;
    for (int i = 0; i < TALLY_SERIES; i++) t->sum[i].before_us = before[i];
}

bool tally_series_of(const struct request *q, enum tally_series *ret)
{
    for (int i = 0; i < 2 * TALLY_SERIES; i++) {
        const int which = i % TALLY_SERIES;
        const bool is = i < TALLY_SERIES ? q->series && text_eq(q->series, series[which].words)
                                         : text_eq(q->kind, series[which].kind);
        if (!is) continue;
        *ret = (enum tally_series)which;
        return true;
    }
    return false;
}

/* What was counted before a load began is not of it. */
static bool is_of_series(struct request_tally *t, const struct request *q)
{
    if (q->series && !t->of_load) {
        t->of_load = true;
        memset(t->sum, 0, sizeof t->sum);
        memset(t->due, 0, sizeof t->due);
        t->pods = t->pods_beyond = 0;
    }
    return q->series || !t->of_load;
}

static void failure_count(struct tally_sum *s, const char *name)
{
    struct tally_failure *f = s->failure;
    const struct tally_failure *last = &s->failure[TALLY_FAILURES - 1];

    while (f < last && f->count && strcmp(f->name, name) != 0) f++;
    if (!f->count) snprintf(f->name, sizeof f->name, "%s", f < last ? name : "other");
    f->count++;
}

static void answer_count(struct tally_sum *s, const struct request *q)
{
    const uint64_t since_ms = s->answered_ms ? s->answered_ms : s->first_due_ms;
    const uint64_t gap_ms = q->done.value > since_ms ? q->done.value - since_ms : 0;

    if (q->latency_us.known) histogram_record(&s->latency, q->latency_us.value);
    if (gap_ms > s->gap_ms) s->gap_ms = gap_ms;
    if (q->done.value > s->answered_ms) s->answered_ms = q->done.value;
}

/* Without the time that it waited for its turn, in a load that finds out what can be sustained. */
static void before_note(struct tally_sum *s, const struct request *q)
{
    if (!request_is_answered(q) || !q->sent.known || q->done.value < q->sent.value) return;
    const uint64_t us = (q->done.value - q->sent.value) * 1000;
    if (!s->before_us.known || us > s->before_us.value) s->before_us = known_u64(us);
}

static void request_count(struct tally_sum *s, const struct world *w, const struct request *q, const struct change *c)
{
    if (!s->first_due_ms || q->due.value < s->first_due_ms) s->first_due_ms = q->due.value;
    if (q->due.value > s->last_due_ms) s->last_due_ms = q->due.value;
    if (!q->sent.known || q->sent.value >= q->due.value + REQUEST_LATE_MS) s->late++;
    snprintf(s->path, sizeof s->path, "%s", q->path ? q->path : "");
    if (request_is_answered(q)) {
        *(text_eq(q->phase, "ok") ? &s->ok : &s->slow) += 1;
        answer_count(s, q);
    } else if (request_is_evidence(w, q, c->at_ms, c->wall_ms)) {
        s->failed++;
        failure_count(s, q->failure ? q->failure : "failed");
    } else {
        s->unknown++;
    }
}

/* A request of a worker's proxy that is evidence of Serve: whether it was answered. */
static void pod_count(struct request_tally *t, const char *name, bool answered)
{
    size_t i = 0;

    while (i < t->pods && strcmp(t->pod[i].name, name) != 0) i++;
    if (i == t->pods) {
        if (t->pods == TALLY_PODS) {
            t->pods_beyond++;
            return;
        }
        t->pod[t->pods] = (struct tally_pod){.ok = 0};
        snprintf(t->pod[t->pods++].name, TALLY_POD_MAX, "%s", name);
    }
    *(answered ? &t->pod[i].ok : &t->pod[i].failed) += 1;
}

/* The request of this RayService whose end it reports; NULL: of none. */
static const struct request *request_ended(const struct request_tally *t, const struct change *c)
{
    const struct request *q = (const void *)c->record;

    if (c->type != CHANGE_PUT || c->table != TABLE_REQUEST || !q || !q->due.known || !q->done.known) return NULL;
    if (*t->service && c->owner && strcmp(t->service, c->owner) != 0) return NULL;
    return text_eq(q->phase, "waiting") || text_eq(q->phase, "cancelled") ? NULL : q;
}

void tally_observe(struct request_tally *t, const struct world *w, const struct change *c)
{
    const struct request *q = request_ended(t, c);

    if (!q) return;
    enum tally_series which;
    if (!tally_series_of(q, &which) || (t->until_ms && q->due.value >= t->until_ms) || !is_of_series(t, q)) return;
    struct tally_sum *s = &t->sum[which];
    if (q->due.value < t->from_ms) {
        if (q->done.value < t->from_ms) before_note(s, q);
        return;
    }
    const uint64_t second = (q->due.value - t->from_ms) / 1000, counted = tally_ended(s), failed = s->failed;
    request_count(s, w, q, c);
    if (tally_ended(s) == counted) return;
    if (second < TALLY_SECONDS) t->due[s - t->sum][second]++;
    if (s == &t->sum[TALLY_PROXIES] && q->pod) pod_count(t, q->pod, s->failed == failed);
}

void tally_close(struct request_tally *t, const struct world *w, uint64_t wall_ms)
{
    const uint64_t until_ms = t->until_ms ? t->until_ms : wall_ms;

    WORLD_EACH (row, w, TABLE_REQUEST) {
        const struct request *q = ROW(row, request);
        enum tally_series which;
        if (row->gone_ms || !tally_series_of(q, &which) || (t->of_load && !q->series) || !q->due.known ||
            !text_eq(q->phase, "waiting"))
            continue;
        if (q->due.value < t->from_ms || q->due.value >= until_ms) continue;
        struct tally_sum *s = &t->sum[which];
        if (until_ms - q->due.value > s->waits_ms) s->waits_ms = until_ms - q->due.value;
    }
}

uint64_t tally_due_between(const struct request_tally *t, enum tally_series of, uint64_t from_wall_ms,
                           uint64_t until_wall_ms)
{
    uint64_t count = 0;
    const uint64_t from = from_wall_ms > t->from_ms ? (from_wall_ms - t->from_ms + 999) / 1000 : 0;
    const uint64_t until = until_wall_ms > t->from_ms ? (until_wall_ms - t->from_ms) / 1000 : 0;

    for (uint64_t i = from; i < until && i < TALLY_SECONDS; i++) count += t->due[of][i];
    return count;
}

const char *tally_series_words(enum tally_series of)
{
    return series[of].words;
}

const char *tally_series_name(const struct request_tally *t, enum tally_series of)
{
    const char *path = t->sum[of].path;
    return of == TALLY_ROUTE && strcmp(path, REQUEST_PATH_PROXY) == 0 ? path : tally_series_words(of);
}

const char *tally_series_key(enum tally_series of)
{
    return series[of].key;
}

uint64_t tally_ended(const struct tally_sum *s)
{
    return s->ok + s->slow + s->failed;
}

struct known_u64 tally_unserved_ms(const struct tally_sum *s, uint64_t wall_ms)
{
    const uint64_t since_ms = s->answered_ms ? s->answered_ms : s->first_due_ms;

    if (!tally_ended(s)) return UNKNOWN_U64;
    const uint64_t open_ms = wall_ms > since_ms ? wall_ms - since_ms : 0;
    return known_u64(open_ms > s->gap_ms ? open_ms : s->gap_ms);
}

struct known_u64 tally_slowest_us(const struct tally_sum *s)
{
    const uint64_t answered_us = s->latency.count ? s->latency.max_us : 0, waits_us = s->waits_ms * 1000;

    if (!s->latency.count && !s->waits_ms) return UNKNOWN_U64;
    return known_u64(answered_us > waits_us ? answered_us : waits_us);
}

struct known_u64 tally_percentile(const struct tally_sum *s, double percent)
{
    return histogram_percentile(&s->latency, percent);
}
