/* exec_credential.c - runs an exec credential plugin and collects its output. */
#include "backends/kube/exec_credential.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/process.h"

#include <stdlib.h>
#include <string.h>

struct exec_run {
    const struct kube_exec *exec;
    struct process *process;
    struct buf out;
    bool too_long;
    void (*done)(void *arg, enum err err, struct exec_answer *answer, const char *why);
    void *arg;
};

static void on_line(void *arg, char *text, size_t len)
{
    struct exec_run *run = arg;
    if (!text || buf_add(&run->out, text, len) != ERR_OK || buf_char(&run->out, '\n') != ERR_OK) run->too_long = true;
    mem_wipe(text, len);
}

static void on_ended(void *arg, enum err err, const char *why)
{
    struct exec_run *run = arg;
    struct exec_answer answer = {0};
    struct why w = {0};
    if (err == ERR_NOT_FOUND)
        err = why_set(&w, err, "%s: no such program%s%s", run->exec->command, run->exec->install_hint ? ". " : "",
                      run->exec->install_hint ? run->exec->install_hint : "");
    else if (err != ERR_OK)
        err = why_set(&w, err, "%s: %s", run->exec->command, why);
    else if (run->too_long)
        err = why_set(&w, ERR_LIMIT, "%s: its output is too long", run->exec->command);
    else
        err = exec_answer_parse(run->exec, buf_text(&run->out), run->out.len, &answer, &w);
    void (*done)(void *, enum err, struct exec_answer *, const char *) = run->done;
    void *done_arg = run->arg;
    exec_run_free(run);
    done(done_arg, err, &answer, w.text);
    exec_answer_done(&answer);
}

struct exec_run *exec_run_start(struct loop *l, const struct kube_exec *exec, const char *info,
                                void (*done)(void *arg, enum err err, struct exec_answer *answer, const char *why),
                                void *arg)
{
    const char *argv[KUBECONFIG_EXEC_ARGS + 2] = {exec->command};
    const char *env[KUBECONFIG_EXEC_ENV + 2] = {info};
    for (size_t i = 0; exec->args[i]; i++) argv[i + 1] = exec->args[i];
    for (size_t i = 0; exec->env[i]; i++) env[i + 1] = exec->env[i];
    struct exec_run *run = mem_zero(1, sizeof *run);
    run->exec = exec;
    run->done = done;
    run->arg = arg;
    buf_init(&run->out, EXEC_ANSWER_MAX);
    run->process = process_start(l, argv, child_secrets_of_plugin(exec->command), env, EXEC_TIME_LIMIT_MS,
                                 &(struct process_calls){.line = on_line, .ended = on_ended, .arg = run});
    return run;
}

void exec_run_free(struct exec_run *run)
{
    if (!run) return;
    process_free(run->process);
    buf_wipe(&run->out);
    free(run);
}
