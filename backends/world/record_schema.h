/*
 * record_schema.h - the schemas of records.def as tables, for generic code. Private to record*.c.
 */
#ifndef RAYDECK_WORLD_RECORD_SCHEMA_H
#define RAYDECK_WORLD_RECORD_SCHEMA_H

#include "backends/world/record.h"

enum kind { KIND_TEXT, KIND_U64, KIND_F64, KIND_TRI, KIND_CORES, KIND_LIST };

struct schema;
struct member {
    const char *name;
    enum kind kind;
    size_t offset, count_offset;
    const struct schema *(*item)(void); /* KIND_LIST */
};
struct schema {
    const char *name;
    size_t size;
    const struct member *members;
    size_t count;
};

const struct schema *schema_of(enum table table);

#define SCHEMA_EACH(m, schema)                                                                                         \
    for (const struct member *m = (schema)->members; m < (schema)->members + (schema)->count; m++)

void *member_at(void *object, const struct member *m);
const void *member_in(const void *object, const struct member *m);
char *member_pointer(const void *object, const struct member *m); /* KIND_TEXT, KIND_LIST */
size_t member_count(const void *object, const struct member *m);  /* KIND_LIST */
void member_set_text(void *object, const struct member *m, char *text /* takes */);
void member_set_list(void *object, const struct member *m, void *items /* takes */, size_t count);

/* Frees the members' memory and sets all members to unknown. */
void schema_clear(void *object, const struct schema *schema);

#endif
