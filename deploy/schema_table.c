/* schema_table.c - the table of schema/schema.def, and the search for fields in it; see schema_table.h. */
#include "deploy/schema_table.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_LEN = 64, SLIP_MIN_LEN = 5, DEPTH_MAX = 3 };

static const struct schema_root roots[] = {
#define SCHEMA_ROOT(api_version, kind, type, since, last) {api_version, kind, type, since, last},
#include "deploy/schema/schema.def"
#undef SCHEMA_ROOT
};

static const struct schema_type types[] = {
#define SCHEMA_TYPE(kind, check, words, item, first, count)                                                            \
    {SCHEMA_KIND_##kind, SCHEMA_CHECK_##check, words, item, first, count},
#include "deploy/schema/schema.def"
#undef SCHEMA_TYPE
};

static const struct schema_field fields[] = {
#define SCHEMA_FIELD(name, type, required, since, until) {name, type, required, since, until},
#include "deploy/schema/schema.def"
#undef SCHEMA_FIELD
};

static const char *const words[] = {
#define SCHEMA_WORD(word) word,
#include "deploy/schema/schema.def"
#undef SCHEMA_WORD
};

const struct schema_root *schema_root_of(const char *api_version, const char *kind)
{
    for (size_t i = 0; api_version && kind && i < ARRAY_LEN(roots); i++)
        if (strcmp(kind, roots[i].kind) == 0 && strcmp(api_version, roots[i].api_version) == 0) return &roots[i];
    return NULL;
}

/* Without a slash it is the core group's. */
static size_t group_len(const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    return slash ? (size_t)(slash - api_version) : 0;
}

/* An Ingress was once of "extensions", a group that is no longer there. */
static bool is_of_group(const struct schema_root *root, const char *api_version)
{
    const size_t len = group_len(api_version);
    if (strcmp(root->kind, "Ingress") == 0 && strncmp(api_version, "extensions/", len + 1) == 0) return true;
    return len == group_len(root->api_version) && strncmp(api_version, root->api_version, len) == 0;
}

const struct schema_root *schema_root_like(const char *api_version, const char *kind)
{
    for (size_t i = 0; api_version && kind && i < ARRAY_LEN(roots); i++)
        if (strcasecmp(kind, roots[i].kind) == 0 && is_of_group(&roots[i], api_version)) return &roots[i];
    return NULL;
}

const struct schema_type *schema_type_at(int type)
{
    return &types[type];
}

const struct schema_field *schema_fields(const struct schema_type *t)
{
    return &fields[t->first];
}

static int by_name(const void *name, const void *field)
{
    return strcmp(name, ((const struct schema_field *)field)->name);
}

const struct schema_field *schema_field_of(const struct schema_type *t, const char *name)
{
    return t->count ? bsearch(name, schema_fields(t), (size_t)t->count, sizeof *fields, by_name) : NULL;
}

const char *const *schema_words(const struct schema_type *t)
{
    return t->words < 0 ? NULL : &words[t->words];
}

/* Of a list or a map, what is in it. */
static const struct schema_type *type_inner(const struct schema_type *t, const char **ret_marks)
{
    *ret_marks = "";
    while ((t->kind == SCHEMA_KIND_LIST || t->kind == SCHEMA_KIND_MAP) && t->item >= 0) {
        *ret_marks = t->kind == SCHEMA_KIND_LIST ? "[]" : ".*";
        t = schema_type_at(t->item);
    }
    return t;
}

static bool type_find(const struct schema_type *t, const char *name, unsigned depth, char *out, size_t size)
{
    const char *marks;
    if (depth == 1) {
        if (schema_field_of(t, name)) snprintf(out, size, "%s", name);
        return schema_field_of(t, name) != NULL;
    }
    for (int i = 0; i < t->count; i++) {
        const struct schema_field *f = &schema_fields(t)[i];
        const int len = snprintf(out, size, "%s", f->name);
        const struct schema_type *inner = type_inner(schema_type_at(f->type), &marks);
        const int all = len + snprintf(out + len, size - (size_t)len, "%s.", marks);
        if (strcmp(f->name, "status") != 0 && type_find(inner, name, depth - 1, out + all, size - (size_t)all))
            return true;
    }
    return false;
}

bool schema_find_below(const struct schema_type *t, const char *name, char *out, size_t size)
{
    if (strlen(name) > NAME_MAX_LEN || size < (DEPTH_MAX + 1) * (NAME_MAX_LEN + 4)) return false;
    for (unsigned depth = 1; depth <= DEPTH_MAX; depth++)
        if (type_find(t, name, depth, out, size)) return true;
    return false;
}

/* Levenshtein's distance; both are at most NAME_MAX_LEN long. */
static size_t name_distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LEN + 1], len = strlen(b);
    for (size_t k = 0; k <= len; k++) row[k] = k;
    for (size_t i = 0; a[i]; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < len; k++) {
            size_t best = corner + (a[i] != b[k]);
            if (row[k] + 1 < best) best = row[k] + 1;
            if (row[k + 1] + 1 < best) best = row[k + 1] + 1;
            corner = row[k + 1];
            row[k + 1] = best;
        }
    }
    return row[len];
}

bool schema_names_alike(const char *name, const char *known)
{
    const size_t len = strlen(name);
    if (len > NAME_MAX_LEN || strlen(known) > NAME_MAX_LEN) return false;
    if (strcasecmp(known, name) == 0) return true;
    return len >= SLIP_MIN_LEN && (strncmp(known, name, len) == 0 || name_distance(name, known) <= 2);
}

const struct schema_field *schema_field_like(const struct schema_type *t, const char *name)
{
    for (int i = 0; i < t->count; i++)
        if (strcasecmp(schema_fields(t)[i].name, name) == 0) return &schema_fields(t)[i];
    for (int i = 0; i < t->count; i++)
        if (schema_names_alike(name, schema_fields(t)[i].name)) return &schema_fields(t)[i];
    return NULL;
}
