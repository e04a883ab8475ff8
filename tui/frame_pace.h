/*
 * frame_pace.h - when a change must be on the screen. What is new is drawn at once; what every source says each second
 * of a service at rest (proofs of life, samples, heartbeats, answered probes) shares a frame. Pure.
 */
#ifndef RAYDECK_FRAME_PACE_H
#define RAYDECK_FRAME_PACE_H

#include "backends/world/change.h"

enum {
    FRAME_SOON_MS = 6, /* what belongs together comes together: a list's rows, the states of several sources */
    FRAME_ROUTINE_MS = 500
};

struct frame_pace {
    uint64_t due_ms; /* of the next frame; 0: none is due */
};

/* A change has come: when the next frame is due. outage: a head is lost, and each sign counts. */
uint64_t frame_pace_due(struct frame_pace *p, const struct change *c, bool outage, uint64_t now_ms);
void frame_pace_drawn(struct frame_pace *p);

#endif
