/* url.c - see url.h: libcurl parses what is left when user and password are cut out. */
#include "backends/base/url.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_MAX = 512, PORT_MAX = 65535 };

const char *url_authority(const char *text)
{
    const char *scheme = text ? strstr(text, "://") : NULL;
    return scheme ? scheme + 3 : NULL;
}

bool url_is_http(const char *text)
{
    return text && (strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0);
}

/* ---- user and password ---- */

struct url_part url_userinfo(const char *text)
{
    const char *authority = url_authority(text), *from = authority ? authority : text;
    const char *at = from ? memrchr(from, '@', strcspn(from, "/?#")) : NULL;

    return at ? (struct url_part){from, (size_t)(at - from)} : (struct url_part){NULL, 0};
}

struct url_part url_password(const char *text)
{
    struct url_part userinfo = url_userinfo(text);
    const char *colon = userinfo.at ? memchr(userinfo.at, ':', userinfo.len) : NULL;

    if (!colon || colon + 1 == userinfo.at + userinfo.len) return (struct url_part){NULL, 0};
    return (struct url_part){colon + 1, userinfo.len - (size_t)(colon + 1 - userinfo.at)};
}

struct url_part url_secret(const char *word, size_t len)
{
    const char *scheme = memmem(word, len, "://", 3), *from = scheme ? scheme + 3 : NULL;
    const char *at = from ? memrchr(from, '@', len - (size_t)(from - word)) : NULL;
    const char *colon = at ? memchr(from, ':', (size_t)(at - from)) : NULL;

    if (!colon) return (struct url_part){NULL, 0};
    /* A port, and a path behind it that happens to hold an '@'. */
    size_t digits = strspn(colon + 1, "0123456789");
    if (digits && colon[1 + digits] == '/' && !memchr(from, '@', (size_t)(colon - from)))
        return (struct url_part){NULL, 0};
    return (struct url_part){from, (size_t)(at - from)};
}

/* ---- parts ---- */

char *url_unescape(const char *text, size_t len)
{
    static const char hex[] = "0123456789abcdefABCDEF";
    int out_len = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') continue;
        if (i + 2 >= len || !strchr(hex, text[i + 1]) || !strchr(hex, text[i + 2])) return NULL;
        if (text[i + 1] == '0' && text[i + 2] == '0') return NULL;
    }
    char *decoded = len ? curl_easy_unescape(NULL, text, (int)len, &out_len) : NULL;
    char *out = mem_strn(decoded ? decoded : "", (size_t)out_len);
    mem_wipe(decoded, (size_t)out_len);
    curl_free(decoded);
    return out;
}

static enum err parse_userinfo(struct url *u, struct url_part userinfo)
{
    const char *colon = userinfo.at ? memchr(userinfo.at, ':', userinfo.len) : NULL;
    size_t user_len = colon ? (size_t)(colon - userinfo.at) : userinfo.len;
    size_t password_len = colon ? userinfo.len - user_len - 1 : 0;

    if (user_len && !(u->user = url_unescape(userinfo.at, user_len))) return ERR_USAGE;
    if (password_len && !(u->password = url_unescape(colon + 1, password_len))) return ERR_USAGE;
    return ERR_OK;
}

/* Our copy of a part; NULL: there is none. */
static char *part_of(CURLU *handle, CURLUPart which)
{
    char *part = NULL;

    if (curl_url_get(handle, which, &part, 0)) return NULL;
    char *copy = mem_str(part);
    curl_free(part);
    return copy;
}

static char *host_of(CURLU *handle)
{
    char *host = part_of(handle, CURLUPART_HOST), *zone = part_of(handle, CURLUPART_ZONEID), *bare = host;
    size_t len = host ? strlen(host) : 0;

    if (len >= 2 && host[0] == '[') {
        bare = zone ? mem_printf("%.*s%%%s", (int)len - 2, host + 1, zone) : mem_strn(host + 1, len - 2);
        free(host);
    }
    free(zone);
    return bare;
}

static enum err parse_rest(struct url *u, const char *text)
{
    CURLU *handle = curl_url();
    enum err err = ERR_USAGE;
    char *port = NULL;
    uint64_t number = 0;

    if (curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS)) goto out;
    port = part_of(handle, CURLUPART_PORT);
    if (port && (text_u64(port, strlen(port), PORT_MAX, &number) || !number)) goto out;
    u->port = (unsigned)number;
    u->scheme = part_of(handle, CURLUPART_SCHEME);
    u->host = host_of(handle);
    u->path = part_of(handle, CURLUPART_PATH);
    if (!u->path) u->path = mem_str("/");
    u->query = part_of(handle, CURLUPART_QUERY);
    if (u->scheme && u->host && *u->host) err = ERR_OK;
out:
    free(port);
    curl_url_cleanup(handle);
    return err;
}

enum err url_parse(const char *text, const char *scheme, struct url *ret)
{
    struct url u = {0};

    if (!text || strlen(text) > URL_MAX) return ERR_USAGE;
    const char *authority = url_authority(text);
    if (!authority && !scheme) return ERR_USAGE;
    struct url_part userinfo = url_userinfo(text);
    const char *rest = userinfo.at ? userinfo.at + userinfo.len + 1 : authority ? authority : text;
    char *bare =
        authority ? mem_printf("%.*s%s", (int)(authority - text), text, rest) : mem_printf("%s://%s", scheme, rest);
    enum err err = parse_userinfo(&u, userinfo);
    if (!err) err = parse_rest(&u, bare);
    free(bare);
    if (err)
        url_done(&u);
    else
        *ret = u;
    return err;
}

void url_done(struct url *u)
{
    free(u->scheme);
    free(u->user);
    mem_free_secret(u->password);
    free(u->host);
    free(u->path);
    mem_free_secret(u->query);
    *u = (struct url){0};
}

/* ---- building and showing ---- */

char *url_build(const char *scheme, const char *host, unsigned port, const char *path)
{
    const char *open = strchr(host, ':') ? "[" : "", *close = strchr(host, ':') ? "]" : "";

    if (!path) path = "";
    if (!port) return mem_printf("%s://%s%s%s%s", scheme, open, host, close, path);
    return mem_printf("%s://%s%s%s:%u%s", scheme, open, host, close, port, path);
}

char *url_without_slash(const char *text)
{
    size_t len = strlen(text);

    while (len && text[len - 1] == '/') len--;
    return mem_strn(text, len);
}

char *url_place(const char *text)
{
    const char *authority = url_authority(text), *from = authority ? authority : text;
    struct url_part userinfo = url_userinfo(text);

    if (userinfo.at) from = userinfo.at + userinfo.len + 1;
    return text_safe(from, strcspn(from, "/?#"), TEXT_ONE_LINE, SHOWN_MAX);
}

char *url_without_secrets(const char *text)
{
    const char *authority = url_authority(text), *from = authority ? authority : text;
    /* The last '@' of all: a password may hold a slash. */
    const char *at = strrchr(from, '@'), *rest = at ? at + 1 : from;
    size_t len = strcspn(rest, "?#");
    char *bare = mem_printf("%.*s%.*s%s", (int)(from - text), text, (int)len, rest, rest[len] ? "?•••" : "");
    char *safe = text_safe(bare, strlen(bare), TEXT_ONE_LINE, SHOWN_MAX);

    mem_free_secret(bare);
    return safe;
}
