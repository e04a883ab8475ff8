/* world.c - applies changes to the tables, and gives read access to them. */
#include "backends/world/world.h"

#include "backends/world/world_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- applying ------------------------------------------------------------------------------------------------ */

static void relist_begin(struct part *part, struct source_slot *slot, const struct change *c)
{
    slot->relisting[c->table] = true;
    slot->refused[c->table] = 0;
    rows_mark(&part->rows[c->table], slot);
}

static void relist_end(struct part *part, struct source_slot *slot, const struct change *c)
{
    struct rows *rows = &part->rows[c->table];
    /* a row missing from the list may be the item that could not be parsed: keeps it */
    if (slot->relisting[c->table] && !slot->unread[c->table]) rows_sweep(rows, slot, c);
    slot->relisting[c->table] = false;
    slot->listed[c->table] = true;
    if (!slot->source.listed_ms) {
        slot->source.listed_ms = c->at_ms ? c->at_ms : 1;
        part->sources.generation++;
    }
    rows->generation += rows->progressing;
    rows->progressing = false;
}

static void rows_alive(struct rows *rows, const struct change *c)
{
    rows->progressing = true;
    rows->progress = c->number;
    rows->progress_total = c->total;
    rows->generation++;
}

/* Removes all rows of a source that is OFF or ABSENT. */
static void source_state(struct part *part, struct source_slot *slot, const struct change *c)
{
    if (c->state != SOURCE_OFF && c->state != SOURCE_ABSENT) return;
    for (int t = 0; t < TABLE_COUNT; t++) {
        part->rows[t].generation += slot->reported_dropped[t] || slot->unread[t];
        rows_drop_source(&part->rows[t], slot, c);
    }
    sources_nothing_dropped(&part->sources, slot);
}

static bool has_rows(enum change_type type)
{
    return type != CHANGE_SOURCE && type != CHANGE_ALIVE && type != CHANGE_DELETED && type != CHANGE_KILLED &&
           type != CHANGE_DROPPED;
}

static bool change_makes_sense(const struct change *c)
{
    if ((unsigned)c->world >= WORLD_KINDS || (unsigned)c->table >= TABLE_COUNT || !c->source) return false;
    if (c->owner && has_rows(c->type) && !table_is_owned(c->table)) return false;
    if (c->type == CHANGE_SOURCE) return (unsigned)c->state <= SOURCE_ABSENT;
    if (c->type == CHANGE_PUT) return c->record && c->record->key && c->record->table == c->table;
    return true;
}

static void part_apply(struct part *part, const struct change *c)
{
    struct source_slot *slot = sources_of(&part->sources, c);
    struct rows *rows = &part->rows[c->table];
    if (!slot) return;
    sources_note(&part->sources, slot, c);
    switch (c->type) {
    case CHANGE_SOURCE: source_state(part, slot, c); break;
    case CHANGE_PUT: rows_put(rows, slot, c); break;
    case CHANGE_GONE: rows_gone(rows, c); break;
    case CHANGE_RELIST: relist_begin(part, slot, c); break;
    case CHANGE_RELISTED: relist_end(part, slot, c); break;
    case CHANGE_PROGRESS: rows_alive(rows, c); break;
    case CHANGE_DROPPED: rows->generation += sources_dropped(&part->sources, slot, c); break;
    case CHANGE_ALIVE:
    case CHANGE_DELETED:
    case CHANGE_KILLED: break;
    }
}

void world_apply(struct world *w, const struct change *c)
{
    struct part *part = change_makes_sense(c) ? part_for(w->store, c->owner) : NULL;
    if (part) part_apply(part, c);
}

bool world_expire(struct world *w, uint64_t now_ms)
{
    bool any = false;
    for (size_t i = 0; i < w->store->parts; i++)
        for (int t = 0; t < TABLE_COUNT; t++) any |= rows_expire(&w->store->part[i]->rows[t], now_ms);
    return any;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

uint64_t world_generation(const struct world *w, enum table table)
{
    return world_rows(w, table)->generation;
}

uint64_t world_generation_all(const struct world *w)
{
    uint64_t sum = w->store->part[0]->sources.generation + (w->part ? w->part->sources.generation : 0);
    for (int t = 0; t < TABLE_COUNT; t++) sum += world_rows(w, (enum table)t)->generation;
    return sum;
}

size_t world_count(const struct world *w, enum table table)
{
    return world_rows(w, table)->living;
}

uint64_t world_dropped(const struct world *w, enum table table)
{
    const struct source_slot *slot;
    uint64_t sum = 0;
    for (size_t i = 0; (slot = world_slot(w, i)); i++) sum += slot->reported_dropped[table] + slot->refused[table];
    return sum;
}

uint64_t world_unread(const struct world *w, enum table table)
{
    const struct source_slot *slot;
    uint64_t sum = 0;
    for (size_t i = 0; (slot = world_slot(w, i)); i++) sum += slot->unread[table];
    return sum;
}

uint64_t world_unread_of(const struct world *w, enum world_kind kind)
{
    const struct source_slot *slot;
    uint64_t sum = 0;
    for (size_t i = 0; (slot = world_slot(w, i)); i++)
        if (slot->source.world == kind) sum += slot->source.unread;
    return sum;
}

/* The display name of a table's rows, where it differs from the table's. */
static const char *const row_words[TABLE_COUNT] = {
    [TABLE_KNODE] = "node",       [TABLE_SLICE] = "EndpointSlice",    [TABLE_RAYSERVICE] = "RayService",
    [TABLE_RAYNODE] = "Ray node", [TABLE_RAYCLUSTER] = "RayCluster",  [TABLE_RAYWORKER] = "worker",
    [TABLE_MONITOR] = "runtime",  [TABLE_PGROUP] = "placement group", [TABLE_SERVEAPP] = "item",
    [TABLE_INGRESS] = "Ingress",
};

bool world_unread_words(const struct world *w, enum table table, char *out, size_t size)
{
    uint64_t sum = world_unread(w, table);
    const struct source_slot *slot;
    const char *why = NULL, *one = row_words[table] ? row_words[table] : table_name(table);
    const char *plural = sum == 1 ? "" : one[strlen(one) - 1] == 's' ? "es" : "s";
    *out = '\0';
    if (!sum) return false;
    for (size_t i = 0; !why && (slot = world_slot(w, i)); i++)
        if (slot->unread[table]) why = slot->source.unread_why;
    snprintf(out, size, "%llu %s%s could not be read%s%s", (unsigned long long)sum, one, plural, why ? ": " : "",
             why ? why : "");
    return true;
}

bool world_progress(const struct world *w, enum table table, uint64_t *ret_done, uint64_t *ret_total)
{
    const struct rows *rows = world_rows(w, table);
    if (!rows->progressing) return false;
    *ret_done = rows->progress;
    *ret_total = rows->progress_total;
    return true;
}

const struct row *world_find(const struct world *w, enum table table, const char *key)
{
    return rows_find(world_rows(w, table), key);
}

const struct row *world_first(const struct world *w, enum table table)
{
    return rows_first(world_rows(w, table));
}

const struct row *world_next(const struct world *w, const struct row *row)
{
    (void)w;
    return rows_next(row);
}

const struct row *world_last(const struct world *w, enum table table)
{
    return rows_last(world_rows(w, table));
}

const struct row *world_prev(const struct world *w, const struct row *row)
{
    (void)w;
    return rows_prev(row);
}

const struct row *world_since(const struct world *w, enum table table, uint64_t seen_wall_ms)
{
    const struct row *first = NULL;
    for (const struct row *row = world_last(w, table); row; row = world_prev(w, row)) {
        if (row->seen_wall_ms + WORLD_SINCE_SLACK_MS < seen_wall_ms) break;
        first = row;
    }
    return first;
}

const struct row *world_with(const struct world *w, enum world_index which, const char *ns, const char *value)
{
    return rows_with(world_rows(w, row_index_table(which)), which, ns, value);
}

const struct row *world_with_next(const struct world *w, enum world_index which, const char *ns, const struct row *row)
{
    return rows_with_next(world_rows(w, row_index_table(which)), which, ns, row);
}

size_t world_sources(const struct world *w)
{
    size_t count = 0;
    while (world_slot(w, count)) count++;
    return count;
}

const struct source *world_source(const struct world *w, size_t index)
{
    const struct source_slot *slot = world_slot(w, index);
    return slot ? &slot->source : NULL;
}

const struct source *world_source_named(const struct world *w, const char *id)
{
    const struct source_slot *slot = world_slot_named(w, id);
    return slot ? &slot->source : NULL;
}

size_t world_history(const struct world *w, const char *core_key, double *out, size_t max)
{
    const struct history *h = rows_history(world_rows(w, TABLE_CORE), core_key);
    return h ? history_read(h, out, max) : 0;
}
