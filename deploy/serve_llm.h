/*
 * serve_llm.h - what an application of ray.serve.llm runs: its deployments stand in no list, but in the arguments of
 * its builder. Pure.
 *
 * Source: Ray Serve LLM, build_openai_app: an ingress deployment with two replicas or more for each of its models'
 * (ROUTER_TO_MODEL_REPLICA_RATIO), and a deployment for each of llm_configs, with its deployment_config.
 */
#ifndef RAYDECK_DEPLOY_SERVE_LLM_H
#define RAYDECK_DEPLOY_SERVE_LLM_H

#include "backends/base/yaml.h"

#include <stdbool.h>

enum { SERVE_LLM_INGRESS_REPLICAS = 2 };

/* A builder of ray.serve.llm's: the deployments that are listed, if any, are not all that there are. */
bool serve_app_has_llm_builder(const struct yaml_node *app);
/* A builder of ray.serve.llm's, and no deployments that override what it builds. */
bool serve_app_is_llm(const struct yaml_node *app);

/* One of llm_configs. */
struct serve_llm_model {
    const struct yaml_node *config;     /* the map */
    const struct yaml_node *deployment; /* its deployment_config; NULL: none, one replica at least */
    const char *name;                   /* model_id; NULL: none */
};
/* `index` from 0. False: after the last, or of an entry that is no map (the path of a file). */
bool serve_llm_model(const struct yaml_node *app, size_t index, struct serve_llm_model *ret);
/* True where all that it runs is in the file: build_openai_app, and each of llm_configs is a map. */
bool serve_llm_is_known(const struct yaml_node *app);

#endif
