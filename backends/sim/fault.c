/* fault.c - names of the faults. */
#include "backends/sim/fault.h"

#include <string.h>

const char *fault_word(enum fault f)
{
    static const char *const all[] = {
#define X(id, word) word,
        SIM_FAULTS(X)
#undef X
    };
    return all[f];
}

bool fault_find(const char *word, enum fault *ret)
{
    for (int i = 0; i < FAULT_COUNT; i++) {
        if (strcmp(fault_word((enum fault)i), word) != 0) continue;
        *ret = (enum fault)i;
        return true;
    }
    return false;
}
