/* gcs_records.c - the rows of the GCS's tables as Ray writes them: nodes, jobs, actors, workers. */
#include "backends/sim/gcs_records.h"

#include "backends/base/mem.h"
#include "backends/sim/pbwire.h"

#include <stdlib.h>
#include <string.h>

enum { TASK_SPEC_BYTES = 8700, ENTRYPOINT_BYTES = 800 };

static size_t hex_decode(const char *hex, char *out, size_t size)
{
    size_t n = 0;
    for (; hex[0] && hex[1] && n < size; hex += 2, n++) {
        unsigned high = (unsigned)(hex[0] <= '9' ? hex[0] - '0' : hex[0] - 'a' + 10);
        unsigned low = (unsigned)(hex[1] <= '9' ? hex[1] - '0' : hex[1] - 'a' + 10);
        out[n] = (char)(high << 4 | low);
    }
    return n;
}

static void row_emit(gcs_row *row, void *arg, const char *table, const char *hex, struct buf *value)
{
    char field[32];
    size_t len = hex_decode(hex, field, sizeof field);
    row(arg, table, field, len, buf_text(value), value->len);
    buf_clear(value);
}

/* Ray's Address: 1 node_id, 2 ip_address, 3 port, 4 worker_id. */
static void add_address(struct buf *out, unsigned field, const char *node, const char *ip, unsigned port,
                        const char *worker)
{
    struct buf b;
    buf_init(&b, PB_MAX);
    pb_hex(&b, 1, node);
    pb_str(&b, 2, ip);
    pb_u64(&b, 3, port);
    pb_hex(&b, 4, worker);
    pb_message(out, field, &b);
    buf_done(&b);
}

static void double_entry(struct buf *out, unsigned field, const char *key, double value)
{
    struct buf b;
    buf_init(&b, PB_MAX);
    pb_str(&b, 1, key);
    pb_double(&b, 2, value);
    pb_message(out, field, &b);
    buf_done(&b);
}

static void text_entry(struct buf *out, unsigned field, const char *key, const char *value)
{
    struct buf b;
    buf_init(&b, PB_MAX);
    pb_str(&b, 1, key);
    pb_str(&b, 2, value);
    pb_message(out, field, &b);
    buf_done(&b);
}

static void number_entry(struct buf *out, unsigned field, unsigned number, uint64_t value)
{
    struct buf b;
    buf_init(&b, PB_MAX);
    pb_u64(&b, number, value);
    pb_message(out, field, &b);
    buf_done(&b);
}

/* ---- NODE -------------------------------------------------------------------------------------------------------- */

static void node_resources(struct buf *v, const struct ray_sim_node *n)
{
    char *self = mem_printf("node:%s", n->ip);
    double_entry(v, 11, "memory", 3221225472.0);
    double_entry(v, 11, self, 1);
    double_entry(v, 11, "object_store_memory", 100000000.0);
    if (n->head) {
        double_entry(v, 11, "node:__internal_head__", 1);
    } else {
        double_entry(v, 11, "CPU", 8);
        if (n->neuron_cores) {
            double_entry(v, 11, "neuron_cores", n->neuron_cores);
            double_entry(v, 11, "accelerator_type:aws-neuron-core", 1);
        }
    }
    free(self);
}

static void node_row(const struct ray_sim_node *n, const char *session, struct buf *v)
{
    char *dir = mem_printf("/tmp/ray/%s", session), *raylet = mem_printf("%s/sockets/raylet", dir),
         *plasma = mem_printf("%s/sockets/plasma_store", dir);
    pb_hex(v, 1, n->id);
    pb_str(v, 2, n->ip);
    pb_str(v, 3, raylet);
    pb_str(v, 4, plasma);
    pb_u64(v, 5, 36177);
    pb_u64(v, 6, 34351);
    pb_u64(v, 7, n->alive ? 0 : 1);
    pb_str(v, 8, n->pod);
    pb_u64(v, 9, 8080);
    node_resources(v, n);
    pb_str(v, 12, n->ip);
    pb_str(v, 13, n->pod);
    pb_str(v, 14, n->group);
    pb_u64(v, 23, n->start_ms);
    pb_u64(v, 24, n->end_ms);
    pb_u64(v, 25, n->head);
    text_entry(v, 26, "ray.io/node-id", n->id);
    text_entry(v, 26, "ray.io/node-group", n->group);
    pb_u64(v, 27, 36499);
    number_entry(v, 28, 1, 2);
    if (!n->alive) {
        struct buf death;
        buf_init(&death, PB_MAX);
        pb_u64(&death, 1, 2);
        pb_str(&death, 2, "health check failed due to missing too many heartbeats");
        pb_message(v, 29, &death);
        buf_done(&death);
    }
    pb_u64(v, 30, 40537);
    pb_u64(v, 31, 52365);
    pb_str(v, 32, "/tmp/ray");
    pb_str(v, 33, dir);
    free(dir);
    free(raylet);
    free(plasma);
}

/* ---- ACTOR ------------------------------------------------------------------------------------------------------- */

/* One entry of resource_mapping: `count` whole units from `first`, or a part of one where count is 0. */
static void add_resource(struct buf *v, const char *name, unsigned first, unsigned count, double part)
{
    struct buf entry, id;
    buf_init(&entry, PB_MAX);
    buf_init(&id, PB_MAX);
    pb_str(&entry, 1, name);
    for (unsigned i = first; i < first + (count ? count : 1); i++) {
        buf_clear(&id);
        pb_u64(&id, 1, i); /* index 0 is absent on the wire */
        pb_double(&id, 2, count ? 1 : part);
        pb_message(&entry, 2, &id);
    }
    pb_message(v, 15, &entry);
    buf_done(&entry);
    buf_done(&id);
}

static void actor_resources(struct buf *v, const struct ray_sim_actor *a)
{
    if (a->kind == RAY_SIM_CONTROLLER) add_resource(v, "node:__internal_head__", 0, 0, 0.001);
    if (a->kind != RAY_SIM_REPLICA) return;
    if (a->cores) add_resource(v, "neuron_cores", a->core, a->cores, 0);
    add_resource(v, "CPU", 0, 0, a->cores ? 1 : 0.5);
}

static void actor_function(struct buf *v, const struct ray_sim_actor *a)
{
    static const char *const modules[] = {"ray.serve._private.controller", "ray.serve._private.proxy",
                                          "ray.serve._private.replica"};
    struct buf python, function;
    buf_init(&python, PB_MAX);
    buf_init(&function, PB_MAX);
    pb_str(&python, 1, modules[a->kind]);
    pb_str(&python, 2, a->class_name);
    pb_str(&python, 3, "__init__");
    pb_str(&python, 4, "a53b90a29bc54a999b6c226e002dfb41");
    pb_message(&function, 2, &python);
    pb_message(v, 17, &function);
    buf_done(&python);
    buf_done(&function);
}

/* ActorDeathCause{3 actor_died_error_context{1 message, 5 pid, 6 name, 7 namespace, 8 class, 9 id, 12 reason}} */
static void actor_death(struct buf *v, const struct ray_sim_actor *a)
{
    struct buf died, cause;
    buf_init(&died, PB_MAX);
    buf_init(&cause, PB_MAX);
    pb_str(&died, 1,
           "The actor died because its node has died: health check failed due to missing too many heartbeats");
    pb_u64(&died, 5, a->pid);
    pb_str(&died, 6, a->name);
    pb_str(&died, 7, "serve");
    pb_str(&died, 8, a->class_name);
    pb_hex(&died, 9, a->id);
    pb_u64(&died, 12, 3);
    pb_message(&cause, 3, &died);
    pb_message(v, 24, &cause);
    buf_done(&died);
    buf_done(&cause);
}

static void actor_row(const struct ray_sim *r, const struct ray_sim_actor *a, struct buf *v)
{
    const struct ray_sim_node *n = ray_sim_node_of(r, a->node), *head = ray_sim_head(r);
    pb_hex(v, 1, a->id);
    pb_hex(v, 4, "01000000");
    pb_u64(v, 6, a->state);
    if (a->kind == RAY_SIM_CONTROLLER) pb_u64(v, 7, UINT64_MAX); /* -1: for ever */
    pb_u64(v, 8, a->restarts);
    add_address(v, 9, a->node, n ? n->ip : "", a->port, a->worker);
    add_address(v, 10, head ? head->id : "", head ? head->ip : "", 11034, a->owner_worker);
    pb_u64(v, 11, 1);
    pb_str(v, 12, a->name);
    pb_double(v, 13, (double)(a->end_ms ? a->end_ms : a->start_ms));
    actor_resources(v, a);
    pb_u64(v, 16, a->pid);
    actor_function(v, a);
    pb_str(v, 19, "serve");
    pb_u64(v, 20, a->start_ms);
    pb_u64(v, 21, a->end_ms);
    pb_str(v, 22, "{\"env_vars\": {\"MODEL_ID\": \"mistralai/Mistral-7B-Instruct-v0.2\", \"NEURON_CORES\": \"2\"}}");
    pb_str(v, 23, a->class_name);
    if (a->state == RAY_SIM_DEAD) actor_death(v, a);
    if (a->kind == RAY_SIM_REPLICA) {
        double_entry(v, 28, "CPU", a->cores ? 1 : 0.5);
        if (a->cores) double_entry(v, 28, "neuron_cores", a->cores);
    }
    pb_hex(v, 29, a->node);
    if (a->state == RAY_SIM_DEAD) pb_u64(v, 32, 1);
}

/* TaskSpec: as large as real ones, most of it pickled arguments. */
static void task_spec_row(const struct ray_sim_actor *a, struct buf *v)
{
    struct buf filler;
    char *name = mem_printf("%s:%s.__init__", a->name, a->class_name);
    buf_init(&filler, TASK_SPEC_BYTES);
    while (buf_str(&filler, "\x80\x05\x95 pickled ") == ERR_OK) continue;
    pb_u64(v, 1, 1);
    pb_str(v, 2, name);
    pb_hex(v, 5, "01000000");
    pb_message(v, 11, &filler);
    pb_u64(v, 12, 1);
    buf_done(&filler);
    free(name);
}

/* ---- JOB, WORKERS ------------------------------------------------------------------------------------------------ */

static void job_row(const struct ray_sim_job *j, struct buf *v)
{
    char *worker = mem_printf("%sffffffffffffffffffffffffffffffffffffffffffffffff", j->id);
    struct buf entry, config;
    buf_init(&entry, ENTRYPOINT_BYTES);
    (void)buf_str(&entry, "ray-dashboard-ServeHead-0 (/usr/bin/python3 -B -c \"from multiprocessing.forkserver import "
                          "main; main(25, 27, ['ray', 'ray.dashboard.subprocesses.module'");
    while (buf_str(&entry, ", 'ray.dashboard.modules.serve.serve_head'") == ERR_OK) continue;
    (void)buf_str(&entry, "])\")");
    buf_init(&config, PB_MAX);
    pb_str(&config, 5, "_ray_internal_dashboard");
    pb_u64(&config, 7, 1);
    pb_str(&config, 8, "/");
    pb_hex(v, 1, j->id);
    pb_u64(v, 2, j->dead);
    pb_u64(v, 3, j->dead ? j->end_ms : j->start_ms);
    pb_str(v, 4, j->ip);
    pb_u64(v, 5, j->pid);
    pb_message(v, 6, &config);
    pb_u64(v, 7, j->start_ms);
    pb_u64(v, 8, j->end_ms);
    pb_str(v, 9, buf_text(&entry));
    add_address(v, 12, j->node, j->ip, j->port, worker);
    buf_done(&entry);
    buf_done(&config);
    free(worker);
}

static void worker_row(const struct ray_sim_worker *w, const char *session, struct buf *v)
{
    char *raylet = mem_printf("/tmp/ray/%s/sockets/raylet", session);
    pb_u64(v, 1, w->alive);
    add_address(v, 2, w->node, w->ip, w->port, w->id);
    pb_u64(v, 5, w->driver);
    text_entry(v, 6, "node_ip_address", w->ip);
    text_entry(v, 6, "raylet_socket", raylet);
    pb_u64(v, 21, w->pid);
    pb_u64(v, 23, w->start_ms);
    free(raylet);
}

void gcs_rows_tables(const struct ray_sim *r, const char *session, gcs_row *row, void *arg)
{
    const struct ray_sim_node *node;
    const struct ray_sim_actor *actor;
    const struct ray_sim_job *job;
    const struct ray_sim_worker *worker;
    size_t n;
    struct buf v;
    buf_init(&v, PB_MAX);
    n = ray_sim_nodes(r, &node);
    for (size_t i = 0; i < n; i++) {
        node_row(&node[i], session, &v);
        row_emit(row, arg, "NODE", node[i].id, &v);
    }
    n = ray_sim_actors(r, &actor);
    for (size_t i = 0; i < n; i++) {
        actor_row(r, &actor[i], &v);
        row_emit(row, arg, "ACTOR", actor[i].id, &v);
        char field[16];
        size_t len = hex_decode(actor[i].id, field, sizeof field);
        if (actor[i].state != RAY_SIM_DEAD) task_spec_row(&actor[i], &v);
        row(arg, "ACTOR_TASK_SPEC", field, len, v.len ? v.data : NULL, v.len);
        buf_clear(&v);
    }
    n = ray_sim_jobs(r, &job);
    for (size_t i = 0; i < n; i++) {
        job_row(&job[i], &v);
        row_emit(row, arg, "JOB", job[i].id, &v);
    }
    n = ray_sim_workers(r, &worker);
    for (size_t i = 0; i < n; i++) {
        worker_row(&worker[i], session, &v);
        row_emit(row, arg, "WORKERS", worker[i].id, &v);
    }
    buf_done(&v);
}
