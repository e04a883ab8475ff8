/*
 * redis_link.h - the inside of the `resp` backend: one Redis, looked at over two connections. Private to
 * backends/redis.
 *
 * link.c dials, redials and tells the source's state; pulse.c asks each second (or quicker) what is alive, checkup.c
 * each minute how the server is set; track.c keeps the connection on which changes are told; scan.c reads. When the
 * main connection ends, all of them begin anew.
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
    PULSE_MS = 1000,
    PULSE_HURRY_MS = 250,          /* while a head is being lost: its GCS may be silent for less than a second */
    PULSE_SLOW_MS = 5000,          /* PING, INFO */
    LINK_CALLS = 2000,             /* a second, at most, of SCAN and what it leads to */
    LINK_BYTES = 4 * 1024 * 1024,  /* a second, of the same */
    LINK_DIALS = 10,               /* connections at once; one a second in the long run */
    PULSE_CLIENTS_LISTED = 5000,   /* connections that CLIENT LIST is asked for: some 2 MB of REPLY_BULK_MAX */
    PULSE_CLIENTS_MAX = 64 * 1024, /* a longer CLIENT LIST is asked for at the slow pace */
    PULSE_BEATS_MAX = 16,          /* namespaces whose heartbeat is read */
    PULSE_CHECKUP_MS = 60000,      /* CONFIG GET, SLOWLOG GET */
    PULSE_SLOWLOG_MAX = 128        /* entries asked for */
};

/* What is asked again and again. */
struct pulse {
    uint64_t slow_ms, checkup_ms;           /* when these are due; 0: at once */
    size_t owed;                            /* answers of this pulse */
    bool no_info, no_clients, clients_long; /* refused; not asked again on this connection */
    bool no_config, no_slowlog;             /* as well */
    size_t config_at;                       /* the setting whose answer comes next */
    char *beats[PULSE_BEATS_MAX];           /* namespaces asked, in order; an answer each, or two with metadata */
    bool metadata;
    size_t beat_count, beat_answers;
    size_t wanted, moved; /* GCSs whose heartbeat is looked for, and those where it was another one than before */
};

/* The connection on which changes are told. */
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
    struct pulse pulse;
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
    struct redis *record, *told; /* told: as last put; NULL: not yet */
    char *unscannable[LINK_UNSCANNABLE_MAX];
    size_t unscannable_count;
    bool hurry, closed;
};

/* To the sink, unless closed. */
void link_tell(struct redis_link *k, struct change *c /* takes */);
void link_state(struct redis_link *k, enum source_state state, enum err err, const char *why);
/* PUT where it differs from what was told, or in a hurry; else a proof of life. */
void link_tell_record(struct redis_link *k);
void link_lost(struct redis_link *k, enum err err,
               const char *why); /* the main connection is of no more use; it ends from the loop */

struct alarm *pulse_alarm(struct redis_link *k); /* its clock; the link owns it */
void pulse_start(struct redis_link *k);          /* on a connection that has been greeted */
void pulse_stop(struct redis_link *k);
void pulse_hurry(struct redis_link *k, bool hurry); /* may be said at any time */
/* Asks; the answer must end with pulse_answered. */
void pulse_ask(struct redis_link *k, enum allow command, const struct gcs_span *args, size_t count, resp_done *done);
void pulse_answered(struct redis_link *k);
void checkup_ask(struct redis_link *k); /* how the server is set, and what was slow (checkup.c) */

void track_start(struct redis_link *k);
void track_stop(struct redis_link *k);
void track_again(struct redis_link *k); /* the prefixes may be others now */
void track_ping(struct redis_link *k);

#endif
