/* kube_guard.h - which requests to an API server change something, and whether one may be sent now. No I/O. */
#ifndef RAYDECK_KUBE_GUARD_H
#define RAYDECK_KUBE_GUARD_H

#include "backends/backend.h"

/*
 * False only for GET and HEAD, a SelfSubjectAccessReview, a dry run (dryRun=All in the query), and a POST through the
 * proxy of a pod or a Service, which is a prompt. Any other request counts as changing something.
 */
bool kube_request_changes(const char *method, const char *path);

/* ERR_OK, or ERR_GUARD with the reason. */
enum err kube_guard_check(const struct kube_guard *guard, const char *method, const char *path, struct why *why);

#endif
