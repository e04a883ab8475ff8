/* world_fixture.c - Worlds for tests of panes and answers. */
#include "tests/support/world_fixture.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS "mistral"
#define CLUSTER "mistral-44qn2"
#define HEAD "mistral-44qn2-head-d4544"
#define WORKER_1 "mistral-44qn2-inf2-worker-q5rdw"
#define WORKER_2 "mistral-44qn2-inf2-worker-x2p7c"
#define GCS_NS "3f0c91aa5d2b4e0791"
#define HOUR (UINT64_C(3600000))
#define DAY (24 * HOUR)

static const struct {
    const char *id;
    enum world_kind world;
} sources[] = {{"kube/pods", WORLD_KUBE},        {"kube/rayservices", WORLD_KUBE},
               {"kube/rayclusters", WORLD_KUBE}, {"kube/endpointslices", WORLD_KUBE},
               {"kube/nodes", WORLD_KUBE},       {"kube/events", WORLD_KUBE},
               {"redis", WORLD_REDIS},           {"neuron/q5rdw", WORLD_NEURON},
               {"neuron/x2p7c", WORLD_NEURON},   {"probe", WORLD_SERVE},
               {"probe/way", WORLD_SERVE},       {"serve", WORLD_SERVE}};

void fixture_apply(struct fixture *f, struct change *c)
{
    c->at_ms = f->now_ms;
    c->wall_ms = f->wall_ms;
    world_apply(f->world, c);
    f->focus = focus_of(f->world, NULL, NULL);
    recovery_observe(&f->recovery, f->world, &f->focus, c);
    timeline_observe(f->timeline, f->world, &f->focus, c);
    change_free(c);
}

void fixture_put(struct fixture *f, const char *source, enum world_kind world, void *record)
{
    fixture_apply(f, change_put(source, world, record));
}

void fixture_sleep(struct fixture *f, uint64_t ms)
{
    f->now_ms += ms;
    f->wall_ms += ms;
    world_expire(f->world, f->now_ms);
    f->focus = focus_of(f->world, NULL, NULL);
    recovery_tick(&f->recovery, f->world, &f->focus, f->now_ms, f->wall_ms);
    timeline_tick(f->timeline, f->world, &f->focus, f->now_ms, f->wall_ms);
}

void fixture_wait(struct fixture *f, uint64_t ms)
{
    fixture_sleep(f, ms);
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const struct source *s = world_source_named(f->world, sources[i].id);
        if (s && s->state == SOURCE_LIVE) fixture_apply(f, change_new(CHANGE_ALIVE, sources[i].id, sources[i].world));
    }
}

static struct change *list_change(enum change_type type, enum table table)
{
    struct change *c = change_new(type, "kube/pods", WORLD_KUBE);
    c->table = table;
    return c;
}

void fixture_empty(struct fixture *f)
{
    *f = (struct fixture){.world = world_new(), .now_ms = 100 * HOUR, .chrome = {.context = "trainium-inferentia"}};
    stamp_parse("2026-11-23T12:42:11Z", &f->wall_ms);
    recovery_init(&f->recovery);
    f->timeline = timeline_new();
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        fixture_apply(f, change_source(sources[i].id, sources[i].world, SOURCE_LIVE, ERR_OK, NULL, NULL));
    fixture_wait(f, 0);
}

void fixture_done(struct fixture *f)
{
    recovery_done(&f->recovery);
    timeline_free(f->timeline);
    world_free(f->world);
    *f = (struct fixture){0};
}

struct view fixture_view(struct fixture *f)
{
    f->focus = focus_of(f->world, NULL, NULL);
    outage_of(&f->recovery, f->world, &f->focus, f->now_ms, f->wall_ms, &f->outage);
    return (struct view){.world = f->world,
                         .outage = &f->outage,
                         .previous = outage_previous(&f->recovery),
                         .past = outage_past(&f->recovery),
                         .focus = &f->focus,
                         .timeline = f->timeline,
                         .now_ms = f->now_ms,
                         .wall_ms = f->wall_ms,
                         .chrome = &f->chrome,
                         .read_only = f->chrome.armed_left_ms == 0,
                         .armed = f->chrome.armed_left_ms != 0};
}

/* ---- Kubernetes ---------------------------------------------------------------------------------------------- */

static struct pod *pod_new(const struct fixture *f, const char *uid, const char *name, const char *role,
                           uint64_t age_ms)
{
    bool head = strcmp(role, "head") == 0;
    struct pod *p = record_new(TABLE_POD, uid);
    record_set(&p->ns, NS);
    record_set(&p->name, name);
    record_set(&p->cluster, CLUSTER);
    record_set(&p->role, role);
    record_set(&p->group, head ? "headgroup" : "inf2");
    record_set(&p->phase, "Running");
    record_set(&p->status, "Running");
    p->containers = p->ready = known_u64(head ? 2 : 1);
    p->is_ready = TRI_YES;
    p->restarts = known_u64(0);
    p->created = p->started = known_u64(f->wall_ms - age_ms);
    p->grace = known_u64(30);
    p->serve = head ? TRI_NO : TRI_YES;
    p->ft = TRI_YES;
    p->keepalive = TRI_NO;
    if (head) record_set(&p->storage_ns, GCS_NS);
    p->reconnect_s = head ? UNKNOWN_U64 : known_u64(600);
    p->neuron_devices = known_u64(head ? 0 : 6);
    struct container *c = RECORD_APPEND(p, list);
    record_set(&c->name, head ? "ray-head" : "ray-worker");
    record_set(&c->image, "public.ecr.aws/data-on-eks/ray2.60.0-py310-vllm-inf2:latest");
    record_set(&c->state, "Running");
    c->restarts = known_u64(0);
    c->ready = TRI_YES;
    return p;
}

static void pod_at(struct pod *p, const char *node, const char *ip)
{
    record_set(&p->node, node);
    record_set(&p->ip, ip);
}

static void put_pods(struct fixture *f)
{
    struct pod *head = pod_new(f, "9c1e7a40-head", HEAD, "head", 4 * DAY + 2 * HOUR);
    struct pod *one = pod_new(f, "11aa-worker", WORKER_1, "worker", 9 * DAY);
    struct pod *two = pod_new(f, "22bb-worker", WORKER_2, "worker", 9 * DAY);
    pod_at(head, "ip-100-64-90-12.us-west-2.compute.internal", "100.64.90.31");
    pod_at(one, "ip-100-64-31-7.us-west-2.compute.internal", "100.64.31.40");
    pod_at(two, "ip-100-64-47-3", "100.64.47.18");
    fixture_apply(f, list_change(CHANGE_RELIST, TABLE_POD));
    fixture_put(f, "kube/pods", WORLD_KUBE, head);
    fixture_put(f, "kube/pods", WORLD_KUBE, one);
    fixture_put(f, "kube/pods", WORLD_KUBE, two);
    fixture_apply(f, list_change(CHANGE_RELISTED, TABLE_POD));
}

/* Three of as many zones. */
static void put_knodes(struct fixture *f)
{
    static const char *const names[] = {"ip-100-64-90-12.us-west-2.compute.internal",
                                        "ip-100-64-31-7.us-west-2.compute.internal", "ip-100-64-47-3"};
    static const char *const zones[] = {"us-west-2a", "us-west-2b", "us-west-2c"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct knode *k = record_new(TABLE_KNODE, names[i]);
        record_set(&k->name, names[i]);
        record_set(&k->zone, zones[i]);
        fixture_put(f, "kube/nodes", WORLD_KUBE, k);
    }
}

static void put_service(struct fixture *f)
{
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->ns, NS);
    record_set(&rs->name, NS);
    record_set(&rs->service_status, "Running");
    record_set(&rs->active_cluster, CLUSTER);
    record_set(&rs->ray_version, "2.60.0");
    record_set(&rs->storage_ns, GCS_NS);
    record_set(&rs->redis_address, "rediss://gcs.cache:6379");
    rs->serve_endpoints = known_u64(2);
    rs->ready = rs->ft = TRI_YES;
    rs->workers_wanted = known_u64(2);
    rs->worker_reconnect_s = known_u64(600);
    rs->grpc_keepalive = rs->head_serves = TRI_NO;
    fixture_put(f, "kube/rayservices", WORLD_KUBE, rs);
    struct raycluster *rc = record_new(TABLE_RAYCLUSTER, "rc-uid");
    record_set(&rc->ns, NS);
    record_set(&rc->name, CLUSTER);
    record_set(&rc->service, NS);
    fixture_put(f, "kube/rayclusters", WORLD_KUBE, rc);
    struct slice *sl = record_new(TABLE_SLICE, "slice-uid");
    record_set(&sl->ns, NS);
    record_set(&sl->name, "mistral-serve-svc-x7c2p");
    record_set(&sl->service, "mistral-serve-svc");
    const char *const pods[] = {WORKER_1, WORKER_2};
    for (int i = 0; i < 2; i++) {
        struct endpoint *e = RECORD_APPEND(sl, endpoints);
        record_set(&e->pod, pods[i]);
        e->ready = e->serving = TRI_YES;
    }
    fixture_put(f, "kube/endpointslices", WORLD_KUBE, sl);
}

static void put_event(struct fixture *f, const char *key, const char *kind, const char *about, const char *reason,
                      const char *message, const char *type)
{
    struct event *e = record_new(TABLE_EVENT, key);
    record_set(&e->ns, NS);
    record_set(&e->type, type);
    record_set(&e->reason, reason);
    record_set(&e->about_kind, kind);
    record_set(&e->about, about);
    record_set(&e->message, message);
    e->first = e->last = known_u64(f->wall_ms / 1000 * 1000);
    e->count = known_u64(1);
    fixture_put(f, "kube/events", WORLD_KUBE, e);
}

/* ---- the GCS ------------------------------------------------------------------------------------------------- */

static char *gcs_key(const char *id, char out[128])
{
    snprintf(out, 128, GCS_NS "/%s", id);
    return out;
}

static void put_raynode(struct fixture *f, const char *id, const char *state, const char *pod, const char *ip)
{
    char key[128];
    struct raynode *n = record_new(TABLE_RAYNODE, gcs_key(id, key));
    record_set(&n->ns, GCS_NS);
    record_set(&n->id, id);
    record_set(&n->state, state);
    record_set(&n->pod, pod);
    record_set(&n->address, ip);
    n->is_head = tri_of(strstr(pod, "-head-") != NULL);
    n->started = known_u64(f->wall_ms - 9 * DAY);
    fixture_put(f, "redis", WORLD_REDIS, n);
}

static void put_actor(struct fixture *f, const char *id, const char *name, const char *node, int cores)
{
    char key[128];
    struct actor *a = record_new(TABLE_ACTOR, gcs_key(id, key));
    record_set(&a->ns, GCS_NS);
    record_set(&a->id, id);
    record_set(&a->name, name);
    record_set(&a->class_name, "ServeReplica:app:mistral-7b");
    record_set(&a->ray_node, node);
    record_set(&a->state, "ALIVE");
    a->pid = known_u64(811);
    a->restarts = known_u64(0);
    a->started = known_u64(f->wall_ms - 9 * DAY);
    for (int i = 0; i < cores; i++) coreset_add(&a->cores, (unsigned)i);
    a->cores.known = true;
    fixture_put(f, "redis", WORLD_REDIS, a);
}

static void put_table(struct fixture *f, const char *table, unsigned fields, uint64_t bytes, uint64_t changed_ago)
{
    char key[128], name[40];
    struct gcstable *t = record_new(TABLE_GCSTABLE, gcs_key(table, key));
    record_set(&t->ns, GCS_NS);
    record_set(&t->table, table);
    for (unsigned i = 0; i < fields; i++) {
        struct field *fl = RECORD_APPEND(t, list);
        snprintf(name, sizeof name, "%02x%02x%02x%02x", i, i, i, i);
        record_set(&fl->name, name);
        fl->bytes = known_u64(bytes / fields);
    }
    t->fields = known_u64(fields);
    t->bytes = known_u64(bytes);
    t->changed = known_u64(f->wall_ms - changed_ago);
    fixture_put(f, "redis", WORLD_REDIS, t);
}

static void put_redis(struct fixture *f, uint64_t connections, uint64_t heartbeat_wall)
{
    struct redis *r = record_new(TABLE_REDIS, "redis");
    record_set(&r->address, "gcs.cache:6379");
    record_set(&r->version, "7.1.0");
    record_set(&r->role, "master");
    r->tls = r->tracking = TRI_YES;
    r->replicas = known_u64(1);
    r->used_memory = known_u64(6396314);
    r->ray_connections = known_u64(connections);
    r->heartbeat = known_u64(heartbeat_wall);
    r->rtt_us = known_u64(420);
    fixture_put(f, "redis", WORLD_REDIS, r);
}

static void put_checkpoints(struct fixture *f)
{
    static const char *const names[] = {"app-config", "application-state", "deployment-state", "endpoint-state",
                                        "logging-config"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char key[128];
        struct checkpoint *c = record_new(TABLE_CHECKPOINT, gcs_key(names[i], key));
        record_set(&c->ns, GCS_NS);
        record_set(&c->name, names[i]);
        c->present = TRI_YES;
        c->bytes = known_u64(154010);
        c->changed = known_u64(f->wall_ms - 4 * DAY - 2 * HOUR);
        fixture_put(f, "redis", WORLD_REDIS, c);
    }
}

static void put_gcs(struct fixture *f)
{
    const uint64_t age = 4 * DAY + 2 * HOUR;
    put_raynode(f, "5cabc3e8d1f04477", "ALIVE", HEAD, "100.64.90.31");
    put_raynode(f, "b5846ef7d1f04477", "ALIVE", WORKER_1, "100.64.31.40");
    put_raynode(f, "1d09aa52d1f04477", "ALIVE", WORKER_2, "100.64.47.18");
    put_raynode(f, "0badc0ded1f04477", "DEAD", "mistral-44qn2-head-aaaaa", "100.64.90.9");
    put_actor(f, "aa01", "SERVE_REPLICA::app#mistral-7b#0s09vcjz", "b5846ef7d1f04477", 2);
    put_actor(f, "aa02", "SERVE_REPLICA::app#mistral-7b#27dl95d5", "1d09aa52d1f04477", 2);
    put_table(f, "ACTOR", 9, 5120, age);
    put_table(f, "ACTOR_TASK_SPEC", 7, 72704, age);
    put_table(f, "NODE", 4, 2355, age);
    put_table(f, "WORKERS", 12, 4198, age);
    put_table(f, "JOB", 2, 2150, age);
    put_table(f, "KV", 54, 932864, 600);
    put_checkpoints(f);
    put_redis(f, 4, f->wall_ms - 600);
}

/* ---- Neuron -------------------------------------------------------------------------------------------------- */

static void put_core(struct fixture *f, const char *source, unsigned index, bool held, struct known_f64 util)
{
    char key[64];
    snprintf(key, sizeof key, "%s/%u", source, index);
    struct core *c = record_new(TABLE_CORE, key);
    record_set(&c->source, source);
    c->index = known_u64(index);
    c->device = known_u64(index / 2);
    c->held = tri_of(held);
    c->utilisation = held ? util : UNKNOWN_F64;
    if (held) {
        record_set(&c->holder_tag, "811");
        c->holder_pid = known_u64(811);
        c->memory = known_u64(UINT64_C(8750000000));
    }
    fixture_put(f, source, WORLD_NEURON, c);
}

static void put_monitor(struct fixture *f, const char *source, const char *pod, double util)
{
    static const double shape[] = {-12, 0, 0, 6, 0, 7, -9, 6};
    char key[64];
    struct monitor *m = record_new(TABLE_MONITOR, source);
    record_set(&m->pod, pod);
    record_set(&m->instance_type, "inf2.24xlarge");
    m->devices = known_u64(6);
    m->cores_per_device = known_u64(2);
    m->period_ms = known_u64(1000);
    m->executions_s = known_f64(46);
    m->errors = known_u64(0);
    m->p50 = known_f64(0.022);
    m->p99 = known_f64(0.031);
    struct runtime *rt = RECORD_APPEND(m, runtimes);
    rt->pid = known_u64(811);
    fixture_put(f, source, WORLD_NEURON, m);
    for (unsigned i = 0; i < 12; i++) put_core(f, source, i, i < 2, known_f64(util));
    for (size_t sample = 1; sample <= 60; sample++)
        for (unsigned i = 0; i < 2; i++) put_core(f, source, i, true, known_f64(util + shape[sample / 8 % 8] - i));
    for (unsigned i = 0; i < 2; i++) put_core(f, source, i, true, known_f64(util - 2 * i));
    snprintf(key, sizeof key, "%s/d0", source);
    struct device *d = record_new(TABLE_DEVICE, key);
    record_set(&d->source, source);
    d->index = known_u64(0);
    d->memory_used = known_u64(UINT64_C(17502000000));
    d->memory_total = known_u64(UINT64_C(34359738368));
    d->ecc_corrected = d->ecc_uncorrected = known_u64(0);
    fixture_put(f, source, WORLD_NEURON, d);
}

/* ---- requests ------------------------------------------------------------------------------------------------ */

static void put_probe(struct fixture *f, const char *source, const char *kind, const char *pod, const char *phase,
                      uint64_t latency_us)
{
    char key[32];
    snprintf(key, sizeof key, "%s%llu", pod ? "r" : "w", (unsigned long long)(pod ? ++f->next_request : ++f->next_way));
    struct request *q = record_new(TABLE_REQUEST, key);
    record_set(&q->kind, kind);
    record_set(&q->target, pod ? pod : "GET /-/healthz");
    record_set(&q->pod, pod);
    record_set(&q->path, "API server proxy");
    q->proxied = TRI_YES;
    record_set(&q->phase, phase);
    q->due = q->sent = known_u64(f->wall_ms - latency_us / 1000);
    if (strcmp(phase, "waiting") != 0) {
        q->done = known_u64(f->wall_ms);
        q->latency_us = known_u64(latency_us);
    }
    if (strcmp(phase, "failed") == 0) {
        record_set(&q->failure, "refused");
        q->status = known_u64(503);
    }
    fixture_put(f, source, WORLD_SERVE, q);
}

void fixture_probe(struct fixture *f, const char *phase, uint64_t latency_us)
{
    put_probe(f, "probe", "probe", WORKER_1, phase, latency_us);
}

void fixture_way(struct fixture *f, const char *phase)
{
    put_probe(f, "probe/way", "way", NULL, phase, 12000);
}

void fixture_prompt(struct fixture *f, const char *phase, uint64_t ago_ms, uint64_t latency_us, const char *answer)
{
    char key[32];
    snprintf(key, sizeof key, "r%llu", (unsigned long long)++f->next_request);
    struct request *q = record_new(TABLE_REQUEST, key);
    record_set(&q->kind, "prompt");
    record_set(&q->path, "API server proxy");
    record_set(&q->phase, phase);
    record_set(&q->question, "What keeps a Ray cluster alive?");
    record_set(&q->answer, answer);
    q->due = q->sent = known_u64(f->wall_ms - ago_ms);
    if (strcmp(phase, "waiting") != 0) {
        q->done = known_u64(f->wall_ms - ago_ms + latency_us / 1000);
        q->latency_us = known_u64(latency_us);
    }
    if (strcmp(phase, "failed") == 0) record_set(&q->failure, "timeout");
    fixture_put(f, "probe", WORLD_SERVE, q);
}

/* ---- whole worlds -------------------------------------------------------------------------------------------- */

static void put_probes(struct fixture *f, size_t count, uint64_t every_ms)
{
    for (size_t i = 0; i < count; i++) {
        fixture_sleep(f, every_ms);
        fixture_probe(f, "ok", 38000 + (i % 10 == 9 ? 10000 : 0));
        fixture_way(f, "ok");
    }
}

void fixture_calm(struct fixture *f)
{
    fixture_empty(f);
    f->now_ms -= 60000;
    f->wall_ms -= 60000;
    put_service(f);
    put_knodes(f);
    put_pods(f);
    put_probes(f, 60, 1000);
    put_gcs(f);
    put_monitor(f, "neuron/q5rdw", WORKER_1, 68);
    put_monitor(f, "neuron/x2p7c", WORKER_2, 41);
    fixture_wait(f, 0);
}

static void head_gone(struct fixture *f)
{
    fixture_apply(f, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "9c1e7a40-head"));
    struct pod *p = pod_new(f, "7f2b-head", "mistral-44qn2-head-7rk2m", "head", 0);
    pod_at(p, "ip-100-64-90-12.us-west-2.compute.internal", NULL);
    record_set(&p->phase, "Pending");
    record_set(&p->status, "ContainerCreating");
    p->ready = known_u64(0);
    p->is_ready = TRI_NO;
    p->started = UNKNOWN_U64;
    fixture_put(f, "kube/pods", WORLD_KUBE, p);
    put_event(f, "e1", "RayCluster", CLUSTER, "CreatedHeadPod", "Created head Pod mistral/mistral-44qn2-head-7rk2m",
              "Normal");
    put_event(f, "e2", "Pod", "mistral-44qn2-head-7rk2m", "Scheduled",
              "Successfully assigned mistral/mistral-44qn2-head-7rk2m to ip-100-64-90-12", "Normal");
}

static void head_running(struct fixture *f)
{
    struct pod *p = record_copy(world_find(f->world, TABLE_POD, "7f2b-head")->record);
    record_set(&p->phase, "Running");
    record_set(&p->status, "Running");
    record_set(&p->ip, "100.64.90.44");
    p->ready = known_u64(1);
    p->started = known_u64(f->wall_ms);
    fixture_put(f, "kube/pods", WORLD_KUBE, p);
    put_event(f, "e3", "Pod", "mistral-44qn2-head-7rk2m", "Started", "Started container ray-head", "Normal");
}

void fixture_kill_head(struct fixture *f)
{
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    c->key = mem_str("9c1e7a40-head");
    c->detail = mem_str("mistral/" HEAD);
    c->number = 0;
    uint64_t beat = f->wall_ms;
    fixture_apply(f, c);
    f->chrome.armed_left_ms = 81000;
    fixture_wait(f, 600);
    put_redis(f, 0, beat);
    fixture_wait(f, 400);
    head_gone(f);
    fixture_wait(f, 1300);
    head_running(f);
    fixture_wait(f, 1600);
    fixture_prompt(f, "ok", 0, 4600000, "The GCS keeps cluster metadata: nodes, actors, jobs and placement groups.");
    fixture_prompt(f, "waiting", 0, 0, NULL);
    put_probes(f, 29, 40);
    fixture_probe(f, "ok", 212000);
    put_redis(f, 4, beat);
    fixture_wait(f, 300);
    put_redis(f, 4, f->wall_ms);
    fixture_wait(f, 640);
}

void fixture_redis_down(struct fixture *f)
{
    fixture_apply(f,
                  change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED,
                                "gcs.cache:6379: refused; redis usually admits only the cluster's nodes: --redis-via",
                                "gcs.cache:6379"));
    fixture_wait(f, 14000);
}

void fixture_neuron_off(struct fixture *f)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (sources[i].world == WORLD_NEURON)
            fixture_apply(f, change_source(sources[i].id, WORLD_NEURON, SOURCE_OFF, ERR_OK, NULL, NULL));
    put_service(f);
    put_pods(f);
    put_gcs(f);
}

void fixture_pods_forbidden(struct fixture *f)
{
    fixture_apply(f, change_source("kube/pods", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN,
                                   "pods is forbidden: User \"viewer\" cannot list resource \"pods\" in API group \"\" "
                                   "in the namespace \"mistral\"",
                                   "https://10.0.0.1"));
    put_service(f);
    put_gcs(f);
}

/* As the parsers do: everything foreign goes through text_safe first. */
static void safe_text(char **field, const char *foreign)
{
    char *text = text_safe(foreign, strlen(foreign), TEXT_ONE_LINE, 512);
    record_set(field, text);
    free(text);
}

void fixture_hostile(struct fixture *f)
{
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    struct pod *p = pod_new(f, "h1", "x", "worker", DAY);
    safe_text(&p->name, longest);
    safe_text(&p->status, "漢字漢字漢字漢字漢字漢字漢字漢字");
    fixture_put(f, "kube/pods", WORLD_KUBE, p);
    p = pod_new(f, "h2", "x", "worker", DAY);
    safe_text(&p->name, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81-\x1b]0;owned\x07\x1b[31mred");
    safe_text(&p->node, "\xe2\x80\xae"
                        "evil\xff\xfe");
    p->ready = p->containers = p->restarts = p->created = UNKNOWN_U64;
    fixture_put(f, "kube/pods", WORLD_KUBE, p);
    p = pod_new(f, "h3", "x", "worker", 0);
    record_set(&p->name, NULL);
    record_set(&p->status, NULL);
    p->created = known_u64(f->wall_ms + DAY);
    fixture_put(f, "kube/pods", WORLD_KUBE, p);
    put_event(f, "he", "Pod", longest, "漢字", "%s%n%d \x7f", "Warning");
}

void fixture_many_pods(struct fixture *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char uid[32], name[64];
        snprintf(uid, sizeof uid, "many-%zu", i);
        snprintf(name, sizeof name, CLUSTER "-inf2-worker-%05zu", i);
        struct pod *p = pod_new(f, uid, name, "worker", DAY + i * 60000);
        pod_at(p, "ip-100-64-31-7.us-west-2.compute.internal", "100.64.31.40");
        fixture_put(f, "kube/pods", WORLD_KUBE, p);
    }
}

void fixture_crowd(struct fixture *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char uid[32], name[64];
        snprintf(uid, sizeof uid, "crowd-%zu", i);
        snprintf(name, sizeof name, "other-7xk2p-cpu-worker-%05zu", i);
        struct pod *p = pod_new(f, uid, name, "worker", DAY + i * 60000);
        record_set(&p->cluster, "other-7xk2p");
        pod_at(p, "ip-100-64-31-9.us-west-2.compute.internal", "100.64.31.41");
        fixture_put(f, "kube/pods", WORLD_KUBE, p);
    }
}

void fixture_pod_pending(struct fixture *f)
{
    struct pod *p = pod_new(f, "33cc-worker", "mistral-44qn2-inf2-worker-zz9zz", "worker", 65000);
    record_set(&p->phase, "Pending");
    record_set(&p->status, "Pending");
    record_set(&p->reason, "Unschedulable");
    record_set(&p->message, "0/3 nodes are available: 3 Insufficient aws.amazon.com/neuron.");
    p->ready = known_u64(0);
    p->is_ready = TRI_NO;
    fixture_put(f, "kube/pods", WORLD_KUBE, p);
    put_event(f, "e9", "Pod", "mistral-44qn2-inf2-worker-zz9zz", "FailedScheduling",
              "0/3 nodes are available: 3 Insufficient aws.amazon.com/neuron.", "Warning");
}
