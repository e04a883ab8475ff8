/*
 * joins_bench.c - what belongs together in a big cluster: the Ray node of each of 2,000 pods and the pod of each Ray
 * node, beside 1,000 K8s nodes, against a tenth of it. Ten times as many must take about ten times as long. Prints a
 * table; decides nothing.
 */
#include "backends/world/joins.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15, PODS = 2000, KNODES = 1000 };

static double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void world_put(struct world *w, const char *source, enum world_kind kind, void *record)
{
    struct change *c = change_put(source, kind, record);
    world_apply(w, c);
    change_free(c);
}

static struct world *cluster_world(int pods, int knodes)
{
    struct world *w = world_new();
    char name[64], key[64], node[64];
    for (int i = 0; i < knodes; i++) {
        snprintf(node, sizeof node, "ip-100-64-%d-%d.us-west-2.compute.internal", i / 250, i % 250);
        struct knode *k = record_new(TABLE_KNODE, node);
        record_set(&k->name, node);
        world_put(w, "kube/nodes", WORLD_KUBE, k);
    }
    for (int i = 0; i < pods; i++) {
        snprintf(key, sizeof key, "uid-%d", i);
        snprintf(name, sizeof name, "mistral-44qn2-inf2-worker-%05d", i);
        snprintf(node, sizeof node, "ip-100-64-%d-%d.us-west-2.compute.internal", i % knodes / 250, i % knodes % 250);
        struct pod *p = record_new(TABLE_POD, key);
        record_set(&p->ns, "mistral");
        record_set(&p->name, name);
        record_set(&p->cluster, "mistral-44qn2");
        record_set(&p->node, node);
        world_put(w, "kube/pods", WORLD_KUBE, p);
        snprintf(key, sizeof key, "ns/%d", i);
        struct raynode *n = record_new(TABLE_RAYNODE, key);
        record_set(&n->ns, "ns");
        record_set(&n->pod, name);
        record_set(&n->state, "ALIVE");
        world_put(w, "redis", WORLD_REDIS, n);
    }
    return w;
}

static size_t join_pods(const struct world *w)
{
    struct focus f = focus_of(w, NULL, NULL);
    size_t found = 0;
    WORLD_EACH (row, w, TABLE_POD) {
        const struct pod *p = ROW(row, pod);
        found += raynode_of_pod(w, &f, p) != NULL;
        found += knode_named(w, p->node) != NULL;
    }
    WORLD_EACH (row, w, TABLE_RAYNODE) found += pod_of_raynode(w, ROW(row, raynode)) != NULL;
    return found;
}

static double join_median(const struct world *w, size_t *ret_found)
{
    double took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        double from = bench_seconds();
        *ret_found = join_pods(w);
        took[i] = bench_seconds() - from;
    }
    qsort(took, ROUNDS, sizeof took[0], by_value);
    return took[ROUNDS / 2];
}

int main(void)
{
    struct world *big = cluster_world(PODS, KNODES), *small = cluster_world(PODS / 10, KNODES / 10);
    size_t found = 0, few = 0;
    double all = join_median(big, &found), tenth = join_median(small, &few);
    printf("joins, %d pods, %d K8s nodes: %zu of %d found in %.2f ms; of a tenth %.1f times as fast\n", PODS, KNODES,
           found, 3 * PODS, all * 1e3, all / tenth);
    world_free(big);
    world_free(small);
    return 0;
}
