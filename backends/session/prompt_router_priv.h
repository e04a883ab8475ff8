/* prompt_router_priv.h - shared by prompt_router.c and prompts_in_flight.c; for those two only. */
#ifndef RAYDECK_SESSION_PROMPT_ROUTER_PRIV_H
#define RAYDECK_SESSION_PROMPT_ROUTER_PRIV_H

#include "backends/session/prompt_router.h"
#include "backends/session/prompt_routes.h"

enum { UNREACHABLE_MAX = PROMPT_ROUTES_MAX };

struct serve_request;
struct prompt_in_flight;

/* The detected protocol of a route. */
struct detection {
    struct serve_path route;   /* base NULL: no detection yet */
    struct serve_request *get; /* in flight */
    const char *protocol;      /* NULL: not known yet */
    bool sure;                 /* from a response; else a guess, and detected again */
    char *model;               /* the first one of an openai server; NULL: unknown */
    uint64_t at_ms;            /* of the last attempt; 0: none */
};

/* An unreachable route. */
struct unreachable {
    char *base; /* NULL: none */
    uint64_t at_ms;
};

struct prompt_router {
    struct prompt_router_conf how;
    struct prompt_router_calls calls;
    char *service_uid;          /* of the last update */
    bool configured;            /* the selected route is the one that --prompt names */
    struct serve_path selected; /* base NULL: none; `why` has the reason */
    struct serve_path probed;   /* the selected one, up to Serve's root */
    struct why why;
    struct detection detection;
    struct unreachable unreachable[UNREACHABLE_MAX];
    bool served;                      /* Serve was RUNNING at the last update */
    struct prompt_in_flight *prompts; /* newest first */
    size_t count;
};

/* With what belongs to its RayService, whichever is in focus. Good until the next change. */
const struct world *router_world(const struct prompt_router *r);
bool router_is_ready(const struct prompt_router *r); /* the protocol of the selected route is known */
void router_send_waiting(struct prompt_router *r);   /* sends the waiting prompts, where it is ready */
void router_detect_again(struct prompt_router *r);   /* a response violated the protocol */

#endif
