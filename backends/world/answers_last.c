/* answers_last.c - LAST HEAD LOSS, as far as pods and events still show it. */
#include "backends/base/text.h"
#include "backends/world/answers_text.h"

#include <stdio.h>
#include <string.h>

struct predate {
    size_t workers, workers_older, replicas, replicas_older;
};

static bool is_older(struct known_u64 a, struct known_u64 b, uint64_t than)
{
    return (!a.known || a.value < than) && (!b.known || b.value < than) && (a.known || b.known);
}

static struct predate predate_of(const struct world *w, const struct focus *f, uint64_t head_ms)
{
    struct predate p = {0};
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *pod = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(pod->role, "worker")) continue;
        p.workers++;
        p.workers_older += is_older(pod->created, pod->started, head_ms);
    }
    WORLD_EACH (row, w, TABLE_ACTOR) {
        const struct actor *a = ROW(row, actor);
        char label[64];
        if (row->gone_ms || !f->gcs_ns || !text_eq(a->ns, f->gcs_ns) || !text_eq(a->state, "ALIVE")) continue;
        if (!*replica_label(a, label, sizeof label)) continue;
        p.replicas++;
        p.replicas_older += is_older(a->started, UNKNOWN_U64, head_ms);
    }
    return p;
}

static struct past_loss loss_at(uint64_t wall_ms)
{
    return (struct past_loss){PAST_LOSS_SEEN, wall_ms};
}

enum { KILLING_MS = 600000 /* an old head's Killing event precedes the new head's pod by its grace */ };

/* The new head's pod was made then. Where the old one was deleted with a grace, its loss began earlier: kubelet's event
 * about another head of this cluster reports it. */
static struct past_loss loss_before(const struct world *w, const struct focus *f, uint64_t made_ms)
{
    char prefix[128];
    uint64_t began_ms = made_ms;
    const char *cluster = f->raycluster && f->raycluster->name ? f->raycluster->name : "";
    const size_t len = (size_t)snprintf(prefix, sizeof prefix, "%.100s-head-", cluster);
    WORLD_EACH (row, w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (row->gone_ms || !*cluster || !text_eq(e->reason, "Killing") || !text_eq(e->ns, f->ns)) continue;
        if (!e->about || strncmp(e->about, prefix, len) != 0 || text_eq(e->about, f->head->name)) continue;
        if (!e->last.known || e->last.value + KILLING_MS < made_ms) continue;
        if (e->last.value < began_ms) began_ms = e->last.value;
    }
    return loss_at(began_ms);
}

/* Restarts are those of all containers, the autoscaler's among them: they are the head's only where its own container
 * reports an end, or started late. */
struct past_loss past_loss_of(const struct world *w, const struct focus *f)
{
    const struct pod *h = f->head;
    const struct known_u64 cluster = f->raycluster ? f->raycluster->created : UNKNOWN_U64;

    if (h && h->ended.known) return loss_at(h->ended.value);
    if (!h || !h->created.known) return (struct past_loss){.kind = PAST_LOSS_UNKNOWN};
    if (h->restarts.value && h->started.known && h->started.value >= h->created.value + FIRST_HEAD_MS)
        return loss_at(h->started.value);
    if (cluster.known && h->created.value < cluster.value + FIRST_HEAD_MS)
        return (struct past_loss){.kind = PAST_LOSS_NONE};
    const struct predate p = predate_of(w, f, h->created.value);
    if (cluster.known || p.workers_older || p.replicas_older) return loss_before(w, f, h->created.value);
    return (struct past_loss){.kind = PAST_LOSS_UNKNOWN};
}

static void say_workers(const struct predate *p, struct answer *ret)
{
    char workers[64], replicas[64] = "";
    if (p->workers_older < p->workers)
        snprintf(workers, sizeof workers, "%zu of %zu worker pods", p->workers_older, p->workers);
    else if (!p->workers)
        snprintf(workers, sizeof workers, "no worker pods");
    else if (p->workers == 2)
        snprintf(workers, sizeof workers, "both worker pods");
    else if (p->workers == 1)
        snprintf(workers, sizeof workers, "the worker pod");
    else
        snprintf(workers, sizeof workers, "all %zu worker pods", p->workers);
    if (p->replicas) snprintf(replicas, sizeof replicas, " and %zu/%zu replicas", p->replicas_older, p->replicas);
    say(ret->text, "%s%s predate%s it", workers, replicas, p->workers == 1 && !p->replicas ? "s" : "");
    bool all = p->workers_older == p->workers && p->replicas_older == p->replicas;
    if (all)
        say(ret->brief, "workers%s predate it", p->replicas ? " and replicas" : "");
    else
        say(ret->brief, "%zu/%zu workers, %zu/%zu replicas predate it", p->workers_older, p->workers, p->replicas_older,
            p->replicas);
    if (!all) ret->verdict = VERDICT_WARN;
}

static void say_length(const struct world *w, struct answer *ret)
{
    bool events = world_count(w, TABLE_EVENT) > 0;
    say(ret->text, "outage length – (%s)", events ? "not watched" : "events expired");
    say(ret->brief, "length –");
}

/* No loss, or none known. */
static void answer_without_loss(const struct pod *h, bool first, uint64_t wall_ms, struct answer *ret)
{
    char age[TEXT_NUM_MAX];
    const struct known_u64 began = h && h->started.known ? h->started : h ? h->created : UNKNOWN_U64;
    if (!began.known) {
        say(ret->text, "unknown: %s", h ? "the head has not started" : "no head pod is known");
        say(ret->brief, "unknown: %s", h ? "head not started" : "no head pod");
        return;
    }
    text_duration(age, wall_ms > began.value ? wall_ms - began.value : 0);
    if (first)
        say(ret->text, "the head is the cluster's first: %s old", age);
    else
        say(ret->text, "unknown: the head is %s old, and nothing older is known", age);
    say(ret->brief, "%shead %s old", first ? "" : "unknown: ", age);
}

/* If it was not observed, only start times are left as evidence. */
static void answer_from_pods(const struct world *w, const struct focus *f, uint64_t wall_ms, struct answer *ret)
{
    char age[TEXT_NUM_MAX];
    const struct past_loss loss = past_loss_of(w, f);
    const bool first = loss.kind == PAST_LOSS_NONE;
    if (loss.kind != PAST_LOSS_SEEN) {
        answer_word(ret, first ? VERDICT_OK : VERDICT_UNKNOWN, first ? "none" : "–");
        answer_without_loss(f->head, first, wall_ms, ret);
        return;
    }
    const struct predate p = predate_of(w, f, loss.wall_ms);
    text_duration(age, wall_ms > loss.wall_ms ? wall_ms - loss.wall_ms : 0);
    answer_word(ret, VERDICT_OK, "%s ago", age);
    say_workers(&p, ret);
    say_length(w, ret);
}

static void answer_from_outage(const struct outage *o, uint64_t wall_ms, struct answer *ret)
{
    char age[TEXT_NUM_MAX], length[TEXT_NUM_MAX], text[OUTAGE_WORDS_MAX];
    outage_length(length, o->head_down_ms);
    text_duration(age, wall_ms > o->t0_wall_ms ? wall_ms - o->t0_wall_ms : 0);
    bool harmed = outage_failed(o) || !outage_workers_lived_on(o) || (o->fields.known && o->fields.lost);
    answer_word(ret, harmed ? VERDICT_WARN : VERDICT_OK, "%s ago", age);
    if (o->head_lost) {
        say(ret->text, "%s %s", o->found ? "found: head down about" : "watched: head down", length);
        say(ret->brief, "down %s%s", o->found ? "about " : "", length);
    } else {
        outage_length(length, o->gcs_silent_ms);
        say(ret->text, "GCS silent %s, no loss of its pod was seen", length);
        say(ret->brief, "GCS silent %s", length);
    }
    if (o->workers) {
        say(ret->text, "worker pods %s", outage_worker_words(o, text));
        say(ret->brief, "workers %zu/%zu same", o->same, o->workers);
    }
    if (*outage_request_words(o, OUTAGE_CLASSES, text)) {
        say(ret->text, "%s", text);
        say(ret->brief, "%zu/%zu requests", outage_answered(o), outage_answered(o) + outage_failed(o));
    }
    if (o->fields.known && o->fields.lost) say(ret->text, "GCS fields %s", outage_field_words(&o->fields, text, NULL));
}

void answer_last_loss(const struct world *w, const struct focus *f, const struct outage *last, uint64_t wall_ms,
                      struct answer *ret)
{
    *ret = (struct answer){.question = "LAST HEAD LOSS"};
    if (last->state != OUTAGE_NONE)
        answer_from_outage(last, wall_ms, ret);
    else
        answer_from_pods(w, f, wall_ms, ret);
}
