/* timeline_priv.h - what a timeline holds, and how its lanes are filled. Private to backends/world/timeline*.c. */
#ifndef RAYDECK_WORLD_TIMELINE_PRIV_H
#define RAYDECK_WORLD_TIMELINE_PRIV_H

#include "backends/base/fifo.h"
#include "backends/world/request_tally.h"
#include "backends/world/timeline.h"

struct timeline_pod {
    char uid[64], name[64], note[48]; /* note: of our delete: "deleted, grace 0" */
    bool head;
    struct fifo spans; /* of struct timeline_span */
};

/* A value from a moment on. */
struct timeline_step {
    uint64_t at_ms;
    float value, other; /* other: of how many replicas, how many endpoints besides the head */
    unsigned char state;
};
struct timeline_values {
    struct fifo steps;
    char why[64]; /* why it is not known now, or not read */
};
struct timeline_core {
    char key[TIMELINE_KEY_MAX], name[32];
    struct timeline_values values;
};

/* Requests by the second in which they were due. */
struct timeline_second {
    uint64_t at_ms; /* of its beginning */
    uint16_t ok, slow, failed, unknown;
    uint32_t slowest_us;
};
struct timeline_waiting {
    uint64_t due_ms;
    uint64_t hash; /* of the record's key */
};
struct timeline_series {
    struct fifo seconds, waiting;
    struct timeline_values heard; /* READY while its source is heard */
    char source[64];              /* of the last request; "": none */
};

enum { VALUES_BEAT, VALUES_CONNECTIONS, VALUES_FIELDS, VALUES_ENDPOINTS, VALUES_REPLICAS, VALUES_COUNT };

struct timeline {
    char service[64]; /* UID; "": none was seen yet */
    uint64_t began_ms, now_ms, wall_ms;
    struct timeline_pod *pod[TIMELINE_PODS];
    size_t pods;
    struct timeline_core *core[TIMELINE_CORES];
    size_t cores;
    struct timeline_values values[VALUES_COUNT];
    struct timeline_series series[TALLY_SERIES];
    struct fifo prompts, events;
    uint64_t pods_dropped, cores_dropped; /* the most at once that there was no room for */
};

/* The steps that are read from the world. */
struct timeline_look {
    struct timeline *t;
    const struct world *w;
    const struct focus *f;
};

/* timeline_lanes.c */
void timeline_look_pod(const struct timeline_look *l, const char *uid);
void timeline_look_pods(const struct timeline_look *l);
void timeline_look_gcs(const struct timeline_look *l);
void timeline_look_serve(const struct timeline_look *l);
void timeline_look_core(const struct timeline_look *l, const char *key);
void timeline_look_cores(const struct timeline_look *l);
void timeline_interrupt(struct timeline *t); /* no change came since: all that was known is unknown from then on */
void timeline_look_ours(const struct timeline_look *l, const struct change *c);

/* timeline_requests.c */
void timeline_look_request(const struct timeline_look *l, const char *source, const struct request *q);
void timeline_look_series(const struct timeline_look *l);
void timeline_look_event(const struct timeline_look *l, const struct event *e);

/* timeline_read.c */
const struct timeline_series *timeline_series_of(const struct timeline *t, const struct timeline_lane *lane);

/* timeline.c */
void values_init(struct timeline_values *v);
void values_add(struct timeline_values *v, uint64_t at_ms, enum timeline_state state, double value, double other);
/* Not known since the source's last proof of life; why: its state in words. */
void values_lose(struct timeline_values *v, const struct timeline *t, const struct source *s);
/* Whether a source is heard now; false: *ret_off where it is not read on purpose. s may be NULL. */
bool timeline_is_heard(const struct timeline *t, const struct source *s, bool *ret_off);
const char *timeline_deaf_words(const struct timeline *t, const struct source *s);
/* The moment since which nothing is known of a source. */
uint64_t timeline_deaf_since(const struct timeline *t, const struct source *s);

#endif
