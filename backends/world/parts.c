/* parts.c - the parts of a world, one of the cluster and one of each RayService, and which of them a handle shows. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/world_priv.h"

#include <stdlib.h>

/* Panes compare generations, and sums of them, with those they were built of: no two parts have equal ones. */
enum { PART_GENERATION_BITS = 48 };

bool table_is_owned(enum table table)
{
    switch (table) {
    case TABLE_REDIS:
    case TABLE_GCSTABLE:
    case TABLE_RAYNODE:
    case TABLE_ACTOR:
    case TABLE_JOB:
    case TABLE_RAYWORKER:
    case TABLE_PGROUP:
    case TABLE_CHECKPOINT:
    case TABLE_KVSPACE:
    case TABLE_SERVEAPP:
    case TABLE_REQUEST: return true;
    default: return false;
    }
}

/* ---- the parts --------------------------------------------------------------------------------------------------- */

static void rows_begin(struct rows *rows, enum table table, uint64_t generation)
{
    *rows = (struct rows){.head = NULL};
    rows_init(rows, table);
    rows->generation += generation;
}

static struct part *part_new(struct store *s, const char *owner)
{
    struct part *part = mem_zero(1, sizeof *part);
    part->owner = mem_str(owner);
    part->shown = (struct world){s, s->parts ? part : NULL};
    for (int t = 0; t < TABLE_COUNT; t++)
        rows_begin(&part->rows[t], (enum table)t, ((uint64_t)s->parts << PART_GENERATION_BITS) + s->generation);
    part->sources.generation = s->generation;
    s->part[s->parts++] = part;
    return part;
}

static void part_free(struct part *part)
{
    for (int t = 0; t < TABLE_COUNT; t++) rows_done(&part->rows[t]);
    sources_done(&part->sources);
    free(part->owner);
    free(part);
}

/* Nothing is read into it any more: what is there are tombstones. */
static bool part_is_over(const struct part *part)
{
    for (size_t i = 0; i < part->sources.count; i++)
        if (part->sources.slot[i]->source.state != SOURCE_OFF) return false;
    return true;
}

static struct part *part_named(const struct store *s, const char *owner)
{
    for (size_t i = 0; i < s->parts; i++)
        if (text_unchanged(s->part[i]->owner, owner)) return s->part[i];
    return NULL;
}

/* Takes over one that is over, if there may be no new one. */
static struct part *part_reuse(struct store *s, const char *owner)
{
    for (size_t i = 1; i < s->parts; i++) {
        struct part *part = s->part[i];
        if (part == s->focus.part || !part_is_over(part)) continue;
        for (int t = 0; t < TABLE_COUNT; t++) {
            rows_done(&part->rows[t]);
            rows_begin(&part->rows[t], (enum table)t, part->rows[t].generation);
        }
        sources_done(&part->sources);
        part->sources.generation++;
        free(part->owner);
        part->owner = mem_str(owner);
        return part;
    }
    return NULL;
}

struct part *part_for(struct store *s, const char *owner)
{
    struct part *part = part_named(s, owner);
    if (part) return part;
    part = s->parts < PARTS_MAX ? part_new(s, owner) : part_reuse(s, owner);
    store_focus(s, s->focus_owner);
    return part;
}

/* ---- handles ----------------------------------------------------------------------------------------------------- */

void store_focus(struct store *s, const char *owner)
{
    char *copy = mem_str(owner);
    free(s->focus_owner);
    s->focus_owner = copy;
    s->focus.part = copy ? part_named(s, copy) : NULL;
}

static struct world *store_new(uint64_t generation)
{
    struct store *s = mem_zero(1, sizeof *s);
    s->focus.store = s;
    s->generation = generation;
    (void)part_new(s, NULL);
    return &s->focus;
}

struct world *world_new(void)
{
    return store_new(0);
}

/* The highest of any part, beyond which every table of the next world begins: sums of them are higher, too. */
static uint64_t store_generation(const struct store *s)
{
    uint64_t most = s->generation;
    for (size_t i = 0; i < s->parts; i++) {
        const struct part *part = s->part[i];
        if (part->sources.generation > most) most = part->sources.generation;
        for (int t = 0; t < TABLE_COUNT; t++) {
            const uint64_t of = part->rows[t].generation & ((UINT64_C(1) << PART_GENERATION_BITS) - 1);
            if (of > most) most = of;
        }
    }
    return most;
}

struct world *world_renew(struct world *w)
{
    struct world *next = store_new(store_generation(w->store) + 1);
    world_free(w);
    return next;
}

void world_free(struct world *w)
{
    if (!w) return;
    struct store *s = w->store;
    for (size_t i = 0; i < s->parts; i++) part_free(s->part[i]);
    free(s->focus_owner);
    free(s);
}

bool world_focus(struct world *w, const char *owner)
{
    if (text_unchanged(w->store->focus_owner, owner)) return false;
    store_focus(w->store, owner);
    return true;
}

const struct world *world_of_service(const struct world *w, const char *owner)
{
    const struct part *part = owner ? part_named(w->store, owner) : NULL;
    return part ? &part->shown : &w->store->part[0]->shown;
}

const char *world_ns(const struct world *w)
{
    const struct rows *services = &w->store->part[0]->rows[TABLE_RAYSERVICE];
    const struct row *row = w->part ? rows_find(services, w->part->owner) : NULL;
    return row ? ROW(row, rayservice)->ns : NULL;
}

const struct rows *world_rows(const struct world *w, enum table table)
{
    const struct part *part = w->part && table_is_owned(table) ? w->part : w->store->part[0];
    return &part->rows[table];
}

/* ---- sources ----------------------------------------------------------------------------------------------------- */

/* Those of Kubernetes and of Neuron are nobody's, and may be many. */
static bool is_hidden(const struct world *w, const struct source_slot *slot)
{
    const enum world_kind kind = slot->source.world;
    return w->part && kind != WORLD_KUBE && kind != WORLD_NEURON && sources_find(&w->part->sources, slot->source.id);
}

const struct source_slot *world_slot(const struct world *w, size_t index)
{
    const struct sources *all = &w->store->part[0]->sources;
    for (size_t i = 0; i < all->count; i++)
        if (!is_hidden(w, all->slot[i]) && index-- == 0) return all->slot[i];
    return w->part && index < w->part->sources.count ? w->part->sources.slot[index] : NULL;
}

const struct source_slot *world_slot_named(const struct world *w, const char *id)
{
    const struct source_slot *slot = w->part ? sources_find(&w->part->sources, id) : NULL;
    return slot ? slot : sources_find(&w->store->part[0]->sources, id);
}
