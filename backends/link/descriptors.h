/*
 * descriptors.h - tests how close the process is to RLIMIT_NOFILE, or the system to its own limit.
 */
#ifndef RAYDECK_LINK_DESCRIPTORS_H
#define RAYDECK_LINK_DESCRIPTORS_H

#include <stdbool.h>

enum { DESCRIPTORS_SPARE_MAX = 32 };

/* Can fewer than `spare` (at most DESCRIPTORS_SPARE_MAX) descriptors be opened now? For callees that hide EMFILE:
 * getaddrinfo, uv_loop_init (which aborts), libraries that report a file they cannot open as missing. */
bool descriptors_short(unsigned spare);

#endif
