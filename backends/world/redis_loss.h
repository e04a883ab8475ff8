/*
 * redis_loss.h - the cost of losing the GCS's Redis, as measured, and its conditions. Pure; used by the answers,
 * details, dialog and the doctor.
 *
 * Measured on Ray 2.60 and Redis 7.0: one that refuses ends the head after about 4 s, which is started again until
 * Redis is back, while the worker pods serve on; one that hangs for 20 s stops Serve's API alone. One that comes back
 * with its state costs no request; one that comes back empty takes the worker pods along after about 12 s, and requests
 * fail for 51 to 64 s.
 */
#ifndef RAYDECK_WORLD_REDIS_LOSS_H
#define RAYDECK_WORLD_REDIS_LOSS_H

#include "backends/world/answers.h"

enum { REDIS_KEPT_MAX = 96 };

/* Does it come back with the state? OK: an append-only file or a replica keeps it; WARN: a snapshot does, as of then;
 * NO: nothing does. kept: by what ("AOF on, 1 replica"), or why it is not known. */
struct redis_loss {
    enum verdict verdict;
    char kept[REDIS_KEPT_MAX];
};

/* replicas: as AWS reports them, used where INFO does not; or unknown. */
struct redis_loss redis_loss_of(const struct focus *f, struct known_u64 replicas);

/* In one line, what decides first; adds to `out` as say() does. */
void redis_loss_say(const struct redis_loss *l, char out[ANSWER_TEXT_MAX]);
/* Each case with its outcome, a line each. */
void redis_loss_text(const struct redis_loss *l, const char *indent, struct buf *out);

/* By its address, or by what INFO says it runs on. */
bool redis_is_elasticache(const struct focus *f);
bool redis_is_memorydb(const struct focus *f);

#endif
