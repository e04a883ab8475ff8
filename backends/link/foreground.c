/* foreground.c - spawns a child that has the terminal; see foreground.h. */
#include "backends/link/foreground.h"

#include "backends/base/mem.h"

#include <signal.h>
#include <stdlib.h>

extern char **environ;

struct foreground {
    uv_process_t process;
    struct alarm *failed; /* reports from the loop that it could not be spawned */
    struct foreground_calls calls;
    char *program;
    int spawn_status;
    bool exited, freed;
};

static void on_closed(uv_handle_t *h)
{
    struct foreground *f = h->data;
    free(f->program);
    free(f);
}

static void foreground_release(struct foreground *f)
{
    if (f->freed && f->exited) uv_close((uv_handle_t *)&f->process, on_closed);
}

static void on_exited(uv_process_t *process, int64_t status, int signal_number)
{
    struct foreground *f = process->data;
    struct why why = {0};
    f->exited = true;
    if (f->freed) {
        foreground_release(f);
        return;
    }
    if (signal_number)
        why_set(&why, ERR_CHILD, "%s was killed by signal %d", f->program, signal_number);
    else if (status)
        why_set(&why, ERR_CHILD, "%s ended with status %d", f->program, (int)status);
    f->calls.ended(f->calls.arg, why.code, why.text);
}

static void on_failed(void *arg)
{
    struct foreground *f = arg;
    struct why why;
    why_set(&why, f->spawn_status == UV_ENOENT ? ERR_NOT_FOUND : loop_err(f->spawn_status), "%s: %s", f->program,
            uv_strerror(f->spawn_status));
    f->calls.ended(f->calls.arg, why.code, why.text);
}

struct foreground *foreground_start(struct loop *l, const char *const *argv, enum child_secrets secrets,
                                    const struct foreground_calls *calls)
{
    struct foreground *f = mem_zero(1, sizeof *f);
    uv_stdio_container_t stdio[3];
    char **env = child_env_new((const char *const *)environ, secrets, NULL);
    f->calls = *calls;
    f->program = mem_str(argv[0]);
    f->failed = alarm_new(l, on_failed, f);
    for (int i = 0; i < 3; i++) stdio[i] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = i};
    const uv_process_options_t options = {.exit_cb = on_exited,
                                          .file = argv[0],
                                          .args = (char **)(uintptr_t)argv,
                                          .env = env,
                                          .stdio_count = 3,
                                          .stdio = stdio};
    f->spawn_status = uv_spawn(loop_uv(l), &f->process, &options);
    f->process.data = f;
    free(env);
    if (f->spawn_status) {
        f->exited = true;
        alarm_set(f->failed, 0, 0);
    }
    return f;
}

void foreground_free(struct foreground *f)
{
    if (!f) return;
    f->freed = true;
    alarm_free(f->failed);
    if (!f->exited) kill(f->process.pid, SIGHUP);
    foreground_release(f);
}
