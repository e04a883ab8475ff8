/* rights_poll.c - what the user of this connection may do of what Ray's GCS does, by ACL DRYRUN (Redis 7), which runs
 * nothing. Once a connection, and again when a storage namespace is known, whose keys are then tried. Ray:
 * RedisContext::Connect and RedisStoreClient. */
#include "backends/base/mem.h"
#include "backends/redis/redis_link.h"

#include <stdio.h>
#include <string.h>

enum { RIGHT_ARGS = 4 };

/* Its start: a DEL of a key of this name (it finds a cluster's primary by that). Then the hashes
 * RAY<namespace>@<TABLE>, of which KEY is one, and a counter. */
static const char key[] = "KEY";
static const char *const rights[][RIGHT_ARGS] = {
    {"DEL", "DUMMY"},        {"PING"},
    {"HSET", key, "f", "v"}, {"HSETNX", key, "f", "v"},
    {"HGET", key, "f"},      {"HMGET", key, "f"},
    {"HSCAN", key, "0"},     {"HEXISTS", key, "f"},
    {"HDEL", key, "f"},      {"INCRBY", key, "1"},
};

static void denied_add(struct redis_link *k, const char *command)
{
    char *all = k->record->acl_denied ? mem_printf("%s, %s", k->record->acl_denied, command) : mem_str(command);
    record_set(&k->record->acl_denied, all);
    mem_free_secret(all);
}

/* The reply is OK, or what is missing, which names the user; or an error: of ACL itself, or of a Redis that has no
 * DRYRUN.
 */
static void on_right(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    const size_t at = k->poll.rights_at++ % ARRAY_LEN(rights);
    struct why why;
    if (reply->type == REPLY_ERROR) {
        (void)redis_error(reply, &why);
        record_set(&k->record->acl_why, why.text);
    } else if (reply_is_text(reply) && !(reply->len == 2 && memcmp(reply->text, "OK", 2) == 0)) {
        /* Which keys it may have to do with can be told only of a namespace that is known. */
        const bool of_key = memmem(reply->text, reply->len, " key", 4) != NULL;
        if (!of_key || k->poll.rights_key || rights[at][1] != key) denied_add(k, rights[at][0]);
    }
    poll_reply_done(k);
}

static const char *namespace_of(const struct redis_link *k)
{
    if (k->ns) return k->ns;
    return k->record->namespaces_count ? k->record->namespaces[0].name : NULL;
}

void rights_poll_send(struct redis_link *k)
{
    const char *ns = namespace_of(k), *user = k->user && *k->user ? k->user : "default";
    if (k->poll.rights_sent && (k->poll.rights_key || !ns)) return;
    char *name = mem_printf("RAY%s@KV", ns ? ns : "");
    k->poll.rights_sent = true;
    k->poll.rights_key = ns != NULL;
    record_set(&k->record->acl_denied, NULL);
    record_set(&k->record->acl_why, NULL);
    for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
        struct gcs_span args[1 + RIGHT_ARGS] = {{user, strlen(user)}};
        size_t count = 1;
        for (size_t w = 0; w < RIGHT_ARGS && rights[i][w]; w++) {
            const char *word = rights[i][w] == key ? name : rights[i][w];
            args[count++] = (struct gcs_span){word, strlen(word)};
        }
        poll_send(k, ALLOW_ACL_DRYRUN, args, count, on_right);
    }
    mem_free_secret(name);
}
