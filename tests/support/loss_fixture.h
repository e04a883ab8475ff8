/* loss_fixture.h - the loss of a head as it should be, with its requests and its verdict: tests break one thing of it.
 */
#ifndef RAYDECK_TESTS_LOSS_FIXTURE_H
#define RAYDECK_TESTS_LOSS_FIXTURE_H

#include "deploy/drill_verdict.h"

#define LOSS_T0 UINT64_C(1795437792000)
enum { LOSS_REQUESTS = 300, LOSS_BACK_MS = 41000, LOSS_OVER_MS = 60000 };

struct loss_fixture {
    struct outage outage;
    struct request_tally tally;
    struct criteria limits;
    struct verdict_ask ask; /* of the three above */
    struct drill_verdict verdict;
};

/* 41 s of silence, two workers and four runtimes that live on, no request failed. */
void loss_fill(struct loss_fixture *x);
/* Requests that ended, spread over the loss. Those that failed were refused. */
void loss_add_requests(struct loss_fixture *x, enum tally_series of, size_t ok, size_t failed);

#endif
