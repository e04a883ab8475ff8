/*
 * timeline.h - the history of a RayService as lanes over one time axis: its pods, its GCS, Serve, requests, events and
 * NeuronCores. Pure: changes report what happened, and their stamps are its clock.
 *
 * timeline_observe is called with every change after the world has applied it, and timeline_tick about once a second.
 * Both read the state of a lane from the world, and append to its history where it has changed. Kept are the last
 * TIMELINE_MS, of each lane at most so many items; what is dropped by count is counted and said.
 *
 * What is not known is a state of its own: before the console watched, and from a source's last proof of life until it
 * is heard again; so is the time in which no change reached the timeline for SOURCE_STALE_MS (the console was
 * stopped, the machine slept, another RayService had the focus). It is never drawn as good, nor as zero, nor as
 * nothing; the time before timeline_began_ms has a label of its own (tui/panes/timeline_draw.h).
 *
 * Times are ours (struct change's at_ms); a time by the wall clock is converted when it comes in. A timeline is of the
 * RayService in focus, by UID; with another one in focus it begins anew (timelines.h keeps one of each).
 */
#ifndef RAYDECK_WORLD_TIMELINE_H
#define RAYDECK_WORLD_TIMELINE_H

#include "backends/base/text.h"
#include "backends/world/joins.h"

enum {
    TIMELINE_MS = 2 * 60 * 60 * 1000,
    TIMELINE_PODS = 64,
    TIMELINE_CORES = 32,
    TIMELINE_SPANS = 512,   /* states of a lane */
    TIMELINE_STEPS = 14400, /* values of a lane: two a second */
    TIMELINE_PROMPTS = 2048,
    TIMELINE_EVENTS = 1024,
    TIMELINE_WAITING = 4096, /* probes without an answer */
    TIMELINE_LANES = TIMELINE_PODS + TIMELINE_CORES + 16,
    TIMELINE_WORDS_MAX = 160,
    TIMELINE_KEY_MAX = 160
};

/* In order of precedence: a span of time that has several is shown as the last of them. */
enum timeline_state {
    TIMELINE_NONE, /* there was nothing yet, or nothing is read and that is on purpose */
    TIMELINE_GONE,
    TIMELINE_READY, /* of a lane of values: known */
    TIMELINE_STARTING,
    TIMELINE_PENDING,
    TIMELINE_TERMINATING,
    TIMELINE_UNKNOWN,
    TIMELINE_FAILED,
    TIMELINE_STATES
};

/* X(NAME, group, name, name in five columns, shape) in the order of the screen; a pod and a core have names of their
 * own. */
#define TIMELINE_LANE_MAP(X)                                                                                           \
    X(HEAD, "head", "", "", BAND)                                                                                      \
    X(WORKER, "worker", "", "", BAND)                                                                                  \
    X(BEAT, "GCS", "heartbeat", "beat", HEIGHT)                                                                        \
    X(CONNECTIONS, "GCS", "connections", "conn", VALUE)                                                                \
    X(FIELDS, "GCS", "fields", "field", VALUE)                                                                         \
    X(ENDPOINTS, "Serve", "endpoints", "endp", VALUE)                                                                  \
    X(REPLICAS, "Serve", "replicas", "repl", VALUE)                                                                    \
    X(ROUTE, "probes", "route", "route", SERIES)                                                                       \
    X(FRESH, "probes", "fresh conn.", "fresh", SERIES)                                                                 \
    X(PROXIES, "probes", "proxies", "proxy", SERIES)                                                                   \
    X(PROMPTS, "prompts", "", "", BARS)                                                                                \
    X(EVENTS, "events", "", "", MARKS)                                                                                 \
    X(CORE, "cores", "", "", HEIGHT)
enum timeline_kind {
#define X(name, group, words, brief, shape) LANE_##name,
    TIMELINE_LANE_MAP(X)
#undef X
        LANE_KINDS
};
enum timeline_shape { SHAPE_BAND, SHAPE_HEIGHT, SHAPE_VALUE, SHAPE_SERIES, SHAPE_BARS, SHAPE_MARKS };

struct timeline_lane {
    enum timeline_kind kind;
    enum timeline_shape shape;
    const char *group, *brief;  /* static; brief: its name in five columns, "" of a pod and a core */
    char name[32];              /* of a pod its suffix, of a core its pod's suffix and index */
    char key[TIMELINE_KEY_MAX]; /* of the pod or the core; else "" */
    size_t index;               /* among those of its kind */
};

/* What lies between two moments of a lane. */
struct timeline_cell {
    enum timeline_state state;
    bool died;    /* BAND: it was deleted or a container ended within */
    bool begins;  /* VALUE: a value other than the one before begins within */
    bool fell;    /* VALUE: it was 0 within, and is no longer at the end */
    double value; /* VALUE: the last one; HEIGHT: heartbeat age in seconds, the greatest; utilisation, the mean. NAN:
                     unknown */
    uint32_t ok, slow, failed, waiting, unknown; /* SERIES, by when they were due; unknown: say nothing of Serve */
    uint32_t normal, warnings;                   /* MARKS */
};

enum timeline_phase { PROMPT_WAITING, PROMPT_OK, PROMPT_SLOW, PROMPT_FAILED, PROMPT_UNKNOWN, PROMPT_CANCELLED };
struct timeline_prompt {
    uint64_t due_ms, done_ms; /* done 0: it waits */
    enum timeline_phase phase;
    char key[40], failure[24], head[32]; /* head: what was known of the head, in words */
};
struct timeline_event {
    uint64_t at_ms;
    bool warning;
    char key[64], reason[40], about[64];
};

struct timeline;
struct timeline *timeline_new(void);
void timeline_free(struct timeline *t); /* NULL is fine */

void timeline_observe(struct timeline *t, const struct world *w, const struct focus *f, const struct change *c);
void timeline_tick(struct timeline *t, const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

/* ---- reading; times in ms, [from, to) -------------------------------------------------------------------------- */

const char *timeline_service(const struct timeline *t); /* UID of the RayService; "": none was observed yet */
uint64_t timeline_began_ms(const struct timeline *t);   /* 0: nothing was observed yet */
uint64_t timeline_now_ms(const struct timeline *t);     /* of the last call above */
uint64_t timeline_wall_ms(const struct timeline *t, uint64_t at_ms);
uint64_t timeline_at_ms(const struct timeline *t, uint64_t wall_ms);
/* The lanes of which something lies in that time, in the order of the screen; returns how many (<= max). */
size_t timeline_lanes(const struct timeline *t, uint64_t from_ms, uint64_t to_ms, struct timeline_lane *out,
                      size_t max);
struct timeline_cell timeline_cell(const struct timeline *t, const struct timeline_lane *lane, uint64_t from_ms,
                                   uint64_t to_ms);
/* What a lane says at one moment, "" where nothing; the span of a cursor is around_ms wide and ends there. */
char *timeline_words(const struct timeline *t, const struct timeline_lane *lane, uint64_t at_ms, uint64_t around_ms,
                     char out[TIMELINE_WORDS_MAX]);

/* The states of a BAND lane, oldest first, with their words; false: no more. */
struct timeline_span {
    uint64_t at_ms;
    enum timeline_state state;
    char words[80];
};
size_t timeline_spans(const struct timeline *t, const struct timeline_lane *lane);
const struct timeline_span *timeline_span(const struct timeline *t, const struct timeline_lane *lane, size_t index);

/* By due time; by their time. Oldest first. */
size_t timeline_prompts(const struct timeline *t);
const struct timeline_prompt *timeline_prompt(const struct timeline *t, size_t index);
size_t timeline_events(const struct timeline *t);
const struct timeline_event *timeline_event(const struct timeline *t, size_t index);
const struct timeline_event *timeline_event_near(const struct timeline *t, uint64_t at_ms); /* NULL: there is none */
const struct timeline_prompt *timeline_prompt_near(const struct timeline *t, uint64_t at_ms);

/* "3 pods, 120 prompts are not kept"; "" where nothing was dropped. */
char *timeline_dropped_words(const struct timeline *t, char out[TIMELINE_WORDS_MAX]);

#endif
