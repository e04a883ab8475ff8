/*
 * backend.h - the interfaces of the backends: one const vtable per implementation, one NULL-terminated list per kind.
 *
 * A backend is opened with the loop, its configuration and a sink; it has no access to the world. It publishes its
 * state by CHANGE_SOURCE, retries with back-off until closed, and uses neither sink nor callbacks after close() has
 * returned; its memory is freed in libuv's last close callback. A NULL slot means "not supported"; capability bits say
 * what the implementation can do in principle.
 */
#ifndef RAYDECK_BACKEND_H
#define RAYDECK_BACKEND_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/link/foreground.h"
#include "backends/link/http.h"
#include "backends/link/loop.h"
#include "backends/world/change.h"

#include <stdint.h>

/* ---- Kubernetes ---------------------------------------------------------------------------------------------- */

enum { KUBE_CAN_DELETE = 1 << 0, KUBE_CAN_PROXY = 1 << 1, KUBE_CAN_SECRETS = 1 << 2, KUBE_CAN_LOGS = 1 << 3 };

/* The resolved context, cluster and user; text is safe, borrowed until close. */
struct kube_where {
    const char *context, *server, *user, *ns; /* ns: of the context */
    const char *kubeconfig;                   /* path(s), or "in-cluster" */
    const char *server_version;               /* "v1.34.4", NULL until known */
    const char *ca;                           /* "sha256:…" of the certificate authority's PEM bytes; NULL: none */
    const char *id;              /* digest of server, CA and context: the key in armed.json; never a name alone */
    bool insecure;               /* TLS is not verified */
    const char *const *contexts; /* of the same kubeconfig, this one among them */
    size_t context_count;
};
/*
 * May the cluster be changed? Checked right before each request that changes something is sent, and again before a
 * retry: arming may have expired since the confirmation. Read-only is enforced here and nowhere else
 * (kube/kube_guard.h); earlier checks only serve to report it in time.
 */
struct kube_guard {
    enum err (*may_change)(void *arg, struct why *why); /* ERR_OK, or ERR_GUARD and a sentence; NULL: READ-ONLY */
    void *arg;
    /* The path of a Lease that was taken while changes were allowed, or NULL: a PATCH of it is always sent, so that it
     * is given back. The function may be NULL. */
    const char *(*held_lease)(void *arg);
};
/*
 * What is watched. RayServices: of `only`, or of all namespaces. RayClusters, pods, events and EndpointSlices: of all
 * namespaces (`all`), else of ns, that of the RayService in focus; none while it is not known. Where all namespaces may
 * not be read, those of ns are (of the context's namespace while it is not known), and the source says so.
 */
struct kube_scope {
    const char *only; /* NULL: no restriction */
    const char *ns;   /* NULL: not known yet */
    bool all;
};
struct kube_open {
    const char *kubeconfig, *context; /* NULL: default, the context's */
    struct kube_scope scope;          /* only: its other kinds are watched at once */
    const char *kubectl;              /* its command, for the shell; NULL: kubectl, of PATH */
    struct kube_guard guard;          /* left out: READ-ONLY */
};
struct kube_in_container {
    const char *ns, *pod, *container; /* container NULL: the pod's default one */
};
/*
 * The log of one container (pods/NAME/log?timestamps=true). It is resumed with sinceTime and the one back-off. No line
 * is emitted twice: those of the second in which the stream broke are sent again by the server, and recognized. None is
 * lost without a word: where the last line that was seen does not come again, a note says what may be missing. A line
 * that was cut with its stream comes whole with the next one, or as it is, with a note, at the end.
 */
struct kube_log_want {
    const char *ns, *pod, *container; /* container NULL: the pod's only one */
    bool previous;                    /* the run before this one: read once, not followed */
    uint64_t since_s;                 /* of the last so many seconds; 0: all that the kubelet keeps */
    uint64_t tail;                    /* the last so many lines; 0: all */
};
enum kube_log_state {
    KUBE_LOG_OPENING,   /* the request was sent, or is about to be */
    KUBE_LOG_FOLLOWING, /* lines arrive as they are written */
    KUBE_LOG_WAITING,   /* for the next attempt; why: what ended the last one, "" where its log did */
    KUBE_LOG_ENDED,     /* there will be no more lines: the pod is gone, or the previous run was read */
    KUBE_LOG_REFUSED    /* why: the API server's answer. It is not asked again */
};
struct kube_log_calls {
    void (*line)(void *arg, uint64_t ns /* since 1970; 0: unknown */, char *text /* takes; safe, of one line */);
    void (*note)(void *arg, uint64_t ns, const char *words); /* about the log, in its place */
    void (*changed)(void *arg);                              /* the state */
    void *arg;
};
struct kube_log;
enum { KUBE_COMMAND_ARGS = 16 }; /* of a command in a container, its NULL included */
struct kube;
enum forward_phase {
    FORWARD_STARTS, /* kubectl runs and does not listen yet, or is about to be started again */
    FORWARD_UP,     /* it listens on the local port: a claim of kubectl's, which has found a running pod */
    FORWARD_FAILED  /* it is not started again: what is wrong does not pass by itself */
};
struct kube_forward_conf {
    const char *ns, *target; /* "service/NAME" or "pod/NAME"; copied */
    unsigned local, remote;  /* ports: of this machine, of the target */
    /* From the loop, at each change. why: a sentence that says what to do, of the last end of kubectl; "" while up and
     * at first. */
    void (*changed)(void *arg, enum forward_phase phase, enum err err, const char *why);
    void *arg;
};
struct kube_forward;
struct kube_call; /* a request in flight */
struct kube_ops {
    const char *kind; /* "api" */
    unsigned caps;
    /* *ret_be is set only on success. The configuration is copied. */
    enum err (*open)(struct loop *l, const struct kube_open *conf, const struct sink *sink, struct kube **ret_be,
                     struct why *why);
    void (*close)(struct kube *be);
    const struct kube_where *(*where)(const struct kube *be);
    /* Watches something else. Copied. */
    void (*set_scope)(struct kube *be, const struct kube_scope *scope);
    /* Checks the guard: ERR_OK, or ERR_GUARD and the reason with which a request that changes something would fail
     * now. */
    enum err (*may_change)(const struct kube *be, struct why *why);
    /* Deletes the pod of that UID (a precondition). grace_s -1: the pod's own. Calls done once, then emits
     * CHANGE_DELETED. */
    void (*delete_pod)(struct kube *be, const char *ns, const char *name, const char *uid, int64_t grace_s,
                       void (*done)(void *arg, enum err err, const char *why), void *arg);
    /* Runs a command in a container, as `kubectl exec` does: it counts as a change, whatever it is. Calls done once,
     * possibly at once, with its stdout (safe, of bounded size). ERR_CHILD: it failed, or could not be started there;
     * ERR_NOT_FOUND: there is no kubectl; ERR_TIMEOUT: what became of it is unknown. No UID can be a precondition. */
    void (*exec)(struct kube *be, const struct kube_in_container *in, const char *const *command,
                 void (*done)(void *arg, enum err err, const char *out, const char *why), void *arg);
    /* Opens an interactive shell in a container by `kubectl exec -it`, which has the terminal until it ends
     * (link/foreground.h): it counts as a change. NULL, and why: changes are not allowed. No UID can be a
     * precondition. */
    struct foreground *(*shell)(struct kube *be, const struct kube_in_container *in,
                                const struct foreground_calls *calls, struct why *why);
    /* Forwards a local port of 127.0.0.1 by `kubectl port-forward`, which is started again when it ends, until
     * forward_close, which ends kubectl and precedes close. Changes nothing in the cluster. */
    struct kube_forward *(*forward)(struct kube *be, const struct kube_forward_conf *conf);
    void (*forward_close)(struct kube_forward *f); /* NULL is fine */
    /* Follows the log of a container with its times, until log_close, which precedes close; see struct kube_log_want.
     * No callback comes before it returns, or from log_close. */
    struct kube_log *(*log)(struct kube *be, const struct kube_log_want *want, const struct kube_log_calls *calls);
    void (*log_close)(struct kube_log *log); /* NULL is fine */
    void (*log_last)(struct kube_log *log);  /* the pod is gone: read to the end of the stream, do not reconnect */
    enum kube_log_state (*log_state)(const struct kube_log *log, const char **ret_why /* borrowed; may be NULL */);
    /* Whether this user is allowed to do it (SelfSubjectAccessReview). resource as "pods", "pods/proxy", "secrets", and
     * with its group as kubectl writes it: "ingresses.networking.k8s.io". */
    void (*may)(struct kube *be, const char *verb, const char *resource, const char *ns,
                void (*done)(void *arg, enum tri answer, const char *why), void *arg);
    /* One value of a Secret; the bytes are wiped after done returns. */
    void (*secret)(struct kube *be, const char *ns, const char *name, const char *key,
                   void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why), void *arg);
    /* The Redis password that a RayService's spec contains in clear text; never part of a change. */
    void (*inline_password)(struct kube *be, const char *ns, const char *service,
                            void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why),
                            void *arg);
    /* Lists the ingresses of a namespace (NULL: of all) once: emits RELIST, PUT … RELISTED before it calls done. Their
     * source, "ingresses", belongs to WORLD_CONSOLE: without ingresses no world is incomplete. */
    void (*ingresses)(struct kube *be, const char *ns, void (*done)(void *arg, enum err err, const char *why),
                      void *arg);
    /* Cancels the calls of delete_pod, exec, may, secret, inline_password and ingresses with this argument: their
     * callbacks are not called. The server may still carry out a delete. */
    void (*forget)(struct kube *be, const void *arg);
    /* A request through the server's proxy: path begins with "/api/v1/namespaces/…/proxy/…"; ask->url is ignored. May
     * return NULL after having called done. */
    struct http_request *(*proxy)(struct kube *be, const char *path, const struct http_ask *ask,
                                  const struct http_calls *calls);
    /* Sends any request to the API server with its credentials: waits for them, and renews them once after a 401.
     * ask->url is a path with its query; Accept is added; ask->secret wipes both bodies. Calls done once, from the
     * loop, unless cancelled before; frees the call when done returns. */
    struct kube_call *(*request)(struct kube *be, const struct http_ask *ask, const struct http_calls *calls);
    void (*cancel)(struct kube_call *call); /* no callback follows; NULL is fine */
    /* The outcome of a response: ERR_OK for 2xx, else why has the server's message, safe and short. */
    enum err (*judge)(const struct http_answer *answer, struct why *why);
    void (*refresh)(struct kube *be); /* lists everything again, now */
};
#define KUBE_INGRESSES "ingresses"
extern const struct kube_ops *const kube_kinds[];

/* ---- Redis --------------------------------------------------------------------------------------------------- */

struct redis_open {
    /* redis://[user[:password]@]host[:port][/db], unix:///path, rediss://…[?cacert=FILE&servername=NAME] */
    const char *url;
    const char *via;             /* a command whose stdin and stdout are the connection, or NULL */
    const char *user, *password; /* override the URL's */
    const char *ns;              /* storage namespace; NULL: discovered, and all are reported */
};
struct redis_link;
struct redis_ops {
    const char *kind; /* "resp" */
    unsigned caps;
    enum err (*open)(struct loop *l, const struct redis_open *conf, const struct sink *sink, struct redis_link **ret_be,
                     struct why *why);
    void (*close)(struct redis_link *be);
    /* The addresses of head pods: CLIENT LIST's rows from them are the GCS's connections. */
    void (*set_head_addresses)(struct redis_link *be, const char *const *ips, size_t count);
    void (*set_namespace)(struct redis_link *be, const char *ns);
    /* In fast-poll mode, while a head is being lost, heartbeats and connections are read four times a second, and every
     * sample is published, changed or not. */
    void (*set_fast_poll)(struct redis_link *be, bool fast);
    void (*refresh)(struct redis_link *be);
};
extern const struct redis_ops *const redis_kinds[];

/* ---- Neuron -------------------------------------------------------------------------------------------------- */

struct neuron_open {
    const char *source;      /* the source's id, "neuron/…" */
    const char *spec;        /* a command, or http://… */
    const char *knode, *pod; /* where it runs, when that is known; else NULL */
};
struct neuron;
struct neuron_ops {
    const char *kind; /* "monitor" */
    bool (*takes)(const char *spec);
    enum err (*open)(struct loop *l, const struct neuron_open *conf, const struct sink *sink, struct neuron **ret_be,
                     struct why *why);
    void (*close)(struct neuron *be);
};
extern const struct neuron_ops *const neuron_kinds[];

/* ---- Prompts and probes -------------------------------------------------------------------------------------- */

/* How an HTTP request reaches Serve: directly (base URL), or through the API server's proxy. */
struct serve_path {
    char *words; /* "API server proxy", "direct 10.0.0.3:8000", "ingress mistral": shown with every answer */
    char *base;  /* direct: "http://host:port"; proxied: "/api/v1/namespaces/…/proxy" */
    bool proxied;
    char *host; /* the Host header, where base is a load balancer that routes by it; else NULL */
};
struct serve_open {
    struct http_client *http;        /* for direct paths; borrowed */
    const struct kube_ops *kube_ops; /* for proxied ones; may be NULL */
    struct kube *kube;
};
/* An earlier turn of the conversation. */
struct prompt_turn {
    const char *question, *answer;
};
struct prompt_ask {
    const char *id, *question;
    const char *series; /* of a load (record request); NULL: none */
    const char *talk;   /* the conversation it belongs to; NULL: none */
    const struct prompt_turn
        *turns; /* its earlier turns, oldest first, copied; ignored by kinds without conversations */
    size_t turn_count, turns_dropped;
    const char *model;      /* NULL: the first one that the server lists */
    struct serve_path path; /* copied */
    uint64_t timeout_ms;
    uint64_t due_wall_ms;
};
struct prompt_run;
struct prompt_ops {
    const char *kind; /* "infer", "openai" */
    bool streams;     /* the record grows while the answer arrives */
    /* Emits a REQUEST record (kind "prompt") as it proceeds; calls done once, with the final one (borrowed). */
    struct prompt_run *(*ask)(struct loop *l, const struct serve_open *how, const struct prompt_ask *ask,
                              const struct sink *sink, void (*done)(void *arg, const struct request *r), void *arg);
    void (*cancel)(struct prompt_run *run); /* done is called with phase "cancelled" */
};
extern const struct prompt_ops *const prompt_kinds[];
const struct prompt_ops *prompt_kind_named(const char *kind); /* NULL: there is none; kind may be NULL */

#endif
