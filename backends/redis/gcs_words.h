/*
 * gcs_words.h - names of the values of the GCS's enumerations (gcs.proto, common.proto). NULL for an unknown value.
 */
#ifndef RAYDECK_REDIS_GCS_WORDS_H
#define RAYDECK_REDIS_GCS_WORDS_H

/* Ray 2.35 inserted the placement group state PREPARED, which renumbered those after it. */
enum gcs_age { GCS_AGE_UNKNOWN, GCS_BEFORE_PREPARED, GCS_SINCE_PREPARED };
enum gcs_age gcs_age_of(const char *ray_version); /* "2.60.0"; NULL and malformed: unknown */

const char *gcs_node_state(int state);
const char *gcs_node_death(int reason);
const char *gcs_actor_state(int state);
const char *gcs_worker_type(int type);
const char *gcs_worker_exit(int type);
const char *gcs_pgroup_state(int state, enum gcs_age age);
const char *gcs_pgroup_strategy(int strategy);

#endif
