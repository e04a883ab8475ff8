/* keyframe.c - writes a world as changes: its sources, its tables row by row, then the sources' last proofs of life. */
#include "backends/world/keyframe.h"

#include "backends/base/mem.h"
#include "backends/world/world_priv.h"

#include <stdlib.h>

enum stage { STAGE_SOURCES, STAGE_ROWS, STAGE_LIFE };
struct keyframe {
    size_t part;      /* that is being written: the cluster's, then those of the RayServices */
    enum stage stage; /* of this part */
    int table;        /* of STAGE_ROWS */
    bool table_begun; /* the table's first RELISTs were written */
    char *last_key;   /* key of the last row written in this table */
    uint64_t last_order;
    bool open[WORLD_SOURCES]; /* a source's first RELIST of this table has no RELISTED yet */
};

bool world_is_relisting(const struct world *w)
{
    for (size_t p = 0; p < w->store->parts; p++)
        for (size_t i = 0; i < w->store->part[p]->sources.count; i++)
            for (int t = 0; t < TABLE_COUNT; t++)
                if (w->store->part[p]->sources.slot[i]->relisting[t]) return true;
    return false;
}

struct keyframe *keyframe_new(void)
{
    return mem_zero(1, sizeof(struct keyframe));
}

void keyframe_free(struct keyframe *k)
{
    if (!k) return;
    free(k->last_key);
    free(k);
}

static void put_at(const struct sink *sink, struct change *c, uint64_t at_ms, uint64_t wall_ms)
{
    c->at_ms = at_ms;
    c->wall_ms = wall_ms;
    sink_put(sink, c);
}

static struct change *change_of(const struct source *s, enum change_type type, enum table table)
{
    struct change *c = change_new(type, s->id, s->world);
    c->table = table;
    return c;
}

/* ---- sources --------------------------------------------------------------------------------------------------- */

static void put_dropped(const struct source_slot *slot, enum table table, const struct sink *sink)
{
    const struct source *s = &slot->source;
    if (slot->reported_dropped[table]) {
        struct change *c = change_of(s, CHANGE_DROPPED, table);
        c->number = slot->reported_dropped[table];
        put_at(sink, c, s->last_change_ms, 0);
    }
    if (slot->unread[table])
        put_at(sink, change_unread(s->id, s->world, table, slot->unread[table], s->unread_why), s->last_change_ms, 0);
}

static void put_source(const struct source_slot *slot, const struct sink *sink)
{
    const struct source *s = &slot->source;
    /* A source without a published state is LIVE because it emitted a change; that is not a state change. */
    bool published =
        s->state != SOURCE_LIVE || s->err || s->why || s->detail || s->scope || s->last_change_ms >= s->since_ms;
    struct change *c = published ? change_source(s->id, s->world, s->state, s->err, s->why, s->detail)
                                 : change_new(CHANGE_ALIVE, s->id, s->world);
    c->key = mem_str(s->scope);
    put_at(sink, c, s->since_ms, 0);
    for (int t = 0; t < TABLE_COUNT; t++) put_dropped(slot, (enum table)t, sink);
}

static void put_response(const struct source *s, uint64_t number, uint64_t at_ms, const struct sink *sink)
{
    struct change *c = change_new(CHANGE_ALIVE, s->id, s->world);
    c->number = number;
    put_at(sink, c, at_ms, 0);
}

/* Restores the times of the last change and the last proof of life. */
static void put_life(const struct source_slot *slot, const struct sink *sink)
{
    const struct source *s = &slot->source;
    if (s->last_change_ms) {
        struct change *c = change_of(s, CHANGE_DROPPED, (enum table)0);
        c->number = slot->reported_dropped[0];
        put_at(sink, c, s->last_change_ms, 0);
    }
    for (unsigned i = s->prompts > SOURCE_PROMPTS ? s->prompts - SOURCE_PROMPTS : 0; i < s->prompts; i++)
        put_response(s, 1, s->prompt_answer_ms[i % SOURCE_PROMPTS], sink);
    if (s->timed && !s->prompts) put_response(s, SOURCE_PROMPT_MS + 2, s->since_ms, sink);
    if (s->last_alive_ms) put_at(sink, change_new(CHANGE_ALIVE, s->id, s->world), s->last_alive_ms, 0);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static const struct source_slot *slot_of(const struct part *part, const struct row *row, size_t *ret_index)
{
    for (size_t i = 0; i < part->sources.count; i++) {
        if (part->sources.slot[i]->source.id != row->source) continue;
        *ret_index = i;
        return part->sources.slot[i];
    }
    return NULL;
}

/* Rows between a source's first RELIST and RELISTED existed before the source was opened. */
static void begin_table(struct keyframe *k, const struct part *part, const struct sink *sink)
{
    for (size_t i = 0; i < part->sources.count; i++) {
        const struct source_slot *slot = part->sources.slot[i];
        k->open[i] = slot->listed[k->table];
        if (k->open[i])
            put_at(sink, change_of(&slot->source, CHANGE_RELIST, (enum table)k->table), slot->source.listed_ms, 0);
    }
    k->table_begun = true;
}

static void end_first_list(struct keyframe *k, const struct part *part, size_t source, const struct sink *sink)
{
    const struct source *s = &part->sources.slot[source]->source;
    if (!k->open[source]) return;
    k->open[source] = false;
    put_at(sink, change_of(s, CHANGE_RELISTED, (enum table)k->table), s->listed_ms, 0);
}

static void end_table(struct keyframe *k, const struct part *part, const struct sink *sink)
{
    const struct rows *rows = &part->rows[k->table];
    for (size_t i = 0; i < part->sources.count; i++) end_first_list(k, part, i, sink);
    if (rows->progressing && part->sources.count) {
        struct change *c = change_of(&part->sources.slot[0]->source, CHANGE_PROGRESS, (enum table)k->table);
        c->number = rows->progress;
        c->total = rows->progress_total;
        put_at(sink, c, 0, 0);
    }
    free(k->last_key);
    k->last_key = NULL;
    k->last_order = 0;
    k->table_begun = false;
    k->table++;
}

/* A core's samples without the last one, which is in its record. */
static void put_history(const struct row *row, const struct source *s, const struct rows *rows, const struct sink *sink)
{
    double point[HISTORY_POINTS];
    const struct history *h = rows_history(rows, row->record->key);
    size_t n = h ? history_read(h, point, HISTORY_POINTS) : 0;
    for (size_t i = 0; i + 1 < n; i++) {
        struct core *core = record_new(TABLE_CORE, row->record->key);
        if (point[i] >= 0 || point[i] < 0) core->utilisation = known_f64(point[i]);
        put_at(sink, change_put(s->id, s->world, &core->record), row->seen_ms, row->seen_wall_ms);
    }
}

static void put_row(const struct row *row, const struct source *s, const struct rows *rows, const struct sink *sink)
{
    if (row->record->table == TABLE_CORE)
        put_history(row, s, rows, sink);
    else if (row->changed_ms != row->seen_ms || row->changed_wall_ms != row->seen_wall_ms)
        put_at(sink, change_put(s->id, s->world, record_new(row->record->table, row->record->key)), row->seen_ms,
               row->seen_wall_ms);
    put_at(sink, change_put(s->id, s->world, record_copy(row->record)), row->changed_ms, row->changed_wall_ms);
    if (row->gone_ms)
        put_at(sink, change_gone(s->id, s->world, row->record->table, row->record->key), row->gone_ms,
               row->gone_wall_ms);
}

/* Rows keep their order and are only removed: if the last one written is gone, skips those before its position. */
static const struct row *next_row(const struct keyframe *k, const struct rows *rows)
{
    if (!k->last_key) return rows_first(rows);
    const struct row *row = rows_find(rows, k->last_key);
    if (row && row->order == k->last_order) return rows_next(row);
    for (row = rows_first(rows); row && row->order <= k->last_order;) row = rows_next(row);
    return row;
}

/* Returns the rows written; fewer than max: end of the table. */
static size_t put_rows(struct keyframe *k, const struct part *part, const struct sink *sink, size_t max)
{
    const struct rows *rows = &part->rows[k->table];
    const struct row *row = next_row(k, rows), *last = NULL;
    size_t done = 0;
    for (; row && done < max; row = rows_next(row), done++) {
        size_t source;
        const struct source_slot *slot = slot_of(part, row, &source);
        last = row;
        if (!slot) continue;
        if (!row->first_listed) end_first_list(k, part, source, sink);
        put_row(row, &slot->source, rows, sink);
    }
    if (!last) return done;
    free(k->last_key);
    k->last_key = mem_str(last->record->key);
    k->last_order = last->order;
    return done;
}

/* True: the part is written. */
static bool put_part(struct keyframe *k, const struct part *part, const struct sink *sink, size_t *rows)
{
    if (k->stage == STAGE_SOURCES) {
        for (size_t i = 0; i < part->sources.count; i++) put_source(part->sources.slot[i], sink);
        k->stage = STAGE_ROWS;
    }
    while (k->stage == STAGE_ROWS && *rows > 0) {
        if (!k->table_begun) begin_table(k, part, sink);
        size_t done = put_rows(k, part, sink, *rows);
        bool at_end = done < *rows;
        *rows -= done;
        if (at_end) end_table(k, part, sink);
        if (k->table == TABLE_COUNT) k->stage = STAGE_LIFE;
    }
    if (k->stage != STAGE_LIFE) return false;
    for (size_t i = 0; i < part->sources.count; i++) put_life(part->sources.slot[i], sink);
    return true;
}

/* What a part is written into: its owner's changes. */
struct owned_sink {
    const char *owner;
    const struct sink *sink;
};

static void on_owned(void *arg, struct change *c)
{
    const struct owned_sink *owned = arg;
    c->owner = mem_str(owned->owner);
    sink_put(owned->sink, c);
}

bool keyframe_some(struct keyframe *k, const struct world *w, const struct sink *sink, size_t rows)
{
    while (k->part < w->store->parts) {
        const struct part *part = w->store->part[k->part];
        struct owned_sink owned = {part->owner, sink};
        if (!put_part(k, part, &(struct sink){on_owned, &owned}, &rows)) return false;
        k->part++;
        k->stage = STAGE_SOURCES;
        k->table = 0;
    }
    return true;
}
