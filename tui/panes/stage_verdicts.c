/* stage_verdicts.c - the four verdicts and the clock of the stage. */
#include "tui/panes/stage.h"

#include "backends/base/text.h"
#include "backends/world/ft_links.h"
#include "tui/panes/answers_view.h"
#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"
#include "tui/panes/recovery_pane.h"

#include <stdio.h>

static void badge_set(struct stage_badge *b, enum verdict verdict, const char *word, const char *text)
{
    b->verdict = verdict;
    snprintf(b->word, sizeof b->word, "%s", word);
    snprintf(b->text, sizeof b->text, "%s", text);
}

/* What is not heard any more is no verdict of now. */
static bool badge_unheard(struct stage_badge *b, const struct view *v, enum world_kind kind, const char *source)
{
    static const char *const names[] = {[WORLD_KUBE] = "Kubernetes", [WORLD_REDIS] = "Redis"};
    const struct fresh f = fresh_of(v->world, kind, source, v->now_ms);
    char words[FRESH_TEXT_MAX];
    if (f.state == FRESH_LIVE) return false;
    fresh_words(f.state, f.age_ms, words);
    b->verdict = VERDICT_UNKNOWN;
    snprintf(b->word, sizeof b->word, "–");
    snprintf(b->text, sizeof b->text, "%s %s", names[kind], words[0] ? words : "is not read");
    return true;
}

/* ---- the head ---- */

static void head_of_pod(const struct view *v, struct stage_badge *b)
{
    const struct pod *head = v->focus->head;
    if (!v->focus->rayservice)
        badge_set(b, VERDICT_UNKNOWN, "–", "no RayService");
    else if (!head)
        badge_set(b, VERDICT_NO, "NONE", "there is no head pod");
    else if (head->is_ready == TRI_YES)
        badge_set(b, VERDICT_OK, "UP", pod_suffix(head->name));
    else
        badge_set(b, VERDICT_WARN, "NOT UP", or_dash(head->status));
}

static void badge_head(const struct view *v, const struct answer *down, struct stage_badge *b)
{
    b->label = "HEAD";
    if (badge_unheard(b, v, WORLD_KUBE, "pods")) return;
    switch (outage_phase_of(v->outage)) {
    case PHASE_SILENT: badge_set(b, VERDICT_WARN, "SILENT", down->brief); break;
    case PHASE_STATELESS: badge_set(b, VERDICT_NO, "EMPTY", down->brief); break;
    case PHASE_GOING: badge_set(b, VERDICT_WARN, "GOING", down->brief); break;
    case PHASE_DOWN: badge_set(b, down->verdict, "DOWN", down->brief); break;
    case PHASE_RECOVERING:
    case PHASE_NONE:
    case PHASE_OVER: head_of_pod(v, b); break;
    }
}

/* ---- the workers ---- */

static void workers_since(const struct outage *o, struct stage_badge *b)
{
    char word[STAGE_WORD_MAX], fate[OUTAGE_WORDS_MAX];
    snprintf(word, sizeof word, "%zu/%zu", o->same, o->workers);
    badge_set(b, outage_workers_lived_on(o) ? VERDICT_OK : VERDICT_NO, word, outage_fate_words(o, fate));
}

static void badge_workers(const struct view *v, struct stage_badge *b)
{
    size_t all = 0, ready = 0;
    char word[STAGE_WORD_MAX];
    b->label = "WORKERS";
    if (badge_unheard(b, v, WORLD_KUBE, "pods")) return;
    if (recovery_pane_shown(v) && v->outage->workers) {
        workers_since(v->outage, b);
        return;
    }
    for (struct focus_pods at = focus_pods_of(v->world, v->focus); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(p->role, "worker")) continue;
        all++;
        ready += p->is_ready == TRI_YES;
    }
    snprintf(word, sizeof word, "%zu/%zu", ready, all);
    if (all)
        badge_set(b, ready == all ? VERDICT_OK : VERDICT_WARN, word, ready == all ? "ready" : "not all are ready");
    else
        badge_set(b, v->focus->rayservice ? VERDICT_WARN : VERDICT_UNKNOWN, "–", "no worker pod");
}

/* ---- the state of the GCS ---- */

static void gcs_since(const struct outage *o, struct stage_badge *b)
{
    char words[OUTAGE_WORDS_MAX];
    bool bad;
    outage_field_words(&o->fields, words, &bad);
    if (o->ft == TRI_NO)
        badge_set(b, VERDICT_NO, "NO", "fault tolerance is off: its state was in the head");
    else if (o->state_gone)
        badge_set(b, VERDICT_NO, "GONE", "Redis came back empty");
    else if (!o->fields.known)
        badge_set(b, VERDICT_UNKNOWN, "–", "its fields were not listed");
    else
        badge_set(b, bad ? VERDICT_NO : VERDICT_OK, bad ? "LOST" : "YES", words);
}

static void badge_gcs(const struct view *v, struct stage_badge *b)
{
    const bool since = recovery_pane_shown(v);
    b->label = since ? "GCS KEPT" : "GCS STATE";
    if (v->focus->rayservice && v->focus->rayservice->ft == TRI_NO && !since) {
        badge_set(b, VERDICT_NO, "NO FT", "fault tolerance is off: it is in the head's memory");
        return;
    }
    if ((!since || v->outage->ft != TRI_NO) && badge_unheard(b, v, WORLD_REDIS, NULL)) return;
    if (since) {
        gcs_since(v->outage, b);
        return;
    }
    const struct ft_links l = ft_links_of(v->world, v->focus, v->now_ms, v->wall_ms);
    const struct ft_link_state *state = &l.link[FT_LINK_STATE];
    badge_set(b, state->verdict,
              state->verdict == VERDICT_OK        ? "OK"
              : state->verdict == VERDICT_UNKNOWN ? "–"
                                                  : "NO",
              state->why);
}

void stage_badges_of(const struct view *v, const struct answer answers[ANSWERS], struct stage_badge out[STAGE_BADGES])
{
    const struct answer *answering = &answers[0];
    badge_head(v, &answers[1], &out[STAGE_HEAD]);
    badge_workers(v, &out[STAGE_WORKERS]);
    badge_gcs(v, &out[STAGE_GCS]);
    out[STAGE_ANSWERING].label = "ANSWERING";
    badge_set(&out[STAGE_ANSWERING], answering->verdict, answering->word,
              answering->brief[0] ? answering->brief : answering->text);
}

/* ---- the clock ---- */

static void digits_set(struct stage_clock *c, struct known_u64 ms, bool stopped)
{
    const unsigned long long s = ms.value / 1000, hours = s / 3600;
    if (!ms.known)
        snprintf(c->whole, sizeof c->whole, "-:--");
    else if (hours)
        snprintf(c->whole, sizeof c->whole, "%llu:%02llu:%02llu", hours % 1000, s / 60 % 60, s % 60);
    else
        snprintf(c->whole, sizeof c->whole, "%llu:%02llu", s / 60, s % 60);
    snprintf(c->digits, sizeof c->digits, "%s", c->whole);
    if (ms.known && stopped && !hours)
        snprintf(c->digits, sizeof c->digits, "%s.%u", c->whole, (unsigned)(ms.value / 100 % 10));
}

/* The clock of one that is over stands where it stopped: what recovered after the head is in it. */
static void clock_stopped(const struct outage *o, struct stage_clock *c)
{
    char words[OUTAGE_WORDS_MAX], main[OUTAGE_WORDS_MAX];
    const struct known_u64 length = o->recovered_ms.known    ? o->recovered_ms
                                    : o->head_down_ms.known  ? o->head_down_ms
                                    : o->state_gone_ms.known ? o->state_gone_ms
                                                             : o->gcs_silent_ms;
    digits_set(c, length, true);
    outage_request_words(o, OUTAGE_CLASSES, words);
    snprintf(c->text, sizeof c->text, "%s%s%s", outage_main_words(o, main), words[0] ? " · " : "", words);
}

void stage_clock_of(const struct view *v, const struct answer answers[ANSWERS], struct stage_clock *ret)
{
    const struct outage *o = v->outage, *last = outage_last(o, v->previous);
    *ret = (struct stage_clock){.role = ROLE_DIM};
    if (o->state == OUTAGE_RUNNING) {
        snprintf(ret->label, sizeof ret->label, "%s", answers[1].question);
        snprintf(ret->text, sizeof ret->text, "%s", answers[1].text);
        ret->role = verdict_role(answers[1].verdict);
        digits_set(ret, outage_phase_ms(o), false);
    } else if (last->state != OUTAGE_NONE) {
        const bool just = last == o && recovery_pane_shown(v);
        snprintf(ret->label, sizeof ret->label, "%s", just ? "RECOVERED IN" : "LAST HEAD LOSS");
        clock_stopped(last, ret);
        if (just) ret->role = ROLE_STRONG;
    } else {
        snprintf(ret->label, sizeof ret->label, "NO HEAD LOSS SEEN");
        snprintf(ret->text, sizeof ret->text, "%s", answers[2].text);
        digits_set(ret, UNKNOWN_U64, false);
    }
}
