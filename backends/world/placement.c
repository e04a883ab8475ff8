/* placement.c - see placement.h. */
#include "backends/world/placement.h"

#include "backends/base/text.h"
#include "backends/world/answers_text.h"

static const char *zone_of(const struct world *w, const char *node)
{
    const struct knode *k = node ? knode_named(w, node) : NULL;
    return k ? k->zone : NULL;
}

static bool is_worker(const struct row *row)
{
    return !row->gone_ms && text_eq(ROW(row, pod)->role, "worker") && !ROW(row, pod)->deleted.known;
}

static bool one_is_ready(const struct world *w, const struct focus *f)
{
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at))
        if (is_worker(at.row) && ROW(at.row, pod)->is_ready == TRI_YES) return true;
    return false;
}

static void worker_add(const struct world *w, const struct pod *p, struct placement *out)
{
    const char *zone = zone_of(w, p->node);
    out->workers++;
    if (!p->node) return;
    out->placed++;
    out->with_head += text_eq(p->node, out->head_node);
    if (!zone) return;
    out->zoned++;
    out->zones_differ = out->zones_differ || (out->zone && !text_eq(out->zone, zone));
    out->zone_elsewhere = out->zone_elsewhere || (out->head_zone && !text_eq(out->head_zone, zone));
    out->zone = zone;
}

struct placement placement_of(const struct world *w, const struct focus *f)
{
    struct placement out = {.head_node = f->head ? f->head->node : NULL};
    out.ready = one_is_ready(w, f);
    out.head_zone = zone_of(w, out.head_node);
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at))
        if (is_worker(at.row) && (!out.ready || ROW(at.row, pod)->is_ready == TRI_YES))
            worker_add(w, ROW(at.row, pod), &out);
    if (out.zones_differ || out.zoned < out.placed) out.zone = NULL;
    return out;
}

/* Two zones of workers are one more than the head's, whichever that is. */
static enum verdict judge_zone(const struct placement *p, char why[ANSWER_TEXT_MAX])
{
    if (p->zone_elsewhere || p->zones_differ) return VERDICT_OK;
    if (p->zone && text_eq(p->zone, p->head_zone)) {
        say(why, "the head and all %sworkers are in zone %s", p->ready ? "ready " : "", p->zone);
        return VERDICT_NO;
    }
    if (p->zoned < p->placed)
        say(why, "the zones of %zu of %zu workers are not known", p->placed - p->zoned, p->placed);
    else
        say(why, "the head's zone is not known");
    return VERDICT_WARN;
}

enum verdict placement_judge(const struct placement *p, char why[ANSWER_TEXT_MAX])
{
    why[0] = '\0';
    if (!p->placed) return VERDICT_OK; /* nobody serves: that is another finding */
    if (!p->head_node) {
        say(why, "the head's K8s node is not known");
        return VERDICT_WARN;
    }
    if (p->with_head == p->placed) {
        say(why, "the head and all %sworkers are on K8s node %s", p->ready ? "ready " : "", p->head_node);
        return VERDICT_NO;
    }
    const enum verdict zone = judge_zone(p, why);
    if (zone == VERDICT_NO || !p->with_head) return zone;
    why[0] = '\0';
    say(why, "%zu of %zu workers on the head's K8s node", p->with_head, p->placed);
    return VERDICT_WARN;
}

const char *placement_brief(const struct placement *p)
{
    return p->with_head == p->placed ? "head and workers on one K8s node" : "head and workers in one zone";
}
