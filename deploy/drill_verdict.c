/* drill_verdict.c - holds the report of an outage and its requests against the criteria; see drill_verdict.h. */
#include "deploy/drill_verdict_priv.h"

#include "backends/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- what was measured, one function a criterion: a value, or why there is none ---------------------------------- */

static void value_set(struct judged *j, double value)
{
    j->value = known_f64(value);
}

__attribute__((format(printf, 2, 3))) static void reason_set(struct judged *j, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(j->why, sizeof j->why, fmt, args);
    va_end(args);
}

static void length_set(struct judged *j, struct known_u64 ms, const char *missing)
{
    if (ms.known)
        value_set(j, (double)ms.value / 1000);
    else
        reason_set(j, "%s", missing);
}

static void measure_outage(const struct verdict_ask *ask, struct judged *j)
{
    const struct outage *o = ask->outage;

    if (ask->has_redis && o->ft != TRI_NO) /* else no GCS writes to the Redis that is read */
        length_set(j, o->gcs_silent_ms, "the silence of the GCS was not seen");
    else
        length_set(j, o->head_down_ms, "without Redis: the head was not seen down");
}

/* From the first sign of the outage to the GCS that is back, or until now. */
static void measure_requests(const struct verdict_ask *ask, struct judged *j)
{
    const struct outage *o = ask->outage;
    const struct outage_rung *silent = &o->rung[RUNG_GCS_SILENT], *back = &o->rung[RUNG_GCS_BACK];
    const uint64_t from = silent->seen ? silent->wall_ms : o->t0_wall_ms,
                   until = back->seen ? back->wall_ms : ask->wall_ms;

    value_set(j, (double)(tally_due_between(ask->tally, TALLY_ROUTE, from, until) +
                          tally_due_between(ask->tally, TALLY_FRESH, from, until) +
                          tally_due_between(ask->tally, TALLY_PROMPTS, from, until)));
    reason_set(j, "%s%s", ask->tally->sum[TALLY_ROUTE].path,
               silent->seen ? "" : "; since T0: the silence was not seen");
}

static void failures_add(struct judged *j, const struct tally_sum *s, const char *words)
{
    size_t used = strlen(j->why);

    for (int i = 0; i < TALLY_FAILURES && s->failure[i].count && used < sizeof j->why; i++)
        used += (size_t)snprintf(j->why + used, sizeof j->why - used, "%s%llu %s%s", strchr(j->why, ':') ? ", " : ": ",
                                 (unsigned long long)s->failure[i].count, s->failure[i].name, words);
}

/* Of two series together; `fresh` may be NULL. */
static void measure_share(const struct tally_sum *s, const struct tally_sum *fresh, struct judged *j)
{
    const uint64_t ended = tally_ended(s) + (fresh ? tally_ended(fresh) : 0);
    const uint64_t failed = s->failed + (fresh ? fresh->failed : 0),
                   unknown = s->unknown + (fresh ? fresh->unknown : 0);

    if (!tally_ended(s)) {
        reason_set(j, unknown ? "%llu requests say nothing of Serve" : "no request ended", (unsigned long long)unknown);
        return;
    }
    value_set(j, 100.0 * (double)failed / (double)ended);
    reason_set(j, "%llu of %llu", (unsigned long long)failed, (unsigned long long)ended);
    failures_add(j, s, "");
    if (fresh) failures_add(j, fresh, " on a fresh connection");
}

static void measure_failed(const struct verdict_ask *ask, struct judged *j)
{
    measure_share(&ask->tally->sum[TALLY_ROUTE], &ask->tally->sum[TALLY_FRESH], j);
}

static void measure_prompts(const struct verdict_ask *ask, struct judged *j)
{
    measure_share(&ask->tally->sum[TALLY_PROMPTS], NULL, j);
}

/* What the model takes by itself was seen before the fault. */
static void measure_prompt_wait(const struct verdict_ask *ask, struct judged *j)
{
    const struct tally_sum *s = &ask->tally->sum[TALLY_PROMPTS];
    const struct known_u64 slowest = tally_slowest_us(s);
    char now[TEXT_NUM_MAX], before[TEXT_NUM_MAX];

    if (!slowest.known || !s->before_us.known) {
        reason_set(j, slowest.known ? "no prompt was answered before the fault" : "no prompt was answered");
        return;
    }
    value_set(j, slowest.value > s->before_us.value ? (double)(slowest.value - s->before_us.value) / 1e6 : 0);
    reason_set(j, "%s, %s before the fault", text_latency(now, slowest), text_latency(before, s->before_us));
}

static void measure_unserved(const struct verdict_ask *ask, struct judged *j)
{
    const uint64_t until = ask->tally->until_ms ? ask->tally->until_ms : ask->wall_ms;

    length_set(j, tally_unserved_ms(&ask->tally->sum[TALLY_ROUTE], until), "no request ended");
}

static void measure_latency(const struct verdict_ask *ask, struct judged *j)
{
    const struct known_u64 us = tally_percentile(&ask->tally->sum[TALLY_ROUTE], 99);

    if (us.known)
        value_set(j, (double)us.value / 1e6);
    else
        reason_set(j, "no request was answered");
}

/* The names of the workers that were restarted, or replaced. */
static void fates_name(const struct outage *o, enum worker_fate fate, struct judged *j)
{
    size_t used = 0;

    for (size_t i = 0; i < o->workers && used < sizeof j->why; i++)
        if (o->worker[i].fate == fate)
            used += (size_t)snprintf(j->why + used, sizeof j->why - used, "%s%s", used ? ", " : "", o->worker[i].name);
}

static void measure_restarts(const struct verdict_ask *ask, struct judged *j)
{
    if (!ask->outage->workers) {
        reason_set(j, "no worker pod was there");
        return;
    }
    value_set(j, (double)ask->outage->restarts);
    fates_name(ask->outage, WORKER_RESTARTED, j);
}

static void measure_replaced(const struct verdict_ask *ask, struct judged *j)
{
    if (!ask->outage->workers) {
        reason_set(j, "no worker pod was there");
        return;
    }
    value_set(j, (double)ask->outage->replaced);
    fates_name(ask->outage, WORKER_REPLACED, j);
}

static void measure_runtimes(const struct verdict_ask *ask, struct judged *j)
{
    const struct outage *o = ask->outage;

    if (!o->runtimes) {
        reason_set(j, "neuron-monitor reported no runtime of a worker");
        return;
    }
    const size_t other = outage_runtimes_other(o);
    if (o->runtimes_unheard && !other) {
        reason_set(j, "%zu of %zu are not heard", o->runtimes_unheard, o->runtimes);
        return;
    }
    value_set(j, (double)other);
    reason_set(j, "%zu of %zu the same by pid", o->runtimes_same, o->runtimes);
}

/* One that runs is known as far as it has come: longer than its limit it is broken, and else not known yet. */
static void measure_recovery(const struct verdict_ask *ask, struct judged *j)
{
    const struct outage *o = ask->outage;

    length_set(j, o->recovered_ms, "the recovery was not seen");
    if (o->missing == RUNG_COUNT && o->state == OUTAGE_OVER) return;
    const char *reason = o->missing == RUNG_COUNT ? "" : o->rung[o->missing].why;
    if (o->missing == RUNG_COUNT)
        reason_set(j, "it is not over");
    else
        reason_set(j, JUDGED_NOT_SEEN "%s%s%s", rung_words(o->missing), *reason ? ": " : "", reason);
    if (o->state != OUTAGE_RUNNING || (j->value.known && j->value.value <= ask->limits->limit[CRITERION_RECOVERY]))
        j->value = (struct known_f64){0};
}

static void measure_fields(const struct verdict_ask *ask, struct judged *j)
{
    const struct outage_fields *k = &ask->outage->fields;

    if (!k->known) {
        reason_set(j, "the field names were not read before and since");
        return;
    }
    value_set(j, (double)k->lost);
    reason_set(j, "%zu of %zu kept, %zu lost as expected", k->kept, k->before, k->lost_expected);
}

static void (*const measures[CRITERIA])(const struct verdict_ask *ask, struct judged *j) = {
    [CRITERION_OUTAGE] = measure_outage,           [CRITERION_REQUESTS] = measure_requests,
    [CRITERION_FAILED] = measure_failed,           [CRITERION_UNSERVED] = measure_unserved,
    [CRITERION_LATENCY] = measure_latency,         [CRITERION_PROMPTS] = measure_prompts,
    [CRITERION_PROMPT_WAIT] = measure_prompt_wait, [CRITERION_RESTARTS] = measure_restarts,
    [CRITERION_REPLACED] = measure_replaced,       [CRITERION_RUNTIMES] = measure_runtimes,
    [CRITERION_RECOVERY] = measure_recovery,       [CRITERION_FIELDS] = measure_fields,
};

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

static const char *source_missing(const struct verdict_ask *ask, enum criterion_needs needs)
{
    switch (needs) {
    case CRITERION_NEEDS_FIELDS: return ask->has_fields ? NULL : "no GCS field is read";
    case CRITERION_NEEDS_NEURON: return ask->has_neuron ? NULL : "no neuron-monitor is read";
    case CRITERION_NEEDS_PROMPTS: return ask->has_prompts ? NULL : "no prompts were sent";
    case CRITERION_NEEDS_NOTHING: break;
    }
    return NULL;
}

static bool limit_holds(const struct criterion *c, double value, double limit)
{
    return c->compare == CRITERION_AT_MOST ? value <= limit : value >= limit;
}

/* Users do not wait for a way of ours that is down (an API server that stops): what is broken by waiting is not known
 * to be, where one request in a hundred or more says nothing of Serve. A request that failed is judged by itself. */
static void waiting_excuse(const struct verdict_ask *ask, enum criterion_id id, struct judged *j)
{
    const struct tally_sum *route = &ask->tally->sum[TALLY_ROUTE], *fresh = &ask->tally->sum[TALLY_FRESH];
    const uint64_t unknown = route->unknown + fresh->unknown, due = unknown + tally_ended(route) + tally_ended(fresh);
    const bool waits = id == CRITERION_UNSERVED || id == CRITERION_LATENCY || id == CRITERION_PROMPT_WAIT;
    char seen[CRITERION_TEXT_MAX];

    if (!waits || j->state != JUDGED_BROKEN || unknown * 100 < due) return;
    criterion_value(id, j->value.value, seen);
    j->state = JUDGED_UNKNOWN;
    j->value = (struct known_f64){0};
    reason_set(j, "%s, but %llu of %llu requests say nothing of Serve: the way to it was down", seen,
               (unsigned long long)unknown, (unsigned long long)due);
}

static void criterion_judge(const struct verdict_ask *ask, enum criterion_id id, struct judged *j)
{
    const struct criterion *c = criterion_get(id);
    const char *missing = source_missing(ask, c->needs);

    *j = (struct judged){.limit = ask->limits->limit[id]};
    if (missing) {
        reason_set(j, "%s", missing);
        return;
    }
    measures[id](ask, j);
    j->state = !j->value.known ? JUDGED_UNKNOWN : limit_holds(c, j->value.value, j->limit) ? JUDGED_MET : JUDGED_BROKEN;
    waiting_excuse(ask, id, j);
}

/* The first of the table in that state, promises or proofs; CRITERIA: none. */
static enum criterion_id first_in(const struct drill_verdict *v, enum judged_state state, enum criterion_kind kind)
{
    for (int i = 0; i < CRITERIA; i++)
        if (v->of[i].state == state && criterion_get((enum criterion_id)i)->kind == kind) return (enum criterion_id)i;
    return CRITERIA;
}

static void verdict_set_cause(struct drill_verdict *v, enum criterion_id id)
{
    const struct judged *j = &v->of[id];
    const char *what = criterion_get(id)->what;
    char value[CRITERION_TEXT_MAX], limit[CRITERION_TEXT_MAX];

    if (j->state == JUDGED_UNKNOWN)
        snprintf(v->cause, sizeof v->cause, "%s: unknown (%s)", what, j->why);
    else
        snprintf(v->cause, sizeof v->cause, "%s: %s, %s is wanted%s%s%s", what,
                 criterion_value(id, j->value.value, value), criterion_limit(id, j->limit, limit), *j->why ? " (" : "",
                 j->why, *j->why ? ")" : "");
}

/* What proves more. */
static void remedy_add(struct drill_verdict *v, enum criterion_id id)
{
    const size_t used = strlen(v->cause);
    const char *remedy = id == CRITERION_REQUESTS ? "send more of them (drill --rate)"
                                                  : "a head that takes longer to come back would prove more";

    snprintf(v->cause + used, sizeof v->cause - used, ": %s, or set another limit (--limit %s=N)", remedy,
             criterion_get(id)->id);
}

static uint64_t watched_ms(const struct verdict_ask *ask)
{
    const uint64_t t0_ms = ask->outage->t0_wall_ms;
    return ask->wall_ms > t0_ms ? ask->wall_ms - t0_ms : 0;
}

/* Workers that do not live through a loss restart half a minute later. */
static bool was_watched(const struct verdict_ask *ask)
{
    return ask->outage->final || watched_ms(ask) >= VERDICT_WATCH_MS;
}

static void verdict_set_unwatched(struct drill_verdict *v, const struct verdict_ask *ask)
{
    char seconds[TEXT_NUM_MAX];

    snprintf(
        v->cause, sizeof v->cause,
        "it was watched for %s after T0, and workers that do not live through a loss restart late: %d s are wanted",
        text_seconds(seconds, watched_ms(ask)), VERDICT_WATCH_MS / 1000);
}

static void verdict_conclude(struct drill_verdict *v, const struct verdict_ask *ask)
{
    enum criterion_id id = first_in(v, JUDGED_BROKEN, CRITERION_PROMISE);

    v->result = DRILL_FAIL;
    if (id == CRITERIA) {
        v->result = DRILL_INCONCLUSIVE;
        id = first_in(v, JUDGED_BROKEN, CRITERION_PROOF);
    }
    if (id == CRITERIA) id = first_in(v, JUDGED_UNKNOWN, CRITERION_PROOF);
    if (id == CRITERIA) id = first_in(v, JUDGED_UNKNOWN, CRITERION_PROMISE);
    if (id == CRITERIA) {
        if (was_watched(ask))
            v->result = DRILL_PASS;
        else
            verdict_set_unwatched(v, ask);
        return;
    }
    verdict_set_cause(v, id);
    const size_t used = strlen(v->cause);
    drill_cause_explain(ask, v);
    if (v->result == DRILL_INCONCLUSIVE && v->of[id].state == JUDGED_BROKEN && !v->cause[used]) remedy_add(v, id);
}

/* A head whose container ended is back sooner than one whose pod has to be made. */
static bool pod_was_deleted(const struct outage *o)
{
    return o->cause == CAUSE_GONE || o->cause == CAUSE_DELETED || o->cause == CAUSE_OURS ||
           o->rung[RUNG_DELETE_ACCEPTED].seen;
}

static void scope_set(const struct verdict_ask *ask, struct drill_verdict *v)
{
    char seconds[TEXT_NUM_MAX];
    size_t used = (size_t)snprintf(v->scope, sizeof v->scope, "%s; node loss not tested%s", ask->fault,
                                   pod_was_deleted(ask->outage) ? "" : "; pod deletion not tested");

    if (!ask->outage->final)
        used += (size_t)snprintf(v->scope + used, sizeof v->scope - used, "; watched for %s of %d s after T0",
                                 text_seconds(seconds, watched_ms(ask)), OUTAGE_SECONDS);
    for (int i = 0; i < CRITERIA && used < sizeof v->scope; i++)
        if (v->of[i].state == JUDGED_NOT)
            used += (size_t)snprintf(v->scope + used, sizeof v->scope - used, "; %s not judged (%s)",
                                     criterion_get((enum criterion_id)i)->id, v->of[i].why);
}

void drill_judge(const struct verdict_ask *ask, struct drill_verdict *ret)
{
    *ret = (struct drill_verdict){.result = DRILL_INCONCLUSIVE};
    for (int i = 0; i < CRITERIA; i++) ret->of[i].limit = ask->limits->limit[i];
    if (ask->outage->state == OUTAGE_NONE || !ask->outage->head_lost) {
        snprintf(ret->cause, sizeof ret->cause, "no head was lost");
        for (int i = 0; i < CRITERIA; i++) reason_set(&ret->of[i], "no head was lost");
        snprintf(ret->scope, sizeof ret->scope, "nothing");
        return;
    }
    for (int i = 0; i < CRITERIA; i++) criterion_judge(ask, (enum criterion_id)i, &ret->of[i]);
    verdict_conclude(ret, ask);
    scope_set(ask, ret);
}

const char *drill_result_word(enum drill_result result)
{
    static const char *const words[DRILL_RESULTS] = {
#define X(name, word) word,
        DRILL_RESULT_MAP(X)
#undef X
    };
    return words[result];
}

const char *judged_state_words(enum criterion_id id, enum judged_state state)
{
    const struct criterion *c = criterion_get(id);

    if (state != JUDGED_BROKEN || c->kind != CRITERION_PROOF) return judged_state_word(state);
    return c->unit == CRITERION_SECONDS ? "too short" : "too few";
}

const char *judged_state_word(enum judged_state state)
{
    static const char *const words[] = {"not judged", "unknown", "met", "broken"};
    return words[state];
}
