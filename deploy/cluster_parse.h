/*
 * cluster_parse.h - parses the version and readiness of KubeRay's operator. No I/O; text is safe.
 *
 * Format: apps/v1 DeploymentList, as recorded from a real API server.
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
/* Of the first Deployment of the list. ERR_NOT_FOUND: the list is empty. */
enum err operator_parse(const cJSON *list, struct operator_seen *ret);
/* Whether "v1.2.1" is older than 1.3; unknown if malformed. */
enum tri operator_is_older(const char *version, uint64_t major, uint64_t minor);

#endif
