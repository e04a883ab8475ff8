/*
 * pod_words.h - STATUS, READY and RESTARTS of a pod as `kubectl get pods` prints them.
 *
 * Follows the API server's printer (kubernetes 1.34, pkg/printers/internalversion, printPod): init containers
 * (Init:0/1, Init:Error, Init:ExitCode:n, Init:Signal:n), sidecars (restartable init containers) counted in READY, the
 * waiting or terminated reason of the first container that has one, Completed that becomes Running, NotReady or another
 * container's error, SchedulingGated, Terminating, and Unknown for a deleted pod on a lost node. Pure.
 */
#ifndef RAYDECK_KUBE_POD_WORDS_H
#define RAYDECK_KUBE_POD_WORDS_H

#include "backends/base/json.h"

enum { POD_STATUS_MAX = 128, POD_RESTARTS_MAX = 48 };

struct pod_words {
    char status[POD_STATUS_MAX]; /* safe; "" where the object has no status */
    uint64_t containers, ready;
    uint64_t restarts;
    struct known_u64 restarted; /* time of the last restart: lastState.terminated.finishedAt */
};

void pod_words_of(const cJSON *pod, struct pod_words *ret);

/* The RESTARTS column: "0", "5 (81s ago)". now: the server's wall clock. */
char *pod_restarts_text(char out[POD_RESTARTS_MAX], struct known_u64 restarts, struct known_u64 restarted,
                        uint64_t now_wall_ms);

#endif
