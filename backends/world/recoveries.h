/*
 * recoveries.h - one recovery per RayService, by UID: it goes on while another service is in focus, and a RayService
 * created again under the same name gets a new one. Without any RayService, the only cluster has one. Pure.
 *
 * Pods are watched in one namespace at a time: recoveries of services in other namespaces are paused meanwhile, and
 * what happens there is not observed. Requests, and what Redis shows about the GCS, are observed by the recovery of the
 * service that they were read for (a change's owner); those without an owner belong to the service in focus.
 */
#ifndef RAYDECK_WORLD_RECOVERIES_H
#define RAYDECK_WORLD_RECOVERIES_H

#include "backends/world/outage.h"
#include "backends/world/recovery.h"

/* Services, at most; a new one replaces one that was deleted, the one in focus also one without an outage. */
enum { RECOVERIES_MAX = 64 };

struct recoveries;
struct recoveries *recoveries_new(void);
void recoveries_free(struct recoveries *all); /* NULL is fine */

/* The last loss of a head that another session saw and kept: outage_previous() of that RayService until there is
 * another one, and while the head is the one that it left behind. Copied; call it before the first change, the latest
 * of a RayService first. Beyond RECOVERIES_MAX: forgotten. */
void recoveries_remember(struct recoveries *all, const struct outage *kept);

/* Call after world_apply(w, c), like recovery_observe. f: the current focus. moved: the change may affect what belongs
 * to a service (a RayService, a RayCluster, a head pod). */
void recoveries_observe(struct recoveries *all, const struct world *w, const struct focus *f, const struct change *c,
                        bool moved);
bool recoveries_tick(struct recoveries *all, const struct world *w, const struct focus *f, uint64_t now_ms,
                     uint64_t wall_ms);

/* The recovery of the service in focus; without one, a recovery without an outage. Never NULL; valid until the next
 * call here. */
const struct recovery *recoveries_of(const struct recoveries *all, const struct focus *f);

#endif
