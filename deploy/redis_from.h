/*
 * redis_from.h - --redis-from elasticache[:ID] or memorydb[:NAME]: looks up the GCS's Redis in AWS, and waits while it
 * is being created.
 *
 * Invariants: the host is one that AWS returned, of a Redis that Ray can use; read-only in AWS; messages contain no
 * keys.
 */
#ifndef RAYDECK_DEPLOY_REDIS_FROM_H
#define RAYDECK_DEPLOY_REDIS_FROM_H

#include "backends/link/loop.h"
#include "deploy/doctor.h"
#include "deploy/variables.h"

enum { REDIS_FROM_EVERY_MS = 10 * 1000, REDIS_FROM_WAIT_MS = 15 * 60 * 1000 };

/* ERR_USAGE unless it is "elasticache" or "memorydb", or one of them with ":" and an id. */
enum err redis_from_check(const char *word, struct why *why);

struct redis_from_conf {
    struct loop *loop;
    const char *word;  /* one that redis_from_check accepts */
    uint64_t every_ms; /* poll interval while it is being created; 0: no polling */
};
struct redis_from_calls {
    void (*said)(void *arg, const char *text); /* what it waits for, when that changes */
    /* Once, from the loop; with ERR_OK why describes the result. ERR_USAGE: there are several, choose one;
     * ERR_FORBIDDEN; else as elasticache.h. */
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
};

struct redis_from;
struct redis_from *redis_from_start(const struct redis_from_conf *conf, const struct redis_from_calls *calls);
void redis_from_free(struct redis_from *f); /* NULL is fine */

/* After done with ERR_OK: sets EXT_REDIS_ENDPOINT, REDIS_PORT and REDIS_SCHEME, unless given by --var. */
enum err redis_from_give(const struct redis_from *f, struct variables *v, struct why *why);
/* The data so far, for the doctor. Borrowed. */
const struct doctor_aws *redis_from_facts(const struct redis_from *f);

#endif
