/* prompts_in_flight.c - the waiting and sent prompts of a prompt_router. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"
#include "backends/serve/prompt_record.h"
#include "backends/serve/serve_request.h"
#include "backends/session/conversation.h"
#include "backends/session/prompt_router_priv.h"

#include <stdlib.h>
#include <string.h>

/* While `run` is NULL it waits for the protocol, and `record` represents it. */
struct prompt_in_flight {
    struct prompt_router *router;
    const struct prompt_ops *ops;
    struct prompt_run *run;
    struct request *record;
    char *question, *conversation;
    uint64_t timeout_ms;
    void (*done)(void *arg, const struct request *record);
    void *arg;
    struct prompt_in_flight *next;
    bool sending;
};

static void prompt_unlink(struct prompt_in_flight *p)
{
    struct prompt_in_flight **at = &p->router->prompts;

    while (*at != p) at = &(*at)->next;
    *at = p->next;
    p->router->count--;
}

static void prompt_free(struct prompt_in_flight *p)
{
    if (p->record) record_free(&p->record->record);
    free(p->question);
    free(p->conversation);
    free(p);
}

/* The response violates the protocol, or the model no longer exists. */
static bool speaks_otherwise(const struct prompt_in_flight *p, const struct request *record)
{
    return p->ops && (text_eq(record->failure, "4xx") || text_eq(record->failure, "bad body"));
}

static void on_answer(void *arg, const struct request *record)
{
    struct prompt_in_flight *p = arg;
    struct prompt_router *r = p->router;

    prompt_unlink(p);
    if (speaks_otherwise(p, record)) router_detect_again(r);
    if (p->done) {
        /* The world's record, with the head's state. A copy, because the callback may change the world. */
        const struct row *row = world_find(router_world(r), TABLE_REQUEST, record->record.key);
        struct request *copy = record_copy(row ? row->record : &record->record);
        p->done(p->arg, copy);
        record_free(&copy->record);
    }
    prompt_free(p);
}

/* Ends a prompt that was not sent. */
static void prompt_give_up(struct prompt_in_flight *p, enum serve_failure f, const char *why)
{
    struct prompt_router *r = p->router;
    const uint64_t waited_us = (clock_wall_ms(loop_clock(r->how.loop)) - p->record->due.value) * 1000;
    const uint64_t now_us = loop_now_us();

    p->record->sent = UNKNOWN_U64;
    prompt_record_end(p->record, r->how.loop, now_us > waited_us ? now_us - waited_us : now_us, f, why);
    prompt_record_emit(p->record, r->how.sink);
    on_answer(p, p->record);
}

static void prompt_send(struct prompt_in_flight *p)
{
    struct prompt_router *r = p->router;
    struct prompt_ask ask = {.id = p->record->record.key,
                             .question = p->question,
                             .talk = p->conversation,
                             .model = r->detection.model,
                             .path = r->selected,
                             .timeout_ms = p->timeout_ms,
                             .due_wall_ms = p->record->due.value};

    p->ops = prompt_kind_named(r->detection.protocol);
    if (!p->ops) {
        prompt_give_up(p, SERVE_FAILURE_UNREACHABLE, "prompts of this kind cannot be sent");
        return;
    }
    struct prompt_turn *turns =
        conversation_turns(router_world(r), p->conversation, &ask.turn_count, &ask.turns_dropped);
    ask.turns = turns;
    p->run = p->ops->ask(r->how.loop, r->how.serve, &ask, r->how.sink, on_answer, p);
    free(turns);
}

/* The oldest waiting one; the list is newest first. */
static struct prompt_in_flight *first_waiting(const struct prompt_router *r)
{
    struct prompt_in_flight *found = NULL;

    for (struct prompt_in_flight *p = r->prompts; p; p = p->next) {
        if (!p->run && !p->sending) found = p;
    }
    return found;
}

void router_send_waiting(struct prompt_router *r)
{
    struct prompt_in_flight *p;

    while (router_is_ready(r) && (p = first_waiting(r))) {
        p->sending = true;
        prompt_send(p);
    }
}

enum err prompt_router_ask(struct prompt_router *r, const struct prompt *prompt,
                           void (*done)(void *arg, const struct request *record), void *arg, struct why *why)
{
    const char *question = prompt->question, *protocol = r->how.conf->prompt_kind;
    uint64_t due_us;

    if (protocol && !prompt_kind_named(protocol))
        return why_set(why, ERR_UNSUPPORTED, "prompts of the kind %s cannot be sent", protocol);
    if (!question || !question[strspn(question, " \t\r\n")])
        return why_set(why, ERR_USAGE, "an empty prompt is not sent");
    if (r->count >= PROMPT_ROUTER_IN_FLIGHT)
        return why_set(why, ERR_LIMIT, "%d prompts are waiting for an answer already", PROMPT_ROUTER_IN_FLIGHT);
    const struct serve_path *route = prompt_router_route(r, why);
    if (!route) return r->why.code;

    struct prompt_in_flight *p = mem_zero(1, sizeof *p);
    char *id = mem_printf("prompt-%llu", (unsigned long long)++*r->how.prompts);
    const struct prompt_ask ask = {.id = id, .question = question, .talk = prompt->conversation, .path = *route};
    p->router = r;
    p->done = done;
    p->arg = arg;
    p->question = mem_str(question);
    p->conversation = mem_str(prompt->conversation);
    p->timeout_ms = prompt->timeout_ms ? prompt->timeout_ms : PROMPT_ROUTER_TIMEOUT_MS;
    p->record = prompt_record_new(r->how.loop, &ask, "not sent yet", &due_us);
    p->next = r->prompts;
    r->prompts = p;
    r->count++;
    free(id);
    if (!router_is_ready(r)) {
        p->record->sent = UNKNOWN_U64;
        prompt_record_emit(p->record, r->how.sink);
        r->calls.reconcile(r->calls.arg, 0);
    }
    router_send_waiting(r);
    return ERR_OK;
}

size_t prompt_router_in_flight(const struct prompt_router *r)
{
    return r->count;
}

size_t prompt_router_cancel(struct prompt_router *r)
{
    const size_t count = r->count;
    /* Cancelling calls done, which removes the prompt from the list. */
    while (r->prompts) {
        struct prompt_in_flight *p = r->prompts;
        if (p->run)
            p->ops->cancel(p->run);
        else
            prompt_give_up(p, SERVE_FAILURE_CANCELLED, NULL);
    }
    return count;
}
