/* record_json.c - converts records to and from JSON by their schema. */
#include "backends/world/record.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/record_schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON writes 15 digits: a larger whole number is written as a decimal string. */
#define JSON_WHOLE_MAX UINT64_C(999999999999999)

enum { NAME_SIZE = 64 }; /* of a member's name in JSON, with its end */

/* namespace_ (a word of C++) is written "namespace". */
static const char *json_name(const struct member *m, char out[NAME_SIZE])
{
    size_t n = strlen(m->name);
    if (n && m->name[n - 1] == '_') n--;
    snprintf(out, NAME_SIZE, "%.*s", (int)n, m->name);
    return out;
}

/* ---- to JSON ------------------------------------------------------------------------------------------------- */

static cJSON *json_of_u64(uint64_t v)
{
    char text[24];
    if (v <= JSON_WHOLE_MAX) return cJSON_CreateNumber((double)v);
    snprintf(text, sizeof text, "%llu", (unsigned long long)v);
    return cJSON_CreateString(text);
}

/* cJSON writes 15 digits; writes numbers that need more itself. */
static cJSON *json_of_f64(double v)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", v);
    double back = strtod(text, NULL);
    if (!memcmp(&back, &v, sizeof v)) return cJSON_CreateNumber(v);
    snprintf(text, sizeof text, "%.17g", v);
    return cJSON_CreateRaw(text);
}

static cJSON *json_of_cores(const struct coreset *set)
{
    cJSON *array = cJSON_CreateArray();
    for (unsigned i = 0; i < CORESET_MAX; i++)
        if (coreset_has(set, i)) cJSON_AddItemToArray(array, cJSON_CreateNumber(i));
    return array;
}

static void object_to_json(const void *object, const struct schema *schema, enum record_unknown how, cJSON *json);

static cJSON *json_of_list(const void *object, const struct member *m, enum record_unknown how)
{
    const struct schema *item = m->item();
    const char *items = member_pointer(object, m);
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < member_count(object, m); i++) {
        cJSON *one = cJSON_CreateObject();
        object_to_json(items + i * item->size, item, how, one);
        cJSON_AddItemToArray(array, one);
    }
    return array;
}

/* NULL: unknown. Recordings omit empty lists. */
static cJSON *json_of_member(const void *object, const struct member *m, enum record_unknown how)
{
    const void *at = member_in(object, m);
    switch (m->kind) {
    case KIND_TEXT: return member_pointer(object, m) ? cJSON_CreateString(member_pointer(object, m)) : NULL;
    case KIND_U64: {
        const struct known_u64 *u = at;
        return u->known ? json_of_u64(u->value) : NULL;
    }
    case KIND_F64: {
        const struct known_f64 *d = at;
        return d->known && isfinite(d->value) ? json_of_f64(d->value) : NULL;
    }
    case KIND_TRI: {
        const enum tri *b = at;
        return *b == TRI_UNKNOWN ? NULL : cJSON_CreateBool(*b == TRI_YES);
    }
    case KIND_CORES: {
        const struct coreset *set = at;
        return set->known ? json_of_cores(set) : NULL;
    }
    case KIND_LIST: return member_count(object, m) || how == RECORD_AS_NULL ? json_of_list(object, m, how) : NULL;
    }
    return NULL;
}

static void object_to_json(const void *object, const struct schema *schema, enum record_unknown how, cJSON *json)
{
    char name[NAME_SIZE];
    SCHEMA_EACH(m, schema)
    {
        cJSON *value = json_of_member(object, m, how);
        if (!value && how == RECORD_AS_NULL) value = cJSON_CreateNull();
        if (value) cJSON_AddItemToObject(json, json_name(m, name), value);
    }
}

cJSON *record_to_json(const struct record *r, enum record_unknown how)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "record", table_name(r->table));
    cJSON_AddStringToObject(json, "key", r->key ? r->key : "");
    object_to_json(r, schema_of(r->table), how, json);
    return json;
}

/* ---- from JSON ----------------------------------------------------------------------------------------------- */

static void object_from_json(void *object, const struct schema *schema, const cJSON *json);

static struct known_u64 u64_from_json(const cJSON *json, const char *name)
{
    const char *text = json_str(json, name);
    uint64_t v;
    if (text) return text_u64(text, strlen(text), UINT64_MAX, &v) == ERR_OK ? known_u64(v) : UNKNOWN_U64;
    return json_u64(json, name);
}

/* A recording is a foreign file: makes its text safe. */
static char *text_from_json(const cJSON *json, const char *name)
{
    const char *text = json_str(json, name);
    if (!text) return NULL;
    size_t len = strlen(text);
    return text_is_safe(text, len, TEXT_KEEP_LINES) ? mem_str(text) : text_safe(text, len, TEXT_KEEP_LINES, len * 4);
}

static void cores_from_json(struct coreset *set, const cJSON *array)
{
    if (!cJSON_IsArray(array)) return;
    set->known = true;
    JSON_EACH (index, array) {
        if (cJSON_IsNumber(index) && index->valuedouble >= 0 && index->valuedouble < CORESET_MAX)
            coreset_add(set, (unsigned)index->valuedouble);
    }
}

static void list_from_json(void *object, const struct member *m, const cJSON *array)
{
    const struct schema *item = m->item();
    size_t n = cJSON_IsArray(array) ? (size_t)cJSON_GetArraySize(array) : 0, i = 0;
    if (!n) return;
    char *items = mem_zero(n, item->size);
    JSON_EACH (one, array) object_from_json(items + i++ * item->size, item, one);
    member_set_list(object, m, items, n);
}

static void member_from_json(void *object, const struct member *m, const cJSON *json)
{
    char name[NAME_SIZE];
    void *at = member_at(object, m);
    json_name(m, name);
    switch (m->kind) {
    case KIND_TEXT: {
        char *text = text_from_json(json, name);
        memcpy(at, &text, sizeof text);
        break;
    }
    case KIND_U64: *(struct known_u64 *)at = u64_from_json(json, name); break;
    case KIND_F64: *(struct known_f64 *)at = json_f64(json, name); break;
    case KIND_TRI: *(enum tri *)at = json_bool(json, name); break;
    case KIND_CORES: cores_from_json(at, json_get(json, name)); break;
    case KIND_LIST: list_from_json(object, m, json_get(json, name)); break;
    }
}

static void object_from_json(void *object, const struct schema *schema, const cJSON *json)
{
    for (size_t i = 0; i < schema->count; i++) member_from_json(object, &schema->members[i], json);
}

enum err record_from_json(const cJSON *json, struct record **ret, struct why *why)
{
    enum table table;
    const char *name = json_str(json, "record");
    if (!name || table_from_name(name, &table) != ERR_OK)
        return why_set(why, ERR_PARSE, "record: no such kind \"%s\"", name ? name : "");
    char *key = text_from_json(json, "key");
    if (!key || !*key) {
        free(key);
        return why_set(why, ERR_PARSE, "record: %s without a key", name);
    }
    struct record *r = record_new(table, NULL);
    r->key = key;
    object_from_json(r, schema_of(table), json);
    *ret = r;
    return ERR_OK;
}
