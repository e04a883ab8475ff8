/* kill_plan.c - collects the facts that the kill dialog shows from the world and the session. */
#include "tui/kill_plan.h"

#include "backends/base/text.h"
#include "backends/world/request_kind.h"

static void collect_workers(const struct world *w, const struct focus *f, struct dialog_kill *kill)
{
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || p->deleted.known || !text_eq(p->role, "worker")) continue;
        if (text_eq(p->record.key, kill->uid)) continue;
        if (kill->workers < DIALOG_WORKERS)
            kill->worker[kill->workers] = (struct dialog_worker){p->name, p->record.key};
        kill->workers++;
    }
}

static size_t prompts_in_flight(const struct world *w)
{
    size_t count = 0;
    WORLD_EACH (row, w, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        count += !row->gone_ms && text_eq(r->kind, REQUEST_PROMPT) && text_eq(r->phase, "waiting");
    }
    return count;
}

/* What both have in common: exactly which pod, where, and what goes on without it. */
static struct dialog_kill plan_of(const struct session *s, const struct focus *f, const struct pod *pod,
                                  int64_t grace_s, bool development)
{
    const struct kube_where *where = session_where(s);
    struct dialog_kill kill = {.context = where ? where->context : NULL,
                               .ns = pod->ns,
                               .service = f->rayservice ? f->rayservice->name : NULL,
                               .pod = pod->name,
                               .uid = pod->record.key,
                               .grace_s = grace_s,
                               .pod_grace_s = pod->own_grace,
                               .ft = f->rayservice ? f->rayservice->ft : pod->ft,
                               .head_lost = !f->head,
                               .in_flight = prompts_in_flight(session_world(s)),
                               .development = development};
    collect_workers(session_world(s), f, &kill);
    session_may_ask(s, &kill.path, NULL);
    return kill;
}

struct dialog_kill kill_plan(const struct session *s, int64_t grace_s, bool development, struct head_loss *ret_loss)
{
    struct focus f = session_focus(s);
    struct dialog_kill kill = plan_of(s, &f, f.head, grace_s, development);
    *ret_loss = head_loss_of(session_world(s), &f, clock_now_ms(session_clock(s)));
    kill.loss = ret_loss;
    const struct serve_endpoints e = serve_endpoints_of(session_world(s), &f);
    if (e.known) kill.besides = known_u64(e.besides_head);
    if (f.rayservice) kill.reconnect_s = f.rayservice->worker_reconnect_s;
    return kill;
}

struct dialog_kill kill_plan_worker(const struct session *s, const struct pod *pod, int64_t grace_s, bool development)
{
    struct focus f = session_focus(s);
    struct dialog_kill kill = plan_of(s, &f, pod, grace_s, development);
    const struct serve_endpoints e = serve_endpoints_of(session_world(s), &f);
    const bool own = serve_endpoint_is_ready(session_world(s), &f, pod) == TRI_YES;
    kill.is_worker = true;
    if (e.known) kill.besides = known_u64(e.ready - (own && e.ready));
    return kill;
}
