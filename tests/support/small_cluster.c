/* small_cluster.c - a small cluster as a world. */
#include "tests/support/small_cluster.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t small_wall(const struct small *s)
{
    return SMALL_WALL + s->now_ms;
}

struct focus small_focus(const struct small *s)
{
    return focus_of(s->w, NULL, NULL);
}

void small_apply(struct small *s, struct change *c)
{
    c->at_ms = s->now_ms;
    c->wall_ms = small_wall(s);
    world_apply(s->w, c);
    struct focus f = small_focus(s);
    recovery_observe(&s->r, s->w, &f, c);
    change_free(c);
}

void small_put(struct small *s, const char *source, enum world_kind world, void *record)
{
    small_apply(s, change_put(source, world, record));
}

void small_gone(struct small *s, enum table table, const char *key)
{
    small_apply(s, change_gone("kube", WORLD_KUBE, table, key));
}

void small_wait(struct small *s, uint64_t ms)
{
    uint64_t until = s->now_ms + ms;
    while (s->now_ms < until) {
        s->now_ms = until - s->now_ms > 1000 ? s->now_ms + 1000 : until;
        struct focus f = small_focus(s);
        recovery_tick(&s->r, s->w, &f, s->now_ms, small_wall(s));
    }
}

void small_warm_up(struct small *s)
{
    for (int i = 0; i < 3; i++) {
        small_wait(s, 1000);
        small_redis(s, 4, small_wall(s));
    }
}

struct change *small_delete_change(const char *uid, uint64_t grace)
{
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(uid);
    c->number = grace;
    return c;
}

void small_delete_accepted(struct small *s, const char *uid, uint64_t grace)
{
    small_apply(s, small_delete_change(uid, grace));
}

struct outage small_outage_now(const struct small *s)
{
    struct outage o;
    small_outage(s, &o);
    return o;
}

void small_outage(const struct small *s, struct outage *ret)
{
    struct focus f = small_focus(s);
    outage_of(&s->r, s->w, &f, s->now_ms, small_wall(s), ret);
}

void *small_edit(const struct small *s, enum table table, const char *key)
{
    const struct row *row = world_find(s->w, table, key);
    return row ? record_copy(row->record) : NULL;
}

struct pod *small_pod(const char *uid, const char *name, const char *role, const char *knode, const char *ip)
{
    struct pod *p = record_new(TABLE_POD, uid);
    record_set(&p->ns, "mistral");
    record_set(&p->name, name);
    record_set(&p->cluster, "mistral-44qn2");
    record_set(&p->role, role);
    record_set(&p->phase, "Running");
    record_set(&p->status, "Running");
    record_set(&p->node, knode);
    record_set(&p->ip, ip);
    p->restarts = known_u64(0);
    p->is_ready = TRI_YES;
    p->ft = TRI_YES;
    p->created = p->started = known_u64(SMALL_WALL - 9 * SMALL_DAY);
    if (!strcmp(role, "worker")) {
        p->reconnect_s = known_u64(SMALL_RECONNECT_S);
        p->keepalive = TRI_NO;
        p->serve = TRI_YES;
        p->neuron_devices = known_u64(6);
    } else {
        p->created = p->started = known_u64(SMALL_WALL - 4 * SMALL_DAY - 2 * SMALL_DAY / 24);
        record_set(&p->storage_ns, SMALL_NS);
        p->serve = TRI_NO;
        p->neuron_devices = known_u64(0);
    }
    return p;
}

struct raynode *small_raynode(const char *id, const char *state, const char *pod, const char *ip)
{
    char key[64];
    snprintf(key, sizeof key, SMALL_NS "/%s", id);
    struct raynode *n = record_new(TABLE_RAYNODE, key);
    record_set(&n->ns, SMALL_NS);
    record_set(&n->id, id);
    record_set(&n->state, state);
    record_set(&n->pod, pod);
    record_set(&n->address, ip);
    n->is_head = tri_of(strstr(pod, "-head-") != NULL);
    return n;
}

void small_redis(struct small *s, uint64_t connections, uint64_t heartbeat_wall)
{
    struct redis *r = record_new(TABLE_REDIS, "redis");
    record_set(&r->address, "rediss://gcs.cache:6379");
    record_set(&r->role, "master");
    r->ray_connections = known_u64(connections);
    r->heartbeat = known_u64(heartbeat_wall);
    r->replicas = known_u64(1);
    struct pair *ns = RECORD_APPEND(r, namespaces);
    record_set(&ns->name, SMALL_NS);
    small_put(s, "redis", WORLD_REDIS, r);
}

void small_redis_listed(struct small *s)
{
    struct change *c = change_new(CHANGE_RELISTED, "redis", WORLD_REDIS);
    c->table = TABLE_GCSTABLE;
    small_apply(s, c);
}

static struct request *request_of(const struct small *s, const char *kind, const char *key, const char *phase,
                                  const char *failure, uint64_t latency_us)
{
    struct request *q = record_new(TABLE_REQUEST, key);
    record_set(&q->kind, kind);
    record_set(&q->phase, phase);
    record_set(&q->failure, failure);
    q->due = q->sent = known_u64(small_wall(s));
    if (strcmp(phase, "waiting") != 0) {
        q->due = q->sent = known_u64(small_wall(s) - latency_us / 1000);
        q->done = known_u64(small_wall(s));
        q->latency_us = known_u64(latency_us);
    }
    return q;
}

void small_request(struct small *s, const char *kind, const char *key, bool via_api, const char *phase,
                   const char *failure, uint64_t latency_us)
{
    struct request *q = request_of(s, kind, key, phase, failure, latency_us);
    q->proxied = via_api ? TRI_YES : TRI_NO;
    record_set(&q->path, via_api ? "API server proxy" : "service mistral-serve-svc");
    small_put(s, kind, WORLD_SERVE, q);
}

void small_probe(struct small *s, const char *key, const char *pod, const char *phase, const char *failure,
                 uint64_t latency_us)
{
    struct request *q = request_of(s, "probe", key, phase, failure, latency_us);
    record_set(&q->pod, pod);
    record_set(&q->target, pod);
    small_put(s, "probe", WORLD_SERVE, q);
}

void small_table(struct small *s, const char *table, const char *fields)
{
    char key[64];
    snprintf(key, sizeof key, SMALL_NS "/%s", table);
    struct gcstable *t = record_new(TABLE_GCSTABLE, key);
    record_set(&t->ns, SMALL_NS);
    record_set(&t->table, table);
    for (const char *at = fields, *end; *at; at = *end ? end + 1 : end) {
        end = strchr(at, ' ') ? strchr(at, ' ') : at + strlen(at);
        struct field *f = RECORD_APPEND(t, list);
        f->name = mem_strn(at, (size_t)(end - at));
        f->bytes = known_u64(100);
    }
    t->fields = known_u64(t->list_count);
    small_put(s, "redis", WORLD_REDIS, t);
}

/* ---- the cluster itself -------------------------------------------------------------------------------------- */

static void put_service(struct small *s)
{
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "mistral");
    record_set(&rs->service_status, "Running");
    record_set(&rs->active_cluster, "mistral-44qn2");
    record_set(&rs->ray_version, "2.60.0");
    rs->serve_endpoints = known_u64(2);
    rs->ft = TRI_YES;
    rs->workers_wanted = known_u64(2);
    rs->worker_reconnect_s = known_u64(SMALL_RECONNECT_S);
    rs->grpc_keepalive = TRI_NO;
    record_set(&rs->storage_ns, SMALL_NS);
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    struct raycluster *rc = record_new(TABLE_RAYCLUSTER, "rc-uid");
    record_set(&rc->ns, "mistral");
    record_set(&rc->name, "mistral-44qn2");
    record_set(&rc->service, "mistral");
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    struct slice *sl = record_new(TABLE_SLICE, "slice-uid");
    record_set(&sl->ns, "mistral");
    record_set(&sl->service, "mistral-serve-svc");
    const char *const pods[] = {"mistral-44qn2-inf2-worker-q5rdw", "mistral-44qn2-inf2-worker-x2p7c"};
    for (int i = 0; i < 2; i++) {
        struct endpoint *e = RECORD_APPEND(sl, endpoints);
        record_set(&e->pod, pods[i]);
        e->ready = TRI_YES;
    }
    small_put(s, "kube/endpointslices", WORLD_KUBE, sl);
}

static void put_knode(struct small *s, const char *name, const char *instance, const char *zone)
{
    char id[64];
    snprintf(id, sizeof id, "aws:///%s/%s", zone, instance);
    struct knode *k = record_new(TABLE_KNODE, name);
    record_set(&k->name, name);
    record_set(&k->provider_id, id);
    record_set(&k->zone, zone);
    small_put(s, "kube/nodes", WORLD_KUBE, k);
}

static void put_monitor(struct small *s, const char *source, const char *pod)
{
    char key[64];
    struct monitor *m = record_new(TABLE_MONITOR, source);
    record_set(&m->pod, pod);
    struct runtime *rt = RECORD_APPEND(m, runtimes);
    rt->pid = known_u64(110);
    m->executions_s = known_f64(46);
    m->errors = known_u64(0);
    small_put(s, source, WORLD_NEURON, m);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(key, sizeof key, "%s/%u", source, i);
        struct core *c = record_new(TABLE_CORE, key);
        record_set(&c->source, source);
        c->index = known_u64(i);
        c->held = TRI_YES;
        c->utilisation = known_f64(68);
        small_put(s, source, WORLD_NEURON, c);
    }
}

static void put_actor(struct small *s, const char *id, const char *name, const char *node, bool cores)
{
    char key[64];
    snprintf(key, sizeof key, SMALL_NS "/%s", id);
    struct actor *a = record_new(TABLE_ACTOR, key);
    record_set(&a->ns, SMALL_NS);
    record_set(&a->id, id);
    record_set(&a->name, name);
    record_set(&a->ray_node, node);
    record_set(&a->state, "ALIVE");
    record_set(&a->class_name, strstr(name, "REPLICA") ? "ServeReplica:app:mistral" : "ProxyActor");
    a->started = known_u64(SMALL_WALL - 9 * SMALL_DAY);
    if (cores) {
        coreset_add(&a->cores, 0);
        coreset_add(&a->cores, 1);
    }
    small_put(s, "redis", WORLD_REDIS, a);
}

static void put_gcs(struct small *s)
{
    small_put(s, "redis", WORLD_REDIS,
              small_raynode(SMALL_OLD_NODE, "ALIVE", "mistral-44qn2-head-d4544", "100.64.90.31"));
    small_put(s, "redis", WORLD_REDIS,
              small_raynode("b5846ef7", "ALIVE", "mistral-44qn2-inf2-worker-q5rdw", "100.64.31.40"));
    small_put(s, "redis", WORLD_REDIS,
              small_raynode("1d09aa52", "ALIVE", "mistral-44qn2-inf2-worker-x2p7c", "100.64.47.18"));
    put_actor(s, "aa01", "SERVE_REPLICA::app#mistral-7b#0s09vcjz", "b5846ef7", true);
    put_actor(s, "aa02", "SERVE_REPLICA::app#mistral-7b#27dl95d5", "1d09aa52", true);
    put_actor(s, "aa03", "SERVE_REPLICA::app#mistral-deployment#5jmn7g55", "1d09aa52", false);
    put_actor(s, "aa04", "SERVE_PROXY_ACTOR-" SMALL_OLD_NODE, SMALL_OLD_NODE, false);
    small_table(s, "ACTOR", "aa01 aa02 aa03 aa04");
    small_table(s, "ACTOR_TASK_SPEC", "aa01 aa02 aa03 aa04");
    small_table(s, "NODE", SMALL_OLD_NODE " b5846ef7 1d09aa52");
    small_table(s, "KV",
                "gcs_pid @namespace_dashboard:DASHBOARD_AGENT_ADDR_NODE_ID_PREFIX:" SMALL_OLD_NODE
                " @namespace_dashboard:DASHBOARD_AGENT_ADDR_IP_PREFIX:100.64.90.31"
                " @namespace_dashboard:DASHBOARD_AGENT_ADDR_IP_PREFIX:100.64.31.40");
    small_redis(s, 4, small_wall(s));
}

void small_init(struct small *s, bool with_cluster)
{
    static const char *const live[] = {"kube/pods", "redis", "neuron/q5rdw", "neuron/x2p7c", "probe"};
    static const enum world_kind kinds[] = {WORLD_KUBE, WORLD_REDIS, WORLD_NEURON, WORLD_NEURON, WORLD_SERVE};
    *s = (struct small){.w = world_new(), .now_ms = SMALL_T0};
    recovery_init(&s->r);
    if (!with_cluster) return;
    for (size_t i = 0; i < ARRAY_LEN(live); i++)
        small_apply(s, change_source(live[i], kinds[i], SOURCE_LIVE, ERR_OK, NULL, NULL));
    put_service(s);
    put_knode(s, "ip-100-64-90-12", "i-0head", "us-west-2a");
    put_knode(s, "ip-100-64-31-7", "i-0q5rdw", "us-west-2b");
    put_knode(s, "ip-100-64-47-3", "i-0x2p7c", "us-west-2c");
    small_put(s, "kube/pods", WORLD_KUBE,
              small_pod("9c1e0000-head", "mistral-44qn2-head-d4544", "head", "ip-100-64-90-12", "100.64.90.31"));
    small_put(s, "kube/pods", WORLD_KUBE,
              small_pod("w1", "mistral-44qn2-inf2-worker-q5rdw", "worker", "ip-100-64-31-7", "100.64.31.40"));
    small_put(s, "kube/pods", WORLD_KUBE,
              small_pod("w2", "mistral-44qn2-inf2-worker-x2p7c", "worker", "ip-100-64-47-3", "100.64.47.18"));
    put_gcs(s);
    put_monitor(s, "neuron/q5rdw", "mistral-44qn2-inf2-worker-q5rdw");
    put_monitor(s, "neuron/x2p7c", "mistral-44qn2-inf2-worker-x2p7c");
}

void small_done(struct small *s)
{
    recovery_done(&s->r);
    world_free(s->w);
}

int small_setup(void **state)
{
    struct small *s = mem_alloc(sizeof *s);
    small_init(s, true);
    *state = s;
    return 0;
}

int small_teardown(void **state)
{
    small_done(*state);
    free(*state);
    return 0;
}
