/*
 * serve_config_parse.h - spec.serveConfigV2 of a RayService: YAML inside JSON, Serve's own configuration (multi-app,
 * Ray >= 2.4). Taken from it: where the first application answers, and the deployments it names.
 */
#ifndef RAYDECK_KUBE_SERVE_CONFIG_PARSE_H
#define RAYDECK_KUBE_SERVE_CONFIG_PARSE_H

#include "backends/base/err.h"
#include "backends/world/record.h"

/* Sets route_prefix and adds the deployments that ret does not have yet. A malformed text changes nothing. */
enum err serve_config_parse(const char *text, size_t len, struct rayservice *ret, struct why *why);

#endif
