/* worker_loss.c - observes what follows the deletion of a worker pod; see worker_loss.h. */
#include "backends/world/worker_loss.h"

#include "backends/base/text.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"

#include <stdio.h>
#include <string.h>

static void name_copy(char out[WORKER_LOSS_NAME_MAX], const char *text)
{
    snprintf(out, WORKER_LOSS_NAME_MAX, "%s", text ? text : "");
}

void worker_loss_begin(struct worker_loss *l, const struct world *w, const struct focus *f, const struct pod *pod,
                       uint64_t now_ms, uint64_t wall_ms)
{
    *l = (struct worker_loss){.phase = WORKER_LOSS_DELETED, .t0_ms = now_ms, .t0_wall_ms = wall_ms};
    name_copy(l->uid, pod->record.key);
    name_copy(l->name, pod->name);
    name_copy(l->ns, pod->ns);
    name_copy(l->cluster, pod->cluster);
    name_copy(l->group, pod->group);
    l->served = serve_endpoint_is_ready(w, f, pod) == TRI_YES;
    WORLD_EACH (row, w, TABLE_POD)
        if (row->order > l->order) l->order = row->order;
}

/* A living worker pod of the same group that was not there at T0: the newest one. */
static const struct row *fresh_find(const struct worker_loss *l, const struct world *w)
{
    const struct row *found = NULL;
    WORLD_EACH (row, w, TABLE_POD) {
        const struct pod *p = ROW(row, pod);
        const bool ours = text_eq(p->role, "worker") && text_eq(p->cluster, l->cluster) && text_eq(p->ns, l->ns) &&
                          strcmp(p->group ? p->group : "", l->group) == 0;
        if (ours && !row->gone_ms && !p->deleted.known && row->order > l->order && !text_eq(p->record.key, l->uid))
            found = row;
    }
    return found;
}

static void requests_count(struct worker_loss *l, const struct world *w)
{
    l->waiting = l->prompts = l->prompts_failed = l->requests = l->requests_failed = 0;
    WORLD_EACH (row, w, TABLE_REQUEST) {
        const struct request *q = ROW(row, request);
        const bool failed = text_eq(q->phase, "failed"), ended = failed || request_is_answered(q);
        l->waiting += !row->gone_ms && text_eq(q->kind, REQUEST_PROMPT) && text_eq(q->phase, "waiting") &&
                      q->due.known && q->due.value <= l->t0_wall_ms;
        if (row->gone_ms || !ended || !q->done.known || q->done.value < l->t0_wall_ms) continue;
        if (text_eq(q->kind, REQUEST_PROMPT)) {
            l->prompts++;
            l->prompts_failed += failed;
        } else if (text_eq(q->kind, REQUEST_ROUTE)) {
            l->requests++;
            l->requests_failed += failed;
        }
    }
}

static enum worker_loss_phase phase_of(struct worker_loss *l, const struct world *w, const struct focus *f,
                                       const struct row *fresh, uint64_t after_ms)
{
    const struct pod *p = fresh ? ROW(fresh, pod) : NULL;
    if (p && p->is_ready == TRI_YES && (!l->served || serve_endpoint_is_ready(w, f, p) == TRI_YES)) {
        if (!l->ready_ms.known) l->ready_ms = known_u64(after_ms);
        if (l->served) l->serves_ms = known_u64(after_ms);
        return l->served ? WORKER_LOSS_SERVES : WORKER_LOSS_READY;
    }
    if (after_ms >= WORKER_LOSS_MS) return WORKER_LOSS_OVERDUE;
    if (p && p->is_ready == TRI_YES) {
        if (!l->ready_ms.known) l->ready_ms = known_u64(after_ms);
        return WORKER_LOSS_READY;
    }
    l->ready_ms = UNKNOWN_U64; /* it is not, or no longer */
    return p ? WORKER_LOSS_CREATED : WORKER_LOSS_DELETED;
}

bool worker_loss_is_over(const struct worker_loss *l)
{
    if (l->waiting && l->phase != WORKER_LOSS_OVERDUE) return false;
    return l->phase == WORKER_LOSS_NONE || l->phase == WORKER_LOSS_SERVES || l->phase == WORKER_LOSS_OVERDUE ||
           (l->phase == WORKER_LOSS_READY && !l->served);
}

bool worker_loss_observe(struct worker_loss *l, const struct world *w, const struct focus *f, uint64_t now_ms)
{
    const enum worker_loss_phase before = l->phase;
    const size_t waited = l->waiting;
    if (worker_loss_is_over(l)) return false;
    const uint64_t after_ms = now_ms > l->t0_ms ? now_ms - l->t0_ms : 0;
    const struct row *old = world_find(w, TABLE_POD, l->uid), *fresh = fresh_find(l, w);
    if (!l->gone_ms.known && (!old || old->gone_ms)) l->gone_ms = known_u64(after_ms);
    if (fresh && strcmp(l->fresh_uid, fresh->record->key) != 0) {
        l->created_ms = known_u64(after_ms);
        l->ready_ms = UNKNOWN_U64;
        name_copy(l->fresh, ROW(fresh, pod)->name);
        name_copy(l->fresh_uid, fresh->record->key);
    } else if (!fresh) {
        l->fresh[0] = l->fresh_uid[0] = '\0';
    }
    requests_count(l, w);
    l->phase = phase_of(l, w, f, fresh, after_ms);
    return l->phase != before || (waited && !l->waiting);
}

bool worker_loss_is_bad(const struct worker_loss *l)
{
    return l->phase == WORKER_LOSS_OVERDUE || l->prompts_failed || l->requests_failed;
}

/* "Pending: 0/3 nodes are available": of the new pod. */
static void fresh_words(const struct worker_loss *l, const struct world *w, struct buf *out)
{
    const struct row *row = *l->fresh_uid ? world_find(w, TABLE_POD, l->fresh_uid) : NULL;
    if (!row || row->gone_ms) return;
    const struct pod *p = ROW(row, pod);
    buf_printf(out, ", %s", p->status ? p->status : "its status is not known");
    if (p->message) buf_printf(out, ": %s", p->message);
}

static void failed_words(const struct worker_loss *l, struct buf *out)
{
    buf_printf(out, "; failed since: %zu of %zu prompt%s, %zu of %zu request%s by the users' route", l->prompts_failed,
               l->prompts, text_plural(l->prompts), l->requests_failed, l->requests, text_plural(l->requests));
    if (l->waiting) buf_printf(out, "; %zu still in flight", l->waiting);
}

void worker_loss_text(const struct worker_loss *l, const struct world *w, struct buf *out)
{
    char s[TEXT_NUM_MAX];
    switch (l->phase) {
    case WORKER_LOSS_NONE: break;
    case WORKER_LOSS_DELETED:
        buf_printf(out, "worker %s %s; no new worker pod yet", l->name,
                   l->gone_ms.known ? "is gone" : "is being deleted");
        break;
    case WORKER_LOSS_CREATED:
        buf_printf(out, "new worker %s after %s", l->fresh, text_seconds(s, l->created_ms.value));
        fresh_words(l, w, out);
        break;
    case WORKER_LOSS_READY:
        buf_printf(out, "new worker %s is Ready after %s", l->fresh, text_seconds(s, l->ready_ms.value));
        if (l->served) buf_str(out, ", and no endpoint of Serve yet");
        failed_words(l, out);
        break;
    case WORKER_LOSS_SERVES:
        buf_printf(out, "new worker %s is Ready and serves after %s", l->fresh, text_seconds(s, l->serves_ms.value));
        failed_words(l, out);
        break;
    case WORKER_LOSS_OVERDUE:
        if (*l->fresh)
            buf_printf(out, "new worker %s does not serve %s after the delete", l->fresh,
                       text_seconds(s, WORKER_LOSS_MS));
        else
            buf_printf(out, "no new worker pod %s after the delete of %s", text_seconds(s, WORKER_LOSS_MS), l->name);
        fresh_words(l, w, out);
        failed_words(l, out);
    }
}
