/* evidence_model.c - whether a model answers: from our prompts, the Serve API's replicas and the NeuronCores. */
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/evidence_priv.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"

#include <stdio.h>
#include <string.h>

static bool replica_serves(const struct replica *r)
{
    return text_eq(r->state, "RUNNING") || text_eq(r->state, "RECOVERING") || text_eq(r->state, "PENDING_MIGRATION");
}

static size_t replicas_serving(const struct serveapp *app, const struct deployment *d)
{
    size_t n = 0;
    for (size_t i = 0; i < app->replicas_count; i++) {
        const struct replica *r = &app->replicas[i];
        n += text_eq(r->app, d->app) && text_eq(r->deployment, d->name) && replica_serves(r);
    }
    return n;
}

struct reached {
    const struct evidence_view *view;
    const struct serveapp *app;
    bool earlier;
};

static void reached_note(void *arg, const struct endpoint *e)
{
    struct reached *r = arg;
    const struct focus *f = r->view->focus;
    if (f->head && text_eq(e->pod, f->head->name)) return;
    for (size_t i = 0; i < r->app->proxies_count; i++)
        if (text_eq(r->app->proxies[i].ip, e->address)) return;
    r->earlier = true;
}

/* A worker that is among the endpoints and that this Serve does not know serves an earlier one: without fault tolerance
 * it goes on until it learns that its GCS is gone. */
static bool earlier_serve_is_reached(const struct evidence_view *v, const struct serveapp *app)
{
    struct reached r = {.view = v, .app = app};
    return serve_endpoints_each(v->world, v->focus, reached_note, &r) && r.earlier;
}

/* How long the youngest replica that serves has been there: after an outage it shows whether they lived through it. */
static struct known_u64 youngest_ms(const struct evidence_view *v, const struct serveapp *app)
{
    struct known_u64 started = UNKNOWN_U64;
    for (size_t i = 0; i < app->replicas_count; i++) {
        const struct replica *r = &app->replicas[i];
        if (!replica_serves(r)) continue;
        if (!r->started.known) return UNKNOWN_U64;
        if (!started.known || r->started.value > started.value) started = r->started;
    }
    if (!started.known) return UNKNOWN_U64;
    return known_u64(v->wall_ms > started.value ? v->wall_ms - started.value : 0);
}

static void say_replicas(const struct evidence_view *v, const struct serveapp *app, size_t serving,
                         struct evidence *line)
{
    const struct known_u64 age_ms = youngest_ms(v, app);
    char age[TEXT_NUM_MAX];
    if (age_ms.known)
        say(line->why, "%zu of %zu replicas RUNNING, youngest %s old", serving, (size_t)app->replicas_count,
            text_duration(age, age_ms.value));
    else
        say(line->why, "%zu of %zu replicas RUNNING", serving, (size_t)app->replicas_count);
}

static void judge_replicas(const struct evidence_view *v, const struct serveapp *app, struct evidence *line)
{
    size_t serving = 0;
    const struct deployment *without = NULL;
    for (size_t i = 0; i < app->replicas_count; i++) serving += replica_serves(&app->replicas[i]);
    for (size_t i = 0; !without && i < app->deployments_count; i++)
        if (!replicas_serving(app, &app->deployments[i])) without = &app->deployments[i];
    if (app->deployments_count && !without) {
        line->verdict = VERDICT_OK;
        say_replicas(v, app, serving, line);
    } else if (earlier_serve_is_reached(v, app)) {
        say(line->why, "the workers serve an earlier Serve");
    } else if (without) {
        line->verdict = VERDICT_NO;
        say(line->why, "%s: no replica RUNNING",
            without->name  ? without->name
            : without->app ? without->app
                           : "a deployment");
        say(line->why, "%s", without->app_status ? without->app_status : "");
    } else if (serving) {
        say(line->why, "no deployment listed");
    } else {
        line->verdict = VERDICT_NO;
        say(line->why, "Serve has no application");
    }
}

/* An old record says nothing: the head that reported it may be gone. */
static void judge_by_serve_api(const struct evidence_view *v, struct evidence *line)
{
    const struct source *s = world_source_named(v->world, "serve");
    const struct row *row =
        v->focus->rayservice ? world_find(v->world, TABLE_SERVEAPP, v->focus->rayservice->record.key) : NULL;
    struct known_u64 age = UNKNOWN_U64;
    enum freshness fresh = s ? source_freshness(s, v->now_ms, &age) : FRESH_OFF;
    if (fresh == FRESH_OFF || fresh == FRESH_WAITING) {
        say(line->why, "Serve API not heard yet");
        return;
    }
    if (fresh == FRESH_LIVE && (!row || row->gone_ms)) {
        say(line->why, "replicas not known");
        return;
    }
    if (fresh != FRESH_LIVE) {
        if (age.known)
            say(line->why, "Serve API silent for %llu s", (unsigned long long)age.value / 1000);
        else
            say(line->why, "Serve API: %s", s->why ? s->why : "no answer");
        return;
    }
    line->age_ms = age;
    snprintf(line->by, sizeof line->by, "Serve API");
    judge_replicas(v, ROW(row, serveapp), line);
}

/* Our newest completed prompt that says something about the model. */
static const struct request *newest_prompt(const struct evidence_view *v)
{
    const struct request *best = NULL;
    const uint64_t since_ms = v->wall_ms > EVIDENCE_PROMPT_MS ? v->wall_ms - EVIDENCE_PROMPT_MS : 0;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *q = ROW(row, request);
        if (row->gone_ms || !text_eq(q->kind, REQUEST_PROMPT) || !q->done.known || q->done.value < since_ms) continue;
        bool answered = request_is_answered(q);
        if (!answered && !request_is_evidence(v->world, q, v->now_ms, v->wall_ms)) continue;
        if (!best || q->done.value >= best->done.value) best = q;
    }
    return best;
}

static void judge_prompt(const struct evidence_view *v, const struct request *q, struct service_evidence *e)
{
    struct evidence *line = &e->line[EVIDENCE_MODEL];
    bool answered = request_is_answered(q);
    uint64_t age_ms = v->wall_ms > q->done.value ? v->wall_ms - q->done.value : 0;
    char replicas[ANSWER_TEXT_MAX];
    if (answered) evidence_answered(e, q);
    if (answered && age_ms > EVIDENCE_FRESH_MS) return;
    if (answered && line->verdict == VERDICT_NO && line->age_ms.known && line->age_ms.value < age_ms) return;
    memcpy(replicas, line->why, sizeof replicas);
    line->why[0] = '\0';
    if (answered) {
        line->verdict = VERDICT_OK;
        say(line->why, "a prompt was answered");
    } else {
        if (line->verdict != VERDICT_NO) line->verdict = VERDICT_WARN;
        say(line->why, "the last prompt failed: %s", q->failure ? q->failure : "failed");
    }
    say(line->why, "%s", replicas);
    evidence_rest_on(line, q, v->wall_ms);
}

/* ret_age_ms: of the oldest sample of those. */
static void executions_read(const struct evidence_view *v, struct service_evidence *e, struct known_u64 *ret_age_ms)
{
    WORLD_EACH (row, v->world, TABLE_MONITOR) {
        const struct monitor *m = ROW(row, monitor);
        const struct source *s = world_source_named(v->world, row->source);
        struct known_u64 age_ms = UNKNOWN_U64;
        if (row->gone_ms || !m->executions_s.known || !s || source_freshness(s, v->now_ms, &age_ms) != FRESH_LIVE)
            continue;
        e->executions_s = known_f64(e->executions_s.value + m->executions_s.value);
        e->execution_errors += m->errors.value;
        if (!ret_age_ms->known || age_ms.value > ret_age_ms->value) *ret_age_ms = age_ms;
    }
}

/* Executions prove a running model; their absence proves nothing, there may be no requests. */
static void judge_executions(const struct evidence_view *v, struct service_evidence *e)
{
    struct evidence *line = &e->line[EVIDENCE_MODEL];
    struct known_u64 age_ms = UNKNOWN_U64;
    executions_read(v, e, &age_ms);
    if (!e->executions_s.known) return;
    const bool ours = v->focus->rayservice != NULL; /* without it, whose model that is is not known */
    if (ours && e->executions_s.value > 0 && line->verdict == VERDICT_UNKNOWN && !line->age_ms.known) {
        line->verdict = VERDICT_OK;
        line->age_ms = age_ms;
        snprintf(line->by, sizeof line->by, "neuron-monitor");
    }
    say(line->why, "%.*f executions/s", e->executions_s.value < 10, e->executions_s.value);
}

/* Its first token has come, or it was not sent yet: the model is at work, or has nothing to do with it. */
static bool prompt_waits(const struct row *row)
{
    const struct request *q = ROW(row, request);
    if (row->gone_ms || !text_eq(q->kind, REQUEST_PROMPT) || !text_eq(q->phase, "waiting")) return false;
    return q->sent.known && !q->first_token_us.known;
}

/* How long our oldest prompt has waited for longer than a model takes; 0: none has. */
static uint64_t hanging_ms(const struct evidence_view *v)
{
    uint64_t slowest_us = 0, waits_ms = 0;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *q = ROW(row, request);
        const bool answered = text_eq(q->kind, REQUEST_PROMPT) && request_is_answered(q);
        if (answered && q->latency_us.value > slowest_us) slowest_us = q->latency_us.value;
        if (!prompt_waits(row) || q->sent.value + waits_ms >= v->wall_ms) continue;
        waits_ms = v->wall_ms - q->sent.value;
    }
    const uint64_t usual_ms = 2 * slowest_us / 1000;
    return waits_ms >= EVIDENCE_WAIT_MS && waits_ms > usual_ms ? waits_ms : 0;
}

/* A Serve proxy without a replica answers its probes, and holds each prompt until it times out. */
static void judge_waiting(const struct evidence_view *v, struct service_evidence *e)
{
    struct evidence *line = &e->line[EVIDENCE_MODEL];
    const uint64_t waits_ms = hanging_ms(v);
    char others[ANSWER_TEXT_MAX];
    if (!waits_ms) return;
    e->waiting = true;
    memcpy(others, line->why, sizeof others);
    line->why[0] = '\0';
    say(line->why, "a prompt of ours waits %llu s", (unsigned long long)waits_ms / 1000);
    say(line->why, "%s", others);
}

void evidence_judge_model(const struct evidence_view *v, struct service_evidence *e)
{
    const struct request *prompt = newest_prompt(v);
    judge_by_serve_api(v, &e->line[EVIDENCE_MODEL]);
    if (prompt) judge_prompt(v, prompt, e);
    judge_waiting(v, e);
    judge_executions(v, e);
}
