/* crowd.h - many pods of another Ray cluster in the service's namespace, for benchmarks. */
#ifndef RAYDECK_SIM_CROWD_H
#define RAYDECK_SIM_CROWD_H

#include "backends/sim/objects.h"

enum { CROWD_MAX = 20000 };

/* Creates `count` pods like the last worker pod, without its init container and with another cluster's labels. Clears
 * the log, so that watches must start with a list. */
void crowd_create(struct objects *o, unsigned count, uint64_t seed);

#endif
