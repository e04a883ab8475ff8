/* record.c - creates, copies, compares and frees records by their schema. */
#include "backends/world/record.h"

#include "backends/base/mem.h"
#include "backends/world/record_schema.h"

#include <stdlib.h>
#include <string.h>

/* `to` is a shallow copy of `from`: replaces its strings and lists by copies. */
static void object_own(void *to, const void *from, const struct schema *schema)
{
    SCHEMA_EACH(m, schema)
    {
        if (m->kind == KIND_TEXT) {
            char *text = mem_str(member_pointer(from, m));
            member_set_text(to, m, text);
        } else if (m->kind == KIND_LIST) {
            const struct schema *item = m->item();
            const char *old = member_pointer(from, m);
            size_t n = member_count(from, m);
            char *items = n ? mem_zero(n, item->size) : NULL;
            for (size_t i = 0; i < n; i++) {
                memcpy(items + i * item->size, old + i * item->size, item->size);
                object_own(items + i * item->size, old + i * item->size, item);
            }
            member_set_list(to, m, items, n);
        }
    }
}

void *record_new(enum table table, const char *key)
{
    struct record *r = mem_zero(1, schema_of(table)->size);
    r->table = table;
    r->key = mem_str(key);
    return r;
}

void record_free(struct record *r)
{
    if (!r) return;
    schema_clear(r, schema_of(r->table));
    free(r->key);
    free(r);
}

void *record_copy(const struct record *r)
{
    const struct schema *schema = schema_of(r->table);
    struct record *copy = mem_alloc(schema->size);
    memcpy(copy, r, schema->size);
    copy->key = mem_str(r->key);
    object_own(copy, r, schema);
    return copy;
}

static void object_each_text(void *object, const struct schema *schema, void (*text)(void *arg, char *text), void *arg)
{
    SCHEMA_EACH(m, schema)
    {
        char *at = m->kind == KIND_TEXT || m->kind == KIND_LIST ? member_pointer(object, m) : NULL;
        if (!at) continue;
        if (m->kind == KIND_TEXT) text(arg, at);
        for (size_t i = 0; m->kind == KIND_LIST && i < member_count(object, m); i++)
            object_each_text(at + i * m->item()->size, m->item(), text, arg);
    }
}

void record_each_text(struct record *r, void (*text)(void *arg, char *text), void *arg)
{
    if (r->key) text(arg, r->key);
    object_each_text(r, schema_of(r->table), text, arg);
}

void *record_list_grow(void *items, size_t count, size_t size)
{
    char *grown = mem_grow(items, count + 1, size);
    memset(grown + count * size, 0, size);
    return grown;
}

void record_set(char **field, const char *text)
{
    char *copy = mem_str(text);
    free(*field);
    *field = copy;
}

/* ---- size ---------------------------------------------------------------------------------------------------- */

static size_t text_bytes(const char *text)
{
    return text ? strlen(text) + 1 + RECORD_ALLOCATION : 0;
}

/* Bytes of what it owns, without the object itself. */
static size_t object_bytes(const void *object, const struct schema *schema)
{
    size_t sum = 0;
    SCHEMA_EACH(m, schema)
    {
        if (m->kind == KIND_TEXT) {
            sum += text_bytes(member_pointer(object, m));
        } else if (m->kind == KIND_LIST) {
            const struct schema *item = m->item();
            const char *items = member_pointer(object, m);
            size_t n = member_count(object, m);
            sum += n ? n * item->size + RECORD_ALLOCATION : 0;
            for (size_t i = 0; i < n; i++) sum += object_bytes(items + i * item->size, item);
        }
    }
    return sum;
}

size_t record_bytes(const struct record *r)
{
    const struct schema *schema = schema_of(r->table);
    return schema->size + RECORD_ALLOCATION + text_bytes(r->key) + object_bytes(r, schema);
}

/* ---- equality ------------------------------------------------------------------------------------------------ */

static bool string_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool cores_same(const struct coreset *a, const struct coreset *b)
{
    return a->known == b->known && (!a->known || !memcmp(a->word, b->word, sizeof a->word));
}

static bool u64_same(const struct known_u64 *a, const struct known_u64 *b)
{
    return a->known == b->known && (!a->known || a->value == b->value);
}

static bool f64_same(const struct known_f64 *a, const struct known_f64 *b)
{
    return a->known == b->known && (!a->known || !memcmp(&a->value, &b->value, sizeof a->value));
}

static bool object_equal(const void *a, const void *b, const struct schema *schema);

static bool member_equal(const void *a, const void *b, const struct member *m)
{
    const void *x = member_in(a, m), *y = member_in(b, m);
    switch (m->kind) {
    case KIND_TEXT: return string_same(member_pointer(a, m), member_pointer(b, m));
    case KIND_U64: return u64_same(x, y);
    case KIND_F64: return f64_same(x, y);
    case KIND_TRI: return !memcmp(x, y, sizeof(enum tri));
    case KIND_CORES: return cores_same(x, y);
    case KIND_LIST: break;
    }
    const struct schema *item = m->item();
    size_t n = member_count(a, m);
    if (n != member_count(b, m)) return false;
    const char *p = member_pointer(a, m), *q = member_pointer(b, m);
    for (size_t i = 0; i < n; i++)
        if (!object_equal(p + i * item->size, q + i * item->size, item)) return false;
    return true;
}

static bool object_equal(const void *a, const void *b, const struct schema *schema)
{
    for (size_t i = 0; i < schema->count; i++)
        if (!member_equal(a, b, &schema->members[i])) return false;
    return true;
}

bool record_equal(const struct record *a, const struct record *b)
{
    return a->table == b->table && string_same(a->key, b->key) && object_equal(a, b, schema_of(a->table));
}

/* ---- names --------------------------------------------------------------------------------------------------- */

const char *table_name(enum table table)
{
    return schema_of(table)->name;
}

enum err table_from_name(const char *name, enum table *ret)
{
    for (int t = 0; name && t < TABLE_COUNT; t++) {
        if (strcmp(name, table_name((enum table)t)) != 0) continue;
        *ret = (enum table)t;
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}
