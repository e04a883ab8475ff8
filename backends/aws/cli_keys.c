/* cli_keys.c - runs the AWS CLI and parses the credentials it prints. */
#include "backends/aws/cli_keys.h"

#include "backends/aws/aws_keys_parse.h"
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/process.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 64 * 1024 };

struct cli_keys {
    struct process *process;
    struct buf answer;
    bool too_long;
    struct keys_calls calls;
};

static void on_line(void *arg, char *text, size_t len)
{
    struct cli_keys *c = arg;

    if (!text || buf_add(&c->answer, text, len)) c->too_long = true;
    mem_wipe(text, len);
}

static void on_ended(void *arg, enum err err, const char *said)
{
    struct cli_keys *c = arg;
    struct aws_keys keys = {0};
    struct why why = {0};

    if (err == ERR_NOT_FOUND)
        why_set(&why, err, "aws: no such program: install the AWS CLI, or put keys into the environment");
    else if (err && strcasestr(said, "invalid choice"))
        why_set(&why, err, "this aws has no `configure export-credentials`: AWS CLI 2.9 or newer has");
    else if (err)
        why_set(&why, err, "%s", said);
    else if (c->too_long)
        err = why_set(&why, ERR_LIMIT, "aws configure export-credentials: more than %d bytes", ANSWER_MAX);
    else if ((err = keys_parse_json(buf_text(&c->answer), c->answer.len, &keys, &why)) != ERR_OK)
        why_prefix(&why, "aws configure export-credentials");
    c->calls.done(c->calls.arg, err, err ? NULL : &keys, &why);
    aws_keys_done(&keys);
}

struct cli_keys *cli_keys_start(struct loop *l, const char *profile, const struct keys_calls *calls)
{
    const char *const argv[] = {
        "aws", "configure", "export-credentials", "--format", "process", profile ? "--profile" : NULL, profile, NULL};
    struct cli_keys *c = mem_zero(1, sizeof *c);

    c->calls = *calls;
    buf_init(&c->answer, ANSWER_MAX);
    c->process = process_start(l, argv, CHILD_SECRETS_AWS, NULL, CLI_KEYS_TIME_LIMIT_MS,
                               &(struct process_calls){.line = on_line, .ended = on_ended, .arg = c});
    return c;
}

void cli_keys_free(struct cli_keys *c)
{
    if (!c) return;
    process_free(c->process);
    buf_wipe(&c->answer);
    free(c);
}
