/* lint_render.c - runs helm template and kubectl kustomize; see lint_render.h. */
#include "tui/lint_render.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/process.h"

#include <stdlib.h>
#include <string.h>

struct rendering {
    struct snapshot *snapshot;
    struct buf *out;
    bool too_long, ended;
    enum err err;
    char *why;
};

static void rendering_line(void *arg, char *text, size_t len)
{
    struct rendering *r = arg;
    if (r->too_long) return;
    if (text && !buf_add(r->out, text, len) && !buf_char(r->out, '\n')) return;
    r->too_long = true;
    snapshot_wake(r->snapshot);
}

static void rendering_ended(void *arg, enum err err, const char *why)
{
    struct rendering *r = arg;
    r->ended = true;
    r->err = err;
    r->why = mem_str(why);
    snapshot_wake(r->snapshot);
}

static bool rendering_is_over(void *arg)
{
    const struct rendering *r = arg;
    return r->ended || r->too_long;
}

const char *lint_render_words(enum lint_input_kind kind)
{
    return kind == LINT_INPUT_CHART ? "helm template" : "kubectl kustomize";
}

enum err lint_render(struct snapshot *snapshot, const struct lint_input *input, struct buf *out, struct why *why)
{
    const bool chart = input->kind == LINT_INPUT_CHART;
    /* A path that begins with '-' would be an option. */
    char *path = mem_printf("%s%s", *input->path == '-' ? "./" : "", input->path);
    const char *const argv[] = {chart ? "helm" : "kubectl", chart ? "template" : "kustomize", path, NULL};
    struct rendering r = {.snapshot = snapshot, .out = out};
    const struct process_calls calls = {.line = rendering_line, .ended = rendering_ended, .arg = &r};
    struct process *process =
        process_start(snapshot_loop(snapshot), argv, CHILD_SECRETS_NONE, NULL, LINT_RENDER_MS, &calls);
    enum err err = snapshot_until(snapshot, rendering_is_over, &r, SNAPSHOT_NO_LIMIT);
    process_free(process);
    if (err)
        why_set(why, err, "%s: cancelled", input->path);
    else if (r.too_long)
        err = why_set(why, ERR_LIMIT, "%s: %s prints more than %zu MiB: nothing of it was checked", input->path,
                      lint_render_words(input->kind), out->max / 1024 / 1024);
    else if (r.err == ERR_NOT_FOUND)
        err = why_set(why, r.err, "%s: %s is needed to render it, and is not installed: nothing of it was checked",
                      input->path, argv[0]);
    else if (r.err)
        err = why_set(why, r.err, "%s: %s: %s", input->path, lint_render_words(input->kind), r.why);
    free(r.why);
    free(path);
    return err;
}
