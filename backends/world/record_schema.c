/* record_schema.c - the schemas of records, from records.def. */
#include "backends/world/record_schema.h"

#include "backends/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN(field, is) {#field, is, offsetof(self, field), 0, NULL},
#define S(field) PLAIN(field, KIND_TEXT)
#define U(field) PLAIN(field, KIND_U64)
#define D(field) PLAIN(field, KIND_F64)
#define B(field) PLAIN(field, KIND_TRI)
#define C(field) PLAIN(field, KIND_CORES)
#define L(field, type) {#field, KIND_LIST, offsetof(self, field), offsetof(self, field##_count), schema_##type},
#define SCHEMA(type, ...)                                                                                              \
    static const struct schema *schema_##type(void)                                                                    \
    {                                                                                                                  \
        typedef struct type self;                                                                                      \
        static const struct member members[] = {__VA_ARGS__};                                                          \
        static const struct schema schema = {#type, sizeof(self), members, ARRAY_LEN(members)};                        \
        return &schema;                                                                                                \
    }
#define ITEM(type, ...) SCHEMA(type, __VA_ARGS__)
#define RECORD(type, TABLE, ...) SCHEMA(type, __VA_ARGS__)
#include "backends/world/records.def"
#undef ITEM
#undef RECORD

const struct schema *schema_of(enum table table)
{
#define ITEM(type, ...)
#define RECORD(type, TABLE, ...) schema_##type,
    static const struct schema *(*const schemas[TABLE_COUNT])(void) = {
#include "backends/world/records.def"
    };
#undef ITEM
#undef RECORD
    assert((unsigned)table < TABLE_COUNT);
    return schemas[table]();
}

void *member_at(void *object, const struct member *m)
{
    return (char *)object + m->offset;
}

const void *member_in(const void *object, const struct member *m)
{
    return (const char *)object + m->offset;
}

char *member_pointer(const void *object, const struct member *m)
{
    char *p;
    memcpy(&p, member_in(object, m), sizeof p);
    return p;
}

size_t member_count(const void *object, const struct member *m)
{
    size_t n;
    memcpy(&n, (const char *)object + m->count_offset, sizeof n);
    return n;
}

void member_set_text(void *object, const struct member *m, char *text)
{
    memcpy(member_at(object, m), &text, sizeof text);
}

void member_set_list(void *object, const struct member *m, void *items, size_t count)
{
    memcpy(member_at(object, m), &items, sizeof items);
    memcpy((char *)object + m->count_offset, &count, sizeof count);
}

static size_t kind_size(enum kind kind)
{
    switch (kind) {
    case KIND_U64: return sizeof(struct known_u64);
    case KIND_F64: return sizeof(struct known_f64);
    case KIND_TRI: return sizeof(enum tri);
    case KIND_CORES: return sizeof(struct coreset);
    case KIND_TEXT:
    case KIND_LIST: break;
    }
    return sizeof(char *);
}

void schema_clear(void *object, const struct schema *schema)
{
    SCHEMA_EACH(m, schema)
    {
        if (m->kind == KIND_LIST) {
            const struct schema *item = m->item();
            char *items = member_pointer(object, m);
            for (size_t i = 0; i < member_count(object, m); i++) schema_clear(items + i * item->size, item);
            free(items);
            member_set_list(object, m, NULL, 0);
        } else {
            if (m->kind == KIND_TEXT) free(member_pointer(object, m));
            memset(member_at(object, m), 0, kind_size(m->kind));
        }
    }
}
