/* api_log.c - logs of containers, as the kubelet serves them: lines of a Ray head, a worker or the autoscaler, each at
 * a time of its own, so that a log asked for again has the same lines. A container's end ends its streams. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/sim/api_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
    STEADY_MS = 12000, /* after the start: the lines at it are over */
    EVERY_MS = 1500,   /* a line */
    JITTER_MS = 900,
    KEPT_MS = 3600 * 1000, /* what is older was rotated away */
    LINE_MAX_LEN = 512,
    NS_PER_MS = 1000000
};

enum log_of { LOG_HEAD, LOG_WORKER, LOG_AUTOSCALER };

/* One run of a container: what its log is made of. */
struct log_run {
    enum log_of of;
    char uid[64], pod[128];
    uint64_t from_ms, until_ms; /* until 0: it runs */
};
struct tail {
    struct api *api;
    struct https_stream *stream;
    struct log_run run;
    char *ns, *container;
    uint64_t next; /* index of the next line */
    bool stamps;
    struct alarm *due;
    struct tail *prev, *next_tail;
};

/* ---- lines --------------------------------------------------------------------------------------------------------
 */

static const char *const head_start[] = {
    "%s\tINFO usage_lib.py:447 -- Usage stats collection is disabled.",
    "%s\tINFO scripts.py:937 -- \x1b[37mLocal node IP\x1b[39m: \x1b[1m%s\x1b[22m",
    "%s\tSUCC scripts.py:974 -- \x1b[32m--------------------\x1b[39m",
    "%s\tSUCC scripts.py:975 -- \x1b[32mRay runtime started.\x1b[39m",
    "%s\tSUCC scripts.py:976 -- \x1b[32m--------------------\x1b[39m",
    "%s\tINFO gcs_server.cc:121 -- GCS storage type is redis persistence",
    "%s\tINFO redis_context.cc:478 -- Redis connection established, reading the tables of the storage namespace",
    "%s\tINFO gcs_server.cc:260 -- GCS server has started and is listening on port 6379",
    "%s\tINFO scripts.py:1127 -- --block: this command will now block forever until terminated by a signal",
};
static const char *const worker_start[] = {
    "%s\tINFO scripts.py:1079 -- \x1b[37mLocal node IP\x1b[39m: \x1b[1m%s\x1b[22m",
    "%s\tSUCC scripts.py:1095 -- \x1b[32mRay runtime started.\x1b[39m",
    "%s\tINFO scripts.py:1127 -- --block: this command will now block forever until terminated by a signal",
    "INFO %s serve %s -- Starting proxy on node, listening on 0.0.0.0:8000",
    "INFO %s mistral %s -- Loading checkpoint shards: 3 of 3, NEURON_RT_VISIBLE_CORES=0,1",
    "INFO %s mistral %s -- Initialized the model on 2 NeuronCores",
};
static const char *const head_steady[] = {
    "(ServeController pid=412) INFO %s controller -- Deployment mistral: 3 of 3 replicas are healthy",
    "%s\tINFO gcs_heartbeat.cc:88 -- 3 nodes alive, 0 drained, redis round trip 0.8 ms",
    "%s\tINFO gcs_actor_manager.cc:1207 -- 9 actors alive, 0 pending creation",
    "\x1b[36m(autoscaler +1m)\x1b[0m %s -- No node is idle, none is wanted",
};
static const char *const worker_steady[] = {
    "INFO %s mistral_mistral-7b %s -- POST /infer 200 1534.2ms",
    "INFO %s serve %s -- GET /-/healthz 200 0.9ms",
    "INFO %s mistral_mistral-7b %s -- generated 64 tokens in 1490 ms, 2 requests running, 0 queued",
    "INFO %s serve %s -- GET /-/healthz 200 1.1ms",
};
static const char *const autoscaler_steady[] = {
    "%s\tINFO autoscaler.py:203 -- Cluster status: 3 nodes, 0 pending, 0 failed",
    "%s\tINFO node_provider.py:441 -- RayCluster %s: nothing to scale",
};

static const struct {
    const char *const *start, *const *steady;
    size_t starts, steadies;
} logs[] = {
    [LOG_HEAD] = {head_start, head_steady, ARRAY_LEN(head_start), ARRAY_LEN(head_steady)},
    [LOG_WORKER] = {worker_start, worker_steady, ARRAY_LEN(worker_start), ARRAY_LEN(worker_steady)},
    [LOG_AUTOSCALER] = {NULL, autoscaler_steady, 0, ARRAY_LEN(autoscaler_steady)},
};

static uint64_t line_jitter(const struct log_run *run, uint64_t index)
{
    char text[128];
    snprintf(text, sizeof text, "%s/%d/%" PRIu64, run->uid, (int)run->of, index);
    return rng_hash(text);
}

static uint64_t line_ns(const struct log_run *run, uint64_t index)
{
    const size_t starts = logs[run->of].starts;
    const uint64_t hash = line_jitter(run, index);
    const uint64_t at = index < starts ? index * STEADY_MS / starts : STEADY_MS + (index - starts) * EVERY_MS;
    return (run->from_ms + at + hash % JITTER_MS) * NS_PER_MS + hash / JITTER_MS % NS_PER_MS;
}

/* No function of the standard library may take a format that is not written where it is called: "%s" is replaced. */
static void line_format(struct buf *out, const char *format, const char *first, const char *second)
{
    const char *value = first;
    for (const char *at = format; *at; at++) {
        if (at[0] != '%' || at[1] != 's') {
            (void)buf_char(out, *at);
            continue;
        }
        (void)buf_str(out, value);
        value = second;
        at++;
    }
}

static void line_write(const struct tail *t, uint64_t index, struct buf *out)
{
    const size_t starts = logs[t->run.of].starts;
    const uint64_t ns = line_ns(&t->run, index);
    const char *format = index < starts
                             ? logs[t->run.of].start[index]
                             : logs[t->run.of].steady[line_jitter(&t->run, index) / 7 % logs[t->run.of].steadies];
    char stamp[STAMP_TEXT_MAX], text[48];
    stamp_iso(stamp, ns / NS_PER_MS);
    snprintf(text, sizeof text, "%.10s %.8s,%03u", stamp, stamp + 11, (unsigned)(ns / NS_PER_MS % 1000));
    if (t->stamps) (void)buf_printf(out, "%.19s.%09" PRIu64 "Z ", stamp, ns % 1000000000);
    line_format(out, format, text, t->run.pod);
    (void)buf_char(out, '\n');
}

/* The first line at or after a time. */
static uint64_t index_at(const struct log_run *run, uint64_t ms)
{
    const uint64_t starts = logs[run->of].starts, steady = run->from_ms + STEADY_MS;
    uint64_t index = ms > steady ? starts + (ms - steady) / EVERY_MS : 0;
    if (index > starts) index--;
    while (line_ns(run, index) < ms * NS_PER_MS) index++;
    return index;
}

/* ---- runs of containers -------------------------------------------------------------------------------------------
 */

static const cJSON *named_in(const cJSON *list, const char *name)
{
    JSON_EACH (item, list)
        if (text_eq(json_str(item, "name"), name)) return item;
    return NULL;
}

/* False, and why: there is no such run to read. */
static bool run_of(const cJSON *pod, const char *container, bool previous, struct log_run *ret, char why[LINE_MAX_LEN])
{
    const cJSON *status = named_in(json_path(pod, "status.containerStatuses"), container);
    const cJSON *running = json_path(status, "state.running"), *ended = json_path(status, "state.terminated"),
                *before = json_path(status, "lastState.terminated");
    const cJSON *of = previous ? before : running ? running : ended;
    const char *type = json_str(json_path(pod, "metadata.labels"), "ray.io/node-type");
    const struct known_u64 from = json_stamp(of, "startedAt"), until = json_stamp(of, "finishedAt");
    if (!of && previous)
        snprintf(why, LINE_MAX_LEN, "previous terminated container \"%.100s\" in pod \"%.200s\" not found", container,
                 object_name(pod));
    else if (!of || !from.known)
        snprintf(why, LINE_MAX_LEN, "container \"%.100s\" in pod \"%.200s\" is waiting to start: ContainerCreating",
                 container, object_name(pod));
    if (!of || !from.known) return false;
    *ret = (struct log_run){.of = strcmp(container, "autoscaler") == 0 ? LOG_AUTOSCALER
                                  : type && strcmp(type, "head") == 0  ? LOG_HEAD
                                                                       : LOG_WORKER,
                            .from_ms = from.value,
                            .until_ms = until.known ? until.value : 0};
    snprintf(ret->uid, sizeof ret->uid, "%s", json_str(json_get(pod, "metadata"), "uid"));
    snprintf(ret->pod, sizeof ret->pod, "%.127s", object_name(pod));
    return true;
}

/* ---- streams ------------------------------------------------------------------------------------------------------
 */

static void tail_free(void *arg)
{
    struct tail *t = arg;
    DL_DELETE2(t->api->tails, t, prev, next_tail);
    alarm_free(t->due);
    free(t->ns);
    free(t->container);
    free(t);
}

/* Writes what is due, and waits for the next line. */
static void tail_write(void *arg)
{
    struct tail *t = arg;
    struct buf out;
    const uint64_t now_ns = loop_wall_ms(t->api->loop) * NS_PER_MS;
    const uint64_t end_ns =
        t->run.until_ms && t->run.until_ms * NS_PER_MS < now_ns ? t->run.until_ms * NS_PER_MS : now_ns;
    buf_init(&out, HTTPS_STREAM_MAX);
    for (; line_ns(&t->run, t->next) <= end_ns; t->next++) line_write(t, t->next, &out);
    const enum err err = out.len ? https_stream_write(t->stream, buf_text(&out), out.len) : ERR_OK;
    buf_done(&out);
    if (err || t->run.until_ms)
        https_stream_end(t->stream);
    else
        alarm_set(t->due, (line_ns(&t->run, t->next) - now_ns) / NS_PER_MS + 1, 0);
}

static bool query_is_true(struct https_request *r, const char *name)
{
    const char *value = https_query(r, name);
    return value && strcmp(value, "true") == 0;
}

/* Where a request's log begins: sinceTime, sinceSeconds, tailLines, and what the kubelet still keeps. */
static uint64_t first_index(const struct api *a, struct https_request *r, const struct log_run *run)
{
    const char *time = https_query(r, "sinceTime"), *seconds = https_query(r, "sinceSeconds"),
               *tail = https_query(r, "tailLines");
    const uint64_t now = run->until_ms ? run->until_ms : loop_wall_ms(a->loop),
                   kept = now > KEPT_MS ? now - KEPT_MS : 0;
    uint64_t from = kept, number = 0, asked;
    if (time && stamp_parse(time, &asked) == ERR_OK && asked > from) from = asked;
    if (seconds && text_u64(seconds, strlen(seconds), KEPT_MS / 1000, &number) == ERR_OK && now - number * 1000 > from)
        from = now - number * 1000;
    uint64_t index = index_at(run, from);
    const uint64_t end = index_at(run, now);
    if (tail && text_u64(tail, strlen(tail), UINT32_MAX, &number) == ERR_OK && end > number && end - number > index)
        index = end - number;
    return index;
}

static void tail_start(struct api *a, struct https_request *r, const struct target *target, const struct log_run *run,
                       const char *container)
{
    struct tail *t = mem_zero(1, sizeof *t);
    const uint64_t now = loop_wall_ms(a->loop);
    t->api = a;
    t->run = *run;
    t->ns = mem_str(target->ns);
    t->container = mem_str(container);
    t->next = first_index(a, r, run);
    t->stamps = query_is_true(r, "timestamps");
    if (!query_is_true(r, "follow") && !t->run.until_ms) t->run.until_ms = now;
    t->due = alarm_new(a->loop, tail_write, t);
    DL_APPEND2(a->tails, t, prev, next_tail);
    t->stream = https_stream_new(r, "text/plain", tail_free, t);
    tail_write(t);
}

void api_log(struct api *a, struct https_request *r, const struct target *t)
{
    const cJSON *pod = objects_get(a->conf.objects, SIM_POD, t->ns, t->name);
    const cJSON *containers = json_path(pod, "spec.containers");
    const char *container = https_query(r, "container");
    char why[LINE_MAX_LEN];
    struct log_run run;
    if (!pod) {
        api_not_found(r, t);
        return;
    }
    if (!container && cJSON_GetArraySize(containers) == 1) container = json_str(containers->child, "name");
    if (!container || !named_in(containers, container)) {
        if (container)
            snprintf(why, sizeof why, "container %.100s is not valid for pod %.200s", container, t->name);
        else
            snprintf(why, sizeof why, "a container name must be specified for pod %.200s", t->name);
        api_status(r, 400, "BadRequest", why, "", "");
    } else if (!run_of(pod, container, query_is_true(r, "previous"), &run, why)) {
        api_status(r, 400, "BadRequest", why, "", "");
    } else {
        tail_start(a, r, t, &run, container);
    }
}

/* A container that has ended, by its pod's deletion or a restart, ends its streams with the lines until then. */
void logs_event(struct api *a, const struct object_event *e)
{
    struct tail *t, *next;
    if (e->kind != SIM_POD) return;
    DL_FOREACH_SAFE2(a->tails, t, next, next_tail)
    {
        char why[LINE_MAX_LEN];
        struct log_run run;
        if (strcmp(t->run.pod, object_name(e->object)) != 0 || strcmp(t->ns, object_ns(e->object)) != 0) continue;
        const bool gone = strcmp(e->type, "DELETED") == 0;
        if (!gone && run_of(e->object, t->container, false, &run, why) && run.from_ms == t->run.from_ms &&
            !run.until_ms)
            continue;
        if (t->run.until_ms) continue;
        t->run.until_ms = loop_wall_ms(a->loop);
        alarm_set(t->due, 0, 0);
    }
}

void logs_close(struct api *a)
{
    while (a->tails) tail_free(a->tails);
}
