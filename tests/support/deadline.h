/*
 * deadline.h - how long a test waits for what must happen. It is the only such length: it ends a test that hangs, and
 * decides none, so that it is far longer than anything takes on a slow machine that is busy.
 */
#ifndef RAYDECK_TESTS_DEADLINE_H
#define RAYDECK_TESTS_DEADLINE_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DEADLINE_SLOWER 2
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(DEADLINE_SLOWER)
#define DEADLINE_SLOWER 2
#endif
#ifndef DEADLINE_SLOWER
#define DEADLINE_SLOWER 1
#endif

enum { DEADLINE_MS = 60 * 1000 * DEADLINE_SLOWER };

#endif
