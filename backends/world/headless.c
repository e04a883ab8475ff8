/* headless.c - Finds for how long a RayCluster has had no head pod, and who does not make one. */
#include "backends/world/headless.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

/* Of a RayCluster that is gone as well: its name begins with the RayService's. */
static const struct row *last_head_without_cluster(const struct world *w, const struct focus *f)
{
    const struct row *found = NULL;
    const char *name = f->rayservice && f->rayservice->name ? f->rayservice->name : "";
    const size_t len = strlen(name);
    WORLD_EACH (row, w, TABLE_POD) {
        const struct pod *p = ROW(row, pod);
        if (!row->gone_ms || !text_eq(p->role, "head") || !text_eq(p->ns, f->rayservice ? f->rayservice->ns : NULL))
            continue;
        if (!p->cluster || strncmp(p->cluster, name, len) != 0 || p->cluster[len] != '-') continue;
        if (!found || row->gone_ms > found->gone_ms) found = row;
    }
    return found;
}

static const struct row *last_head(const struct world *w, const struct focus *f)
{
    const struct row *found = NULL;
    if (!f->raycluster) return last_head_without_cluster(w, f);
    WORLD_WITH(row, w, HEAD_BY_CLUSTER, f->raycluster->ns, f->raycluster->name)
    {
        if (!found || row->gone_ms > found->gone_ms) found = row;
    }
    return found;
}

struct known_u64 headless_ms_of(const struct world *w, const struct focus *f, uint64_t now_ms)
{
    const struct row *row = last_head(w, f);
    const struct source *pods = world_source_named(w, row ? row->source : "kube/pods");
    if (f->head || !f->rayservice || world_unread(w, TABLE_POD)) return UNKNOWN_U64;
    if (!pods || source_freshness(pods, now_ms, NULL) != FRESH_LIVE) return UNKNOWN_U64;
    const uint64_t since_ms = row && row->gone_ms ? row->gone_ms : pods->listed_ms;
    return since_ms ? known_u64(now_ms > since_ms ? now_ms - since_ms : 0) : UNKNOWN_U64;
}

/* The operator's own words, where the last thing it did about a head was to fail. */
static const char *refusal_of(const struct world *w, const struct focus *f, uint64_t since_wall_ms)
{
    const struct event *last = NULL;
    WORLD_EACH (row, w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        const bool tried = text_eq(e->reason, "FailedToCreateHeadPod") || text_eq(e->reason, "CreatedHeadPod");
        const struct raycluster *rc = f->raycluster;
        if (row->gone_ms || !tried || !rc || !event_is_about(e, rc->ns, rc->name, rc->record.key)) continue;
        if (!e->last.known || e->last.value < since_wall_ms) continue;
        if (!last || e->last.value >= last->last.value) last = e;
    }
    return last && text_eq(last->reason, "FailedToCreateHeadPod") ? last->message : NULL;
}

char *headless_why(const struct world *w, const struct focus *f, uint64_t since_wall_ms, uint64_t now_ms,
                   char out[ANSWER_TEXT_MAX])
{
    const struct raycluster *rc = f->raycluster;
    const char *refusal = refusal_of(w, f, since_wall_ms);
    const struct known_u64 ms = headless_ms_of(w, f, now_ms);
    const bool late = ms.known && ms.value >= HEADLESS_MS;
    out[0] = '\0';
    if (refusal)
        snprintf(out, ANSWER_TEXT_MAX, "it cannot be made: %s", refusal);
    else if (rc && rc->deleted.known)
        snprintf(out, ANSWER_TEXT_MAX, "its RayCluster is being deleted");
    else if (rc && text_eq(rc->state, "suspended"))
        snprintf(out, ANSWER_TEXT_MAX, "its RayCluster is suspended");
    else if (!rc && late)
        snprintf(out, ANSWER_TEXT_MAX, "there is no RayCluster: is the KubeRay operator up?");
    else if (late)
        snprintf(out, ANSWER_TEXT_MAX, "none is being made: is the KubeRay operator up?");
    return out;
}
