/* joins.c - see joins.h. */
#include "backends/world/joins.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- focus --------------------------------------------------------------------------------------------------- */

/* *ret_several: there are several that could be meant. */
static const struct rayservice *find_service(const struct world *w, const char *ns, const char *service,
                                             bool *ret_several)
{
    const struct rayservice *only = NULL;
    *ret_several = false;
    WORLD_EACH (row, w, TABLE_RAYSERVICE) {
        const struct rayservice *s = ROW(row, rayservice);
        if (row->gone_ms || (ns && !text_eq(s->ns, ns)) || (service && !text_eq(s->name, service))) continue;
        *ret_several = *ret_several || only;
        only = s;
    }
    return *ret_several ? NULL : only;
}

/* The RayService's active cluster, else its newest one. Without a RayService: the only cluster. None where several
 * namespaces have one that it could be. */
static const struct raycluster *find_cluster(const struct world *w, const struct focus *f)
{
    const struct raycluster *best = NULL;
    const char *active = f->rayservice ? f->rayservice->active_cluster : NULL;
    size_t alone = 0;
    bool elsewhere = false;
    WORLD_EACH (row, w, TABLE_RAYCLUSTER) {
        const struct raycluster *c = ROW(row, raycluster);
        if (row->gone_ms || (f->ns && !text_eq(c->ns, f->ns))) continue;
        if (active && !text_eq(c->name, active)) continue;
        if (!active && f->service && !text_eq(c->service, f->service)) continue;
        alone++;
        elsewhere = elsewhere || (best && !text_unchanged(best->ns, c->ns));
        if (!best || c->created.value >= best->created.value) best = c;
    }
    return (f->service || alone == 1) && !elsewhere ? best : NULL;
}

/* The namespace of the service's pods; NULL: unknown. */
static const char *pods_ns(const struct focus *f)
{
    return f->raycluster ? f->raycluster->ns : f->ns;
}

static void find_head(const struct world *w, struct focus *f)
{
    const char *cluster = f->raycluster ? f->raycluster->name : f->rayservice ? f->rayservice->active_cluster : NULL;
    const char *ns = pods_ns(f);
    if (!cluster) return;
    WORLD_WITH(row, w, HEAD_BY_CLUSTER, ns, cluster)
    {
        const struct pod *p = ROW(row, pod);
        if (row->gone_ms) continue;
        if (f->head && p->created.value < f->head->created.value) continue;
        f->head = p;
        f->head_row = row;
    }
}

static const struct redis *find_redis(const struct world *w)
{
    WORLD_EACH (row, w, TABLE_REDIS) {
        if (!row->gone_ms) return ROW(row, redis);
    }
    return NULL;
}

/* KubeRay's default is the RayCluster's UID. If nothing is configured, takes the only namespace in Redis. */
static const char *find_gcs_ns(const struct focus *f)
{
    if (f->head && f->head->storage_ns) return f->head->storage_ns;
    if (f->rayservice && f->rayservice->storage_ns) return f->rayservice->storage_ns;
    if (f->raycluster && f->rayservice && f->rayservice->ft == TRI_YES) return f->raycluster->record.key;
    if (f->rayservice && f->rayservice->ft == TRI_NO) return NULL;
    return f->redis && f->redis->namespaces_count == 1 ? f->redis->namespaces[0].name : NULL;
}

struct focus focus_of(const struct world *w, const char *ns, const char *service)
{
    struct focus f = {.ns = ns, .service = service};
    bool several;
    f.rayservice = find_service(w, ns, service, &several);
    if (several) f.service = NULL; /* in which namespace? Nothing is of it, then */
    if (f.rayservice) {
        f.ns = f.rayservice->ns;
        f.service = f.rayservice->name;
    }
    if (f.rayservice || f.service || !world_count(w, TABLE_RAYSERVICE)) f.raycluster = find_cluster(w, &f);
    find_head(w, &f);
    f.redis = find_redis(w);
    f.gcs_ns = find_gcs_ns(&f);
    return f;
}

bool focus_has_pod(const struct focus *f, const struct pod *pod)
{
    const struct rayservice *s = f->rayservice;
    const char *ns = pods_ns(f);
    if (!pod->cluster || (ns && !text_eq(pod->ns, ns))) return false;
    if (f->raycluster && text_eq(pod->cluster, f->raycluster->name)) return true;
    return s && (text_eq(pod->cluster, s->active_cluster) || text_eq(pod->cluster, s->pending_cluster));
}

/* Advances to the earliest of the next pods in the clusters' chains. */
static void focus_pods_choose(struct focus_pods *at)
{
    at->row = NULL;
    for (size_t i = 0; i < FOCUS_CLUSTERS; i++) {
        if (!at->next[i] || (at->row && at->row->order < at->next[i]->order)) continue;
        at->row = at->next[i];
        at->chain = i;
    }
}

struct focus_pods focus_pods_of(const struct world *w, const struct focus *f)
{
    const char *const cluster[FOCUS_CLUSTERS] = {f->raycluster ? f->raycluster->name : NULL,
                                                 f->rayservice ? f->rayservice->active_cluster : NULL,
                                                 f->rayservice ? f->rayservice->pending_cluster : NULL};
    struct focus_pods at = {.world = w, .focus = f};
    for (size_t i = 0; i < FOCUS_CLUSTERS; i++) {
        bool twice = false;
        for (size_t j = 0; j < i; j++) twice = twice || text_eq(cluster[i], cluster[j]);
        if (!twice) at.next[i] = world_with(w, POD_BY_CLUSTER, pods_ns(f), cluster[i]);
    }
    focus_pods_choose(&at);
    return at;
}

void focus_pods_next(struct focus_pods *at)
{
    at->next[at->chain] = world_with_next(at->world, POD_BY_CLUSTER, pods_ns(at->focus), at->row);
    focus_pods_choose(at);
}

bool focus_probes(const struct focus *f, const struct row *pod_row)
{
    const struct pod *p = ROW(pod_row, pod);
    const struct rayservice *s = f->rayservice;
    bool begins = s && !s->active_cluster && s->pending_cluster;
    return !pod_row->gone_ms && text_eq(p->role, "worker") && focus_has_pod(f, p) && p->ns && p->name &&
           p->serve != TRI_NO && text_eq(p->phase, "Running") && (!begins || p->is_ready == TRI_YES);
}

/* ---- pods and nodes ------------------------------------------------------------------------------------------ */

bool event_is_about(const struct event *e, const char *ns, const char *name, const char *uid)
{
    if (!text_eq(e->ns, ns) || !text_eq(e->about, name)) return false;
    return !e->about_uid || !*e->about_uid || !uid || text_eq(e->about_uid, uid);
}

const struct pod *pod_of_event(const struct world *w, const struct event *e)
{
    const struct row *row;

    if (!e->about || (e->about_kind && !text_eq(e->about_kind, "Pod"))) return NULL;
    if (!e->about_uid || !*e->about_uid) return pod_named(w, e->ns, e->about);
    row = world_find(w, TABLE_POD, e->about_uid);
    return row ? ROW(row, pod) : NULL;
}

const struct pod *pod_named(const struct world *w, const char *ns, const char *name)
{
    const struct pod *gone = NULL;
    WORLD_WITH(row, w, POD_BY_NAME, ns, name)
    {
        const struct pod *p = ROW(row, pod);
        if (!row->gone_ms) return p;
        gone = p;
    }
    return gone;
}

const struct knode *knode_named(const struct world *w, const char *name)
{
    WORLD_WITH(row, w, KNODE_BY_NAME, NULL, name)
    {
        if (!row->gone_ms) return ROW(row, knode);
    }
    return NULL;
}

/* Where the RayService of the GCS is not known, two namespaces may have a pod of this name: takes the one with the Ray
 * node's address. */
static const struct pod *pod_by_instance(const struct world *w, const struct raynode *n)
{
    const struct pod *best = NULL;
    int best_score = -1;
    WORLD_WITH(row, w, POD_BY_NAME, world_ns(w), n->pod)
    {
        const struct pod *p = ROW(row, pod);
        int score = 2 * text_eq(p->ip, n->address) + !row->gone_ms;
        if (score <= best_score) continue;
        best = p;
        best_score = score;
    }
    return best;
}

/* Addresses are reused: joins by address only an ALIVE node, and only if a single Ray pod has it. */
static const struct pod *pod_by_address(const struct world *w, const struct raynode *n)
{
    const struct pod *only = NULL;
    if (!text_eq(n->state, "ALIVE")) return NULL;
    WORLD_WITH(row, w, POD_BY_IP, world_ns(w), n->address)
    {
        const struct pod *p = ROW(row, pod);
        if (row->gone_ms || !p->cluster) continue;
        if (only) return NULL;
        only = p;
    }
    return only;
}

const struct pod *pod_of_raynode(const struct world *w, const struct raynode *n)
{
    return n->pod && *n->pod ? pod_by_instance(w, n) : pod_by_address(w, n);
}

static bool raynode_is_of(const struct raynode *n, const struct pod *pod)
{
    if (n->pod && *n->pod) return text_eq(n->pod, pod->name);
    if (pod->ray_node_id) return text_eq(n->id, pod->ray_node_id);
    return text_eq(n->state, "ALIVE") && text_eq(n->address, pod->ip);
}

/* ALIVE first, then the latest start, then the latest arrival. */
static bool raynode_is_better(const struct row *row, const struct row *best)
{
    if (!best) return true;
    const struct raynode *n = ROW(row, raynode), *b = ROW(best, raynode);
    bool alive = text_eq(n->state, "ALIVE"), best_alive = text_eq(b->state, "ALIVE");
    if (alive != best_alive) return alive;
    return n->started.value != b->started.value ? n->started.value > b->started.value : row->order > best->order;
}

const struct raynode *raynode_of_pod(const struct world *w, const struct focus *f, const struct pod *pod)
{
    const struct {
        enum world_index which;
        const char *value;
    } by[] = {{RAYNODE_BY_POD, pod->name}, {RAYNODE_BY_ID, pod->ray_node_id}, {RAYNODE_BY_ADDRESS, pod->ip}};
    const struct row *best = NULL;
    if (f->ns && !text_eq(pod->ns, f->ns)) return NULL; /* its node is in another GCS */
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
        WORLD_WITH(row, w, by[i].which, f->gcs_ns, by[i].value)
        {
            const struct raynode *n = ROW(row, raynode);
            if (row->gone_ms || !raynode_is_of(n, pod)) continue;
            if (raynode_is_better(row, best)) best = row;
        }
    }
    return best ? ROW(best, raynode) : NULL;
}

static bool pods_are_listed(const struct world *w)
{
    const struct source *s = world_source_named(w, "kube/pods");
    return s && s->listed_ms && s->state == SOURCE_LIVE && !world_unread(w, TABLE_POD);
}

enum tri raynode_is_there(const struct world *w, const struct focus *f, const struct raynode *n)
{
    if (!n || !n->state) return TRI_UNKNOWN;
    if (!text_eq(n->state, "ALIVE")) return TRI_NO;
    const struct pod *pod = pod_of_raynode(w, n);
    if (pod) return world_find(w, TABLE_POD, pod->record.key)->gone_ms ? TRI_NO : TRI_YES;
    const bool is_missing = n->pod && *n->pod && f->head && text_eq(n->ns, f->gcs_ns) && pods_are_listed(w);
    return is_missing ? TRI_NO : TRI_YES;
}

const struct raynode *raynode_of_worker(const struct world *w, const struct rayworker *k)
{
    WORLD_WITH(row, w, RAYNODE_BY_ID, k->ns, k->ray_node)
    {
        if (!row->gone_ms) return ROW(row, raynode);
    }
    return NULL;
}

enum tri job_has_node(const struct world *w, const struct focus *f, const struct job *j)
{
    const struct raynode *there = NULL;
    size_t lost = 0;
    WORLD_WITH(row, w, RAYNODE_BY_ADDRESS, j->ns, j->driver_ip)
    {
        if (row->gone_ms) continue;
        if (raynode_is_there(w, f, ROW(row, raynode)) == TRI_NO)
            lost++;
        else
            there = ROW(row, raynode);
    }
    if (!there) return lost ? TRI_NO : TRI_UNKNOWN;
    if (!lost) return TRI_YES;
    if (!j->started.known || !there->started.known) return TRI_UNKNOWN;
    return j->started.value >= there->started.value ? TRI_YES : TRI_NO;
}

/* ---- NeuronCores --------------------------------------------------------------------------------------------- */

const struct knode *knode_of_monitor(const struct world *w, const struct monitor *m)
{
    if (m->knode) return knode_named(w, m->knode);
    if (!m->instance_id || !*m->instance_id) return NULL;
    WORLD_WITH(row, w, KNODE_BY_INSTANCE, NULL, m->instance_id)
    {
        if (!row->gone_ms) return ROW(row, knode);
    }
    return knode_named(w, m->instance_id);
}

static bool pod_holds_cores(const struct pod *p)
{
    bool over = text_eq(p->phase, "Succeeded") || text_eq(p->phase, "Failed");
    return !over && p->neuron_devices.known && p->neuron_devices.value > 0;
}

static const struct pod *only_holder(const struct world *w, const struct knode *k)
{
    const struct pod *only = NULL;
    if (!k) return NULL;
    WORLD_WITH(row, w, POD_BY_NODE, NULL, k->name)
    {
        const struct pod *p = ROW(row, pod);
        if (row->gone_ms || !pod_holds_cores(p)) continue;
        if (only) return NULL;
        only = p;
    }
    return only;
}

const struct pod *pod_of_core(const struct world *w, const struct focus *f, const struct core *core)
{
    const struct row *row = core->source ? world_find(w, TABLE_MONITOR, core->source) : NULL;
    if (!row) return NULL;
    const struct monitor *m = ROW(row, monitor);
    return m->pod ? pod_named(w, f->ns, m->pod) : only_holder(w, knode_of_monitor(w, m));
}

const struct actor *actor_of_core(const struct world *w, const struct focus *f, const struct core *core)
{
    const struct pod *pod = pod_of_core(w, f, core);
    const struct raynode *node = pod ? raynode_of_pod(w, f, pod) : NULL;
    if (!node || !core->index.known || core->index.value >= CORESET_MAX) return NULL;
    WORLD_WITH(row, w, ACTOR_BY_NODE, node->ns, node->id)
    {
        const struct actor *a = ROW(row, actor);
        if (row->gone_ms || !text_eq(a->state, "ALIVE")) continue;
        if (a->cores.known && coreset_has(&a->cores, (unsigned)core->index.value)) return a;
    }
    return NULL;
}

char *replica_label(const struct actor *a, char *out, size_t size)
{
    static const char prefix[] = "SERVE_REPLICA::";
    const char *name = a->name && !strncmp(a->name, prefix, sizeof prefix - 1) ? a->name + sizeof prefix - 1 : "";
    const char *app_end = strchr(name, '#');
    snprintf(out, size, "%s", app_end ? app_end + 1 : "");
    return out;
}
