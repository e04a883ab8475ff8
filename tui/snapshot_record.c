/* snapshot_record.c - see snapshot_record.h. */
#include "tui/snapshot_record.h"

enum err snapshot_record_begin(struct snapshot_record *r, struct loop *l, struct why *why)
{
    r->conf.redact = r->cli->redactor;
    return record_open(l, r->cli, &r->conf, &r->live, why) ? ERR_USAGE : ERR_OK;
}

void snapshot_record_opened(struct snapshot_record *r, struct snapshot *snapshot)
{
    const struct session *session = snapshot_session(snapshot);
    const struct kube_where *where = session_where(session);
    if (!r->live) return;
    live_world(r->live, session_world(session));
    live_opening(r->live, where ? where->context : NULL, r->cli->conf.ns, r->cli->conf.service);
}

void snapshot_record_change(struct snapshot_record *r, const struct change *c)
{
    if (r->live && !r->cut) live_change(r->live, c);
}

void snapshot_record_cut(struct snapshot_record *r)
{
    if (r->live && !r->cut) live_world(r->live, NULL);
    r->cut = true;
}

void snapshot_record_end(struct snapshot_record *r)
{
    if (!r->live) return;
    r->changes = recorder_changes(live_recorder(r->live));
    r->err = live_close(r->live, &r->bytes, &r->why);
    r->live = NULL;
}
