/*
 * json.h - strict parsing with cJSON: the whole text must be one value (no trailing bytes), valid UTF-8, without
 * \u0000, at most JSON_DEPTH deep and JSON_VALUES values, finite numbers only. Errors name the byte offset.
 *
 * Accessors are lenient: a missing member, null and a wrong type all count as absent. Strings are borrowed from the
 * tree, raw: pass them through text_safe before they become part of a change.
 */
#ifndef RAYDECK_BASE_JSON_H
#define RAYDECK_BASE_JSON_H

#include "backends/base/err.h"
#include "backends/base/known.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH = 64, JSON_VALUES = 2000000 };

/* Caller frees *ret with cJSON_Delete. */
enum err json_parse(const char *bytes, size_t len, cJSON **ret, struct why *why);

/* A tolerant variant for data that is only displayed: a value that json_parse refuses is replaced, and the rest is
 * kept. In strings \u0000 (at which cJSON would end them), control characters, bytes that are not UTF-8, lone
 * surrogates and unknown escapes become text: "\x00", "\xff", "\ud800", as text_safe writes them. Numbers that are not
 * finite (NaN, Infinity, 1e999) or too long, and values nested deeper than JSON_DEPTH, become null. Not for credentials
 * or our own files. */
enum err json_parse_shown(const char *bytes, size_t len, cJSON **ret, struct why *why);

/* As cJSON_Print, and safe on a terminal: what text_safe would replace is an escape (\u009b), and a byte that is not
 * UTF-8 is \ufffd. Caller frees; never NULL. */
char *json_text(const cJSON *root);

/* Wipes every text of a tree that held secrets, then frees it; NULL is fine. */
void json_wipe(cJSON *root);

/* Members of an object, by exact name; obj may be NULL. */
const cJSON *json_get(const cJSON *obj, const char *name);
cJSON *json_member(const cJSON *obj, const char *name);                   /* the same, mutable */
void json_set(cJSON *object, const char *name, cJSON *value /* takes */); /* replaces, or adds */
/* Add a member: null where it is not known. */
void json_add_u64(cJSON *object, const char *name, struct known_u64 number);
void json_add_tri(cJSON *object, const char *name, enum tri t);
const cJSON *json_path(const cJSON *obj, const char *dotted);  /* "status.containerStatuses"; no dots inside names */
const char *json_str(const cJSON *obj, const char *name);      /* NULL unless a string */
struct known_u64 json_u64(const cJSON *obj, const char *name); /* whole, 0..2^53; a decimal string too */
struct known_f64 json_f64(const cJSON *obj, const char *name); /* finite */
enum tri json_bool(const cJSON *obj, const char *name);
struct known_u64 json_stamp(const cJSON *obj, const char *name); /* an RFC 3339 string, as stamp.h */

#define JSON_EACH(item, array)                                                                                         \
    for (const cJSON *item = cJSON_IsArray(array) || cJSON_IsObject(array) ? (array)->child : NULL; item;              \
         item = item->next)

#endif
