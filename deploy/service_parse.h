/*
 * service_parse.h - parses KubeRay's status of a RayService: accepted, refused, ready. No I/O; text is safe. Format:
 * ray.io/v1 RayService, status (conditions since KubeRay 1.3; serviceStatus before).
 */
#ifndef RAYDECK_DEPLOY_SERVICE_PARSE_H
#define RAYDECK_DEPLOY_SERVICE_PARSE_H

#include "backends/base/json.h"

enum { SERVICE_NAME_MAX = 254, SERVICE_TEXT_MAX = 600 };

struct service_seen {
    bool current; /* observedGeneration is current, or absent */
    bool refused; /* Ready=False, ValidationFailed */
    bool upgrading;
    enum tri ready;
    char reason[SERVICE_NAME_MAX], message[SERVICE_TEXT_MAX]; /* of Ready */
    char uid[64];                                             /* "" unknown */
    char active[SERVICE_NAME_MAX], pending[SERVICE_NAME_MAX]; /* RayClusters; "" none */
    char deleting[64];                                        /* deletionTimestamp; "" none */
    char finalizers[SERVICE_TEXT_MAX];                        /* comma-separated; "" none */
};
void service_parse(const cJSON *object, struct service_seen *ret);

#endif
