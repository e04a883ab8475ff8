/* probe_targets.c - finds the newest probe of each Serve proxy among the request records. */
#include "backends/world/probe_targets.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/answers.h"
#include "backends/world/request_kind.h"

#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(pointer, size) free(pointer)
#include <uthash.h>

enum { PROBE_FLIGHT_MS = 60000 }; /* longer than any probe is in flight */

struct target {
    const char *name; /* the pod's; without Kubernetes the address */
    const struct request *last;
    bool there;    /* among the pods that are probed */
    bool endpoint; /* of the service, and ready */
    UT_hash_handle hh;
};

static struct target *target_find(struct target *head, const char *name)
{
    struct target *t;
    HASH_FIND(hh, head, name, strlen(name), t);
    return t;
}

static void target_note(struct target **head, const struct request *q)
{
    const char *name = q->pod ? q->pod : q->target ? q->target : "";
    struct target *t = target_find(*head, name);
    if (!t) {
        t = mem_zero(1, sizeof *t);
        t->name = name;
        HASH_ADD_KEYPTR(hh, *head, t->name, strlen(t->name), t);
    }
    if (!t->last || q->done.value >= t->last->done.value) t->last = q;
}

static uint64_t age_of(const struct request *q, uint64_t wall_ms)
{
    return wall_ms > q->done.value ? wall_ms - q->done.value : 0;
}

static bool request_counts(const struct request *q, uint64_t wall_ms)
{
    uint64_t age = age_of(q, wall_ms);
    return age <= PROBE_OLD_MS || (q->round_ms.known && age - PROBE_OLD_MS <= q->round_ms.value);
}

static uint64_t newest_round_ms(const struct world *w)
{
    const struct row *row = world_last(w, TABLE_REQUEST);
    while (row && !text_eq(ROW(row, request)->kind, REQUEST_PROBE)) row = world_prev(w, row);
    return row ? ROW(row, request)->round_ms.value : 0;
}

static bool source_answered_within(const struct source *s, uint64_t from_ms, uint64_t to_ms)
{
    const unsigned count = s->prompts < SOURCE_PROMPTS ? s->prompts : SOURCE_PROMPTS;
    for (unsigned i = 0; i < count; i++)
        if (s->prompt_answer_ms[i] > from_ms && s->prompt_answer_ms[i] <= to_ms) return true;
    return false;
}

static uint64_t wall_to_ours(uint64_t of_wall_ms, uint64_t now_ms, uint64_t wall_ms)
{
    const uint64_t age_ms = wall_ms > of_wall_ms ? wall_ms - of_wall_ms : 0;
    return now_ms > age_ms ? now_ms - age_ms : 0;
}

/* Who was heard in the second half of the time that a request waited: what it waited for may have stopped after it had
 * come. */
struct meanwhile {
    bool timed;  /* the API server's sources report how long their requests took */
    bool prompt; /* one of them was answered promptly */
    bool kube;   /* some source of Kubernetes was heard since */
    bool others; /* a source of another world was, and was so before */
    bool alone;  /* nobody else is read at all */
};

static struct meanwhile meanwhile_of(const struct world *w, const struct request *q, uint64_t now_ms, uint64_t wall_ms)
{
    const uint64_t from_ms = wall_to_ours(q->sent.value + (q->done.value - q->sent.value) / 2, now_ms, wall_ms);
    const uint64_t to_ms = wall_to_ours(q->done.value, now_ms, wall_ms);
    struct meanwhile m = {.alone = true};
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        const bool kube = s->world == WORLD_KUBE, other = s->world == WORLD_REDIS || s->world == WORLD_NEURON;
        if ((!kube && !other) || s->state == SOURCE_OFF) continue;
        const bool heard = s->last_alive_ms > from_ms;
        m.alone = false;
        m.timed = m.timed || (kube && s->timed);
        m.kube = m.kube || (kube && heard);
        m.prompt = m.prompt || source_answered_within(s, from_ms, to_ms);
        m.others = m.others || (other && heard && s->state == SOURCE_LIVE && s->since_ms <= to_ms);
    }
    return m;
}

/* An API server that queues requests still sends what is watched: another request of ours has to have been answered,
 * and promptly. Where its sources do not report how long those took, it is enough that it was heard since. */
static bool api_answered(const struct meanwhile *m)
{
    return m->timed ? m->prompt : m->kube;
}

bool request_is_evidence(const struct world *w, const struct request *q, uint64_t now_ms, uint64_t wall_ms)
{
    static const char *const ours[] = {"forbidden", "not sent", "cancelled", "too long", "API server error"};
    static const char *const of_the_path[] = {"4xx", "bad body"}; /* the wrong service answered */
    if (text_eq(q->phase, "cancelled")) return false;
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (text_eq(q->failure, ours[i])) return false;
    for (size_t i = 0; i < ARRAY_LEN(of_the_path); i++)
        if (text_eq(q->failure, of_the_path[i]) && !text_eq(q->kind, REQUEST_PROBE)) return false;
    const bool direct = q->proxied != TRI_YES, timed_out = text_eq(q->failure, "timeout");
    if (q->status.known || (direct && !timed_out)) return !text_eq(q->failure, "unreachable") || !direct;
    if (!timed_out) return false;
    /* where nobody else is heard either, it may be the network here */
    const struct meanwhile m = meanwhile_of(w, q, now_ms, wall_ms);
    return api_answered(&m) || (direct && (m.others || m.alone));
}

/* Wall time at which the last probe ended. */
static uint64_t last_done_of(const struct world *w)
{
    uint64_t last_ms = 0;
    WORLD_EACH (row, w, TABLE_REQUEST) {
        const struct request *q = ROW(row, request);
        bool ended =
            !row->gone_ms && text_eq(q->kind, REQUEST_PROBE) && q->done.known && !text_eq(q->phase, "cancelled");
        if (ended && q->done.value > last_ms) last_ms = q->done.value;
    }
    return last_ms;
}

static bool request_is_unseen(const struct world *w, const struct request *q, uint64_t now_ms, uint64_t wall_ms)
{
    bool failed = text_eq(q->phase, "failed") || text_eq(q->phase, "cancelled");
    return failed && !request_is_evidence(w, q, now_ms, wall_ms);
}

/* Records each completed probe that is current. */
static struct target *requests_read(const struct world *w, uint64_t now_ms, uint64_t wall_ms, struct probe_targets *sum,
                                    bool *ret_old)
{
    struct target *head = NULL;
    uint64_t round_of_ms = 0, back_ms = PROBE_OLD_MS + PROBE_FLIGHT_MS + newest_round_ms(w);
    const struct row *row = world_since(w, TABLE_REQUEST, wall_ms > back_ms ? wall_ms - back_ms : 0);
    for (; row; row = world_next(w, row)) {
        const struct request *q = ROW(row, request);
        if (row->gone_ms || !text_eq(q->kind, REQUEST_PROBE)) continue;
        sum->waiting += text_eq(q->phase, "waiting");
        if (!q->done.known) continue;
        if (request_is_unseen(w, q, now_ms, wall_ms)) {
            if (q->why && age_of(q, wall_ms) <= PROBE_OLD_MS) sum->unseen = q;
            continue;
        }
        if (q->done.value > sum->last_done_ms) sum->last_done_ms = q->done.value;
        if (!request_counts(q, wall_ms)) continue;
        target_note(&head, q);
        *ret_old = *ret_old || age_of(q, wall_ms) > PROBE_OLD_MS;
        if (q->done.value < round_of_ms) continue;
        round_of_ms = q->done.value;
        sum->round_ms = q->round_ms;
    }
    if (!sum->last_done_ms) sum->last_done_ms = last_done_of(w);
    return head;
}

static void pods_read(const struct world *w, const struct focus *f, struct target *head, struct probe_targets *sum)
{
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        if (!focus_probes(f, at.row)) continue;
        struct target *t = target_find(head, ROW(at.row, pod)->name);
        sum->expected++;
        if (t) t->there = true;
    }
}

static bool is_later(const struct request *q, const struct request *than)
{
    return !than || q->done.value >= than->done.value;
}

struct endpoint_marks {
    const struct world *world;
    const struct focus *focus;
    struct target *head;
};

/* A pod that is being deleted, or is gone, gets no requests: the EndpointSlice that says so comes a moment later. */
static bool pod_is_going(const struct endpoint_marks *m, const char *name)
{
    WORLD_WITH(row, m->world, POD_BY_NAME, m->focus->ns, name)
    {
        if (!row->gone_ms && !ROW(row, pod)->deleted.known) return false;
    }
    return world_with(m->world, POD_BY_NAME, m->focus->ns, name) != NULL;
}

static void endpoint_note(void *arg, const struct endpoint *e)
{
    struct endpoint_marks *m = arg;
    struct target *t = e->pod ? target_find(m->head, e->pod) : NULL;
    if (t && !pod_is_going(m, e->pod)) t->endpoint = true;
}

/* Adds a proxy whose newest probe is current. */
static void sum_add(struct probe_targets *sum, const struct target *t)
{
    const struct request *q = t->last;
    bool failed = text_eq(q->phase, "failed"), reached = t->endpoint || !sum->endpoints_known;
    sum->asked++;
    sum->failing += failed;
    sum->endpoints_asked += t->endpoint;
    sum->endpoints_failing += failed && t->endpoint;
    if (is_later(q, sum->last)) sum->last = q;
    if (!failed && reached && is_later(q, sum->last_ok)) sum->last_ok = q;
    if (failed && is_later(q, sum->failed)) sum->failed = q;
}

struct probe_targets probe_targets_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    struct probe_targets sum = {0};
    bool old = false;
    struct target *head = requests_read(w, now_ms, wall_ms, &sum, &old), *t, *next;
    if (sum.round_ms.known || old) pods_read(w, f, head, &sum);
    struct endpoint_marks marks = {w, f, head};
    sum.endpoints_known = serve_endpoints_each(w, f, endpoint_note, &marks);
    HASH_ITER (hh, head, t, next) {
        uint64_t age = age_of(t->last, wall_ms);
        /* ignores old failures of deleted pods */
        if (age <= PROBE_OLD_MS || t->there) {
            sum_add(&sum, t);
            if (age > sum.oldest_age_ms) sum.oldest_age_ms = age;
        }
        HASH_DEL(head, t);
        free(t);
    }
    if (!sum.round_ms.known || sum.expected < sum.asked) sum.expected = sum.asked;
    return sum;
}
