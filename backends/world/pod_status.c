/* pod_status.c - see pod_status.h. */
#include "backends/world/pod_status.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

bool pod_is_failing(const struct pod *pod)
{
    static const char *const bad[] = {
        "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "OOMKilled", "CreateContainerConfigError", "Error",
        "Evicted",          "InvalidImageName"};
    if (!pod->status || pod->deleted.known) return false;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (strstr(pod->status, bad[i])) return true;
    return false;
}

enum pod_state pod_state_of(const struct row *pod_row)
{
    const struct pod *pod = ROW(pod_row, pod);
    const bool ended = text_eq(pod->phase, "Failed") || text_eq(pod->phase, "Succeeded");

    if (pod_row->gone_ms) return POD_GONE;
    if (pod->deleted.known) return POD_TERMINATING;
    if (ended || pod_is_failing(pod) || text_eq(pod->status, "Completed")) return POD_FAILED;
    if (pod->is_ready == TRI_YES) return POD_READY;
    if (text_eq(pod->phase, "Pending") && !pod->node) return POD_PENDING;
    if (pod->is_ready == TRI_NO || text_eq(pod->phase, "Pending")) return POD_STARTING;
    return POD_UNKNOWN;
}
