/* timeline_requests.c - puts requests and events on the time axis, by when they were due and when they happened. */
#include "backends/base/hash.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/probe_targets.h"
#include "backends/world/timeline_priv.h"

#include <stdio.h>
#include <string.h>

enum { COUNT_MOST = UINT16_MAX, SECOND_MS = 1000 };

static enum timeline_phase phase_of(const struct timeline_look *l, const struct request *q)
{
    if (text_eq(q->phase, "ok")) return PROMPT_OK;
    if (text_eq(q->phase, "slow")) return PROMPT_SLOW;
    if (text_eq(q->phase, "waiting")) return PROMPT_WAITING;
    if (text_eq(q->phase, "cancelled")) return PROMPT_CANCELLED;
    return request_is_evidence(l->w, q, l->t->now_ms, l->t->wall_ms) ? PROMPT_FAILED : PROMPT_UNKNOWN;
}

/* ---- series ------------------------------------------------------------------------------------------------------ */

static struct timeline_second *second_of(struct timeline_series *s, uint64_t due_ms)
{
    const uint64_t at_ms = due_ms - due_ms % SECOND_MS;
    const size_t until = fifo_until(&s->seconds, at_ms);
    struct timeline_second *found = until ? fifo_at(&s->seconds, until - 1) : NULL;
    if (found && found->at_ms == at_ms) return found;
    found = fifo_insert(&s->seconds, at_ms);
    if (found) found->at_ms = at_ms;
    return found;
}

/* Removes it from those that wait, if it is among them. */
static void waiting_remove(struct timeline_series *s, uint64_t hash)
{
    for (size_t i = s->waiting.count; i-- > 0;) {
        const struct timeline_waiting *one = fifo_at(&s->waiting, i);
        if (one->hash != hash) continue;
        for (; i > 0; i--) memcpy(fifo_at(&s->waiting, i), fifo_at(&s->waiting, i - 1), s->waiting.size);
        fifo_shift(&s->waiting, 1);
        return;
    }
}

static void waiting_add(struct timeline_series *s, uint64_t hash, uint64_t due_ms)
{
    for (size_t i = s->waiting.count; i-- > 0;)
        if (((const struct timeline_waiting *)fifo_at(&s->waiting, i))->hash == hash) return;
    struct timeline_waiting *one = fifo_insert(&s->waiting, due_ms);
    if (one) *one = (struct timeline_waiting){due_ms, hash};
}

static void series_count(struct timeline_series *s, enum timeline_phase phase, uint64_t due_ms,
                         struct known_u64 latency_us)
{
    struct timeline_second *second = second_of(s, due_ms);
    if (!second) return;
    uint16_t *const counts[] = {[PROMPT_OK] = &second->ok,
                                [PROMPT_SLOW] = &second->slow,
                                [PROMPT_FAILED] = &second->failed,
                                [PROMPT_UNKNOWN] = &second->unknown};
    if (*counts[phase] < COUNT_MOST) ++*counts[phase];
    if (latency_us.known && latency_us.value > second->slowest_us)
        second->slowest_us = latency_us.value < UINT32_MAX ? (uint32_t)latency_us.value : UINT32_MAX;
}

/* ---- prompts ----------------------------------------------------------------------------------------------------- */

static struct timeline_prompt *prompt_find(const struct timeline *t, const char *key)
{
    for (size_t i = t->prompts.count; i-- > 0;) {
        struct timeline_prompt *p = fifo_at(&t->prompts, i);
        if (strcmp(p->key, key) == 0) return p;
    }
    return NULL;
}

static void prompt_look(struct timeline *t, const struct request *q, enum timeline_phase phase, uint64_t due_ms)
{
    char key[sizeof((struct timeline_prompt *)0)->key] = "";
    snprintf(key, sizeof key, "%s", q->record.key);
    struct timeline_prompt *p = prompt_find(t, key);
    if (!p) p = fifo_insert(&t->prompts, due_ms);
    if (!p) return;
    p->due_ms = due_ms;
    p->phase = phase;
    p->done_ms = q->done.known ? timeline_at_ms(t, q->done.value) : phase != PROMPT_WAITING ? t->now_ms : 0;
    memcpy(p->key, key, sizeof key);
    snprintf(p->failure, sizeof p->failure, "%s", q->failure ? q->failure : "");
    snprintf(p->head, sizeof p->head, "%s", q->head ? q->head : "");
}

void timeline_look_request(const struct timeline_look *l, const char *source, const struct request *q)
{
    struct timeline *t = l->t;
    enum tally_series which;
    if (!q->due.known || !tally_series_of(q, &which)) return;
    struct timeline_series *s = &t->series[which];
    const enum timeline_phase phase = phase_of(l, q);
    const uint64_t due_ms = timeline_at_ms(t, q->due.value), hash = hash_text(0, q->record.key);
    if (due_ms + TIMELINE_MS < t->now_ms) return;

    snprintf(s->source, sizeof s->source, "%s", source);
    if (which == TALLY_PROMPTS) prompt_look(t, q, phase, due_ms);
    if (phase == PROMPT_WAITING) {
        waiting_add(s, hash, due_ms);
        return;
    }
    waiting_remove(s, hash);
    if (phase != PROMPT_CANCELLED) series_count(s, phase, due_ms, q->latency_us);
}

void timeline_look_series(const struct timeline_look *l)
{
    for (size_t i = 0; i < TALLY_SERIES; i++) {
        struct timeline_series *s = &l->t->series[i];
        const struct source *source = *s->source ? world_source_named(l->w, s->source) : NULL;
        bool off = false;
        if (i == TALLY_PROMPTS) /* asked by a person: nobody waits for one */
            values_add(&s->heard, l->t->now_ms, TIMELINE_NONE, 0, 0);
        else if (timeline_is_heard(l->t, source, &off))
            values_add(&s->heard, l->t->now_ms, TIMELINE_READY, 0, 0);
        else
            values_lose(&s->heard, l->t, source);
    }
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* About the RayService, or about what is named after one of its clusters. */
static bool event_concerns(const struct focus *f, const struct event *e)
{
    const struct rayservice *s = f->rayservice;
    if (!s || !text_eq(e->ns, s->ns)) return false;
    return text_eq(e->about, s->name) || text_begins(e->about, s->active_cluster) ||
           text_begins(e->about, s->pending_cluster) ||
           text_begins(e->about, f->raycluster ? f->raycluster->name : NULL);
}

void timeline_look_event(const struct timeline_look *l, const struct event *e)
{
    struct timeline *t = l->t;
    const struct known_u64 stamp = e->last.known ? e->last : e->first;
    uint64_t at_ms = stamp.known ? timeline_at_ms(t, stamp.value) : t->now_ms;
    char key[sizeof((struct timeline_event *)0)->key] = "";

    if (!event_concerns(l->f, e)) return;
    if (at_ms > t->now_ms) at_ms = t->now_ms;
    if (at_ms + TIMELINE_MS < t->now_ms) return;
    snprintf(key, sizeof key, "%s", e->record.key);
    for (size_t i = fifo_until(&t->events, at_ms); i-- > 0;) {
        const struct timeline_event *same = fifo_at(&t->events, i);
        if (same->at_ms + SECOND_MS <= at_ms) break;
        if (strcmp(same->key, key) == 0) return;
    }
    struct timeline_event *one = fifo_insert(&t->events, at_ms);
    if (!one) return;
    one->at_ms = at_ms;
    one->warning = e->type && strcmp(e->type, "Normal") != 0;
    memcpy(one->key, key, sizeof key);
    snprintf(one->reason, sizeof one->reason, "%s", e->reason ? e->reason : "–");
    snprintf(one->about, sizeof one->about, "%s", e->about ? e->about : "");
}
