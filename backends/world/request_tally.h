/*
 * request_tally.h - what became of the requests of a period: how many of each series were answered, how fast, and for
 * how long none was. Fed with the changes of a session, live or from a recording.
 *
 * Requests of a load count alone: once one is seen, the session's own (its probes, a person's prompts) are left out, so
 * that what is judged is the load of the drill, live and from a recording alike. Without a load all are counted.
 *
 * A request belongs to the period by the time at which it was due; of those that ended
 * before it the slowest answer is kept. One that failed and is no evidence of Serve
 * (request_is_evidence) counts as `unknown`, neither ok nor failed; a cancelled one is not counted.
 */
#ifndef RAYDECK_WORLD_REQUEST_TALLY_H
#define RAYDECK_WORLD_REQUEST_TALLY_H

#include "backends/base/histogram.h"
#include "backends/world/change.h"
#include "backends/world/request_kind.h"
#include "backends/world/world.h"

/* X(NAME, the REQUEST record's kind, the words, the key in JSON). The words are the name of a load's series, too: one
 * of that name is counted there, any other by its kind. */
#define TALLY_SERIES_MAP(X)                                                                                            \
    X(ROUTE, REQUEST_ROUTE, "users' route", "route")                                                                   \
    X(FRESH, REQUEST_ROUTE, "fresh connections", "fresh")                                                              \
    X(PROXIES, REQUEST_PROBE, "worker proxies", "proxies")                                                             \
    X(PROMPTS, REQUEST_PROMPT, "prompts", "prompts")
enum tally_series {
#define X(name, kind, words, key) TALLY_##name,
    TALLY_SERIES_MAP(X)
#undef X
        TALLY_SERIES
};
enum { TALLY_PODS = 32, TALLY_POD_MAX = 64 };
enum { TALLY_FAILURES = 8, TALLY_PATH_MAX = 64, TALLY_SECONDS = 3600, TALLY_UID_MAX = 64 };

struct tally_failure {
    char name[32]; /* the record's `failure`: "refused", "timeout", "5xx"; the last one holds all others */
    uint64_t count;
};
struct tally_sum {
    uint64_t ok, slow, failed, unknown; /* disjoint: slow ones were answered, too */
    uint64_t late;                      /* of all: sent REQUEST_LATE_MS or more after they were due, or never */
    struct tally_failure failure[TALLY_FAILURES];
    char path[TALLY_PATH_MAX]; /* the route of the last one, in words; "" where none ended */
    struct histogram latency;  /* of the answered ones, from when they were due */
    /* Wall times, milliseconds; 0: none. */
    uint64_t first_due_ms, last_due_ms, answered_ms;
    uint64_t gap_ms;            /* the longest time between two answers, and from first_due_ms to the first */
    struct known_u64 before_us; /* the slowest answer, since it was sent, of those that ended before the period */
    uint64_t waits_ms;          /* tally_close: how long the oldest one has waited that has not ended */
};
struct request_tally {
    bool of_load;                /* requests of a load alone; set by the first of them, or by the owner */
    char service[TALLY_UID_MAX]; /* "": any */
    uint64_t from_ms, until_ms;  /* the period, wall time; until 0: it goes on */
    struct tally_sum sum[TALLY_SERIES];
    struct tally_pod {
        char name[TALLY_POD_MAX];
        uint64_t ok, failed; /* ok: slow ones, too */
    } pod[TALLY_PODS];       /* the worker proxies one by one, in the order in which they were first seen */
    size_t pods, pods_beyond;
    uint32_t due[TALLY_SERIES]
                [TALLY_SECONDS]; /* those that ended, by the second since from_ms in which they were due */
};

/* Clears it. service: UID of the RayService whose requests it is of, copied; NULL: of any. */
void tally_begin(struct request_tally *t, const char *service, uint64_t from_wall_ms);
/* The period begins at from_wall_ms: of what was observed until then only `before_us` stays. */
void tally_restart(struct request_tally *t, const char *service, uint64_t from_wall_ms);
/* Call after world_apply(w, c). */
void tally_observe(struct request_tally *t, const struct world *w, const struct change *c);

/* Takes those of the period into account that have not ended, at its end: until_ms, or else wall_ms. */
void tally_close(struct request_tally *t, const struct world *w, uint64_t wall_ms);

bool tally_series_of(const struct request *q, enum tally_series *ret); /* false: of none */
const char *tally_series_words(enum tally_series series);
/* The same for a report: the API server's proxy is no way that a user takes, and is called by its name. */
const char *tally_series_name(const struct request_tally *t, enum tally_series of);
const char *tally_series_key(enum tally_series series);
/* How many of the ended ones were due in these whole seconds, wall time; of the first TALLY_SECONDS alone. */
uint64_t tally_due_between(const struct request_tally *t, enum tally_series series, uint64_t from_wall_ms,
                           uint64_t until_wall_ms);
uint64_t tally_ended(const struct tally_sum *s); /* those that are evidence of Serve: ok, slow and failed */
/* The longest time without an answer, the time since the last one included. Unknown where none ended. */
struct known_u64 tally_unserved_ms(const struct tally_sum *s, uint64_t wall_ms);
/* The longest that one waited for its answer, or waits for it still. Unknown where there was none. */
struct known_u64 tally_slowest_us(const struct tally_sum *s);
/* Of the answered ones, in microseconds. Unknown where none was answered. */
struct known_u64 tally_percentile(const struct tally_sum *s, double percent);

#endif
