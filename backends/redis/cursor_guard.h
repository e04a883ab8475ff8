/*
 * cursor_guard.h - does a SCAN or HSCAN come to its end? Pure.
 *
 * Redis goes through a table once: a cursor never comes again, and a page of COUNT n looks at up to 10 n buckets until
 * it has n elements, so that pages without any are few (dict.c, scanGenericCommand). What answers otherwise, whatever
 * it is, would be asked for ever.
 */
#ifndef RAYDECK_REDIS_CURSOR_GUARD_H
#define RAYDECK_REDIS_CURSOR_GUARD_H

#include "backends/base/cycle.h"

enum { CURSOR_PAGES_FREE = 64 /* whatever they bring */, CURSOR_PAGES_SLACK = 16 /* times as many as full ones */ };

struct cursor_guard {
    struct cycle cursors;
    uint64_t page, pages;
};
void cursor_guard_init(struct cursor_guard *g, uint64_t page /* the COUNT that is asked for */);
/* After each page: seen elements of so far, total of what there are. False: it will not end. */
bool cursor_guard_goes_on(struct cursor_guard *g, const char *cursor, uint64_t seen, uint64_t total);
void cursor_guard_done(struct cursor_guard *g);

#endif
