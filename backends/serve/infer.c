#include "backends/serve/infer.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/infer_parse.h"
#include "backends/serve/serve_get.h"

#include <stdlib.h>
#include <string.h>

struct prompt_run {
    struct loop *loop;
    struct sink sink;
    void (*done)(void *arg, const struct request *r);
    void *arg;
    struct request *record;
    struct serve_get *get;
    struct alarm *later; /* tells of a prompt that could not be sent */
    uint64_t due_us;
    bool proxied;
};

static void put(struct prompt_run *run)
{
    struct request *copy = record_copy(&run->record->record);
    sink_put(&run->sink, change_put(INFER_SOURCE, WORLD_SERVE, &copy->record));
}

/* Puts the final record, tells done, and ends the run. */
static void finish(struct prompt_run *run, const char *phase, enum serve_failure f, const char *why)
{
    struct request *r = run->record;
    record_set(&r->phase, phase);
    record_set(&r->failure, serve_failure_word(f));
    record_set(&r->why, why && *why ? why : NULL);
    r->done = known_u64(loop_wall_ms(run->loop));
    uint64_t now = loop_now_us();
    if (f != SERVE_FAILURE_CANCELLED) /* how long it would have taken is not known */
        r->latency_us = known_u64(now > run->due_us ? now - run->due_us : 0);
    put(run);
    if (run->done) run->done(run->arg, r);
    alarm_free(run->later);
    record_free(&r->record);
    free(run);
}

static void answered(void *arg, const struct http_answer *answer)
{
    struct prompt_run *run = arg;
    run->get = NULL;
    if (answer->status) run->record->status = known_u64((uint64_t)answer->status);
    run->record->bytes = known_u64(answer->body_len);
    struct why why = {0};
    enum serve_failure f = serve_failure_of(answer, run->proxied, &why);
    if (f == SERVE_FAILURE_NONE && infer_parse(answer->body, answer->body_len, &run->record->answer, &why) != ERR_OK)
        f = SERVE_FAILURE_BODY;
    finish(run, f == SERVE_FAILURE_NONE ? "ok" : "failed", f, why.text);
}

static void not_sent(void *arg)
{
    finish(arg, "failed", SERVE_FAILURE_TOO_LONG, "the question is too long for a GET");
}

static struct request *new_record(const struct prompt_ask *ask, uint64_t wall_ms)
{
    struct request *r = record_new(TABLE_REQUEST, ask->id);
    record_set(&r->kind, "prompt");
    record_set(&r->target, "GET /infer");
    record_set(&r->path, ask->path.words);
    record_set(&r->phase, "waiting");
    r->due = known_u64(ask->due_wall_ms ? ask->due_wall_ms : wall_ms);
    r->sent = known_u64(wall_ms);
    r->question = text_safe(ask->question, strlen(ask->question), TEXT_KEEP_LINES, INFER_QUESTION_MAX);
    return r;
}

static struct prompt_run *infer_ask(struct loop *l, const struct serve_open *how, const struct prompt_ask *ask,
                                    const struct sink *sink, void (*done)(void *arg, const struct request *r),
                                    void *arg)
{
    struct prompt_run *run = mem_zero(1, sizeof *run);
    uint64_t wall = loop_wall_ms(l), now = loop_now_us();
    run->loop = l;
    run->sink = *sink;
    run->done = done;
    run->arg = arg;
    run->proxied = ask->path.proxied;
    run->record = new_record(ask, wall);
    uint64_t late_us = run->record->due.value < wall ? (wall - run->record->due.value) * 1000 : 0;
    run->due_us = late_us < now ? now - late_us : now;
    put(run);

    struct buf suffix;
    buf_init(&suffix, INFER_QUESTION_MAX);
    enum err e = buf_str(&suffix, "/infer?sentence=");
    if (e == ERR_OK) e = text_url_encode(ask->question, strlen(ask->question), &suffix);
    if (e == ERR_OK) {
        const struct serve_get_calls calls = {answered, run};
        run->get = serve_get_start(l, how, &ask->path, buf_text(&suffix), ask->timeout_ms, INFER_BODY_MAX, &calls);
    } else {
        run->later = alarm_new(l, not_sent, run);
        alarm_set(run->later, 0, 0);
    }
    buf_done(&suffix);
    return run;
}

static void infer_cancel(struct prompt_run *run)
{
    if (!run) return;
    serve_get_cancel(run->get);
    finish(run, "cancelled", SERVE_FAILURE_CANCELLED, NULL);
}

const struct prompt_ops infer_ops = {.kind = "infer", .streams = false, .ask = infer_ask, .cancel = infer_cancel};
