/*
 * drill_verdict.h - the verdict on a head loss, by the criteria: PASS, FAIL or INCONCLUSIVE. Pure: the same from a
 * recording as live.
 *
 * FAIL: a promise was broken. PASS: every promise that can be judged was kept, with every reading that it rests on, in
 * an outage that was long enough and had requests due in it. Anything else is INCONCLUSIVE: no sample, a reading that
 * is missing, an outage that was short or that nobody saw, a recovery that is not over. What needs a source that is not
 * there (no Redis, no neuron-monitor, no prompts) is not judged, and the scope of the verdict says so.
 */
#ifndef RAYDECK_DEPLOY_DRILL_VERDICT_H
#define RAYDECK_DEPLOY_DRILL_VERDICT_H

#include "backends/world/outage.h"
#include "backends/world/request_tally.h"
#include "deploy/criteria.h"

/* X(NAME, the word) */
#define DRILL_RESULT_MAP(X) X(INCONCLUSIVE, "INCONCLUSIVE") X(PASS, "PASS") X(FAIL, "FAIL") X(ABORTED, "ABORTED")
enum drill_result {
#define X(name, word) DRILL_##name,
    DRILL_RESULT_MAP(X)
#undef X
        DRILL_RESULTS
};

enum judged_state {
    JUDGED_NOT, /* its source is not there */
    JUDGED_UNKNOWN,
    JUDGED_MET,
    JUDGED_BROKEN,
};
enum { JUDGED_WHY_MAX = 200, VERDICT_CAUSE_MAX = 480, VERDICT_SCOPE_MAX = 1024 };
/* A loss that was watched for less after T0 never passes: without GCS fault tolerance workers restart half a minute
 * later (measured). One that was not watched to its end (outage.h, final) says so in the scope. */
enum { VERDICT_WATCH_MS = 45 * 1000 };
/* How the detail of the time to recover begins, where a rung did not come in that time. */
#define JUDGED_NOT_SEEN "not seen: "

struct judged {
    enum judged_state state;
    struct known_f64 value; /* seconds, percent or a count */
    double limit;
    char why[JUDGED_WHY_MAX]; /* of NOT and UNKNOWN: what is missing; of others what belongs to it, or "" */
};
struct drill_verdict {
    enum drill_result result;
    struct judged of[CRITERIA];
    char cause[VERDICT_CAUSE_MAX]; /* of FAIL and INCONCLUSIVE: in one line; "" of PASS */
    char scope[VERDICT_SCOPE_MAX]; /* what it does not cover */
};

struct verdict_ask {
    const struct outage *outage;
    const struct request_tally *tally; /* of the requests that were due since outage->t0_wall_ms */
    const struct criteria *limits;
    uint64_t wall_ms;                                    /* when it is judged */
    bool has_redis, has_fields, has_neuron, has_prompts; /* configured or discovered; fields: names of GCS fields */
    const char *fault;                                   /* what was tested: "deletion of the head pod" */
};
void drill_judge(const struct verdict_ask *ask, struct drill_verdict *ret);

const char *drill_result_word(enum drill_result result);
const char *judged_state_word(enum judged_state state); /* "not judged", "unknown", "met", "broken" */
/* For a reader: a proof that is lacking breaks no promise: "too few", "too short". */
const char *judged_state_words(enum criterion_id id, enum judged_state state);

#endif
