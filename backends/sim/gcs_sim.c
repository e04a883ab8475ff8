/* gcs_sim.c - the simulated GCS: what it writes to Redis and when, and how it restarts from it. */
#include "backends/sim/gcs_sim.h"

#include "backends/base/mem.h"
#include "backends/link/clock.h"
#include "backends/sim/gcs_link.h"
#include "backends/sim/gcs_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Four connections, as CLIENT LIST shows them of a real GCS: two idle since their DEL, one that PINGs, one that writes.
 */
enum { LINKS = 4, LINK_PING = 1, LINK_WRITE = 3, PING_MS = 100, BEAT_MS = 1000, AUTOSCALING_BEATS = 5 };
enum { EXIT_MS = 3600, STAYS_MS = 10000, STEPS = GCS_SIM_EXITED, WAITING = 64 };

struct gcs_sim {
    struct loop *loop;
    struct ray_sim *ray;
    struct gcs_sim_conf conf;
    char *ns, *user, *password, session[64];
    struct alarm *ping, *beat;
    struct gcs_link *link[LINKS];
    char *head_pod, *head_ip; /* of the head that runs; NULL: none */
    unsigned reached;         /* steps done: 0 … STEPS */
    bool exiting;             /* Redis was lost: gcs_server exits soon */
    bool up;                  /* the GCS writes */
    bool empty;               /* Redis is empty: the next head also writes what only a first one does */
    bool redis_gone;
    bool stays; /* the old GCS writes beside the one that starts */
    unsigned beats;
    struct gcs_sim_pod waiting[WAITING]; /* raylets that look for a GCS; owned texts. group NULL: one that is gone */
    size_t waiters;
};

static const uint64_t step_ms[STEPS + 1] = {
#define X(name, ms) [GCS_SIM_##name] = ms,
    GCS_SIM_STEP_MAP(X)
#undef X
};

static void on_exit_due(void *arg);

static uint64_t sim_wall_ms(const struct gcs_sim *g)
{
    return g->conf.wall_ms ? g->conf.wall_ms(g->conf.arg) : loop_wall_ms(g->loop);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void write_row(void *arg, const char *table, const char *field, size_t field_len, const char *value,
                      size_t value_len)
{
    struct gcs_sim *g = arg;
    if (g->conf.row) {
        g->conf.row(g->conf.row_arg, table, field, field_len, value, value_len);
        return;
    }
    char *key = mem_printf("RAY%s@%s", g->ns, table);
    const char *const argv[] = {value ? "HSET" : "HDEL", key, field, value};
    const size_t lengths[] = {4, strlen(key), field_len, value_len};
    gcs_link_send(g->link[LINK_WRITE], value ? 4 : 3, argv, lengths);
    free(key);
}

static void send_words(struct gcs_sim *g, size_t link, const char *a, const char *b, const char *c)
{
    const char *const argv[] = {a, b, c};
    const size_t lengths[] = {strlen(a), b ? strlen(b) : 0, c ? strlen(c) : 0};
    gcs_link_send(g->link[link], c ? 3 : b ? 2 : 1, argv, lengths);
}

static void write_tables(struct gcs_sim *g)
{
    gcs_rows_tables(g->ray, g->session, write_row, g);
}

static void write_job_counter(struct gcs_sim *g)
{
    const struct ray_sim_job *jobs;
    size_t n = ray_sim_jobs(g->ray, &jobs);
    char *key = mem_printf("RAY%s@JobCounter", g->ns), *count = mem_printf("%zu", n);
    send_words(g, LINK_WRITE, "SET", key, count);
    free(key);
    free(count);
}

static void on_ping(void *arg)
{
    send_words(arg, LINK_PING, "PING", NULL, NULL);
}

static void on_beat(void *arg)
{
    struct gcs_sim *g = arg;
    if (!g->up) return;
    gcs_rows_heartbeat(sim_wall_ms(g), write_row, g);
    if (g->beats++ % AUTOSCALING_BEATS == 0) gcs_rows_autoscaling(g->ray, sim_wall_ms(g), write_row, g);
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static void drop_links(struct gcs_sim *g)
{
    alarm_stop(g->ping);
    for (size_t i = 0; i < LINKS; i++) {
        gcs_link_free(g->link[i]);
        g->link[i] = NULL;
    }
}

/* gcs_server retries Redis for EXIT_MS and then exits. */
static void on_lost(void *arg)
{
    struct gcs_sim *g = arg;
    if (g->exiting) return;
    g->exiting = true;
    sched_in(g->conf.sched, EXIT_MS, on_exit_due, g);
}

static void make_links(struct gcs_sim *g)
{
    const struct gcs_link_conf conf = {g->conf.port, g->head_ip, g->user, g->password, on_lost, g};
    drop_links(g);
    if (g->redis_gone) on_lost(g);
    if (!g->conf.port) return;
    for (size_t i = 0; i < LINKS; i++) {
        g->link[i] = gcs_link_new(g->loop, &conf);
        if (!g->link[i]) on_lost(g);
    }
    alarm_set(g->ping, PING_MS, PING_MS);
}

/* ---- raylets waiting for a GCS ----------------------------------------------------------------------------------- */

static void waiter_done(struct gcs_sim_pod *p)
{
    free((char *)(uintptr_t)p->pod);
    free((char *)(uintptr_t)p->ip);
    free((char *)(uintptr_t)p->group);
}

static void register_waiting(struct gcs_sim *g)
{
    for (size_t i = 0; i < g->waiters; i++) {
        struct gcs_sim_pod *p = &g->waiting[i];
        if (p->group)
            ray_sim_worker_up(g->ray, p->pod, p->ip, p->group, p->neuron_cores, sim_wall_ms(g));
        else
            ray_sim_worker_down(g->ray, p->pod, sim_wall_ms(g));
        waiter_done(p);
    }
    g->waiters = 0;
}

static void worker_changed(struct gcs_sim *g, const struct gcs_sim_pod *pod)
{
    if (g->waiters == WAITING) return;
    g->waiting[g->waiters++] =
        (struct gcs_sim_pod){mem_str(pod->pod), mem_str(pod->ip), mem_str(pod->group), pod->neuron_cores};
    if (!g->up) return;
    register_waiting(g);
    write_tables(g);
    gcs_rows_kv(g->ray, g->session, false, write_row, g);
}

void gcs_sim_worker_up(struct gcs_sim *g, const struct gcs_sim_pod *worker)
{
    worker_changed(g, worker);
}

void gcs_sim_worker_down(struct gcs_sim *g, const char *pod)
{
    const struct gcs_sim_pod gone = {.pod = pod};
    worker_changed(g, &gone);
}

/* ---- the steps of a head ----------------------------------------------------------------------------------------- */

static void on_old_head_exits(void *arg)
{
    struct gcs_sim *g = arg;
    ray_sim_old_heads_die(g->ray, sim_wall_ms(g));
    write_tables(g);
}

static void run_step(struct gcs_sim *g, enum gcs_sim_step step)
{
    char *kv = mem_printf("RAY%s@KV", g->ns);
    switch (step) {
    case GCS_SIM_CONNECTED:
        make_links(g);
        send_words(g, LINK_WRITE, "HGET", kv, "@namespace_session:session_name");
        break;
    case GCS_SIM_ALIVE:
        ray_sim_head_node(g->ray, g->head_pod, g->head_ip, sim_wall_ms(g));
        if (g->stays)
            sched_in(g->conf.sched, STAYS_MS, on_old_head_exits, g);
        else
            ray_sim_old_heads_die(g->ray, sim_wall_ms(g));
        g->stays = false;
        g->up = true;
        register_waiting(g);
        write_tables(g);
        gcs_rows_kv(g->ray, g->session, g->empty, write_row, g);
        g->empty = false;
        g->beats = 0;
        on_beat(g);
        alarm_set(g->beat, BEAT_MS, BEAT_MS);
        break;
    case GCS_SIM_CONTROLLER:
        ray_sim_head_controller(g->ray, sim_wall_ms(g));
        write_tables(g);
        gcs_rows_class(g->ray, write_row, g);
        break;
    case GCS_SIM_PROXY:
        ray_sim_head_proxy(g->ray, sim_wall_ms(g));
        write_tables(g);
        break;
    case GCS_SIM_JOB:
        ray_sim_head_job(g->ray, sim_wall_ms(g));
        write_tables(g);
        write_job_counter(g);
        break;
    default: break; /* SCANNED, HEALTHY, SERVE: nothing is written */
    }
    free(kv);
}

/* A restarted GCS scans every table. */
static void scan_tables(struct gcs_sim *g)
{
    static const char *const tables[] = {"JOB", "NODE", "ACTOR", "ACTOR_TASK_SPEC", "PLACEMENT_GROUP", "WORKERS"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char *key = mem_printf("RAY%s@%s", g->ns, tables[i]);
        send_words(g, LINK_WRITE, "HSCAN", key, "0");
        free(key);
    }
}

static void on_step(void *arg);

static void schedule_step(struct gcs_sim *g)
{
    if (g->reached >= STEPS) return;
    uint64_t before = g->reached ? step_ms[g->reached - 1] : 0;
    sched_in(g->conf.sched, step_ms[g->reached] - before, on_step, g);
}

static void on_step(void *arg)
{
    struct gcs_sim *g = arg;
    enum gcs_sim_step step = (enum gcs_sim_step)g->reached;
    if (step == GCS_SIM_SCANNED) scan_tables(g);
    run_step(g, step);
    g->reached++;
    schedule_step(g);
    if (g->conf.step) g->conf.step(g->conf.arg, step);
}

static void forget_head(struct gcs_sim *g)
{
    sched_drop(g->conf.sched, g);
    free(g->head_pod);
    free(g->head_ip);
    g->head_pod = g->head_ip = NULL;
    g->reached = 0;
    g->exiting = false;
}

static void stop_head(struct gcs_sim *g)
{
    forget_head(g);
    alarm_stop(g->beat);
    drop_links(g);
    g->up = g->stays = false;
}

static void on_exit_due(void *arg)
{
    struct gcs_sim *g = arg;
    stop_head(g);
    if (g->conf.step) g->conf.step(g->conf.arg, GCS_SIM_EXITED);
}

void gcs_sim_head_started(struct gcs_sim *g, const struct gcs_sim_pod *head)
{
    if (g->stays)
        forget_head(g);
    else
        stop_head(g);
    g->head_pod = mem_str(head->pod);
    g->head_ip = mem_str(head->ip);
    schedule_step(g);
}

void gcs_sim_head_lost(struct gcs_sim *g)
{
    stop_head(g);
}

void gcs_sim_head_stays(struct gcs_sim *g)
{
    g->stays = g->up;
}

/* Runs all steps of a head at once. */
static void register_head_at(struct gcs_sim *g, const char *pod, const char *ip, uint64_t started_wall_ms)
{
    ray_sim_head_node(g->ray, pod, ip, started_wall_ms + step_ms[GCS_SIM_ALIVE]);
    ray_sim_old_heads_die(g->ray, started_wall_ms + step_ms[GCS_SIM_ALIVE]);
    ray_sim_head_controller(g->ray, started_wall_ms + step_ms[GCS_SIM_CONTROLLER]);
    ray_sim_head_proxy(g->ray, started_wall_ms + step_ms[GCS_SIM_PROXY]);
    ray_sim_head_job(g->ray, started_wall_ms + step_ms[GCS_SIM_JOB]);
}

#define ELDER_IP "127.0.0.250"

/* A name of the same generateName with another suffix. */
static char *earlier_pod_name(const char *pod)
{
    char *name = mem_str(pod);
    size_t len = strlen(name);
    for (size_t i = len > 5 ? len - 5 : 0; i < len; i++)
        name[i] = "bcdfghjklmnpqrstvwxz2456789"[(unsigned char)name[i] * 7 % 27];
    return name;
}

void gcs_sim_boot(struct gcs_sim *g, const struct gcs_sim_pod *head, uint64_t head_wall_ms,
                  const struct gcs_sim_pod *workers, size_t count, uint64_t since_wall_ms)
{
    stop_head(g);
    g->head_pod = mem_str(head->pod);
    g->head_ip = mem_str(head->ip);
    bool second = head_wall_ms > since_wall_ms + step_ms[GCS_SIM_JOB];
    char *first = second ? earlier_pod_name(head->pod) : mem_str(head->pod);
    for (size_t i = 0; i < count; i++) {
        ray_sim_worker_up(g->ray, workers[i].pod, workers[i].ip, workers[i].group, workers[i].neuron_cores,
                          since_wall_ms + step_ms[GCS_SIM_ALIVE] + i * 100);
    }
    register_head_at(g, first, second ? ELDER_IP : head->ip, since_wall_ms);
    if (second) register_head_at(g, head->pod, head->ip, head_wall_ms);
    free(first);
    make_links(g);
    g->up = true;
    g->reached = STEPS;
    write_tables(g);
    write_job_counter(g);
    gcs_rows_kv(g->ray, g->session, true, write_row, g);
    gcs_rows_class(g->ray, write_row, g);
    g->empty = false;
    on_beat(g);
    alarm_set(g->beat, BEAT_MS, BEAT_MS);
}

void gcs_sim_clean(struct gcs_sim *g, const char *from)
{
    static const char *const tables[] = {"KV", "NODE", "ACTOR", "ACTOR_TASK_SPEC", "JOB", "JobCounter", "WORKERS"};
    const struct gcs_link_conf conf = {g->conf.port, from, g->user, g->password, NULL, NULL};
    struct gcs_link *link = g->conf.port ? gcs_link_new(g->loop, &conf) : NULL;
    for (size_t i = 0; link && i < ARRAY_LEN(tables); i++) {
        char *key = mem_printf("RAY%s@%s", g->ns, tables[i]);
        const char *const argv[] = {"DEL", key};
        const size_t lengths[] = {3, strlen(key)};
        gcs_link_send(link, 2, argv, lengths);
        free(key);
    }
    gcs_link_finish(link);
    g->empty = true;
}

bool gcs_sim_reached(const struct gcs_sim *g, enum gcs_sim_step step)
{
    return (unsigned)step < g->reached;
}

unsigned gcs_sim_connections(const struct gcs_sim *g)
{
    bool holds = g->head_pod && g->reached > GCS_SIM_CONNECTED && !g->exiting && !g->redis_gone;
    return holds ? LINKS : 0;
}

void gcs_sim_redis_gone(struct gcs_sim *g)
{
    g->redis_gone = true;
    if (g->head_pod && g->reached > GCS_SIM_CONNECTED) on_lost(g);
}

void gcs_sim_redis_back(struct gcs_sim *g, bool empty)
{
    g->empty = g->empty || empty;
    g->redis_gone = false;
}

/* "session_2026-11-23_13-22-46_515749_1" */
static void name_session(struct gcs_sim *g)
{
    time_t t = (time_t)(sim_wall_ms(g) / 1000);
    struct tm tm;
    char when[32];
    gmtime_r(&t, &tm);
    strftime(when, sizeof when, "%Y-%m-%d_%H-%M-%S", &tm);
    snprintf(g->session, sizeof g->session, "session_%s_515749_1", when);
}

struct gcs_sim *gcs_sim_new(struct loop *l, struct ray_sim *ray, const struct gcs_sim_conf *conf)
{
    struct gcs_sim *g = mem_zero(1, sizeof *g);
    g->loop = l;
    g->ray = ray;
    g->conf = *conf;
    g->ns = mem_str(conf->ns);
    g->user = mem_str(conf->user);
    g->password = mem_str(conf->password);
    g->empty = true;
    g->ping = alarm_new(l, on_ping, g);
    g->beat = clock_alarm_new(loop_clock(l), on_beat, g);
    name_session(g);
    return g;
}

void gcs_sim_free(struct gcs_sim *g)
{
    if (!g) return;
    stop_head(g);
    for (size_t i = 0; i < g->waiters; i++) waiter_done(&g->waiting[i]);
    alarm_free(g->ping);
    alarm_free(g->beat);
    free(g->ns);
    free(g->user);
    mem_free_secret(g->password);
    free(g);
}
