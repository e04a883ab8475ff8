/* memorydb_parse.c - parses MemoryDB's JSON responses into the structs of elasticache_parse.h. */
#include "backends/aws/memorydb_parse.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <string.h>

static void set_text(char **to, const cJSON *object, const char *name)
{
    const char *text = json_str(object, name);
    if (text) cache_set_text(to, text);
}

/* The response lists shards and nodes only if ShowShardDetails was requested. */
static void parse_shards(struct cache *c, const cJSON *object)
{
    const cJSON *list = json_get(object, "Shards");
    uint64_t count = 0, nodes = 0;
    bool all = cJSON_IsArray(list);

    JSON_EACH (shard, list) {
        const struct known_u64 n = json_u64(shard, "NumberOfNodes");
        all = all && n.known && n.value <= CACHES_MAX;
        if (all) nodes += n.value;
        count++;
    }
    c->shards = json_u64(object, "NumberOfShards");
    if (!c->shards.known && count) c->shards = known_u64(count);
    if (!all || !count || !c->shards.known || c->shards.value != count) return;
    c->members = known_u64(nodes);
    cache_set_text(&c->failover, nodes > count ? "enabled" : "disabled");
}

static void parse_cluster(struct cache *c, const cJSON *object)
{
    const cJSON *endpoint = json_get(object, "ClusterEndpoint");
    const char *host = json_str(endpoint, "Address");
    const struct known_u64 port = json_u64(endpoint, "Port");

    set_text(&c->id, object, "Name");
    set_text(&c->status, object, "Status");
    set_text(&c->engine, object, "Engine");
    set_text(&c->version, object, "EnginePatchVersion");
    set_text(&c->node_type, object, "NodeType");
    set_text(&c->parameters, object, "ParameterGroupName");
    set_text(&c->acl, object, "ACLName");
    c->tls = json_bool(object, "TLSEnabled");
    c->auth = !c->acl ? TRI_UNKNOWN : strcmp(c->acl, "open-access") == 0 ? TRI_NO : TRI_YES;
    c->clustered = TRI_YES;
    if (host && cache_is_host(host)) c->host = mem_str(host);
    if (port.known && port.value <= CACHE_PORT_MAX) c->port = (unsigned)port.value;
    cache_end(c);
    parse_shards(c, object);
}

/* The list of that name, and the page's token; the caller frees *ret_root. */
static enum err parse_page(const char *bytes, size_t len, const char *name, cJSON **ret_root, char **ret_token,
                           struct why *why)
{
    cJSON *root = NULL;
    enum err err = json_parse_shown(bytes, len, &root, why);

    if (err) {
        why_prefix(why, "AWS memorydb");
        return err;
    }
    if (!cJSON_IsArray(json_get(root, name))) {
        cJSON_Delete(root);
        return why_set(why, ERR_PROTOCOL, "AWS memorydb: JSON that is no answer to the request");
    }
    const char *token = json_str(root, "NextToken");
    cache_set_marker(ret_token, token ? token : "");
    *ret_root = root;
    return ERR_OK;
}

enum err memorydb_clusters_parse(const char *bytes, size_t len, struct caches *out, struct why *why)
{
    cJSON *root = NULL;

    cache_set_marker(&out->marker, "");
    enum err err = parse_page(bytes, len, "Clusters", &root, &out->marker, why);
    JSON_EACH (object, json_get(root, "Clusters")) {
        if (out->count == CACHES_MAX) {
            err = why_set(why, ERR_LIMIT, "AWS memorydb: more than %d clusters", CACHES_MAX);
            break;
        }
        out->item = mem_grow(out->item, out->count + 1, sizeof *out->item);
        out->item[out->count] = (struct cache){.group = true};
        parse_cluster(&out->item[out->count++], object);
    }
    cJSON_Delete(root);
    return err;
}

enum err memorydb_parameters_parse(const char *bytes, size_t len, struct cache_parameters *out, struct why *why)
{
    cJSON *root = NULL;

    cache_set_marker(&out->marker, "");
    enum err err = parse_page(bytes, len, "Parameters", &root, &out->marker, why);
    JSON_EACH (parameter, json_get(root, "Parameters"))
        cache_parameter(out, json_str(parameter, "Name"), json_str(parameter, "Value"));
    cJSON_Delete(root);
    return err;
}
