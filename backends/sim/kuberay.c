/* kuberay.c - the cluster at the start: a RayService that has run for days, with a head younger than its workers. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t kuberay_now(const struct kuberay *k)
{
    return loop_wall_ms(k->loop);
}

void pod_notify(struct sim_pod *p, enum kuberay_notification what)
{
    struct kuberay *k = p->owner;
    if (k->conf.notify) k->conf.notify(k->conf.arg, what, p);
}

void pod_schedule_action(struct sim_pod *p, uint64_t ms, void (*run)(void *arg))
{
    sched_in(p->owner->sched, rng_around(&p->owner->rng, ms, 6), run, p);
}

struct sim_pod *pod_new(struct kuberay *k, bool head, unsigned index)
{
    struct sim_pod *p = NULL;
    for (size_t i = 0; i < KUBERAY_PODS && !p; i++)
        if (!k->pods[i].used) p = &k->pods[i];
    assert(p); /* a replacement is created after its predecessor's slot is free */
    char tail[6];
    *p = (struct sim_pod){.owner = k, .used = true, .head = head, .index = index, .place = KUBERAY_NOWHERE};
    rng_suffix(&k->rng, tail, 5);
    if (head)
        snprintf(p->name, sizeof p->name, "%.40s-head-%s", k->cluster, tail);
    else
        snprintf(p->name, sizeof p->name, "%.30s-%.16s-worker-%s", k->cluster, k->group, tail);
    rng_uuid(&k->rng, p->uid);
    rng_suffix(&k->rng, p->volume, 5);
    for (int i = 0; i < 2; i++) rng_hex(&k->rng, p->container_id[i], 64);
    if (head)
        snprintf(p->ip, sizeof p->ip, "127.0.0.%u", 31 + k->heads++ % 9);
    else
        snprintf(p->ip, sizeof p->ip, "127.0.0.%u", 41 + k->workers++ % 50);
    p->created_ms = kuberay_now(k);
    if (head) k->head = p;
    return p;
}

static void pod_running_since(struct kuberay *k, bool head, unsigned index, uint64_t since_ms)
{
    struct sim_pod *p = pod_new(k, head, index);
    p->place = head ? KUBERAY_WORKERS : (int)index;
    snprintf(p->node, sizeof p->node, "%s", k->knode[p->place]);
    p->created_ms = since_ms;
    p->started_ms = since_ms + (head ? 1000 : 13000);
    p->ready_ms = since_ms + (head ? 12000 : 35000);
    p->stage = POD_READY;
    p->serving = SERVING_OK;
    p->gcs = p->dashboard = head;
    p->object = pod_object(k, p);
    cJSON_ReplaceItemInObjectCaseSensitive(p->object, "status", pod_status(p));
    objects_put(k->objects, SIM_POD, p->object);
}

static void name_places(struct kuberay *k)
{
    static const char *const nodes[] = {"ip-100-64-31-7", "ip-100-64-47-3", "ip-100-64-90-12"};
    static const char *const ips[] = {"100.64.31.7", "100.64.47.3", "100.64.90.12"};
    static const char *const zones[] = {"us-west-2b", "us-west-2c", "us-west-2b"};
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        char id[18];
        rng_hex(&k->rng, id, 15);
        snprintf(k->knode[i], sizeof k->knode[i], "%s.us-west-2.compute.internal", nodes[i]);
        snprintf(k->knode_ip[i], sizeof k->knode_ip[i], "%s", ips[i]);
        snprintf(k->zone[i], sizeof k->zone[i], "%s", zones[i]);
        snprintf(k->instance[i], sizeof k->instance[i], "i-0%s", id);
    }
}

void cluster_name(struct kuberay *k)
{
    char tail[6];
    rng_suffix(&k->rng, tail, 5);
    snprintf(k->cluster, sizeof k->cluster, "%.50s-%s", k->name, tail);
    rng_uuid(&k->rng, k->cluster_uid);
    memcpy(k->storage_ns, k->cluster_uid, sizeof k->storage_ns);
    rng_hex(&k->rng, k->hash, 32);
    for (char *c = k->hash; *c; c++) *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
}

static void service_running_since(struct kuberay *k, uint64_t since_ms)
{
    cluster_name(k);
    rng_uuid(&k->rng, k->service_uid);
    snprintf(k->group, sizeof k->group, "inf2");
    snprintf(k->redis_address, sizeof k->redis_address, "redis://127.0.0.1:%u", k->conf.redis_port);
    cluster_objects(k, since_ms);
    serve_config_read(json_str(json_get(k->rayservice, "spec"), "serveConfigV2"), &k->serve);
    config_save(k);
    k->serve_runs = k->promoted = true;
    k->wanted = KUBERAY_WORKERS;
    for (unsigned i = 0; i < KUBERAY_WORKERS; i++) pod_running_since(k, false, i, since_ms + 2000);
    pod_running_since(k, true, 0, k->conf.now_ms - KUBERAY_HEAD_AGE_MS);
    slices_update(k, false);
    raycluster_update_status(k, "HeadPodRunningAndReady", "");
    rayservice_update_status(k, APP_RUNNING);
}

struct kuberay *kuberay_new(struct loop *l, struct objects *o, struct sched *s, const struct templates *t,
                            const struct kuberay_conf *conf)
{
    struct kuberay *k = mem_zero(1, sizeof *k);
    k->self = k;
    k->loop = l;
    k->objects = o;
    k->sched = s;
    k->templates = t;
    k->conf = *conf;
    rng_init(&k->rng, conf->seed);
    uint64_t since = conf->now_ms - KUBERAY_AGE_MS;
    k->devices = k->devices_each = KUBERAY_DEVICES;
    snprintf(k->ns, sizeof k->ns, "mistral");
    snprintf(k->name, sizeof k->name, "mistral");
    serve_config_read(NULL, &k->serve);
    name_places(k);
    rng_init(&k->rng, conf->seed + conf->round * 0x9e3779b9U);
    place_objects(k, since);
    base_objects(k, since - 600 * 1000);
    if (!conf->empty) service_running_since(k, since);
    k->conf.redis_user = k->conf.redis_password = NULL;
    return k;
}

bool kuberay_fault(const struct kuberay *k, enum fault f)
{
    return fault_is_on(k->conf.faults, f);
}

void kuberay_fault_changed(struct kuberay *k, enum fault f)
{
    if (f == FAULT_SHORT_PATIENCE) workers_set_patience(k);
    if (kuberay_fault(k, f)) return;
    if (f == FAULT_OPERATOR_DOWN) operator_resumes(k);
    if (f == FAULT_DEPLOY_FAILED) deploy_again(k);
    if (f == FAULT_HEAD_PENDING) pods_schedule_pending(k);
}

void kuberay_free(struct kuberay *k)
{
    if (!k) return;
    cJSON_Delete(k->config);
    free(k);
}
