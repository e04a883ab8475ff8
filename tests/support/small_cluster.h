/*
 * small_cluster.h - the cluster of the screens, as a world: RayService mistral with a head and two worker pods on
 * inf2.24xlarge, FT on, a healthy Redis, a monitor in each worker pod, three replicas. Tests change what they are
 * about. Our clock starts at SMALL_T0; the wall clock runs alongside.
 */
#ifndef RAYDECK_TESTS_SMALL_CLUSTER_H
#define RAYDECK_TESTS_SMALL_CLUSTER_H

#include "backends/world/outage.h"

#define SMALL_NS "3f0c91aa"
#define SMALL_OLD_NODE "5cabc3e8"
#define SMALL_HEAD "9c1e0000-head" /* UID of the head pod */
enum { SMALL_T0 = 1000000, SMALL_RECONNECT_S = 600 };
#define SMALL_WALL UINT64_C(1795440000000)
#define SMALL_DAY UINT64_C(86400000)

struct small {
    struct world *w;
    struct recovery r;
    uint64_t now_ms;
};

void small_init(struct small *s, bool with_cluster);
void small_done(struct small *s);
/* cmocka's set-up and teardown: *state is a struct small with the cluster. */
int small_setup(void **state);
int small_teardown(void **state);
uint64_t small_wall(const struct small *s);
struct focus small_focus(const struct small *s);

/* Applies a change now, to the world and to the recovery, and frees it. */
void small_apply(struct small *s, struct change *c);
void small_put(struct small *s, const char *source, enum world_kind world, void *record);
void small_gone(struct small *s, enum table table, const char *key);
void small_wait(struct small *s, uint64_t ms); /* lets time pass, with a tick each second */

void small_warm_up(struct small *s); /* three heartbeats, a second apart, so that their end means something */

/* The API server has accepted our delete of that pod. grace: seconds. */
struct change *small_delete_change(const char *uid, uint64_t grace);
void small_delete_accepted(struct small *s, const char *uid, uint64_t grace);

void small_outage(const struct small *s, struct outage *ret); /* its report, now */
struct outage small_outage_now(const struct small *s);        /* the same by value */

/* A copy of the row's record, to change and to put again. */
void *small_edit(const struct small *s, enum table table, const char *key);

struct pod *small_pod(const char *uid, const char *name, const char *role, const char *knode, const char *ip);
struct raynode *small_raynode(const char *id, const char *state, const char *pod, const char *ip);
void small_redis(struct small *s, uint64_t connections, uint64_t heartbeat_wall);
void small_redis_listed(struct small *s); /* its GCS tables were read for the first time */
/* A request of that kind ("way", "prompt") that ended now, or waits. via_api: by the API server's proxy. */
void small_request(struct small *s, const char *kind, const char *key, bool via_api, const char *phase,
                   const char *failure, uint64_t latency_us);
void small_probe(struct small *s, const char *key, const char *pod, const char *phase, const char *failure,
                 uint64_t latency_us);
/* A GCS table with these fields, space-separated. */
void small_table(struct small *s, const char *table, const char *fields);

#endif
