/* cluster_fuzz.c - what deploy reads of a cluster: operator, nodes, a RayService; and a diff of it with itself. */
#include "deploy/capacity.h"
#include "deploy/cluster_parse.h"
#include "deploy/diff.h"
#include "deploy/kobject.h"
#include "deploy/secrets.h"
#include "deploy/service_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void capacity_count(const cJSON *root)
{
    struct capacity *c = capacity_new(root, "");
    struct buf words;
    buf_init(&words, 10000);
    capacity_add_nodes(c, root);
    capacity_add_pods(c, root, NULL);
    capacity_run(c);
    for (size_t g = 0; g < capacity_groups(c); g++) {
        capacity_reasons(c, g, &words);
        capacity_demand(c, g, &words);
    }
    buf_done(&words);
    capacity_free(c);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    cJSON *root = NULL;
    struct operator_seen seen;
    struct service_seen service;
    struct diff diff;
    if (json_parse((const char *)data, size, &root, NULL) != ERR_OK) return 0;
    operator_parse(root, &seen);
    capacity_count(root);
    service_parse(root, &service);
    kobject_neuron_devices(root);
    diff_of(root, root->child, &diff);
    diff_done(&diff);
    diff_of(root->child, root, &diff);
    diff_done(&diff);
    char *masked = secrets_value(&(struct secrets_at){NULL, NULL, root}, 1000);
    free(masked);
    cJSON_Delete(root);
    return 0;
}
