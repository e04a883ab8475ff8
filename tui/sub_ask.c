/* sub_ask.c - `raydeck ask`: sends one prompt; streams the answer to stdout, prints the outcome on stderr. */
#include "backends/world/request_kind.h"
#include "tui/snapshot.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "backends/session/prompt_routes.h"
#include "backends/world/request_words.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    QUESTION_MAX = 64 * 1024,
    ANSWER_WORDS_MAX = 1024,
    ASK_TIMEOUT_MS = 180 * 1000,
    LATE_MS = 2000 /* after the time-out: the prompt's own time-out reports more detail */
};

struct asking {
    struct snapshot *snapshot;
    struct request *answer; /* ours: a copy of the final one */
    char *printed;          /* the part of the answer that is on stdout already */
    uint64_t timeout_ms;
    bool interrupted, late;
};

/* Prints the new part of the answer. If earlier text changed, continues after the common prefix. */
static void print_more(struct asking *a, const char *answer)
{
    size_t same = 0;
    if (!answer) return;
    while (a->printed && a->printed[same] && a->printed[same] == answer[same]) same++;
    if (!answer[same]) return;
    fputs(answer + same, stdout);
    fflush(stdout);
    free(a->printed);
    a->printed = mem_str(answer);
}

static void print_growth(struct asking *a)
{
    WORLD_EACH (row, session_world(snapshot_session(a->snapshot)), TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (text_eq(r->kind, REQUEST_PROMPT)) print_more(a, r->answer);
    }
}

static void on_answer(void *arg, const struct request *r)
{
    struct asking *a = arg;
    a->answer = record_copy(&r->record);
    snapshot_wake(a->snapshot);
}

static bool is_answered(void *arg)
{
    struct asking *a = arg;
    if (!a->answer) print_growth(a);
    return a->answer != NULL;
}

/* The words of the command line, or standard input where there are none or "-". Caller frees. */
static enum err question_of(const struct cli *cli, char **ret, struct why *why)
{
    struct buf text;
    buf_init(&text, QUESTION_MAX);
    enum err err = ERR_OK;
    bool from_stdin = cli->argc == 0 || (cli->argc == 1 && strcmp(cli->argv[0], "-") == 0);
    if (from_stdin && cli->argc == 0 && isatty(STDIN_FILENO)) {
        err = why_set(why, ERR_USAGE, "no prompt: give its text, or - to read it from stdin");
    } else if (from_stdin) {
        err = file_read_input(&text, why); /* a partial read must not send half a prompt */
    } else {
        for (int i = 0; !err && i < cli->argc; i++) {
            err = i ? buf_char(&text, ' ') : ERR_OK;
            if (!err) err = buf_str(&text, cli->argv[i]);
        }
    }
    while (text.len && strchr("\r\n", text.data[text.len - 1])) text.data[--text.len] = '\0';
    if (err == ERR_LIMIT) err = why_set(why, ERR_USAGE, "the prompt is longer than %d bytes", QUESTION_MAX);
    if (!err && text.len == 0) err = why_set(why, ERR_USAGE, "the prompt is empty");
    if (!err) *ret = buf_take(&text);
    buf_done(&text);
    return cli_usage_of(err, why);
}

/* "1.5 s, by ingress mistral, head up, time to first token 210 ms, tokens 41, tokens/s 18.3, between tokens 52 ms, at
 * most 90 ms": what the protocol does not report is left out. */
static void answer_words(const struct request *r, const char *path, const char *head, struct buf *out)
{
    char num[TEXT_NUM_MAX];
    const char *end = request_end_words(r);

    buf_printf(out, "%s, by %s, ", text_latency(num, r->latency_us), path);
    if (r->pod) buf_printf(out, "answered by %s, ", r->pod);
    buf_str(out, head);
    if (r->first_token_us.known) buf_printf(out, ", time to first token %s", text_latency(num, r->first_token_us));
    if (r->tokens.known) buf_printf(out, ", tokens %llu", (unsigned long long)r->tokens.value);
    if (r->tokens_per_s.known) buf_printf(out, ", tokens/s %.1f", r->tokens_per_s.value);
    if (r->gap_us.known) buf_printf(out, ", between tokens %s", text_latency(num, r->gap_us));
    if (r->gap_max_us.known) buf_printf(out, ", at most %s", text_latency(num, r->gap_max_us));
    if (end) buf_printf(out, ", %s", end);
}

/* "timeout: no answer within 30 s (by ingress mistral, head down 5.4s, 12 tokens so far)" */
static int print_failed(const struct asking *a, const char *path, const char *head)
{
    const struct request *r = a->answer;
    char tokens[64] = "", why[96];
    bool late = a->late || text_eq(r->failure, "timeout");
    const char *what = r->failure ? r->failure : "failed", *why_text = r->why ? r->why : "no answer";
    if (r->tokens.known && r->first_token_us.known)
        snprintf(tokens, sizeof tokens, ", %llu token%s so far", (unsigned long long)r->tokens.value,
                 text_plural(r->tokens.value));
    snprintf(why, sizeof why, "no %s within %.0f s%s", *tokens ? "whole answer" : "answer",
             (double)a->timeout_ms / 1000.0, r->sent.known ? "" : ": it could not be sent yet");
    if (late) what = "timeout", why_text = why;
    if (a->interrupted) what = "interrupted", why_text = "stopped";
    cli_say("%s: %s (by %s, %s%s)", what, why_text, path, head, tokens);
    if (a->interrupted) return snapshot_exit_status(a->snapshot, ERR_CANCELLED);
    /* A prompt that was never sent is no failure of the model. */
    return r->sent.known ? EXIT_FAILED : EXIT_UNREACHED;
}

static int print_answer(struct asking *a)
{
    const struct request *r = a->answer;
    const char *path = r->path ? r->path : "–", *head = r->head ? r->head : "head n/a";
    struct buf words;
    bool fine = request_is_answered(r);
    print_more(a, r->answer);
    if (fine || a->printed) putchar('\n');
    fflush(stdout);
    if (!fine) return print_failed(a, path, head);
    buf_init(&words, ANSWER_WORDS_MAX);
    answer_words(r, path, head, &words);
    cli_say("%s", buf_text(&words));
    buf_done(&words);
    return EXIT_FINE;
}

static enum err prompt_send(const struct cli *cli, const char *question, struct asking *a, struct why *why)
{
    enum err err = snapshot_open(cli, &a->snapshot, why);
    if (!err && !prompt_route_is_address(cli->conf.prompt)) err = snapshot_find_route(a->snapshot, why);
    a->timeout_ms = cli_timeout_ms(cli, ASK_TIMEOUT_MS);
    const struct prompt prompt = {.question = question, .timeout_ms = a->timeout_ms};
    if (!err && snapshot_signalled(a->snapshot)) err = why_set(why, ERR_CANCELLED, "interrupted");
    if (!err) err = session_ask(snapshot_session(a->snapshot), &prompt, on_answer, a, why);
    if (err) return err;
    err = snapshot_until(a->snapshot, is_answered, a, a->timeout_ms + LATE_MS);
    a->interrupted = err == ERR_CANCELLED;
    a->late = err == ERR_TIMEOUT;
    /* A cancelled prompt still reports the answer so far. */
    if (err) session_stop_asking(snapshot_session(a->snapshot));
    return a->answer ? ERR_OK : why_set(why, err, "no answer");
}

int sub_ask(struct cli *cli)
{
    struct why why = {0};
    char *question = NULL;
    struct asking a = {0};
    enum err err = question_of(cli, &question, &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = prompt_send(cli, question, &a, &why);
    int status = snapshot_exit_status(a.snapshot, err);
    if (err)
        cli_say("%s", why.text);
    else
        status = print_answer(&a);
    snapshot_close(a.snapshot);
    if (a.answer) record_free(&a.answer->record);
    free(a.printed);
    free(question);
    return status;
}
