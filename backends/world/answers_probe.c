/* answers_probe.c - the text of ANSWERING, from the evidence. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/evidence.h"
#include "backends/world/request_kind.h"
#include "backends/world/serve_not_running.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_MS = 60000,
    OLD_MS = 2000,    /* from this age on a sample is shown with its age */
    FAILURE_MAX = 136 /* bytes of why Serve does not run: the evidence has room behind it */
};

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Nearest rank. */
static struct known_u64 latency_quantile(const uint64_t *sorted, size_t n, unsigned percent)
{
    if (!n) return UNKNOWN_U64;
    size_t rank = (n * percent + 99) / 100;
    return known_u64(sorted[rank ? rank - 1 : 0]);
}

static void sum_latencies(struct probe_sum *sum, uint64_t *latency, size_t n)
{
    if (n) qsort(latency, n, sizeof *latency, by_value);
    sum->p50_us = latency_quantile(latency, n, 50);
    sum->p95_us = latency_quantile(latency, n, 95);
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

static void answer_say(struct answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void answer_say(struct answer *a, const char *fmt, ...)
{
    char part[ANSWER_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(part, sizeof part, fmt, ap);
    va_end(ap);
    say(a->text, "%s", part);
    say(a->brief, "%s", part);
}

static void say_executions(const struct world *w, const struct service_evidence *e, uint64_t now_ms, struct answer *ret)
{
    const double rate = e->executions_s.value;
    char errors[48] = "";
    if (world_freshness(w, WORLD_NEURON, now_ms, NULL, NULL) == FRESH_OFF) return;
    if (say_unheard(ret->text, "Neuron", w, WORLD_NEURON, now_ms) || !e->executions_s.known) return;
    if (e->execution_errors) snprintf(errors, sizeof errors, ", %llu errors", (unsigned long long)e->execution_errors);
    say(ret->text, "%.*f executions/s%s", rate < 10, rate, errors);
    if (*errors) say(ret->brief, "%.*f executions/s%s", rate < 10, rate, errors);
}

/* The line of the verdict, if not YES; in brief its first part. */
static void say_line(const struct service_evidence *e, enum evidence_line from, const char *before, struct answer *ret)
{
    const struct evidence *line = &e->line[from];
    const char *name = from == EVIDENCE_PROXIES ? "" : evidence_name(from), *colon = *name ? ": " : "";
    const char *end = strstr(line->why, " · ");
    say(ret->text, "%s%s%s%s", before, name, colon, line->why);
    say(ret->brief, "%s%s%s%.*s", before, name, colon, (int)(end ? (size_t)(end - line->why) : strlen(line->why)),
        line->why);
    if (line->age_ms.known && line->age_ms.value >= OLD_MS)
        say(ret->text, "%llu s ago", (unsigned long long)line->age_ms.value / 1000);
}

/* Unknown: why no line has a verdict. */
static void say_unknown(const struct service_evidence *e, uint64_t wall_ms, struct answer *ret)
{
    answer_word(ret, e->hanging ? VERDICT_WARN : VERDICT_UNKNOWN, "–");
    if (e->hanging)
        say_line(e, e->hanging_line, "", ret);
    else if (e->answered_ms.known && wall_ms > e->answered_ms.value)
        answer_say(ret, "unknown: no answer for %llu s", (unsigned long long)(wall_ms - e->answered_ms.value) / 1000);
    else
        say_line(e, EVIDENCE_PROXIES, "unknown: ", ret);
    if (e->endpoints.known && !(e->hanging && e->hanging_line == EVIDENCE_ROUTE))
        say(ret->text, "service %s", e->line[EVIDENCE_ROUTE].why);
}

static void say_way(const struct service_evidence *e, struct answer *ret)
{
    const struct evidence *route = &e->line[EVIDENCE_ROUTE];
    if (e->verdict == VERDICT_UNKNOWN || (e->from == EVIDENCE_ROUTE && e->verdict > VERDICT_OK)) return;
    say(ret->text, "service %s", route->why);
    if (route->verdict == VERDICT_OK) say(ret->brief, "service ok");
    if (e->endpoints.known) say(ret->brief, "%zu endpoint%s", e->endpoints.ready, text_plural(e->endpoints.ready));
}

static void say_calm(const struct world *w, const struct service_evidence *e, uint64_t now_ms, uint64_t wall_ms,
                     struct answer *ret)
{
    struct probe_sum sum = probe_sum_of(w, REQUEST_PROBE, wall_ms > WINDOW_MS ? wall_ms - WINDOW_MS : 0);
    size_t good = sum.ok + sum.slow, all = good + sum.failed;
    char p95[TEXT_NUM_MAX];
    if (e->line[EVIDENCE_PROXIES].verdict == VERDICT_WARN && ret->verdict == VERDICT_OK) ret->verdict = VERDICT_WARN;
    if (sum.failed && ret->verdict == VERDICT_OK) ret->verdict = VERDICT_WARN;
    say_way(e, ret);
    if (!all || !e->proxies.asked) return;
    if (e->proxies.round_ms.known) answer_say(ret, "%s", e->line[EVIDENCE_PROXIES].why);
    if (sum.p95_us.known)
        say(ret->text, "proxies %zu/%zu in 60 s, p95 %s", good, all, text_latency(p95, sum.p95_us));
    else
        say(ret->text, "proxies %zu/%zu in 60 s", good, all);
    say(ret->brief, "proxies %zu/%zu in 60 s", good, all);
    say_executions(w, e, now_ms, ret);
}

static void say_outage(const struct world *w, const struct outage *o, struct answer *ret)
{
    size_t ok = outage_answered(o), failed = outage_failed(o);
    struct known_u64 us = o->request[OUTAGE_PROBES].slowest_us;
    struct probe_sum prompts = probe_sum_of(w, REQUEST_PROMPT, 0);
    char slowest[48] = "", latency[TEXT_NUM_MAX];
    if (us.known) snprintf(slowest, sizeof slowest, ", slowest probe %s", text_latency(latency, us));
    if (failed && ret->verdict == VERDICT_OK) ret->verdict = VERDICT_WARN;
    if (!ok && !failed)
        answer_say(ret, "nothing ended %s", outage_since_words(o));
    else
        answer_say(ret, "%zu/%zu %s, %zu failed%s", ok, ok + failed, outage_since_words(o), failed, slowest);
    if (prompts.waiting) say(ret->text, "%zu prompt%s in flight", prompts.waiting, text_plural(prompts.waiting));
}

/* Serve's reason why it is not running precedes the effects on users. */
static void say_not_running(const struct world *w, const struct focus *f, struct answer *ret)
{
    char words[ANSWER_TEXT_MAX];
    const struct serve_not_running s = serve_not_running_of(w, f);
    if (s.failed) answer_say(ret, "%s", serve_not_running_brief(&s, words, sizeof words));
}

void answer_answering(const struct world *w, const struct focus *f, const struct outage *o, uint64_t now_ms,
                      uint64_t wall_ms, struct answer *ret)
{
    struct service_evidence e = evidence_of(w, f, now_ms, wall_ms);
    *ret = (struct answer){.question = "ANSWERING"};
    bool before = o->state == OUTAGE_RUNNING && e.answered_ms.known && e.answered_ms.value < o->t0_wall_ms;
    if (e.verdict == VERDICT_OK && before) { /* what ended before it is no answer about it */
        e.verdict = VERDICT_UNKNOWN;
        answer_word(ret, VERDICT_UNKNOWN, "–");
    } else if (e.verdict == VERDICT_UNKNOWN) {
        say_not_running(w, f, ret);
        say_unknown(&e, wall_ms, ret);
    } else {
        answer_word(ret, e.verdict, "%s", evidence_word(e.verdict));
        if (e.verdict != VERDICT_OK) say_not_running(w, f, ret);
        if (e.verdict != VERDICT_OK) say_line(&e, e.from, "", ret);
    }
    if (o->state == OUTAGE_RUNNING)
        say_outage(w, o, ret);
    else
        say_calm(w, &e, now_ms, wall_ms, ret);
}
