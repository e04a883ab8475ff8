#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/prompt_record.h"
#include "backends/serve/serve_get.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>
#include <string.h>

/* A prompt in flight; while `run` is NULL it waits for its way to be known, and `record` is what stands for it. */
struct asked {
    struct session *session;
    const struct prompt_ops *ops;
    struct prompt_run *run;
    struct request *record;
    char *question, *talk;
    uint64_t timeout_ms;
    void (*done)(void *arg, const struct request *r);
    void *arg;
    struct asked *next;
    bool sending;
};

static const struct prompt_ops *prompt_kind_of(const char *kind)
{
    for (size_t i = 0; prompt_kinds[i]; i++) {
        if (text_eq(prompt_kinds[i]->kind, kind)) return prompt_kinds[i];
    }
    return NULL;
}

static void asked_unlink(struct asked *a)
{
    struct asked **at = &a->session->asked;

    while (*at != a) at = &(*at)->next;
    *at = a->next;
    a->session->asked_count--;
}

static void asked_free(struct asked *a)
{
    if (a->record) record_free(&a->record->record);
    free(a->question);
    free(a->talk);
    free(a);
}

/* The server has answered, but not as this kind would, or has no such model any more. */
static bool speaks_otherwise(const struct asked *a, const struct request *r)
{
    return a->ops && (text_eq(r->failure, "4xx") || text_eq(r->failure, "bad body"));
}

static void on_answer(void *arg, const struct request *r)
{
    struct asked *a = arg;
    struct session *s = a->session;
    bool doubted = speaks_otherwise(a, r);

    asked_unlink(a);
    if (a->done) {
        /* As it was put: the session has said in it how the head was. A copy, for what is done may change the world. */
        const struct row *row = world_find(a->session->world, TABLE_REQUEST, r->record.key);
        struct request *put = record_copy(row ? row->record : &r->record);
        a->done(a->arg, put);
        record_free(&put->record);
    }
    asked_free(a);
    if (doubted) session_way_doubted(s);
}

/* The end of one that was never sent. */
static void give_up(struct asked *a, enum serve_failure f, const char *why)
{
    struct session *s = a->session;
    uint64_t waited_ms = clock_wall_ms(s->clock) - a->record->due.value, now = loop_now_us();

    a->record->sent = UNKNOWN_U64;
    prompt_record_end(a->record, s->loop, now > waited_ms * 1000 ? now - waited_ms * 1000 : now, f, why);
    prompt_record_emit(a->record, &s->sink);
    on_answer(a, a->record);
}

static void send_one(struct asked *a)
{
    struct session *s = a->session;
    struct why why = {.code = ERR_OK};
    struct prompt_ask ask = {.id = a->record->record.key,
                             .question = a->question,
                             .talk = a->talk,
                             .model = s->way.model,
                             .timeout_ms = a->timeout_ms,
                             .due_wall_ms = a->record->due.value};

    a->ops = prompt_kind_of(s->way.kind);
    if (!a->ops)
        give_up(a, SERVE_FAILURE_UNREACHABLE, "prompts of this kind cannot be sent");
    else if (!session_prompt_path(s, &ask.path, &why))
        give_up(a, SERVE_FAILURE_UNREACHABLE, why.text);
    else {
        struct prompt_turn *turns = session_talk_turns(s, a->talk, &ask.turn_count, &ask.turns_dropped);
        ask.turns = turns;
        a->run = a->ops->ask(s->loop, &s->serve, &ask, &s->sink, on_answer, a);
        free(turns);
    }
    serve_path_done(&ask.path);
}

/* The oldest that waits: the list has the newest first. */
static struct asked *first_waiting(const struct session *s)
{
    struct asked *found = NULL;

    for (struct asked *a = s->asked; a; a = a->next) {
        if (!a->run && !a->sending) found = a;
    }
    return found;
}

void session_send_asked(struct session *s)
{
    struct asked *a;

    while (session_way_known(s) && (a = first_waiting(s))) {
        a->sending = true;
        send_one(a);
    }
}

enum err session_may_ask(const struct session *s, const char **ret_path, struct why *why)
{
    struct serve_path path = {.words = NULL};

    if (!s->prompt_words) {
        if (!session_prompt_path(s, &path, why)) return why ? why->code : ERR_NOT_FOUND;
        serve_path_done(&path);
        return why_set(why, ERR_NOT_FOUND, "the way to Serve is being looked for");
    }
    if (ret_path) *ret_path = s->prompt_words;
    return ERR_OK;
}

const char *session_prompt_kind(const struct session *s, const char **ret_model)
{
    if (ret_model) *ret_model = s->way.model;
    return s->way.kind;
}

enum err session_ask(struct session *s, const struct session_prompt *prompt,
                     void (*done)(void *arg, const struct request *r), void *arg, struct why *why)
{
    const char *question = prompt->question;
    struct prompt_ask ask = {.question = question, .talk = prompt->talk};
    uint64_t due_us;

    if (s->conf->prompt_kind && !prompt_kind_of(s->conf->prompt_kind))
        return why_set(why, ERR_UNSUPPORTED, "prompts of the kind %s cannot be sent", s->conf->prompt_kind);
    if (!question || !question[strspn(question, " \t\r\n")])
        return why_set(why, ERR_USAGE, "an empty prompt is not sent");
    if (s->asked_count >= SESSION_PROMPTS)
        return why_set(why, ERR_LIMIT, "%d prompts are waiting for an answer already", SESSION_PROMPTS);
    if (!session_prompt_path(s, &ask.path, why)) return why ? why->code : ERR_NOT_FOUND;

    struct asked *a = mem_zero(1, sizeof *a);
    char *id = mem_printf("prompt-%llu", (unsigned long long)++s->prompts);
    ask.id = id;
    a->session = s;
    a->done = done;
    a->arg = arg;
    a->question = mem_str(question);
    a->talk = mem_str(prompt->talk);
    a->timeout_ms = prompt->timeout_ms ? prompt->timeout_ms : SESSION_PROMPT_MS;
    a->record = prompt_record_new(s->loop, &ask, "not sent yet", &due_us);
    a->next = s->asked;
    s->asked = a;
    s->asked_count++;
    free(id);
    serve_path_done(&ask.path);
    if (!session_way_known(s)) {
        a->record->sent = UNKNOWN_U64;
        prompt_record_emit(a->record, &s->sink);
        session_look_for_way(s);
    }
    session_send_asked(s);
    return ERR_OK;
}

size_t session_stop_asking(struct session *s)
{
    size_t count = s->asked_count;
    /* A cancelled prompt tells its end, and so leaves the list. */
    while (s->asked) {
        struct asked *a = s->asked;
        if (a->run)
            a->ops->cancel(a->run);
        else
            give_up(a, SERVE_FAILURE_CANCELLED, NULL);
    }
    return count;
}
