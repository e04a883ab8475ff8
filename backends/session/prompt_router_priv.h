/* prompt_router_priv.h - what prompt_router.c and prompts_in_flight.c share. */
#ifndef RAYDECK_SESSION_PROMPT_ROUTER_PRIV_H
#define RAYDECK_SESSION_PROMPT_ROUTER_PRIV_H

#include "backends/session/prompt_router.h"
#include "backends/session/prompt_routes.h"

enum { UNREACHABLE_MAX = PROMPT_ROUTES_MAX };

struct serve_get;
struct prompt_in_flight;

/* What is spoken at the end of a route. */
struct detection {
    struct serve_path route; /* base NULL: nothing was detected yet */
    struct serve_get *get;   /* in flight */
    const char *protocol;    /* NULL: not known yet */
    bool sure;               /* the server has answered; else it is detected again */
    char *model;             /* the first of an openai server; NULL: not known */
    uint64_t at_ms;          /* of the last attempt; 0: none */
};

/* A route on which nobody answers from here. */
struct unreachable {
    char *base; /* NULL: none */
    uint64_t at_ms;
};

struct prompt_router {
    struct prompt_router_conf how;
    struct prompt_router_calls calls;
    char *service_uid;          /* of the last update */
    bool configured;            /* the selected route is the one that --prompt names */
    struct serve_path selected; /* base NULL: none, for `why` */
    struct serve_path probed;   /* the selected one, to Serve itself */
    struct why why;
    struct detection detection;
    struct unreachable unreachable[UNREACHABLE_MAX];
    bool served;                      /* Serve was RUNNING at the last update */
    struct prompt_in_flight *prompts; /* newest first */
    size_t count;
};

/* With what belongs to its RayService, whichever is in focus. Good until the next change. */
const struct world *router_world(const struct prompt_router *r);
/* The protocol of the selected route is known: prompts can be sent. */
bool router_is_ready(const struct prompt_router *r);
void router_send_waiting(struct prompt_router *r);
void router_detect_again(struct prompt_router *r); /* a prompt was answered otherwise than the protocol says */

#endif
