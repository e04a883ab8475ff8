/* change_json.c - converts changes to and from the JSON lines of recordings. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON writes 15 digits: a larger whole number is written as a decimal string. */
#define JSON_WHOLE_MAX UINT64_C(999999999999999)
enum { CHANGE_TEXT_MAX = 65536 };

static const char *const type_words[] = {"source",   "alive",   "put",    "gone",    "relist",
                                         "relisted", "deleted", "killed", "dropped", "progress"};
static const char *const world_words[] = {"kube", "redis", "neuron", "serve", "console"};
static const char *const state_words[] = {"off", "connecting", "live", "down", "denied", "absent"};
static const char *const err_names[] = {
#define X(name, word) #name,
    ERR_MAP(X)
#undef X
};

static bool word_find(const char *const *words, size_t count, const char *word, unsigned *ret)
{
    for (size_t i = 0; word && i < count; i++) {
        if (strcmp(words[i], word) != 0) continue;
        *ret = (unsigned)i;
        return true;
    }
    return false;
}

/* ---- out ----------------------------------------------------------------------------------------------------- */

static void put_u64(cJSON *json, const char *name, uint64_t v)
{
    char text[24];
    if (v <= JSON_WHOLE_MAX) {
        cJSON_AddNumberToObject(json, name, (double)v);
        return;
    }
    snprintf(text, sizeof text, "%llu", (unsigned long long)v);
    cJSON_AddStringToObject(json, name, text);
}

static void put_text(cJSON *json, const char *name, const char *text)
{
    if (text) cJSON_AddStringToObject(json, name, text);
}

static bool type_has_table(enum change_type type)
{
    return type != CHANGE_SOURCE && type != CHANGE_ALIVE && type != CHANGE_PUT && type != CHANGE_DELETED &&
           type != CHANGE_KILLED;
}

static void put_body(const struct change *c, cJSON *json)
{
    if (c->type == CHANGE_SOURCE) cJSON_AddStringToObject(json, "state", state_words[c->state]);
    if (c->err != ERR_OK) cJSON_AddStringToObject(json, "err", err_names[c->err]);
    put_text(json, "why", c->why);
    put_text(json, "detail", c->detail);
    if (type_has_table(c->type)) cJSON_AddStringToObject(json, "table", table_name(c->table));
    put_text(json, "key", c->key);
    if (c->number) put_u64(json, "number", c->number);
    if (c->total) put_u64(json, "total", c->total);
    if (c->record) cJSON_AddItemToObject(json, "put", record_to_json(c->record, RECORD_LEAVE_OUT));
}

enum err change_to_json(const struct change *c, struct buf *out)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "type", type_words[c->type]);
    put_u64(json, "at", c->at_ms);
    put_u64(json, "wall", c->wall_ms);
    cJSON_AddStringToObject(json, "world", world_words[c->world]);
    cJSON_AddStringToObject(json, "source", c->source);
    put_text(json, "owner", c->owner);
    put_body(c, json);
    char *text = cJSON_PrintUnformatted(json);
    enum err err = text ? buf_str(out, text) : ERR_LIMIT;
    cJSON_free(text);
    cJSON_Delete(json);
    return err;
}

/* ---- in ------------------------------------------------------------------------------------------------------ */

static uint64_t get_u64(const cJSON *json, const char *name)
{
    const char *text = json_str(json, name);
    uint64_t v;
    if (text) return text_u64(text, strlen(text), UINT64_MAX, &v) == ERR_OK ? v : 0;
    struct known_u64 number = json_u64(json, name);
    return number.known ? number.value : 0;
}

static char *get_text(const cJSON *json, const char *name)
{
    const char *text = json_str(json, name);
    return text ? text_safe(text, strlen(text), TEXT_KEEP_LINES, CHANGE_TEXT_MAX) : NULL;
}

static enum err get_body(const cJSON *json, struct change *c, struct why *why)
{
    unsigned word;
    if (c->type == CHANGE_SOURCE) {
        if (!word_find(state_words, ARRAY_LEN(state_words), json_str(json, "state"), &word))
            return why_set(why, ERR_PARSE, "change: a source without a known state");
        c->state = (enum source_state)word;
    }
    if (word_find(err_names, ARRAY_LEN(err_names), json_str(json, "err"), &word)) c->err = (enum err)word;
    if (type_has_table(c->type) && table_from_name(json_str(json, "table"), &c->table) != ERR_OK)
        return why_set(why, ERR_PARSE, "change: %s without a known table", type_words[c->type]);
    c->why = get_text(json, "why");
    c->detail = get_text(json, "detail");
    c->key = get_text(json, "key");
    c->number = get_u64(json, "number");
    c->total = get_u64(json, "total");
    if ((c->type == CHANGE_GONE || c->type == CHANGE_DELETED || c->type == CHANGE_KILLED) && !c->key)
        return why_set(why, ERR_PARSE, "change: %s without a key", type_words[c->type]);
    if (c->type != CHANGE_PUT) return ERR_OK;
    enum err err = record_from_json(json_get(json, "put"), &c->record, why);
    if (err == ERR_OK) c->table = c->record->table;
    return err;
}

static enum err from_tree(const cJSON *json, struct change **ret, struct why *why)
{
    unsigned type, world;
    if (!word_find(type_words, ARRAY_LEN(type_words), json_str(json, "type"), &type))
        return why_set(why, ERR_PARSE, "change: no known type");
    if (!word_find(world_words, ARRAY_LEN(world_words), json_str(json, "world"), &world))
        return why_set(why, ERR_PARSE, "change: no known world");
    if (!json_str(json, "source")) return why_set(why, ERR_PARSE, "change: no source");
    struct change *c = change_new((enum change_type)type, NULL, (enum world_kind)world);
    free(c->source);
    c->source = get_text(json, "source");
    c->owner = get_text(json, "owner");
    c->at_ms = get_u64(json, "at");
    c->wall_ms = get_u64(json, "wall");
    enum err err = get_body(json, c, why);
    if (err != ERR_OK) {
        change_free(c);
        return err;
    }
    *ret = c;
    return ERR_OK;
}

enum err change_from_json(const char *bytes, size_t len, struct change **ret, struct why *why)
{
    cJSON *json;
    enum err err = json_parse(bytes, len, &json, why);
    if (err != ERR_OK) return err;
    err = from_tree(json, ret, why);
    cJSON_Delete(json);
    return err;
}
