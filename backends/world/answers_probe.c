#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/probe_targets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_MS = 60000,
    PROBE_HANGING_MS = 3000, /* so long without an end of any probe, some waiting: perhaps hanging */
    PROBE_HANGING = 10       /* waiting, at the most that it takes for that */
};

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Nearest rank. */
static struct known_u64 quantile(const uint64_t *sorted, size_t n, unsigned percent)
{
    if (!n) return UNKNOWN_U64;
    size_t rank = (n * percent + 99) / 100;
    return known_u64(sorted[rank ? rank - 1 : 0]);
}

static void sum_latencies(struct probe_sum *sum, uint64_t *latency, size_t n)
{
    if (n) qsort(latency, n, sizeof *latency, by_value);
    sum->p50_us = quantile(latency, n, 50);
    sum->p95_us = quantile(latency, n, 95);
    sum->slowest_us = n ? known_u64(latency[n - 1]) : UNKNOWN_U64;
}

struct probe_sum probe_sum_of(const struct world *w, const char *kind, uint64_t since_wall_ms)
{
    struct probe_sum sum = {0};
    uint64_t *latency = mem_alloc((world_count(w, TABLE_REQUEST) + 1) * sizeof *latency);
    size_t n = 0;
    /* due before it was put: what was put earlier was due earlier */
    for (const struct row *row = world_since(w, TABLE_REQUEST, since_wall_ms); row; row = world_next(w, row)) {
        const struct request *q = ROW(row, request);
        bool ok = text_eq(q->phase, "ok"), slow = text_eq(q->phase, "slow");
        if (row->gone_ms || !text_eq(q->kind, kind) || !q->due.known || q->due.value < since_wall_ms) continue;
        sum.ok += ok;
        sum.slow += slow;
        sum.failed += text_eq(q->phase, "failed");
        sum.waiting += text_eq(q->phase, "waiting");
        if (!ok && !slow) continue;
        if (q->latency_us.known) latency[n++] = q->latency_us.value;
        if (q->done.known && q->done.value >= sum.last_ok_ms.value) sum.last_ok_ms = q->done;
    }
    sum_latencies(&sum, latency, n);
    free(latency);
    return sum;
}

/* ---- now ----------------------------------------------------------------------------------------------------- */

static void both(struct answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void both(struct answer *a, const char *fmt, ...)
{
    char part[ANSWER_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(part, sizeof part, fmt, ap);
    va_end(ap);
    say(a->text, "%s", part);
    say(a->brief, "%s", part);
}

/* Why there are no probes: their source says it, as far as there is one. */
static void say_no_probes(const struct world *w, uint64_t now_ms, uint64_t last_done_ms, uint64_t wall_ms,
                          struct answer *ret)
{
    const struct source *s = world_source_named(w, "probe");
    answer_word(ret, VERDICT_UNKNOWN, "–");
    if (s && s->err == ERR_EXHAUSTED)
        both(ret, "unknown: probes cannot be sent: %.80s", s->why ? s->why : err_word(s->err));
    else if (last_done_ms && wall_ms > last_done_ms)
        both(ret, "unknown: no probe ended for %llu s", (unsigned long long)((wall_ms - last_done_ms) / 1000));
    else if (s && source_freshness(s, now_ms, NULL) == FRESH_DENIED)
        both(ret, "unknown: probes denied: %.80s", s->why ? s->why : err_word(s->err));
    else
        both(ret, "unknown: nothing is probed");
}

/* Where a round is long: how much of it is known, and how old that is. */
static void judge_round(const struct probe_targets *t, struct answer *ret)
{
    if (!t->round_ms.known) return;
    if (t->asked < t->expected) {
        if (ret->verdict == VERDICT_OK) ret->verdict = VERDICT_WARN;
        both(ret, "%zu of %zu proxies asked this round", t->asked, t->expected);
    } else {
        unsigned long long seconds = t->oldest_ms / 1000;
        say(ret->text, "oldest of %zu proxies asked %llu s ago", t->asked, seconds);
        say(ret->brief, "oldest asked %llu s ago", seconds);
    }
}

static void judge(const struct probe_targets *t, uint64_t wall_ms, struct answer *ret)
{
    const char *class = t->failed && t->failed->failure ? t->failed->failure : "failed";
    uint64_t quiet = wall_ms > t->last_done_ms ? wall_ms - t->last_done_ms : 0;
    if (t->failing == t->asked) {
        answer_word(ret, VERDICT_NO, "NO");
        both(ret, "%zu of %zu proxies fail: %s", t->failing, t->asked, class);
    } else if (t->failing) {
        answer_word(ret, VERDICT_WARN, "PARTLY");
        both(ret, "%zu of %zu proxies fail: %s", t->failing, t->asked, class);
    } else if (quiet >= PROBE_HANGING_MS && t->waiting > (t->asked < PROBE_HANGING ? t->asked : PROBE_HANGING)) {
        answer_word(ret, VERDICT_WARN, "–");
        both(ret, "no answer for %llu s, %llu probes waiting", (unsigned long long)(quiet / 1000),
             (unsigned long long)t->waiting);
    } else {
        answer_word(ret, VERDICT_OK, "YES");
    }
    judge_round(t, ret);
}

static void say_replicas(const struct world *w, uint64_t now_ms, struct answer *ret)
{
    double rate = 0;
    uint64_t errors = 0;
    bool known = false;
    if (world_freshness(w, WORLD_NEURON, now_ms, NULL, NULL) == FRESH_OFF) return;
    if (say_unheard(ret->text, "Neuron", w, WORLD_NEURON, now_ms)) return;
    WORLD_EACH (row, w, TABLE_MONITOR) {
        const struct monitor *m = ROW(row, monitor);
        if (row->gone_ms || !m->executions_s.known) continue;
        known = true;
        rate += m->executions_s.value;
        errors += m->errors.value;
    }
    if (!known) return;
    say(ret->text, "replicas %.*f executions/s, %llu errors", rate < 10, rate, (unsigned long long)errors);
    say(ret->brief, "%.*f executions/s, %llu errors", rate < 10, rate, (unsigned long long)errors);
}

static void say_endpoints(const struct world *w, const struct focus *f, struct answer *ret)
{
    struct serve_endpoints e = serve_endpoints_of(w, f);
    if (!e.known) return;
    bool head = e.ready != e.besides_head;
    say(ret->text, "%zu endpoint%s, %s", e.ready, e.ready == 1 ? "" : "s", head ? "the head among them" : "not head");
    say(ret->brief, "%zu endpoint%s", e.ready, e.ready == 1 ? "" : "s");
}

static void say_calm(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms,
                     struct answer *ret)
{
    struct probe_sum sum = probe_sum_of(w, "probe", wall_ms > WINDOW_MS ? wall_ms - WINDOW_MS : 0);
    size_t good = sum.ok + sum.slow, all = good + sum.failed;
    if (sum.failed && ret->verdict == VERDICT_OK) ret->verdict = VERDICT_WARN;
    if (sum.p95_us.known)
        say(ret->text, "proxies %zu/%zu probes, p95 %llu ms", good, all,
            (unsigned long long)((sum.p95_us.value + 500) / 1000));
    else
        say(ret->text, "proxies %zu/%zu probes", good, all);
    say(ret->brief, "proxies %zu/%zu", good, all);
    say_replicas(w, now_ms, ret);
    say_endpoints(w, f, ret);
}

static void say_outage(const struct world *w, const struct outage *o, struct answer *ret)
{
    size_t ok = outage_answered(o), failed = outage_failed(o);
    struct known_u64 us = o->request[OUTAGE_PROBES].slowest_us;
    struct probe_sum prompts = probe_sum_of(w, "prompt", 0);
    char slowest[48] = "";
    if (us.known)
        snprintf(slowest, sizeof slowest, ", slowest probe %llu ms", (unsigned long long)(us.value + 500) / 1000);
    if (failed && ret->verdict == VERDICT_OK) ret->verdict = VERDICT_WARN;
    if (!ok && !failed)
        both(ret, "nothing ended %s", outage_since_words(o));
    else
        both(ret, "%zu/%zu %s, %zu failed%s", ok, ok + failed, outage_since_words(o), failed, slowest);
    if (prompts.waiting) say(ret->text, "%zu prompt%s in flight", prompts.waiting, prompts.waiting == 1 ? "" : "s");
}

void answer_answering(const struct world *w, const struct focus *f, const struct outage *o, uint64_t now_ms,
                      uint64_t wall_ms, struct answer *ret)
{
    struct probe_targets t = probe_targets_of(w, f, wall_ms);
    *ret = (struct answer){.question = "ANSWERING"};
    if (!t.asked)
        say_no_probes(w, now_ms, t.last_done_ms, wall_ms, ret);
    else
        judge(&t, wall_ms, ret);
    if (o->state == OUTAGE_RUNNING)
        say_outage(w, o, ret);
    else if (t.asked)
        say_calm(w, f, now_ms, wall_ms, ret);
    else
        say_endpoints(w, f, ret);
}
