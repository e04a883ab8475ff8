/* placement_test.c - which K8s nodes and zones the pods share, and what the loss of the head's takes along. */
#include "backends/world/placement.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_NODE "ip-100-64-90-12"
#define NODE_1 "ip-100-64-31-7"
#define NODE_2 "ip-100-64-47-3"

static void pod_is(struct small *s, const char *uid, const char *node, enum tri ready)
{
    struct pod *p = small_edit(s, TABLE_POD, uid);
    record_set(&p->node, node);
    p->is_ready = ready;
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void zone_is(struct small *s, const char *node, const char *zone)
{
    struct knode *k = small_edit(s, TABLE_KNODE, node);
    record_set(&k->zone, zone);
    small_put(s, "kube/nodes", WORLD_KUBE, k);
}

/* The workers' nodes and zones; the head is on HEAD_NODE in zone a. NULL: not known. */
static const struct place {
    const char *node[2], *zone[2];
    size_t placed, zoned, with_head;
    const char *one_zone;
    bool differ, elsewhere;
    enum verdict verdict;
    const char *why;
} places[] = {
    {{NODE_1, NODE_2}, {"b", "c"}, 2, 2, 0, NULL, true, true, VERDICT_OK, ""},
    {{NODE_1, NODE_2}, {"b", "b"}, 2, 2, 0, "b", false, true, VERDICT_OK, ""},
    {{NODE_1, NODE_2}, {"a", "b"}, 2, 2, 0, NULL, true, true, VERDICT_OK, ""},
    {{NODE_1, NODE_2}, {"b", "a"}, 2, 2, 0, NULL, true, true, VERDICT_OK, ""},
    {{NODE_1, NODE_2},
     {"a", "a"},
     2,
     2,
     0,
     "a",
     false,
     false,
     VERDICT_NO,
     "the head and all ready workers are in zone a"},
    {{NODE_1, NODE_2},
     {"a", NULL},
     2,
     1,
     0,
     NULL,
     false,
     false,
     VERDICT_WARN,
     "the zones of 1 of 2 workers are not known"},
    {{NODE_1, NODE_2}, {"b", NULL}, 2, 1, 0, NULL, false, true, VERDICT_OK, ""},
    {{NODE_1, NULL}, {"b", NULL}, 1, 1, 0, "b", false, true, VERDICT_OK, ""},
    {{NULL, NULL}, {NULL, NULL}, 0, 0, 0, NULL, false, false, VERDICT_OK, ""},
    {{HEAD_NODE, NODE_2}, {"a", "b"}, 2, 2, 1, NULL, true, true, VERDICT_WARN, "1 of 2 workers on the head's K8s node"},
    {{HEAD_NODE, NODE_2},
     {"a", "a"},
     2,
     2,
     1,
     "a",
     false,
     false,
     VERDICT_NO,
     "the head and all ready workers are in zone a"},
    {{HEAD_NODE, HEAD_NODE},
     {"a", "a"},
     2,
     2,
     2,
     "a",
     false,
     false,
     VERDICT_NO,
     "the head and all ready workers are on K8s node " HEAD_NODE},
};

static void where_the_workers_are_says_what_goes_with_the_head(void **state)
{
    (void)state;
    static const char *const uids[] = {"w1", "w2"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct small s;
        char why[ANSWER_TEXT_MAX];
        small_init(&s, true);
        zone_is(&s, HEAD_NODE, "a");
        for (size_t w = 0; w < 2; w++) {
            const char *node = places[i].node[w];
            pod_is(&s, uids[w], node, TRI_YES);
            if (node && strcmp(node, HEAD_NODE) != 0) zone_is(&s, node, places[i].zone[w]);
        }
        const struct focus f = small_focus(&s);
        const struct placement p = placement_of(s.w, &f);
        assert_true(p.ready);
        assert_string_equal(p.head_node, HEAD_NODE);
        assert_string_equal(p.head_zone, "a");
        assert_int_equal(p.workers, 2);
        assert_int_equal(p.placed, places[i].placed);
        assert_int_equal(p.zoned, places[i].zoned);
        assert_int_equal(p.with_head, places[i].with_head);
        assert_int_equal(p.zones_differ, places[i].differ);
        assert_int_equal(p.zone_elsewhere, places[i].elsewhere);
        assert_string_equal(p.zone ? p.zone : "-", places[i].one_zone ? places[i].one_zone : "-");
        assert_int_equal(placement_judge(&p, why), places[i].verdict);
        assert_string_equal(why, places[i].why);
        small_done(&s);
    }
}

/* Those that are not ready do not serve; where none is ready, all count. */
static void only_ready_workers_count_where_there_are_any(void **state)
{
    (void)state;
    struct small s;
    char why[ANSWER_TEXT_MAX];
    small_init(&s, true);
    pod_is(&s, "w1", HEAD_NODE, TRI_YES);
    pod_is(&s, "w2", NODE_2, TRI_NO);
    struct focus f = small_focus(&s);
    struct placement p = placement_of(s.w, &f);
    assert_int_equal(p.workers, 1);
    assert_int_equal(placement_judge(&p, why), VERDICT_NO);
    pod_is(&s, "w1", HEAD_NODE, TRI_NO);
    f = small_focus(&s);
    p = placement_of(s.w, &f);
    assert_false(p.ready);
    assert_int_equal(p.workers, 2);
    pod_is(&s, "w2", HEAD_NODE, TRI_UNKNOWN);
    f = small_focus(&s);
    p = placement_of(s.w, &f);
    assert_int_equal(placement_judge(&p, why), VERDICT_NO);
    assert_string_equal(why, "the head and all workers are on K8s node " HEAD_NODE);
    /* Nor do those that are being deleted, or are gone. */
    struct pod *deleting = small_edit(&s, TABLE_POD, "w1");
    deleting->deleted = known_u64(small_wall(&s));
    small_put(&s, "kube/pods", WORLD_KUBE, deleting);
    small_gone(&s, TABLE_POD, "w2");
    f = small_focus(&s);
    p = placement_of(s.w, &f);
    assert_int_equal(p.workers, 0);
    small_done(&s);
}

static void a_head_that_is_nowhere_proves_nothing(void **state)
{
    (void)state;
    struct small s;
    char why[ANSWER_TEXT_MAX];
    small_init(&s, true);
    pod_is(&s, "9c1e0000-head", NULL, TRI_NO);
    struct focus f = small_focus(&s);
    struct placement p = placement_of(s.w, &f);
    assert_null(p.head_node);
    assert_int_equal(p.with_head, 0);
    assert_int_equal(placement_judge(&p, why), VERDICT_WARN);
    assert_string_equal(why, "the head's K8s node is not known");
    pod_is(&s, "9c1e0000-head", HEAD_NODE, TRI_YES);
    zone_is(&s, HEAD_NODE, NULL);
    zone_is(&s, NODE_2, "us-west-2b");
    f = small_focus(&s);
    p = placement_of(s.w, &f);
    assert_false(p.zone_elsewhere);
    assert_int_equal(placement_judge(&p, why), VERDICT_WARN);
    assert_string_equal(why, "the head's zone is not known");
    small_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_the_workers_are_says_what_goes_with_the_head),
        cmocka_unit_test(only_ready_workers_count_where_there_are_any),
        cmocka_unit_test(a_head_that_is_nowhere_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
