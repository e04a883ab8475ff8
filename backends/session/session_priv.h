/*
 * session_priv.h - what the files of the session share; for backends/session only.
 *
 * Discovery is deferred: a change that may matter rings `discover` a moment later, so that a full list costs one look,
 * and so that no backend is closed from within its own sink.
 */
#ifndef RAYDECK_SESSION_PRIV_H
#define RAYDECK_SESSION_PRIV_H

#include "backends/link/budget.h"
#include "backends/link/clock.h"
#include "backends/serve/prober.h"
#include "backends/serve/serve_status.h"
#include "backends/session/redis_discovery.h"
#include "backends/session/session.h"
#include "backends/world/recoveries.h"

enum {
    SESSION_DISCOVER_MS = 20,
    SESSION_DISCOVERIES = 100,  /* at once; a cluster that changes its mind without end is followed: */
    SESSION_DISCOVERY_RATE = 5, /* times a second */
    SESSION_REDIS_OPENS = 10,   /* links to a Redis at once; then one a second */
    SESSION_PROMPT_MS = 180000, /* a model on a busy NeuronCore takes its time; the blueprint's own UI waits as long */
    SESSION_PROMPTS = 64,       /* in flight */
    SESSION_INGRESS_MS = 60000, /* between two looks at the ingresses */
    SESSION_SHUT = 2,           /* an ingress, and the service */
    SESSION_SHUT_MS = 5 * 60 * 1000,
    SESSION_KIND_MS = 5000, /* what a way speaks: how long to wait for it, and when to ask again */
    SERVE_PORT = 8000       /* Ray Serve's default; no record says another */
};

/* What is held of one RayService. */
struct session_service {
    char *uid;                     /* of the RayService; NULL: none is known yet */
    struct redis_discovery *redis; /* NULL: --redis none */
    struct session_service *next;
};

struct neuron_open_one {
    const struct neuron_ops *ops;
    struct neuron *be;
};

struct asked;

/* What the API server says of deleting pods in a namespace. */
struct permission {
    char *ns;       /* that is asked about; NULL: none yet */
    char *asked_ns; /* of the review in flight; NULL: none is */
    bool again;     /* another one follows it */
    bool answered;  /* of ns; TRI_UNKNOWN: the review failed */
    enum tri may_delete;
    char *why;
    uint64_t asked_ms, due_ms; /* when the last one was sent; when it is asked again */
};
/* The delete in flight; done NULL: none is. */
struct killing {
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
};

/* The way of prompts: which there are, and what is spoken at the end of the one that is taken. */
struct prompt_way {
    char *ingress_ns; /* whose ingresses were asked for */
    bool ingress_waits, ingress_known;
    uint64_t ingress_at_ms;
    struct serve_path looked; /* the way that kind and model are of */
    struct serve_get *look;
    const char *kind; /* NULL: not known yet */
    bool sure;        /* the server has answered; else it is asked again */
    bool served;      /* Serve was RUNNING at the last look: when it turns so, what it speaks is asked anew */
    char *model;      /* the first of an openai server; NULL: not known */
    uint64_t look_at_ms;
    struct shut_way {
        char *base; /* NULL: none */
        uint64_t at_ms;
    } shut[SESSION_SHUT]; /* found, but nobody answers there from here: left out for a while */
};

struct session {
    struct loop *loop;
    struct clock *clock; /* of loop: what is known, and until when, goes by it */
    const struct conf *conf;
    struct session_calls calls;
    struct world *world;
    struct recoveries *recoveries;
    struct alarm *discover;
    struct budget discoveries;
    uint64_t discovered_ms; /* when it last rang */
    struct sink sink;

    char *ns, *service; /* the focus; NULL: whichever is the only one */
    bool chosen;        /* by a person: not given up when it is gone */
    struct focus focus; /* of focus_world; read it with session_focus */
    bool focus_fresh;
    bool looked; /* discovery has seen all that Kubernetes has to say at first */

    const struct kube_ops *kube_ops;
    struct kube *kube;
    uint64_t changes_until_ms; /* session_allow_changes */
    char *kube_ns;             /* told by set_namespace */
    struct permission permission;
    struct killing killing;
    char stopped[96]; /* why nothing is changed any more; "": it may be */

    struct session_service *services;
    const struct redis_ops *redis_ops; /* NULL: --redis none */
    struct budget redis_opens;
    struct neuron_open_one neuron[CONF_NEURONS];

    struct http_client *http; /* direct addresses */
    struct serve_open serve;
    struct prober *prober, *way_prober;
    struct serve_status *serve_status;
    char *prompt_words; /* the way a prompt would take; NULL: none is known */
    struct prompt_way way;
    struct asked *asked; /* prompts in flight, or waiting for their way to be known */
    size_t asked_count;
    uint64_t prompts; /* so far, for their keys */
};

uint64_t session_now_ms(const struct session *s);

/* One look at the world each; cheap when nothing has changed. */
void session_discover_soon(struct session *s);
void session_discover_after(struct session *s, uint64_t ms);
void session_look_for_focus(struct session *s);
void session_probe_way(struct session *s);
void session_look_for_serve(struct session *s);

/* services.c */
void session_services_open(struct session *s); /* opens what the configuration alone says */
void session_services_update(struct session *s);
bool session_services_pending(const struct session *s); /* something is to be opened as soon as an answer has come */
void session_services_tick(struct session *s);
void session_services_refresh(struct session *s);
void session_services_set_fast_poll(struct session *s);
void session_services_close(struct session *s);

void session_serve_open(struct session *s);
void session_serve_close(struct session *s);

/* Every source of a world was listed once or has failed, and there is one. */
bool session_world_settled(const struct session *s, enum world_kind kind);

/* The way of a prompt; false: there is none, why says the reason. Caller frees with serve_path_done. */
bool session_prompt_path(const struct session *s, struct serve_path *ret, struct why *why);

/* Looks for ingresses and for what the way speaks; prompts that wait for it are sent. */
void session_look_for_way(struct session *s);
bool session_way_known(const struct session *s);
void session_way_close(struct session *s);
/* A way that was found, and led nowhere from here a short while ago. */
bool session_way_shut(const struct session *s, const struct serve_path *path);
void session_way_doubted(struct session *s); /* a prompt of the kind that was found has failed */
void session_send_asked(struct session *s);

/* The answered turns of a conversation, oldest first, as many of the newest as SESSION_TALK_MAX takes; borrowed from
 * the world until its next change. Caller frees the array. */
struct prompt_turn *session_talk_turns(const struct session *s, const char *talk, size_t *ret_count,
                                       size_t *ret_dropped);
/* The focused RayService's ingress as a way; false where there is none that can be used. */
bool session_ingress_path(const struct session *s, const struct rayservice *r, struct serve_path *ret);

/* permission.c */
void session_permission_for(struct session *s, const char *ns); /* forgets what was answered for another one */
void session_permission_tick(struct session *s, uint64_t now_ms);
void session_permission_refresh(struct session *s); /* asks again now: a person wants it, or was refused */
void session_permission_doubted(struct session *s); /* a source got a 403, and may get it again and again */
void session_permission_done(struct session *s);

/* Publishes a change that says nothing: there may be something to draw. */
void session_tell_of_time(struct session *s, uint64_t now_ms);

/* Puts a source's state where no backend is there to do it. */
void session_tell_source(struct session *s, const char *source, enum world_kind world, enum source_state state,
                         enum err err, const char *why);

#endif
