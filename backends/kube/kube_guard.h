/* kube_guard.h - which requests to an API server change something, and whether one may be sent now. No I/O. */
#ifndef RAYDECK_KUBE_GUARD_H
#define RAYDECK_KUBE_GUARD_H

#include "backends/backend.h"

/*
 * True for everything but: GET and HEAD; a SelfSubjectAccessReview; a dry run (dryRun=All in the request's own query);
 * a POST through the proxy of a pod or a Service, which is a prompt. What is not understood changes something.
 */
bool kube_request_changes(const char *method, const char *path);

/* ERR_OK, or ERR_GUARD and why not. */
enum err kube_guard_check(const struct kube_guard *guard, const char *method, const char *path, struct why *why);

#endif
