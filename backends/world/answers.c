/* answers.c - selects and computes the three answers. */
#include "backends/world/answers.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/placement.h"
#include "backends/world/recovery_wait.h"

#include <stdio.h>

/* "1 error, 2 warnings": what the doctor finds. */
static void say_findings(const struct focus *f, const struct head_loss *l, struct answer *ret)
{
    const unsigned long long errors = f->errors.known ? f->errors.value : l->errors;
    const unsigned long long warnings = f->warnings.known ? f->warnings.value : l->warnings;
    char text[64] = "", more[32] = "";
    if (errors) snprintf(text, sizeof text, "%llu error%s", errors, text_plural(errors));
    if (warnings) snprintf(more, sizeof more, "%llu warning%s", warnings, text_plural(warnings));
    if (errors || warnings) say(ret->text, "%s%s%s (:doctor)", text, errors && warnings ? ", " : "", more);
    if (errors || warnings) say(ret->brief, "%s", errors ? text : more);
}

static void lose_the_head(const struct world *w, const struct focus *f, uint64_t now_ms, struct answer *ret)
{
    struct head_loss l = head_loss_of(w, f, now_ms);
    *ret = (struct answer){.question = "LOSE THE HEAD?"};
    if (!f->rayservice) {
        answer_word(ret, VERDICT_UNKNOWN, "–");
        say(ret->text, "unknown: %s", l.pod_why);
        say(ret->brief, "unknown: %s", l.pod_why);
        return;
    }
    answer_word(ret, l.pod == VERDICT_OK ? l.node : l.pod, "pod: %s · node: %s", verdict_word(l.pod),
                verdict_word(l.node));
    const bool node_alone = l.pod == VERDICT_OK && l.node == VERDICT_NO;
    say(ret->text, "%s", node_alone ? l.node_why : l.pod_why);
    if (node_alone) {
        const struct placement p = placement_of(w, f);
        say(ret->brief, "%s", placement_brief(&p));
    } else if (l.pod == VERDICT_OK) {
        say(ret->brief, "FT on");
        say(ret->brief, "%s", l.redis == VERDICT_NO ? "Redis not persistent" : "Redis ok");
    } else {
        say(ret->brief, "%s", l.pod_why);
    }
    say_findings(f, &l, ret);
}

/* ---- in an outage -------------------------------------------------------------------------------------------- */

static const char *phase_words(const struct outage *o)
{
    const struct outage_rung *rung = o->rung;
    if (outage_phase_of(o) == PHASE_STATELESS) return "the next head finds nothing, and the workers restart with it";
    if (rung[RUNG_HEAD_READY].seen) return rung[RUNG_SERVE_RUNNING].seen ? "head ready, Serve RUNNING" : "head ready";
    if (rung[RUNG_SERVE_RUNNING].seen) return "Serve RUNNING, head not ready yet";
    if (rung[RUNG_GCS_BACK].seen) return o->head_lost ? "GCS back, Serve starting" : "GCS back";
    if (rung[RUNG_HEAD_ALIVE].seen) return "new head ALIVE";
    if (o->cause == CAUSE_CONTAINER && text_eq(o->new_head_uid, o->old_head_uid)) return "head container starting";
    if (rung[RUNG_HEAD_RUNNING].seen || *o->new_head_uid) return "new head starting";
    if (o->cause == CAUSE_CONTAINER) return "head container not started yet";
    return o->head_lost ? "no new head yet" : "the head pod is still there";
}

/* Its containers are made, or run: not one that no node has room for, whose image is missing, or that crashes. */
static bool head_is_starting(const struct focus *f)
{
    static const char *const steps[] = {"ContainerCreating", "PodInitializing", "Running"};
    for (size_t i = 0; f->head && i < ARRAY_LEN(steps); i++)
        if (text_eq(f->head->status, steps[i])) return true;
    return false;
}

/* How long a step took in the last recovery, to the head's Ready, less what it has taken now; unknown where it is not
 * under way or has no measure. It may be negative. */
static bool step_left(const struct outage *o, const struct outage *previous, enum rung step, uint64_t now_ms,
                      int64_t *ret_ms)
{
    const struct outage_rung *then = &previous->rung[step], *ready = &previous->rung[RUNG_HEAD_READY];
    if (!o->rung[step].seen || !then->seen || !ready->seen || ready->after_ms < then->after_ms) return false;
    const uint64_t begun_ms = o->t0_ms + o->rung[step].after_ms;
    *ret_ms = (int64_t)(ready->after_ms - then->after_ms) - (int64_t)(now_ms > begun_ms ? now_ms - begun_ms : 0);
    return true;
}

/* How long the head was awaited before it was made says nothing. Of two steps the one that leaves less, so that what is
 * to go never grows. */
static void say_left(const struct focus *f, const struct outage *o, const struct outage *previous, uint64_t now_ms,
                     struct answer *ret)
{
    int64_t left_ms = 0, other_ms;
    if (outage_phase_of(o) != PHASE_DOWN || !head_is_starting(f) || !previous->state) return;
    bool known = step_left(o, previous, RUNG_HEAD_CREATED, now_ms, &left_ms);
    if (step_left(o, previous, RUNG_HEAD_RUNNING, now_ms, &other_ms)) {
        left_ms = known && left_ms < other_ms ? left_ms : other_ms;
        known = true;
    }
    if (!known) return;
    if (left_ms < 0)
        say(ret->text, "longer than the last time");
    else
        say(ret->text, "about %llu s to go", (unsigned long long)(left_ms + 500) / 1000);
    if (left_ms >= 0) say(ret->brief, "about %llu s to go", (unsigned long long)(left_ms + 500) / 1000);
}

/* From the GCS's silence on; where that cannot be seen, from the head's end. */
static void say_reconnect(const struct outage *o, struct answer *ret)
{
    char left[TEXT_NUM_MAX];
    const uint64_t limit = o->reconnect_s.value * 1000;
    const struct known_u64 since = o->gcs_silent_ms.known ? o->gcs_silent_ms : o->head_down_ms;
    if (!o->gcs_silent_ms.known && o->rung[RUNG_GCS_SILENT].possible) return;
    if (!o->reconnect_s.known) {
        say(ret->text, "how long workers reconnect is not known");
    } else if (since.value >= limit) {
        ret->verdict = VERDICT_NO;
        say(ret->text, "workers no longer reconnect: %llu s have passed", (unsigned long long)o->reconnect_s.value);
        say(ret->brief, "workers no longer reconnect");
    } else {
        text_seconds(left, limit - since.value);
        say(ret->text, "workers reconnect for another %s", left);
        say(ret->brief, "workers reconnect for %s more", left);
    }
}

/* HEAD GOING counts down what is left of its grace. */
static void head_going(const struct outage *o, struct answer *ret)
{
    const unsigned long long left_s = (o->grace_left_ms.value + 999) / 1000;
    if (o->grace_left_ms.known)
        answer_word(ret, VERDICT_WARN, left_s ? "in %2llus" : "now", left_s); /* a width that stays */
    else
        answer_word(ret, VERDICT_WARN, "–");
    say(ret->text, "Terminating, its GCS still runs: the outage begins with its end");
    say(ret->brief, "Terminating, its GCS still runs");
    if (o->grace_s.known) say(ret->text, "grace %llu s", (unsigned long long)o->grace_s.value);
}

/* Of the phases in which the pods say how far it is: what they were is no news of what they are. */
static bool say_pods_unheard(const struct world *w, const struct outage *o, uint64_t now_ms, struct answer *ret)
{
    const struct outage_rung *rung = o->rung;
    const struct source *pods = world_source_named(w, "kube/pods");
    const enum freshness fresh = pods ? source_freshness(pods, now_ms, NULL) : FRESH_OFF;
    const bool known = rung[RUNG_HEAD_ALIVE].seen || rung[RUNG_GCS_BACK].seen || rung[RUNG_SERVE_RUNNING].seen;
    if (known || fresh == FRESH_LIVE || outage_phase_of(o) == PHASE_STATELESS) return false;
    if (!say_unheard(ret->text, "Kubernetes", w, WORLD_KUBE, now_ms)) return false;
    (void)say_unheard(ret->brief, "Kubernetes", w, WORLD_KUBE, now_ms);
    if (fresh == FRESH_STALE || fresh == FRESH_DOWN) say(ret->text, "before that %s", phase_words(o));
    return true;
}

static void say_phase(const struct world *w, const struct outage *o, uint64_t now_ms, struct answer *ret)
{
    if (say_pods_unheard(w, o, now_ms, ret)) return;
    if (o->headless_ms.known && o->headless_ms.value >= HEADLESS_MS) {
        const unsigned long long seconds = o->headless_ms.value / 1000;
        say(ret->text, "no head pod for %llu s", seconds);
        say(ret->text, "%s", o->rung[RUNG_HEAD_CREATED].why);
        say(ret->brief, "no head pod for %llu s", seconds);
    } else {
        say(ret->text, "%s", phase_words(o));
    }
}

/* No new head gets its GCS while Redis is down: nothing is "to go". */
static bool redis_is_lost(const struct world *w, const struct outage *o, uint64_t now_ms)
{
    enum freshness fresh = world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL);
    return o->ft == TRI_YES && (fresh == FRESH_DOWN || fresh == FRESH_STALE);
}

static void head_down(const struct world *w, const struct focus *f, const struct outage *o,
                      const struct outage *previous, uint64_t now_ms, struct answer *ret)
{
    char length[TEXT_NUM_MAX];
    const enum outage_phase phase = outage_phase_of(o);
    *ret = (struct answer){.question = outage_phase_words(phase)};
    if (phase == PHASE_GOING) {
        head_going(o, ret);
        return;
    }
    answer_word(ret, VERDICT_WARN, "%s", outage_length(length, outage_phase_ms(o)));
    if (o->state_gone) {
        ret->verdict = VERDICT_NO;
        say(ret->text, "GCS state gone: Redis came back empty");
        say(ret->brief, "GCS state gone: Redis came back empty");
    }
    const bool redis = !redis_is_lost(w, o, now_ms);
    if (!redis) {
        (void)say_unheard(ret->text, "Redis", w, WORLD_REDIS, now_ms);
        (void)say_unheard(ret->brief, "Redis", w, WORLD_REDIS, now_ms);
    }
    say_phase(w, o, now_ms, ret);
    if (phase == PHASE_RECOVERING) {
        say(ret->text, "head down %s", outage_length(length, o->head_down_ms));
        if (o->waits_for != RUNG_COUNT && *o->rung[o->waits_for].why) say(ret->text, "%s", o->rung[o->waits_for].why);
    }
    if (redis && !o->state_gone) say_left(f, o, previous, now_ms, ret);
    if (!*ret->brief) say(ret->brief, "%s", phase_words(o));
    /* Raylets of another cluster than the new GCS's are refused by it. */
    if (phase != PHASE_RECOVERING && !o->rung[RUNG_HEAD_ALIVE].seen && !o->state_gone) say_reconnect(o, ret);
}

/* "Same" is said of now only while Kubernetes and the monitors are heard. */
static void worker_pods(const struct world *w, const struct outage *o, uint64_t now_ms, struct answer *ret)
{
    *ret = (struct answer){.question = "WORKER PODS"};
    if (!o->workers) {
        answer_word(ret, VERDICT_UNKNOWN, "–");
        say(ret->text, "unknown: none was seen before");
        say(ret->brief, "unknown: none was seen before");
        return;
    }
    bool same = outage_workers_lived_on(o), heard = !say_unheard(ret->text, "Kubernetes", w, WORLD_KUBE, now_ms);
    char text[OUTAGE_WORDS_MAX];
    answer_word(ret, !same ? VERDICT_NO : heard ? VERDICT_OK : VERDICT_UNKNOWN, "%zu/%zu", o->same, o->workers);
    if (!heard) say_unheard(ret->brief, "Kubernetes", w, WORLD_KUBE, now_ms);
    outage_fate_words(o, text);
    say(ret->text, "%s%s", heard ? "" : "before that ", text);
    say(ret->brief, "%s%s", heard ? "" : "before that ", text);
    if (o->runtimes && !say_unheard(ret->text, "Neuron", w, WORLD_NEURON, now_ms))
        say(ret->text, "Neuron runtimes %s", outage_runtime_words(o, text));
}

void answers_of(const struct world *w, const struct focus *f, const struct outage *o, const struct outage *previous,
                uint64_t now_ms, uint64_t wall_ms, struct answer out[ANSWERS])
{
    answer_answering(w, f, o, now_ms, wall_ms, &out[0]);
    if (o->state == OUTAGE_RUNNING) {
        head_down(w, f, o, previous, now_ms, &out[1]);
        worker_pods(w, o, now_ms, &out[2]);
    } else {
        lose_the_head(w, f, now_ms, &out[1]);
        answer_last_loss(w, f, outage_last(o, previous), wall_ms, &out[2]);
    }
}
