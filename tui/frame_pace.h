/*
 * frame_pace.h - when a change must be on the screen. Significant changes are drawn at once; routine ones (keep-alives,
 * samples, heartbeats, answered probes) share a frame. Pure.
 */
#ifndef RAYDECK_FRAME_PACE_H
#define RAYDECK_FRAME_PACE_H

#include "backends/world/change.h"

enum {
    FRAME_SOON_MS =
        6, /* batches related changes: the states of several sources, a list's rows until pods are complete */
    FRAME_ROUTINE_MS = 500
};

struct frame_pace {
    uint64_t due_ms; /* of the next frame; 0: none is due */
};

/* When the next frame is due after this change. outage: a head is lost, no change is routine. */
uint64_t frame_pace_due(struct frame_pace *p, const struct change *c, bool outage, uint64_t now_ms);
void frame_pace_drawn(struct frame_pace *p);

#endif
