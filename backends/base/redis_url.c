/* redis_url.c - Parses the URL of a Redis. */
#include "backends/base/redis_url.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_db(struct redis_url *u, const char *path)
{
    uint64_t db;

    if (*path == '/') path++;
    if (!*path) return true;
    if (text_u64(path, strlen(path), REDIS_DB_MAX, &db) != ERR_OK) return false;
    u->db = (unsigned)db;
    return true;
}

/* It is used as SNI and verified against the certificate: a host name only. */
static bool is_server_name(const char *name)
{
    struct url u = {0};
    bool good = !strpbrk(name, ":/?#@") && !url_parse(name, "redis", &u);

    url_done(&u);
    return good;
}

/* cacert=FILE&servername=NAME */
static bool parse_options(struct redis_url *u, const char *text)
{
    static const char ca[] = "cacert=", name[] = "servername=";
    while (*text) {
        const size_t len = strcspn(text, "&");
        const bool is_ca = strncmp(text, ca, sizeof ca - 1) == 0, is_name = strncmp(text, name, sizeof name - 1) == 0;
        const size_t skip = is_ca ? sizeof ca - 1 : sizeof name - 1;
        char **field = is_ca ? &u->ca_file : &u->server_name;
        if ((!is_ca && !is_name) || len <= skip || *field || !u->tls) return false;
        *field = url_unescape(text + skip, len - skip);
        if (!*field) return false;
        text += len + (text[len] == '&');
    }
    return !u->server_name || is_server_name(u->server_name);
}

static enum err parse_network(struct redis_url *u, const char *text, struct why *why)
{
    struct url url = {0};

    if (url_parse(text, "redis", &url))
        return why_set(why, ERR_USAGE,
                       "Redis URL: no host and port, or a %% in user or password without two hex digits");
    u->tls = strcmp(url.scheme, "rediss") == 0;
    u->host = mem_str(url.host);
    u->port = url.port ? url.port : REDIS_PORT;
    u->user = mem_str(url.user);
    u->password = mem_str(url.password);
    enum err err = ERR_OK;
    if (!u->tls && strcmp(url.scheme, "redis") != 0)
        err = why_set(why, ERR_USAGE, "Redis URL: it must begin with redis://, rediss:// or unix://");
    else if (url.query && !parse_options(u, url.query))
        err = why_set(why, ERR_USAGE, "Redis URL: only rediss:// takes options, and only cacert= and servername=");
    else if (!parse_db(u, url.path))
        err = why_set(why, ERR_USAGE, "Redis URL: what follows the host is not a database number");
    url_done(&url);
    return err;
}

static char *shown_text(const struct redis_url *u)
{
    if (!u->path) {
        char db[16] = "";
        if (u->db) snprintf(db, sizeof db, "/%u", u->db);
        return url_build(u->tls ? "rediss" : "redis", u->host, u->port, db);
    }
    char *safe = text_safe(u->path, strlen(u->path), TEXT_ONE_LINE, 256), *shown = mem_printf("unix://%s", safe);
    free(safe);
    return shown;
}

enum err redis_url_parse(const char *text, struct redis_url *ret, struct why *why)
{
    static const char local[] = "unix://";
    struct redis_url u = {0};
    enum err err = ERR_OK;

    if (!text || !*text || strlen(text) > REDIS_URL_MAX)
        return why_set(why, ERR_USAGE, "Redis URL: empty, or longer than %d bytes", REDIS_URL_MAX);
    if (strncmp(text, local, sizeof local - 1) == 0) {
        const char *path = text + sizeof local - 1;
        if (*path != '/') return why_set(why, ERR_USAGE, "Redis URL: unix:// must be followed by an absolute path");
        u.path = mem_str(path);
    } else {
        err = parse_network(&u, text, why);
    }
    if (err) {
        redis_url_done(&u);
        return err;
    }
    u.shown = shown_text(&u);
    *ret = u;
    return ERR_OK;
}

void redis_url_done(struct redis_url *u)
{
    free(u->host);
    free(u->path);
    free(u->user);
    mem_free_secret(u->password);
    free(u->ca_file);
    free(u->server_name);
    free(u->shown);
    *u = (struct redis_url){0};
}
