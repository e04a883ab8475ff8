/* nodes_view_test.c - the list of Kubernetes nodes: what it says of each, what it does not know, and its keys. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/nodes_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };
static const int sizes[][2] = {{24, 80}, {40, 120}, {60, 200}};

static char *nodes_text(struct nodes_view *n, struct fixture *f, int rows, int cols, const char *name)
{
    struct view v = fixture_view(f);
    struct overlay_stack stack = {&n->overlay};
    struct canvas cv;
    char file[64];
    canvas_init(&cv, rows, cols);
    canvas_clear(&cv, ROLE_TEXT);
    overlays_update(&stack, &v, rows, cols);
    overlays_draw(&stack, &v, &cv);
    snprintf(file, sizeof file, "%s-%dx%d", name, cols, rows);
    screen_check(file, &cv, false);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    return text;
}

static void nodes_screens(struct nodes_view *n, struct fixture *f, const char *name)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) free(nodes_text(n, f, sizes[i][0], sizes[i][1], name));
}

static struct knode *knode_copy(const struct fixture *f, const char *key)
{
    return (struct knode *)(void *)record_copy(world_find(f->world, TABLE_KNODE, key)->record);
}

/* The head's node; a worker's that stopped reporting; one that is cordoned and short of memory; and one of which the
 * API server says nothing. */
static void nodes_put(struct fixture *f)
{
    struct knode *k = knode_copy(f, "ip-100-64-90-12.us-west-2.compute.internal");
    record_set(&k->instance_type, "m5.4xlarge");
    record_set(&k->kubelet_version, "v1.34.4-eks-lab");
    record_set(&k->pressure, "");
    k->ready = TRI_YES;
    k->unschedulable = TRI_NO;
    k->ready_since = known_u64(f->wall_ms - 9 * (uint64_t)DAY_MS);
    fixture_put(f, "kube/nodes", WORLD_KUBE, k);
    k = knode_copy(f, "ip-100-64-31-7.us-west-2.compute.internal");
    record_set(&k->instance_type, "inf2.24xlarge");
    record_set(&k->ready_message, "Kubelet stopped posting node status.");
    k->ready = TRI_NO;
    k->unschedulable = TRI_NO;
    k->ready_since = known_u64(f->wall_ms - 2 * (uint64_t)MINUTE_MS);
    k->neuron_devices = known_u64(6);
    k->neuron_cores = known_u64(12);
    fixture_put(f, "kube/nodes", WORLD_KUBE, k);
    k = record_new(TABLE_KNODE, "spare");
    record_set(&k->name, "ip-100-64-12-201.us-west-2.compute.internal");
    record_set(&k->instance_type, "trn1.32xlarge");
    record_set(&k->zone, "us-west-2d");
    record_set(&k->pressure, "MemoryPressure, DiskPressure");
    k->ready = k->unschedulable = TRI_YES;
    k->ready_since = known_u64(f->wall_ms - 5 * 60 * (uint64_t)MINUTE_MS);
    k->neuron_devices = known_u64(0);
    fixture_put(f, "kube/nodes", WORLD_KUBE, k);
}

static enum overlay_result key_press(struct nodes_view *n, uint32_t key)
{
    return n->overlay.ops->input(&n->overlay, NULL, &(struct input){.type = INPUT_KEY, .key = key});
}

static void each_node_says_what_is_known_of_it(void **state)
{
    (void)state;
    struct fixture f;
    struct nodes_view n;
    fixture_calm(&f);
    nodes_put(&f);
    nodes_view_open(&n);
    nodes_screens(&n, &f, "nodes");
    char *text = nodes_text(&n, &f, 40, 120, "nodes");
    assert_non_null(strstr(text, "head"));
    free(text);
    assert_string_equal(nodes_view_choice(&n, f.world), "ip-100-64-90-12.us-west-2.compute.internal");
    assert_int_equal(key_press(&n, KEYP_DOWN), OVERLAY_STAYS);
    text = nodes_text(&n, &f, 40, 120, "nodes-not-ready");
    assert_non_null(strstr(text, "Kubelet stopped posting node status."));
    free(text);
    /* One of which nothing is known: no 0, no "none", no "Ready". */
    assert_int_equal(key_press(&n, KEYP_DOWN), OVERLAY_STAYS);
    text = nodes_text(&n, &f, 40, 120, "nodes-unknown");
    assert_non_null(strstr(text, "– devices, – cores"));
    assert_non_null(strstr(text, "pressure  –"));
    assert_non_null(strstr(text, "cordoned  –"));
    free(text);
    assert_int_equal(key_press(&n, KEYP_DOWN), OVERLAY_STAYS);
    text = nodes_text(&n, &f, 40, 120, "nodes-cordoned");
    assert_non_null(strstr(text, "Ready, cordoned"));
    assert_non_null(strstr(text, "0 devices"));
    free(text);
    n.overlay.ops->done(&n.overlay);
    fixture_done(&f);
}

static void a_key_opens_the_selected_one(void **state)
{
    (void)state;
    struct fixture f;
    struct nodes_view n;
    fixture_calm(&f);
    nodes_view_open(&n);
    assert_null(nodes_view_choice(&n, f.world));
    assert_int_equal(key_press(&n, KEYP_ENTER), OVERLAY_STAYS);
    free(nodes_text(&n, &f, 24, 80, "nodes-calm"));
    assert_int_equal(key_press(&n, KEYP_ENTER), OVERLAY_ACTION);
    assert_false(n.as_yaml);
    assert_int_equal(key_press(&n, 'y'), OVERLAY_ACTION);
    assert_true(n.as_yaml);
    assert_int_equal(key_press(&n, 'd'), OVERLAY_ACTION);
    assert_false(n.as_yaml);
    assert_int_equal(key_press(&n, KEYP_ESC), OVERLAY_CANCELLED);
    n.overlay.ops->done(&n.overlay);
    fixture_done(&f);
}

/* A list that may not be read, and one that is old, say so. */
static void what_is_not_read_is_said(void **state)
{
    (void)state;
    struct fixture f;
    struct nodes_view n;
    fixture_empty(&f);
    nodes_view_open(&n);
    nodes_screens(&n, &f, "nodes-none");
    n.overlay.ops->done(&n.overlay);
    fixture_done(&f);
    fixture_calm(&f);
    nodes_put(&f);
    fixture_sleep(&f, 30 * 1000);
    nodes_view_open(&n);
    char *text = nodes_text(&n, &f, 24, 80, "nodes-stale");
    assert_non_null(strstr(text, "Kubernetes nodes · STALE"));
    free(text);
    n.overlay.ops->done(&n.overlay);
    fixture_done(&f);
    fixture_calm(&f);
    fixture_pods_forbidden(&f);
    nodes_view_open(&n);
    text = nodes_text(&n, &f, 24, 80, "nodes-no-pods");
    assert_non_null(strstr(text, "Ray pods  –"));
    free(text);
    n.overlay.ops->done(&n.overlay);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_node_says_what_is_known_of_it),
                                       cmocka_unit_test(a_key_opens_the_selected_one),
                                       cmocka_unit_test(what_is_not_read_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
