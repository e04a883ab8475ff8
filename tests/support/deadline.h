/*
 * deadline.h - how long a test waits for what must happen. It is the only such length: it ends a test that hangs, and
 * decides none, so that it is far longer than anything takes on a slow machine that is busy.
 */
#ifndef RAYDECK_TESTS_DEADLINE_H
#define RAYDECK_TESTS_DEADLINE_H

#include "backends/link/loop.h"

enum { DEADLINE_MS = 120 * 1000 };

/* Steps the loop until the condition holds, or the deadline is over: the caller asserts what it needs. */
#define STEP_UNTIL(loop, condition)                                                                                    \
    do {                                                                                                               \
        const uint64_t deadline_ms_ = loop_now_ms() + DEADLINE_MS;                                                     \
        while (!(condition) && loop_now_ms() < deadline_ms_) loop_step(loop, 20);                                      \
    } while (0)

/* The same, and fails the test where it never holds. */
#define ASSERT_UNTIL(loop, condition)                                                                                  \
    do {                                                                                                               \
        STEP_UNTIL(loop, condition);                                                                                   \
        if (!(condition)) fail_msg("not in %d s: %s", DEADLINE_MS / 1000, #condition);                                 \
    } while (0)

#endif
