/*
 * cursor_guard.h - detects a SCAN or HSCAN that never ends. Pure.
 *
 * Redis iterates over a table once: a cursor never repeats, and a page of COUNT n visits up to 10 n buckets until it
 * has n elements, so that empty pages are few (dict.c, scanGenericCommand). A server that behaves otherwise would keep
 * the client scanning for ever.
 */
#ifndef RAYDECK_REDIS_CURSOR_GUARD_H
#define RAYDECK_REDIS_CURSOR_GUARD_H

#include "backends/base/cycle.h"

/* Allowed pages: FREE, plus SLACK times as many as full pages would take. */
enum { CURSOR_PAGES_FREE = 64, CURSOR_PAGES_SLACK = 16 };

struct cursor_guard {
    struct cycle cursors;
    uint64_t page, pages;
};
void cursor_guard_init(struct cursor_guard *g, uint64_t page /* COUNT of the scan */);
/* Call after each page, with the elements seen so far and the size of the table. False: the scan does not end. */
bool cursor_guard_check(struct cursor_guard *g, const char *cursor, uint64_t seen, uint64_t total);
void cursor_guard_done(struct cursor_guard *g);

#endif
