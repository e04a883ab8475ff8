/* neuron_sim.c - neuron-monitor's JSON of each simulated node, from the load of its actors. */
#include "backends/sim/neuron_sim.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/rng.h"
#include "backends/sim/sim_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DEVICES = 6, CORES_PER_DEVICE = 2, CORES = DEVICES * CORES_PER_DEVICE, BUSY = 64, NAME = 128 };
static const char socket_name[] = "neuron.sock";

struct node {
    char knode[NAME], instance_id[NAME], pod[NAME];
    double walk; /* background utilisation, percent: a slow random walk */
    struct rng rng;
    uint64_t lines;
};
/* A prompt being computed. */
struct busy {
    char actor[33];
    uint64_t until_ms;
};
struct client {
    struct neuron_sim *sim;
    uv_pipe_t pipe;
    char name[NAME];
    size_t name_len;
    bool named;
};
struct neuron_sim {
    struct loop *loop;
    const struct ray_sim *ray;
    uv_pipe_t *listener;
    struct alarm *period;
    char *path;
    uint64_t seed;
    struct node node[NEURON_SIM_NODES];
    size_t nodes;
    struct busy busy[BUSY];
    size_t busy_next;
    struct client *client[NEURON_SIM_CLIENTS];
    size_t clients;
    bool garbage;
};

/* ---- load -------------------------------------------------------------------------------------------------------- */

static double random_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) / 9007199254740992.0;
}

static bool actor_is_busy(const struct neuron_sim *n, const char *actor)
{
    uint64_t now = loop_now_ms();
    for (size_t i = 0; i < BUSY; i++) {
        if (n->busy[i].until_ms > now && strcmp(n->busy[i].actor, actor) == 0) return true;
    }
    return false;
}

/* Utilisation of a core of that replica in the period, percent. */
static double core_utilisation(const struct neuron_sim *n, struct node *node, const struct ray_sim_actor *a,
                               unsigned core)
{
    double base = node->walk + (core % 2 ? -1.2 : 0) + random_unit(&node->rng) * 2;
    if (actor_is_busy(n, a->id)) base = 86 + random_unit(&node->rng) * 8;
    return base < 0 ? 0 : base > 100 ? 100 : base;
}

static void walk_on(struct node *node)
{
    node->walk += (random_unit(&node->rng) - 0.5) * 6;
    if (node->walk < 18) node->walk = 18;
    if (node->walk > 74) node->walk = 74;
}

/* ---- one line ---------------------------------------------------------------------------------------------------- */

static bool is_runtime(const struct ray_sim_actor *a, const char *ray_node)
{
    return a->kind == RAY_SIM_REPLICA && a->state == RAY_SIM_ALIVE && a->cores && strcmp(a->node, ray_node) == 0;
}

static bool actor_holds_core(const struct ray_sim_actor *a, unsigned core)
{
    return core >= a->core && core < a->core + a->cores;
}

static void execution_stats(struct buf *b, double load)
{
    unsigned completed = (unsigned)(load * 0.65);
    double p50 = 0.0215 + load / 100 * 0.001;
    (void)buf_printf(
        b,
        "\"execution_stats\":{\"period\":1.000590175,\"error_summary\":{\"generic\":0,\"numerical\":0,"
        "\"transient\":0,\"model\":0,\"runtime\":0,\"hardware\":0},\"execution_summary\":{\"completed\":%u,"
        "\"completed_with_err\":0,\"completed_with_num_err\":0,\"timed_out\":0,\"incorrect_input\":0,"
        "\"failed_to_queue\":0},\"latency_stats\":{",
        completed);
    static const char *const which[] = {"total_latency", "device_latency"};
    for (int i = 0; i < 2; i++) {
        double l = p50 - i * 0.0005;
        if (!completed)
            (void)buf_printf(b, "%s\"%s\":null", i ? "," : "", which[i]);
        else
            (void)buf_printf(b,
                             "%s\"%s\":{\"p0\":%.6f,\"p1\":%.6f,\"p100\":%.6f,\"p25\":%.6f,\"p50\":%.6f,\"p75\":%.6f,"
                             "\"p99\":%.6f}",
                             i ? "," : "", which[i], l * 0.93, l * 0.94, l * 1.77, l * 0.98, l, l * 1.03, l * 1.41);
    }
    (void)buf_str(b, "},\"error\":\"\"}");
}

static void memory_used(struct buf *b, const struct ray_sim_actor *a)
{
    (void)buf_printf(b,
                     ",\"memory_used\":{\"period\":1.000598866,\"neuron_runtime_used_bytes\":{\"host\":1166249984,"
                     "\"neuron_device\":%llu,\"usage_breakdown\":{\"host\":{\"application_memory\":1162055680,"
                     "\"constants\":0,\"dma_buffers\":4194304,\"tensors\":0},\"neuroncore_memory_usage\":{",
                     8742617152ull * a->cores);
    for (unsigned i = 0; i < CORES; i++) {
        bool own = actor_holds_core(a, i);
        (void)buf_printf(b,
                         "%s\"%u\":{\"constants\":%u,\"model_code\":%u,\"model_shared_scratchpad\":%u,"
                         "\"runtime_memory\":%u,\"tensors\":%llu}",
                         i ? "," : "", i, own ? 8388608u : 0, own ? 412614656u : 0, own ? 536870912u : 0,
                         own ? 114752u : 0, own ? 7784628224ull : 0);
    }
    (void)buf_str(b, "}}},\"loaded_models\":[],\"error\":\"\"}");
}

static void add_runtime(const struct neuron_sim *n, struct node *node, const struct ray_sim_actor *a, struct buf *b)
{
    double use[CORES] = {0}, load = 0;
    for (unsigned i = 0; i < CORES; i++) {
        if (!actor_holds_core(a, i)) continue;
        use[i] = core_utilisation(n, node, a, i);
        load = use[i] > load ? use[i] : load;
    }
    (void)buf_printf(b, "{\"pid\":%u,\"neuron_runtime_tag\":\"%u\",\"error\":\"\",\"report\":{", a->pid + 2000,
                     a->pid + 2000);
    execution_stats(b, load);
    memory_used(b, a);
    (void)buf_printf(b,
                     ",\"neuron_runtime_vcpu_usage\":{\"period\":1.000568674,\"vcpu_usage\":{\"user\":%.2f,"
                     "\"system\":%.2f},\"error\":\"\"},\"neuroncore_counters\":{\"period\":1.000665759,"
                     "\"neuroncores_in_use\":{",
                     load * 0.2, load * 0.15);
    for (unsigned i = 0; i < CORES; i++) {
        (void)buf_printf(b, "%s\"%u\":{\"neuroncore_utilization\":%.8g,\"effective_flops\":%.0f}", i ? "," : "", i,
                         use[i], use[i] * 8.57e9);
    }
    (void)buf_str(b, "},\"error\":\"\"}}}");
}

static void system_data(struct buf *b)
{
    (void)buf_str(b,
                  "\"system_data\":{\"memory_info\":{\"period\":1.00011432,\"memory_total_bytes\":402653184000,"
                  "\"memory_used_bytes\":61203283968,\"swap_total_bytes\":0,\"swap_used_bytes\":0,\"error\":\"\"},"
                  "\"vcpu_usage\":{\"period\":1.000094871,\"average_usage\":{\"user\":11.4,\"nice\":0,\"system\":1.9,"
                  "\"idle\":86.7,\"io_wait\":0,\"irq\":0,\"soft_irq\":0},\"usage_data\":{\"0\":{\"user\":22.8,"
                  "\"nice\":0,\"system\":1.9,\"idle\":75.3,\"io_wait\":0,\"irq\":0,\"soft_irq\":0}},"
                  "\"context_switch_count\":84801,\"error\":\"\"},\"neuron_hw_counters\":{\"period\":1.999993528,"
                  "\"neuron_devices\":[");
    for (int i = 0; i < DEVICES; i++) {
        (void)buf_printf(b,
                         "%s{\"neuron_device_index\":%d,\"mem_ecc_corrected\":0,\"mem_ecc_uncorrected\":0,"
                         "\"sram_ecc_uncorrected\":0,\"sram_ecc_corrected\":0}",
                         i ? "," : "", i);
    }
    (void)buf_str(b, "],\"error\":\"\"}}");
}

static void add_hardware(struct buf *b, const char *instance_id)
{
    (void)buf_printf(
        b,
        ",\"instance_info\":{\"instance_name\":\"\",\"instance_id\":\"%s\",\"instance_type\":"
        "\"inf2.24xlarge\",\"instance_availability_zone\":\"us-west-2c\",\"instance_availability_zone_id\":"
        "\"usw2-az3\",\"instance_region\":\"us-west-2\",\"ami_id\":\"ami-0510000000000001\",\"subnet_id\":"
        "\"subnet-0510000000000001\",\"error\":\"\"},\"neuron_hardware_info\":{\"neuron_device_type\":"
        "\"inferentia2\",\"neuron_device_version\":\"v3\",\"neuroncore_version\":\"v2\","
        "\"neuron_device_count\":%d,\"neuron_device_memory_size\":34359738368,"
        "\"neuroncore_per_device_count\":%d,\"logical_neuroncore_config\":1,\"error\":\"\"}}\n",
        instance_id, DEVICES, CORES_PER_DEVICE);
}

static struct node *node_find(struct neuron_sim *n, const char *knode)
{
    for (size_t i = 0; i < n->nodes; i++) {
        if (strcmp(n->node[i].knode, knode) == 0) return &n->node[i];
    }
    return NULL;
}

enum err neuron_sim_line(struct neuron_sim *n, const char *knode, struct buf *out)
{
    struct node *node = node_find(n, knode);
    if (!node) return ERR_NOT_FOUND;
    const struct ray_sim_node *on = node->pod[0] ? ray_sim_node_named(n->ray, node->pod) : NULL;
    const struct ray_sim_actor *actors;
    size_t count = ray_sim_actors(n->ray, &actors), start = out->len;
    const char *comma = "";
    walk_on(node);
    (void)buf_str(out, "{\"neuron_runtime_data\":[");
    for (size_t i = 0; on && i < count; i++) {
        if (!is_runtime(&actors[i], on->id)) continue;
        (void)buf_str(out, comma);
        add_runtime(n, node, &actors[i], out);
        comma = ",";
    }
    (void)buf_str(out, "],");
    system_data(out);
    add_hardware(out, node->instance_id);
    if (n->garbage && node->lines++ % 2) {
        out->len = start + (out->len - start) / 3;
        (void)buf_char(out, '\n');
    }
    return ERR_OK;
}

/* ---- the socket -------------------------------------------------------------------------------------------------- */

static void client_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void client_drop(struct client *c)
{
    struct neuron_sim *n = c->sim;
    for (size_t i = 0; i < n->clients; i++) {
        if (n->client[i] != c) continue;
        n->client[i] = n->client[--n->clients];
        uv_close((uv_handle_t *)&c->pipe, client_closed);
        return;
    }
}

struct sending {
    uv_write_t write;
    struct client *client;
    char *bytes;
};

static void on_written(uv_write_t *write, int status)
{
    struct sending *s = (struct sending *)write;
    if (status < 0 && status != UV_ECANCELED) client_drop(s->client);
    free(s->bytes);
    free(s);
}

/* Skips a client that has not read the last line yet. */
static void send_line(struct client *c)
{
    struct buf line;
    if (uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) > 0) return;
    buf_init(&line, NEURON_SIM_LINE_MAX);
    if (neuron_sim_line(c->sim, c->name, &line) != ERR_OK) {
        buf_done(&line);
        client_drop(c);
        return;
    }
    struct sending *s = mem_zero(1, sizeof *s);
    uv_buf_t bytes = {.len = line.len};
    s->client = c;
    bytes.base = s->bytes = buf_take(&line);
    if (uv_write(&s->write, (uv_stream_t *)&c->pipe, &bytes, 1, on_written) != 0) {
        free(s->bytes);
        free(s);
        client_drop(c);
    }
}

static void client_space(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct client *c = handle->data;
    (void)suggested;
    *ret = uv_buf_init(c->name + c->name_len, (unsigned)(NAME - 1 - c->name_len));
}

/* The client's first line names the K8s node; the reply is its first sample. */
static void client_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes)
{
    struct client *c = stream->data;
    (void)bytes;
    if (got == 0) return;
    if (got < 0 || c->named) {
        client_drop(c);
        return;
    }
    c->name_len += (size_t)got;
    c->name[c->name_len] = '\0';
    char *end = strchr(c->name, '\n');
    if (!end) {
        if (c->name_len >= NAME - 1) client_drop(c);
        return;
    }
    *end = '\0';
    c->name_len = 0;
    c->named = true;
    send_line(c);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct neuron_sim *n = listener->data;
    if (status < 0) return;
    struct client *c = mem_zero(1, sizeof *c);
    c->sim = n;
    uv_pipe_init(loop_uv(n->loop), &c->pipe, 0);
    c->pipe.data = c;
    if (uv_accept(listener, (uv_stream_t *)&c->pipe) != 0 || n->clients == NEURON_SIM_CLIENTS) {
        uv_close((uv_handle_t *)&c->pipe, client_closed);
        return;
    }
    n->client[n->clients++] = c;
    uv_read_start((uv_stream_t *)&c->pipe, client_space, client_read);
}

static void on_period(void *arg)
{
    struct neuron_sim *n = arg;
    for (size_t i = n->clients; i > 0; i--) {
        if (n->client[i - 1]->named) send_line(n->client[i - 1]);
    }
}

/* ---- the simulator's side ---------------------------------------------------------------------------------------- */

static void copy_name(char out[NAME], const char *text)
{
    text_safe_into(out, NAME, text ? text : "", text ? strlen(text) : 0);
}

void neuron_sim_set_node(struct neuron_sim *n, const char *knode, const char *instance_id, const char *pod)
{
    struct node *node = node_find(n, knode);
    if (!node) {
        if (n->nodes == NEURON_SIM_NODES) return;
        node = &n->node[n->nodes++];
        *node = (struct node){0};
        rng_init(&node->rng, n->seed ^ rng_hash(knode));
        node->walk = 25 + random_unit(&node->rng) * 45;
    }
    copy_name(node->knode, knode);
    copy_name(node->instance_id, instance_id);
    copy_name(node->pod, pod);
}

void neuron_sim_prompt(struct neuron_sim *n, const char *actor, uint64_t ms)
{
    struct busy *b = &n->busy[n->busy_next++ % BUSY];
    text_safe_into(b->actor, sizeof b->actor, actor, strlen(actor));
    b->until_ms = loop_now_ms() + ms;
}

void neuron_sim_set_garbage(struct neuron_sim *n, bool on)
{
    n->garbage = on;
}

static void listener_closed(uv_handle_t *handle)
{
    free(handle);
}

enum err neuron_sim_new(struct loop *l, const char *dir, const struct ray_sim *ray, uint64_t seed,
                        struct neuron_sim **ret, struct why *why)
{
    char *path = mem_printf("%s/%s", dir, socket_name);
    uv_pipe_t *listener = mem_zero(1, sizeof *listener);
    uv_pipe_init(loop_uv(l), listener, 0);
    unlink(path); /* left by an earlier simulator */
    int e = strlen(path) < sizeof((struct sockaddr_un *)0)->sun_path ? uv_pipe_bind(listener, path) : UV_ENAMETOOLONG;
    if (e == 0) e = uv_listen((uv_stream_t *)listener, 16, on_connection);
    if (e != 0) {
        enum err err = why_set(why, ERR_IO, "%s: %s", path, uv_strerror(e));
        uv_close((uv_handle_t *)listener, listener_closed);
        free(path);
        return err;
    }
    struct neuron_sim *n = mem_zero(1, sizeof *n);
    n->loop = l;
    n->ray = ray;
    n->listener = listener;
    n->path = path;
    n->seed = seed;
    listener->data = n;
    n->period = alarm_new(l, on_period, n);
    alarm_set(n->period, NEURON_SIM_PERIOD_MS, NEURON_SIM_PERIOD_MS);
    *ret = n;
    return ERR_OK;
}

void neuron_sim_free(struct neuron_sim *n)
{
    if (!n) return;
    while (n->clients) client_drop(n->client[0]);
    uv_close((uv_handle_t *)n->listener, listener_closed);
    alarm_free(n->period);
    unlink(n->path);
    free(n->path);
    free(n);
}

void neuron_sim_set_ray(struct neuron_sim *n, const struct ray_sim *ray)
{
    n->ray = ray;
}

/* ---- raydeck-sim monitor ----------------------------------------------------------------------------------------- */

int neuron_sim_monitor(const char *dir, const char *knode)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int n = snprintf(at.sun_path, sizeof at.sun_path, "%s/%s", dir, socket_name);
    int fd = n > 0 && (size_t)n < sizeof at.sun_path ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0 || dprintf(fd, "%s\n", knode) < 0) {
        sim_report(mem_printf("raydeck-sim: no simulator serves %s/%s: %s", dir, socket_name, strerror(errno)));
        if (fd >= 0) close(fd);
        return 3;
    }
    char bytes[16384];
    ssize_t got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t w = write(STDOUT_FILENO, bytes + done, (size_t)(got - done));
            if (w <= 0) {
                close(fd);
                return 0;
            }
            done += w;
        }
    }
    close(fd);
    return 0;
}
