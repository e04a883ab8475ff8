/* fault.h - the faults of the simulated cluster (faults.def). */
#ifndef RAYDECK_SIM_FAULT_H
#define RAYDECK_SIM_FAULT_H

#include <stdbool.h>

enum fault {
#define FAULT(id, word, what, facts) FAULT_##id,
#include "backends/sim/faults.def"
#undef FAULT
    FAULT_COUNT
};
struct fault_info {
    const char *word, *what, *facts;
};
const struct fault_info *fault_info(enum fault f);
bool fault_find(const char *word, enum fault *ret);
/* on: FAULT_COUNT of them, or NULL: none is. */
bool fault_is_on(const bool *on, enum fault f);

#endif
