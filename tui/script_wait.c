/* script_wait.c - evaluates the conditions of a walkthrough, from the world and the recovery only. */
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"
#include "tui/script.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

static enum script_met yes_if(bool so)
{
    return so ? SCRIPT_MET : SCRIPT_NOT_YET;
}

static enum script_met met_answering(const struct view *v, char out[SCRIPT_WORDS])
{
    struct answer answers[ANSWERS];
    answers_of(v->world, v->focus, v->outage, v->previous, v->now_ms, v->wall_ms, answers);
    snprintf(out, SCRIPT_WORDS, "%s", answers[0].word);
    return yes_if(answers[0].verdict == VERDICT_OK);
}

static enum script_met pods_ready(const struct view *v, unsigned wanted, char out[SCRIPT_WORDS])
{
    unsigned ready = 0;
    for (struct focus_pods at = focus_pods_of(v->world, v->focus); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        ready += !at.row->gone_ms && !p->deleted.known && p->is_ready == TRI_YES;
    }
    snprintf(out, SCRIPT_WORDS, "%u of %u", ready, wanted);
    return yes_if(ready >= wanted);
}

/* From the Serve API while its source is live; else unknown. */
static enum script_met serve_running(const struct view *v, char out[SCRIPT_WORDS])
{
    size_t running = 0, all = 0;
    WORLD_EACH (row, v->world, TABLE_SERVEAPP) {
        const struct serveapp *s = ROW(row, serveapp);
        const struct source *source = world_source_named(v->world, row->source);
        if (row->gone_ms || !source || source_freshness(source, v->now_ms, NULL) != FRESH_LIVE) continue;
        for (size_t i = 0; i < s->deployments_count; i++) running += text_eq(s->deployments[i].app_status, "RUNNING");
        all += s->deployments_count;
    }
    snprintf(out, SCRIPT_WORDS, "%zu of %zu deployments", running, all);
    return yes_if(v->focus->rayservice && all && running == all);
}

static void head_words(const struct view *v, char out[SCRIPT_WORDS])
{
    char words[OUTAGE_WORDS_MAX];
    snprintf(out, SCRIPT_WORDS, "%s", outage_head_words(v->outage, v->focus->head, words));
}

static enum script_met head_down(const struct view *v, char out[SCRIPT_WORDS])
{
    head_words(v, out);
    return yes_if(v->outage->state == OUTAGE_RUNNING && v->outage->head_lost);
}

/* Without fault tolerance, or where Redis is not read, nothing shows the GCS: its head is down. */
static enum script_met gcs_silent(const struct view *v, char out[SCRIPT_WORDS])
{
    const struct outage *o = v->outage;
    head_words(v, out);
    if (o->rung[RUNG_GCS_SILENT].seen || o->rung[RUNG_GCS_SILENT].possible)
        return yes_if(o->state != OUTAGE_NONE && o->rung[RUNG_GCS_SILENT].seen);
    return yes_if(outage_phase_of(o) == PHASE_DOWN);
}

static enum script_met met_recovered(const struct view *v, char out[SCRIPT_WORDS])
{
    if (v->outage->state == OUTAGE_NONE)
        snprintf(out, SCRIPT_WORDS, "no head was lost");
    else
        head_words(v, out);
    return yes_if(v->outage->state == OUTAGE_OVER);
}

/* The operator has created its RayCluster; an invalid RayService has none. */
static enum script_met met_applied(const struct view *v)
{
    const struct rayservice *r = v->focus->rayservice;
    return yes_if(r && !r->deleted.known && (r->active_cluster || r->pending_cluster));
}

/* No request failed since the head loss, the workers are the same, and so are the Neuron runtimes that were known. What
 * is false of the first two can no longer be met. */
static enum script_met met_unharmed(const struct view *v, char out[SCRIPT_WORDS])
{
    const struct outage *o = v->outage;
    char requests[OUTAGE_WORDS_MAX], workers[OUTAGE_WORDS_MAX];
    if (o->state == OUTAGE_NONE) {
        snprintf(out, SCRIPT_WORDS, "no head was lost");
        return SCRIPT_NOT_YET;
    }
    snprintf(out, SCRIPT_WORDS, "%s; worker pods %s",
             *outage_request_words(o, OUTAGE_CLASSES, requests) ? requests : "no request ended",
             outage_worker_words(o, workers));
    const size_t len = strlen(out);
    if (o->runtimes) snprintf(out + len, SCRIPT_WORDS - len, "; Neuron runtimes %s", outage_runtime_words(o, workers));
    if (outage_failed(o) || !outage_workers_lived_on(o)) return SCRIPT_NEVER;
    return yes_if(o->workers && outage_answered(o) && o->runtimes_same == o->runtimes);
}

/* Each worker pod of T0 restarted or was replaced, and as many pods are Ready again. */
static enum script_met workers_restarted(const struct view *v, char out[SCRIPT_WORDS])
{
    const struct outage *o = v->outage;
    char ready[SCRIPT_WORDS], workers[OUTAGE_WORDS_MAX];
    snprintf(out, SCRIPT_WORDS, "worker pods %s", outage_worker_words(o, workers));
    bool all = o->workers && o->restarts + o->replaced >= o->workers;
    return yes_if(all && pods_ready(v, (unsigned)o->workers + 1, ready) == SCRIPT_MET);
}

/* The newest prompt, if it was sent since the step began. headless: its answer came while the head was down. */
static enum script_met met_answered(const struct view *v, uint64_t since_wall_ms, bool headless, char out[SCRIPT_WORDS])
{
    const struct request *last = NULL;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (!text_eq(r->kind, REQUEST_PROMPT) || !r->due.known || r->due.value < since_wall_ms) continue;
        if (!last || r->due.value >= last->due.value) last = r;
    }
    if (!last) {
        snprintf(out, SCRIPT_WORDS, "no prompt was sent yet");
        return SCRIPT_NOT_YET;
    }
    if (request_is_answered(last)) {
        if (!headless || (last->head && strncmp(last->head, "head down", strlen("head down")) == 0)) return SCRIPT_MET;
        snprintf(out, SCRIPT_WORDS, "the prompt was answered: %.100s", last->head ? last->head : "head n/a");
        return SCRIPT_NEVER;
    }
    if (text_eq(last->phase, "waiting") || !last->phase) return SCRIPT_NOT_YET;
    snprintf(out, SCRIPT_WORDS, "the prompt %s: %.100s", last->phase,
             last->why       ? last->why
             : last->failure ? last->failure
                             : "nothing more is known");
    return SCRIPT_NEVER;
}

static enum script_met met_gone(const struct view *v, char out[SCRIPT_WORDS])
{
    size_t services = world_count(v->world, TABLE_RAYSERVICE), pods = 0;
    bool known = false;
    for (size_t i = 0; i < world_sources(v->world); i++) {
        const struct source *s = world_source(v->world, i);
        known |= s->world == WORLD_KUBE && source_freshness(s, v->now_ms, NULL) == FRESH_LIVE && s->listed_ms;
    }
    WORLD_EACH (row, v->world, TABLE_POD) pods += !row->gone_ms && ROW(row, pod)->cluster;
    snprintf(out, SCRIPT_WORDS, "%zu RayService%s, %zu pod%s", services, text_plural(services), pods,
             text_plural(pods));
    return yes_if(known && !services && !pods);
}

/* A drill that has ended otherwise does neither any more. */
static enum script_met met_drill(const struct view *v, enum view_drill wanted, char out[SCRIPT_WORDS])
{
    static const char *const words[] = {"there is no drill", "it is running", "it asks", "PASS",
                                        "it ended without a PASS"};

    snprintf(out, SCRIPT_WORDS, "%s", words[v->drill]);
    if (v->drill == wanted) return SCRIPT_MET;
    return v->drill == VIEW_DRILL_ENDED ? SCRIPT_NEVER : SCRIPT_NOT_YET;
}

enum script_met script_met(enum script_wait_kind wait, unsigned number, const struct view *v, uint64_t since_ms,
                           uint64_t since_wall_ms, char out[SCRIPT_WORDS])
{
    out[0] = '\0';
    switch (wait) {
    case WAIT_ANSWERING: return met_answering(v, out);
    case WAIT_PODS_READY: return pods_ready(v, number, out);
    case WAIT_SERVE_RUNNING: return serve_running(v, out);
    case WAIT_APPLIED: return met_applied(v);
    case WAIT_HEAD_DOWN: return head_down(v, out);
    case WAIT_RECOVERED: return met_recovered(v, out);
    case WAIT_WORKERS_RESTARTED: return workers_restarted(v, out);
    case WAIT_UNHARMED: return met_unharmed(v, out);
    case WAIT_GCS_SILENT: return gcs_silent(v, out);
    case WAIT_ANSWERED: return met_answered(v, since_wall_ms, false, out);
    case WAIT_ANSWERED_HEADLESS: return met_answered(v, since_wall_ms, true, out);
    case WAIT_DRILL_ASKS: return met_drill(v, VIEW_DRILL_ASKS, out);
    case WAIT_DRILL_PASSED: return met_drill(v, VIEW_DRILL_PASSED, out);
    case WAIT_GONE: return met_gone(v, out);
    case WAIT_SECONDS: return yes_if(v->now_ms >= since_ms + number * UINT64_C(1000));
    case WAIT_NONE:
    case WAIT_COUNT: break;
    }
    return SCRIPT_MET;
}
