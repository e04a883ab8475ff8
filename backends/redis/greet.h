/*
 * greet.h - the first words on a connection: who we are, and whether the server will talk to us.
 */
#ifndef RAYDECK_REDIS_GREET_H
#define RAYDECK_REDIS_GREET_H

#include "backends/base/known.h"
#include "backends/redis/resp.h"

struct greet_who {
    const char *user, *password; /* NULL: none */
    const char *name;            /* for CLIENT SETNAME */
    unsigned db;
};

/* In place, in the owner of the connection. */
struct greet {
    enum err err; /* of the first that matters */
    struct why why;
    struct known_u64 id; /* CLIENT ID; unknown where it is refused */
    void (*done)(void *arg, const struct greet *g);
    void *arg;
};

/* done is called once, unless the connection ends before. ERR_AUTH: no or a wrong password. ERR_SERVER: loading. */
void greet_start(struct greet *g, struct resp *conn, const struct greet_who *who,
                 void (*done)(void *arg, const struct greet *g), void *arg);

/* An error reply as an error of ours, worded for a person; returns its code. */
enum err greet_error(const struct reply *error, struct why *why);

#endif
