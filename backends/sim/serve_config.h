/*
 * serve_config.h - the part of a RayService's serveConfigV2 that the simulator acts on: the first application, its
 * route_prefix, and its deployments. Pure.
 */
#ifndef RAYDECK_SIM_SERVE_CONFIG_H
#define RAYDECK_SIM_SERVE_CONFIG_H

#include <stddef.h>

enum { SERVE_CONFIG_NAME = 64, SERVE_CONFIG_DEPLOYMENTS = 8, SERVE_CONFIG_REPLICAS_MAX = 24 };

struct serve_config_deployment {
    char name[SERVE_CONFIG_NAME];
    unsigned replicas;
    unsigned cores;    /* NeuronCores per replica; 0: none */
    unsigned per_node; /* max_replicas_per_node; 0: unlimited */
};
/* Names need no escapes in JSON. Deployments with NeuronCores come first, as they are placed first. */
struct serve_config {
    char app[SERVE_CONFIG_NAME], route[SERVE_CONFIG_NAME];
    struct serve_config_deployment deployment[SERVE_CONFIG_DEPLOYMENTS];
    size_t count, ingress; /* ingress: index of the deployment that receives requests */
};

/* config NULL, malformed, or without an application: the recorded one, mistral-deployment with mistral-7b. If a model
 * is the only deployment, adds an ingress named after the application, as in the blueprint. */
void serve_config_read(const char *config, struct serve_config *ret);

#endif
