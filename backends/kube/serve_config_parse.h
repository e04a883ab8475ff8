/*
 * serve_config_parse.h - parses spec.serveConfigV2 of a RayService: Serve's multi-application configuration (Ray >=
 * 2.4), YAML in a JSON string. Extracts the first application's route_prefix and the deployments.
 */
#ifndef RAYDECK_KUBE_SERVE_CONFIG_PARSE_H
#define RAYDECK_KUBE_SERVE_CONFIG_PARSE_H

#include "backends/base/err.h"
#include "backends/world/record.h"

/* Sets route_prefix and adds the deployments that ret does not have yet. Malformed YAML changes nothing. */
enum err serve_config_parse(const char *text, size_t len, struct rayservice *ret, struct why *why);

#endif
