/*
 * session.h - a connection to one cluster: opens the configured or discovered backends, applies their changes to the
 * world, and sends prompts and deletes. Used by the console and all subcommands.
 *
 * The order of discovery: Kubernetes first (kubeconfig); the RayService in focus gives the Redis address, user,
 * password reference and storage namespace; worker pods give the probes' targets; the configuration overrides each.
 */
#ifndef RAYDECK_SESSION_H
#define RAYDECK_SESSION_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/link/clock.h"
#include "backends/serve/load.h"
#include "backends/session/prompt_router.h"
#include "backends/world/answers.h"
#include "backends/world/recovery.h"
#include "backends/world/timeline.h"
#include "backends/world/world.h"

struct session;
struct session_calls {
    void (*changed)(void *arg, const struct change *c); /* after the world and the recovery have seen it */
    void (*applied)(void *arg, const struct change *c); /* each change, once, as applied: for a recording */
    void *arg;
};

/* Uses loop_clock(l), which tests and replays may set. conf is borrowed until session_close. Fails only for permanent
 * errors (a given kubeconfig is malformed); all else is a source's state. */
enum err session_open(struct loop *l, const struct conf *conf, const struct session_calls *calls, struct session **ret,
                      struct why *why);
void session_close(struct session *s); /* NULL is fine */
/* A loss of a head that was kept: recoveries_remember. */
void session_remember(struct session *s, const struct outage *kept);

/* A session of a recording: opens no backend and sends nothing; the caller feeds its changes and sets its clock. */
struct session *session_open_replay(struct loop *l, const struct conf *conf, const struct session_calls *calls);
void session_take(struct session *s, struct change *c /* takes */);
void session_take_base(struct session *s, struct change *c /* takes */); /* of a keyframe: not news */
void session_reset(struct session *s);                                   /* forgets everything */
bool session_replays(const struct session *s);

const struct world *session_world(const struct session *s);
const struct recovery *session_recovery(const struct session *s);
const struct timeline *session_timeline(const struct session *s); /* of the RayService in focus; never NULL */
struct focus session_focus(const struct session *s);
/* The clock of the world's times and ages; borrowed. */
const struct clock *session_clock(const struct session *s);
/* The Kubernetes backend, for deploy and cleanup. NULL: none; borrowed until session_close. */
struct kube *session_kube(const struct session *s, const struct kube_ops **ret_ops);
const struct kube_where *session_where(const struct session *s); /* NULL without Kubernetes */
/* True when every world that is configured has been listed once or has failed: what `status` waits for. */
bool session_settled(const struct session *s);
/* The users' route is selected, but not probed yet: its protocol is being detected. */
bool session_route_is_pending(const struct session *s);
/* The ingresses of the watched namespace were listed, or cannot be. */
bool session_ingresses_listed(const struct session *s);
/* Watches one namespace, or all of them (NULL). A focus in another namespace is given up. */
void session_watch(struct session *s, const char *ns);
bool session_watches_all(const struct session *s);
const char *session_only_ns(const struct session *s); /* the one namespace that was asked for; NULL: none. Borrowed */
/* Where an object goes that names no namespace: that one, where all are watched the focus's, else the context's.
 * Borrowed; NULL: unknown. */
const char *session_default_ns(const struct session *s);
/* Sets the focus if there are several RayServices; where one namespace is watched that becomes its own. */
void session_choose(struct session *s, const char *ns, const char *service);
/* The sink for changes, for tests. Borrowed. */
const struct sink *session_sink(const struct session *s);
void session_tick(struct session *s); /* about once a second: expiry, evidence by time */
void session_refresh(struct session *s);

/* Disallows all further changes: requests not yet sent end with ERR_GUARD and this reason (copied, truncated). */
void session_stop_changes(struct session *s, const char *why);

/* Whether a command is available now: ERR_OK, or the err and a sentence. */
enum err session_may_delete(const struct session *s, struct why *why);
/* Likewise, where there is no need of a head pod: of a worker. */
enum err session_may_delete_worker(const struct session *s, struct why *why);
/* The API server's review of whether this user may delete pods; *ret_why borrowed, or NULL. */
enum tri session_may_delete_pods(const struct session *s, const char **ret_why);
/* That review is in flight. It is repeated on session_refresh, after a 403 and every five minutes. */
bool session_permission_waits(const struct session *s);
/* Whether a prompt can be sent now; *ret_path (may be NULL): the route in words, borrowed. */
enum err session_may_ask(const struct session *s, const char **ret_path, struct why *why);

/* The detected protocol of that route: "infer", "openai"; NULL until known. *ret_model (may be NULL): NULL: unknown.
 * Borrowed. */
const char *session_prompt_kind(const struct session *s, const char **ret_model);

/* Sends a prompt to the RayService in focus: see prompt_router_ask. */
enum err session_ask(struct session *s, const struct prompt *prompt, void (*done)(void *arg, const struct request *r),
                     void *arg, struct why *why);
/* Starts a load (load_start) on the RayService in focus. A series with a question sends it, by the route, in the kind
 * and to the model of prompts; one with a pod (of the RayService's namespace) sends GET /-/healthz to its Serve proxy;
 * any other by the users' route. Their path, kind and model are filled in. With a sink, any, their REQUEST records go
 * where the service's go. ERR_NOT_FOUND: there is no route, or it is not known yet what it speaks. ERR_USAGE, too: more
 * than SESSION_LOAD_PROXIED_PER_S requests a second through the API server, which others need as well, or `fresh`
 * there. */
enum { SESSION_LOAD_PROXIED_PER_S = 50 };
enum err session_load_start(struct session *s, const struct load_conf *conf, const struct load_calls *calls,
                            struct load **ret, struct why *why);
bool session_load_is_proxied(const struct session *s); /* the users' route leads through the API server's proxy */
bool session_asks(const struct session *s);            /* a prompt is in flight */
size_t session_stop_asking(struct session *s);         /* cancels every prompt in flight; returns how many there were */

/* Allows changes of the cluster until then (clock_now_ms; 0: disallows; UINT64_MAX: no limit). A new session is
 * READ-ONLY. Checked for every change: session_kill_head, and each request that deploy and cleanup send through
 * session_kube. */
void session_allow_changes(struct session *s, uint64_t until_ms);

/* Whether changes are allowed now: ERR_OK, or ERR_GUARD and a sentence. */
enum err session_may_change(const struct session *s, struct why *why);

/* This Lease (its path, copied; NULL: none) was taken while changes were allowed: until it is NULL again, a PATCH of it
 * is sent in any case, so that what was taken is given back also after session_stop_changes. */
void session_hold_lease(struct session *s, const char *path);

/* Deletes exactly the head pod of that UID. ERR_GUARD: changes are not allowed. */
enum err session_kill_head(struct session *s, const char *uid, int64_t grace_s,
                           void (*done)(void *arg, enum err err, const char *why), void *arg, struct why *why);

/* Deletes exactly the worker pod of that UID, of the RayService in focus. ERR_GUARD: changes are not allowed, or it is
 * not such a pod (any more). One fault at a time. */
enum err session_kill_worker(struct session *s, const char *uid, int64_t grace_s,
                             void (*done)(void *arg, enum err err, const char *why), void *arg, struct why *why);

/* Kills the process gcs_server in the Ray container of exactly the head pod of that UID, through `kubectl exec`. done's
 * text is what was killed, where err is ERR_OK; CHANGE_KILLED was emitted then. ERR_NOT_FOUND: there is no kubectl, or
 * no such process; ERR_TIMEOUT: whether it was killed is unknown. ERR_GUARD: changes are not allowed. */
enum err session_kill_gcs(struct session *s, const char *uid, void (*done)(void *arg, enum err err, const char *why),
                          void *arg, struct why *why);
enum err session_may_exec(const struct session *s, struct why *why); /* as session_may_delete, permission apart */

/* Opens a shell in the first container (of a Ray pod Ray's own) of the pod of that UID; see kube_ops.shell. *ret:
 * foreground_free. ERR_GUARD: changes are not allowed. */
enum err session_shell(struct session *s, const char *uid, const struct foreground_calls *calls,
                       struct foreground **ret, struct why *why);

/* Why the RayServices have not been listed; NULL: they have, or Kubernetes is not read. Borrowed. */
const char *session_unread_why(const struct session *s);

/* Where the Redis and the prompts of the RayService in focus are, for the commands that a person can type: addresses
 * may hold secrets (url_without_secrets). Borrowed until the loop runs again; NULL: not known. */
struct session_routes {
    const char *redis, *redis_user;
    bool redis_password, redis_via; /* one is needed; it is reached through a command (--redis-via) */
    const struct serve_path *prompts;
};
struct session_routes session_routes(const struct session *s);

/* What was discovered, one line each, for `info`: world, item, value, source. */
void session_info(const struct session *s,
                  void (*line)(void *arg, const char *what, const char *value, const char *from), void *arg);

#endif
