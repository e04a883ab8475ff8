/*
 * exec_credential_parse.h - what a credential plug-in prints, and what it is told. No I/O.
 *
 * Format: client.authentication.k8s.io/v1 and v1beta1, ExecCredential. Messages never hold a part of the answer.
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
    struct known_u64 ends; /* expirationTimestamp; unknown: good until refused */
};
enum err exec_answer_parse(const struct kube_exec *exec, const char *bytes, size_t len, struct exec_answer *ret,
                           struct why *why);
void exec_answer_done(struct exec_answer *a); /* wipes */

/* The environment of the plug-in: "KUBERNETES_EXEC_INFO=…". Caller frees. */
char *exec_info(const struct kube_exec *exec, const struct kube_cluster *cluster, const char *ca_pem);

#endif
