/* outage_json.c - the report of an outage as JSON and back: unknown is null, a rung not seen has no time. */
#include "backends/world/outage.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <string.h>

/* One list of the plain members for both ways: TEXT, FLAG, TRI, KNOWN, STAMP (whole milliseconds), SIZE. */
#define OUTAGE_MEMBERS(TEXT, FLAG, TRI, KNOWN, WHOLE, SIZE)                                                            \
    TEXT(service_uid)                                                                                                  \
    TEXT(ns)                                                                                                           \
    TEXT(service)                                                                                                      \
    TRI(ft)                                                                                                            \
    FLAG(final)                                                                                                        \
    WHOLE(t0_ms)                                                                                                       \
    WHOLE(t0_wall_ms)                                                                                                  \
    TEXT(evidence)                                                                                                     \
    FLAG(found)                                                                                                        \
    FLAG(ours)                                                                                                         \
    FLAG(state_gone)                                                                                                   \
    FLAG(other_head)                                                                                                   \
    FLAG(head_lost)                                                                                                    \
    KNOWN(grace_s)                                                                                                     \
    TEXT(old_head_uid)                                                                                                 \
    TEXT(old_head)                                                                                                     \
    TEXT(new_head_uid)                                                                                                 \
    TEXT(new_head)                                                                                                     \
    TEXT(other_storage_ns)                                                                                             \
    KNOWN(reconnect_s)                                                                                                 \
    KNOWN(headless_ms)                                                                                                 \
    WHOLE(served_on_ms)                                                                                                \
    FLAG(going)                                                                                                        \
    KNOWN(grace_left_ms)                                                                                               \
    FLAG(node_stale)                                                                                                   \
    KNOWN(last_rung)                                                                                                   \
    SIZE(same)                                                                                                         \
    SIZE(replaced)                                                                                                     \
    WHOLE(restarts)                                                                                                    \
    SIZE(runtimes)                                                                                                     \
    SIZE(runtimes_same)                                                                                                \
    SIZE(runtimes_unheard)                                                                                             \
    TEXT(second)                                                                                                       \
    KNOWN(unserved_ms)                                                                                                 \
    KNOWN(gcs_silent_ms)                                                                                               \
    KNOWN(head_down_ms)                                                                                                \
    KNOWN(recovered_ms)                                                                                                \
    KNOWN(state_gone_ms)

static const char *const state_words[] = {"none", "running", "over"};
static const char *const cause_words[CAUSE_COUNT] = {
#define X(name, text) #name,
    OUTAGE_CAUSE_MAP(X)
#undef X
};
static const char *const rung_names[RUNG_COUNT] = {
#define X(name, text) #name,
    RUNG_MAP(X)
#undef X
};
static const char *const fate_words[] = {"same", "restarted", "replaced"};
static const char *const class_words[OUTAGE_CLASSES] = {"probes", "prompts"};

/* ---- out -------------------------------------------------------------------------------------------------------- */

static void add_rungs(cJSON *json, const struct outage *o)
{
    cJSON *array = cJSON_AddArrayToObject(json, "rungs");
    enum rung order[RUNG_COUNT];
    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[order[i]];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "rung", rung_names[order[i]]);
        cJSON_AddBoolToObject(item, "possible", rung->possible);
        json_add_u64(item, "after_ms", rung->seen ? known_u64(rung->after_ms) : UNKNOWN_U64);
        json_add_u64(item, "wall_ms", rung->seen ? known_u64(rung->wall_ms) : UNKNOWN_U64);
        json_add_u64(item, "was_after_ms", rung->lost ? known_u64(rung->was_after_ms) : UNKNOWN_U64);
        json_add_u64(item, "lost_after_ms", rung->lost ? known_u64(rung->lost_after_ms) : UNKNOWN_U64);
        cJSON_AddStringToObject(item, "note", rung->note);
        cJSON_AddStringToObject(item, "why", rung->why);
        cJSON_AddItemToArray(array, item);
    }
}

static void add_workers(cJSON *json, const struct outage *o)
{
    cJSON *array = cJSON_AddArrayToObject(json, "worker_pods");
    for (size_t i = 0; i < o->workers; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", o->worker[i].name);
        cJSON_AddStringToObject(item, "fate", fate_words[o->worker[i].fate]);
        cJSON_AddNumberToObject(item, "restarts", (double)o->worker[i].restarts);
        cJSON_AddItemToArray(array, item);
    }
}

static void add_requests(cJSON *json, const struct outage *o)
{
    cJSON *requests = cJSON_AddObjectToObject(json, "requests");
    for (int i = 0; i < OUTAGE_CLASSES; i++) {
        cJSON *item = cJSON_AddObjectToObject(requests, class_words[i]);
        cJSON_AddNumberToObject(item, "ok", (double)o->request[i].ok);
        cJSON_AddNumberToObject(item, "slow", (double)o->request[i].slow);
        cJSON_AddNumberToObject(item, "failed", (double)o->request[i].failed);
        json_add_u64(item, "slowest_us", o->request[i].slowest_us);
    }
    cJSON *failures = cJSON_AddArrayToObject(json, "failures");
    for (int i = 0; i < OUTAGE_FAILURES; i++) {
        if (!o->failure[i].count) continue;
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "class", o->failure[i].name);
        cJSON_AddNumberToObject(item, "count", (double)o->failure[i].count);
        cJSON_AddItemToArray(failures, item);
    }
}

static cJSON *fields_to_json(const struct outage_fields *k)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "table", k->table);
    cJSON_AddBoolToObject(json, "known", k->known);
    cJSON_AddNumberToObject(json, "before", (double)k->before);
    cJSON_AddNumberToObject(json, "kept", (double)k->kept);
    cJSON_AddNumberToObject(json, "added", (double)k->added);
    cJSON_AddNumberToObject(json, "lost", (double)k->lost);
    cJSON_AddNumberToObject(json, "lost_expected", (double)k->lost_expected);
    return json;
}

cJSON *outage_to_json(const struct outage *o)
{
    cJSON *json = cJSON_CreateObject();
    if (o->state == OUTAGE_NONE) return json;
    cJSON_AddStringToObject(json, "state", state_words[o->state]);
    cJSON_AddStringToObject(json, "cause", cause_words[o->cause]);
#define TEXT(name) cJSON_AddStringToObject(json, #name, o->name);
#define FLAG(name) cJSON_AddBoolToObject(json, #name, o->name);
#define TRI(name) json_add_tri(json, #name, o->name);
#define KNOWN(name) json_add_u64(json, #name, o->name);
#define NUMBER(name) cJSON_AddNumberToObject(json, #name, (double)o->name);
    OUTAGE_MEMBERS(TEXT, FLAG, TRI, KNOWN, NUMBER, NUMBER)
#undef TEXT
#undef FLAG
#undef TRI
#undef KNOWN
#undef NUMBER
    json_add_u64(json, "waits_for", o->waits_for < RUNG_COUNT ? known_u64(o->waits_for) : UNKNOWN_U64);
    json_add_u64(json, "missing", o->missing < RUNG_COUNT ? known_u64(o->missing) : UNKNOWN_U64);
    add_rungs(json, o);
    add_workers(json, o);
    add_requests(json, o);
    cJSON *tables = cJSON_AddArrayToObject(json, "tables");
    for (size_t i = 0; i < o->tables; i++) cJSON_AddItemToArray(tables, fields_to_json(&o->table[i]));
    cJSON_AddItemToObject(json, "fields", fields_to_json(&o->fields));
    cJSON_AddItemToObject(json, "checkpoints", fields_to_json(&o->checkpoints));
    return json;
}

/* ---- in --------------------------------------------------------------------------------------------------------- */

/* Foreign text again, after a file: made safe, and cut to its place. */
static void read_text(const cJSON *json, const char *name, char *out, size_t size)
{
    const char *text = json_str(json, name);
    out[0] = '\0';
    if (text) text_safe_into(out, size, text, strlen(text));
}

static uint64_t read_whole(const cJSON *json, const char *name)
{
    return json_u64(json, name).value;
}

/* The index of the member's word; count where it is none of them. */
static size_t read_word(const cJSON *json, const char *name, const char *const *words, size_t count)
{
    const char *word = json_str(json, name);
    size_t i = 0;
    while (i < count && (!word || strcmp(word, words[i]) != 0)) i++;
    return i;
}

static enum rung read_rung(const cJSON *json, const char *name)
{
    struct known_u64 n = json_u64(json, name);
    return n.known && n.value < RUNG_COUNT ? (enum rung)n.value : RUNG_COUNT;
}

static void read_rungs(const cJSON *json, struct outage *o)
{
    JSON_EACH (item, json_get(json, "rungs")) {
        size_t i = read_word(item, "rung", rung_names, RUNG_COUNT);
        if (i == RUNG_COUNT) continue;
        struct outage_rung *rung = &o->rung[i];
        struct known_u64 after = json_u64(item, "after_ms");
        rung->seen = after.known;
        rung->after_ms = after.value;
        rung->wall_ms = read_whole(item, "wall_ms");
        const struct known_u64 lost = json_u64(item, "lost_after_ms");
        rung->lost = lost.known;
        rung->lost_after_ms = lost.value;
        rung->was_after_ms = read_whole(item, "was_after_ms");
        rung->possible = json_bool(item, "possible") == TRI_YES;
        read_text(item, "note", rung->note, sizeof rung->note);
        read_text(item, "why", rung->why, sizeof rung->why);
    }
}

static enum err read_workers(const cJSON *json, struct outage *o)
{
    JSON_EACH (item, json_get(json, "worker_pods")) {
        size_t fate = read_word(item, "fate", fate_words, ARRAY_LEN(fate_words));
        if (fate == ARRAY_LEN(fate_words) || o->workers == RECOVERY_WORKERS) return ERR_PARSE;
        struct outage_worker *worker = &o->worker[o->workers++];
        worker->fate = (enum worker_fate)fate;
        worker->restarts = read_whole(item, "restarts");
        read_text(item, "name", worker->name, sizeof worker->name);
    }
    return ERR_OK;
}

static enum err read_requests(const cJSON *json, struct outage *o)
{
    const cJSON *requests = json_get(json, "requests");
    size_t n = 0;
    for (int i = 0; i < OUTAGE_CLASSES; i++) {
        const cJSON *item = json_get(requests, class_words[i]);
        o->request[i].ok = read_whole(item, "ok");
        o->request[i].slow = read_whole(item, "slow");
        o->request[i].failed = read_whole(item, "failed");
        o->request[i].slowest_us = json_u64(item, "slowest_us");
    }
    JSON_EACH (item, json_get(json, "failures")) {
        if (n == OUTAGE_FAILURES) return ERR_PARSE;
        read_text(item, "class", o->failure[n].name, sizeof o->failure[n].name);
        o->failure[n++].count = read_whole(item, "count");
    }
    return ERR_OK;
}

static void read_fields(const cJSON *json, struct outage_fields *k)
{
    read_text(json, "table", k->table, sizeof k->table);
    k->known = json_bool(json, "known") == TRI_YES;
    k->before = read_whole(json, "before");
    k->kept = read_whole(json, "kept");
    k->added = read_whole(json, "added");
    k->lost = read_whole(json, "lost");
    k->lost_expected = read_whole(json, "lost_expected");
}

static enum err read_tables(const cJSON *json, struct outage *o)
{
    JSON_EACH (item, json_get(json, "tables")) {
        if (o->tables == KEPT_TABLES) return ERR_PARSE;
        read_fields(item, &o->table[o->tables++]);
    }
    read_fields(json_get(json, "fields"), &o->fields);
    read_fields(json_get(json, "checkpoints"), &o->checkpoints);
    return ERR_OK;
}

enum err outage_from_json(const cJSON *json, struct outage *ret)
{
    struct outage o = {.waits_for = RUNG_COUNT, .missing = RUNG_COUNT};
    if (!cJSON_IsObject(json)) return ERR_PARSE;
    if (!json_get(json, "state")) {
        *ret = o;
        return ERR_OK;
    }
    size_t state = read_word(json, "state", state_words, ARRAY_LEN(state_words));
    size_t cause = read_word(json, "cause", cause_words, CAUSE_COUNT);
    if (state == ARRAY_LEN(state_words) || cause == CAUSE_COUNT) return ERR_PARSE;
    o.state = (enum outage_state)state;
    o.cause = (enum outage_cause)cause;
#define TEXT(name) read_text(json, #name, o.name, sizeof o.name);
#define FLAG(name) o.name = json_bool(json, #name) == TRI_YES;
#define TRI(name) o.name = json_bool(json, #name);
#define KNOWN(name) o.name = json_u64(json, #name);
#define WHOLE(name) o.name = read_whole(json, #name);
    OUTAGE_MEMBERS(TEXT, FLAG, TRI, KNOWN, WHOLE, WHOLE)
#undef TEXT
#undef FLAG
#undef TRI
#undef KNOWN
#undef WHOLE
    o.waits_for = read_rung(json, "waits_for");
    o.missing = read_rung(json, "missing");
    read_rungs(json, &o);
    enum err err = read_workers(json, &o);
    if (!err) err = read_requests(json, &o);
    if (!err) err = read_tables(json, &o);
    if (!err) *ret = o;
    return err;
}
