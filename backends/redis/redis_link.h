/*
 * redis_link.h - the private state of the `resp` backend: one Redis, read over two connections.
 *
 * redis_link.c connects, reconnects with back-off and publishes the source's state. heartbeat_poll.c polls the GCS
 * heartbeats and CLIENT LIST every second, or faster; config_poll.c polls the server's settings every minute. track.c
 * keeps the second connection, for CLIENT TRACKING. scan.c reads the hashes. All of that state belongs to one main
 * connection: when that closes it is discarded, and starts from nothing on the next one.
 */
#ifndef RAYDECK_REDIS_REDIS_LINK_H
#define RAYDECK_REDIS_REDIS_LINK_H

#include "backends/backend.h"
#include "backends/link/backoff.h"
#include "backends/link/budget.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/handshake.h"
#include "backends/redis/scan.h"

#include <uv.h>

#define REDIS_SOURCE "redis"
#define REDIS_NAME CLIENTS_OUR_NAME /* prefix of the CLIENT SETNAME of both connections */

enum {
    LINK_RETRY_FIRST_MS = 250,
    LINK_HEADS_MAX = 64,
    LINK_UNSCANNABLE_MAX = 16,
    POLL_MS = 1000,
    POLL_FAST_MS = 250,           /* during a head loss: a GCS may be silent for less than a second */
    POLL_SLOW_MS = 5000,          /* PING, INFO */
    LINK_CALLS = 2000,            /* commands a second of scanning, at most */
    LINK_BYTES = 4 * 1024 * 1024, /* bytes a second of scanning, at most */
    LINK_DIALS = 10,              /* burst of connection attempts; one a second sustained */
    POLL_CLIENTS_LISTED = 5000,   /* CLIENT LIST is sent below this many clients: some 2 MB of REPLY_BULK_MAX */
    POLL_CLIENTS_MAX = 64 * 1024, /* bytes; a longer CLIENT LIST is polled every POLL_SLOW_MS only */
    POLL_HEARTBEATS_MAX = 16,     /* namespaces whose heartbeat is polled */
    POLL_CONFIG_MS = 60000,       /* CONFIG GET, SLOWLOG GET */
    POLL_SLOWLOG_MAX = 128        /* entries requested */
};

/* Periodic polling state. */
struct poll_state {
    uint64_t slow_due_ms, config_due_ms;    /* when these are due; 0: at once */
    size_t pending;                         /* replies of this poll still outstanding */
    bool no_info, no_clients, clients_long; /* no_…: the server refused it; not sent again on this connection */
    bool no_config, no_slowlog;
    bool rights_sent, rights_key;          /* key: with the keys of a namespace */
    size_t rights_at;                      /* index of the right whose reply comes next */
    size_t config_at;                      /* index of the setting whose reply comes next */
    char *heartbeats[POLL_HEARTBEATS_MAX]; /* namespaces polled, in order; one reply each, two with metadata */
    bool metadata;                         /* CLUSTER_METADATA is requested as well */
    size_t heartbeat_count, heartbeat_replies;
    size_t wanted, moved; /* wanted GCSs polled, and those among them whose heartbeat changed */
};

/* The second connection, which receives the invalidation messages of CLIENT TRACKING. */
struct track {
    struct resp *conn;
    struct handshake handshake;
    struct alarm *redial;
    struct backoff backoff;
    bool refused;   /* by the server or an ACL: not retried until the main connection is a new one */
    bool requested; /* CLIENT TRACKING ON was sent on this main connection */
    bool on;        /* CLIENT TRACKING ON was answered with OK */
    bool subscribed;
    char *prefixes[ALLOW_PREFIXES];
    size_t prefix_count;
};

struct redis_link {
    uv_idle_t handle; /* never started: its close callback frees the struct */
    struct loop *loop;
    struct sink sink;
    struct redis_url url;
    struct redis_url master; /* the one that a sentinel at `url` named; host NULL: none */
    bool master_next;        /* the next connection is to it */
    bool at_master, replied; /* of the main connection: it is to it; the server has sent something */
    char *via, *user, *password, *ns;
    char *shown; /* the address as displayed, without password */
    struct resp *main;
    struct handshake handshake;
    struct poll_state poll;
    struct track track;
    struct scan *scan;
    struct alarm *redial, *tick;
    struct alarm *closing;   /* closes the main connection from the loop */
    struct why close_reason; /* ERR_OK: reconnect at once, without back-off */
    struct backoff backoff;
    struct budget budget;  /* over all connections */
    uint64_t clients_most; /* CLIENT LIST is sent while no more clients than this are connected */
    enum source_state state;
    char *why;
    char *heads[LINK_HEADS_MAX];
    size_t head_count;
    struct redis *record, *published;        /* published: the last version sent to the sink; NULL: none */
    char *unscannable[LINK_UNSCANNABLE_MAX]; /* keys whose HSCAN reply exceeded the limits */
    size_t unscannable_count;
    bool fast_poll, closed;
};

/* Emits to the sink, unless the backend is closed. */
void link_publish(struct redis_link *k, struct change *c /* takes */);
void link_publish_state(struct redis_link *k, enum source_state state, enum err err, const char *why);
/* Publishes the record if it differs from the last one published, in fast-poll mode always; else CHANGE_ALIVE. */
void link_publish_record(struct redis_link *k);
/* Schedules the close of the main connection: deferred to the loop, since its callbacks may be on the stack. */
void link_schedule_close(struct redis_link *k, enum err err, const char *why);
const struct redis_url *link_url(const struct redis_link *k); /* of the main connection */
/* The reply to INFO, into the record. False: it is refused. */
bool link_take_info(struct redis_link *k, const struct reply *reply);

struct alarm *poll_alarm(struct redis_link *k); /* the poll's timer; the link owns it */
void poll_start(struct redis_link *k);          /* after the handshake */
void poll_stop(struct redis_link *k);
void poll_set_fast(struct redis_link *k, bool fast); /* at any time */
/* Sends a command of the poll; its done callback must call poll_reply_done last. */
void poll_send(struct redis_link *k, enum allow command, const struct gcs_span *args, size_t count, resp_done *done);
void poll_reply_done(struct redis_link *k);
void config_poll_send(struct redis_link *k); /* CONFIG GET, SLOWLOG GET */
void rights_poll_send(struct redis_link *k); /* ACL DRYRUN, where it is due */

void track_start(struct redis_link *k);
void track_stop(struct redis_link *k);
void track_update_prefixes(struct redis_link *k); /* after a namespace of the older layout appeared or vanished */
void track_ping(struct redis_link *k);

#endif
