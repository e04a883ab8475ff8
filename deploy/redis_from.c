/* redis_from.c - see redis_from.h. */
#include "deploy/redis_from.h"

#include "backends/aws/elasticache.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 50, SAID_MAX = 2 * ERR_TEXT_MAX };

static const char *const kinds[] = {[AWS_ELASTICACHE] = "elasticache", [AWS_MEMORYDB] = "memorydb"};

struct redis_from {
    struct redis_from_conf conf;
    struct redis_from_calls calls;
    struct http_client *http;
    struct aws_find *find;
    struct alarm *again;
    enum aws_service service;
    char *id, *host, *policy;
    unsigned port;
    enum tri tls;
    struct doctor_aws facts;
    char name[ID_MAX + 1], why[SAID_MAX], said[SAID_MAX];
};

static bool service_of(const char *word, enum aws_service *ret)
{
    const size_t n = strcspn(word, ":");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strlen(kinds[i]) != n || strncmp(kinds[i], word, n) != 0) continue;
        *ret = (enum aws_service)i;
        return true;
    }
    return false;
}

enum err redis_from_check(const char *word, struct why *why)
{
    enum aws_service service;
    bool good = service_of(word, &service);
    const char *colon = strchr(word, ':'), *id = colon ? colon + 1 : "";
    if (colon) good = good && isalpha((unsigned char)*id);
    for (size_t i = 0; good && id[i]; i++) good = i < ID_MAX && (isalnum((unsigned char)id[i]) || id[i] == '-');
    return good ? ERR_OK : why_set(why, ERR_USAGE, "--redis-from: expected elasticache[:ID], memorydb[:NAME] or dev");
}

static void from_report(struct redis_from *f, const char *text)
{
    if (strcmp(f->said, text) == 0) return;
    snprintf(f->said, sizeof f->said, "%s", text);
    if (f->calls.said) f->calls.said(f->calls.arg, f->said);
}

static void facts_keep(struct redis_from *f, const struct aws_redis *r)
{
    free(f->host);
    free(f->policy);
    f->host = mem_str(r->host);
    f->policy = mem_str(r->maxmemory_policy);
    f->port = r->port;
    f->tls = r->tls;
    snprintf(f->name, sizeof f->name, "%s", r->id ? r->id : "");
    snprintf(f->why, sizeof f->why, "%s", r->parameters_why ? r->parameters_why : "");
    f->facts = (struct doctor_aws){.service = aws_service_word(f->service),
                                   .shards = f->service == AWS_MEMORYDB ? r->shards : UNKNOWN_U64,
                                   .id = f->name,
                                   .host = f->host,
                                   .policy = f->policy,
                                   .why = f->why,
                                   .timeout_s = r->timeout_s,
                                   .replicas = r->replicas,
                                   .failover = !r->group                         ? TRI_NO
                                               : !r->failover                    ? TRI_UNKNOWN
                                               : text_eq(r->failover, "enabled") ? TRI_YES
                                                                                 : TRI_NO};
}

static void found_text(const struct redis_from *f, const struct aws_redis *r, char text[SAID_MAX])
{
    snprintf(text, SAID_MAX, "%s %s: %s:%u, %s%s%s%s", aws_service_word(f->service), f->name, f->host, f->port,
             r->tls == TRI_YES  ? "TLS"
             : r->tls == TRI_NO ? "without TLS"
                                : "TLS unknown",
             r->acl ? ", ACL " : "", r->acl ? r->acl : "",
             f->service == AWS_MEMORYDB && !r->shards.known ? "; number of shards unknown" : "");
}

/* Ray's GCS knows one shard alone. MemoryDB always speaks as one in cluster mode; with one shard Ray looks for its
 * primary itself (ray #31257). */
static bool is_of_many(const struct redis_from *f, const struct aws_redis *r, char text[SAID_MAX])
{
    const bool memorydb = f->service == AWS_MEMORYDB;
    if (memorydb && r->shards.known && r->shards.value != 1)
        snprintf(text, SAID_MAX, "MemoryDB %s has %llu shards: Ray's GCS needs one", f->name,
                 (unsigned long long)r->shards.value);
    else if (!memorydb && r->clustered == TRI_YES)
        snprintf(text, SAID_MAX, "ElastiCache %s has cluster mode on: Ray's GCS needs one shard", f->name);
    else
        return false;
    return true;
}

static void on_found(void *arg, enum err err, const struct aws_redis *r, const struct why *why)
{
    struct redis_from *f = arg;
    char text[SAID_MAX];
    if (r->state == AWS_CREATING && f->conf.every_ms) {
        from_report(f, why->text);
        alarm_set(f->again, f->conf.every_ms, 0);
        return;
    }
    snprintf(text, sizeof text, "%s", why->text);
    if (r->state == AWS_FOUND) {
        facts_keep(f, r);
        if (is_of_many(f, r, text))
            err = ERR_UNSUPPORTED;
        else
            found_text(f, r, text);
    } else {
        snprintf(f->why, sizeof f->why, "%s", text);
        if (r->state == AWS_SEVERAL) err = ERR_USAGE;
    }
    f->calls.done(f->calls.arg, err, text);
}

static void query_start(void *arg)
{
    struct redis_from *f = arg;
    aws_find_free(f->find);
    f->find = aws_find_redis(f->conf.loop, f->http, &(struct aws_find_how){.service = f->service, .id = f->id},
                             &(struct aws_find_calls){on_found, f});
}

struct redis_from *redis_from_start(const struct redis_from_conf *conf, const struct redis_from_calls *calls)
{
    struct redis_from *f = mem_zero(1, sizeof *f);
    const char *id = strchr(conf->word, ':');
    f->conf = *conf;
    f->conf.word = NULL; /* the caller's */
    f->calls = *calls;
    f->id = mem_str(id ? id + 1 : NULL);
    (void)service_of(conf->word, &f->service);
    f->http = http_client_new(conf->loop, &(struct http_client_conf){.user_agent = "raydeck"});
    f->again = alarm_new(conf->loop, query_start, f);
    snprintf(f->why, sizeof f->why, "no answer from AWS yet");
    f->facts = (struct doctor_aws){
        .service = aws_service_word(f->service), .id = f->name, .why = f->why, .failover = TRI_UNKNOWN};
    query_start(f);
    return f;
}

void redis_from_free(struct redis_from *f)
{
    if (!f) return;
    aws_find_free(f->find);
    alarm_free(f->again);
    http_client_free(f->http);
    free(f->id);
    free(f->host);
    free(f->policy);
    free(f);
}

static bool by_hand(const struct variables *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->items[i].name, name) == 0) return v->items[i].state == VARIABLE_SET;
    return false;
}

static enum err variable_give(struct variables *v, const char *name, const char *value, struct why *why)
{
    if (by_hand(v, name)) return ERR_OK;
    char *assignment = mem_printf("%s=%s", name, value);
    enum err err = variables_give(v, assignment, why);
    free(assignment);
    return err;
}

enum err redis_from_give(const struct redis_from *f, struct variables *v, struct why *why)
{
    char port[16];
    if (!f->host || !*f->host || !f->port) return why_set(why, ERR_NOT_FOUND, "AWS returned no endpoint");
    snprintf(port, sizeof port, "%u", f->port);
    enum err err = variable_give(v, "EXT_REDIS_ENDPOINT", f->host, why);
    if (!err) err = variable_give(v, "REDIS_PORT", port, why);
    if (!err && f->tls != TRI_UNKNOWN)
        err = variable_give(v, "REDIS_SCHEME", f->tls == TRI_YES ? "rediss" : "redis", why);
    return err;
}

const struct doctor_aws *redis_from_facts(const struct redis_from *f)
{
    return &f->facts;
}
