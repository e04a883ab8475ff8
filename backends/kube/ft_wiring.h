/*
 * ft_wiring.h - how a RayService keeps its GCS outside the head: both ways of writing it.
 *
 *   options      rayClusterConfig.gcsFaultToleranceOptions (KubeRay >= 1.3)
 *   annotation   ray.io/ft-enabled "true", RAY_REDIS_ADDRESS (REDIS_USERNAME, REDIS_PASSWORD) in the head's
 *                environment, or redis-username and redis-password in its rayStartParams
 *
 * The password's value is only ever handed out by ft_inline_password, borrowed from the object, for the one who logs
 * in with it; a record says where it is kept, and whether it stands in clear.
 */
#ifndef RAYDECK_KUBE_FT_WIRING_H
#define RAYDECK_KUBE_FT_WIRING_H

#include "backends/base/json.h"
#include "backends/world/record.h"

void ft_wiring_parse(const cJSON *rayservice, struct rayservice *ret);

/* The password where it stands in clear in the spec: len bytes, borrowed from the object. NULL: it does not. */
const char *ft_inline_password(const cJSON *rayservice, size_t *ret_len);

#endif
