/*
 * json.h - cJSON with its traps closed: the whole text must be one value (no trailing bytes), valid UTF-8, without
 * \u0000, at most JSON_DEPTH deep and JSON_VALUES values, finite numbers only. Errors name the byte offset.
 *
 * Reading is forgiving where the field says so: a missing member, null and a wrong type are all "not there".
 * Strings are borrowed from the tree, raw: pass them through text_safe before they become part of a change.
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

/* The same for what is watched and shown, where one bad value must not take the rest with it: what json_parse refuses
 * in a single value is made readable, and the rest is as it was. In strings \u0000 (which cJSON would end them at),
 * control characters, bytes that are not UTF-8, lone surrogates and unknown escapes become text: "\x00", "\xff",
 * "\ud800", as text_safe writes them. Numbers that are not finite (NaN, Infinity, 1e999) or too long, and what is
 * nested deeper than JSON_DEPTH, become null. Not for what is acted upon as it stands: credentials, our own files. */
enum err json_parse_shown(const char *bytes, size_t len, cJSON **ret, struct why *why);

/* Wipes every text of a tree that held secrets, then frees it; NULL is fine. */
void json_wipe(cJSON *root);

/* Members of an object, by exact name; obj may be NULL. */
const cJSON *json_get(const cJSON *obj, const char *name);
cJSON *json_member(const cJSON *obj, const char *name);                   /* the same, to be changed */
void json_set(cJSON *object, const char *name, cJSON *value /* takes */); /* replaces, or adds */
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
