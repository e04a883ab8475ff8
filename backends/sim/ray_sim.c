/* ray_sim.c - the simulated Ray cluster: nodes, actors, replicas, and what an outage of the head does to them. */
#include "backends/sim/ray_sim.h"

#include "backends/base/mem.h"
#include "backends/sim/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ray_sim {
    struct ray_sim_conf conf;
    struct rng rng;
    struct ray_sim_node node[RAY_SIM_NODES];
    struct ray_sim_actor actor[RAY_SIM_ACTORS];
    struct ray_sim_job job[RAY_SIM_JOBS];
    struct ray_sim_worker worker[RAY_SIM_WORKERS];
    size_t nodes, actors, jobs, workers;
    unsigned jobs_ever;
};

/* ---- ids out of the seed --------------------------------------------------------------------------------------- */

static void random_word(struct ray_sim *r, char *out, size_t letters)
{
    for (size_t i = 0; i < letters; i++) out[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[rng_below(&r->rng, 36)];
    out[letters] = '\0';
}

static unsigned random_between(struct ray_sim *r, unsigned low, unsigned high)
{
    return low + (unsigned)rng_below(&r->rng, high - low + 1);
}

static void copy_text(char *out, size_t size, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    n = n < size ? n : size - 1;
    if (n) memcpy(out, text, n);
    out[n] = '\0';
}
#define COPY(field, text) copy_text(field, sizeof(field), text)

/* Appends to the array; when it is full, drops the oldest dead element. */
#define ADD(array, count, is_over)                                                                                     \
    ((count) == ARRAY_LEN(array) ? (count) = drop_oldest(array, count, sizeof *(array), is_over) : 0,                  \
     &(array)[(count)++])

static size_t drop_oldest(void *array, size_t count, size_t size, bool (*is_over)(const void *item))
{
    char *bytes = array;
    size_t at = 0;
    while (at + 1 < count && !is_over(bytes + at * size)) at++;
    memmove(bytes + at * size, bytes + (at + 1) * size, (count - at - 1) * size);
    return count - 1;
}
static bool node_is_dead(const void *item)
{
    return !((const struct ray_sim_node *)item)->alive;
}
static bool actor_is_dead(const void *item)
{
    return ((const struct ray_sim_actor *)item)->state == RAY_SIM_DEAD;
}
static bool job_is_dead(const void *item)
{
    return ((const struct ray_sim_job *)item)->dead;
}
static bool any_worker(const void *item)
{
    (void)item;
    return true;
}

/* ---- lookup ------------------------------------------------------------------------------------------------------ */

static struct ray_sim_node *head_of(struct ray_sim *r)
{
    return (struct ray_sim_node *)(uintptr_t)ray_sim_head(r);
}

static struct ray_sim_actor *controller_of(struct ray_sim *r)
{
    for (size_t i = 0; i < r->actors; i++) {
        if (r->actor[i].kind == RAY_SIM_CONTROLLER) return &r->actor[i];
    }
    return NULL;
}

const struct ray_sim_node *ray_sim_node_of(const struct ray_sim *r, const char *id)
{
    for (size_t i = 0; i < r->nodes; i++) {
        if (strcmp(r->node[i].id, id) == 0) return &r->node[i];
    }
    return NULL;
}

const struct ray_sim_node *ray_sim_node_named(const struct ray_sim *r, const char *pod)
{
    for (size_t i = r->nodes; i > 0; i--) {
        if (strcmp(r->node[i - 1].pod, pod) == 0) return &r->node[i - 1];
    }
    return NULL;
}

static bool lives_on(const struct ray_sim_actor *a, const char *node)
{
    return a->state == RAY_SIM_ALIVE && strcmp(a->node, node) == 0;
}

/* ---- adding ------------------------------------------------------------------------------------------------------ */

static struct ray_sim_node *add_node(struct ray_sim *r, const char *pod, const char *ip, const char *group, bool head,
                                     uint64_t wall_ms)
{
    struct ray_sim_node *n = ADD(r->node, r->nodes, node_is_dead);
    *n = (struct ray_sim_node){.head = head, .alive = true, .start_ms = wall_ms};
    rng_hex(&r->rng, n->id, 56);
    COPY(n->pod, pod);
    COPY(n->ip, ip);
    COPY(n->group, group);
    return n;
}

/* The worker process of an actor: an id, a pid and a port of its own, and a row in WORKERS. */
static void add_worker_process(struct ray_sim *r, struct ray_sim_actor *a, uint64_t wall_ms)
{
    const struct ray_sim_node *n = ray_sim_node_of(r, a->node);
    struct ray_sim_worker *w = ADD(r->worker, r->workers, any_worker);
    rng_hex(&r->rng, a->worker, 56);
    a->pid = a->kind == RAY_SIM_REPLICA ? random_between(r, 105, 119) : random_between(r, 180, 490);
    a->port = random_between(r, 10000, 19999);
    *w = (struct ray_sim_worker){.alive = true, .pid = a->pid, .port = a->port, .start_ms = wall_ms};
    COPY(w->id, a->worker);
    COPY(w->node, a->node);
    COPY(w->ip, n ? n->ip : "");
}

static struct ray_sim_actor *add_actor(struct ray_sim *r, enum ray_sim_kind kind, const char *node, uint64_t wall_ms)
{
    struct ray_sim_actor *a = ADD(r->actor, r->actors, actor_is_dead);
    const struct ray_sim_actor *owner = controller_of(r);
    *a = (struct ray_sim_actor){.kind = kind, .state = RAY_SIM_ALIVE, .start_ms = wall_ms};
    rng_hex(&r->rng, a->id, 24);
    memcpy(a->id + 24, "01000000", 9); /* all belong to the first job */
    COPY(a->node, node);
    COPY(a->owner_worker, owner ? owner->worker : "");
    add_worker_process(r, a, wall_ms);
    return a;
}

static void add_proxy(struct ray_sim *r, const char *node, uint64_t wall_ms)
{
    struct ray_sim_actor *a = add_actor(r, RAY_SIM_PROXY, node, wall_ms);
    snprintf(a->name, sizeof a->name, "SERVE_PROXY_ACTOR-%s", node);
    COPY(a->class_name, "ProxyActor");
}

static unsigned replicas_on(const struct ray_sim *r, const char *deployment, const char *node)
{
    unsigned n = 0;
    for (size_t i = 0; i < r->actors; i++) {
        const struct ray_sim_actor *a = &r->actor[i];
        if (a->kind == RAY_SIM_REPLICA && a->state == RAY_SIM_ALIVE && strcmp(a->deployment, deployment) == 0 &&
            (!node || strcmp(a->node, node) == 0))
            n++;
    }
    return n;
}

/* The first of `cores` consecutive free cores of the node; false: none. */
static bool free_cores(const struct ray_sim *r, const struct ray_sim_node *n, unsigned cores, unsigned *ret)
{
    for (unsigned first = 0; first + cores <= n->neuron_cores; first += cores) {
        bool taken = false;
        for (size_t i = 0; i < r->actors && !taken; i++) {
            const struct ray_sim_actor *a = &r->actor[i];
            taken = lives_on(a, n->id) && a->cores && a->core < first + cores && first < a->core + a->cores;
        }
        if (!taken) {
            *ret = first;
            return true;
        }
    }
    return false;
}

static struct ray_sim_node *place_for(struct ray_sim *r, const struct serve_config_deployment *d, unsigned *ret_core)
{
    struct ray_sim_node *best = NULL;
    unsigned fewest = 0, core = 0;
    for (size_t i = 0; i < r->nodes; i++) {
        struct ray_sim_node *n = &r->node[i];
        if (n->head || !n->alive || (d->cores && !free_cores(r, n, d->cores, &core))) continue;
        unsigned here = replicas_on(r, d->name, n->id);
        if ((best && here >= fewest) || (d->per_node && here >= d->per_node)) continue;
        best = n;
        fewest = here;
        *ret_core = core;
    }
    return best;
}

static void place_replicas(struct ray_sim *r, const struct serve_config_deployment *d, uint64_t wall_ms)
{
    const char *app = r->conf.serve.app;
    while (replicas_on(r, d->name, NULL) < d->replicas) {
        unsigned core = 0;
        struct ray_sim_node *n = place_for(r, d, &core);
        if (!n) return; /* waits for a node */
        struct ray_sim_actor *a = add_actor(r, RAY_SIM_REPLICA, n->id, wall_ms);
        random_word(r, a->replica, 8);
        COPY(a->deployment, d->name);
        snprintf(a->name, sizeof a->name, "SERVE_REPLICA::%s#%s#%s", app, d->name, a->replica);
        snprintf(a->class_name, sizeof a->class_name, "ServeReplica:%.60s:%.50s", app, d->name);
        a->core = core;
        a->cores = d->cores;
        n->cores_taken += d->cores;
    }
}

/* The controller's reconcile: a proxy per node, the configured replicas. */
static void serve_reconcile(struct ray_sim *r, uint64_t wall_ms)
{
    const struct ray_sim_actor *c = controller_of(r);
    if (!c || c->state != RAY_SIM_ALIVE || !head_of(r)) return;
    for (size_t i = 0; i < r->nodes; i++) {
        bool has = r->node[i].head || !r->node[i].alive;
        for (size_t k = 0; k < r->actors && !has; k++)
            has = r->actor[k].kind == RAY_SIM_PROXY && lives_on(&r->actor[k], r->node[i].id);
        if (!has) add_proxy(r, r->node[i].id, wall_ms);
    }
    for (size_t i = 0; i < r->conf.serve.count; i++) place_replicas(r, &r->conf.serve.deployment[i], wall_ms);
}

static void node_dies(struct ray_sim *r, struct ray_sim_node *n, uint64_t wall_ms)
{
    n->alive = false;
    n->end_ms = wall_ms;
    n->cores_taken = 0;
    for (size_t i = 0; i < r->actors; i++) {
        struct ray_sim_actor *a = &r->actor[i];
        if (!lives_on(a, n->id)) continue;
        a->state = a->kind == RAY_SIM_CONTROLLER ? RAY_SIM_RESTARTING : RAY_SIM_DEAD;
        if (a->state == RAY_SIM_DEAD) a->end_ms = wall_ms + 1;
    }
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

void ray_sim_worker_up(struct ray_sim *r, const char *pod, const char *ip, const char *group, unsigned neuron_cores,
                       uint64_t wall_ms)
{
    struct ray_sim_node *n = add_node(r, pod, ip, group, false, wall_ms);
    n->neuron_cores = neuron_cores;
    serve_reconcile(r, wall_ms);
}

void ray_sim_worker_down(struct ray_sim *r, const char *pod, uint64_t wall_ms)
{
    for (size_t i = 0; i < r->nodes; i++) {
        if (!r->node[i].head && r->node[i].alive && strcmp(r->node[i].pod, pod) == 0)
            node_dies(r, &r->node[i], wall_ms);
    }
    serve_reconcile(r, wall_ms);
}

void ray_sim_head_node(struct ray_sim *r, const char *pod, const char *ip, uint64_t wall_ms)
{
    /* The first job owns the detached actors and never becomes dead. */
    for (size_t i = 1; i < r->jobs; i++) {
        if (r->job[i].dead) continue;
        r->job[i].dead = true;
        r->job[i].end_ms = wall_ms + 30;
    }
    add_node(r, pod, ip, "headgroup", true, wall_ms);
}

void ray_sim_old_heads_die(struct ray_sim *r, uint64_t wall_ms)
{
    const struct ray_sim_node *newest = head_of(r);
    for (size_t i = 0; i < r->nodes; i++) {
        struct ray_sim_node *n = &r->node[i];
        if (n->head && n->alive && n != newest) node_dies(r, n, wall_ms + 1); /* measured: 1 ms later */
    }
}

void ray_sim_head_controller(struct ray_sim *r, uint64_t wall_ms)
{
    const struct ray_sim_node *head = head_of(r);
    struct ray_sim_actor *c = controller_of(r);
    if (!head) return;
    if (!c) {
        c = add_actor(r, RAY_SIM_CONTROLLER, head->id, wall_ms);
        COPY(c->name, "SERVE_CONTROLLER_ACTOR");
        COPY(c->class_name, "ServeController");
    } else {
        COPY(c->node, head->id);
        c->state = RAY_SIM_ALIVE;
        c->restarts++;
        add_worker_process(r, c, wall_ms);
    }
    serve_reconcile(r, wall_ms);
}

void ray_sim_head_proxy(struct ray_sim *r, uint64_t wall_ms)
{
    const struct ray_sim_node *head = head_of(r);
    if (head) add_proxy(r, head->id, wall_ms);
}

void ray_sim_head_job(struct ray_sim *r, uint64_t wall_ms)
{
    const struct ray_sim_node *head = head_of(r);
    if (!head) return;
    struct ray_sim_job *j = ADD(r->job, r->jobs, job_is_dead);
    unsigned n = ++r->jobs_ever;
    *j = (struct ray_sim_job){
        .pid = random_between(r, 120, 240), .port = random_between(r, 10000, 19999), .start_ms = wall_ms};
    snprintf(j->id, sizeof j->id, "%02x%02x0000", n & 0xff, n >> 8 & 0xff);
    COPY(j->node, head->id);
    COPY(j->ip, head->ip);
    struct ray_sim_worker *w = ADD(r->worker, r->workers, any_worker);
    *w = (struct ray_sim_worker){.driver = true, .alive = true, .pid = j->pid, .port = j->port, .start_ms = wall_ms};
    memset(w->id, 'f', sizeof w->id - 1);
    memcpy(w->id, j->id, strlen(j->id));
    COPY(w->node, head->id);
    COPY(w->ip, head->ip);
}

struct ray_sim *ray_sim_new(const struct ray_sim_conf *conf)
{
    struct ray_sim *r = mem_zero(1, sizeof *r);
    r->conf = *conf;
    rng_init(&r->rng, conf->seed);
    if (!r->conf.serve.count) serve_config_read(NULL, &r->conf.serve);
    return r;
}

void ray_sim_free(struct ray_sim *r)
{
    free(r);
}

const struct ray_sim_conf *ray_sim_conf(const struct ray_sim *r)
{
    return &r->conf;
}

size_t ray_sim_nodes(const struct ray_sim *r, const struct ray_sim_node **ret)
{
    *ret = r->node;
    return r->nodes;
}

size_t ray_sim_actors(const struct ray_sim *r, const struct ray_sim_actor **ret)
{
    *ret = r->actor;
    return r->actors;
}

size_t ray_sim_jobs(const struct ray_sim *r, const struct ray_sim_job **ret)
{
    *ret = r->job;
    return r->jobs;
}

size_t ray_sim_workers(const struct ray_sim *r, const struct ray_sim_worker **ret)
{
    *ret = r->worker;
    return r->workers;
}

const struct ray_sim_node *ray_sim_head(const struct ray_sim *r)
{
    for (size_t i = r->nodes; i > 0; i--) {
        if (r->node[i - 1].head && r->node[i - 1].alive) return &r->node[i - 1];
    }
    return NULL;
}
