/* placement.c - Which K8s nodes and zones the pods of a RayService share. */
#include "backends/world/placement.h"

#include "backends/base/text.h"

static const char *zone_of(const struct world *w, const char *node)
{
    const struct knode *k = node ? knode_named(w, node) : NULL;
    return k ? k->zone : NULL;
}

struct placement placement_of(const struct world *w, const struct focus *f)
{
    struct placement out = {.head_node = f->head ? f->head->node : NULL};
    out.head_zone = zone_of(w, out.head_node);
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(p->role, "worker") || p->deleted.known) continue;
        out.workers++;
        if (!p->node) continue;
        out.placed++;
        out.with_head += text_eq(p->node, out.head_node);
        const char *zone = zone_of(w, p->node);
        if (!zone) continue;
        out.zoned++;
        out.zones_differ = out.zones_differ || (out.zone && !text_eq(out.zone, zone));
        out.zone = zone;
    }
    if (out.zones_differ || out.zoned < out.placed) out.zone = NULL;
    return out;
}

bool placement_is_one_node(const struct placement *p)
{
    return p->workers && p->with_head == p->workers;
}

bool placement_is_one_zone(const struct placement *p)
{
    return p->workers && p->zone && text_eq(p->zone, p->head_zone);
}
