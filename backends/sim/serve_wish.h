/*
 * serve_wish.h - what a RayService asks Serve for, out of its serveConfigV2: the first application, where it answers,
 * and its deployments. Pure.
 */
#ifndef RAYDECK_SIM_SERVE_WISH_H
#define RAYDECK_SIM_SERVE_WISH_H

#include <stddef.h>

enum { SERVE_WISH_NAME = 64, SERVE_WISH_DEPLOYMENTS = 8, SERVE_WISH_REPLICAS_MAX = 24 };

struct serve_wish_deployment {
    char name[SERVE_WISH_NAME];
    unsigned replicas;
    unsigned cores;    /* NeuronCores of a replica; 0: none */
    unsigned per_node; /* at most so many replicas on a node; 0: as many as fit */
};
/* Names are fit to stand in JSON as they are. Deployments with NeuronCores come first: they are placed first. */
struct serve_wish {
    char app[SERVE_WISH_NAME], route[SERVE_WISH_NAME];
    struct serve_wish_deployment deployment[SERVE_WISH_DEPLOYMENTS];
    size_t count, ingress; /* which of them takes the requests */
};

/* config NULL, malformed, or without an application: the recorded one, mistral-deployment with mistral-7b. A model that
 * is the only deployment gets an ingress with its application's name, as the blueprint's code has one. */
void serve_wish_parse(const char *config, struct serve_wish *ret);

#endif
