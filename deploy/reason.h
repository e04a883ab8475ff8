/*
 * reason.h - why something does not go on, out of the world: pods, their events, Serve's own words. Pure; every text is
 * safe and cut at the size given.
 */
#ifndef RAYDECK_DEPLOY_REASON_H
#define RAYDECK_DEPLOY_REASON_H

#include "backends/world/world.h"

#include <stdbool.h>

/* The newest event about the object of that name and, where that is known, UID: of that reason, or, with reason NULL,
 * any Warning. Not older than since_ms (the server's wall clock). Borrowed; NULL: none. */
const struct event *reason_event(const struct world *w, const char *ns, const char *about, const char *uid,
                                 const char *reason, uint64_t since_ms);

/* What keeps a pod from being ready; false where it is, or is going away. */
bool reason_of_pod(const struct world *w, const struct pod *p, char *ret, size_t size);

/* Why a RayService does not answer: its pods first, then Serve, then what was said about it. "" where nothing is known.
 */
void reason_of_service(const struct world *w, const char *ns, const char *service, char *ret, size_t size);

/* What keeps the Redis cleanup Job's pod of a namespace from running; false where nothing is known. */
bool reason_of_redis_cleanup(const struct world *w, const char *ns, char *ret, size_t size);

#endif
