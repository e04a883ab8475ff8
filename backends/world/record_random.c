/* record_random.c - random records, for property tests. */
#include "backends/base/mem.h"
#include "backends/world/record_schema.h"

#include <string.h>

typedef uint32_t next_fn(void *arg);

enum { RANDOM_LIST_MAX = 4, RANDOM_TEXT_MAX = 12 };

/* Sample texts: empty, ASCII, quotes and backslashes, two- to four-byte characters. */
static char *random_text(next_fn *next, void *arg)
{
    static const char *const pieces[] = {"a", "0", " ", "\"", "\\",   "/",    "@",
                                         "{", "é", "–", "日", "🙂", "head", "9c1e"};
    char text[RANDOM_TEXT_MAX * 4 + 1] = "";
    size_t n = next(arg) % RANDOM_TEXT_MAX, len = 0;
    if (next(arg) % 4 == 0) return NULL;
    for (size_t i = 0; i < n; i++) {
        const char *piece = pieces[next(arg) % ARRAY_LEN(pieces)];
        memcpy(text + len, piece, strlen(piece) + 1);
        len += strlen(piece);
    }
    return mem_str(text);
}

static struct known_u64 random_u64(next_fn *next, void *arg)
{
    uint64_t high = next(arg), low = next(arg);
    switch (next(arg) % 5) {
    case 0: return UNKNOWN_U64;
    case 1: return known_u64(0);
    case 2: return known_u64(UINT64_MAX);
    case 3: return known_u64(high << 32 | low);
    default: return known_u64(low % 1000);
    }
}

static void random_object(void *object, const struct schema *schema, next_fn *next, void *arg);

static void random_list(void *object, const struct member *m, next_fn *next, void *arg)
{
    const struct schema *item = m->item();
    size_t n = next(arg) % RANDOM_LIST_MAX;
    char *items = n ? mem_zero(n, item->size) : NULL;
    for (size_t i = 0; i < n; i++) random_object(items + i * item->size, item, next, arg);
    member_set_list(object, m, items, n);
}

static void random_cores(struct coreset *set, next_fn *next, void *arg)
{
    set->known = next(arg) % 4 != 0;
    for (uint32_t n = set->known ? next(arg) % 8 : 0; n; n--) coreset_add(set, next(arg) % CORESET_MAX);
}

static void random_object(void *object, const struct schema *schema, next_fn *next, void *arg)
{
    SCHEMA_EACH(m, schema)
    {
        void *at = member_at(object, m);
        switch (m->kind) {
        case KIND_TEXT: member_set_text(object, m, random_text(next, arg)); break;
        case KIND_U64: *(struct known_u64 *)at = random_u64(next, arg); break;
        case KIND_F64: {
            double value = ((double)next(arg) - 2147483648.0) / 1024.0;
            *(struct known_f64 *)at = next(arg) % 4 ? known_f64(value) : UNKNOWN_F64;
            break;
        }
        case KIND_TRI: *(enum tri *)at = (enum tri)(next(arg) % 3); break;
        case KIND_CORES: random_cores(at, next, arg); break;
        case KIND_LIST: random_list(object, m, next, arg); break;
        }
    }
}

void record_randomize(struct record *r, uint32_t (*next)(void *arg), void *arg)
{
    schema_clear(r, schema_of(r->table));
    random_object(r, schema_of(r->table), next, arg);
}
