/* infer.c - sends a prompt to the blueprint's endpoint: one GET, one response. */
#include "backends/serve/infer.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/infer_parse.h"
#include "backends/serve/openai_parse.h"
#include "backends/serve/prompt_record.h"
#include "backends/serve/serve_request.h"

#include <stdlib.h>
#include <string.h>

struct prompt_run {
    struct loop *loop;
    struct sink sink;
    void (*done)(void *arg, const struct request *r);
    void *arg;
    struct request *record;
    struct serve_request *get;
    struct alarm *later; /* reports from the loop a prompt that was not sent */
    uint64_t due_us;
    bool proxied;
};

/* Emits the final record, calls done, and frees the run. */
static void infer_finish(struct prompt_run *run, enum serve_failure f, const char *why)
{
    struct request *r = run->record;
    prompt_record_end(r, run->loop, run->due_us, f, why);
    prompt_record_emit(r, &run->sink);
    if (run->done) run->done(run->arg, r);
    alarm_free(run->later);
    record_free(&r->record);
    free(run);
}

/* An application that catches its own errors answers 200 with {"error": …}. */
static enum serve_failure take_body(struct prompt_run *run, const struct http_answer *answer, struct why *why)
{
    if (infer_parse(answer->body, answer->body_len, &run->record->answer, why) == ERR_OK) return SERVE_FAILURE_NONE;
    char *message = openai_parse_error(answer->body, answer->body_len);
    if (message) why_set(why, ERR_SERVER, "%s", message);
    enum serve_failure f = message ? SERVE_FAILURE_MODEL : SERVE_FAILURE_BODY;
    free(message);
    return f;
}

static void on_response(void *arg, const struct http_answer *answer)
{
    struct prompt_run *run = arg;
    if (serve_request_pod(run->get)) record_set(&run->record->pod, serve_request_pod(run->get));
    run->get = NULL;
    if (answer->status) run->record->status = known_u64((uint64_t)answer->status);
    run->record->bytes = known_u64(answer->body_len);
    struct why why = {0};
    enum serve_failure f = serve_failure_of_prompt(answer, run->proxied, &why);
    if (f == SERVE_FAILURE_NONE) f = take_body(run, answer, &why);
    infer_finish(run, f, why.text);
}

static void not_sent(void *arg)
{
    infer_finish(arg, SERVE_FAILURE_TOO_LONG, "the question is too long for a GET");
}

static struct prompt_run *infer_ask(struct loop *l, const struct serve_open *how, const struct prompt_ask *ask,
                                    const struct sink *sink, void (*done)(void *arg, const struct request *r),
                                    void *arg)
{
    struct prompt_run *run = mem_zero(1, sizeof *run);
    run->loop = l;
    run->sink = *sink;
    run->done = done;
    run->arg = arg;
    run->proxied = ask->path.proxied;
    run->record = prompt_record_new(l, ask, "GET /infer", &run->due_us);
    prompt_record_emit(run->record, &run->sink);

    struct buf suffix;
    buf_init(&suffix, INFER_QUESTION_MAX);
    enum err e = buf_str(&suffix, "/infer?sentence=");
    if (e == ERR_OK) e = text_url_encode(ask->question, strlen(ask->question), &suffix);
    if (e == ERR_OK) {
        const struct serve_request_calls calls = {.done = on_response, .arg = run};
        run->get = serve_request_get(l, how, &ask->path, buf_text(&suffix), ask->timeout_ms, INFER_BODY_MAX, &calls);
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
    serve_request_cancel(run->get);
    infer_finish(run, SERVE_FAILURE_CANCELLED, NULL);
}

const struct prompt_ops infer_ops = {.kind = "infer", .streams = false, .ask = infer_ask, .cancel = infer_cancel};
