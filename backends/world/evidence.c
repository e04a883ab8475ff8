/* evidence.c - combines the three lines: the worst known verdict, and its line. */
#include "backends/world/evidence_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

const char *evidence_name(enum evidence_line line)
{
    static const char *const names[] = {"service", "proxies", "model"};
    return (size_t)line < ARRAY_LEN(names) ? names[line] : "";
}

const char *evidence_word(enum verdict verdict)
{
    static const char *const words[] = {"–", "YES", "PARTLY", "NO"};
    return (size_t)verdict < ARRAY_LEN(words) ? words[verdict] : words[0];
}

void evidence_rest_on(struct evidence *line, const struct request *q, uint64_t wall_ms)
{
    uint64_t age_ms = wall_ms > q->done.value ? wall_ms - q->done.value : 0;
    if (line->age_ms.known && line->age_ms.value <= age_ms) return;
    line->age_ms = known_u64(age_ms);
    snprintf(line->by, sizeof line->by, "%s", q->path ? q->path : "");
}

void evidence_answered(struct service_evidence *e, const struct request *q)
{
    if (!e->answered_ms.known || q->done.value > e->answered_ms.value) e->answered_ms = q->done;
}

/* A worker proxy that does not answer the console counts at most as PARTLY while the users' route answers. */
static enum verdict verdict_on_top(const struct service_evidence *e, enum evidence_line line)
{
    if (line != EVIDENCE_PROXIES) return e->line[line].verdict;
    const struct probe_targets *t = &e->proxies;
    size_t asked = t->endpoints_known ? t->endpoints_asked : t->asked;
    size_t failing = t->endpoints_known ? t->endpoints_failing : t->failing;
    if (!asked || e->hanging) return VERDICT_UNKNOWN;
    if (!failing) return VERDICT_OK;
    /* Which of them requests are sent to is not known: the head's proxy, or another, may answer. */
    if (!t->endpoints_known && failing == asked && e->kubernetes) return VERDICT_UNKNOWN;
    return failing < asked || e->line[EVIDENCE_ROUTE].verdict == VERDICT_OK ? VERDICT_WARN : VERDICT_NO;
}

/* Endpoints of a stale source are outdated. */
static struct serve_endpoints endpoints_of_now(const struct evidence_view *v)
{
    struct serve_endpoints endpoints = serve_endpoints_of(v->world, v->focus);
    const struct source *s = endpoints.source ? world_source_named(v->world, endpoints.source) : NULL;
    if (s && source_freshness(s, v->now_ms, NULL) != FRESH_LIVE) endpoints = (struct serve_endpoints){.known = false};
    return endpoints;
}

struct service_evidence evidence_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    struct service_evidence e = {.from = EVIDENCE_ROUTE};
    const struct evidence_view v = {w, f, now_ms, wall_ms};
    e.kubernetes = f->rayservice != NULL;
    e.endpoints = endpoints_of_now(&v);
    e.proxies = probe_targets_of(w, f, now_ms, wall_ms);
    if (!e.endpoints.known) e.proxies.endpoints_known = false;
    evidence_judge_route(&v, &e);
    evidence_judge_proxies(&v, &e);
    evidence_judge_model(&v, &e);
    for (int i = 0; i < EVIDENCE_LINES; i++) {
        enum verdict verdict = verdict_on_top(&e, (enum evidence_line)i);
        if (verdict <= e.verdict) continue;
        e.verdict = verdict;
        e.from = (enum evidence_line)i;
    }
    bool fresh = e.answered_ms.known && wall_ms < e.answered_ms.value + EVIDENCE_FRESH_MS;
    if (e.verdict == VERDICT_OK && (!fresh || e.hanging)) e.verdict = VERDICT_UNKNOWN;
    if (e.waiting && e.verdict == VERDICT_OK) {
        e.verdict = e.line[EVIDENCE_MODEL].verdict = VERDICT_WARN;
        e.from = EVIDENCE_MODEL;
    }
    return e;
}

void evidence_text(const struct service_evidence *e, const char *indent, struct buf *out)
{
    char age[TEXT_NUM_MAX];
    for (int i = 0; i < EVIDENCE_LINES; i++) {
        const struct evidence *line = &e->line[i];
        const char *word = evidence_word(line->verdict);
        const int width = 6 + (int)(strlen(word) - text_width(word)); /* in bytes */
        buf_printf(out, "%s%-15s%-*s%s", indent, evidence_name((enum evidence_line)i), width, word, line->why);
        if (line->age_ms.known) buf_printf(out, " · %s ago", text_seconds(age, line->age_ms.value));
        buf_printf(out, "%s%s\n", *line->by ? " by " : "", line->by);
    }
}
