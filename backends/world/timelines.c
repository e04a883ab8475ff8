/* timelines.c - see timelines.h. */
#include "backends/world/timelines.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct timelines {
    struct timeline *one[TIMELINES_MAX]; /* the one in focus first, then by when they were */
    size_t count;                        /* at least one */
};

struct timelines *timelines_new(void)
{
    struct timelines *all = mem_zero(1, sizeof *all);
    all->one[all->count++] = timeline_new();
    return all;
}

void timelines_free(struct timelines *all)
{
    if (!all) return;
    for (size_t i = 0; i < all->count; i++) timeline_free(all->one[i]);
    free(all);
}

/* The index of a service's timeline, or of one that has none yet; count: there is neither. */
static size_t timelines_find(const struct timelines *all, const char *uid)
{
    size_t i = 0;
    while (i < all->count && strcmp(timeline_service(all->one[i]), uid) != 0) i++;
    if (i == all->count && !*timeline_service(all->one[0])) i = 0;
    return i;
}

/* Moves it to the front. */
static struct timeline *timelines_focus(struct timelines *all, const struct focus *f)
{
    if (!f->rayservice) return all->one[0];
    size_t at = timelines_find(all, f->rayservice->record.key);
    if (at == TIMELINES_MAX) timeline_free(all->one[--all->count]);
    if (at >= all->count) {
        at = all->count++;
        all->one[at] = timeline_new();
    }
    struct timeline *t = all->one[at];
    memmove(all->one + 1, all->one, at * sizeof *all->one);
    all->one[0] = t;
    return t;
}

void timelines_observe(struct timelines *all, const struct world *w, const struct focus *f, const struct change *c)
{
    timeline_observe(timelines_focus(all, f), w, f, c);
}

void timelines_tick(struct timelines *all, const struct world *w, const struct focus *f, uint64_t now_ms,
                    uint64_t wall_ms)
{
    timeline_tick(timelines_focus(all, f), w, f, now_ms, wall_ms);
}

const struct timeline *timelines_of(const struct timelines *all, const struct focus *f)
{
    const size_t at = f->rayservice ? timelines_find(all, f->rayservice->record.key) : 0;
    return all->one[at < all->count ? at : 0];
}
