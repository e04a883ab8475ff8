/*
 * prompt_router.h - sends the prompts to one RayService: which route they take, what is spoken at its end, and those
 * that are in flight.
 *
 * The candidate routes are those of prompt_routes.h; the first that can be reached is selected. One on which nobody
 * answers from here is left out for a while (a negative cache): an ingress may be for other networks than ours. One
 * that the configuration names is kept. The protocol of the selected route ("infer", "openai") is detected by GET
 * /v1/models, and again when Serve has turned RUNNING or a prompt was answered otherwise than the protocol says;
 * prompts wait until it is known, or guessed ("infer") where /v1/models failed.
 *
 * It needs to be updated when the world has changed and about once a second. Several may look at one world, each for
 * its own RayService; they share the counter that numbers prompt records.
 */
#ifndef RAYDECK_SESSION_PROMPT_ROUTER_H
#define RAYDECK_SESSION_PROMPT_ROUTER_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/world/joins.h"

enum {
    PROMPT_ROUTER_IN_FLIGHT = 64,
    PROMPT_ROUTER_TIMEOUT_MS = 180000,           /* a model on a busy NeuronCore takes its time */
    PROMPT_ROUTER_DETECT_MS = 5000,              /* for an answer, and between two attempts */
    PROMPT_ROUTER_UNREACHABLE_MS = 5 * 60 * 1000 /* how long a route is left out */
};

struct prompt_router;

/* All is borrowed until prompt_router_free. */
struct prompt_router_conf {
    struct loop *loop; /* times go by its clock */
    const struct conf *conf;
    const struct serve_open *serve;
    const struct world *world;
    const struct sink *sink; /* of REQUEST records */
    uint64_t *prompts;       /* how many there were: their keys in the world count by it */
};
struct prompt_router_calls {
    void (*reconcile)(void *arg, uint64_t after_ms); /* an update is due after so many ms */
    void *arg;
};

struct prompt_router *prompt_router_new(const struct prompt_router_conf *conf, const struct prompt_router_calls *calls);
/* What is in flight ends as cancelled, and done is called; the world drops the records. NULL is fine. */
void prompt_router_free(struct prompt_router *r);

/* focus: of the RayService; borrowed for the call. ingresses_listed: those of its namespace are in the world, or cannot
 * be; before that no protocol is detected. */
void prompt_router_update(struct prompt_router *r, const struct focus *focus, bool ingresses_listed);

/* The selected route as of the last update, borrowed until the next; NULL: there is none, and why (may be NULL) says
 * the reason. */
const struct serve_path *prompt_router_route(const struct prompt_router *r, struct why *why);
/* The selected route, to Serve itself instead of to the application: where health probes of the users' route go. NULL
 * before its protocol was detected: an unreachable route proves nothing about the service. Borrowed until the next
 * update. */
const struct serve_path *prompt_router_probe_route(const struct prompt_router *r);
/* A route is selected, and no protocol is known on it yet: prompt_router_probe_route may follow. */
bool prompt_router_is_pending(const struct prompt_router *r);
/* The protocol that was detected on it; NULL until it is known. *ret_model (may be NULL): NULL where it names none. */
const char *prompt_router_protocol(const struct prompt_router *r, const char **ret_model);

struct prompt {
    const char *question;
    const char
        *conversation;   /* the one it is a turn of: those answered go along (conversation.h); NULL: it stands alone */
    uint64_t timeout_ms; /* 0: PROMPT_ROUTER_TIMEOUT_MS */
};
/* Sends it on the route of the last update, as soon as its protocol is known. All is copied. done (may be NULL) is
 * called once, never from in here, with the record as the world has it. ERR_USAGE: an empty one. ERR_LIMIT: too many
 * are in flight. ERR_UNSUPPORTED: the protocol that is configured is not known. Else as prompt_router_route. */
enum err prompt_router_ask(struct prompt_router *r, const struct prompt *prompt,
                           void (*done)(void *arg, const struct request *record), void *arg, struct why *why);
size_t prompt_router_in_flight(const struct prompt_router *r); /* those that wait included */
size_t prompt_router_cancel(struct prompt_router *r);          /* cancels them all; returns how many there were */

#endif
