/* openai.c - sends a prompt to an OpenAI-compatible endpoint: GET /v1/models if no model is given, then the completion.
 */
#include "backends/serve/openai.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/openai_parse.h"
#include "backends/serve/prompt_record.h"
#include "backends/serve/serve_request.h"
#include "backends/serve/sse_parse.h"

#include <stdlib.h>
#include <string.h>

enum shape { SHAPE_UNKNOWN, SHAPE_EVENTS, SHAPE_WHOLE };

struct prompt_run {
    struct loop *loop;
    struct serve_open how;
    struct serve_path path;
    struct sink sink;
    void (*done)(void *arg, const struct request *r);
    void *arg;
    struct request *record;
    struct serve_request *get;
    struct alarm *grow; /* emits the record with the text so far; once the model has finished, ends the run */
    char *question;
    struct prompt_turn *turns; /* owns its strings */
    size_t turn_count;
    uint64_t timeout_ms, due_us;

    enum shape shape;
    struct sse sse;
    struct buf text;  /* the model's, raw */
    struct buf whole; /* a body that is not an event stream */
    size_t pieces;
    uint64_t first_us, last_us, gap_max_us;
    struct known_u64 counted;   /* usage.completion_tokens */
    bool finished, over;        /* finish_reason, and [DONE], received */
    enum serve_failure failure; /* why we aborted the response */
    struct why why;
};

/* ---- the record ------------------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The text so far. Leaves out a trailing '\r', which may be half of a "\r\n": text once displayed never changes. */
static void set_answer(struct prompt_run *run)
{
    const char *text = buf_text(&run->text), *end = text + run->text.len;
    while (text < end && is_blank(*text)) text++;
    while (end > text && (run->get ? end[-1] == '\r' : is_blank(end[-1]))) end--;
    free(run->record->answer);
    run->record->answer = text_safe(text, (size_t)(end - text), TEXT_KEEP_LINES, OPENAI_ANSWER_MAX);
}

static void set_times(struct prompt_run *run)
{
    struct request *r = run->record;
    if (run->counted.known || run->pieces) r->tokens = run->counted.known ? run->counted : known_u64(run->pieces);
    if (!run->pieces) return;
    r->first_token_us = known_u64(run->first_us - run->due_us);
    r->last_token_us = known_u64(run->last_us - run->due_us);
    uint64_t span = run->last_us - run->first_us, n = r->tokens.value;
    if (run->pieces < 2 || n < 2 || !span) return;
    r->gap_us = known_u64(span / (n - 1));
    r->gap_max_us = known_u64(run->gap_max_us);
    r->tokens_per_s = known_f64((double)(n - 1) * 1e6 / (double)span);
}

static void set_pod(struct prompt_run *run)
{
    const char *pod = serve_request_pod(run->get);
    if (pod && !run->record->pod) record_set(&run->record->pod, pod);
}

static void record_fill(struct prompt_run *run)
{
    if (run->text.len) set_answer(run);
    set_times(run);
}

static void copy_turns(struct prompt_run *run, const struct prompt_ask *ask)
{
    run->turns = ask->turn_count ? mem_zero(ask->turn_count, sizeof *run->turns) : NULL;
    run->turn_count = ask->turn_count;
    for (size_t i = 0; i < run->turn_count; i++)
        run->turns[i] = (struct prompt_turn){mem_str(ask->turns[i].question), mem_str(ask->turns[i].answer)};
    run->record->earlier = known_u64(ask->turn_count);
    run->record->dropped = known_u64(ask->turns_dropped);
}

static void run_free(struct prompt_run *run)
{
    for (size_t i = 0; i < run->turn_count; i++) {
        free((char *)run->turns[i].question);
        free((char *)run->turns[i].answer);
    }
    free(run->turns);
    alarm_free(run->grow);
    record_free(&run->record->record);
    serve_path_done(&run->path);
    free(run->question);
    sse_done(&run->sse);
    buf_done(&run->text);
    buf_done(&run->whole);
    free(run);
}

static void openai_finish(struct prompt_run *run, enum serve_failure f, const char *why)
{
    run->get = NULL;
    record_fill(run);
    prompt_record_end(run->record, run->loop, run->due_us, f, why);
    if (run->finished && run->last_us && f == SERVE_FAILURE_NONE) run->record->latency_us = run->record->last_token_us;
    prompt_record_emit(run->record, &run->sink);
    if (run->done) run->done(run->arg, run->record);
    run_free(run);
}

static void on_grow(void *arg)
{
    struct prompt_run *run = arg;
    if (run->finished) {
        serve_request_cancel(run->get);
        openai_finish(run, SERVE_FAILURE_NONE, NULL);
        return;
    }
    record_fill(run);
    prompt_record_emit(run->record, &run->sink); /* the sink may cancel the prompt, which frees run */
}

/* ---- the response ---------------------------------------------------------------------------------------------- */

static bool openai_stop(struct prompt_run *run, enum serve_failure f, enum err err, const char *why)
{
    run->failure = f;
    why_set(&run->why, err, "%s", why);
    return false;
}

static bool append_text(struct prompt_run *run, const char *text)
{
    uint64_t now = loop_now_us();
    if (!*text) return true;
    if (run->pieces++ == 0)
        run->first_us = now;
    else if (now - run->last_us > run->gap_max_us)
        run->gap_max_us = now - run->last_us;
    run->last_us = now;
    if (!alarm_is_set(run->grow)) alarm_set(run->grow, run->pieces == 1 ? 0 : OPENAI_GROW_MS, 0);
    if (buf_str(&run->text, text) == ERR_OK) return true;
    return openai_stop(run, SERVE_FAILURE_BODY, ERR_LIMIT, "the response is too large; this is its beginning");
}

static bool handle_piece(struct prompt_run *run, const struct openai_piece *p)
{
    if (p->error) return openai_stop(run, SERVE_FAILURE_MODEL, ERR_SERVER, p->error);
    if (p->model) record_set(&run->record->model, p->model);
    if (p->tokens.known) run->counted = p->tokens;
    if (p->finish) {
        record_set(&run->record->finish, p->finish);
        run->finished = true;
        alarm_set(run->grow, OPENAI_LINGER_MS, 0); /* waits for the token count and [DONE] */
    }
    if (p->over) {
        run->over = run->finished = true;
        alarm_set(run->grow, OPENAI_LINGER_MS, 0);
    }
    return !p->text || append_text(run, p->text);
}

static bool on_event(void *arg, const char *name, const char *data, size_t len)
{
    struct prompt_run *run = arg;
    struct openai_piece piece = {0};
    struct why why = {0};
    (void)name;
    if (run->over) return true;
    if (openai_parse_event(data, len, &piece, &why) != ERR_OK)
        return openai_stop(run, SERVE_FAILURE_BODY, ERR_PARSE, why.text);
    bool go_on = handle_piece(run, &piece);
    openai_piece_done(&piece);
    return go_on;
}

/* JSON starts with a brace; an event stream with a field name or a colon. */
static enum shape shape_of(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_blank(bytes[i])) return bytes[i] == '{' ? SHAPE_WHOLE : SHAPE_EVENTS;
    }
    return SHAPE_UNKNOWN;
}

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct prompt_run *run = arg;
    run->record->bytes = known_u64(run->record->bytes.value + len);
    set_pod(run);
    if (run->shape == SHAPE_UNKNOWN) run->shape = shape_of(bytes, len);
    if (run->shape == SHAPE_WHOLE) {
        if (buf_add(&run->whole, bytes, len) == ERR_OK) return true;
        return openai_stop(run, SERVE_FAILURE_BODY, ERR_LIMIT, "the response is too large");
    }
    enum err err = sse_feed(&run->sse, bytes, len, on_event, run);
    if (err == ERR_LIMIT) return openai_stop(run, SERVE_FAILURE_BODY, err, "an event of the stream is too large");
    return err == ERR_OK;
}

static enum serve_failure parse_whole(struct prompt_run *run, struct why *why)
{
    struct openai_piece p = {0};
    if (openai_parse_answer(buf_text(&run->whole), run->whole.len, &p, why) != ERR_OK) return SERVE_FAILURE_BODY;
    enum serve_failure f = SERVE_FAILURE_NONE;
    if (p.error) {
        f = SERVE_FAILURE_MODEL;
        why_set(why, ERR_SERVER, "%s", p.error);
    } else {
        record_set(&run->record->model, p.model);
        record_set(&run->record->finish, p.finish);
        run->counted = p.tokens;
        if (buf_str(&run->text, p.text) != ERR_OK) {
            f = SERVE_FAILURE_BODY;
            why_set(why, ERR_LIMIT, "the response is too large");
        }
    }
    openai_piece_done(&p);
    return f;
}

static enum serve_failure response_judge(struct prompt_run *run, const struct http_answer *answer, struct why *why)
{
    if (run->failure != SERVE_FAILURE_NONE) {
        *why = run->why;
        return run->failure;
    }
    if (run->finished && run->shape == SHAPE_EVENTS) return SERVE_FAILURE_NONE;
    enum serve_failure f = serve_failure_of_prompt(answer, run->path.proxied, why);
    bool begun = run->shape != SHAPE_UNKNOWN;
    if (f == SERVE_FAILURE_RESET && begun) {
        why_set(why, ERR_RESET, "the connection was lost in the middle of the answer");
        return SERVE_FAILURE_CUT;
    }
    if (f != SERVE_FAILURE_NONE) return f;
    if (run->shape == SHAPE_WHOLE) return parse_whole(run, why);
    if (run->pieces) {
        why_set(why, ERR_PROTOCOL, "the stream ended before the answer did");
        return SERVE_FAILURE_CUT;
    }
    why_set(why, ERR_PROTOCOL, "neither a stream of events nor a chat completion");
    return SERVE_FAILURE_BODY;
}

static void on_response(void *arg, const struct http_answer *answer)
{
    struct prompt_run *run = arg;
    struct why why = {0};
    set_pod(run);
    if (answer->status) run->record->status = known_u64((uint64_t)answer->status);
    if (!run->record->bytes.known) run->record->bytes = known_u64(answer->body_len);
    enum serve_failure f = response_judge(run, answer, &why);
    openai_finish(run, f, f == SERVE_FAILURE_NONE ? NULL : why.text);
}

/* ---- request --------------------------------------------------------------------------------------------------- */

static void completion_post(struct prompt_run *run, const char *model)
{
    char *body = openai_build_request(model, run->turns, run->turn_count, run->question);
    const struct serve_request_calls calls = {.done = on_response, .arg = run, .bytes = on_bytes};
    run->get = serve_request_post(run->loop, &run->how, &run->path, "/v1/chat/completions", body, run->timeout_ms,
                                  OPENAI_BODY_MAX, &calls);
    free(body);
}

static void on_models(void *arg, const struct http_answer *answer)
{
    struct prompt_run *run = arg;
    struct why why = {0};
    char *model = NULL;
    run->get = NULL;
    enum serve_failure f = serve_failure_of_prompt(answer, run->path.proxied, &why);
    if (f == SERVE_FAILURE_NONE && openai_parse_models(answer->body, answer->body_len, &model, &why) != ERR_OK)
        f = SERVE_FAILURE_BODY;
    if (f == SERVE_FAILURE_NONE) {
        completion_post(run, model);
    } else {
        if (answer->status) run->record->status = known_u64((uint64_t)answer->status);
        why_prefix(&why, "/v1/models");
        openai_finish(run, f, why.text);
    }
    free(model);
}

static struct prompt_run *openai_ask(struct loop *l, const struct serve_open *how, const struct prompt_ask *ask,
                                     const struct sink *sink, void (*done)(void *arg, const struct request *r),
                                     void *arg)
{
    struct prompt_run *run = mem_zero(1, sizeof *run);
    run->loop = l;
    run->how = *how;
    run->path = serve_path_copy(&ask->path);
    run->sink = *sink;
    run->done = done;
    run->arg = arg;
    run->timeout_ms = ask->timeout_ms;
    run->grow = alarm_new(l, on_grow, run);
    sse_init(&run->sse);
    buf_init(&run->text, OPENAI_ANSWER_MAX);
    buf_init(&run->whole, OPENAI_BODY_MAX);
    run->record = prompt_record_new(l, ask, "POST /v1/chat/completions", &run->due_us);
    /* text_safe yields valid UTF-8, which JSON requires */
    run->question = mem_str(run->record->question);
    copy_turns(run, ask);
    if (ask->model) {
        completion_post(run, ask->model);
    } else {
        const struct serve_request_calls calls = {.done = on_models, .arg = run};
        run->get = serve_request_get(l, how, &run->path, "/v1/models",
                                     ask->timeout_ms && ask->timeout_ms < OPENAI_MODELS_MS ? ask->timeout_ms
                                                                                           : OPENAI_MODELS_MS,
                                     OPENAI_BODY_MAX, &calls);
    }
    prompt_record_emit(run->record, &run->sink);
    return run;
}

static void openai_cancel(struct prompt_run *run)
{
    if (!run) return;
    serve_request_cancel(run->get);
    openai_finish(run, SERVE_FAILURE_CANCELLED, NULL);
}

const struct prompt_ops openai_ops = {.kind = "openai", .streams = true, .ask = openai_ask, .cancel = openai_cancel};
