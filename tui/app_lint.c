/*
 * app_lint.c - `:lint`: checks a manifest, a folder, a chart or a kustomization as `raydeck lint` does (lint_run.h),
 * and passes the findings to the lint pane. It contacts no cluster, so it works READ-ONLY.
 *
 * Files are read and checked on a thread (app_read.h), and helm and kubectl run on the loop: the run goes from the one
 * to the other until every input was looked at.
 */
#include "backends/base/mem.h"
#include "tui/app_priv.h"
#include "tui/lint_render.h"
#include "tui/lint_run.h"
#include "tui/manifest_file.h"

#include <stdlib.h>
#include <string.h>

struct app_linting {
    struct app *app;
    struct lint_run run;
    char *path; /* NULL: the shipped one */
    char *named;
    bool again;                     /* it is shown already */
    const struct lint_input *input; /* the one that is rendered now; NULL: the files are checked */
    struct rendering *rendering;
    struct buf text; /* of the input, from its rendering to its check */
};

/* What a thread has of it. */
struct lint_file {
    struct app_file file;
    struct app_linting *linting; /* NULL once it was passed on */
};

static void linting_free(struct app_linting *l)
{
    if (!l) return;
    rendering_free(l->rendering);
    lint_run_done(&l->run);
    buf_wipe(&l->text);
    free(l->named);
    free(l->path);
    free(l);
}

static enum err lint_read(struct app_file *f, struct why *why)
{
    struct app_linting *l = ((struct lint_file *)f)->linting;
    struct lint_run *run = &l->run;
    if (l->input) {
        lint_run_rendered(run, l->input, &l->text, NULL);
        return ERR_OK;
    }
    if (!l->path || strcmp(l->path, "-") == 0)
        return manifest_file_lint(l->path, &run->vars, run->kuberay, &run->found, &l->named, why);
    l->named = mem_str(l->path);
    lint_run_add(run, l->path);
    lint_run_files(run);
    return ERR_OK;
}

static void lint_show(struct app *app, struct app_linting *l)
{
    const uint64_t generation = app->at->linted.generation;
    const struct why failure = l->run.failure;
    const bool failed = l->run.found.files_failed > 0;
    if (failed && !lint_run_has_findings(&l->run)) { /* the old findings stay */
        app_say(app, true, "lint: %s", failure.text);
        linting_free(l);
        return;
    }
    findings_sort(&l->run.found);
    context_lint_done(app->at);
    app->at->linted = (struct linted){l->run.found, l->named, generation + 1};
    findings_init(&l->run.found);
    l->named = NULL;
    if (!l->again) screen_focus(app->at->screen, lint_pane_ops.letter);
    if (failed)
        app_say(app, true, "lint: %s", failure.text);
    else if (l->again)
        app_say(app, false, "%s was read again", app->at->linted.file);
    app->dirty = true;
    linting_free(l);
}

static void linting_go_on(struct app *app, struct app_linting *l /* takes */);
static void linting_read(struct app *app, struct app_linting *l /* takes */);

static void on_rendered(void *arg)
{
    struct app_linting *l = arg;
    struct app *app = l->app;
    struct why why = {0};
    const enum err err = rendering_take(l->rendering, &l->text, &why);
    rendering_free(l->rendering);
    l->rendering = NULL;
    app->linting = NULL;
    if (!err) {
        linting_read(app, l);
        return;
    }
    lint_run_rendered(&l->run, l->input, NULL, &why);
    linting_go_on(app, l);
}

static void linting_go_on(struct app *app, struct app_linting *l)
{
    buf_wipe(&l->text);
    buf_init(&l->text, 0);
    l->input = lint_run_next_rendered(&l->run, l->input);
    if (!l->input) {
        lint_show(app, l);
        return;
    }
    app_say(app, false, "%s is rendered by %s", l->input->path, lint_render_words(l->input->kind));
    app->linting = l;
    l->rendering = rendering_start(app->loop, l->input, on_rendered, l);
}

static void lint_take(struct app *app, struct app_file *f)
{
    struct lint_file *file = (struct lint_file *)f;
    struct app_linting *l = file->linting;
    file->linting = NULL;
    linting_go_on(app, l);
}

static void lint_free(struct app_file *f)
{
    linting_free(((struct lint_file *)f)->linting);
}

static void linting_read(struct app *app, struct app_linting *l)
{
    static const struct app_file_ops ops = {lint_read, lint_take, lint_free, "lint: "};
    struct lint_file *file = mem_zero(1, sizeof *file);
    file->file = (struct app_file){.ops = &ops, .name = mem_str(l->path ? l->path : MANIFEST_SHIPPED)};
    file->linting = l;
    app_read_start(app, &file->file);
}

/* path NULL: the shipped one. The old findings stay where it cannot be read. */
static void lint_start(struct app *app, const char *path, bool again)
{
    struct variables vars;
    struct why why = {0};
    if (cli_variables(app->cli, &vars, &why)) {
        app_say(app, true, "lint: %s", why.text);
        return;
    }
    app_lint_stop(app);
    struct app_linting *l = mem_zero(1, sizeof *l);
    l->app = app;
    l->path = mem_str(path);
    l->again = again;
    l->run = (struct lint_run){.kuberay = LINT_KUBERAY_ANY, .vars = vars};
    lint_run_init(&l->run);
    buf_init(&l->text, 0);
    linting_read(app, l);
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

void app_lint_stop(struct app *app)
{
    linting_free(app->linting);
    app->linting = NULL;
}

void context_lint_done(struct context *at)
{
    if (at->linted.file) findings_done(&at->linted.found);
    free(at->linted.file);
    at->linted.file = NULL;
}
