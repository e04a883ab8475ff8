/* evidence_route.c - the users' route: the service's endpoints, and probes along the route of requests. */
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/evidence_priv.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"

#include <stdio.h>

/* The current probes of the users' route. */
struct route_sum {
    size_t ok, failed;
    const struct request *last, *last_ok, *last_failed; /* of those that count */
    const struct request *unseen;                       /* the newest that says nothing about the service */
    uint64_t waiting_since_ms;                          /* when the oldest probe in flight was due; 0: none */
};

static void route_add(const struct evidence_view *v, const struct request *q, struct route_sum *sum)
{
    if (text_eq(q->phase, "waiting")) {
        if (q->sent.known && (!sum->waiting_since_ms || q->sent.value < sum->waiting_since_ms))
            sum->waiting_since_ms = q->sent.value;
        return;
    }
    if (!q->done.known || q->done.value + EVIDENCE_FRESH_MS <= v->wall_ms) return;
    bool answered = request_is_answered(q);
    if (!answered && !request_is_evidence(v->world, q, v->now_ms, v->wall_ms)) {
        if (!sum->unseen || q->done.value >= sum->unseen->done.value) sum->unseen = q;
        return;
    }
    bool later = !sum->last || q->done.value >= sum->last->done.value;
    if (later) sum->last = q;
    const struct request **of_kind = answered ? &sum->last_ok : &sum->last_failed;
    if (!*of_kind || q->done.value >= (*of_kind)->done.value) *of_kind = q;
    if (q->done.value + EVIDENCE_WINDOW_MS < v->wall_ms) return;
    sum->ok += answered;
    sum->failed += !answered;
}

/* No probe is in flight for as long as the slack of world_since. */
static struct route_sum route_sum_of(const struct evidence_view *v)
{
    struct route_sum sum = {0};
    const struct row *row = world_since(v->world, TABLE_REQUEST,
                                        v->wall_ms > 3 * EVIDENCE_FRESH_MS ? v->wall_ms - 3 * EVIDENCE_FRESH_MS : 0);
    for (; row; row = world_next(v->world, row)) {
        const struct request *q = ROW(row, request);
        if (!row->gone_ms && text_eq(q->kind, REQUEST_ROUTE)) route_add(v, q, &sum);
    }
    return sum;
}

static const char *failure_words(const struct request *q)
{
    return q->failure ? q->failure : "failed";
}

static void route_judge_probes(const struct route_sum *sum, const struct evidence_view *v, struct service_evidence *e)
{
    struct evidence *line = &e->line[EVIDENCE_ROUTE];
    size_t ok = sum->ok, failed = sum->failed;
    if (!ok && !failed) { /* an older one, still young enough */
        ok = sum->last == sum->last_ok;
        failed = !ok;
    }
    evidence_rest_on(line, sum->last, v->wall_ms);
    if (sum->last_ok) evidence_answered(e, sum->last_ok);
    line->verdict = !failed ? VERDICT_OK : ok ? VERDICT_WARN : VERDICT_NO;
    if (!failed)
        say(line->why, "ok");
    else if (ok)
        say(line->why, "%zu of %zu requests fail: %s", failed, ok + failed, failure_words(sum->last_failed));
    else
        say(line->why, "%s", failure_words(sum->last_failed));
}

static bool route_hangs(const struct route_sum *sum, const struct evidence_view *v)
{
    return sum->waiting_since_ms && sum->waiting_since_ms + EVIDENCE_WINDOW_MS < v->wall_ms && !sum->ok && !sum->failed;
}

/* Why no probe says anything about the service. */
static void route_say_unseen(const struct route_sum *sum, struct evidence *line)
{
    if (sum->unseen)
        say(line->why, "not seen: %s", sum->unseen->why ? sum->unseen->why : failure_words(sum->unseen));
    else
        say(line->why, "not probed");
}

static void route_say_endpoints(const struct serve_endpoints *endpoints, struct evidence *line)
{
    bool head = endpoints->ready != endpoints->besides_head;
    if (!endpoints->known)
        say(line->why, "endpoints not known");
    else if (endpoints->absent)
        say(line->why, "no Serve service yet");
    else if (!endpoints->ready)
        say(line->why, "no Serve endpoint is ready");
    else
        say(line->why, "%zu endpoint%s, %s", endpoints->ready, text_plural(endpoints->ready),
            head ? endpoints->besides_head ? "the head among them" : "the head's alone" : "not head");
}

void evidence_judge_route(const struct evidence_view *v, struct service_evidence *e)
{
    struct evidence *line = &e->line[EVIDENCE_ROUTE];
    struct route_sum sum = route_sum_of(v);
    if (route_hangs(&sum, v)) {
        e->hanging = true;
        e->hanging_line = EVIDENCE_ROUTE;
        say(line->why, "no answer for %llu s", (unsigned long long)(v->wall_ms - sum.waiting_since_ms) / 1000);
    } else if (sum.last) {
        route_judge_probes(&sum, v, e);
    } else if (e->endpoints.known && !e->endpoints.ready) {
        line->verdict = VERDICT_NO;
        const struct source *s = world_source_named(v->world, e->endpoints.source);
        snprintf(line->by, sizeof line->by, "EndpointSlices");
        if (s) (void)source_freshness(s, v->now_ms, &line->age_ms);
    } else {
        route_say_unseen(&sum, line);
    }
    route_say_endpoints(&e->endpoints, line);
}
