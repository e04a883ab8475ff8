/* gcs_words.c - names of the values of the GCS's enumerations, by Ray's version where they were renumbered. */
#include "backends/redis/gcs_words.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

#define WORD(list, at) ((at) >= 0 && (size_t)(at) < ARRAY_LEN(list) ? (list)[at] : NULL)

enum { PREPARED_MAJOR = 2, PREPARED_MINOR = 35 };

enum gcs_age gcs_age_of(const char *ray_version)
{
    const char *dot = ray_version ? strchr(ray_version, '.') : NULL;
    if (!dot) return GCS_AGE_UNKNOWN;
    uint64_t major, minor;
    if (text_u64(ray_version, (size_t)(dot - ray_version), 1000, &major) != ERR_OK) return GCS_AGE_UNKNOWN;
    if (text_u64(dot + 1, strspn(dot + 1, "0123456789"), 1000, &minor) != ERR_OK) return GCS_AGE_UNKNOWN;
    if (major != PREPARED_MAJOR) return major > PREPARED_MAJOR ? GCS_SINCE_PREPARED : GCS_BEFORE_PREPARED;
    return minor >= PREPARED_MINOR ? GCS_SINCE_PREPARED : GCS_BEFORE_PREPARED;
}

const char *gcs_node_state(int state)
{
    static const char *const words[] = {"ALIVE", "DEAD"};
    return WORD(words, state);
}

const char *gcs_node_death(int reason)
{
    static const char *const words[] = {"UNSPECIFIED", "EXPECTED_TERMINATION", "UNEXPECTED_TERMINATION",
                                        "AUTOSCALER_DRAIN_PREEMPTED", "AUTOSCALER_DRAIN_IDLE"};
    return WORD(words, reason);
}

const char *gcs_actor_state(int state)
{
    static const char *const words[] = {"DEPENDENCIES_UNREADY", "PENDING_CREATION", "ALIVE", "RESTARTING", "DEAD"};
    return WORD(words, state);
}

const char *gcs_worker_type(int type)
{
    static const char *const words[] = {"WORKER", "DRIVER", "SPILL_WORKER", "RESTORE_WORKER"};
    return WORD(words, type);
}

const char *gcs_worker_exit(int type)
{
    static const char *const words[] = {"SYSTEM_ERROR", "INTENDED_SYSTEM_EXIT", "USER_ERROR", "INTENDED_USER_EXIT",
                                        "NODE_OUT_OF_MEMORY"};
    return WORD(words, type);
}

const char *gcs_pgroup_state(int state, enum gcs_age age)
{
    static const char *const before[] = {"PENDING", "CREATED", "REMOVED", "RESCHEDULING"};
    static const char *const since[] = {"PENDING", "PREPARED", "CREATED", "REMOVED", "RESCHEDULING"};
    if (age == GCS_AGE_UNKNOWN) return state == 0 ? "PENDING" : NULL;
    return age == GCS_BEFORE_PREPARED ? WORD(before, state) : WORD(since, state);
}

const char *gcs_pgroup_strategy(int strategy)
{
    static const char *const words[] = {"PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"};
    return WORD(words, strategy);
}
