/*
 * allow.h - the allow-list of Redis commands. No other command can be formatted: no writes, no KEYS, no MONITOR, no
 * FLUSHALL, no HGETALL. (ACL DRYRUN runs nothing: it reports whether a user may run what its arguments name.)
 */
#ifndef RAYDECK_REDIS_ALLOW_H
#define RAYDECK_REDIS_ALLOW_H

#include "backends/base/buf.h"
#include "backends/redis/gcs_key_parse.h"

/* X(NAME, words, fewest arguments after them, most) */
#define ALLOW_MAP(X)                                                                                                   \
    X(AUTH, "AUTH", 1, 2)                                                                                              \
    X(SELECT, "SELECT", 1, 1)                                                                                          \
    X(PING, "PING", 0, 0)                                                                                              \
    X(INFO, "INFO", 0, 0)                                                                                              \
    X(DBSIZE, "DBSIZE", 0, 0)                                                                                          \
    X(SCAN, "SCAN", 1, 5)                                                                                              \
    X(HLEN, "HLEN", 1, 1)                                                                                              \
    X(HKEYS, "HKEYS", 1, 1)                                                                                            \
    X(HSCAN, "HSCAN", 2, 6)                                                                                            \
    X(HGET, "HGET", 2, 2)                                                                                              \
    X(HSTRLEN, "HSTRLEN", 2, 2)                                                                                        \
    X(CLUSTER_INFO, "CLUSTER INFO", 0, 0)                                                                              \
    X(CONFIG_GET, "CONFIG GET", 1, 1)                                                                                  \
    X(SLOWLOG_GET, "SLOWLOG GET", 1, 1)                                                                                \
    X(ACL_DRYRUN, "ACL DRYRUN", 2, 5)                                                                                  \
    X(CLIENT_SETNAME, "CLIENT SETNAME", 1, 1)                                                                          \
    X(CLIENT_ID, "CLIENT ID", 0, 0)                                                                                    \
    X(CLIENT_LIST, "CLIENT LIST", 0, 0)                                                                                \
    X(TRACKING_ON, "CLIENT TRACKING ON REDIRECT", 4, 2 + 2 * ALLOW_PREFIXES)                                           \
    X(TRACKING_OFF, "CLIENT TRACKING OFF", 0, 0)                                                                       \
    X(SUBSCRIBE, "SUBSCRIBE", 1, 1)

enum { ALLOW_PREFIXES = 16, ALLOW_ARGS_MAX = 2 + 2 * ALLOW_PREFIXES };

enum allow {
#define X(name, words, least, most) ALLOW_##name,
    ALLOW_MAP(X)
#undef X
        ALLOW_COUNT
};

const char *allow_words(enum allow command); /* "CLIENT LIST", for messages */

/* Appends the command as RESP. ERR_GUARD: a wrong number of arguments; ERR_LIMIT: `out` is full. Appends nothing on
 * failure. */
enum err allow_format(enum allow command, const struct gcs_span *args, size_t count, struct buf *out);

#endif
