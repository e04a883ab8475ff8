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

struct template
{
    unsigned line;
    const char *name;
    size_t len;
};

/* The templates that the text names, in order; NULL: none. Caller frees. */
static struct template *templates_of(const char *text, size_t *ret_count)
{
    static const char mark[] = "# Source: ";
    struct template *all = NULL;
    size_t cap = 0;
    *ret_count = 0;
    for (unsigned line = 1; *text; line++) {
        const size_t len = strcspn(text, "\n");
        if (len > sizeof mark - 1 && strncmp(text, mark, sizeof mark - 1) == 0) {
            if (*ret_count == cap) all = mem_grow(all, cap = cap ? 2 * cap : 16, sizeof *all);
            all[(*ret_count)++] = (struct template){line, text + sizeof mark - 1, len - (sizeof mark - 1)};
        }
        text += len + (text[len] == '\n');
    }
    return all;
}

void lint_render_sources(const struct buf *text, struct findings *f, size_t first)
{
    size_t count;
    struct template *all = templates_of(buf_text(text), &count);
    for (size_t i = first; i < f->count; i++) {
        const struct template *of = NULL;
        for (size_t t = 0; t < count && all[t].line <= f->items[i].where.line; t++) of = &all[t];
        if (!of) continue;
        char *name = mem_strn(of->name, of->len);
        finding_object_of(&f->items[i], name);
        free(name);
    }
    free(all);
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
        err = why_set(why, r.err, "%s: %s: %s: nothing of it was checked", input->path, lint_render_words(input->kind),
                      r.why);
    free(r.why);
    free(path);
    return err;
}
