/*
 * elasticache.h - finds the Redis (or Valkey) in ElastiCache or MemoryDB that the GCS is to keep its state in.
 *
 * Replication groups and clusters of one node are looked at; of MemoryDB its clusters. What is found has an endpoint:
 * while it is being created, that is said, and there is no host. Nothing is changed in AWS.
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
    AWS_CREATING, /* ERR_NOT_FOUND: it is there, its endpoint is not yet: ask again later */
    AWS_UNUSABLE, /* ERR_NOT_FOUND: being deleted, or its creation failed */
    AWS_NONE,     /* ERR_NOT_FOUND */
    AWS_SEVERAL,  /* ERR_CONFLICT: one has to be named */
    AWS_DENIED,   /* ERR_FORBIDDEN: no permission; ERR_AUTH: no, wrong or expired credentials */
    AWS_FAILED    /* any other: AWS could not be asked, or its answer not be read */
};

/* Borrowed until done returns; NULL and unknown where AWS did not say. */
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
    const char *parameters_why;       /* "" or why the two are not known */
    const char *names[AWS_NAMES + 1]; /* SEVERAL: the ids, NULL-terminated */
    size_t count;                     /* SEVERAL: how many there are */
};

struct aws_find_calls {
    /* Once, from the loop. redis is never NULL; why says all but FOUND in a sentence. The finding may be freed in it.
     */
    void (*done)(void *arg, enum err err, const struct aws_redis *redis, const struct why *why);
    void *arg;
};
struct aws_find_how {
    enum aws_service service;
    const char *id;               /* NULL: the only one there is */
    const char *region, *profile; /* NULL: as the environment and the shared files say */
};

struct aws_find;
/* http is the caller's, used for AWS itself (its proxy, its trust); the agents of container and instance are asked by a
 * client of our own, never through a proxy. */
struct aws_find *aws_find_redis(struct loop *l, struct http_client *http, const struct aws_find_how *how,
                                const struct aws_find_calls *calls);
void aws_find_free(struct aws_find *f); /* stops it; no callback comes after it; NULL is fine */

#endif
