/* replay_record.h - a recording of a real failure (replay.h) as a file of `raydeck record`. */
#ifndef RAYDECK_TESTS_REPLAY_RECORD_H
#define RAYDECK_TESTS_REPLAY_RECORD_H

#include "tests/support/replay.h"

#include "backends/base/buf.h"

enum { REPLAY_RECORD_MAX = 64 * 1024 * 1024 };

/* Plays p until then, and records each change that its world takes. file: empty, of REPLAY_RECORD_MAX. */
void replay_record(struct replay *p, uint64_t until_wall_ms, struct buf *file);

#endif
