/* change.c - creates and frees changes. */
#include "backends/world/change.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

struct change *change_new(enum change_type type, const char *source, enum world_kind world)
{
    struct change *c = mem_zero(1, sizeof *c);
    c->type = type;
    c->source = mem_str(source ? source : "");
    c->world = world;
    return c;
}

struct change *change_put(const char *source, enum world_kind world, struct record *record)
{
    struct change *c = change_new(CHANGE_PUT, source, world);
    c->table = record->table;
    c->record = record;
    return c;
}

struct change *change_gone(const char *source, enum world_kind world, enum table table, const char *key)
{
    struct change *c = change_new(CHANGE_GONE, source, world);
    c->table = table;
    c->key = mem_str(key);
    return c;
}

struct change *change_source(const char *source, enum world_kind world, enum source_state state, enum err err,
                             const char *why, const char *detail)
{
    struct change *c = change_new(CHANGE_SOURCE, source, world);
    c->state = state;
    c->err = err;
    c->why = mem_str(why);
    c->detail = mem_str(detail);
    return c;
}

struct change *change_unread(const char *source, enum world_kind world, enum table table, uint64_t number,
                             const char *why)
{
    struct change *c = change_new(CHANGE_DROPPED, source, world);
    c->table = table;
    c->err = ERR_PARSE;
    c->number = number;
    c->why = number ? mem_str(why) : NULL;
    return c;
}

struct change *change_copy(const struct change *c)
{
    struct change *copy = mem_alloc(sizeof *copy);
    *copy = *c;
    copy->source = mem_str(c->source);
    copy->owner = mem_str(c->owner);
    copy->why = mem_str(c->why);
    copy->detail = mem_str(c->detail);
    copy->key = mem_str(c->key);
    copy->record = c->record ? record_copy(c->record) : NULL;
    return copy;
}

void change_free(struct change *c)
{
    if (!c) return;
    free(c->source);
    free(c->owner);
    free(c->why);
    free(c->detail);
    free(c->key);
    record_free(c->record);
    free(c);
}
