/* sim_worlds.c - keeps Ray, the GCS and neuron-monitor consistent with the simulated pods. */
#include "backends/sim/sim_worlds.h"

#include "backends/base/mem.h"
#include "backends/sim/gcs_sim.h"
#include "backends/sim/neuron_sim.h"
#include "backends/sim/ray_sim.h"
#include "backends/sim/redis_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLEANER_IP "127.0.0.39"

enum { REDIS_LOST_MS = 10000, REDIS_AGAIN_MS = 1000 };

struct sim_worlds {
    struct loop *loop;
    struct sim_worlds_conf conf;
    struct redis_child *redis; /* NULL: none */
    struct ray_sim *ray;
    struct gcs_sim *gcs;
    struct neuron_sim *neuron;
    struct kuberay *kuberay;
    char ns[KUBERAY_NAME]; /* of the GCS in Redis */
    bool gcs_runs;
    bool redis_gone, redis_lost; /* lost: by the fault, once */
    bool emptied;                /* Redis came back without the state of the running cluster */
    bool anew;                   /* the running head found no state there */
    uint64_t clusters;           /* created so far; seeds each one's ids */
    struct sim_pod next;         /* a head that started while the old GCS still ran; used: there is one */
};

enum err sim_worlds_new(struct loop *l, const struct sim_worlds_conf *conf, struct sim_worlds **ret, struct why *why)
{
    struct sim_worlds *w = mem_zero(1, sizeof *w);
    w->loop = l;
    w->conf = *conf;
    w->conf.dir = NULL;
    enum err e =
        conf->no_redis ? ERR_OK : redis_child_start(conf->guard, conf->dir, !conf->redis_volatile, &w->redis, why);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        sim_worlds_free(w);
        return e;
    }
    *ret = w;
    return ERR_OK;
}

void sim_worlds_free(struct sim_worlds *w)
{
    if (!w) return;
    neuron_sim_free(w->neuron);
    gcs_sim_free(w->gcs);
    ray_sim_free(w->ray);
    redis_child_free(w->redis);
    free(w);
}

unsigned sim_worlds_redis_port(const struct sim_worlds *w)
{
    return w->redis ? redis_child_port(w->redis) : 0;
}

const char *sim_worlds_redis_user(const struct sim_worlds *w)
{
    return w->redis ? redis_child_user(w->redis) : "ray";
}

const char *sim_worlds_redis_password(const struct sim_worlds *w)
{
    return w->redis ? redis_child_password(w->redis) : "none";
}

static struct gcs_sim_pod gcs_pod(const struct sim_pod *p)
{
    return (struct gcs_sim_pod){p->name, p->ip, p->head ? "headgroup" : kuberay_group(p->owner),
                                p->head ? 0 : CORES_OF_A_DEVICE * kuberay_devices_each(p->owner)};
}

static void neuron_pod(struct sim_worlds *w, const struct sim_pod *p, bool there)
{
    if (w->neuron)
        neuron_sim_set_node(w->neuron, p->node, kuberay_instance(w->kuberay, (size_t)p->place), there ? p->name : NULL);
}

static void gcs_start(struct sim_worlds *w, const struct sim_pod *head);

static enum err redis_start_again(struct sim_worlds *w, bool empty, struct why *why)
{
    const enum err e = w->redis ? redis_child_restart(w->redis, empty, why) : ERR_OK;
    if (e != ERR_OK) return e;
    w->redis_gone = false;
    w->emptied = empty || !w->redis || !redis_child_keeps_data(w->redis);
    if (w->gcs) gcs_sim_redis_back(w->gcs, w->emptied);
    return ERR_OK;
}

static void redis_comes_back(void *arg)
{
    struct sim_worlds *w = arg;
    if (redis_start_again(w, true, NULL) != ERR_OK) sched_in(w->conf.sched, REDIS_AGAIN_MS, redis_comes_back, w);
}

static void redis_lose(struct sim_worlds *w)
{
    if (w->redis_lost || sim_worlds_set_redis_gone(w, true, NULL) != ERR_OK) return;
    w->redis_lost = true;
    sched_in(w->conf.sched, REDIS_LOST_MS, redis_comes_back, w);
}

/* gcs_server exited without Redis: the head's container exits too. What Redis keeps counts when the GCS connects: it
 * may have come back after the head's container started. */
static void gcs_step(void *arg, enum gcs_sim_step step)
{
    struct sim_worlds *w = arg;
    const struct sim_pod *head = kuberay_head(w->kuberay);
    if (step == GCS_SIM_CONNECTED && fault_is_on(w->conf.faults, FAULT_REDIS_LOST)) redis_lose(w);
    if (step == GCS_SIM_CONNECTED && w->emptied && kuberay_ft(w->kuberay) && head) {
        gcs_start(w, head);
        return;
    }
    if (step == GCS_SIM_ALIVE && w->anew) {
        w->anew = false;
        kuberay_state_lost(w->kuberay);
    }
    if (step != GCS_SIM_EXITED) return;
    w->gcs_runs = false;
    kuberay_head_exits(w->kuberay);
}

static void make_gcs(struct sim_worlds *w)
{
    bool here = kuberay_ft(w->kuberay) && kuberay_redis_here(w->kuberay);
    snprintf(w->ns, sizeof w->ns, "%s", kuberay_storage_ns(w->kuberay));
    const struct gcs_sim_conf conf = {.ns = w->ns,
                                      .port = here ? sim_worlds_redis_port(w) : 0,
                                      .user = sim_worlds_redis_user(w),
                                      .password = sim_worlds_redis_password(w),
                                      .row = here ? w->conf.row : NULL,
                                      .row_arg = w->conf.row_arg,
                                      .sched = w->conf.sched,
                                      .step = gcs_step,
                                      .arg = w};
    gcs_sim_free(w->gcs);
    w->gcs = gcs_sim_new(w->loop, w->ray, &conf);
}

/* Replaces Ray by a new, empty one with the RayService's Serve configuration. */
static void ray_replace(struct sim_worlds *w, uint64_t seed)
{
    struct ray_sim *old = w->ray;
    const struct ray_sim_conf ray = {.seed = seed, .serve = *kuberay_serve(w->kuberay)};
    w->ray = ray_sim_new(&ray);
    if (w->neuron) neuron_sim_set_ray(w->neuron, w->ray);
    w->gcs_runs = w->next.used = false;
    gcs_sim_free(w->gcs);
    w->gcs = NULL;
    ray_sim_free(old);
}

/* A new, empty RayCluster. */
static void cluster_new(struct sim_worlds *w)
{
    ray_replace(w, w->conf.seed + ++w->clusters);
    make_gcs(w);
}

static void boot_gcs(struct sim_worlds *w, uint64_t since_wall_ms)
{
    struct gcs_sim_pod head = {0}, workers[KUBERAY_PODS];
    size_t count = 0;
    uint64_t head_since = since_wall_ms;
    const struct sim_pod *p;
    for (size_t i = 0; (p = kuberay_pod_at(w->kuberay, i)); i++) {
        if (p->head) {
            head = gcs_pod(p);
            head_since = p->started_ms;
        } else {
            workers[count++] = gcs_pod(p);
        }
    }
    make_gcs(w);
    gcs_sim_boot(w->gcs, &head, head_since, workers, count, since_wall_ms);
    w->gcs_runs = true;
}

enum err sim_worlds_boot(struct sim_worlds *w, struct kuberay *k, const char *dir, uint64_t now_ms, struct why *why)
{
    const struct sim_pod *p;
    w->kuberay = k;
    ray_replace(w, w->conf.seed);
    if (kuberay_head(k)) boot_gcs(w, now_ms - KUBERAY_AGE_MS);
    enum err e = w->neuron ? ERR_OK : neuron_sim_new(w->loop, dir, w->ray, w->conf.seed, &w->neuron, why);
    for (size_t i = 0; e == ERR_OK && i < KUBERAY_WORKERS; i++)
        neuron_sim_set_node(w->neuron, kuberay_knode(k, i), kuberay_instance(k, i), NULL);
    for (size_t i = 0; e == ERR_OK && (p = kuberay_pod_at(k, i)); i++)
        if (!p->head) neuron_pod(w, p, true);
    return e;
}

/* Without fault tolerance, or with an empty Redis, a new head is a new cluster with new ids. */
static void gcs_start(struct sim_worlds *w, const struct sim_pod *head)
{
    const struct gcs_sim_pod of = gcs_pod(head);
    const struct ray_sim_node *any;
    w->emptied = w->emptied || strcmp(w->ns, kuberay_storage_ns(w->kuberay)) != 0;
    w->anew = w->emptied && kuberay_ft(w->kuberay);
    if ((!kuberay_ft(w->kuberay) || w->emptied) && ray_sim_nodes(w->ray, &any)) cluster_new(w);
    w->emptied = false;
    w->gcs_runs = true;
    gcs_sim_head_started(w->gcs, &of);
}

/* After a force delete the new head's container starts before the old GCS exits; its GCS waits for that. */
static void head_started(struct sim_worlds *w, const struct sim_pod *pod)
{
    w->next = *pod;
    w->next.used = w->gcs_runs;
    if (!w->gcs_runs) gcs_start(w, pod);
}

static void head_lost(struct sim_worlds *w, const struct sim_pod *pod)
{
    bool is_next = w->next.used && strcmp(w->next.uid, pod->uid) == 0;
    if (is_next) {
        w->next.used = false;
        return;
    }
    w->gcs_runs = false;
    if (fault_is_on(w->conf.faults, FAULT_TWO_HEADS))
        gcs_sim_head_stays(w->gcs);
    else
        gcs_sim_head_lost(w->gcs);
    if (!w->next.used) return;
    struct sim_pod next = w->next;
    head_started(w, &next);
}

void sim_worlds_notify(struct sim_worlds *w, enum kuberay_notification what, const struct sim_pod *pod)
{
    if (what == KUBERAY_CLUSTER_MADE) cluster_new(w);
    if (!w->gcs) return;
    if (what == KUBERAY_CLUSTER_CLEANED) gcs_sim_clean(w->gcs, CLEANER_IP);
    if (!pod) return;
    struct gcs_sim_pod of = gcs_pod(pod);
    switch (what) {
    case KUBERAY_HEAD_STARTED: head_started(w, pod); break;
    case KUBERAY_GCS_SILENT: head_lost(w, pod); break;
    case KUBERAY_WORKER_RUNS:
        gcs_sim_worker_up(w->gcs, &of);
        neuron_pod(w, pod, true);
        break;
    case KUBERAY_WORKER_STOPS:
        gcs_sim_worker_down(w->gcs, pod->name);
        neuron_pod(w, pod, false);
        break;
    case KUBERAY_HEAD_READY:
    case KUBERAY_CLUSTER_MADE:
    case KUBERAY_CLUSTER_CLEANED: break;
    }
}

void sim_worlds_reset(struct sim_worlds *w)
{
    sched_drop(w->conf.sched, w);
    w->redis_lost = w->emptied = w->anew = false;
    if (w->gcs) gcs_sim_clean(w->gcs, CLEANER_IP);
    gcs_sim_free(w->gcs);
    w->gcs = NULL;
    w->gcs_runs = w->next.used = false;
}

char *sim_worlds_applications(const struct sim_worlds *w)
{
    return ray_sim_serve_applications(w->ray, loop_wall_ms(w->loop));
}

void sim_worlds_prompt(struct sim_worlds *w, const char *pod, uint64_t ms)
{
    const struct ray_sim_actor *actors;
    const struct ray_sim_node *node = ray_sim_node_named(w->ray, pod);
    size_t count = ray_sim_actors(w->ray, &actors);
    for (size_t i = 0; node && w->neuron && i < count; i++) {
        const struct ray_sim_actor *a = &actors[i];
        if (a->kind != RAY_SIM_REPLICA || a->state != RAY_SIM_ALIVE || !a->cores || strcmp(a->node, node->id) != 0)
            continue;
        neuron_sim_prompt(w->neuron, a->id, ms);
        return;
    }
}

enum err sim_worlds_set_redis_gone(struct sim_worlds *w, bool gone, struct why *why)
{
    if (!w->redis && !w->conf.row) return why_set(why, ERR_NOT_FOUND, "there is no redis-server");
    if (!gone) return redis_start_again(w, false, why);
    w->redis_gone = true;
    if (w->redis) redis_child_kill(w->redis);
    if (w->gcs) gcs_sim_redis_gone(w->gcs);
    return ERR_OK;
}

bool sim_worlds_redis_is_gone(const struct sim_worlds *w)
{
    return w->redis_gone;
}

unsigned sim_worlds_gcs_connections(const struct sim_worlds *w)
{
    return w->gcs ? gcs_sim_connections(w->gcs) : 0;
}

void sim_worlds_set_garbage(struct sim_worlds *w, bool on)
{
    neuron_sim_set_garbage(w->neuron, on);
}
