/* cluster_fuzz.c - what deploy reads of a cluster: operator, nodes, a RayService; and a diff of it with itself. */
#include "deploy/cluster_parse.h"
#include "deploy/diff.h"
#include "deploy/kobject.h"
#include "deploy/secrets.h"
#include "deploy/service_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    cJSON *root = NULL;
    struct operator_seen seen;
    struct service_seen service;
    struct diff diff;
    if (json_parse((const char *)data, size, &root, NULL) != ERR_OK) return 0;
    operator_parse(root, &seen);
    nodes_parse(root, root->child);
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
