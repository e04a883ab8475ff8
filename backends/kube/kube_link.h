/*
 * kube_link.h - requests to one API server: they wait for credentials, are renewed once on a 401, and go out on one of
 * two sets of connections, so that prompts and deletes never queue behind watches.
 */
#ifndef RAYDECK_KUBE_LINK_H
#define RAYDECK_KUBE_LINK_H

#include "backends/backend.h"
#include "backends/kube/kube_access.h"
#include "backends/link/http.h"

enum kube_lane { KUBE_WATCHES, KUBE_CALLS, KUBE_LANES };

struct kube_link;
struct kube_call;

/* What changes something is sent only while the guard lets it; else it ends with ERR_GUARD. */
struct kube_link *kube_link_new(struct loop *l, struct kube_access *access /* takes */, struct kube_guard guard);
void kube_link_free(struct kube_link *k); /* ends every call without a word; NULL is fine */
const struct kube_access *kube_link_access(const struct kube_link *k);
struct loop *kube_link_loop(const struct kube_link *k);

/* ask->url is a path with its query; credentials and Accept are added. done is told from the loop, never from in here.
 * The call is gone when done has returned. */
struct kube_call *kube_link_send(struct kube_link *k, enum kube_lane lane, const struct http_ask *ask,
                                 const struct http_calls *calls);
void kube_call_cancel(struct kube_call *c); /* no callback comes after it; NULL is fine */

/* The same at once and unrenewed, for those who hold a struct http_request. NULL after done was called: there are no
 * credentials just now. */
struct http_request *kube_link_direct(struct kube_link *k, const char *path, const struct http_ask *ask,
                                      const struct http_calls *calls);

enum err kube_link_may_change(const struct kube_link *k, struct why *why);

/* Drops the watches' connections; their calls end with err and why. What is sent from now on dials anew. */
void kube_link_redial(struct kube_link *k, enum err err, const char *why);

#endif
