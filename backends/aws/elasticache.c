/*
 * elasticache.c - describes the caches, chooses one, checks it, and reads its parameters.
 */
#include "backends/aws/elasticache.h"

#include "backends/aws/credentials.h"
#include "backends/aws/memorydb_parse.h"
#include "backends/aws/request.h"
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/blocking.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAMES_TEXT_MAX = 400 };
#define PAGE_SIZE "100"
#define PAGE_SIZE_JSON 100
#define VERSION_2015 "2015-02-02"

struct aws_find {
    enum aws_service service;
    struct loop *loop;
    struct http_client *http, *meta;
    struct aws_find_calls calls;
    struct alarm *soon; /* starts from the loop: done must not be called from within aws_find_redis */
    char *id, *region, *profile;
    struct aws_settings settings;
    struct blocking_call *reading; /* of the settings; NULL: not under way */
    struct credentials *credentials;
    struct aws_keys keys;
    struct aws_request *request;
    void (*answered)(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *why);
    unsigned pages;       /* of the current request */
    struct caches found;  /* groups, then clusters */
    struct caches member; /* the first cluster of the group that was found */
    struct cache_parameters parameters;
    const struct cache *chosen;
    bool by_member;    /* id was that of a group's member, and now is the group's */
    struct why denied; /* why groups may not be described; code ERR_OK: they may */
    struct why no_parameters;
    struct why last; /* of the end */
};

static void describe_first(struct aws_find *f);
static void describe_groups(struct aws_find *f);
static void describe_clusters(struct aws_find *f);
static void describe_parameters(struct aws_find *f, const char *name);

const char *aws_service_word(enum aws_service service)
{
    return service == AWS_MEMORYDB ? "MemoryDB" : "ElastiCache";
}

static const char *find_name(const struct aws_find *f)
{
    return aws_service_word(f->service);
}

/* ---- result -------------------------------------------------------------------------------------------------- */

static void redis_fill(struct aws_redis *r, const struct aws_find *f, const struct cache *c)
{
    const struct cache *m = f->member.count ? &f->member.item[0] : c;

    r->id = c->id;
    r->status = c->status;
    r->group = c->group;
    r->tls = c->tls;
    r->auth = c->auth;
    r->clustered = c->group ? c->clustered : TRI_NO;
    r->shards = c->group ? c->shards : known_u64(1);
    r->failover = c->failover;
    r->engine = c->engine ? c->engine : m->engine;
    r->version = c->version ? c->version : m->version;
    r->node_type = c->node_type;
    r->acl = c->acl;
    r->parameters = m->parameters;
    r->timeout_s = f->parameters.timeout_s;
    r->maxmemory_policy = f->parameters.maxmemory_policy;
    if (r->state != AWS_FOUND) return;
    r->host = c->host;
    r->port = c->port;
    if (!c->group) r->replicas = known_u64(0);
    if (c->group && c->members.known && c->shards.known && c->members.value >= c->shards.value)
        r->replicas = known_u64(c->members.value - c->shards.value);
}

static void find_finish(struct aws_find *f, enum aws_state state, const struct cache *c, const struct aws_redis *more)
{
    struct aws_redis r = more ? *more : (struct aws_redis){0};

    r.state = state;
    r.region = f->settings.region;
    r.parameters_why = f->no_parameters.text;
    if (c) redis_fill(&r, f, c);
    aws_keys_done(&f->keys);
    f->calls.done(f->calls.arg, f->last.code, &r, &f->last);
}

static void find_fail(struct aws_find *f, const struct why *why)
{
    bool denied = why->code == ERR_FORBIDDEN || why->code == ERR_AUTH;

    f->last = *why;
    find_finish(f, denied ? AWS_DENIED : AWS_FAILED, NULL, NULL);
}

static void find_none(struct aws_find *f)
{
    if (f->denied.code) {
        find_fail(f, &f->denied);
        return;
    }
    if (f->id)
        why_set(&f->last, ERR_NOT_FOUND, "%s in %s has nothing called %.64s", find_name(f), f->settings.region, f->id);
    else
        why_set(&f->last, ERR_NOT_FOUND, "%s in %s has no Redis", find_name(f), f->settings.region);
    find_finish(f, AWS_NONE, NULL, NULL);
}

/* ---- requests ------------------------------------------------------------------------------------------------ */

static void on_answer(void *arg, enum err err, const char *body, size_t len, const char *code, const struct why *why)
{
    struct aws_find *f = arg;

    (void)code;
    aws_request_free(f->request);
    f->request = NULL;
    f->answered(f, err, body, len, why);
}

typedef void answer(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *why);

static void send_query(struct aws_find *f, const struct aws_query *query, answer *answered)
{
    struct why why = {0};

    f->answered = answered;
    if (aws_request_send(f->loop, f->http, &f->settings, query, &(struct aws_calls){on_answer, f}, &f->request, &why))
        find_fail(f, &why);
}

static void query_send(struct aws_find *f, const struct aws_field *field, answer *answered)
{
    send_query(f, &(struct aws_query){.service = "elasticache", .field = field, .keys = &f->keys}, answered);
}

/* Takes question. Without an id, requests pages. */
static void json_send(struct aws_find *f, const char *target, cJSON *question, const char *token, answer *answered)
{
    if (token) cJSON_AddStringToObject(question, "NextToken", token);
    char *text = cJSON_PrintUnformatted(question);
    cJSON_Delete(question);
    send_query(f, &(struct aws_query){.service = "memorydb", .target = target, .json = text, .keys = &f->keys},
               answered);
    free(text);
}

/* Is there another page? ERR_LIMIT: more than AWS_PAGES. */
static enum err next_page(struct aws_find *f, const char *marker, bool *ret, struct why *why)
{
    *ret = marker != NULL;
    f->pages = marker ? f->pages + 1 : 0;
    if (f->pages < AWS_PAGES) return ERR_OK;
    return why_set(why, ERR_LIMIT, "AWS %s: more than %d pages",
                   f->service == AWS_MEMORYDB ? "memorydb" : "elasticache", AWS_PAGES);
}

/* ---- choosing ------------------------------------------------------------------------------------------------ */

static bool is_redis(const struct cache *c)
{
    return c->group || !c->engine || strcmp(c->engine, "redis") == 0 || strcmp(c->engine, "valkey") == 0;
}

static bool has_status(const struct cache *c, const char *status)
{
    return c->status && strcasecmp(c->status, status) == 0;
}

static bool is_deleting(const struct cache *c)
{
    return has_status(c, "deleting") || has_status(c, "deleted") || has_status(c, "create-failed");
}

static void find_ambiguous(struct aws_find *f)
{
    struct aws_redis r = {0};
    struct buf names;

    buf_init(&names, NAMES_TEXT_MAX);
    for (size_t i = 0; i < f->found.count; i++) {
        const struct cache *c = &f->found.item[i];
        if (!is_redis(c) || is_deleting(c) || !c->id) continue;
        if (r.count < AWS_NAMES) {
            r.names[r.count] = c->id;
            (void)buf_printf(&names, "%s%s", names.len ? ", " : "", c->id);
        }
        r.count++;
    }
    why_set(&f->last, ERR_CONFLICT, "%s in %s has %zu of Redis; name one: %s%s", find_name(f), f->settings.region,
            r.count, buf_text(&names), r.count > AWS_NAMES ? " …" : "");
    buf_done(&names);
    find_finish(f, AWS_SEVERAL, NULL, &r);
}

static void cache_found(struct aws_find *f);

/* Checks the status and endpoint of the chosen one. */
static void cache_check(struct aws_find *f, const struct cache *c)
{
    const char *id = c->id ? c->id : "?", *status = c->status ? c->status : "unknown";

    f->chosen = c;
    if (!is_redis(c)) {
        why_set(&f->last, ERR_NOT_FOUND, "%s %.64s is no Redis but %.32s", find_name(f), id, c->engine);
        find_finish(f, AWS_UNUSABLE, c, NULL);
    } else if (is_deleting(c)) {
        why_set(&f->last, ERR_NOT_FOUND, "%s %.64s cannot be used: %.32s", find_name(f), id, status);
        find_finish(f, AWS_UNUSABLE, c, NULL);
    } else if (has_status(c, "available") && !c->host) {
        why_set(&f->last, ERR_PROTOCOL, "%s %.64s is available, but AWS names no endpoint", find_name(f), id);
        find_finish(f, AWS_FAILED, c, NULL);
    } else if (!c->host || has_status(c, "creating")) {
        why_set(&f->last, ERR_NOT_FOUND, "%s %.64s has no endpoint yet: %.32s", find_name(f), id, status);
        find_finish(f, AWS_CREATING, c, NULL);
    } else {
        cache_found(f);
    }
}

static void cache_choose(struct aws_find *f)
{
    const struct cache *one = NULL, *going = NULL;
    size_t good = 0;

    for (size_t i = 0; i < f->found.count; i++) {
        const struct cache *c = &f->found.item[i];
        if (!f->id && !is_redis(c)) continue;
        if (is_deleting(c)) {
            going = c;
        } else {
            one = c;
            good++;
        }
    }
    if (good > 1)
        find_ambiguous(f);
    else if (one || going)
        cache_check(f, one ? one : going);
    else
        find_none(f);
}

/* ---- what it is like ----------------------------------------------------------------------------------------- */

static void unknown_parameters(struct aws_find *f, const struct why *why)
{
    f->no_parameters = *why;
    find_finish(f, AWS_FOUND, f->chosen, NULL);
}

static void on_parameters(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *said)
{
    struct why why = *said;
    bool more = false;

    if (!err)
        err = f->service == AWS_MEMORYDB ? memorydb_parameters_parse(body, len, &f->parameters, &why)
                                         : cache_parameters_parse(body, len, &f->parameters, &why);
    if (!err) err = next_page(f, f->parameters.marker, &more, &why);
    if (err)
        unknown_parameters(f, &why);
    else if (more)
        describe_parameters(f, f->member.count ? f->member.item[0].parameters : f->chosen->parameters);
    else
        find_finish(f, AWS_FOUND, f->chosen, NULL);
}

static void describe_parameters(struct aws_find *f, const char *name)
{
    struct why why;

    if (!name) {
        why_set(&why, ERR_NOT_FOUND, "%s: the parameter group's name was not said", find_name(f));
        unknown_parameters(f, &why);
        return;
    }
    if (f->service == AWS_MEMORYDB) {
        cJSON *question = cJSON_CreateObject();
        cJSON_AddStringToObject(question, "ParameterGroupName", name);
        cJSON_AddNumberToObject(question, "MaxResults", PAGE_SIZE_JSON);
        json_send(f, "AmazonMemoryDB.DescribeParameters", question, f->parameters.marker, on_parameters);
        return;
    }
    const struct aws_field field[] = {
        {"Action", "DescribeCacheParameters"}, {"Version", VERSION_2015}, {"CacheParameterGroupName", name},
        {"Marker", f->parameters.marker},      {"MaxRecords", PAGE_SIZE}, {0},
    };
    query_send(f, field, on_parameters);
}

static void on_member(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *said)
{
    struct why why = *said;

    if (!err) err = caches_parse(body, len, &f->member, &why);
    if (err)
        unknown_parameters(f, &why);
    else
        describe_parameters(f, f->member.count ? f->member.item[0].parameters : NULL);
}

static void cache_found(struct aws_find *f)
{
    const struct cache *c = f->chosen;

    if (!c->group || !c->member) {
        describe_parameters(f, c->parameters);
        return;
    }
    const struct aws_field field[] = {
        {"Action", "DescribeCacheClusters"}, {"Version", VERSION_2015}, {"CacheClusterId", c->member}, {0}};
    query_send(f, field, on_member);
}

/* ---- looking for it ------------------------------------------------------------------------------------------ */

static void on_clusters(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *said)
{
    struct why why = *said;
    bool more = false;

    if (err == ERR_NOT_FOUND) {
        find_none(f);
        return;
    }
    if (!err) err = caches_parse(body, len, &f->found, &why);
    if (!err) err = next_page(f, f->found.marker, &more, &why);
    if (err) {
        find_fail(f, &why);
    } else if (more) {
        describe_clusters(f);
    } else if (f->id && f->found.count && f->found.item[0].of_group && !f->by_member) {
        if (f->denied.code) {
            find_fail(f, &f->denied);
            return;
        }
        /* a member may be a replica: its group has the primary endpoint */
        free(f->id);
        f->id = mem_str(f->found.item[0].of_group);
        f->by_member = true;
        caches_done(&f->found);
        describe_groups(f);
    } else {
        cache_choose(f);
    }
}

static void describe_clusters(struct aws_find *f)
{
    const struct aws_field field[] = {
        {"Action", "DescribeCacheClusters"},
        {"Version", VERSION_2015},
        {"CacheClusterId", f->id},
        {"ShowCacheNodeInfo", "true"},
        {"ShowCacheClustersNotInReplicationGroups", f->id ? NULL : "true"},
        {"Marker", f->found.marker},
        {"MaxRecords", f->id ? NULL : PAGE_SIZE},
        {0},
    };
    query_send(f, field, on_clusters);
}

static void on_groups(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *said)
{
    struct why why = *said;
    bool more = false;

    /* without permission for groups, the named cluster may still be readable */
    if (err == ERR_FORBIDDEN && f->id && !f->by_member) f->denied = why;
    if (err == ERR_NOT_FOUND || f->denied.code) {
        if (f->by_member)
            find_none(f);
        else
            describe_clusters(f);
        return;
    }
    if (!err) err = caches_parse(body, len, &f->found, &why);
    if (!err) err = next_page(f, f->found.marker, &more, &why);
    if (err)
        find_fail(f, &why);
    else if (more)
        describe_groups(f);
    else if (f->id && f->found.count)
        cache_choose(f);
    else
        describe_clusters(f);
}

static void describe_groups(struct aws_find *f)
{
    const struct aws_field field[] = {
        {"Action", "DescribeReplicationGroups"},
        {"Version", VERSION_2015},
        {"ReplicationGroupId", f->id},
        {"Marker", f->found.marker},
        {"MaxRecords", f->id ? NULL : PAGE_SIZE},
        {0},
    };
    query_send(f, field, on_groups);
}

/* ---- in MemoryDB --------------------------------------------------------------------------------------------- */

static void on_memorydb(struct aws_find *f, enum err err, const char *body, size_t len, const struct why *said)
{
    struct why why = *said;
    bool more = false;

    if (err == ERR_NOT_FOUND) {
        find_none(f);
        return;
    }
    if (!err) err = memorydb_clusters_parse(body, len, &f->found, &why);
    if (!err) err = next_page(f, f->found.marker, &more, &why);
    if (err)
        find_fail(f, &why);
    else if (more)
        describe_first(f);
    else
        cache_choose(f);
}

static void describe_first(struct aws_find *f)
{
    if (f->service == AWS_ELASTICACHE) {
        describe_groups(f);
        return;
    }
    cJSON *question = cJSON_CreateObject();
    if (f->id)
        cJSON_AddStringToObject(question, "ClusterName", f->id);
    else
        cJSON_AddNumberToObject(question, "MaxResults", PAGE_SIZE_JSON);
    cJSON_AddBoolToObject(question, "ShowShardDetails", true);
    json_send(f, "AmazonMemoryDB.DescribeClusters", question, f->found.marker, on_memorydb);
}

/* ---- the start ----------------------------------------------------------------------------------------------- */

static void on_keys(void *arg, enum err err, struct aws_keys *keys, const struct why *why)
{
    struct aws_find *f = arg;
    struct why copy = *why;

    if (!err) {
        f->keys = *keys;
        *keys = (struct aws_keys){0};
    }
    credentials_free(f->credentials);
    f->credentials = NULL;
    if (err) {
        copy.code = ERR_AUTH;
        why_prefix(&copy, "no credentials for AWS");
        find_fail(f, &copy);
    } else {
        describe_first(f);
    }
}

/* The files in a home directory that may hang. */
struct settings_work {
    char *profile, *region;
    struct aws_settings settings;
    enum err err;
    struct why why;
};

static void settings_run(void *data)
{
    struct settings_work *w = data;
    w->err = aws_settings_read(&w->settings, w->profile, w->region, &w->why);
}

static void settings_free(void *data)
{
    struct settings_work *w = data;
    aws_settings_done(&w->settings);
    free(w->profile);
    free(w->region);
    free(w);
}

static void on_settings(void *arg, void *data)
{
    struct aws_find *f = arg;
    struct settings_work *w = data;

    f->reading = NULL;
    if (w->err) {
        find_fail(f, &w->why);
        return;
    }
    f->settings = w->settings;
    w->settings = (struct aws_settings){0};
    f->credentials =
        credentials_start(f->loop, f->http, f->meta, &f->settings, &(struct keys_calls){.done = on_keys, .arg = f});
}

static void find_begin(void *arg)
{
    static const struct blocking_ops ops = {settings_run, on_settings, settings_free};
    struct aws_find *f = arg;
    struct settings_work *w = mem_zero(1, sizeof *w);
    struct why why = {0};

    w->profile = mem_str(f->profile);
    w->region = mem_str(f->region);
    if (!blocking_start(f->loop, &ops, w, f, &f->reading)) return;
    (void)why_set(&why, ERR_LIMIT, "AWS: its files cannot be read: too many blocked threads");
    find_fail(f, &why);
}

struct aws_find *aws_find_redis(struct loop *l, struct http_client *http, const struct aws_find_how *how,
                                const struct aws_find_calls *calls)
{
    const struct http_client_conf direct = {.proxy = ""};
    struct aws_find *f = mem_zero(1, sizeof *f);

    f->loop = l;
    f->http = http;
    f->service = how->service;
    f->meta = http_client_new(l, &direct);
    f->calls = *calls;
    f->id = how->id && *how->id ? mem_str(how->id) : NULL;
    f->region = mem_str(how->region);
    f->profile = mem_str(how->profile);
    f->soon = alarm_new(l, find_begin, f);
    alarm_set(f->soon, 0, 0);
    return f;
}

void aws_find_free(struct aws_find *f)
{
    if (!f) return;
    blocking_abandon(f->reading);
    credentials_free(f->credentials);
    aws_request_free(f->request);
    http_client_free(f->meta);
    alarm_free(f->soon);
    aws_settings_done(&f->settings);
    aws_keys_done(&f->keys);
    caches_done(&f->found);
    caches_done(&f->member);
    cache_parameters_done(&f->parameters);
    free(f->id);
    free(f->region);
    free(f->profile);
    free(f);
}
