#include "backends/world/answers.h"

#include "backends/base/text.h"
#include "backends/world/answers_text.h"

#include <stdio.h>

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
    say(ret->text, "%s", l.pod_why);
    if (l.pod == VERDICT_OK) {
        say(ret->brief, "FT on");
        say(ret->brief, "Redis ok");
    } else {
        say(ret->brief, "%s", l.pod_why);
    }
    const unsigned long long warnings = f->warnings.known ? f->warnings.value : l.warnings;
    if (!warnings) return;
    say(ret->text, "%llu warning%s (:doctor)", warnings, warnings == 1 ? "" : "s");
    say(ret->brief, "%llu warning%s", warnings, warnings == 1 ? "" : "s");
}

/* ---- in an outage -------------------------------------------------------------------------------------------- */

static const char *phase_words(const struct recovery *r)
{
    if (r->rung[RUNG_HEAD_READY].reached) return "head ready";
    if (r->rung[RUNG_SERVE_RUNNING].reached) return "Serve RUNNING, head not ready yet";
    if (r->rung[RUNG_HEAD_ALIVE].reached) return "new head ALIVE, Serve starting";
    if (r->rung[RUNG_GCS_READING].reached) return r->head_lost ? "new head reading the GCS" : "GCS back";
    if (r->rung[RUNG_HEAD_RUNNING].reached || r->new_head_uid) return "new head starting";
    return r->head_lost ? "no new head yet" : "the head pod is still there";
}

/* The last recovery is the only measure of this one; both are counted from the silence. */
static void say_left(const struct recovery *r, uint64_t since_ms, struct answer *ret)
{
    const struct recovery_past *past = recovery_past(r);
    struct known_u64 silent = past->rung_ms[RUNG_GCS_SILENT], ready = past->rung_ms[RUNG_HEAD_READY];
    if (!r->head_lost || r->rung[RUNG_HEAD_READY].reached || !past->known || !ready.known || !silent.known) return;
    uint64_t length = ready.value > silent.value ? ready.value - silent.value : 0;
    if (length < since_ms)
        say(ret->text, "longer than the last time");
    else
        say(ret->text, "about %llu s to go", (unsigned long long)((length - since_ms + 500) / 1000));
    if (length >= since_ms)
        say(ret->brief, "about %llu s to go", (unsigned long long)((length - since_ms + 500) / 1000));
}

static void say_reconnect(const struct recovery *r, uint64_t since_ms, struct answer *ret)
{
    char left[TEXT_NUM_MAX];
    uint64_t limit = r->reconnect_s.value * 1000;
    if (!r->reconnect_s.known) {
        say(ret->text, "how long workers reconnect is not known");
    } else if (since_ms >= limit) {
        ret->verdict = VERDICT_NO;
        say(ret->text, "workers no longer reconnect: %llu s have passed", (unsigned long long)r->reconnect_s.value);
        say(ret->brief, "workers no longer reconnect");
    } else {
        text_seconds(left, limit - since_ms);
        say(ret->text, "workers reconnect for another %s", left);
        say(ret->brief, "workers reconnect for %s more", left);
    }
}

/* Redis shows a GCS that still beats: a head in its grace. */
static bool gcs_still_beats(const struct world *w, const struct focus *f, const struct recovery *r, uint64_t now_ms)
{
    if (r->silent_ms.known || r->new_head_uid || !f->redis) return false;
    if (!f->redis->heartbeat.known && !f->redis->ray_connections.known) return false;
    return world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL) == FRESH_LIVE;
}

/* The head is down from its GCS's silence on; where that was not seen yet, from the end of its pod, which may have
 * served through its grace; else from the first sign. */
static uint64_t down_since(const struct world *w, const struct recovery *r)
{
    const struct row *old = r->old_head_uid ? world_find(w, TABLE_POD, r->old_head_uid) : NULL;
    if (r->silent_ms.known) return r->silent_ms.value;
    return r->new_head_uid && old && old->gone_ms > r->t0_ms ? old->gone_ms : r->t0_ms;
}

static void head_down(const struct world *w, const struct focus *f, const struct recovery *r, uint64_t now_ms,
                      struct answer *ret)
{
    char word[TEXT_NUM_MAX];
    uint64_t from = down_since(w, r), since = now_ms > from ? now_ms - from : 0;
    bool beats = gcs_still_beats(w, f, r, now_ms);
    *ret = (struct answer){.question = beats ? "HEAD GOING" : r->head_lost ? "HEAD DOWN" : "GCS SILENT"};
    answer_word(ret, VERDICT_WARN, "%s", text_seconds(word, since));
    if (beats) {
        say(ret->text, "the GCS is not silent yet: the outage begins then");
        say(ret->brief, "GCS not silent yet");
        if (r->grace_s.known) say(ret->text, "grace %llu s", (unsigned long long)r->grace_s.value);
        return;
    }
    say(ret->text, "%s", phase_words(r));
    say_left(r, since, ret);
    if (!*ret->brief) say(ret->brief, "%s", phase_words(r));
    if (!r->rung[RUNG_HEAD_ALIVE].reached) say_reconnect(r, since, ret);
}

/* "Same" is said of now only while Kubernetes and the monitors are heard. */
static void worker_pods(const struct world *w, const struct focus *f, const struct recovery *r, uint64_t now_ms,
                        struct answer *ret)
{
    struct worker_now n = recovery_workers(r, w, f);
    struct runtimes_now rt = recovery_runtimes(r, w);
    *ret = (struct answer){.question = "WORKER PODS"};
    if (!n.known) {
        answer_word(ret, VERDICT_UNKNOWN, "–");
        say(ret->text, "unknown: none was seen before");
        say(ret->brief, "unknown: none was seen before");
        return;
    }
    bool same = n.same == n.then && !n.restarts, heard = !say_unheard(ret->text, "Kubernetes", w, WORLD_KUBE, now_ms);
    answer_word(ret, !same ? VERDICT_NO : heard ? VERDICT_OK : VERDICT_UNKNOWN, "%zu/%zu", n.same, n.then);
    if (!heard) say_unheard(ret->brief, "Kubernetes", w, WORLD_KUBE, now_ms);
    char text[ANSWER_TEXT_MAX];
    if (n.replaced)
        snprintf(text, sizeof text, "%s%zu replaced, %llu restarts", heard ? "" : "before that ", n.replaced,
                 (unsigned long long)n.restarts);
    else
        snprintf(text, sizeof text, "%ssame UIDs, %llu restarts", heard ? "" : "before that ",
                 (unsigned long long)n.restarts);
    say(ret->text, "%s", text);
    say(ret->brief, "%s", text);
    if (rt.then && !say_unheard(ret->text, "Neuron", w, WORLD_NEURON, now_ms))
        say(ret->text, "Neuron runtimes %zu/%zu same pids", rt.same, rt.then);
}

void answers_of(const struct world *w, const struct focus *f, const struct recovery *r, uint64_t now_ms,
                uint64_t wall_ms, struct answer out[ANSWERS])
{
    answer_answering(w, f, r, now_ms, wall_ms, &out[0]);
    if (r->outage == OUTAGE_RUNNING) {
        head_down(w, f, r, now_ms, &out[1]);
        worker_pods(w, f, r, now_ms, &out[2]);
    } else {
        lose_the_head(w, f, now_ms, &out[1]);
        answer_last_loss(w, f, r, wall_ms, &out[2]);
    }
}
