/* kill_plan.c - see kill_plan.h. */
#include "tui/kill_plan.h"

#include "backends/base/text.h"

static size_t living_workers(const struct world *w, const struct focus *f)
{
    size_t count = 0;
    WORLD_EACH (row, w, TABLE_POD) {
        const struct pod *p = ROW(row, pod);
        if (!row->gone_ms && text_eq(p->role, "worker") && focus_has_pod(f, p)) count++;
    }
    return count;
}

struct dialog_kill kill_plan(const struct session *s, int64_t grace_s, bool development, struct head_loss *ret_loss)
{
    struct focus f = session_focus(s);
    const struct kube_where *where = session_where(s);
    *ret_loss = head_loss_of(session_world(s), &f, loop_now_ms());
    struct dialog_kill kill = {.context = where ? where->context : NULL,
                               .ns = f.head->ns,
                               .service = f.rayservice ? f.rayservice->name : NULL,
                               .pod = f.head->name,
                               .uid = f.head->record.key,
                               .grace_s = grace_s,
                               .pod_grace_s = f.head->own_grace,
                               .ft = f.rayservice ? f.rayservice->ft : f.head->ft,
                               .workers = living_workers(session_world(s), &f),
                               .development = development,
                               .loss = ret_loss};
    if (f.rayservice) kill.reconnect_s = f.rayservice->worker_reconnect_s;
    return kill;
}
