/*
 * schema_table.h - what the API server takes, by kind: schema/schema.def as a tree of types. Pure; all of it is const.
 *
 * Made from the CRDs of KubeRay 1.3 and later; a field that not all of them have carries the versions that do.
 */
#ifndef RAYDECK_DEPLOY_SCHEMA_TABLE_H
#define RAYDECK_DEPLOY_SCHEMA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_kind {
    SCHEMA_KIND_ANY,
    SCHEMA_KIND_OBJECT,
    SCHEMA_KIND_MAP, /* keys of one's own, values of one type */
    SCHEMA_KIND_LIST,
    SCHEMA_KIND_STRING,
    SCHEMA_KIND_INTEGER,
    SCHEMA_KIND_NUMBER,
    SCHEMA_KIND_BOOLEAN,
    SCHEMA_KIND_INT_OR_STRING
};
enum schema_check {
    SCHEMA_CHECK_NONE,
    SCHEMA_CHECK_INT32,
    SCHEMA_CHECK_INT32_FROM_0,
    SCHEMA_CHECK_INT64,
    SCHEMA_CHECK_INT64_FROM_0,
    SCHEMA_CHECK_QUANTITY,
    SCHEMA_CHECK_AMOUNT, /* a quantity of Kubernetes' own kinds, which take a fraction unquoted */
    SCHEMA_CHECK_DATE_TIME
};
struct schema_type {
    enum schema_kind kind;
    enum schema_check check;
    int words;        /* see schema_words */
    int item;         /* a map's or list's; see schema_item */
    int first, count; /* of an object's fields */
};
enum { SCHEMA_ALWAYS = 255 };
struct schema_field {
    const char *name;
    int type;
    uint8_t required;     /* the last minor version of KubeRay 1 that requires it; 0: none; SCHEMA_ALWAYS */
    uint8_t since, until; /* minor versions; 0: no bound */
};
struct schema_root {
    const char *api_version, *kind;
    int type;
    uint8_t since, last; /* minor versions of KubeRay 1 that were looked at; 0: a kind of Kubernetes' own */
};

const struct schema_root *schema_root_of(const char *api_version, const char *kind); /* NULL: not in the table */
/* The one that an object of no such version or kind is meant to be: of its group, its kind in any case. NULL: none. */
const struct schema_root *schema_root_like(const char *api_version, const char *kind);
const struct schema_type *schema_type_at(int type);
const struct schema_field *schema_fields(const struct schema_type *t); /* t->count of them, sorted by name */
const struct schema_field *schema_field_of(const struct schema_type *t, const char *name); /* NULL: none */
const char *const *schema_words(const struct schema_type *t); /* ends with NULL; NULL: any value */

/* The shortest path to a field of that name below `t`, at most three names long: "rayClusterConfig.rayVersion",
 * "containers[].env". False: none. */
bool schema_find_below(const struct schema_type *t, const char *name, char *out, size_t size);
/* Whether `name` may be a slip for the name of a field: other case, a letter or two, a shorter form of it. */
bool schema_names_alike(const char *name, const char *known);
/* The field of t that `name` may be a slip for: other case, a letter or two, an older or a longer form. NULL: none. */
const struct schema_field *schema_field_like(const struct schema_type *t, const char *name);

#endif
