/*
 * kube_auth.h - the current credentials for the API server: a static token, basic auth, a token file that is re-read,
 * or those of an exec credential plugin until they expire or the server refuses them.
 */
#ifndef RAYDECK_KUBE_AUTH_H
#define RAYDECK_KUBE_AUTH_H

#include "backends/kube/kube_access.h"
#include "backends/link/loop.h"

struct kube_auth;

/* Calls `changed` from the loop when a plugin has exited or a token file was read: queued calls can be retried.
 * certificate: the client certificate has changed. `access` is borrowed. */
struct kube_auth *kube_auth_new(struct loop *l, const struct kube_access *access,
                                void (*changed)(void *arg, bool certificate), void *arg);
void kube_auth_free(struct kube_auth *a); /* wipes; NULL is fine */

enum auth_state {
    AUTH_READY,   /* header and certificate are believed valid */
    AUTH_WAITING, /* a plugin runs, or a file is read: `changed` will be called */
    AUTH_FAILED   /* why has the reason; a later check retries */
};
enum auth_state kube_auth_check(struct kube_auth *a, struct why *why);

/* While READY. */
const char *kube_auth_header(const struct kube_auth *a); /* the value of Authorization; NULL: none */
const char *kube_auth_cert(const struct kube_auth *a);
const char *kube_auth_key(const struct kube_auth *a);
unsigned kube_auth_generation(const struct kube_auth *a); /* incremented with every new credential */

/* The server answered 401 to credentials of that generation. True: newer ones exist or are being fetched, so that a
 * retry makes sense. */
bool kube_auth_refused(struct kube_auth *a, unsigned generation);

#endif
