/*
 * yaml_json.h - a YAML document as the JSON that kubectl would send for it. Pure.
 *
 * Plain scalars resolve as kubectl resolves them (sigs.k8s.io/yaml, YAML 1.1): null ~ true yes on, whole numbers in
 * base 2, 8, 10 and 16, floats; everything quoted is a string. Numbers that JSON cannot hold exactly stay strings. An
 * alias is copied where it stands; more than YAML_JSON_VALUES values in all are refused, so that a few aliases of
 * aliases cannot fill the memory.
 */
#ifndef RAYDECK_DEPLOY_YAML_JSON_H
#define RAYDECK_DEPLOY_YAML_JSON_H

#include "backends/base/json.h"
#include "backends/base/yaml.h"

enum { YAML_JSON_VALUES = 200000 };

/* Caller frees *ret with cJSON_Delete. ERR_LIMIT, with line and column. */
enum err yaml_json(const struct yaml_node *node, cJSON **ret, struct why *why);

#endif
