/* app_lint.c - `:lint`: reads a manifest, substitutes variables, and passes the findings to the lint pane. It contacts
 * no cluster, so it works READ-ONLY. */
#include "backends/base/mem.h"
#include "tui/app_priv.h"
#include "tui/manifest_file.h"

#include <stdlib.h>

struct lint_file {
    struct app_file file;
    char *path; /* NULL: the shipped one */
    struct variables vars;
    struct findings found; /* moved out by lint_take */
    char *named;
    bool taken, again; /* again: it is shown already */
};

static enum err lint_read(struct app_file *f, struct why *why)
{
    struct lint_file *l = (struct lint_file *)f;
    return manifest_file_lint(l->path, &l->vars, LINT_KUBERAY_ANY, &l->found, &l->named, why);
}

static void lint_take(struct app *app, struct app_file *f)
{
    struct lint_file *l = (struct lint_file *)f;
    const uint64_t generation = app->at->linted.generation;
    findings_sort(&l->found);
    context_lint_done(app->at);
    app->at->linted = (struct linted){l->found, l->named, generation + 1};
    l->taken = true;
    if (l->again)
        app_say(app, false, "%s was read again", app->at->linted.file);
    else
        screen_focus(app->at->screen, lint_pane_ops.letter);
    app->dirty = true;
}

static void lint_free(struct app_file *f)
{
    struct lint_file *l = (struct lint_file *)f;
    variables_done(&l->vars);
    if (!l->taken) {
        findings_done(&l->found);
        free(l->named);
    }
    free(l->path);
}

/* path NULL: the shipped one. The old findings stay where it cannot be read. */
static void lint_start(struct app *app, const char *path, bool again)
{
    static const struct app_file_ops ops = {lint_read, lint_take, lint_free, "lint: "};
    struct variables vars;
    struct why why = {0};
    if (cli_variables(app->cli, &vars, &why)) {
        app_say(app, true, "lint: %s", why.text);
        return;
    }
    struct lint_file *l = mem_zero(1, sizeof *l);
    l->file = (struct app_file){.ops = &ops, .name = mem_str(path ? path : MANIFEST_SHIPPED)};
    l->path = mem_str(path);
    l->vars = vars;
    l->again = again;
    findings_init(&l->found);
    app_read_start(app, &l->file);
}

void app_lint(struct app *app, const char *file)
{
    lint_start(app, *file ? file : app->cli->file, false);
}

void app_lint_again(struct app *app)
{
    if (app->at->linted.file)
        lint_start(app, app->at->linted.file, true);
    else
        app_lint(app, "");
}

void context_lint_done(struct context *at)
{
    if (at->linted.file) findings_done(&at->linted.found);
    free(at->linted.file);
    at->linted.file = NULL;
}
