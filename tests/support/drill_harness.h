/* drill_harness.h - the verdict on a recording: replayed once to find the outage, and again to sum up its requests. */
#ifndef RAYDECK_TESTS_DRILL_HARNESS_H
#define RAYDECK_TESTS_DRILL_HARNESS_H

#include "deploy/drill_verdict.h"
#include "tests/support/replay.h"

struct drill_recording {
    void (*open)(struct replay *p, void *arg); /* replay_open, or adds to it; it is called twice */
    void *arg;
    uint64_t until_ms; /* the loss that it shows then, wall; 0: at its end */
    const char *limit; /* beside the defaults, as criteria_set; NULL: none */
};
void drill_judge_recording(const struct drill_recording *of, struct drill_verdict *ret, struct outage *ret_outage);
void drill_verdict_print(const char *name, const struct drill_verdict *v);

#endif
