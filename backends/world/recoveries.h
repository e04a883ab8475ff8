/*
 * recoveries.h - a recovery for each RayService, by its UID: a ladder goes on while another service is in focus, and a
 * RayService made again under the same name begins with a new one. Without any RayService the only cluster there is has
 * one too. Pure.
 *
 * Pods are read of one namespace at a time: the recovery of a service in another one rests meanwhile, and what has
 * happened there is not claimed. Requests and what Redis shows of the GCS are those of the service in focus, and are
 * told to its recovery alone.
 */
#ifndef RAYDECK_WORLD_RECOVERIES_H
#define RAYDECK_WORLD_RECOVERIES_H

#include "backends/world/recovery.h"

/* Services; a new one takes the place of one that is gone, the one in focus also of one without an outage. */
enum { RECOVERIES_MAX = 64 };

struct recoveries;
struct recoveries *recoveries_new(void);
void recoveries_free(struct recoveries *all); /* NULL is fine */

/* After world_apply(w, c), as recovery_observe. f: the focus as it is now. moved: the change may have changed what
 * belongs to a service (a RayService, a RayCluster, a head pod). */
void recoveries_observe(struct recoveries *all, const struct world *w, const struct focus *f, const struct change *c,
                        bool moved);
bool recoveries_tick(struct recoveries *all, const struct world *w, const struct focus *f, uint64_t now_ms,
                     uint64_t wall_ms);

/* Of the service in focus; one without an outage where there is none. Never NULL; good until the next call here. */
const struct recovery *recoveries_of(const struct recoveries *all, const struct focus *f);

#endif
