/*
 * elasticache.h - finds the Redis (or Valkey) in ElastiCache or MemoryDB for GCS fault tolerance.
 *
 * Considers replication groups and single-node clusters, and MemoryDB's clusters. One that is being created has no
 * endpoint yet, and is reported as such. Read-only.
 */
#ifndef RAYDECK_AWS_ELASTICACHE_H
#define RAYDECK_AWS_ELASTICACHE_H

#include "backends/base/err.h"
#include "backends/base/known.h"
#include "backends/link/http.h"

enum { AWS_PAGES = 20, AWS_NAMES = 20 };

enum aws_service { AWS_ELASTICACHE, AWS_MEMORYDB };
const char *aws_service_word(enum aws_service service); /* "ElastiCache" */

/* What was found, and the err that done has with it. */
enum aws_state {
    AWS_FOUND,    /* ERR_OK */
    AWS_CREATING, /* ERR_NOT_FOUND: exists without an endpoint: retry later */
    AWS_UNUSABLE, /* ERR_NOT_FOUND: being deleted, or its creation failed */
    AWS_NONE,     /* ERR_NOT_FOUND */
    AWS_SEVERAL,  /* ERR_CONFLICT: ambiguous without an id */
    AWS_DENIED,   /* ERR_FORBIDDEN: no permission; ERR_AUTH: no, wrong or expired credentials */
    AWS_FAILED    /* any other: the request failed, or the response is malformed */
};

/* Borrowed until done returns; NULL and unknown for what AWS did not return. */
struct aws_redis {
    enum aws_state state;
    const char *region;
    const char *id, *status; /* FOUND, CREATING, UNUSABLE */
    const char *host;        /* FOUND only, and always */
    unsigned port;
    bool group; /* a replication group, or MemoryDB's cluster; else a single node, which is itself a single point of
                   failure */
    enum tri tls, auth, clustered;
    struct known_u64 replicas, shards;
    const char *failover, *engine, *version, *node_type;
    const char *acl;            /* MemoryDB's; "open-access": no password */
    const char *parameters;     /* the parameter group's name */
    struct known_u64 timeout_s; /* the parameter "timeout" */
    const char *maxmemory_policy;
    const char *parameters_why;       /* "" or why these two are unknown */
    const char *names[AWS_NAMES + 1]; /* SEVERAL: the ids, NULL-terminated */
    size_t count;                     /* SEVERAL: how many there are */
};

struct aws_find_calls {
    /* Called once, from the loop. redis is never NULL; why has a sentence unless FOUND. May call aws_find_free. */
    void (*done)(void *arg, enum err err, const struct aws_redis *redis, const struct why *why);
    void *arg;
};
struct aws_find_how {
    enum aws_service service;
    const char *id;               /* NULL: the only one there is */
    const char *region, *profile; /* NULL: as the environment and the shared files say */
};

struct aws_find;
/* http is used for AWS APIs; a client without a proxy is created for the container's agent and IMDS. */
struct aws_find *aws_find_redis(struct loop *l, struct http_client *http, const struct aws_find_how *how,
                                const struct aws_find_calls *calls);
void aws_find_free(struct aws_find *f); /* cancels it; no callback follows; NULL is fine */

#endif
