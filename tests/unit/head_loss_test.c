/* head_loss_test.c - LOSE THE HEAD?: what the loss of the pod, of its K8s node and of Redis would cost, by worlds that
 * lead to each judgement. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/headless.h"
#include "backends/world/redis_loss.h"
#include "tests/support/small_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char head[] = SMALL_HEAD;

static void lose_the_head_on_a_calm_day(void **state)
{
    struct small *s = *state;
    small_answer_is(s, 1, "LOSE THE HEAD?", VERDICT_WARN, "pod: OK · node: NOT PROVEN",
                    "GCS FT on · Redis ok · GCS reconnect timeout 600 s · 1 warning (:doctor)",
                    "FT on · Redis ok · 1 warning");
    struct focus f = small_focus(s);
    struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.pod, VERDICT_OK);
    assert_int_equal(l.node, VERDICT_WARN);
    assert_int_equal(l.redis, VERDICT_OK);
    assert_string_equal(l.node_why,
                        "old address goes silent, requests may hang; gRPC keepalive not set on worker pods");
    assert_string_equal(
        l.redis_why, "comes back with its state (1 replica, once it takes over) · refusing: head exits after about 4 s "
                     "and retries; worker pods keep serving · hanging: only Serve's API stops");
}

static void with_keepalive_the_node_may_go_too(void **state)
{
    struct small *s = *state;
    const char *const uids[] = {"w1", "w2"};
    for (int i = 0; i < 2; i++) {
        struct pod *p = small_edit(s, TABLE_POD, uids[i]);
        p->keepalive = TRI_YES;
        small_put(s, "kube/pods", WORLD_KUBE, p);
        if (i == 0) assert_string_equal(small_answer(s, 1).word, "pod: OK · node: NOT PROVEN");
    }
    small_answer_is(s, 1, "LOSE THE HEAD?", VERDICT_OK, "pod: OK · node: OK",
                    "GCS FT on · Redis ok · GCS reconnect timeout 600 s", "FT on · Redis ok");
}

static void pod_on_node(struct small *s, const char *uid, const char *node)
{
    struct pod *p = small_edit(s, TABLE_POD, uid);
    p->keepalive = TRI_YES;
    record_set(&p->node, node);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void zone_is(struct small *s, const char *node, const char *zone)
{
    struct knode *k = small_edit(s, TABLE_KNODE, node);
    record_set(&k->zone, zone);
    small_put(s, "kube/nodes", WORLD_KUBE, k);
}

/* What goes with the head's K8s node, or its zone, does not answer, whatever keepalive says. */
static void workers_beside_the_head_go_with_its_node(void **state)
{
    static const char head_node[] = "ip-100-64-90-12";
    struct small *s = *state;
    pod_on_node(s, "w1", head_node);
    pod_on_node(s, "w2", "ip-100-64-47-3");
    assert_string_equal(small_answer(s, 1).word, "pod: OK · node: NOT PROVEN");
    struct focus f = small_focus(s);
    struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_string_equal(l.node_why, "1 of 2 workers on the head's K8s node · gRPC keepalive set on the worker pods");
    zone_is(s, "ip-100-64-47-3", "us-west-2a");
    small_answer_is(s, 1, "LOSE THE HEAD?", VERDICT_NO, "pod: OK · node: NO",
                    "the head and all ready workers are in zone us-west-2a · gRPC keepalive set on the worker pods",
                    "head and workers in one zone");
    pod_on_node(s, "w2", head_node);
    small_answer_is(
        s, 1, "LOSE THE HEAD?", VERDICT_NO, "pod: OK · node: NO",
        "the head and all ready workers are on K8s node ip-100-64-90-12 · gRPC keepalive set on the worker pods",
        "head and workers on one K8s node");
}

static enum verdict node_of(const struct small *s, char why[ANSWER_TEXT_MAX])
{
    struct focus f = small_focus(s);
    const struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    snprintf(why, ANSWER_TEXT_MAX, "%s", l.node_why);
    return l.node;
}

/* A zone that nobody tells may be the head's. */
static void zones_that_are_not_known_prove_nothing(void **state)
{
    struct small *s = *state;
    char why[ANSWER_TEXT_MAX];
    pod_on_node(s, "w1", "ip-100-64-31-7");
    pod_on_node(s, "w2", "ip-100-64-47-3");
    assert_int_equal(node_of(s, why), VERDICT_OK);
    zone_is(s, "ip-100-64-47-3", NULL); /* the other one is elsewhere */
    assert_int_equal(node_of(s, why), VERDICT_OK);
    zone_is(s, "ip-100-64-31-7", NULL);
    assert_int_equal(node_of(s, why), VERDICT_WARN);
    assert_true(text_has(why, "the zones of 2 of 2 workers are not known"));
    zone_is(s, "ip-100-64-31-7", "us-west-2b");
    zone_is(s, "ip-100-64-47-3", "us-west-2b");
    assert_int_equal(node_of(s, why), VERDICT_OK);
    zone_is(s, "ip-100-64-90-12", NULL);
    assert_int_equal(node_of(s, why), VERDICT_WARN);
    assert_true(text_has(why, "the head's zone is not known"));
    zone_is(s, "ip-100-64-47-3", "us-west-2c"); /* one of two zones is not the head's */
    assert_int_equal(node_of(s, why), VERDICT_OK);
    struct pod *p = small_edit(s, TABLE_POD, head);
    record_set(&p->node, NULL);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(node_of(s, why), VERDICT_WARN);
    assert_true(text_has(why, "the head's K8s node is not known"));
}

/* A worker elsewhere that is not ready, or not placed, saves nobody. */
static void workers_that_do_not_serve_are_no_survivors(void **state)
{
    struct small *s = *state;
    char why[ANSWER_TEXT_MAX];
    pod_on_node(s, "w1", "ip-100-64-90-12");
    pod_on_node(s, "w2", "ip-100-64-47-3");
    assert_int_equal(node_of(s, why), VERDICT_WARN);
    struct pod *p = small_edit(s, TABLE_POD, "w2");
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_int_equal(node_of(s, why), VERDICT_NO);
    assert_true(text_has(why, "the head and all ready workers are on K8s node ip-100-64-90-12"));
    pod_on_node(s, "w2", NULL);
    assert_int_equal(node_of(s, why), VERDICT_NO);
}

/* The other one serves on. */
static void a_worker_that_is_missing_proves_nothing(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_POD, "w1");
    assert_string_equal(small_answer(s, 1).word, "pod: NOT PROVEN · node: NOT PROVEN");
    assert_true(text_has(small_answer(s, 1).text, "1 of 2 worker pods not ready"));
    struct pod *p = small_edit(s, TABLE_POD, "w2");
    p->is_ready = TRI_NO;
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_string_equal(small_answer(s, 1).word, "pod: NO · node: NO");
}

static void a_redis_that_is_not_heard_is_never_ok(void **state)
{
    struct small *s = *state;
    small_wait(s, 14000);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    struct answer a = small_answer(s, 1);
    assert_string_equal(a.word, "pod: NOT PROVEN · node: NOT PROVEN");
    assert_true(strstr(a.text, "Redis not heard for 14 s"));
    assert_null(strstr(a.text, "Redis ok"));
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    a = small_answer(s, 1);
    assert_string_equal(a.word, "pod: NO · node: NO");
    assert_int_equal(a.verdict, VERDICT_NO);
    assert_true(strstr(a.brief, "Redis down: refused"));
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, NULL, NULL));
    assert_true(strstr(small_answer(s, 1).text, "Redis denied: not authenticated"));
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    assert_true(strstr(small_answer(s, 1).text, "Redis not watched"));
}

static void a_kubernetes_that_is_not_heard_is_never_ok(void **state)
{
    struct small *s = *state;
    small_wait(s, 15000);
    small_apply(s, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    assert_string_equal(small_answer(s, 1).word, "pod: NOT PROVEN · node: NOT PROVEN");
    assert_string_equal(small_answer(s, 1).brief, "Kubernetes not heard for 15 s · 1 warning");
}

/* What takes the OK away, one at a time, and the words for it. */
static void each_reason_is_said(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        const char *words;
    } expected[] = {
        {VERDICT_NO, "GCS FT off: its state dies with the head"},
        {VERDICT_WARN, "GCS FT not known"},
        {VERDICT_NO, "an upgrade is under way"},
        {VERDICT_NO, "no Serve endpoint besides the head"},
        {VERDICT_WARN, "Serve's endpoints not known"},
        {VERDICT_WARN, "1 of 2 worker pods not ready"},
        {VERDICT_WARN, "1 of 2 worker pods not ready"},
        {VERDICT_WARN, "GCS reconnect timeout not known"},
        {VERDICT_NO, "Redis is loading its data"},
        {VERDICT_WARN, "this Redis is a replica"},
        {VERDICT_NO, "this GCS is not in Redis"},
        {VERDICT_WARN, "the GCS holds no connection to Redis"},
        {VERDICT_NO, "no head pod"},
    };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        struct small s;
        small_init(&s, true);
        struct rayservice *rs = small_edit(&s, TABLE_RAYSERVICE, "rs-uid");
        struct slice *slice = small_edit(&s, TABLE_SLICE, "slice-uid");
        struct pod *w1 = small_edit(&s, TABLE_POD, "w1");
        struct redis *r = small_edit(&s, TABLE_REDIS, "redis");
        bool gone = false;
        switch (i) {
        case 0: rs->ft = TRI_NO; break;
        case 1: rs->ft = TRI_UNKNOWN; break;
        case 2: rs->upgrading = TRI_YES; break;
        case 3:
            slice->endpoints[0].ready = TRI_NO;
            record_set(&slice->endpoints[1].pod, "mistral-44qn2-head-d4544");
            break;
        case 4: gone = true; break;
        case 5: w1->is_ready = TRI_NO; break;
        case 6: w1->deleted = known_u64(1); break;
        case 7: w1->reconnect_s = UNKNOWN_U64; break;
        case 8: r->loading = known_u64(1); break;
        case 9: record_set(&r->role, "slave"); break;
        case 10: record_set(&rs->storage_ns, "other"); break;
        case 11:
            r->ray_connections = known_u64(0);
            r->heartbeat = known_u64(small_wall(&s) - 31000);
            break;
        case 12: break;
        }
        if (i == 10) {
            small_redis_listed(&s);
            struct pod *h = small_edit(&s, TABLE_POD, head);
            record_set(&h->storage_ns, NULL);
            small_put(&s, "kube/pods", WORLD_KUBE, h);
        }
        small_put(&s, "kube/rayservices", WORLD_KUBE, rs);
        small_put(&s, "kube/endpointslices", WORLD_KUBE, slice);
        small_put(&s, "kube/pods", WORLD_KUBE, w1);
        small_put(&s, "redis", WORLD_REDIS, r);
        if (gone) small_gone(&s, TABLE_SLICE, "slice-uid");
        if (i == 12) small_gone(&s, TABLE_POD, head);
        struct focus f = small_focus(&s);
        struct head_loss l = head_loss_of(s.w, &f, s.now_ms);
        assert_string_equal(l.pod_why, expected[i].words);
        assert_int_equal(l.pod, expected[i].verdict);
        assert_true(l.node != VERDICT_OK);
        small_done(&s);
    }
}

/* Before its first list is complete, Redis has been asked for nothing: it is being read, and nothing is missing. */
static void a_gcs_is_missing_only_once_redis_was_read(void **state)
{
    (void)state;
    struct small s;
    small_init(&s, true);
    struct pod *h = small_edit(&s, TABLE_POD, head);
    record_set(&h->storage_ns, "other");
    small_put(&s, "kube/pods", WORLD_KUBE, h);
    struct focus f = small_focus(&s);
    struct head_loss l = head_loss_of(s.w, &f, s.now_ms);
    assert_string_equal(l.pod_why, "Redis is being read");
    assert_int_equal(l.pod, VERDICT_UNKNOWN);
    small_redis_listed(&s);
    f = small_focus(&s);
    l = head_loss_of(s.w, &f, s.now_ms);
    assert_string_equal(l.pod_why, "this GCS is not in Redis");
    assert_int_equal(l.pod, VERDICT_NO);
    small_done(&s);
}

static void memory_warns_from_nine_tenths_on(void **state)
{
    struct small *s = *state;
    static const unsigned used[] = {85, 90, 91};
    for (size_t i = 0; i < ARRAY_LEN(used); i++) {
        struct redis *r = small_edit(s, TABLE_REDIS, "redis");
        r->max_memory = known_u64(100000);
        r->used_memory = known_u64(used[i] * 1000);
        small_put(s, "redis", WORLD_REDIS, r);
        struct focus f = small_focus(s);
        assert_int_equal(strstr(head_loss_of(s->w, &f, s->now_ms).redis_why, "memory 90 % full") != NULL, used[i] > 90);
    }
}

static void warnings_are_counted(void **state)
{
    struct small *s = *state;
    struct redis *r = small_edit(s, TABLE_REDIS, "redis");
    record_set(&r->policy, "allkeys-lru");
    small_put(s, "redis", WORLD_REDIS, r);
    assert_string_equal(small_answer(s, 1).brief, "FT on · Redis ok · 2 warnings");
    struct focus f = small_focus(s);
    struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.redis, VERDICT_OK);
    assert_true(strstr(l.redis_why, "allkeys-lru may evict the GCS's keys"));
}

/* What it comes back with decides: its own persistence, a replica, or nothing. */
static void what_redis_comes_back_with(void **state)
{
    (void)state;
    static const struct {
        const char *aof, *save, *rdb_last, *address;
        int replicas; /* -1: unknown */
        enum verdict verdict;
        const char *words;
    } cases[] = {
        {"on", "", NULL, NULL, 0, VERDICT_OK, "comes back with its state (AOF on)"},
        {"on", "", NULL, NULL, 2, VERDICT_OK, "comes back with its state (AOF on, 2 replicas)"},
        {"off", "", NULL, NULL, 1, VERDICT_OK, "comes back with its state (1 replica, once it takes over)"},
        {"off", "3600 1", "ok", NULL, 0, VERDICT_WARN, "comes back as of its last snapshot (snapshots alone)"},
        {"off", "3600 1", "err", NULL, 0, VERDICT_NO,
         "comes back empty (snapshots alone, and the last one failed (err)): worker pods restart about 12 s later, "
         "requests fail for a minute"},
        {"off", "", NULL, NULL, 0, VERDICT_NO,
         "comes back empty (neither persistence nor a replica): worker pods restart about 12 s later, requests fail "
         "for "
         "a minute"},
        {"off", "", NULL, NULL, -1, VERDICT_UNKNOWN,
         "not known whether it comes back with its state: no persistence; "},
        {"off", NULL, NULL, NULL, 0, VERDICT_UNKNOWN, "not known whether it comes back with its state: no append-only"},
        {NULL, NULL, NULL, NULL, 0, VERDICT_UNKNOWN,
         "not known whether it comes back with its state: neither INFO nor"},
        {"off", NULL, NULL, "rediss://gcs.usw2.cache.amazonaws.com:6379", 0, VERDICT_NO, "comes back empty (neither"},
        {NULL, NULL, NULL, "rediss://gcs.x.memorydb.us-west-2.amazonaws.com:6379", -1, VERDICT_OK,
         "comes back with its state (MemoryDB's transaction log)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct small s;
        small_init(&s, true);
        struct redis *r = small_edit(&s, TABLE_REDIS, "redis");
        record_set(&r->aof, cases[i].aof);
        record_set(&r->save, cases[i].save);
        record_set(&r->rdb_last, cases[i].rdb_last);
        if (cases[i].address) record_set(&r->address, cases[i].address);
        r->replicas = cases[i].replicas < 0 ? UNKNOWN_U64 : known_u64((uint64_t)cases[i].replicas);
        small_put(&s, "redis", WORLD_REDIS, r);
        const struct focus f = small_focus(&s);
        const struct head_loss l = head_loss_of(s.w, &f, s.now_ms);
        if (l.redis != cases[i].verdict || strncmp(l.redis_why, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("case %zu: %s, %s", i, verdict_word(l.redis), l.redis_why);
        assert_int_equal(l.errors, l.redis == VERDICT_NO);
        if (l.redis == VERDICT_NO) assert_true(text_has(small_answer(&s, 1).text, "Redis not persistent"));
        if (l.redis == VERDICT_NO) assert_true(text_has(small_answer(&s, 1).brief, "Redis not persistent · 1 error"));
        small_done(&s);
    }
}

/* It is lost now: what it kept is known from before; and without fault tolerance nothing is in it. */
static void a_redis_that_is_lost_promises_nothing(void **state)
{
    struct small *s = *state;
    struct focus f = small_focus(s);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.redis, VERDICT_UNKNOWN);
    assert_string_equal(l.redis_why,
                        "Redis not heard now · comes back with its state (1 replica, once it takes over) · "
                        "refusing: head exits after about 4 s and retries; worker pods keep serving · "
                        "hanging: only Serve's API stops");
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    rs->ft = TRI_NO;
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    f = small_focus(s);
    l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.redis, VERDICT_OK);
    assert_string_equal(l.redis_why, "GCS FT off: nothing of the GCS is in Redis");
}

/* The pod that could not be read may be the head. */
static void a_head_that_could_not_be_read_is_not_missing(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_POD, head);
    struct focus f = small_focus(s);
    assert_int_equal(head_loss_of(s->w, &f, s->now_ms).pod, VERDICT_NO);
    small_apply(s, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without metadata.uid"));
    struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.pod, VERDICT_UNKNOWN);
    assert_non_null(strstr(l.pod_why, "no head pod among those that could be read"));
}

/* Nor is one where pods may not be read, or are not listed yet. */
static void a_head_among_pods_that_are_not_read_is_not_missing(void **state)
{
    (void)state;
    static const struct {
        enum source_state state;
        bool other_pods;
        enum verdict verdict;
    } cases[] = {
        {SOURCE_DENIED, false, VERDICT_UNKNOWN},
        {SOURCE_ABSENT, false, VERDICT_UNKNOWN},
        {SOURCE_CONNECTING, false, VERDICT_UNKNOWN},
        {SOURCE_DOWN, false, VERDICT_UNKNOWN},
        {SOURCE_LIVE, false, VERDICT_NO},
        {SOURCE_CONNECTING, true, VERDICT_NO},
        {SOURCE_DENIED, true, VERDICT_NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct small s;
        small_init(&s, false);
        struct rayservice *rs = record_new(TABLE_RAYSERVICE, "rs-uid");
        record_set(&rs->ns, "mistral");
        record_set(&rs->name, "mistral");
        record_set(&rs->active_cluster, "mistral-44qn2");
        small_put(&s, "kube/rayservices", WORLD_KUBE, rs);
        if (cases[i].other_pods) small_put(&s, "kube/pods", WORLD_KUBE, small_pod("w1", "w1", "worker", NULL, NULL));
        small_apply(&s, change_source("kube/pods", WORLD_KUBE, cases[i].state, ERR_OK, NULL, NULL));
        const struct focus f = small_focus(&s);
        const enum verdict now = head_loss_of(s.w, &f, s.now_ms).pod;
        if (now != cases[i].verdict) fail_msg("case %zu: %d", i, (int)now);
        small_done(&s);
    }
}

static void nothing_in_focus_is_not_known(void **state)
{
    (void)state;
    struct small s;
    small_init(&s, false);
    small_answer_is(&s, 0, "ANSWERING", VERDICT_UNKNOWN, "–", "unknown: nothing is probed",
                    "unknown: nothing is probed");
    small_answer_is(&s, 1, "LOSE THE HEAD?", VERDICT_UNKNOWN, "–", "unknown: Kubernetes not watched",
                    "unknown: Kubernetes not watched");
    small_answer_is(&s, 2, "LAST HEAD LOSS", VERDICT_UNKNOWN, "–", "unknown: no head pod is known",
                    "unknown: no head pod");
    small_apply(&s, change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    assert_string_equal(small_answer(&s, 1).text, "unknown: no RayService in focus");
    small_done(&s);
}

static void head_attempt(struct small *s, const char *reason, const char *message)
{
    struct event *e = record_new(TABLE_EVENT, reason);
    record_set(&e->ns, "mistral");
    record_set(&e->reason, reason);
    record_set(&e->about_kind, "RayCluster");
    record_set(&e->about, "mistral-44qn2");
    record_set(&e->message, message);
    e->last = known_u64(small_wall(s));
    small_put(s, "kube/events", WORLD_KUBE, e);
}

static void headless_is(const struct small *s, const char *why)
{
    const struct focus f = small_focus(s);
    const struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.pod, VERDICT_NO);
    if (strncmp(l.pod_why, why, strlen(why)) != 0) fail_msg("%s", l.pod_why);
}

/* LOSE THE HEAD? where there is none, an outage or not: since when, and who does not make one. */
static void a_cluster_without_a_head_says_why(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_POD, head);
    small_wait(s, 4900);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    headless_is(s, "no head pod");
    small_wait(s, 100);
    headless_is(s, "no head pod for 5 s · none is being made: is the KubeRay operator up?");
    head_attempt(s, "FailedToCreateHeadPod", "exceeded quota: pods=3");
    headless_is(s, "no head pod for 5 s · it cannot be made: exceeded quota: pods=3");
    small_wait(s, 1000);
    head_attempt(s, "CreatedHeadPod", "Created head Pod"); /* it was overcome, and that head is gone too */
    headless_is(s, "no head pod for 6 s · none is being made: is the KubeRay operator up?");
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
    record_set(&rc->state, "suspended");
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    headless_is(s, "no head pod for 6 s · its RayCluster is suspended");
    rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid");
    rc->deleted = known_u64(small_wall(s));
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    headless_is(s, "no head pod for 6 s · its RayCluster is being deleted");
    small_wait(s, SOURCE_STALE_MS); /* Kubernetes is not heard: there may be one */
    const struct focus f = small_focus(s);
    assert_false(text_has(head_loss_of(s->w, &f, s->now_ms).pod_why, "no head pod for"));
}

/* It counts from the last head that went; other clusters' events and pods that could not be read say nothing of it. */
static void without_a_head_only_its_own_cluster_counts(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_POD, head);
    small_wait(s, 1000);
    small_put(s, "kube/pods", WORLD_KUBE, small_pod("h2", "mistral-44qn2-head-x2", "head", "ip-100-64-90-12", NULL));
    small_wait(s, 1000);
    small_gone(s, TABLE_POD, "h2");
    small_wait(s, 6000);
    small_apply(s, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    struct event *e = record_new(TABLE_EVENT, "another's");
    record_set(&e->ns, "mistral");
    record_set(&e->reason, "FailedToCreateHeadPod");
    record_set(&e->about, "other-cluster");
    record_set(&e->message, "exceeded quota");
    e->last = known_u64(small_wall(s));
    small_put(s, "kube/events", WORLD_KUBE, e);
    headless_is(s, "no head pod for 6 s · none is being made: is the KubeRay operator up?");
    const struct focus f = small_focus(s);
    assert_int_equal(headless_ms_of(s->w, &f, s->now_ms).value, 6000);
    small_apply(s, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without metadata.uid"));
    assert_false(headless_ms_of(s->w, &f, s->now_ms).known);
}

/* Each case of a loss of Redis on a line of its own. */
static void the_loss_of_redis_is_told_case_by_case(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        const char *back;
    } cases[] = {
        {VERDICT_OK, "- back again  with its state (x): the head takes it up, and the worker pods keep serving\n"},
        {VERDICT_WARN, "- back again  as of its last snapshot (x): what the GCS wrote since then is lost\n"},
        {VERDICT_NO, "- back again  empty (x): the worker pods restart about 12 s later, and requests fail for "
                     "about a minute\n"},
        {VERDICT_UNKNOWN, "- back again  not known with what (x); empty, the worker pods restart about 12 s "
                          "later, and requests fail for about a minute\n"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct redis_loss loss = {.verdict = cases[i].verdict, .kept = "x"};
        struct buf text;
        buf_init(&text, 2048);
        redis_loss_text(&loss, "- ", &text);
        assert_non_null(strstr(buf_text(&text), "- refusing    the head exits after about 4 s and retries; "));
        assert_non_null(strstr(buf_text(&text), "\n- hanging     20 s of it stop Serve's API alone; "));
        assert_non_null(strstr(buf_text(&text), cases[i].back));
        buf_done(&text);
    }
}

static void a_head_that_is_not_ready_proves_nothing(void **state)
{
    struct small *s = *state;
    struct pod *p = small_edit(s, TABLE_POD, head);
    p->is_ready = TRI_NO;
    record_set(&p->status, "CrashLoopBackOff");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    const struct focus f = small_focus(s);
    const struct head_loss l = head_loss_of(s->w, &f, s->now_ms);
    assert_int_equal(l.pod, VERDICT_WARN);
    assert_true(text_has(l.pod_why, "the head is not ready: CrashLoopBackOff"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(lose_the_head_on_a_calm_day),
        WITH(with_keepalive_the_node_may_go_too),
        WITH(workers_beside_the_head_go_with_its_node),
        WITH(zones_that_are_not_known_prove_nothing),
        WITH(workers_that_do_not_serve_are_no_survivors),
        WITH(a_worker_that_is_missing_proves_nothing),
        WITH(a_redis_that_is_not_heard_is_never_ok),
        WITH(a_kubernetes_that_is_not_heard_is_never_ok),
        cmocka_unit_test(each_reason_is_said),
        cmocka_unit_test(what_redis_comes_back_with),
        WITH(a_redis_that_is_lost_promises_nothing),
        cmocka_unit_test(a_gcs_is_missing_only_once_redis_was_read),
        WITH(memory_warns_from_nine_tenths_on),
        WITH(warnings_are_counted),
        cmocka_unit_test_setup_teardown(a_head_that_could_not_be_read_is_not_missing, small_setup, small_teardown),
        WITH(a_head_among_pods_that_are_not_read_is_not_missing),
        cmocka_unit_test(nothing_in_focus_is_not_known),
        WITH(a_cluster_without_a_head_says_why),
        WITH(without_a_head_only_its_own_cluster_counts),
        cmocka_unit_test(the_loss_of_redis_is_told_case_by_case),
        WITH(a_head_that_is_not_ready_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
