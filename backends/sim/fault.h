/* fault.h - the faults that can be switched on in the simulated cluster. */
#ifndef RAYDECK_SIM_FAULT_H
#define RAYDECK_SIM_FAULT_H

#include <stdbool.h>

/* X(id, the word of --fault and `fault`) */
#define SIM_FAULTS(X)                                                                                                  \
    X(DROP_CONNECTIONS, "drop-connections") /* cuts all connections to the API server, now and every 2 s */            \
    X(OPERATOR_DOWN, "operator-down")       /* KubeRay is stopped */                                                   \
    X(WATCH_410, "watch-410")               /* ends every watch once with 410 Expired */                               \
    X(REDIS_GONE, "redis-gone")             /* kills redis-server */                                                   \
    X(GARBAGE, "garbage")                   /* truncates every other list; sends watches malformed lines */            \
    X(SERVE_500, "serve-500")               /* prompts get a 500; health checks still pass, as in all SERVE_ faults */ \
    X(SERVE_HANG, "serve-hang")             /* prompts get no answer for a minute */                                   \
    X(SERVE_CUT, "serve-cut")               /* answers to prompts are cut off halfway */                               \
    X(DEPLOY_FAILED, "deploy-failed")       /* a first deployment fails: Serve cannot build the application */         \
    X(SERVE_SLOW, "serve-slow")             /* answers to prompts take ten times as long */

enum fault {
#define X(id, word) FAULT_##id,
    SIM_FAULTS(X)
#undef X
        FAULT_COUNT
};
const char *fault_word(enum fault f);
bool fault_find(const char *word, enum fault *ret);

#endif
