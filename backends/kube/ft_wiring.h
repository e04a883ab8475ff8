/*
 * ft_wiring.h - parses how GCS fault tolerance is configured in a RayService: both forms.
 *
 *   options      rayClusterConfig.gcsFaultToleranceOptions (KubeRay >= 1.3)
 *   annotation   ray.io/ft-enabled "true", RAY_REDIS_ADDRESS (REDIS_USERNAME, REDIS_PASSWORD) in the head's
 *                environment, or redis-username and redis-password in its rayStartParams
 *
 * Only ft_inline_password returns the password's value, borrowed from the object, for AUTH; a record holds only where
 * it is kept, and whether that is in clear text.
 */
#ifndef RAYDECK_KUBE_FT_WIRING_H
#define RAYDECK_KUBE_FT_WIRING_H

#include "backends/base/json.h"
#include "backends/world/record.h"

void ft_wiring_parse(const cJSON *rayservice, struct rayservice *ret);

/* The password if the spec holds it in clear text: len bytes, borrowed from the object; else NULL. */
const char *ft_inline_password(const cJSON *rayservice, size_t *ret_len);

#endif
