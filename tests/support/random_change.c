/* random_change.c - random changes, for property tests. */
#include "tests/support/random_change.h"

#include "backends/base/mem.h"

#include <stdio.h>

const char *const random_owners[RANDOM_OWNERS] = {NULL, NULL, "uid-a", "uid-b"};

uint32_t random_next(void *rng)
{
    struct rng *r = rng;
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (uint32_t)(r->state >> 16);
}

static struct change *random_of(struct rng *rng, const char *source, enum world_kind world, enum table table)
{
    static const enum change_type types[] = {CHANGE_PUT,      CHANGE_PUT,      CHANGE_PUT,     CHANGE_PUT,
                                             CHANGE_GONE,     CHANGE_GONE,     CHANGE_RELIST,  CHANGE_RELISTED,
                                             CHANGE_SOURCE,   CHANGE_ALIVE,    CHANGE_DELETED, CHANGE_DROPPED,
                                             CHANGE_PROGRESS, CHANGE_RELISTED, CHANGE_KILLED};
    enum change_type type = types[random_next(rng) % (sizeof types / sizeof types[0])];
    char key[32];
    snprintf(key, sizeof key, "key-%u", random_next(rng) % 150);
    if (type == CHANGE_PUT) {
        struct record *r = record_new(table, key);
        record_randomize(r, random_next, rng);
        return change_put(source, world, r);
    }
    if (type == CHANGE_SOURCE) {
        static const char *const scopes[] = {NULL, NULL, NULL, SCOPE_ALL, "mistral"};
        struct change *c = change_source(source, world, (enum source_state)(random_next(rng) % (SOURCE_ABSENT + 1)),
                                         (enum err)(random_next(rng) % (ERR_CHILD + 1)),
                                         random_next(rng) % 2 ? "why not" : NULL, NULL);
        c->key = mem_str(scopes[random_next(rng) % (sizeof scopes / sizeof scopes[0])]);
        return c;
    }
    struct change *c = change_gone(source, world, table, key);
    c->type = type;
    c->number = random_next(rng) % 3 ? random_next(rng) % 1000 : UINT64_MAX;
    c->total = random_next(rng) % 1000;
    return c;
}

struct change *random_change(struct rng *rng, uint64_t *clock_ms)
{
    static const char *const sources[] = {"kube/pods", "kube/nodes", "redis", "neuron/a", "serve"};
    uint32_t who = random_next(rng) % 5;
    struct change *c = random_of(rng, sources[who], (enum world_kind)(random_next(rng) % WORLD_KINDS),
                                 (enum table)(random_next(rng) % TABLE_COUNT));
    c->owner = mem_str(random_owners[random_next(rng) % RANDOM_OWNERS]);
    *clock_ms += random_next(rng) % 2000;
    c->at_ms = *clock_ms;
    c->wall_ms = 1795440000000 + *clock_ms;
    return c;
}
