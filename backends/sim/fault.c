/* fault.c - the table of faults. */
#include "backends/sim/fault.h"

#include <string.h>

const struct fault_info *fault_info(enum fault f)
{
    static const struct fault_info all[] = {
#define FAULT(id, word, what, facts) {word, what, facts},
#include "backends/sim/faults.def"
#undef FAULT
    };
    return &all[f];
}

bool fault_find(const char *word, enum fault *ret)
{
    for (int i = 0; i < FAULT_COUNT; i++) {
        if (strcmp(fault_info((enum fault)i)->word, word) != 0) continue;
        *ret = (enum fault)i;
        return true;
    }
    return false;
}

bool fault_is_on(const bool *on, enum fault f)
{
    return on && on[f];
}
