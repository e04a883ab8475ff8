/* joins_test.c - Look-ups across tables. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/joins.h"
#include "tests/support/random_change.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void focus_is_the_only_service(void **state)
{
    struct small *s = *state;
    struct focus f = focus_of(s->w, NULL, NULL);
    assert_string_equal(f.ns, "mistral");
    assert_string_equal(f.service, "mistral");
    assert_string_equal(f.raycluster->name, "mistral-44qn2");
    assert_string_equal(f.head->name, "mistral-44qn2-head-d4544");
    assert_ptr_equal(f.head_row->record, &f.head->record);
    assert_string_equal(f.redis->address, "rediss://gcs.cache:6379");
    assert_string_equal(f.gcs_ns, SMALL_NS);
    f = focus_of(s->w, "other", NULL);
    assert_null(f.rayservice);
    assert_null(f.head);
    assert_string_equal(f.ns, "other");
}

static void focus_of_two_services_is_asked_for(void **state)
{
    struct small *s = *state;
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "other-uid");
    record_set(&rs->ns, "mistral");
    record_set(&rs->name, "llama");
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    assert_null(focus_of(s->w, NULL, NULL).rayservice);
    assert_null(focus_of(s->w, NULL, NULL).head);
    assert_string_equal(focus_of(s->w, NULL, "mistral").head->name, "mistral-44qn2-head-d4544");
    assert_null(focus_of(s->w, "mistral", "llama").raycluster);
    assert_string_equal(focus_of(s->w, "mistral", "llama").rayservice->record.key, "other-uid");
}

/* A RayService that names no active cluster yet has the one that was made for it, and not another's. */
static void focus_without_an_active_cluster(void **state)
{
    struct small *s = *state;
    struct focus f = focus_of(s->w, NULL, NULL);
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, f.rayservice->record.key);
    struct raycluster *rc = small_edit(s, TABLE_RAYCLUSTER, "rc-uid"),
                      *other = record_new(TABLE_RAYCLUSTER, "other-uid");
    record_set(&rs->active_cluster, NULL);
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    record_set(&rc->service, "mistral");
    small_put(s, "kube/rayclusters", WORLD_KUBE, rc);
    record_set(&other->ns, "mistral");
    record_set(&other->name, "llama-x7k2p");
    record_set(&other->service, "llama");
    other->created = known_u64(SMALL_WALL + SMALL_DAY);
    small_put(s, "kube/rayclusters", WORLD_KUBE, other);
    f = focus_of(s->w, "mistral", "mistral");
    assert_non_null(f.raycluster);
    assert_string_equal(f.raycluster->name, "mistral-44qn2");
}

/* By the pod's own word, where the node does not name its pod: an address may have been another pod's. */
static void a_raynode_without_a_pod_is_found_by_its_id(void **state)
{
    struct small *s = *state;
    struct pod *p = small_pod("w9", "worker-9", "worker", "ip-100-64-90-12", "10.9.9.9");
    record_set(&p->ray_node_id, "00000009");
    small_put(s, "kube/pods", WORLD_KUBE, p);
    small_put(s, "redis", WORLD_REDIS, small_raynode("00000008", "ALIVE", "", "10.9.9.9"));
    struct focus f = focus_of(s->w, "mistral", "mistral");
    const struct pod *pod = ROW(world_find(s->w, TABLE_POD, "w9"), pod);
    assert_null(raynode_of_pod(s->w, &f, pod));
    small_put(s, "redis", WORLD_REDIS, small_raynode("00000009", "ALIVE", "", "10.9.9.7"));
    assert_string_equal(raynode_of_pod(s->w, &f, pod)->id, "00000009");
}

static void focus_takes_the_newest_living_head(void **state)
{
    struct small *s = *state;
    struct pod *p = small_pod("new-uid", "mistral-44qn2-head-7rk2m", "head", NULL, NULL);
    p->created = known_u64(SMALL_WALL);
    small_put(s, "kube/pods", WORLD_KUBE, p);
    assert_string_equal(focus_of(s->w, NULL, NULL).head->name, "mistral-44qn2-head-7rk2m");
    small_gone(s, TABLE_POD, "new-uid");
    assert_string_equal(focus_of(s->w, NULL, NULL).head->name, "mistral-44qn2-head-d4544");
    small_gone(s, TABLE_POD, "9c1e0000-head");
    assert_null(focus_of(s->w, NULL, NULL).head);
}

static void focus_without_a_cluster_record(void **state)
{
    struct small *s = *state;
    small_gone(s, TABLE_RAYCLUSTER, "rc-uid");
    struct focus f = focus_of(s->w, NULL, NULL);
    assert_null(f.raycluster);
    assert_string_equal(f.head->name, "mistral-44qn2-head-d4544");
    assert_true(focus_has_pod(&f, f.head));
}

static void gcs_namespace_by_what_is_known(void **state)
{
    struct small *s = *state;
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->storage_ns, "said");
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    assert_string_equal(focus_of(s->w, NULL, NULL).gcs_ns, SMALL_NS);
    struct pod *head = small_edit(s, TABLE_POD, "9c1e0000-head");
    record_set(&head->storage_ns, NULL);
    small_put(s, "kube/pods", WORLD_KUBE, head);
    assert_string_equal(focus_of(s->w, NULL, NULL).gcs_ns, "said");
    rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->storage_ns, NULL);
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    assert_string_equal(focus_of(s->w, NULL, NULL).gcs_ns, "rc-uid");
    rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    rs->ft = TRI_NO;
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    assert_null(focus_of(s->w, NULL, NULL).gcs_ns);
    small_gone(s, TABLE_RAYSERVICE, "rs-uid");
    small_gone(s, TABLE_RAYCLUSTER, "rc-uid");
    assert_string_equal(focus_of(s->w, NULL, NULL).gcs_ns, SMALL_NS);
}

static void pods_of_other_clusters_are_not_ours(void **state)
{
    struct small *s = *state;
    struct focus f = small_focus(s);
    struct pod *p = small_pod("x", "x", "worker", NULL, NULL);
    assert_true(focus_has_pod(&f, p));
    record_set(&p->ns, "elsewhere");
    assert_false(focus_has_pod(&f, p));
    record_set(&p->ns, "mistral");
    record_set(&p->cluster, "mistral-zzzzz");
    assert_false(focus_has_pod(&f, p));
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->pending_cluster, "mistral-zzzzz");
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    f = small_focus(s);
    assert_true(focus_has_pod(&f, p));
    record_set(&p->cluster, NULL);
    assert_false(focus_has_pod(&f, p));
    record_free(&p->record);
}

static bool is_probed(struct small *s, struct pod *p)
{
    small_put(s, "kube/pods", WORLD_KUBE, p);
    const struct focus f = small_focus(s);
    return focus_probes(&f, world_find(s->w, TABLE_POD, "w1"));
}

/* The Serve proxies of the workers that run, and of no other pod. */
static void which_pods_have_a_proxy_to_probe(void **state)
{
    struct small *s = *state;
    static const struct {
        const char *role, *cluster, *phase, *ns;
        enum tri serve;
        bool probed;
    } cases[] = {
        {"worker", "mistral-44qn2", "Running", "mistral", TRI_YES, true},
        {"worker", "mistral-44qn2", "Running", "mistral", TRI_UNKNOWN, true},
        {"worker", "mistral-44qn2", "Running", "mistral", TRI_NO, false},
        {"worker", "mistral-44qn2", "Pending", "mistral", TRI_YES, false},
        {"worker", "mistral-zzzzz", "Running", "mistral", TRI_YES, false},
        {"worker", "mistral-44qn2", "Running", "elsewhere", TRI_YES, false},
        {"head", "mistral-44qn2", "Running", "mistral", TRI_YES, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pod *p = small_edit(s, TABLE_POD, "w1");
        record_set(&p->role, cases[i].role);
        record_set(&p->cluster, cases[i].cluster);
        record_set(&p->phase, cases[i].phase);
        record_set(&p->ns, cases[i].ns);
        p->serve = cases[i].serve;
        p->is_ready = TRI_NO;
        if (is_probed(s, p) != cases[i].probed) fail_msg("case %zu", i);
    }
    /* While the first cluster comes up, those that are ready. */
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->active_cluster, NULL);
    record_set(&rs->pending_cluster, "mistral-44qn2");
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    for (int ready = 0; ready < 2; ready++) {
        struct pod *p = small_pod("w1", "mistral-44qn2-inf2-worker-q5rdw", "worker", NULL, NULL);
        p->is_ready = tri_of(ready);
        assert_int_equal(is_probed(s, p), ready);
    }
    small_gone(s, TABLE_POD, "w1");
    const struct focus f = small_focus(s);
    assert_false(focus_probes(&f, world_find(s->w, TABLE_POD, "w1")));
}

static const struct raynode *raynode_of(const struct small *s, const char *id)
{
    char key[64] = SMALL_NS "/";
    return ROW(world_find(s->w, TABLE_RAYNODE, strcat(key, id)), raynode);
}

static void ray_nodes_and_pods(void **state)
{
    struct small *s = *state;
    struct focus f = small_focus(s);
    assert_string_equal(pod_of_raynode(s->w, raynode_of(s, "b5846ef7"))->record.key, "w1");
    assert_string_equal(raynode_of_pod(s->w, &f, f.head)->id, SMALL_OLD_NODE);
    /* A container that was restarted: the dead node of the same pod does not count. */
    small_put(s, "redis", WORLD_REDIS, small_raynode("dead", "DEAD", f.head->name, "100.64.90.31"));
    f = small_focus(s);
    assert_string_equal(raynode_of_pod(s->w, &f, f.head)->id, SMALL_OLD_NODE);
    /* The gone head is still found by its dead node. */
    small_gone(s, TABLE_POD, "9c1e0000-head");
    assert_string_equal(pod_of_raynode(s->w, raynode_of(s, SMALL_OLD_NODE))->record.key, "9c1e0000-head");
}

static void a_ray_node_without_a_name_is_found_by_address(void **state)
{
    struct small *s = *state;
    struct raynode *n = small_raynode("n1", "ALIVE", "x", "100.64.47.18");
    record_set(&n->pod, NULL);
    assert_string_equal(pod_of_raynode(s->w, n)->record.key, "w2");
    record_set(&n->state, "DEAD");
    assert_null(pod_of_raynode(s->w, n));
    record_set(&n->state, "ALIVE");
    struct pod *twin = small_pod("w3", "twin", "worker", NULL, "100.64.47.18");
    small_put(s, "kube/pods", WORLD_KUBE, twin);
    assert_null(pod_of_raynode(s->w, n));
    record_set(&n->pod, "nobody");
    assert_null(pod_of_raynode(s->w, n));
    record_free(&n->record);
}

static const struct core *core_of(const struct small *s, const char *key)
{
    return ROW(world_find(s->w, TABLE_CORE, key), core);
}

static void a_core_in_a_pod_has_its_replica(void **state)
{
    struct small *s = *state;
    struct focus f = small_focus(s);
    char label[64];
    assert_string_equal(pod_of_core(s->w, &f, core_of(s, "neuron/q5rdw/1"))->record.key, "w1");
    const struct actor *a = actor_of_core(s->w, &f, core_of(s, "neuron/q5rdw/1"));
    assert_string_equal(replica_label(a, label, sizeof label), "mistral-7b#0s09vcjz");
    a = actor_of_core(s->w, &f, core_of(s, "neuron/x2p7c/0"));
    assert_string_equal(replica_label(a, label, sizeof label), "mistral-7b#27dl95d5");
    struct core *other = small_edit(s, TABLE_CORE, "neuron/q5rdw/1");
    other->index = known_u64(2);
    assert_null(actor_of_core(s->w, &f, other));
    other->index = known_u64(UINT64_MAX);
    assert_null(actor_of_core(s->w, &f, other));
    record_set(&other->source, NULL);
    assert_null(pod_of_core(s->w, &f, other));
    record_free(&other->record);
}

static void a_monitor_of_a_whole_node_needs_one_holder(void **state)
{
    struct small *s = *state;
    struct monitor *m = small_edit(s, TABLE_MONITOR, "neuron/q5rdw");
    record_set(&m->pod, NULL);
    record_set(&m->instance_id, "i-0q5rdw");
    small_put(s, "neuron/q5rdw", WORLD_NEURON, m);
    struct focus f = small_focus(s);
    assert_string_equal(knode_of_monitor(s->w, m = small_edit(s, TABLE_MONITOR, "neuron/q5rdw"))->name,
                        "ip-100-64-31-7");
    record_free(&m->record);
    assert_string_equal(pod_of_core(s->w, &f, core_of(s, "neuron/q5rdw/0"))->record.key, "w1");
    struct pod *second = small_pod("w9", "trainer", "worker", "ip-100-64-31-7", NULL);
    small_put(s, "kube/pods", WORLD_KUBE, second);
    f = small_focus(s);
    assert_null(pod_of_core(s->w, &f, core_of(s, "neuron/q5rdw/0")));
    assert_null(actor_of_core(s->w, &f, core_of(s, "neuron/q5rdw/0")));
    second = small_edit(s, TABLE_POD, "w9");
    record_set(&second->phase, "Succeeded");
    small_put(s, "kube/pods", WORLD_KUBE, second);
    f = small_focus(s);
    assert_string_equal(pod_of_core(s->w, &f, core_of(s, "neuron/q5rdw/0"))->record.key, "w1");
}

static void a_monitor_of_nobody_knows(void **state)
{
    struct small *s = *state;
    struct monitor *m = record_new(TABLE_MONITOR, "neuron/z");
    assert_null(knode_of_monitor(s->w, m));
    record_set(&m->instance_id, "");
    assert_null(knode_of_monitor(s->w, m));
    record_set(&m->instance_id, "q5rdw");
    assert_null(knode_of_monitor(s->w, m));
    record_set(&m->knode, "ip-100-64-47-3");
    assert_string_equal(knode_of_monitor(s->w, m)->record.key, "ip-100-64-47-3");
    record_free(&m->record);
}

static void only_replicas_have_labels(void **state)
{
    struct small *s = *state;
    char label[16];
    struct actor *a = small_edit(s, TABLE_ACTOR, SMALL_NS "/aa04");
    assert_string_equal(replica_label(a, label, sizeof label), "");
    record_set(&a->name, NULL);
    assert_string_equal(replica_label(a, label, sizeof label), "");
    record_set(&a->name, "SERVE_REPLICA::app#a-very-long-deployment#id");
    assert_string_equal(replica_label(a, label, sizeof label), "a-very-long-dep");
    record_free(&a->record);
}

/* Records of any content never trip a look-up. */
static void random_worlds_are_looked_up(void **state)
{
    (void)state;
    struct small s;
    small_init(&s, false);
    struct rng rng = {5};
    uint64_t clock = SMALL_T0;
    char label[32];
    for (int i = 0; i < 4000; i++) {
        struct change *c = random_change(&rng, &clock);
        s.now_ms = clock;
        small_apply(&s, c);
        if (i % 50) continue;
        struct focus f = small_focus(&s);
        WORLD_EACH (row, s.w, TABLE_RAYNODE) (void)pod_of_raynode(s.w, ROW(row, raynode));
        WORLD_EACH (row, s.w, TABLE_POD) (void)raynode_of_pod(s.w, &f, ROW(row, pod));
        WORLD_EACH (row, s.w, TABLE_CORE) (void)actor_of_core(s.w, &f, ROW(row, core));
        WORLD_EACH (row, s.w, TABLE_ACTOR) (void)replica_label(ROW(row, actor), label, sizeof label);
    }
    small_done(&s);
}

/* ---- indexes ---------------------------------------------------------------------------------------------------- */

/* What an index is of, said a second time: a walk over all rows must find the same. */
static const char *index_key(enum world_index which, const struct row *row)
{
    const struct pod *p = ROW(row, pod);
    const char *id = ROW(row, knode)->provider_id;
    switch (which) {
    case POD_BY_NAME: return p->name;
    case POD_BY_IP: return p->ip;
    case POD_BY_NODE: return p->node;
    case POD_BY_CLUSTER: return p->cluster;
    case HEAD_BY_CLUSTER: return p->role && !strcmp(p->role, "head") ? p->cluster : NULL;
    case KNODE_BY_NAME: return ROW(row, knode)->name;
    case KNODE_BY_INSTANCE: return id && strrchr(id, '/') ? strrchr(id, '/') + 1 : id;
    case RAYNODE_BY_POD: return ROW(row, raynode)->pod;
    case RAYNODE_BY_ID: return ROW(row, raynode)->id;
    case RAYNODE_BY_ADDRESS: return ROW(row, raynode)->address;
    case ACTOR_BY_NODE: return ROW(row, actor)->ray_node;
    default: return NULL;
    }
}

static const char *index_ns(enum table table, const struct row *row)
{
    if (table == TABLE_KNODE) return NULL;
    return table == TABLE_POD       ? ROW(row, pod)->ns
           : table == TABLE_RAYNODE ? ROW(row, raynode)->ns
                                    : ROW(row, actor)->ns;
}

static void index_is_exact(const struct world *w, enum world_index which, enum table table)
{
    WORLD_EACH (row, w, table) {
        const char *value = index_key(which, row);
        if (!value) continue;
        const char *const ns[] = {NULL, index_ns(table, row)};
        for (size_t i = 0; i < 2; i++) {
            const struct row *found = world_with(w, which, ns[i], value);
            WORLD_EACH (other, w, table) {
                const char *same = index_key(which, other);
                if (!same || strcmp(same, value) != 0) continue;
                if (ns[i] && !text_eq(index_ns(table, other), ns[i])) continue;
                assert_ptr_equal(found, other);
                found = world_with_next(w, which, ns[i], found);
            }
            assert_null(found);
        }
    }
    assert_null(world_with(w, which, NULL, NULL));
    assert_null(world_with(w, which, NULL, "nobody's"));
}

static void indexes_find_what_a_walk_finds(void **state)
{
    (void)state;
    static const enum table tables[WORLD_INDEXES] = {TABLE_POD,     TABLE_POD,     TABLE_POD,   TABLE_POD,
                                                     TABLE_POD,     TABLE_KNODE,   TABLE_KNODE, TABLE_RAYNODE,
                                                     TABLE_RAYNODE, TABLE_RAYNODE, TABLE_ACTOR};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct small s;
        small_init(&s, seed % 2);
        struct rng rng = {seed};
        uint64_t clock = SMALL_T0;
        for (int i = 0; i < 3000; i++) {
            struct change *c = random_change(&rng, &clock);
            s.now_ms = clock;
            small_apply(&s, c);
            if (i % 100 == 0) small_wait(&s, 60000);
            if (i % 50 == 0)
                for (int x = 0; x < WORLD_INDEXES; x++) index_is_exact(s.w, (enum world_index)x, tables[x]);
        }
        small_done(&s);
    }
}

static void focus_pods_are_those_it_has(void **state)
{
    struct small *s = *state;
    struct rayservice *rs = small_edit(s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&rs->pending_cluster, "mistral-zzzzz");
    small_put(s, "kube/rayservices", WORLD_KUBE, rs);
    char name[32];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "pod-%d", i);
        struct pod *p = small_pod(name, name, "worker", NULL, NULL);
        if (i % 3) record_set(&p->cluster, i % 3 == 1 ? "mistral-zzzzz" : "another");
        if (i % 5 == 0) record_set(&p->ns, "elsewhere");
        small_put(s, "kube/pods", WORLD_KUBE, p);
    }
    small_gone(s, TABLE_POD, "pod-4");
    struct focus f = small_focus(s);
    struct focus_pods at = focus_pods_of(s->w, &f);
    size_t count = 0;
    WORLD_EACH (row, s->w, TABLE_POD) {
        if (!focus_has_pod(&f, ROW(row, pod))) continue;
        assert_ptr_equal(at.row, row);
        focus_pods_next(&at);
        count++;
    }
    assert_null(at.row);
    assert_int_equal(count, 3 + 16);
}

/* ---- two namespaces --------------------------------------------------------------------------------------------- */

static void put_twin_of(struct small *s, enum table table, const char *key)
{
    struct record *copy = small_edit(s, table, key);
    char *own = mem_printf("twin-%s", key);
    free(copy->key);
    copy->key = own;
    if (table == TABLE_RAYSERVICE) record_set(&((struct rayservice *)(void *)copy)->ns, "twin");
    if (table == TABLE_RAYCLUSTER) record_set(&((struct raycluster *)(void *)copy)->ns, "twin");
    if (table == TABLE_POD) {
        record_set(&((struct pod *)(void *)copy)->ns, "twin");
        record_set(&((struct pod *)(void *)copy)->ip, NULL);
    }
    small_put(s, "kube/pods", WORLD_KUBE, copy);
}

/* The whole service once more, with every name as it is, in another namespace. */
static void put_twin(struct small *s)
{
    static const enum table tables[] = {TABLE_POD, TABLE_RAYCLUSTER, TABLE_RAYSERVICE};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char *keys[64];
        size_t count = 0;
        WORLD_EACH (row, s->w, tables[i])
            if (count < ARRAY_LEN(keys)) keys[count++] = mem_str(row->record->key);
        for (size_t k = 0; k < count; k++) {
            put_twin_of(s, tables[i], keys[k]);
            free(keys[k]);
        }
    }
}

static void one_name_in_two_namespaces_is_two(void **state)
{
    struct small *s = *state;
    put_twin(s);
    assert_null(focus_of(s->w, NULL, "mistral").rayservice); /* which one? */
    assert_null(focus_of(s->w, NULL, "mistral").service);
    assert_null(focus_of(s->w, NULL, "mistral").raycluster);
    assert_null(focus_of(s->w, NULL, "mistral").head);
    const struct focus f = focus_of(s->w, "mistral", "mistral"), t = focus_of(s->w, "twin", "mistral");
    assert_string_equal(f.head->record.key, "9c1e0000-head");
    assert_string_equal(t.head->record.key, "twin-9c1e0000-head");
    size_t own = 0, twins = 0;
    for (struct focus_pods at = focus_pods_of(s->w, &f); at.row; focus_pods_next(&at), own++)
        assert_string_equal(ROW(at.row, pod)->ns, "mistral");
    for (struct focus_pods at = focus_pods_of(s->w, &t); at.row; focus_pods_next(&at), twins++)
        assert_string_equal(ROW(at.row, pod)->ns, "twin");
    assert_int_equal(own, twins);
    assert_true(own >= 3);
    assert_string_equal(pod_named(s->w, "twin", f.head->name)->record.key, "twin-9c1e0000-head");
    assert_string_equal(raynode_of_pod(s->w, &f, f.head)->id, SMALL_OLD_NODE);
    assert_null(raynode_of_pod(s->w, &f, t.head)); /* the Ray nodes are of the other one's GCS */
}

/* What a RayService's own GCS names is a pod of its namespace, whatever the order of arrival. */
static void an_owned_ray_node_is_a_pod_of_its_services_namespace(void **state)
{
    struct small *s = *state;
    put_twin(s);
    const struct focus t = focus_of(s->w, "twin", "mistral");
    struct change *c =
        change_put("redis", WORLD_REDIS, (void *)small_raynode("own", "ALIVE", t.head->name, "10.7.7.7"));
    c->owner = mem_str(t.rayservice->record.key);
    small_apply(s, c);
    const struct world *w = world_of_service(s->w, "twin-rs-uid");
    assert_string_equal(world_ns(w), "twin");
    assert_string_equal(pod_of_raynode(w, ROW(world_first(w, TABLE_RAYNODE), raynode))->ns, "twin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)
        WITH(focus_is_the_only_service),
        WITH(focus_of_two_services_is_asked_for),
        WITH(focus_without_an_active_cluster),
        WITH(a_raynode_without_a_pod_is_found_by_its_id),
        WITH(focus_takes_the_newest_living_head),
        WITH(focus_without_a_cluster_record),
        WITH(gcs_namespace_by_what_is_known),
        WITH(pods_of_other_clusters_are_not_ours),
        WITH(which_pods_have_a_proxy_to_probe),
        WITH(ray_nodes_and_pods),
        WITH(a_ray_node_without_a_name_is_found_by_address),
        WITH(a_core_in_a_pod_has_its_replica),
        WITH(a_monitor_of_a_whole_node_needs_one_holder),
        WITH(a_monitor_of_nobody_knows),
        WITH(only_replicas_have_labels),
        WITH(one_name_in_two_namespaces_is_two),
        WITH(an_owned_ray_node_is_a_pod_of_its_services_namespace),
        cmocka_unit_test(random_worlds_are_looked_up),
        cmocka_unit_test(indexes_find_what_a_walk_finds),
        WITH(focus_pods_are_those_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
