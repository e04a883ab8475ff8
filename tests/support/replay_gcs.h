/*
 * replay_gcs.h - the GCS's records of the recording ray-mistral, which has them of before its first and after its
 * second head kill; when NODE got its fields is in probes.jsonl. The other recordings have no records, only their
 * numbers.
 */
#ifndef RAYDECK_TESTS_REPLAY_GCS_H
#define RAYDECK_TESTS_REPLAY_GCS_H

#include "tests/support/replay.h"

#define REPLAY_GCS_FOLDER "ray-mistral"

/* Adds NODE, ACTOR and the tables with their fields' names. Before the first replay_until, with REPLAY_NO_TABLES. */
void replay_add_gcs(struct replay *p);
/* Adds what they were in the end, at that time. */
void replay_add_gcs_end(struct replay *p, uint64_t wall_ms);

#endif
