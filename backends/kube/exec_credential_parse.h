/*
 * exec_credential_parse.h - parses the output of a credential plugin, and builds its KUBERNETES_EXEC_INFO. No I/O.
 *
 * Format: client.authentication.k8s.io/v1 and v1beta1, ExecCredential. Messages never quote the output.
 */
#ifndef RAYDECK_KUBE_EXEC_CREDENTIAL_PARSE_H
#define RAYDECK_KUBE_EXEC_CREDENTIAL_PARSE_H

#include "backends/base/err.h"
#include "backends/base/known.h"
#include "backends/kube/kubeconfig_parse.h"

enum { EXEC_ANSWER_MAX = 1024 * 1024 };

struct exec_answer {
    char *token;           /* secret */
    char *cert, *key;      /* PEM, both or none; key is secret */
    struct known_u64 ends; /* expirationTimestamp; unknown: valid until the server refuses it */
};
enum err exec_answer_parse(const struct kube_exec *exec, const char *bytes, size_t len, struct exec_answer *ret,
                           struct why *why);
void exec_answer_done(struct exec_answer *a); /* wipes */

/* The plugin's environment variable, "KUBERNETES_EXEC_INFO=…". Caller frees. */
char *exec_info(const struct kube_exec *exec, const struct kube_cluster *cluster, const char *ca_pem);

#endif
