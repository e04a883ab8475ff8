/*
 * cluster_parse.h - what a cluster offers, out of the API server's answers: KubeRay's version, and which K8s nodes a
 * group of pods could run on with how many Neuron devices. No I/O; every text is safe.
 *
 * Formats: apps/v1 DeploymentList, v1 NodeList, as recorded from a real API server.
 */
#ifndef RAYDECK_DEPLOY_CLUSTER_PARSE_H
#define RAYDECK_DEPLOY_CLUSTER_PARSE_H

#include "backends/base/json.h"

enum { CLUSTER_WORD_MAX = 128 };

struct operator_seen {
    char version[CLUSTER_WORD_MAX]; /* "v1.7.0", the image's tag; "" unknown */
    char ns[CLUSTER_WORD_MAX];
    struct known_u64 ready;
};
/* The first Deployment of the list. ERR_NOT_FOUND: there is none. */
enum err operator_parse(const cJSON *list, struct operator_seen *ret);
/* Is "v1.2.1" older than 1.3? Unknown for what is no version. */
enum tri operator_is_older(const char *version, uint64_t major, uint64_t minor);

/* Nodes that carry every label of the selector (a pod spec's nodeSelector; NULL: all), that are not cordoned; their
 * allocatable aws.amazon.com/neuron together, and the most on one. */
struct nodes_seen {
    uint64_t all, matching, devices, most;
};
struct nodes_seen nodes_parse(const cJSON *list, const cJSON *selector);

/* "{workload: rayhead, zone: a}" as "workload=rayhead, zone=a". Writes "" for none. */
void selector_words(const cJSON *selector, char *out, size_t size);

#endif
