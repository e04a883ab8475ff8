/* kube_api_priv.h - shared by api.c (sources, liveness) and api_actions.c (one question at a time); for those two only.
 */
#ifndef RAYDECK_KUBE_KUBE_API_PRIV_H
#define RAYDECK_KUBE_KUBE_API_PRIV_H

#include "backends/backend.h"
#include "backends/kube/kube_link.h"
#include "backends/kube/reflector.h"
#include "backends/link/child_env.h"

enum { API_KINDS = 6 };

struct kube {
    struct loop *loop;
    struct kube_link *link;
    struct sink sink;
    struct kube_where where;
    char *context, *user, *context_ns, *version;
    char *ca, *id;   /* see struct kube_where */
    char *only, *ns; /* struct kube_scope */
    bool all;
    char **contexts; /* see struct kube_where; NULL-terminated */
    struct reflector *kind[API_KINDS];
    struct alarm *scope_alarm, *tick;
    struct kube_call *probe;
    uint64_t probed_ms;                      /* when the last one was sent; 0: none yet */
    uint64_t probe_every_ms, probe_limit_ms; /* PROBE_… of kube_api.c; shorter in tests */
    unsigned probes_failed;
    struct action *actions; /* in flight */
    char *kubeconfig;       /* the one file that was configured; NULL: kubectl finds the same ones */
    char *kubectl;          /* the command, for the shell; NULL: kubectl */
    struct kube_log *logs;  /* of kube_log.c, open */
    struct kube_run *runs;  /* of kube_exec.c, in flight */
};

void kube_api_delete_pod(struct kube *be, const char *ns, const char *name, const char *uid, int64_t grace_s,
                         void (*done)(void *arg, enum err err, const char *why), void *arg);
void kube_api_exec(struct kube *be, const struct kube_in_container *in, const char *const *command,
                   void (*done)(void *arg, enum err err, const char *out, const char *why), void *arg);
struct foreground *kube_api_shell(struct kube *be, const struct kube_in_container *in,
                                  const struct foreground_calls *calls, struct why *why);
/* kubectl, or the shell with the configured command, and the options that say which cluster and namespace; the command
 * and its own arguments follow. Caller: kubectl_args_done. */
enum { KUBECTL_ARGS = 8 };
struct kubectl_args {
    const char *argv[KUBECTL_ARGS + 24];
    size_t count;
    char *owned[KUBECTL_ARGS];
    size_t owned_count;
    enum child_secrets secrets; /* that it may have in its environment */
};
void kubectl_args_init(struct kubectl_args *a, const struct kube *be, const char *ns);
void kubectl_args_done(struct kubectl_args *a);
void kube_api_exec_stop(struct kube *be, const void *arg); /* those with this argument, NULL: all; without callbacks */
void kube_api_may(struct kube *be, const char *verb, const char *resource, const char *ns,
                  void (*done)(void *arg, enum tri answer, const char *why), void *arg);
void kube_api_secret(struct kube *be, const char *ns, const char *name, const char *key,
                     void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why), void *arg);
void kube_api_inline_password(struct kube *be, const char *ns, const char *service,
                              void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why),
                              void *arg);
void kube_api_ingresses(struct kube *be, const char *ns, void (*done)(void *arg, enum err err, const char *why),
                        void *arg);
struct http_request *kube_api_proxy(struct kube *be, const char *path, const struct http_ask *ask,
                                    const struct http_calls *calls);
struct kube_call *kube_api_request(struct kube *be, const struct http_ask *ask, const struct http_calls *calls);
enum err kube_api_judge(const struct http_answer *answer, struct why *why);
void kube_api_forget(struct kube *be, const void *arg);
void kube_api_actions_stop(struct kube *be); /* cancels all, without callbacks */

#endif
