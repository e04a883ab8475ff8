/*
 * kube_auth.h - who we are towards the API server, at any moment: a fixed token, name and password, a token file that
 * is read again, or what a credential plug-in gave, until it ends or is refused.
 */
#ifndef RAYDECK_KUBE_AUTH_H
#define RAYDECK_KUBE_AUTH_H

#include "backends/kube/kube_access.h"
#include "backends/link/loop.h"

struct kube_auth;

/* `changed` is called from the loop when a plug-in has ended: what waited can be tried again. certificate: the client
 * certificate is another one now. `access` is borrowed. */
struct kube_auth *kube_auth_new(struct loop *l, const struct kube_access *access,
                                void (*changed)(void *arg, bool certificate), void *arg);
void kube_auth_free(struct kube_auth *a); /* wipes; NULL is fine */

enum auth_state {
    AUTH_READY,   /* header and certificate are good, as far as we know */
    AUTH_WAITING, /* a plug-in runs: `changed` will be called */
    AUTH_FAILED   /* why says it; asked again later, it may be well */
};
enum auth_state kube_auth_check(struct kube_auth *a, struct why *why);

/* While READY. */
const char *kube_auth_header(const struct kube_auth *a); /* the value of Authorization; NULL: none */
const char *kube_auth_cert(const struct kube_auth *a);
const char *kube_auth_key(const struct kube_auth *a);
unsigned kube_auth_generation(const struct kube_auth *a); /* moves with every new credential */

/* A server answered 401 to credentials of that generation. True: others are there or on their way, so that one more
 * try makes sense. */
bool kube_auth_refused(struct kube_auth *a, unsigned generation);

#endif
