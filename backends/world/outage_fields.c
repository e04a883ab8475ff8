/* outage_fields.c - compares the GCS's fields with those at T0. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void baseline_done(struct baseline *b)
{
    for (size_t i = 0; i < b->tables; i++) record_free(&b->table[i]->record);
    for (size_t i = 0; i < b->head_actors; i++) free(b->head_actor[i]);
    free(b->ns);
    free(b->head_ip);
    *b = (struct baseline){0};
}

static struct known_u64 checkpoints_of(const struct world *w, const char *ns, bool gone)
{
    struct known_u64 n = UNKNOWN_U64;
    WORLD_EACH (row, w, TABLE_CHECKPOINT) {
        const struct checkpoint *c = ROW(row, checkpoint);
        if ((row->gone_ms && !gone) || !text_eq(c->ns, ns)) continue;
        n = known_u64(n.value + (c->present == TRI_YES));
    }
    return n;
}

void baseline_capture(struct baseline *b, const struct world *w, const struct focus *f, const struct head_before *old,
                      bool gone)
{
    baseline_done(b);
    if (!f->gcs_ns) return;
    b->ns = mem_str(f->gcs_ns);
    b->head_ip = mem_str(old->ip);
    b->checkpoints = checkpoints_of(w, b->ns, gone);
    WORLD_EACH (row, w, TABLE_GCSTABLE) {
        if (row->gone_ms && !gone) continue;
        if (!text_eq(ROW(row, gcstable)->ns, b->ns) || b->tables == KEPT_TABLES) continue;
        b->table[b->tables++] = record_copy(row->record);
    }
    WORLD_EACH (row, w, TABLE_ACTOR) {
        const struct actor *a = ROW(row, actor);
        if ((row->gone_ms && !gone) || !a->id || !old->ray_node || !text_eq(a->ns, b->ns)) continue;
        if (text_eq(a->ray_node, old->ray_node) && b->head_actors < HEAD_ACTORS)
            b->head_actor[b->head_actors++] = mem_str(a->id);
    }
}

/* ---- now ----------------------------------------------------------------------------------------------------- */

static bool actor_died(const struct baseline *b, const struct world *w, const char *old_node, const char *id)
{
    char key[512];
    snprintf(key, sizeof key, "%s/%s", b->ns, id);
    const struct row *row = world_find(w, TABLE_ACTOR, key);
    const struct actor *a = row && !row->gone_ms ? ROW(row, actor) : NULL;
    /* Its specification can be read as gone before its state is read as DEAD: one still said to be on the old head. */
    bool was_there = false;
    for (size_t i = 0; i < b->head_actors; i++) was_there |= text_eq(b->head_actor[i], id);
    if (!a) return was_there;
    return text_eq(a->state, "DEAD") || (was_there && text_eq(a->ray_node, old_node));
}

/* What every head's death takes with it, and right so (facts: the agent addresses of its node, the task specifications
 * of actors that died with it). */
static bool loss_is_expected(const struct recovery *r, const struct world *w, const char *table, const char *field)
{
    const struct baseline *b = &r->memory->baseline;
    if (r->state_gone_ms.known) return false;
    if (text_eq(table, "ACTOR_TASK_SPEC")) return r->head_lost && actor_died(b, w, r->old_ray_node, field);
    if (!text_eq(table, "KV") || !strstr(field, "DASHBOARD_AGENT_ADDR_")) return false;
    return text_ends(field, r->old_ray_node) || text_ends(field, b->head_ip);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sorted_names(const struct gcstable *t)
{
    const char **names = mem_zero(t->list_count ? t->list_count : 1, sizeof *names);
    for (size_t i = 0; i < t->list_count; i++) names[i] = t->list[i].name ? t->list[i].name : "";
    qsort(names, t->list_count, sizeof *names, by_name);
    return names;
}

static bool all_listed(const struct gcstable *t)
{
    return t->fields.known && t->fields.value == t->list_count;
}

static void table_compare(const struct recovery *r, const struct world *w, const struct gcstable *then,
                          const struct gcstable *now, struct outage_fields *out)
{
    const char **a = sorted_names(then), **b = sorted_names(now);
    size_t i = 0, j = 0;
    while (i < then->list_count || j < now->list_count) {
        int order = i == then->list_count ? 1 : j == now->list_count ? -1 : strcmp(a[i], b[j]);
        if (order == 0)
            out->kept++;
        else if (order > 0)
            out->added++;
        else if (loss_is_expected(r, w, then->table, a[i]))
            out->lost_expected++;
        else
            out->lost++;
        i += order <= 0;
        j += order >= 0;
    }
    free(a);
    free(b);
}

static void take_table(const struct recovery *r, const struct world *w, const struct gcstable *then,
                       struct outage_fields *out)
{
    const struct row *row = world_find(w, TABLE_GCSTABLE, then->record.key);
    struct gcstable nothing = {.fields = known_u64(0)};
    const struct gcstable *now = row && !row->gone_ms ? ROW(row, gcstable) : &nothing;
    *out = (struct outage_fields){.before = then->fields.known ? then->fields.value : then->list_count};
    snprintf(out->table, sizeof out->table, "%s", then->table ? then->table : "");
    out->known = all_listed(then) && all_listed(now);
    if (!out->known) return;
    if (row && !row->gone_ms && row->changed_ms < r->t0_ms)
        out->kept = out->before; /* nothing was written since */
    else
        table_compare(r, w, then, now, out);
}

static void take_checkpoints(const struct baseline *b, const struct world *w, bool state_gone,
                             struct outage_fields *out)
{
    struct known_u64 now = checkpoints_of(w, b->ns, false);
    if (state_gone && !now.known) now = known_u64(0);
    *out = (struct outage_fields){
        .table = "Serve checkpoints", .before = b->checkpoints.value, .known = b->checkpoints.known && now.known};
    if (!out->known) return;
    out->kept = now.value < out->before ? now.value : out->before;
    out->lost = out->before - out->kept;
    out->added = now.value > out->before ? now.value - out->before : 0;
}

void outage_fill_fields(const struct recovery *r, const struct world *w, uint64_t now_ms, struct outage *ret)
{
    const struct baseline *b = &r->memory->baseline;
    const bool heard = world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL) == FRESH_LIVE;
    ret->tables = b->tables;
    ret->fields = (struct outage_fields){.table = "all", .known = b->tables > 0};
    for (size_t i = 0; i < b->tables; i++) {
        struct outage_fields *k = &ret->table[i], *all = &ret->fields;
        take_table(r, w, b->table[i], k);
        k->known &= heard;
        all->known &= k->known;
        all->before += k->before;
        all->kept += k->kept;
        all->lost += k->lost;
        all->lost_expected += k->lost_expected;
        all->added += k->added;
    }
    take_checkpoints(b, w, r->state_gone_ms.known, &ret->checkpoints);
    ret->checkpoints.known &= heard;
}

bool outage_fields_are_read(const struct world *w)
{
    WORLD_EACH (row, w, TABLE_GCSTABLE)
        if (ROW(row, gcstable)->list_count) return true;
    return false;
}
