/*
 * recovery_wait.h - what a recovery waits for, and why that does not come, out of what was observed. Pure; the
 * console's ladder and `raydeck kill-head` both say it in these words.
 */
#ifndef RAYDECK_WORLD_RECOVERY_WAIT_H
#define RAYDECK_WORLD_RECOVERY_WAIT_H

#include "backends/world/answers.h"

enum { RECOVERY_WHY_MAX = ANSWER_TEXT_MAX };

/* Whether a rung that was not reached can still come, and could be seen coming: without fault tolerance, or without a
 * look at Redis, nothing shows the GCS. */
bool recovery_may_come(const struct recovery *r, const struct world *w, const struct focus *f, enum rung rung);

/* The first rung not reached that may come; RUNG_COUNT: none is missing, or there was no outage. */
enum rung recovery_missing(const struct recovery *r, const struct world *w, const struct focus *f);
/* The same while the outage runs: what is waited for. */
enum rung recovery_waits_for(const struct recovery *r, const struct world *w, const struct focus *f);

/* Why a rung does not come: the pod's own reason, Redis' error, what Serve says. "" where nothing tells. */
const char *recovery_why(const struct recovery *r, const struct world *w, const struct focus *f, enum rung rung,
                         uint64_t now_ms, char out[RECOVERY_WHY_MAX]);

#endif
