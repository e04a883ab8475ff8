/*
 * headless.h - a RayCluster without a head pod: for how long, and why none is created. Pure; used by the recovery
 * ladder and LOSE THE HEAD?.
 */
#ifndef RAYDECK_WORLD_HEADLESS_H
#define RAYDECK_WORLD_HEADLESS_H

#include "backends/world/answers.h"

/* A running operator creates a head within a second. */
enum { HEADLESS_MS = 5000 };

/* How long there has been none, as far as Kubernetes is heard: since the last one went, or since the pods were listed.
 * Unknown where there is one, or one may be among the pods that could not be read. */
struct known_u64 headless_ms_of(const struct world *w, const struct focus *f, uint64_t now_ms);

/* Why, as far as it is known: what the operator was refused (a quota, an admission webhook; of attempts since
 * since_wall_ms, 0: of any), a RayCluster that is suspended, deleted or not there, an operator that does nothing.
 * "" while one may still come. */
char *headless_why(const struct world *w, const struct focus *f, uint64_t since_wall_ms, uint64_t now_ms,
                   char out[ANSWER_TEXT_MAX]);

#endif
