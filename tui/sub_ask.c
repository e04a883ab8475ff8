/* sub_ask.c - `raydeck ask`: one prompt; the answer on stdout, how it went on stderr. */
#include "tui/look.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUESTION_MAX = 64 * 1024, ASK_TIMEOUT_MS = 180 * 1000, FIND_TIMEOUT_MS = 10 * 1000 };

struct asking {
    struct look *look;
    struct request *answer; /* ours: a copy of the final one */
};

static void on_answer(void *arg, const struct request *r)
{
    struct asking *a = arg;
    a->answer = record_copy(&r->record);
    look_wake(a->look);
}

static bool answered(void *arg)
{
    const struct asking *a = arg;
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
        err = why_set(why, ERR_USAGE, "ask what? Give the text, or - to read it from standard input");
    } else if (from_stdin) {
        char piece[4096];
        ssize_t got;
        while (!err && (got = read(STDIN_FILENO, piece, sizeof piece)) > 0) err = buf_add(&text, piece, (size_t)got);
    } else {
        for (int i = 0; !err && i < cli->argc; i++) {
            err = i ? buf_char(&text, ' ') : ERR_OK;
            if (!err) err = buf_str(&text, cli->argv[i]);
        }
    }
    while (text.len && strchr("\r\n", text.data[text.len - 1])) text.data[--text.len] = '\0';
    if (err == ERR_LIMIT) err = why_set(why, err, "the prompt is longer than %d bytes", QUESTION_MAX);
    if (!err && text.len == 0) err = why_set(why, ERR_USAGE, "the prompt is empty");
    if (!err) *ret = buf_take(&text);
    buf_done(&text);
    return err;
}

static int tell(const struct request *r)
{
    if (text_eq(r->phase, "ok") || text_eq(r->phase, "slow")) {
        printf("%s\n", r->answer ? r->answer : "");
        fflush(stdout);
        char first[TEXT_NUM_MAX] = "n/a";
        if (r->first_token_us.known) snprintf(first, sizeof first, "%.2f s", (double)r->first_token_us.value / 1e6);
        cli_say("%.2f s, by %s, time to first token %s", (double)r->latency_us.value / 1e6, r->path ? r->path : "–",
                first);
        return EXIT_FINE;
    }
    cli_say("%s: %s (by %s)", r->failure ? r->failure : "failed", r->why ? r->why : "no answer",
            r->path ? r->path : "–");
    return text_eq(r->phase, "cancelled") ? EXIT_INTERRUPTED : EXIT_FAILED;
}

static enum err ask(const struct cli *cli, const char *question, struct asking *a, struct why *why)
{
    enum err err = look_open(cli, &a->look, why);
    if (!err && !cli->conf.prompt) err = look_for_service(a->look, FIND_TIMEOUT_MS, why);
    /* An outage of the head is just when a prompt is asked: no head pod is no reason not to ask. */
    if (err == ERR_NOT_FOUND && session_focus(look_session(a->look)).rayservice) err = ERR_OK;
    if (!err) err = session_ask(look_session(a->look), question, on_answer, a, why);
    if (!err) {
        err = look_until(a->look, answered, a, cli_timeout_ms(cli, ASK_TIMEOUT_MS));
        if (err) why_set(why, err, err == ERR_CANCELLED ? "interrupted" : "no answer in time");
    }
    return err;
}

int sub_ask(struct cli *cli)
{
    struct why why = {0};
    char *question = NULL;
    struct asking a = {0};
    enum err err = question_of(cli, &question, &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = ask(cli, question, &a, &why);
    int status = cli_exit_of(err);
    if (err)
        cli_say("%s", why.text);
    else
        status = tell(a.answer);
    look_close(a.look);
    if (a.answer) record_free(&a.answer->record);
    free(question);
    return status;
}
