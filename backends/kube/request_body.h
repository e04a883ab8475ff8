/*
 * request_body.h - builds paths of objects, SelfSubjectAccessReview (authorization.k8s.io/v1) and DeleteOptions
 * (meta/v1) for requests to an API server. Pure: no I/O. For the backend and for deploy/.
 */
#ifndef RAYDECK_KUBE_REQUEST_BODY_H
#define RAYDECK_KUBE_REQUEST_BODY_H

#include "backends/base/json.h"

#define REVIEW_PATH "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

/* "<root>[/namespaces/<ns>]/<resource>[/<name>]", escaped; ns and name may be NULL. Caller frees. */
char *request_path(const char *root, const char *ns, const char *resource, const char *name);

/* resource as kubectl has it: PLURAL[.GROUP][/SUBRESOURCE]; ns NULL: not namespaced. Caller: cJSON_Delete. */
cJSON *review_body(const char *verb, const char *resource, const char *ns);

struct delete_options {
    const char *uid;         /* precondition: metadata.uid */
    const char *version;     /* precondition: metadata.resourceVersion; NULL: any */
    int64_t grace_s;         /* < 0: the object's own */
    const char *propagation; /* "Background" …; NULL: the resource's default */
};
cJSON *delete_body(const struct delete_options *options); /* caller: cJSON_Delete */

#endif
