/* lint_render.c - runs helm template and kubectl kustomize; see lint_render.h. */
#include "tui/lint_render.h"

#include "backends/base/mem.h"
#include "backends/link/process.h"
#include "deploy/manifest.h"

#include <stdlib.h>
#include <string.h>

struct rendering {
    char *path;
    enum lint_input_kind kind;
    struct process *process;
    struct buf out;
    bool too_long, ended;
    enum err err;
    char *why;
    void (*done)(void *arg);
    void *arg;
};

static void rendering_line(void *arg, char *text, size_t len)
{
    struct rendering *r = arg;
    if (r->too_long) return;
    if (text && !buf_add(&r->out, text, len) && !buf_char(&r->out, '\n')) return;
    r->too_long = true;
    r->done(r->arg);
}

static void rendering_ended(void *arg, enum err err, const char *why)
{
    struct rendering *r = arg;
    if (r->too_long) return;
    r->ended = true;
    r->err = err;
    r->why = mem_str(why);
    r->done(r->arg);
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

struct rendering *rendering_start(struct loop *l, const struct lint_input *input, void (*done)(void *arg), void *arg)
{
    const bool chart = input->kind == LINT_INPUT_CHART;
    struct rendering *r = mem_zero(1, sizeof *r);
    /* A path that begins with '-' would be an option. */
    r->path = mem_printf("%s%s", *input->path == '-' ? "./" : "", input->path);
    r->kind = input->kind;
    r->done = done;
    r->arg = arg;
    buf_init(&r->out, MANIFEST_BYTES);
    const char *const argv[] = {chart ? "helm" : "kubectl", chart ? "template" : "kustomize", r->path, NULL};
    const struct process_calls calls = {.line = rendering_line, .ended = rendering_ended, .arg = r};
    r->process = process_start(l, argv, CHILD_SECRETS_NONE, NULL, LINT_RENDER_MS, &calls);
    return r;
}

bool rendering_is_over(const struct rendering *r)
{
    return r->ended || r->too_long;
}

enum err rendering_take(struct rendering *r, struct buf *ret, struct why *why)
{
    const char *const words = lint_render_words(r->kind);
    if (r->too_long)
        return why_set(why, ERR_LIMIT, "%s: %s prints more than %zu MiB: nothing of it was checked", r->path, words,
                       r->out.max / 1024 / 1024);
    if (r->err == ERR_NOT_FOUND)
        return why_set(why, r->err, "%s: %s is needed to render it, and is not installed: nothing of it was checked",
                       r->path, r->kind == LINT_INPUT_CHART ? "helm" : "kubectl");
    if (r->err) return why_set(why, r->err, "%s: %s: %s: nothing of it was checked", r->path, words, r->why);
    *ret = r->out;
    buf_init(&r->out, 0);
    return ERR_OK;
}

void rendering_free(struct rendering *r)
{
    if (!r) return;
    process_free(r->process);
    buf_wipe(&r->out);
    free(r->why);
    free(r->path);
    free(r);
}
