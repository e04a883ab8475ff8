/* app_lint.c - `:lint`: reads a manifest, substitutes variables, and passes the findings to the lint pane. It contacts
 * no cluster, so it works READ-ONLY. */
#include "backends/base/mem.h"
#include "tui/app_priv.h"
#include "tui/manifest_file.h"

#include <stdlib.h>

/* file NULL: the shipped one. The old findings stay where it cannot be read. */
static bool lint_file(struct app *app, const char *file)
{
    struct variables vars;
    struct findings found;
    struct why why = {0};
    char *named = NULL;
    enum err err = cli_variables(app->cli, &vars, &why);
    if (!err) {
        findings_init(&found);
        err = manifest_file_lint(file, &vars, &found, &named, &why);
        variables_done(&vars);
        if (err) findings_done(&found);
    }
    if (err) {
        app_say(app, true, "lint: %s", why.text);
        return false;
    }
    findings_sort(&found);
    const uint64_t generation = app->linted.generation;
    app_lint_done(app);
    app->linted = (struct linted){found, named, generation + 1};
    return true;
}

void app_lint(struct app *app, const char *file)
{
    if (lint_file(app, *file ? file : app->cli->file)) screen_focus(app->screen, lint_pane_ops.letter);
}

void app_lint_again(struct app *app)
{
    char *file = app->linted.file ? mem_str(app->linted.file) : NULL;
    if (!file)
        app_lint(app, "");
    else if (lint_file(app, file))
        app_say(app, false, "%s was read again", file);
    free(file);
}

void app_lint_done(struct app *app)
{
    if (app->linted.file) findings_done(&app->linted.found);
    free(app->linted.file);
    app->linted.file = NULL;
}
