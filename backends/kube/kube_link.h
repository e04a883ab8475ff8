/*
 * kube_link.h - authenticated requests to one API server. A call is queued until credentials are available, and sent
 * once more with new ones after a 401. Watches and other calls use separate connection pools ("lanes"), so that
 * prompts and deletes never queue behind watches.
 */
#ifndef RAYDECK_KUBE_LINK_H
#define RAYDECK_KUBE_LINK_H

#include "backends/backend.h"
#include "backends/kube/kube_access.h"
#include "backends/link/http.h"

enum kube_lane { KUBE_WATCHES, KUBE_CALLS, KUBE_LANES };

struct kube_link;
struct kube_call;

/* A request that changes something is sent only if the guard allows it at that moment; else it fails with ERR_GUARD. */
struct kube_link *kube_link_new(struct loop *l, struct kube_access *access /* takes */, struct kube_guard guard);
void kube_link_free(struct kube_link *k); /* cancels every call, without callbacks; NULL is fine */
const struct kube_access *kube_link_access(const struct kube_link *k);
struct loop *kube_link_loop(const struct kube_link *k);

/* ask->url is a path with its query; credentials are added, and Accept (JSON) where there is none. Calls done once,
 * from the loop; the call is freed when done returns. */
struct kube_call *kube_link_send(struct kube_link *k, enum kube_lane lane, const struct http_ask *ask,
                                 const struct http_calls *calls);
void kube_call_cancel(struct kube_call *c); /* no callback follows; NULL is fine */

/* Sends without queueing and without the retry after a 401, for callers that need a struct http_request. Without valid
 * credentials calls done at once and returns NULL. */
struct http_request *kube_link_direct(struct kube_link *k, const char *path, const struct http_ask *ask,
                                      const struct http_calls *calls);

enum err kube_link_may_change(const struct kube_link *k, struct why *why);

/* Closes the watches' connections; their calls fail with err and why. Later requests use new connections. */
void kube_link_reconnect(struct kube_link *k, enum err err, const char *why);

#endif
