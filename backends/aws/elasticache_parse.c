/* elasticache_parse.c - parses ElastiCache's XML responses. */
#include "backends/aws/elasticache_parse.h"

#include "backends/aws/xml_walk.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_MAX = 253, MARKER_MAX = 4096 };

struct reading {
    struct caches *out;
    struct cache *now;  /* the item being read; NULL outside one */
    bool cut, answered; /* more items than are taken; the answer is one of the two */
};

void cache_set_text(char **to, const char *text)
{
    free(*to);
    *to = *text ? text_safe(text, strlen(text), TEXT_ONE_LINE, CACHE_WORD_MAX) : NULL;
}

void cache_set_marker(char **to, const char *text)
{
    free(*to);
    *to = *text && strlen(text) <= MARKER_MAX ? mem_str(text) : NULL;
}

bool cache_is_host(const char *s)
{
    static const char valid[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:_";
    size_t len = strlen(s);

    return len > 0 && len <= HOST_MAX && strspn(s, valid) == len && strcmp(s, "null") != 0 && strcmp(s, "None") != 0;
}

static enum tri yes_no(const char *text)
{
    if (strcmp(text, "true") == 0) return TRI_YES;
    return strcmp(text, "false") == 0 ? TRI_NO : TRI_UNKNOWN;
}

void cache_end(struct cache *c)
{
    if (c->host && c->port) return;
    free(c->host);
    c->host = NULL;
    c->port = 0;
}

static void on_open(void *arg, const char *path)
{
    struct reading *r = arg;
    bool group = xml_ends(path, "DescribeReplicationGroupsResult/ReplicationGroups/ReplicationGroup");
    bool cluster = xml_ends(path, "DescribeCacheClustersResult/CacheClusters/CacheCluster");

    if (strcmp(path, "DescribeReplicationGroupsResponse") == 0 || strcmp(path, "DescribeCacheClustersResponse") == 0)
        r->answered = true;
    if (!group && !cluster) return;
    if (r->now) cache_end(r->now);
    r->now = NULL;
    if (r->out->count == CACHES_MAX) {
        r->cut = true;
        return;
    }
    r->out->item = mem_grow(r->out->item, r->out->count + 1, sizeof *r->out->item);
    r->now = &r->out->item[r->out->count++];
    *r->now = (struct cache){.group = group};
}

static void parse_endpoint(struct cache *c, const char *path, const char *text, const char *of)
{
    char tail[64];
    uint64_t port;

    snprintf(tail, sizeof tail, "%s/Address", of);
    if (xml_ends(path, tail) && !c->host && cache_is_host(text)) c->host = mem_str(text);
    snprintf(tail, sizeof tail, "%s/Port", of);
    if (xml_ends(path, tail) && !c->port && !text_u64(text, strlen(text), CACHE_PORT_MAX, &port))
        c->port = (unsigned)port;
}

static void group_close(struct cache *c, const char *path, const char *text)
{
    if (xml_ends(path, "ReplicationGroup/ReplicationGroupId")) cache_set_text(&c->id, text);
    if (xml_ends(path, "ReplicationGroup/Status")) cache_set_text(&c->status, text);
    if (xml_ends(path, "ReplicationGroup/Engine")) cache_set_text(&c->engine, text);
    if (xml_ends(path, "ReplicationGroup/CacheNodeType")) cache_set_text(&c->node_type, text);
    if (xml_ends(path, "ReplicationGroup/AutomaticFailover")) cache_set_text(&c->failover, text);
    if (xml_ends(path, "ReplicationGroup/ClusterEnabled")) c->clustered = yes_no(text);
    if (xml_ends(path, "ReplicationGroup/AuthTokenEnabled")) c->auth = yes_no(text);
    if (xml_ends(path, "ReplicationGroup/TransitEncryptionEnabled")) c->tls = yes_no(text);
    if (xml_ends(path, "MemberClusters/ClusterId") && !c->member) cache_set_text(&c->member, text);
    if (xml_ends(path, "NodeGroups/NodeGroup")) c->shards = known_u64(c->shards.value + 1);
    if (xml_ends(path, "NodeGroupMembers/NodeGroupMember")) c->members = known_u64(c->members.value + 1);
    parse_endpoint(c, path, text, "ReplicationGroup/ConfigurationEndpoint");
    parse_endpoint(c, path, text, "NodeGroup/PrimaryEndpoint");
}

static void cluster_close(struct cache *c, const char *path, const char *text)
{
    if (xml_ends(path, "CacheCluster/CacheClusterId")) cache_set_text(&c->id, text);
    if (xml_ends(path, "CacheCluster/CacheClusterStatus")) cache_set_text(&c->status, text);
    if (xml_ends(path, "CacheCluster/Engine")) cache_set_text(&c->engine, text);
    if (xml_ends(path, "CacheCluster/EngineVersion")) cache_set_text(&c->version, text);
    if (xml_ends(path, "CacheCluster/CacheNodeType")) cache_set_text(&c->node_type, text);
    if (xml_ends(path, "CacheCluster/ReplicationGroupId")) cache_set_text(&c->of_group, text);
    if (xml_ends(path, "CacheCluster/AuthTokenEnabled")) c->auth = yes_no(text);
    if (xml_ends(path, "CacheCluster/TransitEncryptionEnabled")) c->tls = yes_no(text);
    if (xml_ends(path, "CacheParameterGroup/CacheParameterGroupName")) cache_set_text(&c->parameters, text);
    if (xml_ends(path, "CacheNodes/CacheNode")) c->members = known_u64(c->members.value + 1);
    parse_endpoint(c, path, text, "CacheNode/Endpoint");
}

static void on_close(void *arg, const char *path, const char *text)
{
    struct reading *r = arg;

    if (xml_ends(path, "DescribeReplicationGroupsResult/Marker") ||
        xml_ends(path, "DescribeCacheClustersResult/Marker"))
        cache_set_marker(&r->out->marker, text);
    if (!r->now) return;
    if (r->now->group)
        group_close(r->now, path, text);
    else
        cluster_close(r->now, path, text);
    if (xml_ends(path, "ReplicationGroups/ReplicationGroup") || xml_ends(path, "CacheClusters/CacheCluster")) {
        cache_end(r->now);
        r->now = NULL;
    }
}

enum err caches_parse(const char *bytes, size_t len, struct caches *out, struct why *why)
{
    struct reading r = {.out = out};

    free(out->marker);
    out->marker = NULL;
    enum err err = xml_walk(bytes, len, &(struct xml_calls){on_open, on_close, &r}, why);
    if (r.now) cache_end(r.now);
    if (err) {
        why_prefix(why, "AWS elasticache");
        return err;
    }
    if (r.cut) return why_set(why, ERR_LIMIT, "AWS elasticache: more than %d caches", CACHES_MAX);
    if (!r.answered) return why_set(why, ERR_PROTOCOL, "AWS elasticache: XML that is no answer to the request");
    return ERR_OK;
}

static void cache_done(struct cache *c)
{
    char *const text[] = {c->id,         c->status, c->host,     c->engine,   c->version, c->node_type,
                          c->parameters, c->member, c->of_group, c->failover, c->acl};

    for (size_t i = 0; i < ARRAY_LEN(text); i++) free(text[i]);
}

void caches_done(struct caches *c)
{
    for (size_t i = 0; i < c->count; i++) cache_done(&c->item[i]);
    free(c->item);
    free(c->marker);
    *c = (struct caches){0};
}

/* ---- parameters ---------------------------------------------------------------------------------------------- */

struct reading_parameters {
    struct cache_parameters *out;
    char *name, *value;
    bool answered;
};

static void parameters_open(void *arg, const char *path)
{
    struct reading_parameters *r = arg;
    if (strcmp(path, "DescribeCacheParametersResponse") == 0) r->answered = true;
}

void cache_parameter(struct cache_parameters *out, const char *name, const char *value)
{
    uint64_t seconds;

    if (!name || !value) return;
    if (strcmp(name, "timeout") == 0 && !text_u64(value, strlen(value), UINT32_MAX, &seconds))
        out->timeout_s = known_u64(seconds);
    if (strcmp(name, "maxmemory-policy") == 0) cache_set_text(&out->maxmemory_policy, value);
}

static void parameter_end(struct reading_parameters *r)
{
    cache_parameter(r->out, r->name, r->value);
    free(r->name);
    free(r->value);
    r->name = r->value = NULL;
}

static void parameters_close(void *arg, const char *path, const char *text)
{
    struct reading_parameters *r = arg;

    if (xml_ends(path, "DescribeCacheParametersResult/Marker")) cache_set_marker(&r->out->marker, text);
    if (xml_ends(path, "Parameters/Parameter/ParameterName")) cache_set_text(&r->name, text);
    if (xml_ends(path, "Parameters/Parameter/ParameterValue")) cache_set_text(&r->value, text);
    if (xml_ends(path, "Parameters/Parameter")) parameter_end(r);
}

enum err cache_parameters_parse(const char *bytes, size_t len, struct cache_parameters *out, struct why *why)
{
    struct reading_parameters r = {.out = out};

    free(out->marker);
    out->marker = NULL;
    enum err err = xml_walk(bytes, len, &(struct xml_calls){parameters_open, parameters_close, &r}, why);
    free(r.name);
    free(r.value);
    if (err) {
        why_prefix(why, "AWS elasticache");
        return err;
    }
    if (!r.answered) return why_set(why, ERR_PROTOCOL, "AWS elasticache: XML that is no answer to the request");
    return ERR_OK;
}

void cache_parameters_done(struct cache_parameters *p)
{
    free(p->maxmemory_policy);
    free(p->marker);
    *p = (struct cache_parameters){0};
}
