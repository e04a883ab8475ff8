/* pod_status.h - the state of a pod in one word, by what its containers do. Pure. */
#ifndef RAYDECK_WORLD_POD_STATUS_H
#define RAYDECK_WORLD_POD_STATUS_H

#include "backends/world/world.h"

enum pod_state {
    POD_UNKNOWN,
    POD_PENDING,     /* no container is made yet: it waits for a K8s node */
    POD_STARTING,    /* its containers are created, start, or are not ready yet */
    POD_READY,       /* the condition Ready is True */
    POD_TERMINATING, /* it has a deletionTimestamp; its containers may still serve */
    POD_FAILED,      /* a container has ended or cannot start */
    POD_GONE
};
enum pod_state pod_state_of(const struct row *pod_row);

/* A container ended or cannot start: a person must act, unlike with states that pass by themselves. */
bool pod_is_failing(const struct pod *pod);

#endif
