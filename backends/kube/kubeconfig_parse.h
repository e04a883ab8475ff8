/*
 * kubeconfig_parse.h - parses and merges kubeconfig files as kubectl does: of entries with the same name, and of
 * current-context, the first file's counts. Paths in a file are relative to its directory. No I/O.
 *
 * Messages contain file and line. kubeconfig_done wipes keys, tokens and passwords.
 *
 * Format: Kubernetes, "Organizing Cluster Access Using kubeconfig Files"; client.authentication.k8s.io for `exec`.
 */
#ifndef RAYDECK_KUBE_KUBECONFIG_PARSE_H
#define RAYDECK_KUBE_KUBECONFIG_PARSE_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    KUBECONFIG_MAX = 4 * 1024 * 1024, /* bytes of a file */
    KUBECONFIG_ENTRIES = 4096,        /* clusters, users or contexts */
    KUBECONFIG_EXEC_ARGS = 64,
    KUBECONFIG_EXEC_ENV = 64
};

/* A credential plugin (user.exec). args: without command; env: "NAME=value". Both end with NULL. */
struct kube_exec {
    char *command;
    char *args[KUBECONFIG_EXEC_ARGS + 1];
    char *env[KUBECONFIG_EXEC_ENV + 1];
    char *api_version;
    char *install_hint;
    bool cluster_info; /* provideClusterInfo */
};
/* origin: "file:line" of the entry, for messages. *_data: PEM, decoded. */
struct kube_cluster {
    char *name, *origin;
    char *server, *ca_file, *ca_data, *proxy, *tls_server_name;
    bool insecure;
};
struct kube_user {
    char *name, *origin;
    char *cert_file, *cert_data, *key_file, *key_data; /* secret: key_data */
    char *token, *token_file, *username, *password;    /* secret: token, password */
    char *as;                                          /* Impersonate-User */
    char *unsupported;                                 /* a setting that we do not support, with file and line */
    struct kube_exec *exec;
};
struct kube_context {
    char *name, *origin;
    char *cluster, *user, *ns;
};
struct kubeconfig {
    struct kube_cluster *clusters;
    struct kube_user *users;
    struct kube_context *contexts;
    size_t cluster_count, user_count, context_count;
    char *current;
    char *paths; /* of the files added, comma-separated */
};

void kubeconfig_init(struct kubeconfig *kc);
void kubeconfig_done(struct kubeconfig *kc);

/* Merges a file's bytes. On an error the rest of the file is ignored. */
enum err kubeconfig_parse(struct kubeconfig *kc, const char *path, const char *bytes, size_t len, struct why *why);

/* The context by name (NULL: the current one, or the only one there is) with its cluster and user, borrowed from kc;
 * the user may be NULL. ERR_NOT_FOUND, ERR_PARSE, ERR_UNSUPPORTED. */
struct kube_choice {
    const struct kube_context *context;
    const struct kube_cluster *cluster;
    const struct kube_user *user;
};
enum err kubeconfig_choose(const struct kubeconfig *kc, const char *context, struct kube_choice *ret, struct why *why);

#endif
