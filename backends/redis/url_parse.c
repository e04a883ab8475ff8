#include "backends/redis/url_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

static int hex_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* NULL where a '%' is not followed by two hex digits, or where it spells NUL. */
static char *unescape(const char *text, size_t len)
{
    char *out = mem_alloc(len + 1);
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            out[at++] = text[i];
            continue;
        }
        const int high = i + 2 < len ? hex_of(text[i + 1]) : -1, low = i + 2 < len ? hex_of(text[i + 2]) : -1;
        if (high < 0 || low < 0 || high + low == 0) {
            mem_wipe(out, at);
            free(out);
            return NULL;
        }
        out[at++] = (char)(high * 16 + low);
        i += 2;
    }
    out[at] = '\0';
    return out;
}

static bool take_user(struct redis_url *u, const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    const size_t user_len = colon ? (size_t)(colon - text) : len;
    if (user_len && !(u->user = unescape(text, user_len))) return false;
    if (colon && colon + 1 < text + len && !(u->password = unescape(colon + 1, len - user_len - 1))) return false;
    return true;
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._", c);
}

static bool is_host(const char *text, size_t len, bool bracketed)
{
    if (len == 0 || len > 255) return false;
    for (size_t i = 0; i < len; i++)
        if (!is_host_char(text[i]) && !(bracketed && (text[i] == ':' || text[i] == '%'))) return false;
    return true;
}

/* host, host:port, [v6], [v6]:port */
static bool take_host(struct redis_url *u, const char *text, size_t len)
{
    const bool bracketed = len && text[0] == '[';
    const char *close = bracketed ? memchr(text, ']', len) : NULL;
    if (bracketed && !close) return false;
    const char *host = bracketed ? text + 1 : text;
    const char *end = bracketed ? close : memchr(text, ':', len);
    if (!end) end = text + len;
    const char *after = bracketed ? end + 1 : end;
    if (!is_host(host, (size_t)(end - host), bracketed)) return false;
    u->port = REDIS_PORT;
    if (after < text + len) {
        uint64_t port;
        if (*after != ':') return false;
        if (text_u64(after + 1, (size_t)(text + len - after - 1), 65535, &port) != ERR_OK || port == 0) return false;
        u->port = (unsigned)port;
    }
    u->host = mem_strn(host, (size_t)(end - host));
    return true;
}

static bool take_db(struct redis_url *u, const char *text, size_t len)
{
    uint64_t db;
    if (len == 0) return true;
    if (text_u64(text, len, REDIS_DB_MAX, &db) != ERR_OK) return false;
    u->db = (unsigned)db;
    return true;
}

/* cacert=FILE&servername=NAME */
static bool take_options(struct redis_url *u, const char *text)
{
    static const char ca[] = "cacert=", name[] = "servername=";
    while (*text) {
        const size_t len = strcspn(text, "&");
        const bool is_ca = strncmp(text, ca, sizeof ca - 1) == 0, is_name = strncmp(text, name, sizeof name - 1) == 0;
        const size_t skip = is_ca ? sizeof ca - 1 : sizeof name - 1;
        char **field = is_ca ? &u->ca_file : &u->server_name;
        if ((!is_ca && !is_name) || len <= skip || *field || !u->tls) return false;
        *field = unescape(text + skip, len - skip);
        if (!*field) return false;
        text += len + (text[len] == '&');
    }
    return !u->server_name || is_host(u->server_name, strlen(u->server_name), false);
}

/* After the scheme. */
static enum err take_network(struct redis_url *u, const char *rest, struct why *why)
{
    const size_t authority = strcspn(rest, "/?#");
    const char *at = memrchr(rest, '@', authority);
    const char *host = at ? at + 1 : rest;
    const size_t host_len = authority - (size_t)(host - rest);
    const char *db = rest + authority;
    if (at && !take_user(u, rest, (size_t)(at - rest)))
        return why_set(why, ERR_USAGE, "Redis URL: a %% in user or password must be followed by two hex digits");
    if (!take_host(u, host, host_len)) return why_set(why, ERR_USAGE, "Redis URL: no host and port after the scheme");
    if (*db == '/') db++;
    const size_t db_len = strcspn(db, "?");
    if (db[db_len] == '?' && !take_options(u, db + db_len + 1))
        return why_set(why, ERR_USAGE, "Redis URL: only rediss:// takes options, and only cacert= and servername=");
    if (!take_db(u, db, db_len))
        return why_set(why, ERR_USAGE, "Redis URL: what follows the host is not a database number");
    return ERR_OK;
}

static char *shown_text(const struct redis_url *u)
{
    if (u->path) {
        char *safe = text_safe(u->path, strlen(u->path), TEXT_ONE_LINE, 256), *shown = mem_printf("unix://%s", safe);
        free(safe);
        return shown;
    }
    const bool v6 = strchr(u->host, ':') != NULL;
    return mem_printf("%s://%s%s%s:%u", u->tls ? "rediss" : "redis", v6 ? "[" : "", u->host, v6 ? "]" : "", u->port);
}

enum err redis_url_parse(const char *text, struct redis_url *ret, struct why *why)
{
    static const char plain[] = "redis://", tls[] = "rediss://", local[] = "unix://";
    struct redis_url u = {0};
    enum err err = ERR_OK;
    if (!text || !*text || strlen(text) > REDIS_URL_MAX)
        return why_set(why, ERR_USAGE, "Redis URL: empty, or longer than %d bytes", REDIS_URL_MAX);
    if (strncmp(text, local, sizeof local - 1) == 0) {
        const char *path = text + sizeof local - 1;
        if (*path != '/') return why_set(why, ERR_USAGE, "Redis URL: unix:// must be followed by an absolute path");
        u.path = mem_str(path);
    } else if (strncmp(text, tls, sizeof tls - 1) == 0) {
        u.tls = true;
        err = take_network(&u, text + sizeof tls - 1, why);
    } else if (strncmp(text, plain, sizeof plain - 1) == 0) {
        err = take_network(&u, text + sizeof plain - 1, why);
    } else if (strstr(text, "://")) {
        err = why_set(why, ERR_USAGE, "Redis URL: it must begin with redis://, rediss:// or unix://");
    } else {
        err = take_network(&u, text, why);
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
