/*
 * handshake.h - the handshake on a new connection: authenticates, names it, and checks that the server serves commands.
 */
#ifndef RAYDECK_REDIS_HANDSHAKE_H
#define RAYDECK_REDIS_HANDSHAKE_H

#include "backends/base/known.h"
#include "backends/redis/resp.h"

struct handshake_conf {
    const char *user, *password; /* NULL: none */
    const char *name;            /* for CLIENT SETNAME */
    unsigned db;
};

/* Embedded in the owner of the connection. */
struct handshake {
    enum err err; /* the first error that matters */
    struct why why;
    struct why no_databases; /* SELECT is an unknown command: a sentinel, or a proxy; code ERR_OK: it is known */
    struct known_u64 id;     /* CLIENT ID; unknown where it is refused */
    void (*done)(void *arg, const struct handshake *h);
    void *arg;
};

/* conf is borrowed for the call. Calls done once, unless the connection closes first. ERR_AUTH: no password or a wrong
 * one. ERR_SERVER: LOADING. */
void handshake_start(struct handshake *h, struct resp *conn, const struct handshake_conf *conf,
                     void (*done)(void *arg, const struct handshake *h), void *arg);

/* Translates an error reply into an err and a message; returns the err. */
enum err redis_error(const struct reply *error, struct why *why);

#endif
