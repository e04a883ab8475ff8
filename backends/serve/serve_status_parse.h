/*
 * serve_status_parse.h - parses the response to the Ray dashboard's GET /api/serve/applications/ into a SERVEAPP
 * record. Field names as recorded from Ray 2.22 and 2.60. Configurations and environments are not read.
 */
#ifndef RAYDECK_SERVE_STATUS_PARSE_H
#define RAYDECK_SERVE_STATUS_PARSE_H

#include "backends/world/record.h"

enum { SERVE_STATUS_BODY_MAX = 16 * 1024 * 1024, SERVE_STATUS_ITEMS = 4096 /* of each list */ };

/* *ret: caller frees with record_free. ERR_PARSE: no object "applications". *ret_left_out: how many applications,
 * deployments, replicas and proxies are not objects, or beyond SERVE_STATUS_ITEMS. */
enum err serve_status_parse(const char *service_uid, const char *body, size_t len, struct serveapp **ret,
                            size_t *ret_left_out, struct why *why);

/* True when every deployment is HEALTHY and there is one. */
bool serve_status_settled(const struct serveapp *app);

#endif
