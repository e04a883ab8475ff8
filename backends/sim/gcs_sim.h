/*
 * gcs_sim.h - the GCS of the simulated head: writes Ray 2.60's records into a Redis over four connections from the head
 * pod's address, as the real one does (CLIENT LIST distinguishes them from a console's by it).
 *
 * While it runs: PING every 100 ms, @namespace_healthcheck:ray_client_server every second, __autoscaling_status every 5
 * s. When the head is lost, connections and heartbeats stop at once and all rows stay: NODE says ALIVE of the head
 * until the next one registers. GCS_SIM_STEP_MAP has the steps of a new head (measured; simulated time).
 *
 * Without a Redis (port 0) the steps run, and the rows go to the caller or nowhere.
 */
#ifndef RAYDECK_SIM_GCS_SIM_H
#define RAYDECK_SIM_GCS_SIM_H

#include "backends/link/loop.h"
#include "backends/sim/gcs_records.h"
#include "backends/sim/ray_sim.h"
#include "backends/sim/sched.h"

/* X(NAME, ms after the head's container started) */
#define GCS_SIM_STEP_MAP(X)                                                                                            \
    X(CONNECTED, 1600)   /* its connections are open; HGET session_name */                                             \
    X(SCANNED, 2700)     /* HSCAN of the tables; the GCS's port listens */                                             \
    X(ALIVE, 8300)       /* NODE: the new head ALIVE, the old one DEAD */                                              \
    X(HEALTHY, 9300)     /* gcs_healthz */                                                                             \
    X(CONTROLLER, 10400) /* ServeController ALIVE again, num_restarts + 1 */                                           \
    X(SERVE, 11400)      /* the Serve API answers RUNNING */                                                           \
    X(PROXY, 12500)      /* the head's own proxy answers */                                                            \
    X(JOB, 13500)        /* JOB: the dashboard's new row */                                                            \
    X(EXITED, 0)         /* gcs_server exited 3.6 s after it lost Redis; the container exits with it */

enum gcs_sim_step {
#define X(name, ms) GCS_SIM_##name,
    GCS_SIM_STEP_MAP(X)
#undef X
};

struct gcs_sim_conf {
    const char *ns; /* the storage namespace: the RayCluster's UID */
    unsigned port;  /* of Redis on 127.0.0.1; 0: none */
    gcs_row *row;   /* with port 0: where the rows go, in place of a Redis; NULL: nowhere */
    void *row_arg;
    const char *user, *password;
    struct sched *sched;                             /* borrowed: times the steps */
    uint64_t (*wall_ms)(void *arg);                  /* NULL: loop_wall_ms */
    void (*step)(void *arg, enum gcs_sim_step step); /* may be NULL */
    void *arg;
};
struct gcs_sim;

/* ray is borrowed until gcs_sim_free; only the GCS changes it while it lives. The rest is copied. */
struct gcs_sim *gcs_sim_new(struct loop *l, struct ray_sim *ray, const struct gcs_sim_conf *conf);

struct gcs_sim_pod {
    const char *pod, *ip, *group; /* ip: of the loopback network (127.x.y.z), where our connections can come from */
    unsigned neuron_cores;
};
/* Writes all rows of a service that has run since `since_wall_ms`. If head_wall_ms is later, the head is its second
 * one, and the rows say DEAD of the first. */
void gcs_sim_boot(struct gcs_sim *g, const struct gcs_sim_pod *head, uint64_t head_wall_ms,
                  const struct gcs_sim_pod *workers, size_t count, uint64_t since_wall_ms);

void gcs_sim_head_started(struct gcs_sim *g, const struct gcs_sim_pod *head); /* its container runs: starts the steps */
void gcs_sim_head_lost(struct gcs_sim *g);                                    /* the process was killed */
/* It was not: it goes on writing until the next head's GCS has been registered for 10 s. */
void gcs_sim_head_stays(struct gcs_sim *g);
/* A worker's raylet started or exited; written once a GCS runs. */
void gcs_sim_worker_up(struct gcs_sim *g, const struct gcs_sim_pod *worker);
void gcs_sim_worker_down(struct gcs_sim *g, const char *pod);

/* What KubeRay's Redis cleanup Job does, from its pod's address: deletes all keys of the storage namespace. */
void gcs_sim_clean(struct gcs_sim *g, const char *from);

bool gcs_sim_reached(const struct gcs_sim *g, enum gcs_sim_step step); /* by the current head */
unsigned gcs_sim_connections(const struct gcs_sim *g);                 /* that it holds to Redis */
void gcs_sim_redis_gone(struct gcs_sim *g); /* as its connections report it where it has some */
/* Redis is back. empty: the next head writes all rows. */
void gcs_sim_redis_back(struct gcs_sim *g, bool empty);
void gcs_sim_free(struct gcs_sim *g); /* NULL is fine */

#endif
