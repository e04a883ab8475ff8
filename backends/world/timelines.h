/*
 * timelines.h - one timeline per RayService, by UID: it is kept while another one is in focus, and goes on when that
 * one is again; between, nothing is known. Pure.
 */
#ifndef RAYDECK_WORLD_TIMELINES_H
#define RAYDECK_WORLD_TIMELINES_H

#include "backends/world/timeline.h"

enum { TIMELINES_MAX = 8 }; /* a new one replaces the one that was in focus the longest ago */

struct timelines;
struct timelines *timelines_new(void);
void timelines_free(struct timelines *all); /* NULL is fine */

/* As timeline_observe and timeline_tick, to the timeline of the RayService in focus; without one, to the last one. */
void timelines_observe(struct timelines *all, const struct world *w, const struct focus *f, const struct change *c);
void timelines_tick(struct timelines *all, const struct world *w, const struct focus *f, uint64_t now_ms,
                    uint64_t wall_ms);

/* That of the RayService in focus, else the last one. Never NULL; valid until the next call here. */
const struct timeline *timelines_of(const struct timelines *all, const struct focus *f);

#endif
