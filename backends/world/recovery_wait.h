/*
 * recovery_wait.h - which rung a recovery waits for, and why it is not reached. Pure; used by the console's ladder and
 * by `raydeck kill-head`.
 */
#ifndef RAYDECK_WORLD_RECOVERY_WAIT_H
#define RAYDECK_WORLD_RECOVERY_WAIT_H

#include "backends/world/headless.h"

enum { RECOVERY_WHY_MAX = ANSWER_TEXT_MAX };

/* Can a rung still be reached, and observed? Without fault tolerance, or without Redis, nothing shows the GCS. */
bool recovery_may_come(const struct recovery *r, const struct world *w, const struct focus *f, enum rung rung);

/* The first rung not reached for which recovery_may_come; RUNG_COUNT: none, or there was no outage. */
enum rung recovery_missing(const struct recovery *r, const struct world *w, const struct focus *f);
/* The same while the outage is running, else RUNG_COUNT. */
enum rung recovery_waits_for(const struct recovery *r, const struct world *w, const struct focus *f);

/* How long there has been no head pod at all in this outage (headless.h). */
struct known_u64 recovery_headless_ms(const struct recovery *r, const struct world *w, const struct focus *f,
                                      uint64_t now_ms);

/* Why a rung is not reached: the pod's reason, Redis' error, Serve's status. "" where unknown. */
const char *recovery_why(const struct recovery *r, const struct world *w, const struct focus *f, enum rung rung,
                         uint64_t now_ms, char out[RECOVERY_WHY_MAX]);

#endif
