/*
 * redis_from.h - --redis-from elasticache[:ID] or memorydb[:NAME]: the Redis of the GCS as AWS knows it, waited for
 * while it is created.
 *
 * Invariants: there is a host only where AWS has given one, and never for a Redis that Ray cannot use; nothing is
 * changed in AWS; no key gets into what is said.
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
    uint64_t every_ms; /* asks again so often while it is being created; 0: what is known at once is all */
};
struct redis_from_calls {
    void (*said)(void *arg, const char *text); /* what it waits for, each time that is something else */
    /* Once, from the loop; why is what was found, where err is ERR_OK. ERR_USAGE: there are several, and one has to be
     * named; ERR_FORBIDDEN; else as elasticache.h.
     */
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
};

struct redis_from;
struct redis_from *redis_from_start(const struct redis_from_conf *conf, const struct redis_from_calls *calls);
void redis_from_free(struct redis_from *f); /* NULL is fine */

/* After done with ERR_OK: EXT_REDIS_ENDPOINT, REDIS_PORT and REDIS_SCHEME, but for those that were given by hand. */
enum err redis_from_give(const struct redis_from *f, struct variables *v, struct why *why);
/* For the doctor, whatever has come of it so far. Borrowed. */
const struct doctor_aws *redis_from_facts(const struct redis_from *f);

#endif
