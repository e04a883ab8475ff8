/*
 * kube_access.h - resolves cluster, user and context from kubeconfig files (--kubeconfig, KUBECONFIG, ~/.kube/config)
 * or from the service account of the pod that we run in. Reads files: for start-up only.
 */
#ifndef RAYDECK_KUBE_ACCESS_H
#define RAYDECK_KUBE_ACCESS_H

#include "backends/backend.h"
#include "backends/kube/kubeconfig_parse.h"

enum { KUBE_PEM_MAX = 1024 * 1024, KUBE_TOKEN_MAX = 64 * 1024 };

struct kube_access {
    struct kubeconfig files;
    struct kube_choice choice; /* borrows from files; user may be NULL */
    char *server;              /* without a slash at its end */
    char *ca_pem, *cert_pem, *key_pem;
    char *where; /* the files' paths, or "in-cluster"; safe text */
    char *shown; /* server as displayed: safe, without user name and password */
};

/* The environment and the service account's directory; replaced in tests. */
struct kube_places {
    const char *(*env)(const char *name);
    const char *account;
};

enum err kube_access_load(const struct kube_open *conf, const struct kube_places *places, struct kube_access **ret,
                          struct why *why);
void kube_access_free(struct kube_access *a); /* wipes; NULL is fine */

/* A bearer token, of a file's text without surrounding white space. path: for the reason. Caller frees as a secret. */
enum err kube_token_parse(const char *text, const char *path, char **ret, struct why *why);
/* The same of a file; blocks: at start-up only. */
enum err kube_token_read(const char *path, char **ret, struct why *why);

#endif
