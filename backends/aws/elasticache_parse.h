/*
 * elasticache_parse.h - parses responses of ElastiCache (API version 2015-02-02): DescribeReplicationGroups,
 * DescribeCacheClusters, DescribeCacheParameters.
 *
 * No I/O; texts are safe. An invalid host or port counts as absent: a cache that is being created has no endpoint.
 */
#ifndef RAYDECK_AWS_ELASTICACHE_PARSE_H
#define RAYDECK_AWS_ELASTICACHE_PARSE_H

#include "backends/base/err.h"
#include "backends/base/known.h"

#include <stdbool.h>
#include <stddef.h>

enum { CACHES_MAX = 1000, CACHE_WORD_MAX = 256, CACHE_PORT_MAX = 65535 };

struct cache {
    bool group;        /* a replication group, or MemoryDB's cluster; else a cluster, of one node where it is Redis */
    char *id, *status; /* "creating", "available" … */
    char *host;        /* NULL: none yet. A group's primary, or its configuration endpoint */
    unsigned port;     /* with host */
    char *engine, *version; /* "redis", "7.1.0"; a group does not say the version */
    char *node_type;
    char *parameters; /* the name of its parameter group; a group does not say it: ask for its member */
    char *member;     /* a group's first cluster */
    char *of_group;   /* a cluster that is a member of this one */
    char *failover;   /* "enabled", "disabled" … */
    char *acl;        /* MemoryDB's; "open-access": no password */
    enum tri tls, auth, clustered;
    struct known_u64 shards, members; /* nodes, the primaries among them */
};
struct caches {
    struct cache *item;
    size_t count;
    char *marker; /* of the next page; NULL: that was the last */
};

/* Appends the page's groups or clusters, and sets the marker. ERR_PARSE, ERR_LIMIT (CACHES_MAX), ERR_PROTOCOL (the
 * response to another request); out keeps what was appended, and the caller frees it with caches_done. */
enum err caches_parse(const char *bytes, size_t len, struct caches *out, struct why *why);
void caches_done(struct caches *c); /* a zeroed one is fine */

struct cache_parameters {
    struct known_u64 timeout_s; /* 0: idle connections are kept for ever */
    char *maxmemory_policy;     /* NULL: not seen */
    char *marker;
};
/* Adds the page's values of the two parameters. As above; the caller frees it with cache_parameters_done. */
enum err cache_parameters_parse(const char *bytes, size_t len, struct cache_parameters *out, struct why *why);
void cache_parameters_done(struct cache_parameters *p);

/* What memorydb_parse.c reads in the same way. "" makes a text or a marker NULL; a host is a name or an address, and no
 * "null", which is what a script makes of none; an item ends with both halves of its endpoint, or neither. */
void cache_set_text(char **to, const char *text);
void cache_set_marker(char **to, const char *text);
bool cache_is_host(const char *s);
void cache_end(struct cache *c);
void cache_parameter(struct cache_parameters *out, const char *name /* or NULL */, const char *value);

#endif
