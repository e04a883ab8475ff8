/* crowd.h - the other pods of a big cluster: N of another Ray cluster in the service's namespace, for measuring. */
#ifndef RAYDECK_SIM_CROWD_H
#define RAYDECK_SIM_CROWD_H

#include "backends/sim/objects.h"

enum { CROWD_MAX = 20000 };

/* Puts them in, each like the last pod there is, a worker, but without its init container and with another cluster's
 * labels, and forgets the log, so that a list is where a watch has to begin. */
void crowd_create(struct objects *o, unsigned count, uint64_t seed);

#endif
