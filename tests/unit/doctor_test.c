/* doctor_test.c - the doctor's rules about Kubernetes: worlds that trip each, that do not, and where it is unknown. */
#include "backends/base/mem.h"
#include "backends/world/answers.h"
#include "tests/support/faulty_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CHANGE(name) static void name(struct faulty_world *w)
#define CLEANUP "ray.io/gcs-ft-redis-cleanup-finalizer"

CHANGE(well)
{
    (void)w;
}

CHANGE(refused)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ready = TRI_NO; record_set(&r->ready_reason, "ValidationFailed");
                record_set(&r->ready_message, "headService.metadata.name should not be set"));
}

CHANGE(refused_by_event)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ready = TRI_UNKNOWN);
    faulty_event(w, "InvalidRayServiceSpec", "mistral", "spec.x is wrong");
}

CHANGE(edit_refused)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->unseen = TRI_YES);
    faulty_event(w, "InvalidRayServiceSpec", "mistral", "spec.x is wrong");
}

CHANGE(name_refused)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ready = TRI_UNKNOWN);
    faulty_event(w, "InvalidRayServiceMetadata", "mistral", "its name is too long");
}

CHANGE(edit_put_right)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->unseen = TRI_NO);
    faulty_event(w, "InvalidRayServiceSpec", "mistral", "spec.x is wrong");
}

CHANGE(edit_refused_once)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->unseen = TRI_UNKNOWN);
    faulty_event(w, "InvalidRayServiceSpec", "mistral", "spec.x is wrong");
}

CHANGE(starting)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ready = TRI_NO; record_set(&r->ready_reason, "Initializing"));
}

CHANGE(no_condition)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ready = TRI_UNKNOWN);
    faulty_deny(w, "kube/events");
}

static void pending_is(struct faulty_world *w, const char *active, const char *status, const char *message)
{
    struct rayservice *r = faulty_service(w);
    record_set(&r->active_cluster, active);
    record_set(&r->pending_cluster, active ? "mistral-7zz2x" : "mistral-44qn2");
    struct deployment *one = RECORD_APPEND(r, pending);
    record_set(&one->app, "mistral-deployment");
    record_set(&one->app_status, status);
    record_set(&one->message, message);
    faulty_put(w, r);
}

static void forget_deployments(struct faulty_world *w)
{
    struct rayservice *r = faulty_service(w);
    record_set(&r->deployments[0].app, NULL);
    record_set(&r->deployments[0].app_status, NULL);
    r->deployments_count = 0;
    faulty_put(w, r);
}

CHANGE(first_deployment_failed)
{
    forget_deployments(w);
    pending_is(w, NULL, "DEPLOY_FAILED", "ValueError: no such model");
}

CHANGE(upgrade_failed)
{
    pending_is(w, "mistral-44qn2", "DEPLOY_FAILED", NULL);
}

CHANGE(deploying)
{
    forget_deployments(w);
    pending_is(w, NULL, "DEPLOYING", NULL);
}

CHANGE(no_application)
{
    forget_deployments(w);
}

CHANGE(no_service)
{
    small_gone(&w->s, TABLE_RAYSERVICE, "rs-uid");
}

CHANGE(services_denied)
{
    faulty_deny(w, "kube/rayservices");
}

static void keep_endpoints(struct faulty_world *w, size_t count, const char *first)
{
    struct slice *sl = small_edit(&w->s, TABLE_SLICE, "slice-uid");
    for (size_t i = count; i < sl->endpoints_count; i++) sl->endpoints[i].ready = TRI_NO;
    if (first) record_set(&sl->endpoints[0].pod, first);
    faulty_put(w, sl);
}

CHANGE(no_endpoint)
{
    keep_endpoints(w, 0, NULL);
}

CHANGE(one_endpoint)
{
    keep_endpoints(w, 1, NULL);
}

CHANGE(the_heads_endpoint)
{
    keep_endpoints(w, 1, "mistral-44qn2-head-d4544");
}

CHANGE(no_slice)
{
    small_gone(&w->s, TABLE_SLICE, "slice-uid");
    FAULTY_EDIT(rayservice, faulty_service(w), r->serve_endpoints = UNKNOWN_U64);
}

CHANGE(no_slice_but_counted)
{
    small_gone(&w->s, TABLE_SLICE, "slice-uid");
}

CHANGE(worker_not_ready)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->is_ready = TRI_NO);
}

CHANGE(young_worker_not_ready)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->is_ready = TRI_NO; r->created = known_u64(SMALL_WALL));
}

CHANGE(worker_unknown)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->is_ready = TRI_UNKNOWN);
}

CHANGE(head_not_ready)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), r->is_ready = TRI_NO);
}

CHANGE(no_head)
{
    small_gone(&w->s, TABLE_POD, FAULTY_HEAD);
}

CHANGE(pods_denied)
{
    faulty_deny(w, "kube/pods");
}

/* the head of the small cluster was made 4 d 2 h ago, its cluster 9 d ago */

static const uint64_t loss = SMALL_WALL - 4 * SMALL_DAY - 2 * SMALL_DAY / 24;

CHANGE(worker_restarted)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->restarts = known_u64(1); r->restarted = known_u64(loss + 43000));
}

CHANGE(worker_restarted_without_ft)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ft = TRI_NO; r->worker_reconnect_s = UNKNOWN_U64);
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->reconnect_s = UNKNOWN_U64);
    worker_restarted(w);
}

/* Its patience ends after a minute. */
CHANGE(impatient_worker_restarted)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), r->started = known_u64(loss + 90000));
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->reconnect_s = known_u64(60); r->restarts = known_u64(1);
                r->restarted = known_u64(loss + 62000));
}

/* It restarts when the head has been back for minutes: for a reason of its own. */
CHANGE(worker_restarted_later)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->restarts = known_u64(1); r->restarted = known_u64(loss + 500000));
}

/* The head is away for longer than workers wait. */
CHANGE(worker_waited_in_vain)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), r->started = known_u64(loss + 900000));
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->restarts = known_u64(1); r->restarted = known_u64(loss + 610000));
}

CHANGE(worker_restarted_before)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->restarts = known_u64(1); r->restarted = known_u64(loss - 20000));
}

CHANGE(younger_worker_restarted)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->created = known_u64(loss + 10000));
    worker_restarted(w);
}

CHANGE(worker_restarted_long_after)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->restarts = known_u64(1); r->restarted = known_u64(loss + SMALL_DAY));
}

CHANGE(worker_node_died)
{
    struct raynode *n = small_raynode("deadbeef0123", "DEAD", "mistral-44qn2-inf2-worker-old", "100.64.1.2");
    n->ended = known_u64(loss + 61000);
    record_set(&n->death_message, "GCS not reached");
    faulty_put(w, n);
}

static void put_dead_node(struct faulty_world *w, const char *id, uint64_t after_ms, const char *reason)
{
    struct raynode *n = small_raynode(id, "DEAD", "mistral-44qn2-inf2-worker-q5rdw", "100.64.1.2");
    n->ended = known_u64(loss + after_ms);
    record_set(&n->death_reason, reason);
    faulty_put(w, n);
}

/* One worker: its pod, and each life of it in the GCS. */
CHANGE(worker_restarted_twice)
{
    worker_restarted(w);
    put_dead_node(w, "deadbeef0001", 40000, "UNEXPECTED_TERMINATION");
    put_dead_node(w, "deadbeef0002", 61000, "UNEXPECTED_TERMINATION");
}

CHANGE(worker_died_twice)
{
    put_dead_node(w, "deadbeef0001", 40000, "UNEXPECTED_TERMINATION");
    put_dead_node(w, "deadbeef0002", 61000, "UNEXPECTED_TERMINATION");
}

CHANGE(worker_left_in_order)
{
    put_dead_node(w, "deadbeef0001", 40000, "AUTOSCALER_DRAIN_IDLE");
    put_dead_node(w, "deadbeef0002", 41000, "EXPECTED_TERMINATION");
}

CHANGE(head_node_died)
{
    struct raynode *n = small_raynode("deadbeef0123", "DEAD", "mistral-44qn2-head-old", "100.64.1.2");
    n->ended = known_u64(loss);
    faulty_put(w, n);
}

CHANGE(first_head)
{
    FAULTY_EDIT(raycluster, faulty_cluster(w), r->created = known_u64(loss - 1000));
    worker_restarted(w);
}

CHANGE(cluster_age_unknown)
{
    FAULTY_EDIT(raycluster, faulty_cluster(w), r->created = UNKNOWN_U64);
}

/* Nothing is older than the head, and the head has lived for a long time. */
static void make_young(struct faulty_world *w)
{
    static const char *const replicas[] = {SMALL_NS "/aa01", SMALL_NS "/aa02", SMALL_NS "/aa03"};
    const uint64_t now = small_wall(&w->s);
    for (size_t i = 0; i < ARRAY_LEN(replicas); i++) small_gone(&w->s, TABLE_ACTOR, replicas[i]);
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->created = r->started = known_u64(now));
    FAULTY_EDIT(pod, faulty_pod(w, "w2"), r->created = r->started = known_u64(now));
}

CHANGE(nothing_is_older)
{
    cluster_age_unknown(w);
    make_young(w);
}

CHANGE(only_the_cluster_is_older)
{
    make_young(w);
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->created = UNKNOWN_U64);
    worker_restarted(w);
}

static void put_deleted(struct faulty_world *w, uint64_t ago_ms, const char *finalizers)
{
    struct raycluster *rc = record_new(TABLE_RAYCLUSTER, "old-rc");
    record_set(&rc->ns, "mistral");
    record_set(&rc->name, "mistral-old");
    record_set(&rc->finalizers, finalizers);
    rc->deleted = known_u64(small_wall(&w->s) - ago_ms);
    faulty_put(w, rc);
}

CHANGE(cleanup_hangs)
{
    put_deleted(w, 301000, "x," CLEANUP);
}

CHANGE(cleanup_runs)
{
    put_deleted(w, 299000, CLEANUP);
}

CHANGE(other_finalizer)
{
    put_deleted(w, 900000, "foregroundDeletion");
}

CHANGE(clusters_denied)
{
    faulty_deny(w, "kube/rayclusters");
}

CHANGE(may_not_delete)
{
    w->ask.may_delete = TRI_NO;
    w->ask.may_why = "no RBAC";
}

CHANGE(may_unknown)
{
    w->ask.may_delete = TRI_UNKNOWN;
}

CHANGE(asks_token)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), r->token_auth = TRI_YES);
}

CHANGE(token_given)
{
    asks_token(w);
    faulty_source(w, "serve", SOURCE_LIVE, ERR_OK, NULL);
}

CHANGE(token_refused)
{
    faulty_source(w, "serve", SOURCE_DENIED, ERR_AUTH, "401");
}

CHANGE(token_untold)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), r->token_auth = TRI_UNKNOWN);
}

CHANGE(token_untold_old_ray)
{
    token_untold(w);
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, "2.51.2"));
}

#define SENTENCE                                                                                                       \
    "0/3 nodes are available: 1 Insufficient aws.amazon.com/neuron, 1 Insufficient cpu, 1 node(s) didn't match Pod's " \
    "node affinity/selector, 1 node(s) had untolerated taint {dedicated: gpu}. preemption: 0/3 nodes are available."

static struct pod *pod_pending(const char *message)
{
    struct pod *p = small_pod("w3", "mistral-44qn2-inf2-worker-zzzzz", "worker", NULL, NULL);
    record_set(&p->phase, "Pending");
    record_set(&p->message, message);
    record_set(&p->selector, "karpenter.sh/nodepool=inf2");
    p->is_ready = TRI_NO;
    p->keepalive = TRI_YES;
    p->created = known_u64(SMALL_WALL + SMALL_T0);
    return p;
}

CHANGE(unschedulable)
{
    faulty_put(w, pod_pending(SENTENCE));
}

CHANGE(unschedulable_by_event)
{
    faulty_put(w, pod_pending(NULL));
    faulty_event(w, "FailedScheduling", "mistral-44qn2-inf2-worker-zzzzz", SENTENCE);
}

CHANGE(pending_untold)
{
    faulty_put(w, pod_pending(NULL));
}

CHANGE(no_image)
{
    FAULTY_EDIT(pod, pod_pending("manifest unknown"), record_set(&r->node, "ip-100-64-31-7");
                record_set(&r->reason, "ErrImagePull"));
}

CHANGE(creating)
{
    FAULTY_EDIT(pod, pod_pending(NULL), record_set(&r->node, "ip-100-64-31-7");
                record_set(&r->reason, "ContainerCreating"));
}

CHANGE(creating_for_long)
{
    FAULTY_EDIT(pod, pod_pending(NULL), record_set(&r->node, "ip-100-64-31-7");
                record_set(&r->reason, "ContainerCreating"); r->created = known_u64(SMALL_WALL + SMALL_T0 - SMALL_DAY));
}

CHANGE(with_the_head)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), record_set(&r->node, "ip-100-64-90-12"));
}

CHANGE(all_with_the_head)
{
    with_the_head(w);
    FAULTY_EDIT(pod, faulty_pod(w, "w2"), record_set(&r->node, "ip-100-64-90-12"));
}

CHANGE(one_that_serves_with_the_head)
{
    with_the_head(w);
    FAULTY_EDIT(pod, faulty_pod(w, "w2"), r->is_ready = TRI_NO);
}

CHANGE(zone_of_the_head)
{
    faulty_zone(w, "ip-100-64-31-7", "us-west-2a");
    faulty_zone(w, "ip-100-64-47-3", "us-west-2a");
}

CHANGE(zone_of_the_head_unknown)
{
    faulty_zone(w, "ip-100-64-90-12", NULL);
    faulty_zone(w, "ip-100-64-47-3", "us-west-2b");
}

CHANGE(no_zone_known)
{
    faulty_zone(w, "ip-100-64-31-7", NULL);
    faulty_zone(w, "ip-100-64-47-3", NULL);
}

CHANGE(one_zone)
{
    faulty_zone(w, "ip-100-64-47-3", "us-west-2b");
}

CHANGE(zone_unknown)
{
    faulty_zone(w, "ip-100-64-47-3", NULL);
}

CHANGE(head_unplaced)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), record_set(&r->node, NULL));
}

CHANGE(old_ray)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, "2.49.1"));
}

CHANGE(ray_2_9)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, "2.9.3"));
}

/* An upgrade whose new cluster is that old. */
static void upgrade_since(struct faulty_world *w, uint64_t ago_ms)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->pending_cluster, "mistral-7zz2x"));
    struct raycluster *c = record_new(TABLE_RAYCLUSTER, "pending-uid");
    record_set(&c->ns, "mistral");
    record_set(&c->name, "mistral-7zz2x");
    record_set(&c->service, "mistral");
    c->created = known_u64(w->ask.wall_ms - ago_ms);
    small_put(&w->s, "kube/rayclusters", WORLD_KUBE, c);
}

CHANGE(upgrade_stuck)
{
    upgrade_since(w, 3600 * 1000);
}

CHANGE(upgrade_begun)
{
    upgrade_since(w, 60 * 1000);
}

CHANGE(leaves_its_state)
{
    old_ray(w);
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->os, "Amazon ElastiCache"));
}

CHANGE(old_operator)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), record_set(&r->kuberay, "v0.6.1"));
}

CHANGE(first_cleaner)
{
    FAULTY_EDIT(pod, faulty_pod(w, FAULTY_HEAD), record_set(&r->kuberay, "v1.0.0"));
}

CHANGE(new_ray_on_elasticache)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->os, "Amazon ElastiCache"));
}

CHANGE(some_ray_on_elasticache)
{
    new_ray_on_elasticache(w);
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->ray_version, NULL));
}

CHANGE(redis_nowhere)
{
    FAULTY_EDIT(redis, faulty_redis(w), record_set(&r->address, NULL));
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_address, NULL));
}

CHANGE(ft_off)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ft = TRI_NO);
}

CHANGE(ft_unknown)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->ft = TRI_UNKNOWN);
}

CHANGE(impatient)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->reconnect_s = known_u64(60));
}

CHANGE(patience_unknown)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->reconnect_s = UNKNOWN_U64);
}

CHANGE(no_keepalive)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->keepalive = TRI_NO);
}

CHANGE(keepalive_unknown)
{
    FAULTY_EDIT(pod, faulty_pod(w, "w1"), r->keepalive = TRI_UNKNOWN);
}

CHANGE(password_in_clear)
{
    FAULTY_EDIT(rayservice, faulty_service(w), r->redis_password_inline = TRI_YES);
}

CHANGE(redis_plain)
{
    FAULTY_EDIT(redis, faulty_redis(w), r->tls = TRI_NO);
}

CHANGE(redis_dev)
{
    FAULTY_EDIT(rayservice, faulty_service(w), record_set(&r->redis_address, "redis://gcs-redis-dev.mistral.svc:6379"));
}

/* As the Serve API reports it: a replica on w2 alone. */
static void replicas_on_w2(struct faulty_world *w, enum source_state state)
{
    struct rayservice *service = faulty_service(w);
    struct pod *pod = faulty_pod(w, "w2");
    struct serveapp *app = record_new(TABLE_SERVEAPP, service->record.key);
    struct replica *one = RECORD_APPEND(app, replicas);
    record_set(&one->app, "mistral-deployment");
    record_set(&one->ip, pod->ip);
    record_free(&pod->record);
    record_free(&service->record);
    small_put(&w->s, "serve", WORLD_SERVE, app);
    faulty_source(w, "serve", state, ERR_OK, NULL);
}

CHANGE(worker_without_replica)
{
    worker_not_ready(w);
    replicas_on_w2(w, SOURCE_LIVE);
}

CHANGE(worker_with_unknown_replicas)
{
    worker_not_ready(w);
    replicas_on_w2(w, SOURCE_DOWN);
}

static const struct faulty_case cases[] = {
    {RULE_D1, refused, FINDING_ERROR, "RayService mistral/mistral", "headService.metadata.name should not be set"},
    {RULE_D1, refused_by_event, FINDING_ERROR, "RayService mistral/mistral", "spec.x is wrong"},
    {RULE_D1, edit_refused, FINDING_ERROR, "RayService mistral/mistral", "spec.x is wrong"},
    {RULE_D1, name_refused, FINDING_ERROR, "RayService mistral/mistral", "its name is too long"},
    {RULE_D1, edit_put_right, FAULTY_NOTHING, NULL, NULL},
    {RULE_D1, edit_refused_once, FINDING_UNKNOWN, "RayService mistral/mistral", "whether it was corrected since"},
    {RULE_D1, starting, FAULTY_NOTHING, NULL, NULL},
    {RULE_D1, no_condition, FINDING_UNKNOWN, "RayService", "kube/events: denied: may not list"},
    {RULE_D1, services_denied, FINDING_UNKNOWN, "RayService", "kube/rayservices: denied"},
    {RULE_D1, no_service, FINDING_UNKNOWN, "RayService", "no"},
    {RULE_D2, no_endpoint, FINDING_ERROR, "RayService", "no ready Serve endpoint"},
    {RULE_D2, the_heads_endpoint, FINDING_ERROR, "RayService", "the head's"},
    {RULE_D2, one_endpoint, FINDING_WARNING, "RayService", "one Serve endpoint"},
    {RULE_D2, no_slice, FINDING_UNKNOWN, "RayService", "mistral-serve-svc are unknown"},
    {RULE_D2, no_slice_but_counted, FAULTY_NOTHING, NULL, NULL},
    {RULE_D3, worker_not_ready, FINDING_WARNING, "Pod " FAULTY_WORKER, "older than the head"},
    {RULE_L37, worker_without_replica, FINDING_INFO, "Pod " FAULTY_WORKER, "no Serve replica is on it"},
    {RULE_D3, worker_without_replica, FAULTY_NOTHING, NULL, NULL},
    {RULE_D3, worker_with_unknown_replicas, FINDING_WARNING, "Pod " FAULTY_WORKER, "older than the head"},
    {RULE_L37, worker_not_ready, FAULTY_NOTHING, NULL, NULL},
    {RULE_D3, young_worker_not_ready, FAULTY_NOTHING, NULL, NULL},
    {RULE_D3, worker_unknown, FINDING_UNKNOWN, "Pod " FAULTY_WORKER, "readiness is unknown"},
    {RULE_D3, head_not_ready, FINDING_UNKNOWN, "RayService", "the head is not ready"},
    {RULE_D3, no_head, FINDING_UNKNOWN, "RayService", "there is no head pod"},
    {RULE_D3, pods_denied, FINDING_UNKNOWN, "RayService", "kube/pods: denied"},
    {RULE_D4, worker_restarted, FAULTY_NOTHING, NULL, NULL}, /* its fix is in place */
    {RULE_D4, worker_restarted_without_ft, FINDING_WARNING, "Pod " FAULTY_WORKER, "restarted 43 s after the head was"},
    {RULE_D4, impatient_worker_restarted, FINDING_WARNING, "Pod " FAULTY_WORKER, "restarted 62 s after the head was"},
    {RULE_D4, worker_restarted_long_after, FAULTY_NOTHING, NULL, NULL},
    {RULE_D20, worker_restarted, FINDING_WARNING, "Pod " FAULTY_WORKER, "restarted 43 s after the head was lost"},
    {RULE_D20, worker_restarted_twice, FINDING_WARNING, "Pod " FAULTY_WORKER, "restarted 43 s after the head was lost"},
    {RULE_D20, worker_died_twice, FINDING_WARNING, "Ray node deadbeef0001", "ended 40 s after the head was lost"},
    {RULE_D20, worker_left_in_order, FAULTY_NOTHING, NULL, NULL},
    {RULE_D20, worker_node_died, FINDING_WARNING, "Ray node deadbeef0123", "worker-old ended 61 s after"},
    {RULE_D20, worker_waited_in_vain, FINDING_WARNING, "Pod " FAULTY_WORKER,
     "restarted 10 min after the head was lost"},
    {RULE_D20, worker_restarted_later, FAULTY_NOTHING, NULL, NULL},
    {RULE_D20, worker_restarted_before, FAULTY_NOTHING, NULL, NULL},
    {RULE_D20, younger_worker_restarted, FAULTY_NOTHING, NULL, NULL},
    {RULE_D4, head_node_died, FAULTY_NOTHING, NULL, NULL},
    {RULE_D4, first_head, FAULTY_NOTHING, NULL, NULL},
    {RULE_D4, cluster_age_unknown, FAULTY_NOTHING, NULL, NULL}, /* the workers are older than the head */
    {RULE_D4, nothing_is_older, FINDING_UNKNOWN, "RayService", "is unknown"},
    {RULE_D20, only_the_cluster_is_older, FINDING_WARNING, "Pod " FAULTY_WORKER,
     "restarted 43 s after the head was lost"},
    {RULE_D4, pods_denied, FINDING_UNKNOWN, "RayService", "kube/pods: denied"},
    {RULE_D13, cleanup_hangs, FINDING_ERROR, "RayCluster mistral/mistral-old",
     "Terminating for 5 min, finalizers: " CLEANUP},
    {RULE_D13, cleanup_runs, FAULTY_NOTHING, NULL, NULL},
    {RULE_D13, other_finalizer, FAULTY_NOTHING, NULL, NULL},
    {RULE_D13, clusters_denied, FINDING_UNKNOWN, "RayService", "kube/rayclusters: denied"},
    {RULE_D14, may_not_delete, FINDING_INFO, "x k", "may not delete pods: no RBAC"},
    {RULE_D14, pods_denied, FINDING_INFO, "kube/pods", "may not list"},
    {RULE_D14, may_unknown, FINDING_UNKNOWN, "x k", "it is unknown whether"},
    {RULE_D14, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D15, asks_token, FINDING_INFO, "Pod mistral/mistral-44qn2-head-d4544", "RAY_AUTH_MODE=token"},
    {RULE_D15, token_refused, FINDING_INFO, "RayService", "requests (401); Ray 2.60.0"},
    {RULE_D15, token_given, FAULTY_NOTHING, NULL, NULL},
    {RULE_D15, token_untold, FINDING_UNKNOWN, "Pod mistral", "is unknown"},
    {RULE_D15, token_untold_old_ray, FAULTY_NOTHING, NULL, NULL},
    {RULE_D15, no_head, FINDING_UNKNOWN, "RayService", "no head pod"},
    {RULE_D16, unschedulable, FINDING_ERROR, "Pod mistral/mistral-44qn2-inf2-worker-zzzzz",
     "not enough aws.amazon.com/neuron, cpu; no node matches karpenter.sh/nodepool=inf2; taints not tolerated: "
     "dedicated: gpu; Neuron devices"},
    {RULE_D16, unschedulable_by_event, FINDING_ERROR, "Pod", "not enough aws.amazon.com/neuron, cpu"},
    {RULE_D16, no_image, FINDING_ERROR, "Pod", "ErrImagePull: manifest unknown"},
    {RULE_D16, creating, FINDING_INFO, "Pod", "starting on ip-100-64-31-7: ContainerCreating"},
    {RULE_D16, creating_for_long, FINDING_WARNING, "Pod", "for 24 h: ContainerCreating"},
    {RULE_D16, pending_untold, FINDING_UNKNOWN, "Pod", "no message from the scheduler"},
    {RULE_D16, pods_denied, FINDING_UNKNOWN, "RayService", "kube/pods: denied"},
    {RULE_D16, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D17, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D17, with_the_head, FINDING_WARNING, "Pod " FAULTY_WORKER, "on the head's K8s node ip-100-64-90-12"},
    {RULE_D17, all_with_the_head, FINDING_ERROR, "RayService",
     "the head and all ready workers are on K8s node ip-100-64-90-12"},
    {RULE_D17, one_that_serves_with_the_head, FINDING_ERROR, "RayService", "all ready workers are on K8s node"},
    {RULE_D17, zone_of_the_head, FINDING_ERROR, "RayService", "the head and all ready workers are in zone us-west-2a"},
    {RULE_D17, zone_of_the_head_unknown, FINDING_WARNING, "RayService", "all 2 workers are in the zone us-west-2b"},
    {RULE_D17, no_zone_known, FINDING_UNKNOWN, "RayService", "the zones of 2 of 2 workers"},
    {RULE_D17, one_zone, FINDING_WARNING, "RayService", "all 2 workers are in the zone us-west-2b"},
    {RULE_D17, zone_unknown, FINDING_UNKNOWN, "RayService", "the zones of 1 of 2 workers"},
    {RULE_D17, head_unplaced, FINDING_UNKNOWN, "RayService", "head's K8s node is unknown"},
    {RULE_D17, pods_denied, FINDING_UNKNOWN, "RayService", "kube/pods: denied"},
    {RULE_D18, leaves_its_state, FINDING_WARNING, "RayService", "Ray 2.49.1 on ElastiCache"},
    {RULE_D18, old_operator, FINDING_WARNING, "RayService", "KubeRay v0.6.1"},
    {RULE_D18, first_cleaner, FINDING_WARNING, "RayService", "KubeRay v1.0.0: a failed cleanup Job"},
    {RULE_D18, new_ray_on_elasticache, FAULTY_NOTHING, NULL, NULL},
    {RULE_D18, some_ray_on_elasticache, FINDING_UNKNOWN, "RayService", "unknown version of Ray"},
    {RULE_D18, redis_nowhere, FINDING_UNKNOWN, "RayService", "is unknown"},
    {RULE_D19, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_D19, first_deployment_failed, FINDING_ERROR, "RayService mistral/mistral",
     "mistral-deployment DEPLOY_FAILED: ValueError: no such model"},
    {RULE_D19, upgrade_failed, FINDING_ERROR, "RayService", "upgrade: mistral-deployment DEPLOY_FAILED"},
    {RULE_D19, deploying, FAULTY_NOTHING, NULL, NULL},
    {RULE_D19, no_application, FINDING_UNKNOWN, "RayService",
     "neither KubeRay nor the Serve API reports an application"},
    {RULE_D19, services_denied, FINDING_UNKNOWN, "RayService", "denied"},
    {RULE_D21, ray_2_9, FINDING_WARNING, "RayService", "Ray 2.9.3"},
    {RULE_D21, old_ray, FAULTY_NOTHING, NULL, NULL},
    {RULE_D22, upgrade_stuck, FINDING_WARNING, "RayService", "the new cluster mistral-7zz2x is not ready after 60 min"},
    {RULE_D22, upgrade_begun, FAULTY_NOTHING, NULL, NULL},
    {RULE_L9, ft_off, FINDING_ERROR, "RayService", "no fault tolerance"},
    {RULE_L9, ft_unknown, FINDING_UNKNOWN, "RayService", "does not show"},
    {RULE_L12, ft_off, FAULTY_NOTHING, NULL, NULL},
    {RULE_L12, impatient, FINDING_WARNING, "Pod " FAULTY_WORKER, "waits at most 60 s"},
    {RULE_L12, patience_unknown, FINDING_UNKNOWN, "Pod " FAULTY_WORKER, "is unknown"},
    {RULE_L25, redis_plain, FINDING_INFO, "Redis", "without TLS"},
    {RULE_L25, password_in_clear, FINDING_WARNING, "RayService", "in clear text"},
    {RULE_L39, well, FAULTY_NOTHING, NULL, NULL},
    {RULE_L39, redis_dev, FINDING_WARNING, "Redis", "gcs-redis-dev is not for production"},
    {RULE_L28, no_keepalive, FINDING_WARNING, "RayService", "1 of 2 worker pods"},
    {RULE_L28, keepalive_unknown, FINDING_UNKNOWN, "RayService", "1 of 2 worker pods have an unknown"},
};

static void test_each_rule(void **state)
{
    (void)state;
    faulty_try(cases, ARRAY_LEN(cases));
}

static void test_every_rule_is_tried(void **state)
{
    (void)state;
    faulty_complete(cases, ARRAY_LEN(cases), RULE_D1, RULE_D4);
    faulty_complete(cases, ARRAY_LEN(cases), RULE_D13, RULE_D19);
}

/* What rules.def shows is what a person reads. */
static void test_examples_are_said(void **state)
{
    (void)state;
    faulty_examples(cases, ARRAY_LEN(cases), RULE_D13, RULE_D22);
    faulty_examples(cases, ARRAY_LEN(cases), RULE_D1, RULE_D4);
}

/* LOSE THE HEAD? says NO of the head's K8s node where D17 is an error, and nowhere else. */
static void test_the_answer_judges_nodes_as_the_doctor(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct faulty_world w;
        struct findings found;
        if (cases[i].rule != RULE_D17 || cases[i].change == pods_denied) continue;
        faulty_begin(&w);
        cases[i].change(&w);
        faulty_examine(&w, &found);
        const struct focus f = small_focus(&w.s);
        const struct head_loss of = head_loss_of(w.s.w, &f, w.s.now_ms);
        const struct finding *first = faulty_first(&found, RULE_D17);
        const bool error = first && first->severity == FINDING_ERROR;
        if ((of.node == VERDICT_NO) != error) fail_msg("case %zu: node %s", i, of.node_why);
        if (error) assert_non_null(strstr(of.node_why, first->message));
        findings_done(&found);
        faulty_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_rule), cmocka_unit_test(test_every_rule_is_tried),
                                       cmocka_unit_test(test_examples_are_said),
                                       cmocka_unit_test(test_the_answer_judges_nodes_as_the_doctor)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
