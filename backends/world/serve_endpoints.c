/* serve_endpoints.c - Which pods are ready endpoints of the RayService's Serve service. */
#include "backends/base/text.h"
#include "backends/world/answers.h"

#include <stdio.h>

#define SLICES_SOURCE "kube/endpointslices"

/* The next slice of the service, from that row on. */
static const struct row *slice_from(const struct world *w, const struct focus *f, const struct row *row)
{
    char name[256];
    snprintf(name, sizeof name, "%s-serve-svc", f->service);
    for (; row; row = world_next(w, row)) {
        const struct slice *s = ROW(row, slice);
        const bool is_here = f->ns ? text_eq(s->ns, f->ns) : !world_watches_all(w);
        if (!row->gone_ms && is_here && text_eq(s->service, name)) break;
    }
    return row;
}

bool serve_endpoints_each(const struct world *w, const struct focus *f,
                          void (*ready)(void *arg, const struct endpoint *e), void *arg)
{
    const struct row *row = f->service ? slice_from(w, f, world_first(w, TABLE_SLICE)) : NULL;
    const bool known = row != NULL;
    for (; row; row = slice_from(w, f, world_next(w, row))) {
        const struct slice *s = ROW(row, slice);
        for (size_t i = 0; i < s->endpoints_count; i++) {
            const struct endpoint *e = &s->endpoints[i];
            if (e->ready == TRI_YES && e->terminating != TRI_YES) ready(arg, e);
        }
    }
    return known;
}

struct tally {
    const struct focus *focus;
    struct serve_endpoints sum;
};

static void tally_add(void *arg, const struct endpoint *e)
{
    struct tally *t = arg;
    t->sum.ready++;
    t->sum.besides_head += !t->focus->head || !text_eq(e->pod, t->focus->head->name);
}

/* Listed, and none of it: KubeRay makes the service once the RayService is ready for the first time. */
static bool none_is_listed(const struct world *w, const struct focus *f)
{
    const struct source *s = world_source_named(w, SLICES_SOURCE);
    return f->service && f->rayservice && s && s->listed_ms && s->state == SOURCE_LIVE;
}

struct serve_endpoints serve_endpoints_of(const struct world *w, const struct focus *f)
{
    struct tally t = {.focus = f};
    t.sum.known = serve_endpoints_each(w, f, tally_add, &t);
    t.sum.absent = !t.sum.known && none_is_listed(w, f);
    t.sum.known = t.sum.known || t.sum.absent;
    if (t.sum.known) t.sum.source = SLICES_SOURCE;
    return t.sum;
}

struct sought {
    const struct pod *pod;
    bool found;
};

static void sought_compare(void *arg, const struct endpoint *e)
{
    struct sought *s = arg;
    s->found |= e->pod ? text_eq(e->pod, s->pod->name) : text_eq(e->address, s->pod->ip);
}

enum tri serve_endpoint_is_ready(const struct world *w, const struct focus *f, const struct pod *pod)
{
    struct sought sought = {.pod = pod};
    const bool ours = f->rayservice && focus_has_pod(f, pod);
    if (ours && (serve_endpoints_each(w, f, sought_compare, &sought) || none_is_listed(w, f)))
        return sought.found ? TRI_YES : TRI_NO;
    return pod->serve == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}
