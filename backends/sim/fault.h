/* fault.h - what can be made to go wrong in the simulated cluster. */
#ifndef RAYDECK_SIM_FAULT_H
#define RAYDECK_SIM_FAULT_H

#include <stdbool.h>

/* X(id, the word of --fault and `fault`) */
#define SIM_FAULTS(X)                                                                                                  \
    X(DROP_CONNECTIONS, "drop-connections") /* every connection to the API server is cut, at once and each 2 s */      \
    X(WATCH_410, "watch-410")               /* every watch is told that its version is too old, once */                \
    X(REDIS_GONE, "redis-gone")             /* redis-server is stopped */                                              \
    X(GARBAGE, "garbage")       /* every other list is cut short, and watches get lines that are no JSON */            \
    X(SERVE_500, "serve-500")   /* prompts get a 500 of Serve; its health checks go on well, as in all these */        \
    X(SERVE_HANG, "serve-hang") /* prompts get no answer, for a minute */                                              \
    X(SERVE_CUT, "serve-cut")   /* answers to prompts break off in the middle, without an end */                       \
    X(SERVE_SLOW, "serve-slow") /* they take ten times as long */

enum fault {
#define X(id, word) FAULT_##id,
    SIM_FAULTS(X)
#undef X
        FAULT_COUNT
};
const char *fault_word(enum fault f);
bool fault_find(const char *word, enum fault *ret);

#endif
