/*
 * session_priv.h - internals of the session; for backends/session only.
 *
 * A relevant change schedules a debounced reconcile, so that a full list causes only one, and no backend is closed from
 * within its own sink.
 */
#ifndef RAYDECK_SESSION_PRIV_H
#define RAYDECK_SESSION_PRIV_H

#include "backends/link/budget.h"
#include "backends/link/clock.h"
#include "backends/session/prompt_router.h"
#include "backends/session/redis_discovery.h"
#include "backends/session/serve_probes.h"
#include "backends/session/session.h"
#include "backends/world/recoveries.h"
#include "backends/world/timelines.h"

enum {
    SESSION_RECONCILE_MS = 20,
    SESSION_RECONCILES = 100,   /* burst; a cluster that changes endlessly is followed at: */
    SESSION_RECONCILE_RATE = 5, /* times a second */
    SESSION_REDIS_OPENS = 10,   /* links to a Redis at once; then one a second */
    SESSION_INGRESS_MS = 60000, /* interval of lists of the ingresses */
    SESSION_SERVICES = 8,       /* RayServices that are read at once: those that were in focus last */
};

/* The objects of one RayService. */
struct session_service {
    struct session *session;
    struct sink sink;              /* of the three objects: their changes are owned by the RayService */
    char *uid;                     /* of the RayService; NULL: none is known yet */
    char *ns, *name;               /* of the RayService; NULL with uid */
    char *owner;                   /* uid, once what was opened without is closed */
    struct redis_discovery *redis; /* NULL: --redis none, or it is held for its prompts alone */
    struct serve_probes *probes;   /* NULL: it is held for its prompts alone */
    struct prompt_router *router;
    struct session_service *next;
};

struct neuron_open_one {
    const struct neuron_ops *ops;
    struct neuron *be;
};

/* The access review of deleting pods in a namespace. */
struct permission {
    char *ns;           /* namespace of the last review; NULL: none yet */
    char *requested_ns; /* of the review in flight; NULL: none */
    bool again;         /* repeat after the review in flight */
    bool answered;      /* of ns; TRI_UNKNOWN: the review failed */
    enum tri may_delete;
    char *why;
    uint64_t requested_ms, due_ms; /* when the last one was sent; when the next one is due */
};
/* The fault in flight; done NULL: none. */
struct killing {
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
    char *uid, *pod; /* the pod's, and "ns/name" */
    uint64_t sent_ms;
};

/* The ingresses of the watched namespaces. */
struct ingress_poll {
    char *ns;             /* namespace of the last list, or SCOPE_ALL; NULL: none yet */
    bool listing, listed; /* listed: at least once, or cannot be */
    bool all_denied;      /* those of all namespaces cannot be listed: the focus's are */
    uint64_t at_ms;
};

struct session {
    struct loop *loop;
    struct clock *clock; /* of loop; all times and expiries */
    const struct conf *conf;
    struct session_calls calls;
    struct world *world;
    struct recoveries *recoveries;
    struct timelines *timelines;
    struct alarm *reconcile;
    struct budget reconciles;
    uint64_t reconciled_ms; /* of the last one */
    struct sink sink;

    char *ns, *service; /* the focus; NULL: whichever is the only one */
    bool chosen;        /* chosen by the user: kept even if it is deleted */
    char *only_ns;      /* the namespace whose RayServices alone are listed; NULL: all */
    bool all;           /* pods, events … of all namespaces are watched, not only of the focus's */
    struct focus focus; /* of focus_world; read it with session_focus */
    bool focus_fresh;
    bool replays;      /* session_open_replay */
    bool kube_settled; /* set by the first reconcile after Kubernetes settled */

    const struct kube_ops *kube_ops;
    struct kube *kube;
    uint64_t changes_until_ms; /* session_allow_changes */
    struct {
        char *only, *ns;
        bool all;
    } scope; /* what the Kubernetes backend watches */
    struct permission permission;
    struct killing killing;
    char *lease;      /* session_hold_lease */
    char stopped[96]; /* why changes were disallowed; "": they were not */

    struct session_service *services;  /* first: the one in focus; never empty while the session is open */
    const struct redis_ops *redis_ops; /* NULL: --redis none */
    struct budget redis_opens;
    struct neuron_open_one neuron[CONF_NEURONS];

    struct http_client *http; /* direct addresses */
    struct serve_open serve;
    struct ingress_poll ingresses;
    uint64_t prompts, probes; /* so far, for their keys */
    struct prober_share probing;
};

uint64_t session_now_ms(const struct session *s);
void session_killing_done(struct killing *k); /* act.c: frees what it names, and calls nothing */
struct focus session_focus_of(const struct session *s, const char *uid); /* the same for any RayService */

/* Schedule a reconcile, within its budget or after ms; of several the earliest is kept. */
void session_reconcile_soon(struct session *s);
void session_reconcile_after(struct session *s, uint64_t ms);
void session_focus_update(struct session *s);

/* services.c */
void session_services_open(struct session *s); /* opens what needs only the configuration */
void session_services_update(struct session *s);
void session_services_update_routes(struct session *s); /* of prompts alone */
/* No backend waits for an answer to be opened, and the first probes have ended. */
bool session_services_settled(const struct session *s);
void session_services_tick(struct session *s);
void session_services_refresh(struct session *s);
void session_services_set_fast_poll(struct session *s);
void session_services_close(struct session *s);

/* The world has a source, and each was listed once or has failed. */
bool session_world_settled(const struct session *s, enum world_kind kind);

/* ingresses.c */
void session_ingresses_list(struct session *s);

/* permission.c */
void session_permission_set_namespace(struct session *s,
                                      const char *ns); /* forgets what was answered for another one */
void session_permission_tick(struct session *s, uint64_t now_ms);
void session_permission_refresh(struct session *s); /* requests it now: on user request, or after a denial */
void session_permission_doubt(struct session *s);   /* a source got a 403, possibly repeatedly */
void session_permission_done(struct session *s);

/* Publishes a change without content, so that times are drawn again. */
void session_publish_time(struct session *s, uint64_t now_ms);

/* Publishes the state of a source without a backend. */
void session_publish_source(struct session *s, const char *source, enum world_kind world, enum source_state state,
                            enum err err, const char *why);

#endif
