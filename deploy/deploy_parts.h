/*
 * deploy_parts.h - what is deployed beside a RayService: the parts of `deploy --with` (deploy_parts.def). Pure.
 *
 * The Redis for development is the part that `--redis-from dev` names. Its objects, also those that Kubernetes makes of
 * its StatefulSet, carry REDIS_DEV as app.kubernetes.io/name.
 */
#ifndef RAYDECK_DEPLOY_DEPLOY_PARTS_H
#define RAYDECK_DEPLOY_DEPLOY_PARTS_H

#include "backends/base/json.h"

#include <stdbool.h>

enum part {
#define PART(id, word, file, help) PART_##id,
#include "deploy/deploy_parts.def"
#undef PART
    PARTS
};

#define REDIS_DEV "gcs-redis-dev" /* its StatefulSet, Service and Secret; the Secret's key is "password" */

const char *part_word(enum part part);
const char *part_file(enum part part); /* below deploy/assets */

/* "redis,network-policy" as a set: bit 1 << part. ERR_USAGE names the words that there are. */
enum err parts_parse(const char *words, unsigned *ret, struct why *why);

/* An object of the Redis for development, by its label. */
bool part_is_redis_dev(const cJSON *object);
/* Whether a Redis address (host, host:port or URL) is that of the Redis for development. */
bool part_is_redis_dev_address(const char *address);

#endif
