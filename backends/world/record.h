/*
 * record.h - records: plain data about one object (a pod, an actor, a core …).
 *
 * The structs are generated from records.def. Each begins with struct record, so that tables, changes, recordings and
 * property tests handle them through their schema. A record owns its members.
 */
#ifndef RAYDECK_WORLD_RECORD_H
#define RAYDECK_WORLD_RECORD_H

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/known.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CORESET_MAX = 256 };
struct coreset {
    uint64_t word[CORESET_MAX / 64];
    bool known;
};
void coreset_add(struct coreset *set, unsigned index); /* beyond CORESET_MAX: ignored */
bool coreset_has(const struct coreset *set, unsigned index);
unsigned coreset_count(const struct coreset *set);
char *coreset_text(const struct coreset *set, char *out, size_t size); /* "0,1", "2–11", "–" where unknown */

/* struct deployment, struct endpoint … : items */
#define S(name) char *name;
#define U(name) struct known_u64 name;
#define D(name) struct known_f64 name;
#define B(name) enum tri name;
#define C(name) struct coreset name;
#define L(name, item)                                                                                                  \
    struct item *name;                                                                                                 \
    size_t name##_count;
#define ITEM(name, ...)                                                                                                \
    struct name {                                                                                                      \
        __VA_ARGS__                                                                                                    \
    };
#define RECORD(name, TABLE, ...)
#include "backends/world/records.def"
#undef ITEM
#undef RECORD

enum table {
#define ITEM(name, ...)
#define RECORD(name, TABLE, ...) TABLE_##TABLE,
#include "backends/world/records.def"
    TABLE_COUNT
#undef RECORD
};

struct record {
    enum table table;
    char *key;
};

/* struct pod, struct rayservice … : records */
#define RECORD(name, TABLE, ...)                                                                                       \
    struct name {                                                                                                      \
        struct record record;                                                                                          \
        __VA_ARGS__                                                                                                    \
    };
#include "backends/world/records.def"
#undef ITEM
#undef RECORD
#undef S
#undef U
#undef D
#undef B
#undef C
#undef L

/* A record of a table with all fields unknown; copies `key`. Caller frees. */
void *record_new(enum table table, const char *key);
void record_free(struct record *r); /* NULL is fine */
/* Its approximate memory, including allocator overhead. */
enum { RECORD_ALLOCATION = 16 };
size_t record_bytes(const struct record *r);
void *record_copy(const struct record *r);
bool record_equal(const struct record *a, const struct record *b); /* same table, key and content */

/* Calls text for each string in it, including its key and those in lists; text may change the string, but not its
 * length. */
void record_each_text(struct record *r, void (*text)(void *arg, char *text), void *arg);

/* Appends one item (zeroed) to a list field and returns it: struct container *c = RECORD_APPEND(pod, list); the
 * pointer is good until the next append. */
#define RECORD_APPEND(rec, field)                                                                                      \
    ((rec)->field = record_list_grow((rec)->field, (rec)->field##_count, sizeof *(rec)->field),                        \
     &(rec)->field[(rec)->field##_count++])
void *record_list_grow(void *items, size_t count, size_t size);

/* Frees *field and sets it to the text (copied; NULL stays NULL). */
void record_set(char **field, const char *text);

const char *table_name(enum table table); /* "pod"; used in recordings and messages */
enum err table_from_name(const char *name, enum table *ret);

/* One JSON object {"record":"pod","key":…,fields…}; unknown fields are omitted (recordings) or null (-o json). Whole
 * numbers of 16 digits and more are strings. */
enum record_unknown { RECORD_LEAVE_OUT, RECORD_AS_NULL };
cJSON *record_to_json(const struct record *r, enum record_unknown how);
enum err record_from_json(const cJSON *json, struct record **ret, struct why *why);

/* Fills every field from a random stream: for property tests. */
void record_randomize(struct record *r, uint32_t (*next)(void *arg), void *arg);

#endif
