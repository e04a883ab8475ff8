/* schema_check.c - the keywords of JSON Schema that our own schemas use. */
#include "tests/support/schema_check.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PLACE_MAX = 256 };

static bool type_is(const char *type, const cJSON *value)
{
    if (strcmp(type, "object") == 0) return cJSON_IsObject(value);
    if (strcmp(type, "array") == 0) return cJSON_IsArray(value);
    if (strcmp(type, "string") == 0) return cJSON_IsString(value);
    if (strcmp(type, "null") == 0) return cJSON_IsNull(value);
    if (strcmp(type, "number") == 0) return cJSON_IsNumber(value);
    if (strcmp(type, "integer") == 0) return cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble);
    fail_msg("the schema's type %s is not known here", type);
    return false;
}

static bool types_fit(const cJSON *types, const cJSON *value)
{
    if (cJSON_IsString(types)) return type_is(types->valuestring, value);
    JSON_EACH (type, types)
        if (type_is(type->valuestring, value)) return true;
    return false;
}

static bool enum_has(const cJSON *values, const cJSON *value)
{
    JSON_EACH (one, values)
        if (cJSON_Compare(one, value, true)) return true;
    return false;
}

static void keywords_check(const cJSON *schema, const char *place)
{
    static const char *const known[] = {"$schema",  "title",      "description",          "type", "enum",
                                        "required", "properties", "additionalProperties", "items"};
    JSON_EACH (keyword, schema) {
        size_t i = 0;
        while (i < ARRAY_LEN(known) && strcmp(known[i], keyword->string) != 0) i++;
        if (i == ARRAY_LEN(known)) fail_msg("%s: the schema's keyword %s is not known here", place, keyword->string);
    }
}

static void value_check(const cJSON *schema, const cJSON *value, const char *place);

static void members_check(const cJSON *schema, const cJSON *value, const char *place)
{
    const cJSON *properties = json_get(schema, "properties");
    JSON_EACH (name, json_get(schema, "required"))
        if (!json_get(value, name->valuestring)) fail_msg("%s: %s is missing", place, name->valuestring);
    JSON_EACH (member, value) {
        char below[PLACE_MAX];
        const cJSON *of = json_get(properties, member->string);
        snprintf(below, sizeof below, "%.200s.%.50s", place, member->string);
        if (of)
            value_check(of, member, below);
        else if (cJSON_IsFalse(json_get(schema, "additionalProperties")))
            fail_msg("%s: not in the schema", below);
    }
}

static void value_check(const cJSON *schema, const cJSON *value, const char *place)
{
    const cJSON *type = json_get(schema, "type"), *values = json_get(schema, "enum"),
                *items = json_get(schema, "items");
    keywords_check(schema, place);
    if (type && !types_fit(type, value)) fail_msg("%s: has another type", place);
    if (values && !enum_has(values, value)) fail_msg("%s: is none of the values that it may have", place);
    if (cJSON_IsObject(value)) members_check(schema, value, place);
    if (!cJSON_IsArray(value) || !items) return;
    JSON_EACH (item, value) value_check(items, item, place);
}

void schema_check(const cJSON *schema, const cJSON *value)
{
    value_check(schema, value, "$");
}
