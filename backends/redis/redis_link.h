/*
 * redis_link.h - the private state of the `resp` backend: one Redis, read over two connections.
 *
 * redis_link.c connects, reconnects with back-off and publishes the source's state; heartbeat_poll.c polls each second
 * (or faster) the heartbeats and the clients, config_poll.c each minute the server's settings; track.c keeps the
 * connection of CLIENT TRACKING; scan.c reads the hashes. When the main connection ends, all of them begin anew.
 */
#ifndef RAYDECK_REDIS_REDIS_LINK_H
#define RAYDECK_REDIS_REDIS_LINK_H

#include "backends/backend.h"
#include "backends/link/backoff.h"
#include "backends/link/budget.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/greet.h"
#include "backends/redis/scan.h"

#include <uv.h>

#define REDIS_SOURCE "redis"
#define REDIS_NAME CLIENTS_OUR_NAME /* CLIENT SETNAME of both connections begins with it */

enum {
    LINK_RETRY_FIRST_MS = 250,
    LINK_RETRY_MOST_MS = 10000,
    LINK_HEADS_MAX = 64,
    LINK_UNSCANNABLE_MAX = 16,
    POLL_MS = 1000,
    POLL_FAST_MS = 250,           /* while a head is being lost: its GCS may be silent for less than a second */
    POLL_SLOW_MS = 5000,          /* PING, INFO */
    LINK_CALLS = 2000,            /* a second, at most, of SCAN and what it leads to */
    LINK_BYTES = 4 * 1024 * 1024, /* a second, of the same */
    LINK_DIALS = 10,              /* connections at once; one a second in the long run */
    POLL_CLIENTS_LISTED = 5000,   /* connections that CLIENT LIST is asked for: some 2 MB of REPLY_BULK_MAX */
    POLL_CLIENTS_MAX = 64 * 1024, /* a longer CLIENT LIST is asked for at the slow pace */
    POLL_HEARTBEATS_MAX = 16,     /* namespaces whose heartbeat is read */
    POLL_CONFIG_MS = 60000,       /* CONFIG GET, SLOWLOG GET */
    POLL_SLOWLOG_MAX = 128        /* entries asked for */
};

/* Periodic polling state. */
struct poll_state {
    uint64_t slow_ms, config_ms;            /* when these are due; 0: at once */
    size_t owed;                            /* replies of this poll that are outstanding */
    bool no_info, no_clients, clients_long; /* refused; not asked again on this connection */
    bool no_config, no_slowlog;             /* as well */
    size_t config_at;                       /* the setting whose answer comes next */
    char *heartbeats[POLL_HEARTBEATS_MAX];  /* namespaces asked, in order; an answer each, or two with metadata */
    bool metadata;
    size_t heartbeat_count, heartbeat_answers;
    size_t wanted, moved; /* GCSs whose heartbeat is looked for, and those where it was another one than before */
};

/* The connection on which the server announces changes (CLIENT TRACKING). */
struct track {
    struct resp *conn;
    struct greet greet;
    struct alarm *redial;
    struct backoff backoff;
    bool refused; /* the server will not: not tried again on this main connection */
    bool asked;   /* CLIENT TRACKING ON was sent on this main connection */
    bool on;      /* CLIENT TRACKING was answered with OK */
    bool subscribed;
    char *prefixes[ALLOW_PREFIXES];
    size_t prefix_count;
};

struct redis_link {
    uv_idle_t last; /* its close callback frees all this */
    struct loop *loop;
    struct sink sink;
    struct redis_url url;
    char *via, *user, *password, *ns;
    char *shown; /* the address, for people */
    struct resp *main;
    struct greet greet;
    struct poll_state poll;
    struct track track;
    struct scan *scan;
    struct alarm *redial, *tick, *over; /* over: the main connection is to be ended */
    struct why trouble;                 /* why; ERR_OK: to begin anew at once */
    struct backoff backoff;
    struct budget budget;  /* over all connections */
    uint64_t clients_most; /* CLIENT LIST is asked for while no more are connected */
    enum source_state state;
    char *why;
    char *heads[LINK_HEADS_MAX];
    size_t head_count;
    struct redis *record, *published; /* published: as the world has it; NULL: not yet */
    char *unscannable[LINK_UNSCANNABLE_MAX];
    size_t unscannable_count;
    bool fast_poll, closed;
};

/* To the sink, unless closed. */
void link_publish(struct redis_link *k, struct change *c /* takes */);
void link_publish_state(struct redis_link *k, enum source_state state, enum err err, const char *why);
/* Publishes the record where it differs from what was published; in fast-poll mode every sample; else a proof of life.
 */
void link_publish_record(struct redis_link *k);
void link_lost(struct redis_link *k, enum err err,
               const char *why); /* the main connection is of no more use; it ends from the loop */

struct alarm *poll_alarm(struct redis_link *k); /* its clock; the link owns it */
void poll_start(struct redis_link *k);          /* on a connection that has been greeted */
void poll_stop(struct redis_link *k);
void poll_set_fast(struct redis_link *k, bool fast); /* at any time */
/* Asks; the answer must end with poll_answered. */
void poll_send(struct redis_link *k, enum allow command, const struct gcs_span *args, size_t count, resp_done *done);
void poll_answered(struct redis_link *k);
void config_poll_send(struct redis_link *k); /* how the server is set, and what was slow  */

void track_start(struct redis_link *k);
void track_stop(struct redis_link *k);
void track_again(struct redis_link *k); /* the prefixes may be others now */
void track_ping(struct redis_link *k);

#endif
