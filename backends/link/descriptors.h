/*
 * descriptors.h - how near the process is to its limit of file descriptors (RLIMIT_NOFILE), or the machine to its own.
 */
#ifndef RAYDECK_LINK_DESCRIPTORS_H
#define RAYDECK_LINK_DESCRIPTORS_H

#include <stdbool.h>

enum { DESCRIPTORS_SPARE_MAX = 32 };

/* Whether fewer than `spare` (at most DESCRIPTORS_SPARE_MAX) can be opened now. For what does not pass errno on:
 * resolvers, libuv's loop (which aborts), libraries that look for a file and then say that there is none. */
bool descriptors_short(unsigned spare);

#endif
