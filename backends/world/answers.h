/*
 * answers.h - the three answers at the top of the screen, from the world only: ANSWERING; LOSE THE HEAD?; LAST HEAD
 * LOSS, or, during an outage, HEAD DOWN and WORKER PODS. The console draws them, `status` prints them. Unknown is an
 * answer.
 */
#ifndef RAYDECK_WORLD_ANSWERS_H
#define RAYDECK_WORLD_ANSWERS_H

#include "backends/base/buf.h"
#include "backends/world/outage.h"

enum verdict { VERDICT_UNKNOWN, VERDICT_OK, VERDICT_WARN, VERDICT_NO };

/* Longer than what sources say: evidence is cut nowhere but on the screen (panes/answers_view.h). */
enum { ANSWER_TEXT_MAX = OUTAGE_WHY_MAX, ANSWERS = 3 };

struct answer {
    const char *question; /* "ANSWERING", "LOSE THE HEAD?", "HEAD DOWN" … */
    enum verdict verdict;
    char word[40];               /* "YES", "NO", "5.4s", "2/2", "pod: OK · node: NOT PROVEN", "–" */
    char text[ANSWER_TEXT_MAX];  /* the evidence, for 120 columns */
    char brief[ANSWER_TEXT_MAX]; /* the same, for 80 columns */
};

const char *verdict_word(enum verdict v); /* "OK", "NOT PROVEN", "NO", "–" */

/* Why the head may or may not be lost, one line each: for the detail pane, doctor and the kill dialog. WARN is "NOT
 * PROVEN". */
struct head_loss {
    enum verdict pod, node, redis;
    char pod_why[ANSWER_TEXT_MAX], node_why[ANSWER_TEXT_MAX], redis_why[ANSWER_TEXT_MAX];
    unsigned errors, warnings; /* of those that the doctor would find */
};
struct head_loss head_loss_of(const struct world *w, const struct focus *f, uint64_t now_ms);
/* The three as text, each "pod lost       OK          GCS FT on · Redis ok". */
void head_loss_text(const struct head_loss *l, const char *indent, struct buf *out);

/* When the head was lost last, where that was not observed: by the servers' stamps, as far as they are still there. */
enum past_loss_kind {
    PAST_LOSS_UNKNOWN,
    PAST_LOSS_NONE, /* it is the cluster's first head */
    PAST_LOSS_SEEN  /* the Ray container has ended since, or the head pod is younger than its cluster or its workers */
};
struct past_loss {
    enum past_loss_kind kind;
    uint64_t wall_ms; /* of SEEN: that end, or the creation of the pod */
};
struct past_loss past_loss_of(const struct world *w, const struct focus *f);

/* Of the RayService's -serve-svc: addresses that are ready, and those of them that are not the head. absent: the
 * EndpointSlices were listed, and none is of that service. source: whose word it is; NULL: nobody's. */
struct serve_endpoints {
    size_t ready, besides_head;
    bool known, absent;
    const char *source;
};
struct serve_endpoints serve_endpoints_of(const struct world *w, const struct focus *f);
/* Is that pod a ready endpoint of it, and not terminating? Where no EndpointSlice tells, only a pod without KubeRay's
 * label is known to be none. */
enum tri serve_endpoint_is_ready(const struct world *w, const struct focus *f, const struct pod *pod);
/* Calls for each that is ready; false where they are not known. */
bool serve_endpoints_each(const struct world *w, const struct focus *f,
                          void (*ready)(void *arg, const struct endpoint *e), void *arg);

/* Probes of the last `window_ms` and what they say; a probe nobody answered in time counts as failed. */
struct probe_sum {
    size_t ok, slow, failed, waiting;
    struct known_u64 p50_us, p95_us, slowest_us, last_ok_ms;
};
struct probe_sum probe_sum_of(const struct world *w, const char *kind, uint64_t since_wall_ms);

/* o and previous: the report of the outage, and outage_previous(). now_ms as changes' at_ms, wall_ms as their wall_ms.
 */
void answers_of(const struct world *w, const struct focus *f, const struct outage *o, const struct outage *previous,
                uint64_t now_ms, uint64_t wall_ms, struct answer out[ANSWERS]);

#endif
