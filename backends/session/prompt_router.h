/*
 * prompt_router.h - sends prompts to one RayService: selects the route, detects its protocol, holds the prompts in
 * flight.
 *
 * The candidate routes are those of prompt_routes.h; the first reachable one is selected. An unreachable one is skipped
 * for a while (a negative cache), since an ingress may serve other networks only; the configured one never is. The
 * protocol of the selected route ("infer", "openai") is detected by GET /v1/models, and again when Serve becomes
 * RUNNING or a response violates the protocol; prompts wait until it is known, or assumed ("infer") because /v1/models
 * failed.
 *
 * Update it when the world has changed and about once a second. Several may share one world, each for its own
 * RayService, and the counter that numbers prompt records.
 */
#ifndef RAYDECK_SESSION_PROMPT_ROUTER_H
#define RAYDECK_SESSION_PROMPT_ROUTER_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/world/joins.h"

enum {
    PROMPT_ROUTER_IN_FLIGHT = 64,
    PROMPT_ROUTER_TIMEOUT_MS = 180000,           /* a model on a busy NeuronCore is slow */
    PROMPT_ROUTER_DETECT_MS = 5000,              /* of one request, and between two */
    PROMPT_ROUTER_UNREACHABLE_MS = 5 * 60 * 1000 /* how long an unreachable route is skipped */
};

struct prompt_router;

/* All is borrowed until prompt_router_free. */
struct prompt_router_conf {
    struct loop *loop; /* and its clock */
    const struct conf *conf;
    const struct serve_open *serve;
    const struct world *world;
    const struct sink *sink; /* of REQUEST records */
    uint64_t *prompts;       /* prompts so far: numbers their keys */
};
struct prompt_router_calls {
    void (*reconcile)(void *arg, uint64_t after_ms); /* requests an update after after_ms */
    void *arg;
};

struct prompt_router *prompt_router_new(const struct prompt_router_conf *conf, const struct prompt_router_calls *calls);
/* What is in flight ends as cancelled, and done is called; the world drops the records. NULL is fine. */
void prompt_router_free(struct prompt_router *r);

/* focus: of the RayService; borrowed for the call. ingresses_listed: those of its namespace were listed, or cannot be;
 * until then no protocol is detected. */
void prompt_router_update(struct prompt_router *r, const struct focus *focus, bool ingresses_listed);

/* The selected route as of the last update, borrowed until the next; NULL: none, and why (may be NULL) has the
 * reason. */
const struct serve_path *prompt_router_route(const struct prompt_router *r, struct why *why);
/* The selected route up to Serve's root instead of the application: for health probes. NULL until its protocol was
 * detected: an unreachable route proves nothing about the service. Borrowed until the next update. */
const struct serve_path *prompt_router_probe_route(const struct prompt_router *r);
/* A route is selected whose protocol is not yet known: prompt_router_probe_route may follow. */
bool prompt_router_is_pending(const struct prompt_router *r);
/* The detected protocol; NULL until it is known. *ret_model (may be NULL): NULL: the server names none. */
const char *prompt_router_protocol(const struct prompt_router *r, const char **ret_model);

struct prompt {
    const char *question;
    const char *conversation; /* the conversation whose earlier turns are sent too (conversation.h); NULL: none */
    uint64_t timeout_ms;      /* 0: PROMPT_ROUTER_TIMEOUT_MS */
};
/* Sends it on the route of the last update, as soon as its protocol is known. Copies everything. Calls done (may be
 * NULL) once, from the loop, with the final record. ERR_USAGE: empty question. ERR_LIMIT: too many in flight.
 * ERR_UNSUPPORTED: unknown protocol configured. Else as prompt_router_route. */
enum err prompt_router_ask(struct prompt_router *r, const struct prompt *prompt,
                           void (*done)(void *arg, const struct request *record), void *arg, struct why *why);
size_t prompt_router_in_flight(const struct prompt_router *r); /* including waiting ones */
size_t prompt_router_cancel(struct prompt_router *r);          /* cancels all; returns how many */

#endif
