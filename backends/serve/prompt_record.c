/* prompt_record.c - fills the REQUEST record of a prompt. */
#include "backends/serve/prompt_record.h"

#include "backends/base/text.h"

#include <string.h>

struct request *prompt_record_new(const struct loop *l, const struct prompt_ask *ask, const char *target,
                                  uint64_t *ret_due_us)
{
    struct request *r = record_new(TABLE_REQUEST, ask->id);
    uint64_t wall = loop_wall_ms(l), now = loop_now_us();
    record_set(&r->kind, "prompt");
    record_set(&r->target, target);
    record_set(&r->path, ask->path.words);
    r->proxied = ask->path.proxied ? TRI_YES : TRI_NO;
    record_set(&r->series, ask->series);
    record_set(&r->talk, ask->talk);
    record_set(&r->phase, "waiting");
    r->due = known_u64(ask->due_wall_ms ? ask->due_wall_ms : wall);
    r->sent = known_u64(wall);
    r->question = text_safe(ask->question, strlen(ask->question), TEXT_KEEP_LINES, PROMPT_QUESTION_MAX);
    uint64_t late_us = r->due.value < wall ? (wall - r->due.value) * 1000 : 0;
    *ret_due_us = late_us < now ? now - late_us : now;
    return r;
}

void prompt_record_emit(const struct request *r, const struct sink *sink)
{
    struct request *copy = record_copy(&r->record);
    sink_put(sink, change_put(PROMPT_SOURCE, WORLD_CONSOLE, &copy->record));
}

void prompt_record_end(struct request *r, const struct loop *l, uint64_t due_us, enum serve_failure f, const char *why)
{
    uint64_t now = loop_now_us();
    record_set(&r->phase, f == SERVE_FAILURE_NONE ? "ok" : f == SERVE_FAILURE_CANCELLED ? "cancelled" : "failed");
    record_set(&r->failure, serve_failure_word(f));
    record_set(&r->why, why && *why ? why : NULL);
    r->done = known_u64(loop_wall_ms(l));
    if (f != SERVE_FAILURE_CANCELLED) r->latency_us = known_u64(now > due_us ? now - due_us : 0);
}
