/* equivalent_redis.c - the redis-cli command that reads a table of the GCS from the same server and database. */
#include "tui/equivalent_priv.h"

#include "backends/base/mem.h"
#include "backends/base/redis_url.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The address that the record shows, where it is one: "via COMMAND" is none. */
static const char *record_address(const struct redis *r)
{
    return r && r->address && strncmp(r->address, "via ", 4) != 0 ? r->address : NULL;
}

/* The server is the one whose answers are shown, which a sentinel may have named; the URL says how it is reached: user,
 * TLS options, database. A recording has the first alone. Caller: redis_url_done. */
static bool target_of(const struct equivalent_from *f, struct redis_url *ret)
{
    struct redis_url url = {0}, read = {0};
    const char *address = record_address(f->focus->redis);
    const bool configured = f->routes.redis && !redis_url_parse(f->routes.redis, &url, NULL);
    const bool answered = address && !f->routes.redis_via && !redis_url_parse(address, &read, NULL);
    if (!configured) {
        url = read;
        read = (struct redis_url){0};
    } else if (answered && read.host) {
        free(url.host);
        free(url.path);
        url.path = NULL;
        url.host = read.host;
        url.port = read.port;
        if (read.db) url.db = read.db;
        read.host = NULL;
    }
    redis_url_done(&read);
    *ret = url;
    return configured || answered;
}

static void server_add(const struct redis_url *url, bool tls, struct buf *out)
{
    char number[16];
    equivalent_option(out, "-s", url->path);
    equivalent_option(out, "-h", url->host);
    snprintf(number, sizeof number, "%u", url->port);
    if (url->host) equivalent_option(out, "-p", number);
    if (tls) equivalent_word(out, "--tls");
    equivalent_option(out, "--cacert", url->ca_file);
    equivalent_option(out, "--sni", url->server_name);
    snprintf(number, sizeof number, "%u", url->db);
    if (url->db) equivalent_option(out, "-n", number);
}

/* "<namespace>@<TABLE>:*" as a glob of Redis. */
static char *fields_glob(const struct gcstable *t)
{
    struct buf glob;
    buf_init(&glob, EQUIVALENT_MAX);
    for (const char *at = t->ns; *at; at++) {
        if (strchr("*?[]\\", *at)) buf_char(&glob, '\\');
        buf_char(&glob, *at);
    }
    buf_printf(&glob, "@%s:*", t->table);
    return buf_take(&glob);
}

/* Before Ray 2.38 one hash, named after the storage namespace, holds the fields of all tables. */
static void command_add(const struct gcstable *t, const char *command, struct buf *out)
{
    if (text_eq(t->redis_key, t->ns)) {
        char *glob = fields_glob(t);
        equivalent_words(out, (const char *const[]){"HSCAN", t->ns, "0", "MATCH", glob, "COUNT", "1000", NULL});
        free(glob);
    } else {
        char *key = t->redis_key ? mem_str(t->redis_key) : mem_printf("RAY%s@%s", t->ns, t->table);
        equivalent_words(out, (const char *const[]){command, key, NULL});
        free(key);
    }
}

bool equivalent_redis(const struct equivalent_from *f, const struct gcstable *t, const char *command, struct buf *out)
{
    const struct redis *r = f->focus->redis;
    struct redis_url url;
    if (!t->ns || !t->table || !target_of(f, &url)) return false;
    const char *user = f->routes.redis_user ? f->routes.redis_user : url.user;
    const bool password = f->routes.redis_password || url.password;
    /* Without a password redis-cli sends no user; an empty one, which it takes from the environment, makes it. */
    if (user && !password) buf_str(out, "REDISCLI_AUTH=");
    equivalent_word(out, "redis-cli");
    server_add(&url, url.tls || (r && r->tls == TRI_YES), out);
    if (r && r->cluster == TRI_YES) equivalent_word(out, "-c");
    equivalent_option(out, "--user", user);
    if (password) equivalent_word(out, "--askpass"); /* it is typed */
    command_add(t, command, out);
    if (f->routes.redis_via) buf_str(out, " # where --redis-via leads");
    redis_url_done(&url);
    return true;
}
