/* prompt_record.c - fills the REQUEST record of a prompt. */
#include "backends/serve/prompt_record.h"

#include "backends/base/text.h"
#include "backends/serve/request_record.h"
#include "backends/world/request_kind.h"

#include <string.h>

struct request *prompt_record_new(const struct loop *l, const struct prompt_ask *ask, const char *target,
                                  uint64_t *ret_due_us)
{
    struct request *r = request_record_new(ask->id, REQUEST_PROMPT, target, &ask->path);
    uint64_t wall = loop_wall_ms(l), now = loop_now_us();
    record_set(&r->series, ask->series);
    record_set(&r->talk, ask->talk);
    r->due = known_u64(ask->due_wall_ms ? ask->due_wall_ms : wall);
    r->sent = known_u64(wall);
    r->question = text_safe(ask->question, strlen(ask->question), TEXT_KEEP_LINES, PROMPT_QUESTION_MAX);
    uint64_t late_us = r->due.value < wall ? (wall - r->due.value) * 1000 : 0;
    *ret_due_us = late_us < now ? now - late_us : now;
    return r;
}

void prompt_record_emit(const struct request *r, const struct sink *sink)
{
    request_record_emit(r, sink, PROMPT_SOURCE, WORLD_CONSOLE);
}

void prompt_record_end(struct request *r, const struct loop *l, uint64_t due_us, enum serve_failure f, const char *why)
{
    uint64_t now = loop_now_us();
    const char *phase = f == SERVE_FAILURE_NONE ? "ok" : f == SERVE_FAILURE_CANCELLED ? "cancelled" : "failed";
    request_record_end(r, phase, f, why);
    r->done = known_u64(loop_wall_ms(l));
    if (f != SERVE_FAILURE_CANCELLED) r->latency_us = known_u64(now > due_us ? now - due_us : 0);
}
