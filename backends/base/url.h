/*
 * url.h - URLs: parses them by libcurl's URL API, builds them, and removes secrets from them. No I/O.
 *
 * User and password are removed before libcurl parses the rest: passwords are often unescaped, and an '@' in one must
 * not reach the host name or the screen. Only this module decides what is secret in a URL.
 */
#ifndef RAYDECK_BASE_URL_H
#define RAYDECK_BASE_URL_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { URL_MAX = 8 * 1024 };

struct url {
    char *scheme;          /* lower case */
    char *user, *password; /* percent-encoding undone; NULL: none */
    char *host;            /* without brackets; an IPv6 address with its zone: "fe80::1%eth0" */
    unsigned port;         /* 0: not given */
    char *path, *query;    /* as given; default "/" and NULL */
};

/* scheme: assumed where the text has none ("host:6379"). ERR_USAGE: not a URL, no host, port 0, a '%' that is not
 * followed by two hex digits or spells NUL, longer than URL_MAX. Caller: url_done. */
enum err url_parse(const char *text, const char *scheme, struct url *ret);
void url_done(struct url *u); /* frees, wipes the password; a zeroed one is fine */

char *url_unescape(const char *text, size_t len); /* caller frees; NULL: a bad '%', or one that spells NUL */
/* "scheme://host:port/path", an IPv6 host in brackets. port 0, path NULL or "": left out. Caller frees. */
char *url_build(const char *scheme, const char *host, unsigned port, const char *path);
char *url_without_slash(const char *text); /* without slashes at the end, so that a path can follow. Caller frees */

bool url_is_http(const char *text);          /* begins with http:// or https:// */
const char *url_authority(const char *text); /* what follows the first "://"; NULL: no "://" */
char *url_place(const char *text);           /* "host:port" for people, safe to draw. Caller frees */
char *url_without_secrets(const char *text); /* no user, password or query, safe to draw. Caller frees */

/* A part of a text; at NULL: absent. */
struct url_part {
    const char *at;
    size_t len;
};
/* "user:password" before the last '@' of the authority, and the password in it; the scheme may be missing. */
struct url_part url_userinfo(const char *text);
struct url_part url_password(const char *text);
/* The part of a word to mask: "user:password" between "://" and the last '@', because an unescaped password may contain
 * any character. Not in "http://host:8000/path@version". */
struct url_part url_secret(const char *word, size_t len);

#endif
