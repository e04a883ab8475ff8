/* drill.c - the phases of the failover drill; see drill.h. */
#include "deploy/drill_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"
#include "backends/world/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVIDENCE_OLDER_MS = 10 * 1000 };

static void drill_fault_step(void *arg);
static void drill_observe(void *arg);
static void drill_recover(void *arg);
static void drill_settle(void *arg);
static void drill_verdict_step(void *arg);

static const struct step_def steps[DRILL_STEPS] = {
    [DRILL_GUARDS] = {"guards", drill_guards, STEP_STOPPABLE},
    [DRILL_BASELINE] = {"baseline", drill_baseline, STEP_STOPPABLE},
    [DRILL_CONFIRM] = {"confirm", NULL, STEP_CONFIRMS},
    [DRILL_FAULT] = {"fault", drill_fault_step, 0},
    [DRILL_OBSERVE] = {"observe", drill_observe, 0},
    [DRILL_RECOVER] = {"recover", drill_recover, STEP_CONTINUES},
    [DRILL_SETTLE] = {"settle", drill_settle, STEP_CONTINUES},
    [DRILL_VERDICT] = {"verdict", drill_verdict_step, STEP_ALWAYS},
};

uint64_t drill_now_ms(const struct drill *d)
{
    return clock_now_ms(session_clock(d->conf.session));
}

uint64_t drill_wall_ms(const struct drill *d)
{
    return clock_wall_ms(session_clock(d->conf.session));
}

/* T0 is the first evidence, which may be older than the fault by what is between two readings (a heartbeat, a stamp of
 * the kubelet's): so that it is recognized by not being the outage that was there before. */
static bool drill_is_outage_of_fault(const struct drill *d, uint64_t t0_ms)
{
    return t0_ms != d->earlier_ms && t0_ms + EVIDENCE_OLDER_MS >= d->injected_ms;
}

void drill_outage(const struct drill *d, struct outage *ret)
{
    const struct session *s = d->conf.session;
    const struct focus f = session_focus(s);

    outage_of(session_recovery(s), session_world(s), &f, drill_now_ms(d), drill_wall_ms(d), ret);
    /* That of the fault, and none before it. */
    if (d->injected && !drill_is_outage_of_fault(d, ret->t0_ms))
        *ret = (struct outage){.state = OUTAGE_NONE, .missing = RUNG_COUNT, .waits_for = RUNG_COUNT};
}

void drill_stop(struct drill *d)
{
    if (d->stopped) return;
    if (d->load) load_stop(d->load);
    d->tally.until_ms = drill_wall_ms(d); /* what is not asked any more is no silence of the service */
    d->stopped = true;
}

/* ---- the hypothesis ---------------------------------------------------------------------------------------------- */

void drill_hypothesis(const struct drill *d, struct buf *out)
{
    const struct focus f = session_focus(d->conf.session);
    char limit[CRITERION_TEXT_MAX], plan[DRILL_FAULT_TEXT_MAX];

    (void)buf_printf(out, "The head pod %s (UID %s) %s.\n", f.head ? f.head->name : "–",
                     f.head ? f.head->record.key : "–", drill_fault_plan(d->conf.fault, d->conf.grace_s, plan));
    (void)buf_printf(out, "Meanwhile %g requests/s by the %s", d->conf.per_s, drill_series_name(d, TALLY_ROUTE));
    if (d->prompts_per_s > 0) (void)buf_printf(out, " and %.2g prompts/s", d->prompts_per_s);
    (void)buf_str(out, ".\nExpected:\n");
    for (int i = 0; i < CRITERIA; i++) {
        const enum criterion_id id = (enum criterion_id)i;
        if (criterion_get(id)->needs == CRITERION_NEEDS_PROMPTS && !d->conf.question) continue; /* it is not judged */
        if (criterion_get(id)->kind == CRITERION_PROMISE)
            (void)buf_printf(out, "  %-36s %s\n", criterion_get(id)->what,
                             criterion_limit(id, d->conf.limits->limit[i], limit));
    }
    for (size_t i = 0; i < d->overridden; i++) (void)buf_printf(out, "Overridden: %s\n", d->overrides[i]);
}

/* ---- fault ------------------------------------------------------------------------------------------------------- */

static void on_injected(void *arg, enum err err, const char *why)
{
    struct drill *d = arg;
    const bool gcs = d->conf.fault == DRILL_FAULT_GCS;

    if (drill_phase(d) != DRILL_FAULT) return;
    if (!err) {
        step_log(&d->engine, TONE_PLAIN, "%s %s%s", gcs ? why : "delete of", gcs ? "in " : d->head,
                 gcs ? d->head : " accepted");
        step_next(&d->engine);
    } else if (err_is_unanswered(err)) {
        step_log(&d->engine, TONE_WARN, "%s was not answered: %s", gcs ? "kubectl exec" : "the DELETE", why);
        step_next(&d->engine);
    } else {
        d->injected = false;
        step_fail(&d->engine, err, "%s: %s", gcs ? "gcs_server was not seen to be killed" : "not deleted", why);
    }
}

/* The load has run for a second by now. */
static void fault_inject(void *arg)
{
    struct drill *d = arg;
    struct why why = {0};
    struct session *s = d->conf.session;
    const struct recovery *before = session_recovery(s);

    if (!drill_guards_hold(d)) {
        step_next(&d->engine);
        return;
    }
    d->earlier_ms = before->outage == OUTAGE_NONE ? 0 : before->t0_ms;
    d->injected = true;
    d->injected_ms = drill_now_ms(d);
    const enum err err = d->conf.fault == DRILL_FAULT_GCS
                             ? session_kill_gcs(s, d->head_uid, on_injected, d, &why)
                             : session_kill_head(s, d->head_uid, d->conf.grace_s, on_injected, d, &why);
    if (!err) return;
    d->injected = false;
    step_fail(&d->engine, err, "%s: %s", d->conf.fault == DRILL_FAULT_GCS ? "not killed" : "not deleted", why.text);
}

static void fault_load_start(struct drill *d)
{
    struct why why = {0};
    const enum err err = drill_load_start(d, d->prompts_per_s, &why);

    if (err)
        step_fail(&d->engine, err, "%s", why.text);
    else
        step_later(&d->engine, fault_inject, 1000);
}

static void drill_fault_step(void *arg)
{
    struct drill *d = arg;

    if (drill_guards_hold(d))
        drill_lock_take(d, fault_load_start);
    else
        step_next(&d->engine);
}

/* ---- watching ---------------------------------------------------------------------------------------------------- */

static void observe_read(void *arg)
{
    struct drill *d = arg;
    struct outage o;

    drill_outage(d, &o);
    if (o.state == OUTAGE_NONE || !o.head_lost || o.going) {
        step_wait_text(&d->engine,
                       o.going ? "the head is terminating, and its GCS still runs" : "the loss of the head");
        step_unmet(&d->engine);
        return;
    }
    char words[OUTAGE_WORDS_MAX];
    step_log(&d->engine, TONE_PLAIN, "%s", outage_cause_words(&o, words));
    step_next(&d->engine);
}

static void drill_observe(void *arg)
{
    struct drill *d = arg;
    const uint64_t grace_ms = d->conf.grace_s > 0 ? (uint64_t)d->conf.grace_s * 1000 : 0;

    step_poll(
        &d->engine,
        &(struct step_poll){.read = observe_read, .every_ms = DRILL_POLL_MS, .limit_ms = DRILL_OBSERVE_MS + grace_ms});
}

static void rungs_log(struct drill *d, const struct outage *o)
{
    enum rung order[RUNG_COUNT];
    char offset[TEXT_NUM_MAX];

    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[order[i]];
        if (!rung->seen || d->logged[order[i]]) continue;
        d->logged[order[i]] = true;
        step_log(&d->engine, TONE_PLAIN, "%s %s: %s", outage_offset(offset, rung->after_ms), rung_words(order[i]),
                 rung->note);
    }
}

static void recover_read(void *arg)
{
    struct drill *d = arg;
    struct outage o;

    drill_outage(d, &o);
    rungs_log(d, &o);
    if (o.state == OUTAGE_OVER) {
        step_next(&d->engine);
        return;
    }
    if (o.waits_for != RUNG_COUNT)
        step_wait_text(&d->engine, "%s%s%s", rung_words(o.waits_for), *o.rung[o.waits_for].why ? ": " : "",
                       o.rung[o.waits_for].why);
    step_unmet(&d->engine);
}

static void recover_late(void *arg)
{
    struct drill *d = arg;

    step_log(&d->engine, TONE_WARN, "the recovery did not end in time");
    step_next(&d->engine);
}

static void drill_recover(void *arg)
{
    struct drill *d = arg;
    const uint64_t twice_ms = (uint64_t)(d->conf.limits->limit[CRITERION_RECOVERY] * 2000);

    step_poll(&d->engine, &(struct step_poll){.read = recover_read,
                                              .every_ms = DRILL_POLL_MS,
                                              .limit_ms = twice_ms > DRILL_RECOVER_MS ? twice_ms : DRILL_RECOVER_MS,
                                              .late = recover_late});
}

static void settle_read(void *arg)
{
    struct drill *d = arg;
    struct outage o;

    drill_outage(d, &o);
    rungs_log(d, &o);
    if (o.final || o.state == OUTAGE_RUNNING) {
        step_next(&d->engine);
        return;
    }
    step_wait_text(&d->engine, "until +%d s: workers that do not live through it restart late", OUTAGE_SECONDS);
    step_unmet(&d->engine);
}

static void settle_late(void *arg)
{
    step_next(&((struct drill *)arg)->engine);
}

static void drill_settle(void *arg)
{
    struct drill *d = arg;

    step_poll(&d->engine,
              &(struct step_poll){
                  .read = settle_read, .every_ms = DRILL_POLL_MS, .limit_ms = DRILL_SETTLE_MS, .late = settle_late});
}

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

static void scope_add(struct drill *d)
{
    size_t used = strlen(d->verdict.scope);

    for (size_t i = 0; i < d->overridden && used < sizeof d->verdict.scope; i++)
        used += (size_t)snprintf(d->verdict.scope + used, sizeof d->verdict.scope - used, "; overridden: %s",
                                 d->overrides[i]);
}

static void verdict_replace(struct drill *d, enum drill_result result, const char *cause)
{
    d->verdict.result = result;
    snprintf(d->verdict.cause, sizeof d->verdict.cause, "%s", cause);
}

static void drill_judge_now(struct drill *d)
{
    const struct session *s = d->conf.session;
    const struct focus f = session_focus(s);
    const struct kube_where *where = session_where(s);

    if (!d->tally.until_ms) d->tally.until_ms = drill_wall_ms(d);
    drill_outage(d, &d->outage);
    tally_close(&d->tally, session_world(s), d->tally.until_ms);
    drill_report_judge(&(struct verdict_ask){.outage = &d->outage,
                                             .tally = &d->tally,
                                             .limits = d->conf.limits,
                                             .wall_ms = drill_wall_ms(d),
                                             .has_redis = d->has_redis,
                                             .has_fields = d->has_redis && outage_fields_are_read(session_world(s)),
                                             .has_neuron = d->has_neuron,
                                             .has_prompts = d->prompts_per_s > 0,
                                             .fault = d->fault},
                       &d->verdict, &d->report);
    if (d->aborted) verdict_replace(d, DRILL_ABORTED, "it was given up before the end");
    /* What was not asked is missing because of that, and not for a rate or a limit. */
    if (d->stopped && (d->verdict.result == DRILL_PASS || d->verdict.result == DRILL_INCONCLUSIVE))
        verdict_replace(d, DRILL_INCONCLUSIVE, "the load was stopped before the end");
    scope_add(d);
    d->ray_version = mem_str(f.rayservice ? f.rayservice->ray_version : NULL);
    d->kuberay = mem_str(f.head ? f.head->kuberay : NULL);
    d->report.context = where ? where->context : NULL;
    d->report.ray_version = d->ray_version;
    d->report.kuberay = d->kuberay;
    d->report.raydeck = d->conf.raydeck;
    d->judged = true;
}

static void verdict_finish(struct drill *d)
{
    if (d->judged)
        step_finish(&d->engine, ERR_OK, "%s", drill_result_word(d->verdict.result));
    else
        step_next(&d->engine);
}

static void drill_verdict_step(void *arg)
{
    struct drill *d = arg;

    if (d->injected) {
        drill_judge_now(d);
        const bool pass = d->verdict.result == DRILL_PASS;
        step_log(&d->engine, pass ? TONE_PLAIN : TONE_BAD, "%s%s%s", drill_result_word(d->verdict.result),
                 pass ? "" : ": ", d->verdict.cause);
    } else {
        step_log(&d->engine, TONE_PLAIN, "the fault was not injected: there is nothing to judge");
    }
    drill_load_end(d);
    drill_lock_release(d, verdict_finish);
}

const struct drill_report *drill_report(const struct drill *d)
{
    return d->judged ? &d->report : NULL;
}

/* ---- the object -------------------------------------------------------------------------------------------------- */

/* The tally begins with the outage: a request that was due before T0 says nothing of it. */
void drill_applied(struct drill *d, const struct change *c)
{
    if (d->judged) return;
    const struct recovery *r = session_recovery(d->conf.session);
    if (d->injected && !d->tallying && r->outage != OUTAGE_NONE && drill_is_outage_of_fault(d, r->t0_ms)) {
        d->tallying = true;
        tally_restart(&d->tally, r->service, r->t0_wall_ms);
    }
    tally_observe(&d->tally, session_world(d->conf.session), c);
}

bool drill_has_injected(const struct drill *d)
{
    return d->injected;
}

enum drill_fault drill_fault_of(const struct drill *d)
{
    return d->conf.fault;
}

struct step_engine *drill_engine(struct drill *d)
{
    return &d->engine;
}

enum drill_step drill_phase(const struct drill *d)
{
    return (enum drill_step)step_index(&d->engine);
}

static const char *drill_left(const void *arg)
{
    const struct drill *d = arg;
    return d->injected ? "the fault was injected, and the recovery is not watched any more: see raydeck status" : NULL;
}

static void on_cancelled(void *arg)
{
    struct drill *d = arg;

    d->aborted = true;
    drill_lock_cancel(d);
    drill_load_end(d);
}

struct drill *drill_start(const struct drill_conf *conf, const struct step_observer *observer)
{
    struct drill *d = mem_zero(1, sizeof *d);
    const bool gcs = conf->fault == DRILL_FAULT_GCS;

    d->conf = *conf;
    if (d->conf.per_s <= 0) d->conf.per_s = LOAD_PER_S;
    if (!d->conf.baseline_ms) d->conf.baseline_ms = DRILL_BASELINE_MS;
    tally_begin(&d->tally, NULL, UINT64_MAX); /* until the fault */
    d->tally.of_load = true;
    drill_fault_text(conf->fault, conf->grace_s, d->fault);
    struct cluster cluster = {.ops = NULL};
    cluster.kube = session_kube(conf->session, &cluster.ops);
    const struct step_engine_conf engine = {
        .loop = conf->loop,
        .cluster = cluster,
        .defs = steps,
        .count = DRILL_STEPS,
        .words = {"the DELETE of", gcs ? "killed" : "deleted", "the fault was not injected", "drilling again is safe"},
        .left = drill_left,
        .observer = *observer,
        .cancelled = on_cancelled,
        .arg = d};
    step_engine_open(&d->engine, &engine);
    return d;
}

void drill_free(struct drill *d)
{
    if (!d) return;
    step_engine_close(&d->engine);
    drill_lock_done(d);
    load_free(d->load);
    free(d->head);
    free(d->head_uid);
    free(d->ray_version);
    free(d->kuberay);
    free(d);
}
