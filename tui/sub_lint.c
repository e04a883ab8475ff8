/* sub_lint.c - `raydeck lint FILE…` (-: stdin): checks manifests against the HA rules; findings on stdout. Contacts no
 * cluster. */
#include "deploy/rule_text.h"
#include "tui/lint_run.h"

#include <string.h>

enum { RULES_PAGE_MAX = 1024 * 1024 };

static void buf_print(struct buf *out)
{
    fwrite(buf_text(out), 1, out->len, stdout);
    buf_done(out);
}

static int rule_explain(const char *id)
{
    struct buf out;
    const struct rule *rule = rule_named(id);
    const bool all = strcmp(id, "all") == 0;
    if (!rule && !all) {
        cli_say("--explain %s: no such rule; --explain all has every one", id);
        return EXIT_USAGE;
    }
    buf_init(&out, RULES_PAGE_MAX);
    if (all)
        rules_markdown(&out);
    else
        rule_text(rule, &out);
    buf_print(&out);
    return EXIT_FINE;
}

static enum err options_take(struct lint_run *run, struct why *why)
{
    const struct cli *cli = run->cli;
    (void)findings_format_named(cli->output, &run->format); /* checked by cli_parse */
    run->fail_on = cli->fail_on && strcmp(cli->fail_on, "warning") == 0 ? FINDING_WARNING : FINDING_ERROR;
    if (cli->fix && run->format != FINDINGS_TEXT)
        return why_set(why, ERR_USAGE, "--fix prints the difference: no --output but text goes with it");
    if (cli->argc == 0 && !cli->overlays.count) return why_set(why, ERR_USAGE, "lint: no FILE was given");
    return cli->kuberay ? lint_kuberay_parse(cli->kuberay, &run->kuberay, why) : ERR_OK;
}

static void folder_is_empty(struct lint_run *run, const char *folder)
{
    const struct finding_where where = {.file = folder};
    findings_checked(&run->found, folder, 0);
    findings_add(&run->found, RULE_M5, FINDING_INFO, &where,
                 "no *.yaml, *.yml or *.json is in this folder: nothing was checked");
}

/* An input that is not there does not suppress the findings of the others. */
static void inputs_find(struct lint_run *run)
{
    struct why why = {0};
    run->inputs.only_files = run->cli->only_manifests;
    for (int i = 0; i < run->cli->argc; i++) {
        const size_t before = run->inputs.count;
        const enum err err = lint_inputs_add(&run->inputs, run->cli->argv[i], &why);
        if (!err && run->inputs.count == before) folder_is_empty(run, run->cli->argv[i]);
        if (!err) continue;
        cli_say("%s", why.text);
        run->status = EXIT_USAGE;
    }
    for (size_t i = 0; run->cli->only_manifests && i < run->inputs.count; i++)
        if (!run->inputs.items[i].folder) run->inputs.items[i].folder = ".";
    for (size_t i = 0; i < run->cli->overlays.count; i++)
        lint_inputs_add_kind(&run->inputs, run->cli->overlays.item[i], LINT_INPUT_OVERLAY);
}

/* Writes what --fix has planned. False: the findings are those of the files as they are. */
static bool corrections_write(struct lint_run *run)
{
    struct why why = {0};
    if (!run->rewrites_count || run->cli->dry_run) return false;
    const enum err err = lint_rewrite_files(run, &why);
    if (!err) return true;
    cli_say("%s", why.text);
    run->status = snapshot_exit_status(run->snapshot, err);
    return false;
}

static void findings_to_stdout(struct lint_run *run, struct findings *found)
{
    struct buf out;
    if (findings_fail(found, run->fail_on) && run->status == EXIT_FINE) run->status = EXIT_FAILED;
    findings_sort(found);
    buf_init(&out, (size_t)FINDINGS * FINDING_TEXT_MAX * 8);
    findings_print(found, run->format, run->fail_on, &out);
    buf_print(&out);
}

int sub_lint(struct cli *cli)
{
    struct why why = {0};
    struct lint_run run = {.cli = cli, .kuberay = LINT_KUBERAY_ANY};
    if (cli->explain) return rule_explain(cli->explain);
    enum err err = options_take(&run, &why);
    if (!err) err = cli_variables(cli, &run.vars, &why);
    if (err) {
        cli_say("%s", why.text);
        return EXIT_USAGE;
    }
    findings_init(&run.found);
    findings_init(&run.fixed);
    inputs_find(&run);
    lint_run_inputs(&run);
    const bool fixed = cli->fix && corrections_write(&run);
    if (run.unread < run.inputs.count || run.found.count) findings_to_stdout(&run, fixed ? &run.fixed : &run.found);
    variables_done(&run.vars);
    lint_run_done(&run);
    return run.status;
}
