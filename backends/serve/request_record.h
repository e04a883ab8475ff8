/*
 * request_record.h - creates and completes REQUEST records: those of health probes, of a load and of prompts.
 */
#ifndef RAYDECK_SERVE_REQUEST_RECORD_H
#define RAYDECK_SERVE_REQUEST_RECORD_H

#include "backends/backend.h"
#include "backends/serve/serve_failure.h"

/* A record in phase "waiting" of a request by that path. All is copied; kind: REQUEST_PROBE, … The caller frees it with
 * record_free, or puts it into a change. */
struct request *request_record_new(const char *key, const char *kind, const char *target,
                                   const struct serve_path *path);
/* phase: "ok", "slow", "failed", "cancelled". why: NULL or "": nothing to say. */
void request_record_end(struct request *r, const char *phase, enum serve_failure f, const char *why);
void request_record_emit(const struct request *r, const struct sink *sink, const char *source,
                         enum world_kind world); /* a copy */

#endif
