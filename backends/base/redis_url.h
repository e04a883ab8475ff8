/*
 * redis_url.h - parses the URL of a Redis: redis://[user[:password]@]host[:port][/db], rediss:// (TLS), unix:///path,
 * or host[:port] alone, as RAY_REDIS_ADDRESS has it. Percent-encoding is decoded in user, password and query:
 * rediss://host?cacert=FILE&servername=NAME. No I/O.
 */
#ifndef RAYDECK_BASE_REDIS_URL_H
#define RAYDECK_BASE_REDIS_URL_H

#include "backends/base/err.h"

#include <stdbool.h>

enum { REDIS_PORT = 6379, REDIS_URL_MAX = 2048, REDIS_DB_MAX = 65535 };

struct redis_url {
    char *host;                  /* NULL for a unix socket */
    char *path;                  /* of a unix socket, else NULL */
    char *user, *password;       /* NULL where the URL has none */
    char *ca_file, *server_name; /* of TLS; NULL: the system's CAs, host */
    unsigned port, db;
    bool tls;
    char *shown; /* the same without user, password and options, safe to draw; a database only if not 0 */
};

/* ERR_USAGE; the message never quotes the URL, which may hold a password. */
enum err redis_url_parse(const char *text, struct redis_url *ret, struct why *why);
void redis_url_done(struct redis_url *u); /* frees, wipes the password; a zeroed one is fine */

#endif
