/*
 * load.h - a load on Serve: requests at a fixed rate, sent whether or not earlier ones were answered (open loop).
 *
 * Each series is one route at one rate. A request's latency counts from the time at which it was due, and nothing is
 * retried, so that a service that stalls is not measured less often while it does (coordinated omission). At most
 * `in_flight` requests of a series wait for an answer; one that is due beyond that is sent once another has ended, and
 * counts as late (REQUEST_LATE_MS); one that could not be sent within its time-out ends as "timeout". None is dropped:
 * every request that was due ends as one outcome.
 *
 * After a pause of the whole process (a suspended laptop) the requests that were due in it end as "not sent", which
 * says nothing about the service.
 */
#ifndef RAYDECK_SERVE_LOAD_H
#define RAYDECK_SERVE_LOAD_H

#include "backends/backend.h"
#include "backends/base/histogram.h"
#include "backends/serve/serve_failure.h"

enum {
    LOAD_SERIES_MAX = 64,
    LOAD_PER_S = 5,       /* the default rate */
    LOAD_PER_S_MAX = 500, /* over all series */
    LOAD_IN_FLIGHT = 64,  /* the default of a series */
    LOAD_IN_FLIGHT_MAX = 4096,
    LOAD_TIMEOUT_MS = 5000, /* the default */
    LOAD_PAUSE_MS = 10000,  /* the loop did not run for so long: the process was stopped */
};

/* A series. Everything is copied. */
struct load_series {
    const char *name;       /* "service", "proxy of worker-0": in reports */
    const char *pod;        /* the worker pod whose proxy it is; NULL: any */
    struct serve_path path; /* up to, not including, the path of the request */
    double per_s;           /* more than 0 */
    size_t in_flight;       /* 0: LOAD_IN_FLIGHT */
    uint64_t timeout_ms;    /* 0: LOAD_TIMEOUT_MS */
    bool fresh;             /* each request on a connection of its own (not through the API server) */
    /* Prompts instead of GET /-/healthz: */
    const struct prompt_ops *prompt;
    const char *question, *model;
};

/* How one request ended; borrowed for the call. Times by loop_now_us. */
struct load_outcome {
    size_t series;
    uint64_t number; /* in its series, from 0 */
    uint64_t due_us, done_us;
    struct known_u64 sent_us; /* unknown: it was not sent */
    uint64_t latency_us;      /* from due to done */
    enum serve_failure failure;
    long status; /* 0: none */
    bool late;
    const char *why; /* of a failure; "" */
};

/* What became of the requests of a series. planned = ok + failed + those in flight. */
struct load_sum {
    uint64_t planned, sent, ok, late;
    uint64_t connections;                    /* new ones; not counted of prompts */
    uint64_t failed;                         /* all of the classes below */
    uint64_t failure[SERVE_FAILURE_CLASSES]; /* by class */
    uint64_t first_due_us, last_due_us;
    uint64_t longest_gap_us;  /* the longest time without an ok answer: from the first due to the last end */
    struct histogram latency; /* of the ok ones */
};

struct load_calls {
    void (*ended)(void *arg, const struct load_outcome *outcome); /* of each request; may be NULL. Frees no load */
    void (*over)(void *arg); /* once, from the loop: every request has ended. It may free the load; NULL: nothing */
    void *arg;
};
struct load_conf {
    const struct load_series *series;
    size_t count;
    uint64_t duration_ms;    /* 0: until load_stop */
    uint64_t pause_ms;       /* 0: LOAD_PAUSE_MS; more than a second */
    const struct sink *sink; /* each request that ended is put there as a REQUEST record (request_kind.h); copied.
                              * NULL: nowhere */
};

struct load;
/* The first request of each series is due at once. ERR_USAGE: no series, too many, or a rate that is not in
 * (0, LOAD_PER_S_MAX]. how is copied; what it points to must outlive the load. */
enum err load_start(struct loop *l, const struct serve_open *how, const struct load_conf *conf,
                    const struct load_calls *calls, struct load **ret, struct why *why);
/* Nothing is due any more; what was due is sent and waited for, then `over` is called. */
void load_stop(struct load *load);
void load_free(struct load *load); /* cancels what is in flight, without a call; NULL is fine */
const struct load_series *load_series(const struct load *load, size_t series); /* as it runs; borrowed */
const struct load_sum *load_sum(const struct load *load, size_t series);       /* borrowed until load_free */
size_t load_in_flight(const struct load *load);

#endif
