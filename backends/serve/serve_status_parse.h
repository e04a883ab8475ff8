/*
 * serve_status_parse.h - the body of the Ray dashboard's GET /api/serve/applications/ -> a SERVEAPP record. Field names
 * as Ray 2.22 and 2.60 were recorded. Only what is shown is read: configurations and environments are not.
 */
#ifndef RAYDECK_SERVE_STATUS_PARSE_H
#define RAYDECK_SERVE_STATUS_PARSE_H

#include "backends/world/record.h"

enum { SERVE_STATUS_BODY_MAX = 16 * 1024 * 1024, SERVE_STATUS_ITEMS = 4096 /* of each list */ };

/* *ret: caller frees with record_free. A body without an object "applications" is ERR_PARSE. *ret_left_out:
 * applications, deployments, replicas and proxies that are no objects, or beyond SERVE_STATUS_ITEMS. */
enum err serve_status_parse(const char *service_uid, const char *body, size_t len, struct serveapp **ret,
                            size_t *ret_left_out, struct why *why);

/* True when every deployment is HEALTHY and there is one. */
bool serve_status_settled(const struct serveapp *app);

#endif
